/* Who is nearest, ring by ring: the twin of `town.rounds`. */
globalThis.scalemodelRings = (cars, at, k, cell, wide, high) => {
  "use strict";
  const [x, y] = at;
  const [column, row] = [Math.floor(x / cell), Math.floor(y / cell)];
  const ringOf = cars.map(([a, b]) => Math.max(Math.abs(Math.floor(a / cell) - column), Math.abs(Math.floor(b / cell) - row)));
  const far = cars.map(([a, b]) => Math.hypot(a - x, b - y));
  const [left, top] = [x - column * cell, y - row * cell];
  const border = Math.min(left, top, cell - left, cell - top);
  const span = (middle, ring, many) => Math.min(middle + ring, many - 1) - Math.max(middle - ring, 0) + 1;
  const told = [];
  for (let ring = 0; ring < Math.max(wide, high); ring++) {
    const seen = cars.map((_, n) => n).filter((n) => ringOf[n] <= ring).sort((m, n) => far[m] - far[n]);
    const cells = span(column, ring, wide) * span(row, ring, high);
    const kth = seen.length >= k ? far[seen[k - 1]] : Infinity, sure = ring * cell + border;
    told.push({ cells, cars: seen.length, sure, kth, best: seen.slice(0, k) });
    if (kth <= sure || cells === wide * high) break;
  }
  return told;
};
