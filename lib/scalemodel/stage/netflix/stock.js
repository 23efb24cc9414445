// needs: night.js
/* The game: a reader fills tomorrow's shelf, and is then compared with four others.
   What it says and every element that it fills stand in the page already; see stock.py. */
((parts) => {
  "use strict";
  function begin(game) {
    const { score } = scalemodelNight, is = {};
    game.querySelectorAll("[data-is]").forEach((part) => { is[part.dataset.is] = part; });
    const { nights, words } = JSON.parse(is.data.textContent);
    const say = (name, ...values) => words[name].replace(/_/g, () => values.shift());
    const films = [...is.films.children];
    let night, kept, done, refused;

    function show() {
      const now = score(night, kept), ahead = is.ahead.ariaPressed === "true";
      const most = Math.max(...night.size);
      films.forEach((film, one) => {
        film.hidden = one >= night.names.length;
        if (film.hidden) return;
        const [name, size, bar, told] = film.children;
        name.textContent = night.names[one];
        size.textContent = `${night.size[one]}\u00a0GB`;
        bar.style.width = `${(100 * night.size[one]) / most}%`;
        const old = night.before[one] || night.onShelf[one];
        told.textContent = done ? say("came", night.asked[one])
          : (old ? say("past", night.before[one]) : words.new) + (ahead ? `, ${say("coming", night.forecast[one])}` : "");
        film.ariaPressed = kept.includes(one);
        film.className = done ? (kept.includes(one) ? "hit" : "miss") : "";
        film.ariaDisabled = done;
      });
      is.status.hidden = done;
      is.status.textContent = refused + say("room", night.disk - now.room, night.disk, now.carried, night.carry);
      is.go.hidden = done;
      is.place.hidden = !done;
      game.querySelectorAll("table").forEach((table, row) => {
        table.hidden = !done || row !== is.night.selectedIndex;
        if (!table.hidden) end(table.tBodies[0], now);
      });
    }

    function end(body, { served, carried, fetched }) {
      const { cells } = is.you, all = served + fetched;
      const percent = (gb) => Math.round((100 * gb) / all);
      const others = [...body.rows].filter((row) => row !== is.you);
      [percent(served), carried, fetched].forEach((value, n) => { cells[n + 1].textContent = value; });
      is.you.hidden = false;
      body.insertBefore(is.you, others.find((row) => row.dataset.served < served) ?? null);
      const missed = night.names.map((_, one) => one).filter((one) => !kept.includes(one));
      const worth = (one) => night.size[one] * night.asked[one];
      const worst = missed.sort((one, other) => worth(other) - worth(one))[0];
      is.place.textContent = `${say("place", percent(served))}. `
        + (served >= night.best ? words.best : say("cost", night.names[worst], night.asked[worst], night.size[worst]));
    }

    function again() {
      night = nights[is.night.selectedIndex];
      kept = night.names.map((_, one) => one).filter((one) => night.onShelf[one]);
      [done, refused] = [false, ""];
      show();
    }
    films.forEach((film, one) => {
      film.onclick = () => {
        if (done) return;
        const held = kept.includes(one), before = score(night, kept);
        const after = held ? kept.filter((each) => each !== one) : [...kept, one];
        const { room, left } = score(night, after);
        refused = held || (room >= 0 && left >= 0) ? ""
          : say(room < 0 ? "full" : "tired", night.names[one], night.size[one], room < 0 ? before.room : before.left);
        if (!refused) kept = after;
        show();
      };
    });
    is.go.onclick = () => { [done, refused] = [true, ""]; show(); is.place.focus(); };
    is.again.onclick = () => { again(); films[0].focus(); };
    is.night.onchange = again;
    is.ahead.onclick = () => { is.ahead.ariaPressed = is.ahead.ariaPressed !== "true"; show(); };
    is.board.hidden = false;
    again();
  }
  parts["sm-stock"] = begin;
  document.querySelectorAll(".sm-stock").forEach(begin);
})((globalThis.scalemodelParts ??= {}));
