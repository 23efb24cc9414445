/* A city from above: idle cars, and lines from cars on their way to their riders. */
(globalThis.scalemodelScenes ??= {}).chase = (root) => {
  "use strict";
  const SIDE = 190, SHIFT = 200;
  const svg = root.querySelector("svg");
  const numbers = (text) => Array.from({ length: text.length / 2 }, (_, n) => parseInt(text.slice(2 * n, 2 * n + 2), 36) - SHIFT);
  const word = (x, y, kind, many, text) => `<circle class="sm-${kind}" cx="${x + 5}" cy="${y - 4}" r="4"/><text x="${x + 13}" y="${y}"><tspan>${many}</tspan> ${text}</text>`;

  return (data) => {
    root.hidden = !data?.idle && !data?.way;
    if (root.hidden) return;
    const idle = numbers(data.idle), way = numbers(data.way), clip = `sm-clip-${Math.random().toString(36).slice(2)}`;
    let dots = "", lines = "", riders = "", cars = "";
    for (let n = 0; n < idle.length; n += 2) dots += `M${idle[n]} ${idle[n + 1]}h0`;
    for (let n = 0; n < way.length; n += 4) {
      lines += `M${way[n]} ${way[n + 1]}L${way[n + 2]} ${way[n + 3]}`;
      cars += `M${way[n]} ${way[n + 1]}h0`;
      riders += `M${way[n + 2]} ${way[n + 3]}h0`;
    }
    svg.innerHTML = `<clipPath id="${clip}"><rect width="${SIDE}" height="${SIDE}"/></clipPath><g transform="translate(3 3)"><rect width="${SIDE}" height="${SIDE}" class="sm-city"/>`
      + `<g clip-path="url(#${clip})"><path class="sm-line" d="${lines}"/><path class="sm-rider" d="${riders}"/><path class="sm-way" d="${cars}"/><path class="sm-idle" d="${dots}"/></g></g>`
      + word(2, 209, "idle", idle.length / 2, "idle") + word(82, 209, "way", way.length / 4, "drive to a rider") + word(2, 225, "trip", data.trip, "on a trip, at this moment");
  };
};
