// needs: player.js
/* One second of a service: what is asked of it, in rows of what it can do, and what it answers in time. */
(globalThis.scalemodelScenes ??= {}).storm = (root) => {
  "use strict";
  const A_DOT = 10, A_ROW = 10, X = 92, PITCH = 14, TOP = 12, LOW = 96;
  const svg = root.querySelector("svg");
  let data = null;

  const dot = (n, y, kind) => `<circle cx="${X + PITCH * (n % A_ROW)}" cy="${y + PITCH * Math.floor(n / A_ROW)}" r="5" class="sm-${kind}"/>`;
  const word = (y, text) => `<text x="0" y="${y}">${text}</text>`;
  const dots = (from, many, y, kind) => Array.from({ length: many }, (_, n) => dot(from + n, y, kind)).join("");

  const player = globalThis.scalemodelPlayer(root, {
    speed: 5,
    leap: 5,
    show(at) {
      const second = Math.floor(at);
      const [came, again, good] = [data.came, data.again, data.good].map((row) => row[second]);
      const [fresh, retries, answered] = [came, again, good].map((calls) => Math.round(calls / A_DOT));
      const stopped = second >= Math.floor(data.stop[0]) && second < data.stop[1];
      svg.innerHTML = word(16, "called") + dots(0, fresh, TOP, "new") + dots(fresh, retries, TOP, "again")
        + `<rect x="${X - 8}" y="${LOW - 9}" width="${PITCH * A_ROW + 2}" height="18" rx="3" class="sm-${stopped ? "stopped" : "up"}"/>`
        + word(LOW + 4, "in time") + dots(0, answered, LOW, "good");
      const tell = `${came}\u00a0new calls, ${again}\u00a0again; ${good}\u00a0answered in time`;
      return `${second}\u00a0s${stopped ? ", stopped" : ""}: ${tell}`;
    },
  });

  return (next) => {
    root.hidden = !next?.came;
    if (root.hidden) return player.halt();
    const at = data ? player.now() : next.opens;
    data = next;
    player.go(at);
  };
};
