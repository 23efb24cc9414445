/* One rider's surroundings: the cells that a question looks into, and the circle of the k-th car. */
(globalThis.scalemodelScenes ??= {}).cell_size = (root) => {
  "use strict";
  const PX = 0.16, WIDE = 240, HIGH = 192;
  const svg = root.querySelector("svg"), px = (m) => +(m * PX).toFixed(1);

  return (data) => {
    root.hidden = !data?.cars;
    if (root.hidden) return;
    const step = data.cell * PX, [left, top] = data.off.map(px), [a, b, c, d] = data.block.map(px);
    const lines = [];
    for (let x = left; x < WIDE; x += step) lines.push(`M${x.toFixed(1)} 0v${HIGH}`);
    for (let y = top; y < HIGH; y += step) lines.push(`M0 ${y.toFixed(1)}h${WIDE}`);
    let dots = "", seen = "";
    for (let n = 0; n < data.cars.length; n += 2) {
      const [x, y] = [px(data.cars[n]), px(data.cars[n + 1])];
      if (x >= a && x < c && y >= b && y < d) seen += `M${x} ${y}h0`;
      else dots += `M${x} ${y}h0`;
    }
    svg.innerHTML = `<path class="block" d="M${a} ${b}H${c}V${d}H${a}z"/><path class="grid" d="${lines.join("")}"/>`
      + `<path class="dots" d="${dots}"/><path class="dots seen" d="${seen}"/><circle class="kth" cx="120" cy="96" r="${px(data.kth)}"/><path class="rider" d="M112 102l8-15 8 15z"/>`;
  };
};
