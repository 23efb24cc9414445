// needs: train.js
/* The film of a session: what the viewer saw at a moment, and a cursor over the figure.

   A panel gives it the film of each state; the moment stays, so that two states can be
   compared at it. */
(() => {
  "use strict";
  const SPEED = 10; // seconds of the session in one of the reader's
  const STEP_S = 4; // where motion is unwanted, ▶ goes on by so much

  // What is on the screen: the segment, how much of the video has played, how it is.
  function momentOf({ seen, px, each }, at) {
    const here = seen.findLastIndex((start) => start <= at);
    if (here < 0) return { px: px[0], played: 0, stopped: true, words: "waiting for the first picture" };
    const gone = at - seen[here];
    const words = `${px[here]}p`;
    if (gone < each) return { px: px[here], played: here * each + gone, stopped: false, words };
    const over = here === seen.length - 1;
    return { px: px[here], played: (here + 1) * each, stopped: !over, words: over ? "over" : "stopped" };
  }

  (globalThis.scalemodelScenes ??= {}).film = (root, plotOf) => {
    const [canvas, button, slider, output] = root.querySelectorAll("canvas, button, input, output");
    const sign = button.firstElementChild;
    const cursor = document.createElement("i");
    cursor.className = "sm-cursor";
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    let [film, at, frame] = [null, 0, 0];

    function show() {
      const now = momentOf(film, at);
      globalThis.scalemodelTrain.paint(canvas, now.px, now.played, now.stopped);
      slider.value = at;
      output.textContent = `${Math.round(at)}\u00a0s: ${now.words}`;
      slider.setAttribute("aria-valuetext", output.textContent);
      const plot = plotOf();
      const axis = plot?._fullLayout?.xaxis; // where plotly puts a second of the session
      if (!axis) return;
      plot.style.position = "relative";
      plot.append(cursor);
      cursor.style.left = `${axis._offset + axis.l2p(at)}px`;
    }

    function halt() {
      cancelAnimationFrame(frame);
      frame = 0;
      sign.textContent = "▶";
    }

    function go(to) {
      at = Math.min(to, Number(slider.max));
      show();
      if (at === Number(slider.max)) halt();
    }

    button.addEventListener("click", () => {
      if (frame) return halt();
      if (at >= Number(slider.max)) at = film.opens;
      if (calm.matches) return go(at + STEP_S);
      sign.textContent = "❚❚";
      let before = performance.now();
      const tick = (time) => {
        const more = ((time - before) / 1000) * SPEED;
        before = time;
        frame = requestAnimationFrame(tick);
        if (!document.hidden) go(at + Math.max(more, 0));
      };
      frame = requestAnimationFrame(tick);
    });
    slider.addEventListener("input", () => {
      halt();
      go(Number(slider.value));
    });

    return (next) => {
      root.hidden = !next?.seen;
      if (root.hidden) return halt();
      if (!film) at = next.opens;
      film = next;
      slider.max = Math.ceil(next.seen.at(-1) + next.each);
      go(at);
    };
  };
})();
