// needs: ../foundations/player.js
/* A home page and the services behind it: the reader picks who is slow or dead, and watches the run. */
((parts) => {
  "use strict";
  const ROW = { L: "", F: "fallback", E: "error", H: "" }, COVER = { E: "error", H: "still loading …" };
  const LOOKS = { slow: "100 times as slow", dead: "dead" };

  function start(figure) {
    if (figure.dataset.ready) return;
    const is = {}, all = (what) => [...figure.querySelectorAll(what)];
    all("[data-is]").forEach((part) => { is[part.dataset.is] = part; });
    const { names, workers, at_s, runs, begins_s, ends_s } = JSON.parse(is.data.textContent);
    const boxes = all("[data-service]"), rows = all("[data-row]");
    let [who, trouble, walls] = ["billing", "slow", "off"];

    function told(at, held, ended, came) {
      const n = names.indexOf(who), over = at < begins_s || (trouble === "slow" && at > ends_s);
      const line = Math.max(0, held[0] - workers[0]);
      const now = !who || over ? "everybody is well" : `${who} is ${LOOKS[trouble]}, ${held[n]}\u00a0calls in it`;
      const door = line ? `all workers are held, ${line}\u00a0pages wait` : `${held[0]} of ${workers[0]} workers are held`;
      return `${at}\u00a0s: ${now}; at the gateway ${door}. ${came} of ${ended} pages came.`;
    }

    const player = globalThis.scalemodelPlayer(is.run, {
      speed: 2.5,
      leap: 1,
      show(moment) {
        const n = Math.floor(moment), at = at_s[n];
        const [held, how, ended, came] = runs[[who, trouble, walls].join(" ").trim()][n];
        const page = how.includes("H") ? "H" : how.includes("E") ? "E" : "L";
        is.page.dataset.how = page;
        is.cover.textContent = COVER[page] ?? "";
        rows.forEach((row, k) => {
          row.dataset.how = how[k];
          row.lastChild.textContent = ROW[how[k]];
        });
        boxes.forEach((box, k) => {
          const wait = Math.max(0, held[k] - workers[k]), busy = held[k] - wait;
          const ill = box.dataset.service === who && at >= begins_s && (trouble === "dead" || at <= ends_s);
          box.style.setProperty("--full", busy / workers[k]);
          box.toggleAttribute("data-full", busy === workers[k]);
          box.toggleAttribute("data-ill", ill);
          box.lastChild.textContent = `${busy} of ${workers[k]}` + (wait ? `, ${wait} wait` : "");
        });
        is.status.textContent = told(at, held, ended, came);
        return `${at}\u00a0s`;
      },
    });

    function change() {
      boxes.forEach((box) => { if (box.type) box.setAttribute("aria-pressed", box.dataset.service === who); });
      is.trouble.lastChild.textContent = LOOKS[trouble];
      is.walls.lastChild.textContent = walls;
      is.walls.setAttribute("aria-pressed", walls === "on");
      player.halt();
      player.go(0);
      if (!matchMedia("(prefers-reduced-motion: reduce)").matches) is.run.firstChild.click();
    }

    is.trouble.onclick = () => { trouble = trouble === "slow" ? "dead" : "slow"; who ||= "billing"; change(); };
    is.walls.onclick = () => { walls = walls === "on" ? "off" : "on"; change(); };
    boxes.forEach((box) => {
      box.onclick = box.type && (() => { who = who === box.dataset.service ? "" : box.dataset.service; if (!who) trouble = "slow"; change(); });
      if (box.type) box.setAttribute("aria-pressed", box.dataset.service === who);
    });
    all("[disabled]").forEach((part) => { part.disabled = false; });
    player.go(0);
    figure.dataset.ready = "1";
  }

  parts["sm-home_moving"] = start;
  document.querySelectorAll(".sm-home_moving").forEach(start);
})((globalThis.scalemodelParts ??= {}));
