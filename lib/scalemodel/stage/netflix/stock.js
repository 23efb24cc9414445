// needs: ../reading/contest.js night.js
/* The game: a reader fills tomorrow's shelf, and is then compared with four others.
   What it says and every element that it fills stand in the page already; see stock.py. */
scalemodelContest("sm-stock", ({ nights, words, is, say, rank }) => {
  const { score } = scalemodelNight, films = [...is.films.children];
  let night, kept, done, refused;

  function show() {
    const now = score(night, kept), times = night[done ? "asked" : ahead() ? "forecast" : "before"];
    films.forEach((film, one) => {
      film.hidden = one >= night.names.length;
      if (film.hidden) return;
      const [name, size, bar, told] = film.children;
      name.textContent = night.names[one];
      size.textContent = `${night.size[one]}\u00a0GB`;
      bar.style.width = `${(100 * times[one]) / Math.max(...times)}%`;
      const old = night.before[one] || night.onShelf[one];
      told.textContent = done ? say("came", night.asked[one])
        : (old ? say("past", night.before[one]) : words.new) + (ahead() ? `, ${say("coming", night.forecast[one])}` : "");
      film.ariaPressed = kept.includes(one);
      film.className = done ? (kept.includes(one) ? "hit" : "miss") : "";
      film.ariaDisabled = done;
    });
    is.status.hidden = done;
    is.status.textContent = refused + say("room", night.disk - now.room, night.disk, now.carried, night.carry);
    is.go.hidden = done;
    is.place.hidden = !done;
    if (done) end(now); else rank();
  }

  function end({ served, carried, fetched }) {
    const percent = Math.round((100 * served) / (served + fetched));
    rank(served, [percent, carried, fetched]);
    const missed = night.names.map((_, one) => one).filter((one) => !kept.includes(one));
    const worth = (one) => night.size[one] * night.asked[one];
    const worst = missed.sort((one, other) => worth(other) - worth(one))[0];
    is.place.textContent = `${say("place", percent)}. `
      + (served >= night.best ? words.best : say("cost", night.names[worst], night.asked[worst], night.size[worst]));
  }

  const ahead = () => is.ahead.ariaPressed === "true";
  is.ahead.onclick = () => { is.ahead.ariaPressed = !ahead(); show(); };

  function again() {
    night = nights[is.pick.selectedIndex];
    kept = night.names.map((_, one) => one).filter((one) => night.onShelf[one]);
    [done, refused] = [false, ""];
    show();
    return films[0];
  }
  function press(one) {
    if (done) return;
    const held = kept.includes(one), before = score(night, kept);
    const after = held ? kept.filter((each) => each !== one) : [...kept, one];
    const { room, left } = score(night, after);
    refused = held || (room >= 0 && left >= 0) ? ""
      : say(room < 0 ? "full" : "tired", night.names[one], night.size[one], room < 0 ? before.room : before.left);
    if (!refused) kept = after;
    show();
  }
  is.go.onclick = () => { [done, refused] = [true, ""]; show(); is.place.focus(); };
  return { again, keys: films, press };
});
