// needs: ../../foundations/player.js
/* A clip's chunks light up across the workers; a rung that is whole can be watched. */
((parts) => {
  "use strict";

  function start(root) {
    if (root.dataset.ready) return;
    const find = (what) => root.querySelector(what), picks = [...root.querySelectorAll("[data-way]")];
    const { ways, rungs, size, chunks, workers } = JSON.parse(find("script").textContent);
    const [left, top, wide, high] = size, svg = find("svg"), slider = find("input");
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    let tries = ways[0], times = [0];

    const box = (kind, x, y, width, height) => `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}"/>`;
    const seconds = (s) => `${s.toFixed(1)}\u00a0s`;

    function show(at) {
      const n = Math.min(Math.floor(at), times.length - 2), clock = times[n] + (times[n + 1] - times[n]) * (at - n);
      const doing = Array(workers).fill("idle"), at_it = {};
      let drawn = "";
      for (const [rung, first, many, worker, begun, end] of tries) {
        const x = left + wide * first, y = top + high * (rungs.length - 1 - rung), full = wide * many - 2;
        const done = clock >= end - 1e-6, share = done ? 1 : Math.max(0, (clock - begun) / (end - begun));
        drawn += box("todo", x, y, full, high - 2) + (share ? box(done ? "done" : "busy", x, y, full * share, high - 2) : "");
        if (share > 0 && !done) {
          const place = `x="${x + full / 2}" y="${y + 14}"`; // of two tries both workers are named
          at_it[place] = [...(at_it[place] ?? []), worker + 1];
          doing[worker] = rungs[rung];
        }
      }
      for (const [place, who] of Object.entries(at_it)) drawn += `<text ${place} text-anchor="middle">${who.join("+")}</text>`;
      const ends = rungs.map((_, rung) => Math.max(...tries.filter((one) => one[0] === rung).map((one) => one[5])));
      const ready = ends.filter((end) => clock >= end - 1e-6).length, soonest = Math.min(...ends);
      rungs.forEach((name, rung) => {
        const whole = clock >= ends[rung] - 1e-6;
        drawn += `<text class="${whole ? "whole" : ""}" x="${left - 6}" y="${top + high * (rungs.length - 1 - rung) + 14}" text-anchor="end">${whole ? "▶" : ""}${name}</text>`;
      });
      doing.forEach((what, n) => {
        drawn += `<text class="${what === "idle" ? "idle" : ""}" x="${n * 90}" y="${top + high * rungs.length + 22}">${n + 1}: ${what}</text>`;
      });
      svg.innerHTML = drawn;
      if (!ready) return `${seconds(clock)}: nothing can be watched yet`;
      const first = rungs[ends.indexOf(soonest)];
      return `${seconds(clock)}: ${first} since ${seconds(soonest)}; ${ready} of ${rungs.length} rungs can be watched`;
    }

    const player = globalThis.scalemodelPlayer(find(".run"), { speed: 1.6, leap: 1, show });

    function take(way) {
      player.halt();
      tries = ways[way];
      times = [...new Set([0, ...tries.map((one) => one[5])])].sort((a, b) => a - b);
      slider.max = times.length - 1;
      picks.forEach((pick, n) => { pick.ariaPressed = n === way; });
      player.go(0);
    }

    picks.forEach((pick, n) => { pick.onclick = () => { take(n); if (!calm.matches) find("button").click(); }; });
    find(".run").hidden = find(".ways").hidden = false;
    take(0);
    root.dataset.ready = "1";
  }

  parts["sm-chunks"] = start;
  document.querySelectorAll(".sm-chunks").forEach(start);
})((globalThis.scalemodelParts ??= {}));
