/* A machine fills with phones until a gauge is full; each change makes one cost less. */
((parts) => {
  "use strict";
  const FILL_MS = 1800;

  function start(root) {
    if (root.dataset.ready) return;
    const find = (what) => root.querySelector(what), all = (what) => [...root.querySelectorAll(what)];
    const { box, phone, changes, most, best, names, words, dot } = JSON.parse(find("script").textContent);
    const dots = all("[data-is=dots] circle"), gauges = all("[data-gauge]"), percents = all("[data-percent]");
    const [play, empty] = all("[data-to]"), picks = all("[data-change]"), status = find("[data-is=status]");
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const made = new Set();
    let phones = 0, frame = 0;

    /* What each part would hold; the changes in the order of the list, so that Python has the same digits. */
    const held = () => box.map((room, part) => Math.floor(room / changes.reduce((cost, change, n) => (made.has(n) ? cost * change[part] : cost), phone[part])));
    const said = (key, ...gaps) => words[key].replace(/_/g, () => gaps.shift());
    const number = (many) => Math.floor(many).toLocaleString("en");

    function draw() {
      const now = held(), full = Math.min(...now), wall = names[now.indexOf(full)], left = most - made.size;
      dots.forEach((one, n) => one.classList.toggle("on", phones >= (n + 0.5) * dot));
      gauges.forEach((gauge, n) => {
        const share = phones / now[n];
        gauge.style.transform = `scaleX(${Math.min(share, 1)})`;
        gauge.classList.toggle("full", share > 0.9999);
        percents[n].textContent = `${Math.round(100 * share)} %`;
      });
      picks.forEach((pick, n) => {
        pick.ariaPressed = made.has(n);
        pick.disabled = frame !== 0 || (!left && !made.has(n));
      });
      empty.disabled = !phones && !made.size;
      play.disabled = phones >= full - 0.5;
      play.textContent = frame ? "❚❚ stop" : "▶ fill it";
      if (!phones) status.textContent = words.empty;
      else if (phones < full - 0.5) status.textContent = said("room", number(phones));
      else if (left) status.textContent = said("full", number(full), wall, left);
      else status.textContent = said("end", number(full), wall, number(best), Math.round((100 * full) / best));
    }

    function halt() {
      cancelAnimationFrame(frame);
      frame = 0;
      status.ariaLive = "polite";
    }

    function run() {
      if (frame) { halt(); return draw(); }
      const to = Math.min(...held()), from = phones;
      if (calm.matches) { phones = to; return draw(); }
      const began = performance.now();
      status.ariaLive = "off"; // only the end is read aloud
      const tick = (now) => {
        const share = Math.min(Math.max(now - began, 0) / FILL_MS, 1);
        phones = from + (to - from) * share;
        if (share < 1) frame = requestAnimationFrame(tick);
        else halt();
        draw();
      };
      frame = requestAnimationFrame(tick);
      draw();
    }

    play.onclick = run;
    empty.onclick = () => { halt(); made.clear(); phones = 0; draw(); };
    picks.forEach((pick, n) => {
      pick.onclick = () => {
        if (!made.delete(n)) made.add(n);
        phones = Math.min(phones, ...held());
        draw();
        if (made.has(n) && phones && !calm.matches) run();
      };
    });
    find(".sm-moving-buttons").hidden = false;
    draw();
    root.dataset.ready = "1";
  }

  parts["sm-fill"] = start;
  document.querySelectorAll(".sm-fill").forEach(start);
})((globalThis.scalemodelParts ??= {}));
