// needs: ../../foundations/player.js
/* A door after an outage: dots that pause, stand in line or are in; rings are places that were left. */
(globalThis.scalemodelScenes ??= {}).door = (root) => {
  "use strict";
  const DOTS = 100, OUTAGE = 10, PLACES = 98;
  const svg = root.querySelector("svg");
  let data = null;

  const grid = (from, many, x, wide, kind) => {
    let path = "";
    for (let n = from; n < from + many; n += 1) path += `M${x + 9 * (n % wide)} ${30 + 9 * Math.floor(n / wide)}h0`;
    return `<path class="${kind}" d="${path}"/>`;
  };

  const player = globalThis.scalemodelPlayer(root, {
    speed: 4,
    leap: 1,
    show(at) {
      const n = Math.round(at * 2), [inside, line, left] = [data.in[n], data.line[n], data.left[n]];
      const pausing = DOTS - inside - line, rings = Math.min(left, PLACES - Math.min(line, PLACES));
      const more = left > rings ? ` + ${left - rings}` : "";
      // Who is called next stands at the door; places that were left are the oldest, and in front.
      svg.innerHTML = grid(0, pausing, 8, 10, "away") + grid(0, rings, 124, 14, "left") + grid(rings, line, 124, 14, "line")
        + grid(0, inside, 266, 10, "in")
        + `<path class="door${at < OUTAGE ? " shut" : ""}" d="M256 20v96"/>`
        + [[4, "pausing"], [120, `in line${more}`], [262, "in again"]].map(([x, words]) => `<text x="${x}" y="14">${words}</text>`).join("");
      const said = at < OUTAGE ? "the outage" : left ? `${left}\u00a0% of the phones have left their place in line` : "nobody has left the line";
      return `${at}\u00a0min: ${said}; ${inside}\u00a0% are in`;
    },
  });

  return (next) => {
    root.hidden = !next?.in;
    if (root.hidden) return player.halt();
    data = next;
    player.go(player.now());
  };
};
