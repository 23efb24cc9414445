// needs: ../views/memory.js ../views/typed.js
/* A prediction lock: covers a panel, and what is said after it, until a guess is made; draws the
   guess, remembers it. */
(() => {
  "use strict";
  const short = (n) => (Math.abs(n) >= 999.5 ? Math.round(n) : +n.toPrecision(3)).toLocaleString("en").replace("-", "−");

  function start(lock) {
    const told = JSON.parse(lock.dataset.guess), key = `guess ${told.key}`;
    const find = (selector) => lock.querySelector(selector);
    const form = find("form"), figure = find(".sm-panel"), problem = find(".sm-problem");
    const inputs = [...form.querySelectorAll("input")], radio = inputs[1];
    const covered = [figure]; // and what follows the panel up to the next heading or lock: it says what that shows
    let next = lock.closest(".cell");
    while ((next = next.nextElementSibling) && !next.matches("section, :has(section, .sm-predict)")) covered.push(next);

    const isGuess = (said) => (radio ? inputs.some((i) => i.value === said)
      : typeof said === "number" && said >= told.low && said <= told.high);

    function sentence(said) {
      const yours = radio ? said : short(said) + told.unit;
      if (said === told.answer || yours === told.shown) return `You said ${yours}, and so does the run.`;
      if (radio) return `You said ${yours}; the run says ${told.shown}.`;
      if (told.tell) find(".sm-told").lastChild.textContent = ` ${told.tell[+(said > told.answer)]}`;
      const off = short(Math.abs(told.answer - said)) + told.unit;
      return `You said ${yours}; the run gives ${told.shown}. That is ${off} ${told.answer > said ? "more" : "less"}.`;
    }

    function draw(said) {
      if (told.mark) {
        const side = said > (told.low + told.high) / 2 ? "right" : "left";
        const shape = JSON.parse(told.mark.replaceAll("GUESS", said).replace("SIDE", side));
        figure.mark = (layout) => ({ ...layout, shapes: [...(layout.shapes ?? []), shape] });
        figure.dispatchEvent(new Event("sm-marked"));
      }
      const all = told.values, last = all && all.length - 1;
      if (!all || said < all[0] || said > all[last]) return;
      const n = Math.max(all.findIndex((value) => value >= said), 1);
      const at = (n - 1 + (said - all[n - 1]) / (all[n] - all[n - 1])) / last;
      const tick = document.createElement("span");
      tick.className = "sm-guess";
      tick.textContent = "your guess";
      tick.style.setProperty("--at", at);
      find(`[data-axis="${told.slider}"]`).after(tick);
    }

    function cover(on) {
      form.hidden = !on;
      covered.forEach((part) => (part.inert = on));
    }

    function open(said) {
      cover(false);
      lock.dataset.open = "";
      if (!isGuess(said)) return;
      find(".sm-told span").textContent = sentence(said);
      draw(said);
    }

    function reveal(said) {
      scalemodelMemory.keep(key, said);
      open(said);
      find(".sm-told + .sm-live").textContent = find(".sm-told").textContent;
      figure.tabIndex = -1;
      figure.focus({ preventScroll: true });
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const said = radio ? inputs.find((i) => i.checked)?.value : scalemodelTyped(inputs[0].value);
      if (isGuess(said)) return reveal(said);
      problem.textContent = told.why;
      inputs.forEach((i) => i.setAttribute("aria-invalid", true));
      inputs[0].focus();
    });
    find("[data-show]").addEventListener("click", () => reveal(null));

    // Who follows a link wants to see, not to guess: page.js tells of a panel, an id is looked for here.
    function follow() {
      const goal = document.getElementById(location.hash.slice(1));
      if (!covered.some((part) => part.contains(goal))) return;
      open();
      goal.scrollIntoView();
    }

    cover(true);
    covered.forEach((part) => part.addEventListener("sm-asked", open, true));
    addEventListener("hashchange", follow);
    follow();
    const kept = scalemodelMemory.recall(key);
    if (kept === null || isGuess(kept)) open(kept);
  }

  document.querySelectorAll(".sm-predict").forEach(start); // deferred, so they are all there
})();
