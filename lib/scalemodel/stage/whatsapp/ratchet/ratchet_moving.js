// needs: ../../panel/steps.js
/* A talk of ten messages: links that go, wheels that turn, and a copy of a phone at one moment. */
((parts) => {
  "use strict";
  const STEP_MS = 1500, LEFT = 62, STEP = 31, LANE = { A: 22, B: 120 }, NAME = { A: "Anna", B: "Ben" };

  function start(root) {
    if (root.dataset.ready) return;
    const find = (what) => root.querySelector(what), all = (what) => [...root.querySelectorAll(what)];
    const { turns, says, opens, best } = JSON.parse(find("script").textContent);
    const [svg, caption, thief, mask, list] = ["svg", "[data-said]", "[data-thief]", "[data-mask]", "details ol"].map(find);
    const [messages, links, wheels] = ["[data-message]", "[data-link]", "[data-wheel]"].map(all);
    const locks = all("[data-lock]"), copies = all("[data-copy]");
    let theft = null, most = 0;

    const lock = () => locks.find((one) => one.ariaPressed === "true").dataset.lock;
    const numbers = (row) => row.length ? row.map((n) => n + 1).join(", ") : "none";

    /* What the copy opens of that which has been sent, once it has been made. */
    function told(at) {
      if (!theft || at < theft.after) return theft ? "The thief has not come yet." : "The thief waits. Choose a moment.";
      const row = opens[`${lock()} ${theft.phone} ${theft.after}`], sent = [...row].slice(0, at);
      const read = sent.flatMap((one, n) => (one === "1" ? [n] : []));
      let words = `${NAME[theft.phone]}’s phone was copied after ${theft.after}. Opened so far: ${numbers(read)}.`;
      if (at === turns.length) {
        most = Math.max(most, read.length);
        words += ` That is ${read.length} of ${turns.length}; your most ${most}, the most there is ${best[lock()]}.`;
      }
      return words;
    }

    function draw(at) {
      const row = theft && at >= theft.after ? opens[`${lock()} ${theft.phone} ${theft.after}`] : "";
      svg.dataset.kind = lock();
      messages.forEach((one, n) => { one.dataset.look = n >= at ? "ahead" : row[n] === "1" ? "open" : "shut"; });
      links.forEach((one, n) => { one.dataset.look = n < at - 1 ? "gone" : n === at - 1 ? "now" : "ahead"; });
      wheels.forEach((one) => { one.dataset.look = Number(one.dataset.wheel) < at ? "turned" : "ahead"; });
      mask.style.opacity = row ? 1 : 0;
      if (theft) {
        const x = LEFT + STEP * (theft.after - 0.5);
        mask.style.transform = `translateX(${x}px)`;
        mask.lastElementChild.style.transform = `translate(${20 - x}px, ${LANE[theft.phone]}px)`;
      }
      copies.forEach((one) => { one.ariaPressed = Boolean(theft) && theft.after === at && theft.phone === one.dataset.copy; });
      caption.textContent = says[lock()][at];
      thief.textContent = told(at);
      find("output").textContent = `${at} of ${turns.length}`;
    }

    const steps = globalThis.scalemodelSteps(root, { ms: STEP_MS, draw, said: [caption, thief], end: () => turns.length });
    copies.forEach((one) => { one.onclick = () => { theft = { phone: one.dataset.copy, after: steps.now() }; draw(steps.now()); }; });
    locks.forEach((pick) => {
      pick.onclick = () => {
        locks.forEach((one) => { one.ariaPressed = one === pick; });
        most = 0;
        list.replaceChildren(...says[lock()].map((words) => Object.assign(document.createElement("li"), { textContent: words })));
        draw(steps.now());
      };
    });
    steps.go(0);
    root.dataset.ready = "1";
  }

  parts["sm-ratchet_moving"] = start;
  document.querySelectorAll(".sm-ratchet_moving").forEach(start);
})((globalThis.scalemodelParts ??= {}));
