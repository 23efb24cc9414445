// needs: rings.js ../foundations/player.js
/* A small town: cars drive, lists change, and a rider's question lights up the cells ring by ring. */
((parts) => {
  "use strict";
  const PX = 0.288, FLASH_S = 1.2;

  function start(root) {
    if (root.dataset.ready) return;
    const is = {};
    root.querySelectorAll("[data-is]").forEach((part) => { is[part.dataset.is] = part; });
    const { names, first, places, wide, high, cell, every, k, riders } = JSON.parse(is.data.textContent);
    let now = 0, rider = null, told = [], ring = 0, next = 0;

    const px = (m) => (m * PX + 0.5).toFixed(1), xy = (at) => at.map(px).join(" ");
    const cellOf = ([x, y]) => Math.floor(y / cell) * wide + Math.floor(x / cell);
    const last = (n, at) => Math.floor((at - first[n]) / every + 1e-9);
    const here = () => places.map((row, n) => row[last(n, now)]);

    const changes = places.flatMap((row, n) => row.map((at, r) => [first[n] + every * r, cellOf(row[r - 1] ?? at), cellOf(at)])).filter(([, a, b]) => a !== b);

    function draw() {
      const cars = here(), lists = Array.from({ length: wide * high }, () => ""), looks = {};
      cars.forEach((at, n) => { lists[cellOf(at)] += `${names[n]} `; });
      let lit = () => false, circle = "", best = [];
      if (rider) {
        const one = told[ring], [c, r] = rider.map((m) => Math.floor(m / cell));
        lit = (n) => Math.max(Math.abs((n % wide) - c), Math.abs(Math.floor(n / wide) - r)) <= ring;
        best = one.best;
        circle = `<circle class="sure" transform="translate(${xy(rider)})" r="${px(one.sure)}"/><path class="rider" d="M${xy(rider)}m-8 6l8-15 8 15z"/>`;
      } else {
        changes.forEach(([at, a, b]) => {
          if (at <= now && now - at < FLASH_S) looks[a] = looks[b] = "joined";
        });
      }
      let cells = "", texts = "";
      lists.forEach((list, n) => {
        const [x, y] = [px((n % wide) * cell), px(Math.floor(n / wide) * cell)];
        texts += `<text x="${+x + 4}" y="${+y + 11}">${list}</text>`;
        cells += `<rect x="${x}" y="${y}" width="${cell * PX}" height="${cell * PX}" class="${lit(n) ? "lit" : looks[n] ?? ""}"/>`;
      });
      const dots = cars.map((at, n) => {
        const r = last(n, now), to = places[n][r + 1] ?? at, part = (now - first[n]) / every - r;
        const there = xy(at.map((m, way) => m + (to[way] - m) * part));
        return `<path class="on" d="M${xy(at)}L${there}"/><circle class="on" transform="translate(${there})" r="3"/>`
          + `<g class="car${best.includes(n) ? " best" : ""}" transform="translate(${xy(at)})"><circle r="7.5"/><text y="3.7">${names[n]}</text></g>`;
      });
      is.town.innerHTML = cells + circle + dots.join("") + texts;
    }

    function say() {
      const one = told[ring];
      const end = ring === told.length - 1;
      is.status.textContent = `${one.cells}\u00a0cell${one.cells === 1 ? "" : "s"}, ${one.cars} of ${names.length} cars looked at: `
        + (one.kth === Infinity ? "fewer than three" : `the third is ${Math.round(one.kth)}\u00a0m away, and ${end ? "nobody unseen can be nearer than" : "somebody unseen could be at"} ${Math.round(one.sure)}\u00a0m`)
        + (end ? ". Stop." : ". Look further.");
      is.ask.textContent = end ? "another rider" : "one ring more";
      draw();
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
        is.ask.textContent = "a rider asks";
        const second = `${Math.ceil(at)}\u00a0s`, said = places.reduce((sum, _, n) => sum + last(n, at), 0); // all have said one at second 0
        is.status.textContent = `${second}: ${said}\u00a0report${said === 1 ? "" : "s"}, of which ${changes.filter(([when]) => when <= at).length} moved a car to another list.`;
        draw();
        return second;
      },
    });

    is.ask.onclick = () => {
      if (rider && ++ring < told.length) say();
      else ask(riders[next++ % riders.length]);
    };
    is.map.onclick = (event) => {
      const box = is.map.getBoundingClientRect();
      ask([event.clientX - box.left, event.clientY - box.top].map((v, n) => Math.round(Math.min(Math.max(v * 361 / box.width / PX, 1), cell * [wide, high][n] - 1))));
    };
    root.querySelectorAll("[disabled]").forEach((part) => { part.disabled = false; });
    player.go(0);
    root.dataset.ready = "1";
  }

  parts["sm-town"] = start;
  document.querySelectorAll(".sm-town").forEach(start);
})((globalThis.scalemodelParts ??= {}));
