/* A picture that moves: things fly from where they stood to where they stand at the next step. */
((parts) => {
  "use strict";
  const STEP_MS = 900, LOOKS = ["plain", "busy", "good", "bad", "faint"];

  function start(figure) {
    if (figure.dataset.ready) return;
    const find = (what) => figure.querySelector(what), all = (what) => [...figure.querySelectorAll(what)];
    const { ways } = JSON.parse(find("script").textContent);
    const things = all("svg > g[data-look]"), caption = find("figcaption"), picks = all("[data-way]");
    const [play, back, next] = all("[data-to]");
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    let way = 0, at = 0, timer = null;

    function draw() {
      const [words, ...places] = ways[way][at], last = ways[way].length - 1;
      things.forEach((thing, n) => {
        const place = places[n];
        thing.style.opacity = place ? 1 : 0;
        if (!place) return;
        const appears = thing.dataset.gone !== "0";
        thing.style.transition = appears ? "opacity 300ms" : ""; // it does not fly in from nowhere
        thing.style.transform = `translate(${place[0]}px,${place[1]}px)`;
        thing.dataset.look = LOOKS[place[2] ?? 0];
      });
      things.forEach((thing, n) => { thing.dataset.gone = places[n] ? "0" : "1"; });
      caption.textContent = words;
      find("output").textContent = `step ${at + 1} of ${last + 1}`;
      back.disabled = at === 0;
      next.disabled = at === last;
      picks.forEach((pick, n) => pick.setAttribute("aria-pressed", n === way));
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      play.textContent = "▶ play";
      caption.setAttribute("aria-live", "polite");
    }

    function step(by) {
      at = Math.min(Math.max(at + by, 0), ways[way].length - 1);
      if (at === ways[way].length - 1) stop();
      draw();
    }

    function run() {
      if (timer) return stop();
      if (at === ways[way].length - 1) at = -1;
      caption.setAttribute("aria-live", "off"); // a reader who listens steps at their own pace
      play.textContent = "❚❚ pause";
      timer = setInterval(() => (document.hidden ? stop() : step(1)), STEP_MS);
      step(1);
    }

    play.onclick = run;
    back.onclick = () => { stop(); step(-1); };
    next.onclick = () => { stop(); step(1); };
    picks.forEach((pick, n) => (pick.onclick = () => { way = n; at = 0; stop(); draw(); if (!calm.matches) run(); }));
    play.hidden = calm.matches;
    calm.addEventListener("change", () => { stop(); play.hidden = calm.matches; });
    all(".sm-moving-buttons, .sm-moving-ways").forEach((row) => { row.hidden = false; });
    draw();
    figure.dataset.ready = "1";
  }

  parts["sm-moving"] = start;
  document.querySelectorAll(".sm-moving").forEach(start);
})((globalThis.scalemodelParts ??= {}));
