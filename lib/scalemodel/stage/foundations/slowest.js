// needs: player.js
/* Page after page: a cell for each answer of the page at hand, and a mark for each page so far. */
(globalThis.scalemodelScenes ??= {}).slowest = (root) => {
  "use strict";
  const WIDE = 50, CELL = 5, PAGES = 100, MARKS_Y = 112, MARK = 10, A_ROW = 25;
  const [cells, late, pages, slowPages] = root.querySelectorAll("path");
  let data = null;

  const square = (x, y, side) => `M${x} ${y}h${side}v${side}h-${side}z`;
  const cell = (n) => square((n % WIDE) * CELL, Math.floor(n / WIDE) * CELL, CELL - 1);
  const mark = (n) => square((n % A_ROW) * MARK, MARKS_Y + Math.floor(n / A_ROW) * (MARK - 1), MARK - 2);

  const player = globalThis.scalemodelPlayer(root, {
    speed: 10,
    leap: 1,
    show(at) {
      const done = Math.floor(at), here = Math.max(done - 1, 0), slow = data.slow[here];
      const past = Array.from({ length: done }, (_, n) => n);
      const bad = past.filter((n) => data.slow[n].length);
      cells.setAttribute("d", Array.from({ length: data.asked }, (_, n) => cell(n)).join(""));
      late.setAttribute("d", slow.map(cell).join(""));
      pages.setAttribute("d", past.map(mark).join(""));
      slowPages.setAttribute("d", bad.map(mark).join(""));
      const answers = `${slow.length || "no"} slow answer${slow.length === 1 ? "" : "s"}`;
      return `page ${here + 1}: ${answers}; ${bad.length} of ${done} pages slow`;
    },
  });

  return (next) => {
    root.hidden = !next?.slow;
    if (root.hidden) return player.halt();
    const at = data ? player.now() : PAGES; // it opens on all hundred
    data = next;
    player.go(at);
  };
};
