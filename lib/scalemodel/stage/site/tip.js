/* Escape puts a tip away until the pointer or the focus comes again. */
(() => {
  "use strict";
  const set = (term, away) => term?.toggleAttribute("data-away", away);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape")
      document.querySelectorAll(".sm-term:is(:hover, :focus-within)").forEach((term) => set(term, true));
  });
  for (const kind of ["mouseover", "focusin"])
    document.addEventListener(kind, (event) => {
      const term = event.target.closest?.(".sm-term");
      if (term && !term.contains(event.relatedTarget)) set(term, false);
    });
})();
