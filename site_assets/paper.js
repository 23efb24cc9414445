/* Paper is white: a page in dark colours is printed in light ones. */
(() => {
  "use strict";
  const page = document.documentElement;
  let before = null;
  window.addEventListener("beforeprint", () => {
    before = page.dataset.theme;
    page.dataset.theme = "light";
  });
  window.addEventListener("afterprint", () => {
    if (before !== null) page.dataset.theme = before;
  });
})();
