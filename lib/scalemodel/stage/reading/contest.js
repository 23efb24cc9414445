// needs: ../views/typed.js
/* What every game against others does; what it fills stands in the page, see contest.py.

   `play` is called with each element of the kind: with its data, its parts by name (`is`), `say`,
   which fills the gaps of a word, and `rank`. It answers how a round begins `again`, which
   answers the first to be pressed, its `keys`, and what it is to `press` the n-th. */
globalThis.scalemodelContest = (kind, play) => {
  function begin(game) {
    const is = {};
    game.querySelectorAll("[data-is]").forEach((part) => { is[part.dataset.is] = part; });
    const data = JSON.parse(is.data.textContent);
    const say = (word, ...values) => data.words[word].replace(/_/g, () => values.shift());

    /* Shows the round's table with the reader's figures, and answers the rows below; or no table. */
    function rank(score, figures) {
      let worse;
      game.querySelectorAll("table").forEach((table, round) => {
        table.hidden = !figures || round !== is.pick.selectedIndex;
        if (table.hidden) return;
        worse = [...table.tBodies[0].rows].filter((row) => row.dataset.score < score);
        figures.forEach((figure, n) => { is.you.cells[n + 1].textContent = figure; });
        is.you.hidden = false;
        table.tBodies[0].insertBefore(is.you, worse[0]);
      });
      return worse;
    }

    const { again, keys, press } = play({ ...data, is, say, rank });
    keys.forEach((key, n) => { key.onclick = () => press(n); });
    is.again.onclick = () => again().focus();
    is.pick.onchange = again;
    if (is.play) is.play.onkeydown = (event) => {
      const n = scalemodelTyped(event.key) - 1;
      if (keys[n] && !event.ctrlKey && !event.metaKey && !event.altKey) press(n);
    };
    is.board.hidden = false;
    again();
  }
  (globalThis.scalemodelParts ??= {})[kind] = begin;
  document.querySelectorAll(`.${kind}`).forEach(begin);
};
