// needs: rings.js ../foundations/player.js
/* A small town: cars drive, lists change, and a rider's question lights up the cells ring by ring. */
((parts) => {
  "use strict";
  const PX = 0.288, FLASH_S = 1.2, RING_MS = 1100;

  function start(root) {
    if (root.dataset.ready) return;
    const is = {};
    root.querySelectorAll("[data-is]").forEach((part) => { is[part.dataset.is] = part; });
    const { names, first, places, wide, high, cell, every, k, riders } = JSON.parse(is.data.textContent);
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    let now = 0, rider = null, told = [], ring = 0, next = 0, timer = 0;

    const px = (m) => (m * PX + 0.5).toFixed(1);
    const cellOf = ([x, y]) => Math.floor(y / cell) * wide + Math.floor(x / cell);
    const last = (n, at) => Math.floor((at - first[n]) / every + 1e-9);
    const here = () => places.map((row, n) => row[last(n, now)]);

    function count() {
      let [said, changed] = [0, 0];
      places.forEach((row, n) => {
        for (let r = last(n, 0); r < last(n, now); r++) {
          said++;
          changed += cellOf(row[r]) !== cellOf(row[r + 1]);
        }
      });
      return `${said}\u00a0reports, of which ${changed} moved a car to another list.`;
    }

    function draw() {
      const cars = here(), lists = Array.from({ length: wide * high }, () => ""), looks = {};
      cars.forEach((at, n) => { lists[cellOf(at)] += `${names[n]} `; });
      let lit = () => false, circle = "", best = [];
      if (rider) {
        const one = told[ring], [c, r] = rider.map((m) => Math.floor(m / cell));
        lit = (n) => Math.max(Math.abs((n % wide) - c), Math.abs(Math.floor(n / wide) - r)) <= ring;
        best = one.best;
        const lines = best.map((n) => `<path d="M${px(rider[0])} ${px(rider[1])}L${px(cars[n][0])} ${px(cars[n][1])}"/>`).join("");
        circle = `<g class="sure"><circle cx="${px(rider[0])}" cy="${px(rider[1])}" r="${px(one.sure)}"/>${lines}</g>`
          + `<path class="rider" d="M${px(rider[0])} ${px(rider[1])}m-8 6 8-15 8 15z"/>`;
      } else {
        places.forEach((row, n) => {
          const r = last(n, now), [a, b] = [cellOf(row[r - 1] ?? row[r]), cellOf(row[r])];
          if (a !== b && now - first[n] - every * r < FLASH_S) [looks[a], looks[b]] = [looks[a] ?? "left", "joined"];
        });
      }
      const cells = lists.map((list, n) => {
        const [x, y] = [px((n % wide) * cell), px(Math.floor(n / wide) * cell)];
        return `<rect x="${x}" y="${y}" width="${cell * PX}" height="${cell * PX}" class="${lit(n) ? "lit" : looks[n] ?? ""}"/>`
          + `<text x="${Number(x) + 4}" y="${Number(y) + 11}">${list}</text>`;
      });
      const dots = cars.map(([x, y], n) => {
        const r = last(n, now), to = places[n][r + 1] ?? places[n][r], part = (now - first[n]) / every - r;
        const [a, b] = [x + (to[0] - x) * part, y + (to[1] - y) * part];
        const look = best.includes(n) ? "best" : rider && lit(cellOf([x, y])) ? "seen" : "";
        return `<path class="on" d="M${px(x)} ${px(y)}L${px(a)} ${px(b)}"/><circle class="on" cx="${px(a)}" cy="${px(b)}" r="3"/>`
          + `<g class="car ${look}"><circle cx="${px(x)}" cy="${px(y)}" r="7.5"/><text x="${px(x)}" y="${Number(px(y)) + 3.7}">${names[n]}</text></g>`;
      });
      is.map.innerHTML = cells.join("") + circle + dots.join("");
    }

    function say() {
      const one = told[ring];
      const seen = `${one.cells}\u00a0cell${one.cells === 1 ? "" : "s"}, ${one.cars} of ${names.length} cars looked at: `;
      const end = ring === told.length - 1;
      is.status.textContent = seen + (one.kth === Infinity ? "fewer than three. Look further."
        : `the third is ${Math.round(one.kth)}\u00a0m away, and ` + (end ? `nobody unseen can be nearer than ${Math.round(one.sure)}\u00a0m. Stop.`
          : `somebody unseen could be at ${Math.round(one.sure)}\u00a0m. Look further.`));
      is.ask.textContent = end ? "another rider" : "one ring more";
      clearTimeout(timer);
      if (!end && !calm.matches) timer = setTimeout(further, RING_MS);
      draw();
    }

    function further() {
      ring++;
      say();
    }

    function ask(at) {
      player.halt();
      [rider, ring] = [at, 0];
      told = globalThis.scalemodelRings(here(), at, k, cell, wide, high);
      say();
    }

    const player = globalThis.scalemodelPlayer(is.run, {
      speed: 2,
      leap: 4,
      show(at) {
        now = at;
        rider = null;
        clearTimeout(timer);
        is.ask.textContent = "a rider asks";
        is.status.textContent = `${at}\u00a0s: ${count()}`.replace(/^(\d+)\.\d+/, "$1");
        draw();
        return `${Math.floor(at)}\u00a0s`;
      },
    });

    is.ask.onclick = () => {
      if (rider && ring < told.length - 1) return further();
      ask(riders[next++ % riders.length]);
    };
    is.map.onclick = (event) => {
      const box = is.map.getBoundingClientRect(), m = 361 / box.width / PX;
      const at = [(event.clientX - box.left) * m, (event.clientY - box.top) * m];
      ask(at.map((v, n) => Math.round(Math.min(Math.max(v, 1), cell * [wide, high][n] - 1))));
    };
    root.querySelectorAll("[disabled]").forEach((part) => { part.disabled = false; });
    player.go(0);
    root.dataset.ready = "1";
  }

  parts["sm-town"] = start;
  document.querySelectorAll(".sm-town").forEach(start);
})((globalThis.scalemodelParts ??= {}));
