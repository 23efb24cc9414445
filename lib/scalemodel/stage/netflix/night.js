/* A shelf at two in the morning, and what comes of it: a twin of `score` in stock.py. */
globalThis.scalemodelNight = (() => {
  "use strict";
  function score(night, kept) {
    let [room, served, fetched, carried] = [night.disk, 0, 0, 0];
    night.size.forEach((size, one) => {
      if (kept.includes(one)) {
        room -= size;
        served += size * night.asked[one];
        carried += night.onShelf[one] ? 0 : size;
      } else fetched += size * night.asked[one];
    });
    const left = night.carry - carried;
    return { served, fetched, carried, room, left, fits: room >= 0 && left >= 0 };
  }
  return { score };
})();
