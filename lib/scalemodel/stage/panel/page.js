/* The panels of the book: native controls over states that were drawn beforehand.

   Each <figure class="sm-panel"> carries its states as JSON. This script shows its
   controls, keeps figure, readings, sentence and table in step with them, and puts
   the state into the address. It fetches one thing, once, from beside itself: the
   drawing library. Text and table work without it. */
(() => {
  "use strict";
  const home = document.currentScript.src.replace(/[^/]*$/, "");
  const theme = window.scalemodelTheme;
  const templates = {}; // by whether it is dark: plotly draws all anew for another object
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const REST_MS = 400; // after the last move: say the readings, write the address
  const STEP_MS = 350; // between two steps while playing

  // ── The drawing library, on first need ────────────────────────────────────
  let library = null;
  function plotly() {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = home + "vendor/plotly.min.js";
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => reject(new Error("the drawing library did not load"));
      document.head.append(script);
    });
    return library;
  }

  const isDark = () => document.documentElement.dataset.theme === "dark";

  // The same with `call` done to each part of it.
  function each(value, call) {
    if (Array.isArray(value)) return value.map((item) => call(item));
    if (typeof value !== "object" || !value) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, call(item)]));
  }

  function recolour(value) {
    if (typeof value === "string") return theme.darkOf[value] ?? value;
    const plain = Array.isArray(value) && value.every((item) => typeof item === "number" || item === null);
    return plain ? value : each(value, recolour); // plotly knows an array again
  }

  // ── States: the start state, and what differs from it ─────────────────────
  const unpack = (value, rows) => rows[value?.$row] ?? each(value, (item) => unpack(item, rows));

  function stateOf(packed, number) {
    const state = unpack(packed.base, packed.rows);
    for (const [path, value] of packed.changes[number]) {
      const last = path[path.length - 1];
      let place = state;
      for (const key of path.slice(0, -1)) place = place[key] ??= {};
      if (value === null) delete place[last]; // plotly takes no null for a whole part
      else place[last] = unpack(value, packed.rows);
    }
    return state;
  }

  // ── Tables: the same as series_tables in page.py ────────────────────
  function axisTitle(layout, axis) {
    const title = layout[axis[0] + "axis" + axis.slice(1)]?.title ?? "";
    return typeof title === "string" ? title : (title.text ?? "");
  }

  const count = (values) => values.map((_, n) => n);

  function columnsOf(trace, name, layout) {
    const xTitle = axisTitle(layout, trace.xaxis ?? "x") || "x";
    const yTitle = axisTitle(layout, trace.yaxis ?? "y");
    if (trace.z?.length) {
      const across = trace.x?.length ? trace.x : count(trace.z[0]);
      const down = trace.y?.length ? trace.y : count(trace.z);
      const column = (at, n) => [`${xTitle} ${cell(at)}`, trace.z.map((row) => row[n])];
      return [yTitle || "y", down, across.map(column)];
    }
    if (trace.labels?.length) return [name, trace.labels, [[name, trace.values ?? []]]];
    const unit = trace.meta?.unit || yTitle;
    const [x, y] = [trace.x ?? [], trace.y ?? []];
    if (x.length && !y.length) return ["number", count(x), [[`${name} (${xTitle})`, x]]];
    return [xTitle, x.length ? x : count(y), [[unit ? `${name} (${unit})` : name, y]]];
  }

  function seriesTables(state) {
    const groups = new Map();
    state.data.forEach((trace, index) => {
      const name = trace.name || `series ${index + 1}`;
      const [axis, at, columns] = columnsOf(trace, name, state.layout);
      const key = JSON.stringify([axis, at]);
      if (!groups.has(key)) groups.set(key, { axis, at, names: [], columns: [] });
      groups.get(key).names.push(name);
      groups.get(key).columns.push(...columns);
    });
    return [...groups.values()];
  }

  function element(tag, text, attributes = {}) {
    const made = document.createElement(tag);
    if (text !== null) made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function cell(value) { // the same as _cell in page.py
    if (typeof value !== "number") return value ?? "–";
    return value.toLocaleString("en", { maximumSignificantDigits: 5 }).replace("-", "−");
  }

  function tableOf({ axis, at, names, columns }) {
    const table = element("table", null, { class: "sm-table" });
    table.append(element("caption", names.join(", ")));
    const number = { class: "sm-number" };
    const head = table.createTHead().insertRow();
    for (const name of [axis, ...columns.map(([name]) => name)]) {
      head.append(element("th", name, { scope: "col", ...number }));
    }
    const body = table.createTBody();
    at.forEach((here, row) => {
      if (here === null) return; // a gap in a line
      const line = body.insertRow();
      line.append(element("th", cell(here), { scope: "row", ...number }));
      for (const [, values] of columns) line.append(element("td", cell(values[row]), number));
    });
    return table;
  }

  // ── The address: #explore&1.tunnel_s=20+s&1.policy=… ──────────────────────
  const MARK = "#explore&";

  function readAddress() {
    const hash = location.hash;
    return new URLSearchParams(hash.startsWith(MARK) ? hash.slice(MARK.length) : "");
  }

  const plain = (text) => text.replaceAll("\u00a0", " "); // an address has spaces that break
  let written = null; // by ourselves, and no link that somebody followed

  function writeAddress(parameters) {
    const text = parameters.toString();
    if (!text && !location.hash.startsWith(MARK)) return;
    const address = text ? MARK + text : "#";
    written = address;
    try {
      history.replaceState(history.state, "", address);
    } catch {
      location.replace(address); // pages opened from a folder, in some browsers
    }
  }

  const panels = [];

  // Shows the panels that an address names, `1.tunnel_s=20+s` a state of one and `1=` its start.
  function show() {
    const keys = [...readAddress().keys()].map((key) => key.split(".")[0]);
    const named = panels.filter((panel) => keys.includes(panel.key));
    for (const { figure } of named) figure.dispatchEvent(new Event("sm-asked")); // to a lock
    named[0]?.figure.scrollIntoView({ block: "start", behavior: "instant" });
    return named[0];
  }

  // ── One panel ─────────────────────────────────────────────────────────────
  class Panel {
    constructor(figure) {
      this.figure = figure;
      this.key = figure.dataset.panel;
      this.find = (selector) => figure.querySelector(selector);
      this.packed = JSON.parse(this.find('script[type="application/json"]').textContent);
      this.axes = this.packed.axes;
      this.at = [...this.packed.start];
      this.inputs = this.axes.map(({ name }) => this.find(`[data-axis="${name}"]`));
      this.drawn = false;
      this.fromAddress();
      this.listen();
      this.find(".sm-controls")?.removeAttribute("hidden");
      figure.dataset.live = "";
      this.state = stateOf(this.packed, this.number());
      const moving = this.find("[data-scene]");
      this.kind = moving?.dataset.scene;
      if (moving) this.scene = scalemodelScenes[this.kind](moving, () => this.find(".sm-plot"));
      this.write();
    }

    number() {
      return this.axes.reduce((sum, axis, n) => sum * axis.texts.length + this.at[n], 0);
    }

    fromAddress() {
      const asked = readAddress();
      this.axes.forEach(({ name, texts }, n) => {
        const found = texts.map(plain).indexOf(asked.get(`${this.key}.${name}`));
        if (found >= 0) this.at[n] = found;
      });
    }

    toAddress(parameters) {
      parameters.delete(this.key);
      this.axes.forEach(({ name, texts }, n) => {
        const key = `${this.key}.${name}`;
        if (this.at[n] === this.packed.start[n]) parameters.delete(key);
        else parameters.set(key, plain(texts[this.at[n]]));
      });
      return parameters;
    }

    listen() {
      this.inputs.forEach((input, n) => {
        input.addEventListener("input", () => {
          this.stop();
          this.move(n, input.type === "checkbox" ? Number(input.checked) : Number(input.value));
        });
      });
      this.figure.addEventListener("click", (event) => {
        const button = event.target.closest("[data-do]");
        if (button) this[button.dataset.do](button);
      });
      this.figure.addEventListener("sm-marked", () => this.draw());
      this.find(".sm-numbers").addEventListener("toggle", () => this.writeTables());
    }

    move(axis, index) {
      this.at[axis] = index;
      this.change();
    }

    // By a hand, or by an address that somebody followed, which is then not written over: a
    // browser on its way back would have to stay.
    change(byHand = true) {
      this.state = stateOf(this.packed, this.number());
      this.write();
      this.margin = this.size; // to fit margins plotly draws all twice: it may once the hand rests
      this.draw();
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.rest(byHand), REST_MS);
    }

    // What the controls and the text say now.
    write() {
      this.axes.forEach(({ texts, spoken }, n) => {
        const input = this.inputs[n];
        const at = this.at[n];
        if (input.type === "checkbox") input.checked = Boolean(at);
        else input.value = at;
        if (input.type === "range") input.setAttribute("aria-valuetext", spoken[at]);
        const output = input.parentElement.querySelector("output");
        if (output) output.textContent = texts[at];
      });
      this.find(".sm-alt").textContent = this.state.alt;
      this.find(".sm-readings").replaceChildren(
        ...this.state.readings.map(([name, text]) => {
          const pair = document.createElement("div");
          pair.append(element("dt", name), element("dd", text));
          return pair;
        }),
      );
      this.scene?.(this.state[this.kind]);
      this.writeTables();
    }

    writeTables() {
      const numbers = this.find(".sm-numbers");
      numbers.hidden = this.state.data.length === 0;
      this.figure.toggleAttribute("data-counted", !numbers.hidden);
      if (!numbers.open || this.tabled === this.state) return;
      this.tabled = this.state;
      numbers.querySelector(".sm-scroll").replaceChildren(...seriesTables(this.state).map(tableOf));
    }

    rest(byHand) {
      this.margin = null;
      if (this.drawn) this.draw();
      const said = this.state.readings.map(([name, , spoken]) => `${name}: ${spoken}.`);
      this.find(".sm-live").textContent = [...said, this.state.alt].join(" ");
      if (byHand) writeAddress(panels.reduce((address, panel) => panel.toAddress(address), readAddress()));
    }

    // Draws now if the library is here, else as soon as it is; never an old state.
    draw() {
      if (this.state.svg) {
        this.find(".sm-plot").innerHTML = Object.values(this.state.svg).join("");
        this.figure.dataset.ready = "1";
        return Promise.resolve();
      }
      if (this.asked) return this.asked;
      this.asked = plotly()
        .then((Plotly) => {
          this.asked = null;
          const tint = isDark() ? recolour : (value) => value;
          const shown = this.figure.mark?.(this.state.layout) ?? this.state.layout; // a guess on it
          const layout = { autosize: true, dragmode: false, ...tint(shown) };
          const room = parseInt(getComputedStyle(this.find(".sm-plot")).minHeight); // as page.py gives it
          if (layout.height > room) layout.height = room;
          if (this.margin) layout.margin = this.margin;
          layout.template = templates[isDark()] ??= tint(theme.template);
          const options = { displayModeBar: false, responsive: true };
          return Plotly.react(this.find(".sm-plot"), tint(this.state.data), layout, options);
        })
        .then(() => {
          this.drawn = true;
          const { l, r, t, b } = this.find(".sm-plot")._fullLayout._size;
          this.size = { l, r, t, b, autoexpand: false };
          this.scene?.(this.state[this.kind]); // a cursor of its stands on the new axis
          this.find(".sm-problem").hidden = true;
          this.figure.dataset.ready = "1";
        })
        .catch((error) => {
          this.asked = null;
          const problem = this.find(".sm-problem");
          problem.textContent = `The figure could not be drawn: ${error.message}. Text and table still work.`;
          problem.hidden = false;
          this.figure.dataset.ready = "text";
        });
      return this.asked;
    }

    // ── Buttons ─────────────────────────────────────────────────────────────
    reset() {
      this.stop();
      this.at = [...this.packed.start];
      this.change();
    }

    async link(button) {
      const state = this.toAddress(new URLSearchParams()).toString();
      const text = location.href.replace(/#.*$/, "") + MARK + (state || `${this.key}=`);
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Link copied";
      } catch {
        prompt("The link to this state:", text);
      }
      setTimeout(() => (button.textContent = "Copy link"), 2000);
    }

    step(button, by) {
      const axis = this.inputs.findIndex((input) => input.id === button.dataset.for);
      const next = this.at[axis] + by;
      if (next < 0 || next >= this.axes[axis].texts.length) return false;
      this.move(axis, next);
      return true;
    }

    back(button) {
      this.stop();
      this.step(button, -1);
    }

    next(button) {
      this.stop();
      this.step(button, 1);
    }

    play(button) {
      const pause = this.playing?.button === button;
      this.stop();
      if (pause) return;
      if (calm.matches) return this.step(button, 1);
      this.playing = { button, sign: button.firstElementChild.textContent };
      button.firstElementChild.textContent = "❚❚";
      button.setAttribute("aria-pressed", "true");
      const axis = this.inputs.findIndex((input) => input.id === button.dataset.for);
      if (this.at[axis] === this.axes[axis].texts.length - 1) this.move(axis, 0);
      const tick = () => {
        if (!document.hidden && !this.step(button, 1)) return this.stop();
        this.timer = setTimeout(tick, STEP_MS);
      };
      this.timer = setTimeout(tick, STEP_MS);
    }

    stop() {
      if (!this.playing) return;
      clearTimeout(this.timer);
      this.playing.button.firstElementChild.textContent = this.playing.sign;
      this.playing.button.removeAttribute("aria-pressed");
      this.playing = null;
    }
  }

  // ── The page ──────────────────────────────────────────────────────────────
  function begin() {
    for (const figure of document.querySelectorAll(".sm-panel")) {
      figure.querySelector(".sm-numbers").open = false; // open for readers without JavaScript
      panels.push(new Panel(figure));
    }
    const near = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          near.unobserve(target);
          panels.find((panel) => panel.figure === target).draw();
        }
      },
      { rootMargin: "300px" },
    );
    for (const panel of panels) near.observe(panel.figure);
    if (show()) { // it stays in view while what is above it takes its place, until a hand moves
      const stay = new ResizeObserver(show);
      stay.observe(document.querySelector("article") ?? document.body);
      for (const act of ["wheel", "pointerdown", "keydown"]) {
        addEventListener(act, () => stay.disconnect(), { once: true, passive: true });
      }
    }

    const redraw = () => panels.filter((panel) => panel.drawn).forEach((panel) => panel.draw());
    new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    addEventListener("hashchange", ({ oldURL }) => {
      const ours = (address) => address.includes(MARK);
      const left = ours(oldURL) && location.hash === ""; // back to the start
      if ((!ours(location.hash) && !left) || location.hash === written) return;
      for (const panel of panels) {
        const before = panel.at.join();
        panel.at = [...panel.packed.start];
        panel.fromAddress();
        if (panel.at.join() === before) continue;
        panel.stop();
        panel.change(false);
      }
      show();
    });
    // The rest when the page has nothing else to do, so that paper shows every figure.
    const idle = window.requestIdleCallback ?? ((call) => setTimeout(call, 1000));
    const drawNext = () => {
      const next = panels.find((panel) => !panel.figure.dataset.ready);
      if (next) next.draw().then(() => idle(drawNext));
    };
    addEventListener("load", () => idle(drawNext));
  }

  begin(); // deferred, so the page is all there
})();
