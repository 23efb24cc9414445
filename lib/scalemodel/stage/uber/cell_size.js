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
    const dots = [];
    for (let n = 0; n < data.cars.length; n += 2) {
      const [x, y] = [px(data.cars[n]), px(data.cars[n + 1])], seen = x >= a && x < c && y >= b && y < d;
      dots.push(`<circle cx="${x}" cy="${y}" r="2.2"${seen ? ' class="seen"' : ""}/>`);
    }
    svg.innerHTML = `<rect class="block" x="${a}" y="${b}" width="${(c - a).toFixed(1)}" height="${(d - b).toFixed(1)}"/><path class="grid" d="${lines.join("")}"/>`
      + dots.join("") + `<circle class="kth" cx="${WIDE / 2}" cy="${HIGH / 2}" r="${px(data.kth)}"/><path class="rider" d="M${WIDE / 2 - 7} ${HIGH / 2 + 5}l7-13 7 13z"/>`;
  };
};
