/* Text is shown in its own typefaces from the first, for a page that changes them jumps.

   They are asked for before the style sheets are, and for half a second at most the page waits. */
(() => {
  "use strict";
  const page = document.documentElement, home = `${page.dataset.content_root}_static/vendor/fonts/`;
  const faces = [["Serif 4", "serif-4-latin-400-normal", {}], ["Serif 4", "serif-4-latin-600-normal", { weight: "600" }],
    ["Sans 3", "sans-3-latin-wght-normal", { weight: "200 900" }]].map(([family, file, how]) => {
    const face = new FontFace(`Source ${family}`, `url(${home}source-${file}.woff2)`, how);
    document.fonts.add(face);
    return face.load();
  });
  const show = () => { page.style.visibility = ""; };
  page.style.visibility = "hidden";
  Promise.allSettled(faces).then(show);
  setTimeout(show, 500);
})();
