/* A shelf, and three rules for who leaves it: a twin of FIFO, LRU and Belady in
   scalemodel.parts.caches. A state is never changed; `hits` says of each request so far whether
   it was found, so that its length is the number of the request at hand. */
globalThis.scalemodelShelf = (() => {
  "use strict";
  const start = (asked, places) => ({ asked, places, shelf: [], came: {}, hits: [] });
  const over = ({ asked, hits }) => hits.length === asked.length;
  const lies = ({ asked, shelf, hits }) => shelf.includes(asked[hits.length]);
  /* Whether somebody must choose before the request at hand can be served. */
  const full = (state) => !over(state) && state.shelf.length === state.places && !lies(state);

  const last = ({ asked, hits }, one) => asked.slice(0, hits.length).lastIndexOf(one);
  const next = ({ asked, hits }, one) => {
    const at = asked.indexOf(one, hits.length);
    return at < 0 ? Infinity : at;
  };

  /* Serves the request at hand; `out` leaves where it must. */
  function step(state, out) {
    const now = state.hits.length, one = state.asked[now], hit = lies(state);
    const shelf = hit ? state.shelf : full(state) ? state.shelf.map((each) => (each === out ? one : each)) : [...state.shelf, one];
    return { ...state, shelf, came: hit ? state.came : { ...state.came, [one]: now }, hits: [...state.hits, hit] };
  }

  const least = (shelf, value) => shelf.reduce((one, other) => (value(other) < value(one) ? other : one));
  const rules = {
    FIFO: (state) => least(state.shelf, (one) => state.came[one]),
    LRU: (state) => least(state.shelf, (one) => last(state, one)),
    Belady: (state) => least(state.shelf, (one) => -next(state, one)),
  };
  function play(asked, places, rule) {
    let state = start(asked, places);
    while (!over(state)) state = step(state, full(state) ? rules[rule](state) : undefined);
    return state;
  }
  return { start, over, full, last, next, step, rules, play };
})();
