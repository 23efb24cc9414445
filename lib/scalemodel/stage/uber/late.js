/* The reports of one car in the order in which they come, and how far on the index has it. */
(globalThis.scalemodelScenes ??= {}).late = (root) => {
  "use strict";
  const svg = root.querySelector("svg"), LEFT = 6, WIDE = 348;

  return (data) => {
    root.hidden = !data?.numbers;
    if (root.hidden) return;
    const { numbers, held } = data, step = WIDE / numbers.length, most = Math.max(...numbers);
    let seen = -1;
    const boxes = numbers.map((number, n) => {
      const x = LEFT + n * step, old = number <= seen;
      seen = Math.max(seen, number);
      const back = n && held[n] < held[n - 1] ? " back" : held[n] < seen ? " behind" : "";
      const at = LEFT + (held[n] / most) * (WIDE - 12);
      return `<g class="${old ? "old" : ""}"><rect x="${x.toFixed(1)}" y="16" width="${(step - 2).toFixed(1)}" height="18" rx="3"/>`
        + `<text x="${(x + step / 2 - 1).toFixed(1)}" y="29">${number}</text></g>`
        + `<path class="held${back}" d="M${(x + step / 2 - 1).toFixed(1)} 36L${(at + 6).toFixed(1)} 72"/>`
        + `<circle class="held${back}" cx="${(at + 6).toFixed(1)}" cy="76" r="4"/>`;
    });
    svg.innerHTML = `<text class="says" x="${LEFT}" y="11">one car's reports, as they come; orange: old news</text>`
      + `<path class="road" d="M${LEFT} 76h${WIDE}"/>` + boxes.join("")
      + `<text class="says" x="${LEFT}" y="91">where the index puts it, on its way east; red: back</text>`;
  };
};
