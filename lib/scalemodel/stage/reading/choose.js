// needs: ../views/memory.js
/* A pick among designs: kept under company and chapter, and taken back. */
((parts) => {
  "use strict";
  const { recall, keep } = scalemodelMemory;

  function start(set) {
    if (set.dataset.live) return;
    set.dataset.live = "1";
    const key = `sm-choose:${set.dataset.name}`, radios = [...set.querySelectorAll("input")];
    const said = set.querySelector("[role=status]"), back = set.querySelector("button");
    const show = (pick, words) => {
      radios.forEach((radio) => { radio.checked = radio.value === pick; });
      said.textContent = words;
      back.hidden = !words;
    };
    const kept = recall(key), known = radios.some((radio) => radio.value === kept);
    show(known ? kept : null, known ? "Your pick of before." : "");
    set.addEventListener("change", (event) => {
      keep(key, event.target.value);
      show(event.target.value, "Noted, on this device only.");
    });
    set.addEventListener("keydown", (event) => { // a notebook would go to its next cell
      if (event.key.startsWith("Arrow")) event.stopPropagation();
    });
    back.addEventListener("click", () => {
      keep(key, null);
      show(null, "");
      radios[0].focus();
    });
  }
  parts["sm-choose"] = start;
  document.querySelectorAll(".sm-choose").forEach(start);
})((globalThis.scalemodelParts ??= {}));
