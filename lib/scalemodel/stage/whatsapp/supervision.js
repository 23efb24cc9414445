// needs: ../panel/steps.js
/* A tree of supervisors: a worker that is clicked crashes, and the steps of its run are shown. */
((parts) => {
  "use strict";
  const STEP_MS = 900;

  function start(root) {
    if (root.dataset.ready) return;
    const find = (what) => root.querySelector(what), all = (what) => [...root.querySelectorAll(what)];
    const { runs } = JSON.parse(find("script").textContent);
    const picks = all("[data-strategy]"), often = find("select");
    const nodes = all("[data-node]"), said = find("[data-said]"), list = find("ol");
    let victim = "index", steps = [];

    function draw(at) {
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
    }

    const player = globalThis.scalemodelSteps(root, { ms: STEP_MS, draw, said: [said], end: () => steps.length - 1, first: 1 });

    /* Another run, from its beginning. */
    function load(plays) {
      player.stop();
      const strategy = picks.find((pick) => pick.ariaPressed === "true").dataset.strategy;
      steps = runs[`${strategy} ${victim} ${often.value}`];
      list.replaceChildren(...steps.map(([words]) => Object.assign(document.createElement("li"), { textContent: words })));
      player.go(0);
      if (plays && player.run() === true) player.go(1); // at once, where motion is unwanted
    }

    picks.forEach((pick) => { pick.onclick = () => { picks.forEach((one) => { one.ariaPressed = one === pick; }); load(true); }; });
    often.onchange = () => load(true);
    nodes.forEach((one) => { one.onclick = () => { if (one.tagName === "BUTTON") { victim = one.dataset.node; load(true); } }; });
    load(false);
    root.dataset.ready = "1";
  }

  parts["sm-supervision"] = start;
  document.querySelectorAll(".sm-supervision").forEach(start);
})((globalThis.scalemodelParts ??= {}));
