// needs: player.js
/* A line and its desks, twice a second: who is served sits at a desk, who waits stands below. */
(globalThis.scalemodelScenes ??= {}).queues = (root) => {
  "use strict";
  const A_SECOND = 2, DESKS = 15, PLACES = 20, ROWS = 4;
  const svg = root.querySelector("svg");
  let data = null;

  const player = globalThis.scalemodelPlayer(root, {
    speed: 4,
    leap: 2,
    show(at) {
      const inside = data.inside[Math.floor(at * A_SECOND)], waiting = Math.max(inside - data.desks, 0);
      const desks = Array.from({ length: data.desks }, (_, n) =>
        `<rect x="${4 + 15.5 * (n % DESKS)}" y="${6 + 18 * Math.floor(n / DESKS)}" width="12" height="14" rx="2"`
        + ` class="${n < inside ? "sm-busy" : "sm-idle"}"/>`);
      const shown = Math.min(waiting, PLACES * ROWS);
      const line = Array.from({ length: shown }, (_, n) =>
        `<circle cx="${10 + 11.5 * (n % PLACES)}" cy="${56 + 14 * Math.floor(n / PLACES)}" r="4.5"/>`);
      svg.innerHTML = desks.join("") + line.join("");
      const more = waiting > shown ? `, ${waiting - shown} of them not drawn` : "";
      return `${Math.floor(at)}\u00a0s: ${waiting || "nobody"} wait${waiting > 1 ? "" : "s"}${more}`;
    },
  });

  return (next) => {
    root.hidden = !next?.inside;
    if (root.hidden) return player.halt();
    data = next;
    player.go(player.now() || next.opens);
  };
};
