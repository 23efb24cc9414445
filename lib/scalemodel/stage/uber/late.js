/* The reports of one car in the order in which they come, and how far on the index has it. */
(globalThis.scalemodelScenes ??= {}).late = (root) => {
  "use strict";
  const svg = root.querySelector("svg"), LEFT = 2, WIDE = 236;

  return (data) => {
    root.hidden = !data?.numbers;
    if (root.hidden) return;
    const { numbers, held } = data, step = WIDE / numbers.length, most = Math.max(...numbers);
    let seen = -1;
    const boxes = numbers.map((number, n) => {
      const x = LEFT + n * step, middle = (x + step / 2).toFixed(1), old = number <= seen ? "old" : "";
      seen = Math.max(seen, number);
      const back = n && held[n] < held[n - 1] ? " back" : "";
      const at = (LEFT + 6 + (held[n] / most) * (WIDE - 12)).toFixed(1);
      return `<g class="${old}"><rect x="${(x + 0.75).toFixed(1)}" y="18" width="${(step - 1.5).toFixed(1)}" height="19" rx="3"/>`
        + `<text x="${middle}" y="31.5">${number}</text></g>`
        + `<path class="held${back}" d="M${middle} 39L${at} 89"/><circle class="held${back}" cx="${at}" cy="93" r="4"/>`;
    });
    const says = (y, words) => `<text class="says" x="${LEFT}" y="${y}">${words}</text>`;
    svg.innerHTML = says(11, "one car\u2019s reports, as they come") + boxes.join("")
      + says(113, "where the index puts it, on its way east") + says(129, "orange: old; red: the car jumps back");
  };
};
