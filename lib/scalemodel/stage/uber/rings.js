/* Who is nearest, ring by ring: the twin of `town.rounds`. */
globalThis.scalemodelRings = (cars, at, k, cell, wide, high) => {
  "use strict";
  const ringOf = cars.map((car) => Math.max(...car.map((m, way) => Math.abs(Math.floor(m / cell) - Math.floor(at[way] / cell)))));
  const far = cars.map(([x, y]) => Math.hypot(x - at[0], y - at[1]));
  const border = Math.min(...at.flatMap((m) => [m % cell, cell - (m % cell)]));
  const span = (m, ring, many) => Math.min(Math.floor(m / cell) + ring + 1, many) - Math.max(Math.floor(m / cell) - ring, 0);
  const told = [];
  for (let ring = 0; ring < Math.max(wide, high); ring++) {
    const seen = [...cars.keys()].filter((n) => ringOf[n] <= ring).sort((m, n) => far[m] - far[n]);
    const cells = span(at[0], ring, wide) * span(at[1], ring, high);
    const kth = far[seen[k - 1]] ?? Infinity, sure = ring * cell + border;
    told.push({ cells, cars: seen.length, sure, kth, best: seen.slice(0, k) });
    if (kth <= sure || cells === wide * high) break;
  }
  return told;
};
