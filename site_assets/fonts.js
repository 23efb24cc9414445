/* Text keeps the typefaces that it is first shown in, for a page that changes them jumps.

   Its own are asked for before the style sheets are, and for half a second at most the page
   waits. What comes later is there for the next page. */
(() => {
  "use strict";
  const page = document.documentElement, home = `${page.dataset.content_root}_static/vendor/fonts/`;
  const faces = [["Serif 4", "serif-4-latin-400-normal", {}], ["Serif 4", "serif-4-latin-600-normal", { weight: "600" }],
    ["Serif 4", "serif-4-latin-400-italic", { style: "italic" }], ["Sans 3", "sans-3-latin-wght-normal", { weight: "200 900" }],
  ].map(([family, file, how]) => new FontFace(`Source ${family}`, `url(${home}source-${file}.woff2)`, how));
  let shown = false;
  const show = () => {
    page.style.visibility = "";
    shown = true;
  };
  page.style.visibility = "hidden";
  setTimeout(show, 500);
  Promise.allSettled(faces.map((face) => face.load())).then(() => {
    if (!shown) faces.forEach((face) => document.fonts.add(face));
    show();
  });
})();
