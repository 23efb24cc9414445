// needs: ../panel/steps.js
/* A week of a monkey: a hand over the calendar, gates that light one after another, a fleet of dots. */
((parts) => {
  "use strict";
  const STEP_MS = 1600, GATE_MS = 45, WEEK = 7 * 1440, LETTERS = "abc";

  function start(root) {
    if (root.dataset.ready) return;
    const find = (what) => root.querySelector(what), all = (what) => [...root.querySelectorAll(what)];
    const { runs, gates } = JSON.parse(find("script").textContent);
    const [caption, fleet, marks, hand, drawn, leash] = ["[data-said]", "[data-fleet]", "[data-marks]", "[data-hand]", "[data-beast-drawn]", "[data-leash]"].map(find);
    const beasts = all("[data-beast]"), sizes = all("select"), lights = all("svg + ol > li"), list = find("details ol");
    let lighting = null, steps = [];

    const pressed = (button) => button.ariaPressed === "true";
    const beast = () => beasts.find(pressed).dataset.beast;
    const size = () => sizes.map((select) => Number(select.value));
    const x = (minute) => 5 + (350 * minute) / WEEK;

    /* Where each place of the fleet is, zone by zone, and the boxes around them. */
    function stand() {
      const [regions, zones, each] = size(), wide = 350 / regions, places = [], boxes = [];
      for (let region = 0; region < regions; region += 1) {
        boxes.push(`<rect x="${7 + region * wide}" y="70" width="${wide - 4}" height="94" rx="5"/><text x="${14 + region * wide}" y="85">region ${region + 1}</text>`);
        for (let zone = 0; zone < zones; zone += 1) {
          const middle = 5 + region * wide + ((zone + 0.5) * wide) / zones;
          boxes.push(`<text x="${middle}" y="158" text-anchor="middle">${LETTERS[zone]}</text>`);
          for (let n = 0; n < each; n += 1) places.push([middle + (each === 1 ? 0 : 16 * (n % 2) - 8), 118 + 16 * (n >> 1) - (each > 2 ? 8 : 0)]);
        }
      }
      return { places, boxes };
    }

    function light(passed, refused, tried) {
      clearInterval(lighting);
      const upTo = (n) => lights.forEach((gate, m) => {
        gate.className = m < Math.min(n, passed) ? "open" : tried && refused && m === passed && n > passed ? "shut" : "";
      });
      if (!tried || !player.plays()) return upTo(tried ? gates + 1 : 0);
      let lit = 0;
      upTo(0);
      lighting = setInterval(() => { upTo(++lit); if (lit > gates) clearInterval(lighting); }, GATE_MS);
    }

    function draw(at) {
      const [minute, words, down = [], struck = [], passed = 0, refused = 0] = steps[at], { places, boxes } = stand();
      fleet.innerHTML = boxes.join("") + places.map(([cx, cy], n) =>
        `<circle cx="${cx}" cy="${cy}" r="6" class="${down.includes(n) ? "down" : ""}"/>`).join("");
      const naive = beast() === "no gates", tried = struck.length > 0 || refused;
      hand.style.transform = `translateX(${x(minute) - 5}px)`;
      marks.innerHTML = steps.slice(0, at + 1).filter(([, , , hit = [], , no]) => hit.length || no).map(([when, , , , , no]) =>
        `<path d="${no ? "M-4 0h8" : naive ? "M-4 -4l8 8M4 -4l-8 8" : "M-4 0a4 4 0 0 0 8 0a4 4 0 0 0 -8 0"}" class="${no ? "no" : naive ? "" : pressed(leash) ? "dry" : "kill"}" style="transform:translate(${x(when)}px,39px)"/>`).join("");
      const spot = struck.length ? [0, 1].map((axis) => struck.reduce((sum, n) => sum + places[n][axis], 0) / struck.length) : [x(minute), 61];
      drawn.style.transform = `translate(${spot[0]}px,${spot[1] - (struck.length ? 17 : 0)}px) scale(${{ Gorilla: 1.4, Kong: 1.8 }[beast()] ?? 1})`;
      drawn.style.opacity = tried ? 1 : 0;
      drawn.classList.toggle("held", !naive && pressed(leash));
      light(passed, refused, tried && !naive);
      caption.textContent = words;
      find("output").textContent = `step ${at + 1} of ${steps.length}`;
    }

    const player = globalThis.scalemodelSteps(root, { ms: STEP_MS, draw, said: [caption], end: () => steps.length - 1 });

    /* Another beast, fleet or leash: another week, from its beginning. */
    function week(plays) {
      player.stop();
      leash.disabled = beast() === "no gates";
      steps = runs[`${beast()} ${size().join(" ")}${pressed(leash) && !leash.disabled ? " leashed" : ""}`];
      list.replaceChildren(...steps.map(([, words]) => Object.assign(document.createElement("li"), { textContent: words })));
      player.go(0);
      if (plays) player.run();
    }

    beasts.forEach((pick) => { pick.onclick = () => { beasts.forEach((one) => { one.ariaPressed = one === pick; }); week(true); }; });
    leash.onclick = () => { leash.ariaPressed = !pressed(leash); week(true); };
    sizes.forEach((select) => { select.onchange = () => week(false); });
    week(false);
    root.dataset.ready = "1";
  }

  parts["sm-monkey_moving"] = start;
  document.querySelectorAll(".sm-monkey_moving").forEach(start);
})((globalThis.scalemodelParts ??= {}));
