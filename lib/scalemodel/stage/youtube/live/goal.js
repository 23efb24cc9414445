/* A goal on its way to two screens, in the time that it takes; bars grow with it. */
((parts) => {
  "use strict";

  function start(root) {
    if (root.dataset.ready) return;
    const find = (what) => root.querySelector(what), all = (what) => [...root.querySelectorAll(what)];
    const { yours, theirs, words, stops, scale } = JSON.parse(find("script").textContent);
    const bars = [0, 1].map((row) => all(`[data-row="${row}"]`)), dots = all("circle[r=\"6\"]");
    const play = find("[data-to]"), picks = all("[data-way]"), status = find("[data-is=status]");
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const sum = (row) => row.reduce((all, part) => all + part, 0), left = +bars[0][0].getAttribute("x");
    let way = 0, frame = 0;

    const say = (key, ...gaps) => {
      const text = words[key].replace(/_/g, () => gaps.shift().toFixed(1)).replace(/(\d) s/g, "$1\u00a0s");
      if (status.textContent !== text) status.textContent = text;
    };

    /* Both rows as they are `now` seconds after the shot. */
    function draw(now) {
      [theirs, yours[way]].forEach((row, n) => {
        let began = 0, at = stops[0];
        row.forEach((part, k) => {
          const done = Math.min(Math.max(now - began, 0), part);
          bars[n][k].setAttribute("x", left + began * scale);
          bars[n][k].setAttribute("width", done * scale);
          const from = stops[k + (k > 2)], to = stops[k + 1 + (k > 1)]; // the way is two stretches
          if (done > 0) at = from + ((to - from) * done) / part;
          began += part;
        });
        dots[n].setAttribute("cx", at);
        dots[n].classList.toggle("seen", now >= began);
      });
      const shout = sum(theirs), seen = sum(yours[way]);
      if (now >= seen) say("end", seen, seen - shout);
      else if (now >= shout) say("shout", shout);
      else say("run");
      return now < Math.max(seen, shout);
    }

    function stop() {
      cancelAnimationFrame(frame);
      frame = 0;
      play.textContent = "▶ shoot";
    }

    function run() {
      if (frame) { stop(); return say("start"); }
      if (calm.matches) return draw(60);
      const began = performance.now();
      const tick = (now) => {
        if (draw((now - began) / 1000)) frame = requestAnimationFrame(tick);
        else stop();
      };
      play.textContent = "❚❚ stop";
      draw(0);
      frame = requestAnimationFrame(tick);
    }

    play.onclick = run;
    picks.forEach((pick, n) => {
      pick.onclick = () => {
        way = n;
        picks.forEach((one, k) => { one.ariaPressed = k === way; });
        stop();
        draw(60);
      };
    });
    all("[hidden]").forEach((row) => { row.hidden = false; });
    root.dataset.ready = "1";
  }

  parts["sm-goal"] = start;
  document.querySelectorAll(".sm-goal").forEach(start);
})((globalThis.scalemodelParts ??= {}));
