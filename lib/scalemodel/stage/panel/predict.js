// needs: ../views/memory.js ../views/typed.js
/* A prediction lock: covers a panel, and what follows it in its section, until a guess is made,
   draws the guess, remembers it. */
(() => {
  "use strict";
  const short = (n) => (Math.abs(n) >= 999.5 ? Math.round(n) : +n.toPrecision(3)).toLocaleString("en").replace("-", "−");

  function start(lock) {
    const told = JSON.parse(lock.dataset.guess), key = `guess ${told.key}`;
    const find = (selector) => lock.querySelector(selector);
    const form = find("form"), figure = find(".sm-panel"), problem = find(".sm-problem");
    const inputs = [...form.querySelectorAll("input")], radio = inputs[1];
    const waiting = []; // what follows in the section tells the answer, so it waits too
    const cell = lock.closest(".cell") ?? lock;
    for (let part = cell.nextElementSibling; part && !part.matches("section, h1, h2, h3, h4")
      && !part.matches(".sm-predict") && !part.querySelector(".sm-predict"); part = part.nextElementSibling) waiting.push(part);

    const isGuess = (said) => (radio ? inputs.some((i) => i.value === said)
      : typeof said === "number" && said >= told.low && said <= told.high);

    function sentence(said) {
      const [yours, same] = radio ? [said, said === told.answer] : [short(said) + told.unit, said === told.answer];
      if (same || yours === told.shown) return [`You said ${yours}, and so does the run.`];
      if (radio) return [`You said ${yours}; the run says ${told.shown}.`];
      const off = short(Math.abs(told.answer - said)) + told.unit, more = told.answer > said;
      return [`You said ${yours}; the run gives ${told.shown}. That is ${off} ${more ? "more" : "less"}.`,
        more ? told.too_low : told.too_high];
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

    function open(said) {
      form.hidden = true;
      figure.inert = false;
      lock.dataset.open = "";
      waiting.forEach((part) => part.classList.remove("sm-waits"));
      if (said == null) return;
      const [words, side] = sentence(said), place = find(".sm-told span");
      place.textContent = words;
      if (side) place.after(` ${side}`);
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
    if (kept === null || isGuess(kept)) return open(kept);
    if (linked.test(location.hash)) return open();
    form.hidden = false;
    figure.inert = true;
    waiting.forEach((part) => part.classList.add("sm-waits"));
    figure.addEventListener("sm-asked", () => figure.inert && open());
  }

  document.querySelectorAll(".sm-predict").forEach(start); // deferred, so they are all there
})();
