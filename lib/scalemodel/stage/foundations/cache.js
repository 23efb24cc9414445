// needs: player.js
/* A race of rules: a runner takes a step at each hit, the line ahead of all one at each request. */
(globalThis.scalemodelScenes ??= {}).cache = (root) => {
  "use strict";
  const LEFT = 52, WIDE = 184, TOP = 16, PITCH = 23;
  const svg = root.querySelector("svg"), marks = Number(root.querySelector("input").max);
  let data = null;

  const x = (requests) => LEFT + (WIDE * requests) / data.requests;
  const player = globalThis.scalemodelPlayer(root, {
    speed: marks / 8,
    leap: marks / 10,
    show(at) {
      const now = Math.floor(at), done = (at * data.requests) / marks;
      const found = data.hits.map((row) => row[now] + (at - now) * ((row[now + 1] ?? 0) - row[now]));
      const ratio = (hits) => (done ? Math.round((100 * hits) / done) : 0);
      svg.innerHTML = `<path class="sm-ahead" d="M${x(done)} 2V98"/>` + data.names.map((name, n) => {
        const [y, to] = [TOP + PITCH * n, x(found[n])];
        return `<g class="sm-lane"><text x="0" y="${y + 4}">${name}</text><path d="M${LEFT} ${y}H${to}"/>`
          + `<circle cx="${to}" cy="${y}" r="5"/></g>`;
      }).join("");
      const told = data.names.map((name, n) => `${name} ${ratio(found[n])}`).join(", ");
      return `${Math.round(done).toLocaleString("en")} requests; found, of 100: ${told}`;
    },
  });

  return (next) => {
    root.hidden = !next?.hits;
    if (root.hidden) return player.halt();
    const at = data ? player.now() : marks; // it opens on the finish
    data = next;
    player.go(at);
  };
};
