/* ▶ and a slider through the moments of a scene, the same for each scene of the foundations.

   `speed` is how much of the slider passes in a second, `leap` how far ▶ goes where motion is
   unwanted; `show(at)` draws a moment and says it in words. What comes back goes to a moment. */
globalThis.scalemodelPlayer = (root, { speed, leap, show }) => {
  const [button, slider, output] = ["button", "input", "output"].map((tag) => root.querySelector(tag));
  const sign = button.firstElementChild, calm = matchMedia("(prefers-reduced-motion: reduce)");
  let [at, frame] = [0, 0];

  function halt() {
    cancelAnimationFrame(frame);
    frame = 0;
    sign.textContent = "▶";
  }

  function go(to) {
    at = Math.min(to, Number(slider.max));
    slider.value = at;
    output.textContent = show(at);
    slider.setAttribute("aria-valuetext", output.textContent);
    if (at === Number(slider.max)) halt();
  }

  button.addEventListener("click", () => {
    if (frame) return halt();
    if (at === Number(slider.max)) at = 0;
    if (calm.matches) return go(at + leap);
    sign.textContent = "❚❚";
    let before = performance.now();
    const tick = (now) => {
      const more = (Math.max(now - before, 0) / 1000) * speed;
      before = now;
      frame = requestAnimationFrame(tick);
      if (!document.hidden) go(at + more);
    };
    frame = requestAnimationFrame(tick);
  });
  slider.addEventListener("input", () => {
    halt();
    go(Number(slider.value));
  });
  return { go, halt, now: () => at };
};
