// needs: ../views/typed.js
/* What every game against others does; what it fills stands in the page, see contest.py.

   `play` is called with each element of the kind: with its data, its parts by name (`is`), `say`,
   which fills the gaps of a word, and `rank`. It answers what is done `again` and again: its `keys`,
   which of them is `first`, what it is to `press` the n-th, and what to `show`. */
globalThis.scalemodelContest = (kind, play) => {
  "use strict";
  function begin(game) {
    const is = {}, tables = game.querySelectorAll("table");
    game.querySelectorAll("[data-is]").forEach((part) => { is[part.dataset.is] = part; });
    const data = JSON.parse(is.data.textContent), at = () => is.pick.selectedIndex;
    const say = (word, ...values) => data.words[word].replace(/_/g, () => values.shift());
    const ahead = () => is.ahead.ariaPressed === "true";

    /* Shows the round's table with the reader's figures, and answers the others' rows; or no table. */
    function rank(score, figures) {
      tables.forEach((table, round) => { table.hidden = !figures || round !== at(); });
      if (!figures) return [];
      const body = tables[at()].tBodies[0], others = [...body.rows].filter((row) => row !== is.you);
      figures.forEach((figure, n) => { is.you.cells[n + 1].textContent = figure; });
      is.you.hidden = false;
      body.insertBefore(is.you, others.find((row) => row.dataset.score < score) ?? null);
      return others;
    }

    const { again, keys, first = 0, press, show } = play({ ...data, is, at, say, ahead, rank });
    keys.forEach((key, n) => { key.onclick = () => press(n); });
    is.again.onclick = () => { again(); keys[first].focus(); };
    is.pick.onchange = again;
    if (is.ahead) is.ahead.onclick = () => { is.ahead.ariaPressed = !ahead(); show(); };
    if (is.play) is.play.onkeydown = ({ key, ctrlKey, metaKey, altKey }) => {
      const n = scalemodelTyped(key) - 1;
      if (keys[n] && !ctrlKey && !metaKey && !altKey) press(n);
    };
    is.board.hidden = false;
    again();
  }
  (globalThis.scalemodelParts ??= {})[kind] = begin;
  document.querySelectorAll(`.${kind}`).forEach(begin);
};
