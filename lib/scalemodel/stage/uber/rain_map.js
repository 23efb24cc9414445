// needs: ../foundations/player.js
/* A city of hexagons, minute by minute: who asks, which cars are idle, what a ride costs. */
((parts) => {
  "use strict";
  const MANY = 12, MOST_DOTS = 8;

  function start(figure) {
    if (figure.dataset.ready) return;
    const is = {}, all = (what) => [...figure.querySelectorAll(what)];
    all("[data-is]").forEach((part) => { is[part.dataset.is] = part; });
    const { ways, minutes, from, opens } = JSON.parse(is.data.textContent);
    const hexagons = all(".map g").map((group) => {
      const [shape, cars, words] = group.children;
      return { shape, cars, words, x: Number(words.getAttribute("x")), y: Number(words.getAttribute("y")) + 1 };
    });
    const rows = all("tr[data-row]"), digit = (text, n) => parseInt(text[n], 36);
    const sum = (text) => [...text].reduce((total, one) => total + parseInt(one, 36), 0);
    const dots = (x, y, cars) => Array.from({ length: Math.min(cars, MOST_DOTS) }, (_, n) => `M${x - 6 + 4 * (n % 4)} ${y + 5 + 4 * Math.floor(n / 4)}h0`).join("");
    const clock = (minute) => `${Math.floor((from + minute) / 60)}:${String((from + minute) % 60).padStart(2, "0")}`;
    const tells = {
      served: (way, at) => way.served[at], lost: (way, at) => way.lost[at], away: (way, at) => way.away[at],
      drive: (way, at) => `${way.drive[at]}\u00a0s`, idle: (way, at) => sum(way.idle[at]),
    };
    let way = 0;

    const player = globalThis.scalemodelPlayer(is.run, {
      speed: 6,
      leap: 5,
      show(moment) {
        const at = Math.floor(moment), now = ways[way];
        hexagons.forEach(({ shape, cars, words, x, y }, n) => {
          const tenths = digit(now.shown[at], n);
          shape.style.setProperty("--n", Math.min(digit(now.asked[at], n) / MANY, 1).toFixed(2));
          cars.setAttribute("d", dots(x, y, digit(now.idle[at], n)));
          words.textContent = tenths ? (1 + tenths / 10).toFixed(1) : "";
        });
        rows.forEach((row) => ways.forEach((one, n) => { row.children[n + 1].textContent = tells[row.dataset.row](one, at).toLocaleString("en"); }));
        is.mark.setAttribute("d", is.mark.getAttribute("d").replace(/^M[\d.]+/, `M${(4 + (at * 332) / (minutes - 1)).toFixed(1)}`));
        const idle = tells.idle(now, at), over = at < 30 ? "the concert is on" : at < 60 ? "the concert lets out" : "everybody has left the hall";
        is.status.textContent = `${clock(at)}: ${over}; ${idle}\u00a0idle car${idle === 1 ? "" : "s"}, the next is ${now.drive[at]}\u00a0s away.`;
        return clock(at);
      },
    });

    is.price.onclick = () => {
      way = 1 - way;
      is.price.setAttribute("aria-pressed", way === 1);
      is.price.lastChild.textContent = way ? "on" : "off";
      player.go(player.now());
    };
    all("[disabled]").forEach((part) => { part.disabled = false; });
    player.go(opens);
    figure.dataset.ready = "1";
  }

  parts["sm-rain_map"] = start;
  document.querySelectorAll(".sm-rain_map").forEach(start);
})((globalThis.scalemodelParts ??= {}));
