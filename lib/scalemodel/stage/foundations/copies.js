// needs: player.js
/* A year as ten thousand moments: a field of those that have passed, and a mark on each that was down. */
(globalThis.scalemodelScenes ??= {}).copies = (root) => {
  "use strict";
  const WIDE = 125, ALL = 10_000, DAYS = 365;
  const [past, down] = root.querySelectorAll("path");
  let data = null;

  const player = globalThis.scalemodelPlayer(root, {
    speed: ALL / 8,
    leap: ALL / 10,
    show(at) {
      const now = Math.floor(at), [x, y] = [now % WIDE, Math.floor(now / WIDE)];
      const gone = data.down.filter((n) => n < now);
      past.setAttribute("d", `M0 0H${WIDE}V${y}H${x}V${y + 1}H0Z`);
      down.setAttribute("d", gone.map((n) => `M${(n % WIDE) - 1} ${Math.floor(n / WIDE) - 1}h3v3h-3z`).join(""));
      const day = Math.ceil((now / ALL) * DAYS);
      return `day ${day}: ${gone.length} of ${now.toLocaleString("en")} down`;
    },
  });

  return (next) => {
    root.hidden = !next?.down;
    if (root.hidden) return player.halt();
    const at = data ? player.now() : ALL; // it opens on the whole year
    data = next;
    player.go(at);
  };
};
