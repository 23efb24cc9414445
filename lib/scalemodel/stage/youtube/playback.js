/* The player's clockwork in the browser: the twin of `scalemodel.youtube.playback`, with the
   same names and the same order of every sum, so equal to the last bit. `start(video, trace,
   player)` gives a state; `step(state, rung)` gives the next and leaves that one as it was. */
(() => {
  /* [seconds, row, clock_s]: how long size_bytes take, and where the trace is then. */
  function transfer(size_bytes, row, clock_s, { time_s, bandwidth_mbps }, payload_ratio) {
    let seconds = 0, received = 0;
    for (;;) {
      const rate = bandwidth_mbps[row] * 1e6 / 8; // bytes a second
      const span_s = time_s[row] - clock_s;
      const payload = rate * span_s * payload_ratio;
      if (received + payload > size_bytes) {
        const rest_s = (size_bytes - received) / rate / payload_ratio;
        return [seconds + rest_s, row, clock_s + rest_s];
      }
      received += payload;
      seconds += span_s;
      clock_s = time_s[row++];
      if (row === time_s.length) [row, clock_s] = [1, 0]; // the trace starts again
    }
  }

  /* [row, clock_s]: where the trace is after a pause. */
  function idle(pause_ms, row, clock_s, { time_s }) {
    for (;;) {
      const span_s = time_s[row] - clock_s;
      if (1000 * span_s > pause_ms) return [row, clock_s + pause_ms / 1000];
      pause_ms -= 1000 * span_s;
      clock_s = time_s[row++];
      if (row === time_s.length) [row, clock_s] = [1, 0];
    }
  }

  const start = (video, trace, player) =>
    ({ video, trace, player, row: 1, clock_s: 0, buffer_ms: 0, steps: [] });

  function step(state, rung) {
    const { video, trace, player, steps } = state;
    const size_bytes = video.segment_bytes[steps.length][rung];
    let [seconds, row, clock_s] =
      transfer(size_bytes, state.row, state.clock_s, trace, player.payload_ratio);
    const download_ms = 1000 * seconds + 1000 * player.rtt_s; // the trace stands still for the latter
    const rebuffer_ms = Math.max(download_ms - state.buffer_ms, 0);
    let buffer_ms = Math.max(state.buffer_ms - download_ms, 0) + 1000 * video.segment_s;
    const over_ms = buffer_ms - 1000 * player.buffer_cap_s, step_ms = 1000 * player.pause_step_s;
    let pause_ms = 0;
    if (over_ms > 0) {
      pause_ms = step_ms * Math.ceil(over_ms / step_ms);
      buffer_ms -= pause_ms;
      [row, clock_s] = idle(pause_ms, row, clock_s, trace);
    }
    return {
      ...state, row, clock_s, buffer_ms,
      steps: [...steps, {
        rung, download_s: download_ms / 1000, rebuffer_s: rebuffer_ms / 1000,
        buffer_s: buffer_ms / 1000, pause_s: pause_ms / 1000,
        throughput_kbps: 8 * size_bytes / download_ms, // bits a millisecond
      }],
    };
  }

  /* What the session was worth: `score` is the mean linear score a segment, the first excluded. */
  function report({ video: { ladder_kbps }, steps }) {
    let sum = 0, stopped_s = 0, kbps = 0, switches = 0;
    steps.forEach(({ rung, rebuffer_s }, k) => {
      kbps += ladder_kbps[rung] / steps.length;
      if (!k) return; // its wait is the start-up delay
      const change = ladder_kbps[rung] / 1000 - ladder_kbps[steps[k - 1].rung] / 1000;
      sum += ladder_kbps[rung] / 1000 - (4.3 * rebuffer_s + Math.abs(change));
      stopped_s += rebuffer_s;
      switches += change !== 0;
    });
    return { score: sum / (steps.length - 1), stopped_s, kbps, switches };
  }

  globalThis.scalemodelPlayer = { start, step, report };
})();
