// needs: ../../foundations/player.js
/* A door after an outage: dots that pause, stand in line or are in; rings are places that were left. */
(globalThis.scalemodelScenes ??= {}).door = (root) => {
  "use strict";
  const DOTS = 100, OUTAGE = 10, PLACES = 120;
  const svg = root.querySelector("svg");
  let data = null;

  const grid = (from, many, x, wide, kind, step = 6.4) => {
    let path = "";
    for (let n = from; n < from + many; n += 1) path += `M${x + step * (n % wide)} ${26 + 6.4 * Math.floor(n / wide)}h0`;
    return `<path class="${kind}" d="${path}"/>`;
  };

  const player = globalThis.scalemodelPlayer(root, {
    speed: 4,
    leap: 1,
    show(at) {
      const n = Math.round(at * 2), [inside, line, left] = [data.in[n], data.line[n], data.left[n]];
      const pausing = DOTS - inside - line, rings = Math.min(left, PLACES - Math.min(line, PLACES));
      const more = left > rings ? ` +${left - rings}` : "";
      // Who is called next stands at the door; places that were left are the oldest, and in front.
      svg.innerHTML = grid(0, pausing, 5, 10, "away") + grid(0, rings, 155, 12, "left", -6.4) + grid(rings, line, 155, 12, "line", -6.4)
        + grid(0, inside, 178, 10, "in")
        + `<path class="door${at < OUTAGE ? " shut" : ""}" d="M166 20v72"/>`
        + [[1, "pausing"], [80, `in line${more}`], [174, "in again"]].map(([x, words]) => `<text x="${x}" y="13">${words}</text>`).join("");
      const said = at < OUTAGE ? "nobody can log in" : left ? `${left}\u00a0place${left > 1 ? "s" : ""} in line ${left > 1 ? "were" : "was"} left` : "nobody has left the line";
      return `${Math.floor(at)}\u00a0min: of 100 phones ${inside} are in; ${said}`;
    },
  });

  return (next) => {
    root.hidden = !next?.in;
    if (root.hidden) return player.halt();
    data = next;
    player.go(player.now() || next.opens);
  };
};
