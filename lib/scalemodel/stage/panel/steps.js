/* ▶, back and next through the steps of a picture, the same for each that goes by steps.

   `end()` is the last step, `draw(at)` shows one, `said` is what is read aloud; after the end ▶ begins
   at step `first`. What comes back goes to a step, stops, and plays unless motion is unwanted. */
globalThis.scalemodelSteps = (root, { ms, end, draw, said, first = 0 }) => {
  const [play, back, next] = root.querySelectorAll("[data-to]");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let at = 0, timer = null;

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶ play";
    said.forEach((one) => one.setAttribute("aria-live", "polite"));
  }

  function go(to) {
    at = Math.min(Math.max(to, 0), end());
    if (at === end()) stop();
    back.disabled = at === 0;
    next.disabled = at === end();
    draw(at);
  }

  function run() {
    said.forEach((one) => one.setAttribute("aria-live", "off")); // a reader who listens steps at their own pace
    play.textContent = "❚❚ pause";
    timer = setInterval(() => (document.hidden ? stop() : go(at + 1)), ms);
    go(at === end() ? first : at + 1);
  }

  play.onclick = () => (timer ? stop() : run());
  back.onclick = () => { stop(); go(at - 1); };
  next.onclick = () => { stop(); go(at + 1); };
  play.hidden = calm.matches;
  calm.addEventListener("change", () => { stop(); play.hidden = calm.matches; });
  root.querySelectorAll(".sm-moving-buttons, .sm-moving-ways").forEach((row) => { row.hidden = false; });
  return { go, stop, run: () => calm.matches || run(), now: () => at, plays: () => timer && !calm.matches };
};
