// needs: ../reading/contest.js train.js playback.js
/* The game: a reader names the rungs, on the twin of the player, and is then compared.
   What it says and every element it fills stand in the page already; see game.py. */
scalemodelContest("sm-game", ({ video, player, first_rung, rides, rivals, names, heights_px, steepness, is, say, rank }) => {
  const { start, step, report } = scalemodelPlayer;
  const fixed = (value, digits = 1) => value.toFixed(digits).replace("-", "−");
  const ladder = video.ladder_kbps, segments = video.segment_bytes.length, top = names.length + 0.5;
  const rungs = [...is.rungs.children];
  let state;

  /* ── Drawing: a rung is about 1 high, by its rate on a log scale ── */
  const height = (kbps) => Math.min(top, Math.max(0, top - 1 - steepness * Math.log(kbps / ladder[0])));
  const dash = (x, width, kbps) => `M${x} ${height(kbps)}h${width}`;
  const path = (kind, pieces) => `<path class="${kind}" d="${pieces.join("")}"/>`;
  const asked = (steps) => steps.map((s, k) => dash(k + 0.1, 0.8, ladder[s.rung]));
  const strip = (steps) => path("bars", asked(steps).map((line) => `${line}V${top}h-.8z`)) +
    path("stop", steps.map((s, k) => (k && s.rebuffer_s ? `M${k} 0v${top}` : "")));
  function draw(svg, width, inside) {
    svg.setAttribute("viewBox", `0 0 ${width} ${top}`);
    svg.innerHTML = path("grid", ladder.map((kbps) => dash(0, width, kbps))) + inside;
  }

  function show() {
    const { steps } = state, now = steps.length, last = steps.at(-1), done = now === segments;
    const stopped_s = now > 1 && last.rebuffer_s, name = names[last.rung];
    is.store.textContent = fixed(last.buffer_s);
    is.gauge.style.setProperty("--full", last.buffer_s / player.buffer_cap_s);
    is.gauge.classList.toggle("dry", stopped_s > 0);
    is.status.textContent = say("arrived", now, name, fixed(last.download_s)) +
      (stopped_s ? say("stopped", fixed(stopped_s)) : "") + say("store", fixed(last.buffer_s)) +
      (last.pause_s ? say("paused", fixed(last.pause_s)) : "");
    draw(is.strip, segments, path("next", [`M${now} 0h1v${top}h-1z`]) + strip(steps) +
      path("", asked(steps)) + path("carried", steps.map((s, k) => dash(k, 1, s.throughput_kbps))));
    is.strip.ariaLabel = say("strip", steps.map((s) => names[s.rung]).join(", "));
    rungs.forEach((button, rung) => {
      button.ariaCurrent = rung === last.rung;
      button.lastChild.textContent =
        `${fixed(8 * video.segment_bytes[now % segments][rung] / last.throughput_kbps / 1000)} s`;
    });
    is.hold.textContent = say("hold", name);
    is.scene.hidden = !heights_px;
    if (heights_px) scalemodelTrain.paint(is.scene, heights_px[last.rung], now * video.segment_s, stopped_s > 0);
    is.play.hidden = is.now.hidden = done;
    is.end.hidden = !done;
    if (done) end(steps, state.trace); else rank();
  }

  /* ── The end: a row among the others, a place in words, and the line ── */
  function end(steps, { time_s, bandwidth_mbps, best }) {
    const downloads = [], stops = [];
    let clock_s = 0, line = `M0 ${top}`;
    steps.forEach(({ rung, download_s, rebuffer_s, pause_s }, k) => {
      const busy_s = download_s - player.rtt_s; // the trace stands still in a round trip
      downloads.push(dash(clock_s, busy_s, ladder[rung]));
      clock_s += busy_s;
      if (k) stops.push(`M${clock_s} ${top - 0.1}h${-rebuffer_s}`);
      clock_s += pause_s;
    });
    clock_s = Math.max(clock_s, segments * video.segment_s);
    for (let at_s = 0, row = 1; at_s < clock_s; row = row % (time_s.length - 1) + 1)
      line += `V${height(1000 * bandwidth_mbps[row])}H${at_s += time_s[row] - time_s[row - 1]}`;
    draw(is.line, clock_s, path("field", [line, `V${top}`]) + path("", downloads) + path("stop", stops));
    is.until.textContent = `${fixed(clock_s, 0)} s`;

    const { score, stopped_s, kbps, switches } = report(state);
    const figures = [fixed(score, 2), fixed(stopped_s), Math.round(kbps).toLocaleString("en"), switches];
    const beaten = rank(score, figures).map((row) => row.dataset.who).filter((who) => who !== "optimum");
    is.mine.innerHTML = strip(steps);
    is.place.textContent = say("place", rivals - beaten.length + 1, rivals + 1, figures[0]);
    is.words.textContent = say(beaten[0] ? "beaten" : "none", beaten.join(", ")) + say("best", best);
    is.place.focus();
  }

  /* ── Hands ── */
  function again() {
    state = step(start(video, rides[is.pick.selectedIndex], player), first_rung);
    show();
    return rungs[first_rung];
  }
  function ask(rung, times = 1) {
    while (times-- && state.steps.length < segments) state = step(state, rung);
    show();
  }
  is.hold.onclick = () => ask(state.steps.at(-1).rung, segments);
  return { again, keys: rungs, press: ask };
});
