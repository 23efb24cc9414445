// needs: ../reading/contest.js shelf.js
/* The game: a reader throws things off a full shelf, and is then compared with three rules.
   What it says and every element that it fills stand in the page already; see evict.py. */
scalemodelContest("sm-evict", ({ rows, places, names, words, is, say, rank }) => {
  const { start, over, full, last, next, step, rules } = scalemodelShelf, keys = [...is.keys.children];
  let state, thrown, seen;

  const ahead = () => is.ahead.ariaPressed === "true";
  is.ahead.onclick = () => { is.ahead.ariaPressed = !ahead(); show(); };

  const name = (one) => names[one];
  const marks = (asked, hits) => asked.map((one, n) => {
    const kind = n < hits.length ? (hits[n] ? "hit" : "miss") : n === hits.length ? "now" : "";
    return `<span class="${kind}">${n <= hits.length || ahead() ? name(one) : "·"}</span>`;
  }).join("");

  function show() {
    const { asked, shelf, hits } = state, now = hits.length, done = over(state);
    is.strip.innerHTML = marks(asked, hits);
    is.strip.ariaLabel = say("strip", asked.slice(0, now).map((one, n) => say(hits[n] ? "hit" : "miss", name(one))).join(", "));
    const found = hits.slice(seen).filter(Boolean).length;
    is.status.textContent = (found ? say(found > 1 ? "found" : "one", found) : "")
      + (done ? "" : say("ask", now + 1, name(asked[now])));
    keys.forEach((key, place) => {
      const one = shelf[place], coming = next(state, one);
      key.firstChild.textContent = name(one);
      const times = asked.slice(0, now).filter((each) => each === one).length;
      key.lastChild.textContent = ahead()
        ? (coming < Infinity ? say("coming", coming - now) : words.never)
        : say("past", now - last(state, one), times);
    });
    is.play.hidden = done;
    is.end.hidden = !done;
    if (done) end(); else rank();
  }

  function end() {
    const { asked, hits } = state, mine = hits.filter(Boolean).length;
    rank(mine, [mine, hits.length - mine]);
    const others = [...is.you.parentNode.rows].filter((row) => row !== is.you);
    is.mine.innerHTML = marks(asked, hits);
    is.place.textContent = say("place", mine, hits.length);
    const told = others.map((row) => say("other", row.dataset.who, row.dataset.score)).join(", ");
    const like = (rule) => thrown.filter((each) => each[rule]).length;
    const cost = thrown.find((each) => !each.Belady);
    is.words.textContent = say("told", told) + say("like", thrown.length, like("LRU"), like("Belady"))
      + (cost ? say("cost", cost.now + 1, name(cost.out), cost.again + 1)
        + say(cost.later < Infinity ? "later" : "gone", name(cost.best), cost.later + 1) : words.best);
  }

  /* Serves all that needs no choice. */
  function serve() {
    while (!over(state) && !full(state)) state = step(state);
    show();
  }
  function again() {
    state = start(rows[is.pick.selectedIndex], places);
    [thrown, seen] = [[], 0];
    serve();
    return keys[0];
  }
  function press(place) {
    if (over(state)) return;
    const out = state.shelf[place], best = rules.Belady(state), now = state.hits.length;
    const [again, later] = [out, best].map((one) => next(state, one));
    thrown.push({ now, out, again, best, later, LRU: rules.LRU(state) === out, Belady: again === later });
    seen = now;
    state = step(state, out);
    serve();
    if (over(state)) is.place.focus();
  }
  return { again, keys, press };
});
