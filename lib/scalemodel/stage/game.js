/* The game: a reader names the rungs, on the twin of the player, and is then compared.
   What it says and every element it fills stand in the page already; see game.py. */
((parts) => {
  "use strict";
  const fixed = (value, digits = 1) => value.toFixed(digits).replace("-", "−");
  const sum = (values) => values.reduce((all, value) => all + value, 0);

  function begin(game) {
    if (game.dataset.live) return;
    game.dataset.live = 1;
    const { start, step, score } = scalemodelPlayer, is = {};
    game.querySelectorAll("[data-is]").forEach((part) => { is[part.dataset.is] = part; });
    const { video, player, first_rung, rides, names, heights_px, words } = JSON.parse(is.data.textContent);
    const say = (name, ...values) => words[name].replace(/_/g, () => values.shift());
    const ladder = video.ladder_kbps, segments = video.segment_bytes.length, top = names.length + 0.5;
    const rungs = [...is.rungs.children], tables = game.querySelectorAll("table");
    let state;

    /* ── Drawing: a rung is about 1 high, by its rate on a log scale ── */
    const height = (kbps) => Math.min(top, Math.max(0,
      top - 1 - (names.length - 1) * Math.log(kbps / ladder[0]) / Math.log(ladder.at(-1) / ladder[0])));
    const dash = (x, width, kbps) => `M${x} ${height(kbps)}h${width}`;
    const path = (kind, pieces) => `<path class="${kind}" d="${pieces.join("")}"/>`;
    const strip = (steps) =>
      path("bars", steps.map((s, k) => `${dash(k + 0.1, 0.8, ladder[s.rung])}V${top}h-.8z`)) +
      path("stop", steps.map((s, k) => (k && s.rebuffer_s ? `M${k} 0v${top}` : "")));
    function draw(svg, width, inside) {
      svg.setAttribute("viewBox", `0 0 ${width} ${top}`);
      svg.innerHTML = path("grid", ladder.map((kbps) => dash(0, width, kbps))) + inside;
    }

    function show() {
      const { steps } = state, now = steps.length, last = steps.at(-1), done = now === segments;
      const stopped_s = now > 1 && last.rebuffer_s, asked = names[last.rung];
      is.store.textContent = fixed(last.buffer_s);
      is.gauge.style.setProperty("--full", last.buffer_s / player.buffer_cap_s);
      is.gauge.className = stopped_s ? "dry" : "";
      is.status.textContent = say("arrived", now, asked, fixed(last.download_s)) +
        (stopped_s ? say("stopped", fixed(stopped_s)) : "") + say("store", fixed(last.buffer_s)) +
        (last.pause_s ? say("paused", fixed(last.pause_s)) : "");
      draw(is.strip, segments, (done ? "" : path("next", [`M${now} 0h1v${top}h-1z`])) + strip(steps) +
        path("", steps.map((s, k) => dash(k + 0.1, 0.8, ladder[s.rung]))) +
        path("carried", steps.map((s, k) => dash(k, 1, s.throughput_kbps))));
      is.strip.ariaLabel = say("strip", steps.map((s) => names[s.rung]).join(", "));
      rungs.forEach((button, rung) => {
        button.ariaCurrent = rung === last.rung;
        if (!done) button.lastChild.textContent =
          `${fixed(8 * video.segment_bytes[now][rung] / last.throughput_kbps / 1000)} s`;
      });
      is.hold.textContent = say("hold", asked);
      const paint = heights_px && globalThis.scalemodelScene?.paint;
      is.scene.hidden = !paint;
      paint?.(is.scene, heights_px[last.rung], now * video.segment_s, stopped_s > 0);
      is.play.hidden = is.now.hidden = done;
      is.verdict.hidden = is.reveal.hidden = !done;
      tables.forEach((table, ride) => {
        table.hidden = !done || rides[ride] !== state.trace;
        if (!table.hidden) end(steps, table.tBodies[0], state.trace);
      });
    }

    /* ── The end: a row among the others, a place in words, and the line ── */
    function end(steps, body, { time_s, bandwidth_mbps, best }) {
      const mine = score(state), rows = [...body.rows], you = rows.find((row) => row.className);
      const worse = rows.filter((row) => row.dataset.score < mine);
      [fixed(mine, 2), fixed(sum(steps.slice(1).map((s) => s.rebuffer_s))),
        Math.round(sum(steps.map((s) => ladder[s.rung])) / segments).toLocaleString("en"),
        steps.filter((s, k) => k && s.rung !== steps[k - 1].rung).length,
      ].forEach((figure, column) => { you.cells[column + 1].textContent = figure; });
      you.querySelector("svg").innerHTML = strip(steps);
      you.hidden = false;
      body.insertBefore(you, worse[0]);
      const beaten = worse.map((row) => row.dataset.who).filter(Boolean), all = rows.length - 1;
      is.verdict.textContent = say("place", all - beaten.length, all, fixed(mine, 2)) +
        say(beaten[0] ? "beaten" : "none", beaten.join(", ")) + say("best", best);

      const asked = [], stops = [];
      let clock_s = 0, line = `M0 ${top}`;
      for (const s of steps) { // the trace stands still in a round trip
        const busy_s = s.download_s - player.rtt_s;
        asked.push(dash(clock_s, busy_s, ladder[s.rung]));
        clock_s += busy_s;
        if (asked[1]) stops.push(`M${clock_s} ${top - 0.1}h${-s.rebuffer_s}`);
        clock_s += s.pause_s;
      }
      for (let at_s = 0, row = 1; at_s < clock_s; row = row % (time_s.length - 1) + 1)
        line += `V${height(1000 * bandwidth_mbps[row])}H${at_s += time_s[row] - time_s[row - 1]}`;
      draw(is.line, clock_s, path("field", [line, `V${top}`]) + path("", asked) + path("stop", stops));
      is.until.textContent = `${fixed(clock_s, 0)} s`;
      is.verdict.focus();
    }

    /* ── Hands ── */
    function again() {
      state = step(start(video, rides[is.ride.selectedIndex], player), first_rung);
      show();
    }
    function ask(rung, times = 1) {
      while (times-- && state.steps.length < segments) state = step(state, rung);
      show();
    }
    rungs.forEach((button, rung) => { button.onclick = () => ask(rung); });
    is.hold.onclick = () => ask(state.steps.at(-1).rung, segments);
    is.again.onclick = () => { again(); rungs[first_rung].focus(); };
    is.ride.onchange = again;
    is.play.onkeydown = (event) => {
      const { key } = event, by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[key];
      if (by) {
        event.preventDefault();
        rungs[rungs.indexOf(event.target) + by]?.focus();
      } else if (rungs[key - 1] && !event.ctrlKey && !event.metaKey && !event.altKey) ask(key - 1);
    };
    is.board.hidden = false;
    again();
  }
  parts["sm-game"] = begin;
  document.querySelectorAll(".sm-game").forEach(begin);
})((globalThis.scalemodelParts ??= {}));
