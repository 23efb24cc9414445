// needs: ../reading/contest.js
/* The game: a reader draws lines from riders to cars, and is then compared with three others.
   What it says and every element that it fills stand in the page already; see match.py. */
scalemodelContest("sm-match", ({ maps, letters, words, is, say, rank }) => {
  const riders = [...is.riders.children], cars = [...is.cars.children];
  let map, carOf, now, done, left;

  const minutes = (tenths) => (tenths / 10).toFixed(1);
  const given = () => carOf.map((car, rider) => (car < 0 ? 0 : map.tenths[rider][car]));
  const total = () => given().reduce((one, other) => one + other, 0);
  const line = (rider, car, kind) => car < 0 ? ""
    : `<path class="${kind}" d="M${map.riders[rider]}L${map.cars[car]}"/>`;

  function put(buttons, places, dress) {
    buttons.forEach((button, n) => {
      button.hidden = n >= places.length;
      if (button.hidden) return;
      button.style.setProperty("--x", places[n][0]);
      button.style.setProperty("--y", places[n][1]);
      button.ariaDisabled = done;
      dress(button, n);
    });
  }

  function show() {
    const asks = letters[now];
    put(riders, map.riders, (button, n) => {
      button.ariaPressed = n === now;
      button.ariaLabel = say("rider", letters[n]);
      button.classList.toggle("has", carOf[n] >= 0);
    });
    put(cars, map.cars, (button, n) => {
      const to = carOf.indexOf(n);
      button.ariaLabel = say("car", n + 1, minutes(map.tenths[now][n]), asks) + (to < 0 ? "" : say("taken", letters[to]));
      button.classList.toggle("has", to >= 0);
    });
    const all = carOf.every((car) => car >= 0);
    is.lines.innerHTML = (done ? carOf.map((car, n) => (car === map.best[n] ? "" : line(n, map.best[n], "best"))) : [])
      .concat(carOf.map((car, n) => line(n, car, "mine"))).join("");
    is.status.textContent = left + (all ? say("all", minutes(total())) : say("asks", asks, minutes(total())));
    is.go.ariaDisabled = !all;
    is.status.hidden = is.go.hidden = done;
    is.place.hidden = !done;
    if (!done) return rank();
    const same = carOf.filter((car, n) => car === map.best[n]).length;
    rank(-total(), [minutes(total()), minutes(Math.max(...given())), `${same} of ${carOf.length}`]);
    const least = map.best.reduce((sum, car, n) => sum + map.tenths[n][car], 0);
    is.place.textContent = say("place", minutes(total())) + (total() > least ? say("cost", minutes(least)) : words.best);
  }

  function again() {
    map = maps[is.pick.selectedIndex];
    carOf = map.riders.map(() => -1);
    [now, done, left] = [0, false, ""];
    show();
    return riders[0];
  }
  function press(car) {
    if (done || car >= map.cars.length) return;
    const had = carOf.indexOf(car);
    left = had < 0 || had === now ? "" : say("left", letters[had]);
    if (had >= 0) carOf[had] = -1;
    carOf[now] = car;
    const next = carOf.indexOf(-1);
    if (next >= 0) now = next;
    show();
  }
  riders.forEach((button, n) => { button.onclick = () => { if (!done) { [now, left] = [n, ""]; show(); } }; });
  is.go.onclick = () => {
    if (carOf.includes(-1)) return;
    done = true;
    show();
    is.place.focus();
  };
  return { again, keys: cars, press };
});
