// needs: ../views/memory.js ../views/typed.js
/* A prediction lock: covers a panel, and what is said after it, until a guess is made; draws the
   guess, remembers it. */
(() => {
  "use strict";
  const ENDS = "section, h1, h2, h3, h4, h5, h6, .sm-predict";
  const short = (n) => (Math.abs(n) >= 999.5 ? Math.round(n) : +n.toPrecision(3)).toLocaleString("en").replace("-", "−");

  // What follows a lock in its section: it says what the panel shows.
  function following(lock) {
    const found = [];
    for (let at = lock; !at.matches("section, article, body"); at = at.parentElement) {
      for (let next = at.nextElementSibling; next; next = next.nextElementSibling) {
        if (next.matches(ENDS) || next.querySelector(ENDS)) return found;
        found.push(next);
      }
    }
    return found;
  }

  function start(lock) {
    const told = JSON.parse(lock.dataset.guess), key = `guess ${told.key}`;
    const find = (selector) => lock.querySelector(selector);
    const form = find("form"), figure = find(".sm-panel"), problem = find(".sm-problem");
    const inputs = [...form.querySelectorAll("input")], radio = inputs[1];
    const after = following(lock);

    const isGuess = (said) => (radio ? inputs.some((i) => i.value === said)
      : typeof said === "number" && said >= told.low && said <= told.high);

    const written = (said) => (radio ? said : short(said) + told.unit);
    const isRight = (said) => said === told.answer || written(said) === told.shown;

    function sentence(said) {
      const yours = written(said);
      if (isRight(said)) return `You said ${yours}, and so does the run.`;
      if (radio) return `You said ${yours}; the run says ${told.shown}.`;
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
      figure.inert = on;
      for (const part of after) {
        part.inert = on;
        part.toggleAttribute("data-covered", on);
      }
    }

    function open(said) {
      cover(false);
      lock.dataset.open = "";
      if (said == null) return;
      find(".sm-told span").textContent = sentence(said);
      if (told.tell && !isRight(said)) find(".sm-told").lastChild.textContent = ` ${told.tell[+(said > told.answer)]}`;
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

    const kept = scalemodelMemory.recall(key), linked = new RegExp(`^#explore&(.*&)?${figure.dataset.panel}[.=]`);
    const goal = () => document.getElementById(location.hash.slice(1));
    const leadsHere = () => after.some((part) => part.contains(goal()));
    if (kept === null || isGuess(kept)) return open(kept);
    if (linked.test(location.hash) || leadsHere()) return open();
    cover(true);
    for (const part of [figure, ...after]) part.addEventListener("sm-asked", () => figure.inert && open(), true);
    window.addEventListener("hashchange", () => {
      if (!figure.inert || !leadsHere()) return;
      open();
      goal().scrollIntoView();
    });
  }

  document.querySelectorAll(".sm-predict").forEach(start); // deferred, so they are all there
})();
