/* A dot that rolls to where its state says. */
(globalThis.scalemodelScenes ??= {}).dot = (root) => (data) => {
  root.hidden = !data;
  if (!data) return;
  const dot = root.querySelector("circle"), from = Number(dot.getAttribute("cx"));
  const begun = performance.now();
  requestAnimationFrame(function roll(now) {
    const share = Math.min(1, Math.max(0, now - begun) / 200);
    dot.setAttribute("cx", from + share * (data.x - from));
    if (share < 1) requestAnimationFrame(roll);
  });
};
