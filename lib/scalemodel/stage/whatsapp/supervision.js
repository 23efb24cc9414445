/* A tree of supervisors: a worker that is clicked crashes, and the steps of its run are shown. */
((parts) => {
  "use strict";
  const STEP_MS = 900;

  function start(root) {
    if (root.dataset.ready) return;
    const find = (what) => root.querySelector(what), all = (what) => [...root.querySelectorAll(what)];
    const { runs } = JSON.parse(find("script").textContent);
    const [play, back, next] = all("[data-to]"), picks = all("[data-strategy]"), often = find("select");
    const nodes = all("[data-node]"), said = find("[data-said]"), list = find("ol");
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    let victim = "index", at = 0, timer = null, steps = [];

    function draw() {
      const [words, node, what, down] = steps[at];
      const started = steps.slice(0, at + 1).filter((step) => step[2] === "start").map((step) => step[1]);
      nodes.forEach((one) => {
        const name = one.dataset.node;
        one.className = down.includes(name) ? (steps.slice(0, at + 1).findLast(([, who, how]) => who === name && how)?.[2] === "crash" ? "dead" : "gone")
          : started.includes(name) ? "new" : "";
        if (name === node) one.classList.add("now");
      });
      said.textContent = words;
      find("output").textContent = `step ${at + 1} of ${steps.length}`;
      back.disabled = at === 0;
      next.disabled = at === steps.length - 1;
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      play.textContent = "▶ play";
      said.setAttribute("aria-live", "polite");
    }

    function go(by) {
      at = Math.min(Math.max(at + by, 0), steps.length - 1);
      if (at === steps.length - 1) stop();
      draw();
    }

    function run() {
      if (timer) return stop();
      if (at === steps.length - 1) at = 0;
      said.setAttribute("aria-live", "off"); // a reader who listens steps at their own pace
      play.textContent = "❚❚ pause";
      timer = setInterval(() => (document.hidden ? stop() : go(1)), STEP_MS);
      go(1);
    }

    /* Another run, from its beginning. */
    function load(plays) {
      stop();
      const strategy = picks.find((pick) => pick.ariaPressed === "true").dataset.strategy;
      steps = runs[`${strategy} ${victim} ${often.value}`];
      list.replaceChildren(...steps.map(([words]) => Object.assign(document.createElement("li"), { textContent: words })));
      at = 0;
      if (plays && !calm.matches) run();
      else go(plays ? 1 : 0);
    }

    play.onclick = run;
    back.onclick = () => { stop(); go(-1); };
    next.onclick = () => { stop(); go(1); };
    picks.forEach((pick) => { pick.onclick = () => { picks.forEach((one) => { one.ariaPressed = one === pick; }); load(true); }; });
    often.onchange = () => load(true);
    nodes.forEach((one) => { one.onclick = () => { if (one.tagName === "BUTTON") { victim = one.dataset.node; load(true); } }; });
    play.hidden = calm.matches;
    calm.addEventListener("change", () => { stop(); play.hidden = calm.matches; });
    all(".sm-moving-buttons, .sm-moving-ways").forEach((row) => { row.hidden = false; });
    load(false);
    root.dataset.ready = "1";
  }

  parts["sm-supervision"] = start;
  document.querySelectorAll(".sm-supervision").forEach(start);
})((globalThis.scalemodelParts ??= {}));
