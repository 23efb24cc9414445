// needs: ../views/memory.js ../views/typed.js
/* A quiz: checks an answer, says what each choice means, remembers, and copies. */
((parts) => {
  "use strict";
  const { recall, keep } = scalemodelMemory;
  const inputs = (set) => [...set.querySelectorAll("input, select")];
  const at = (i) => (/radio|checkbox/.test(i.type) ? "checked" : "value");
  const state = (set) => inputs(set).map((i) => i[at(i)]);
  const kinds = (given) => Array.isArray(given) && given.map((each) => typeof each).join();
  const notes = (set) => [...set.querySelectorAll("details li")];

  /* [whether it is right, the feedback's elements], or nothing where nothing was answered. */
  function judge(set) {
    const given = state(set), all = notes(set);
    if (set.dataset.kind === "number") {
      const value = scalemodelTyped(given[0]);
      if (value === null) return null;
      const near = all.find((n) => n.dataset.value && Math.abs(n.dataset.value - value) <= n.dataset.within * 1.000000001);
      const note = near || all.at(-1); // 0.4 lies within 0.1 of 0.3, though not in binary
      return [note.dataset.right === "1", [note.lastElementChild]];
    }
    if (set.dataset.kind === "order") {
      if (given.includes("")) return null;
      const wrong = inputs(set).filter((i) => i.value !== i.dataset.right);
      const first = Math.min(...wrong.map((i) => i.dataset.right));
      return wrong.length ? [false, [all[first - 1]]] : [true, all];
    }
    if (!given.includes(true)) return null;
    const right = all.every((n, i) => (n.dataset.right === "1") === given[i]);
    return [right, all.filter((n, i) => given[i])];
  }

  /* How a number was read, where somebody may have meant another. */
  function asRead(text) {
    const value = scalemodelTyped(text);
    const shown = value.toLocaleString("en", { maximumFractionDigits: 20 }).replace("-", "−");
    return [String(value), shown].includes(text.trim()) ? "" : ` Read as ${shown}.`;
  }

  function say(set) {
    const said = set.querySelector(".sm-quiz-said"), found = judge(set);
    said.replaceChildren();
    const line = document.createElement("p");
    line.textContent = found ? (found[0] ? "✓ Right." : "↻ Not yet.") : "Answer first, then check.";
    if (set.dataset.kind === "number")
      line.textContent += found ? asRead(state(set)[0]) : ` ${set.querySelector(".sm-quiz-hint").textContent}`;
    said.append(line, ...(found ? found[1] : []).map((note) => {
      const p = document.createElement("p");
      p.append(...[...note.childNodes].map((n) => n.cloneNode(true)));
      return p;
    }));
    if (found && !found[0] && set.dataset.kind === "several" && found[1].every((n) => n.dataset.right === "1"))
      line.textContent += " What you chose is true, and there is more.";
    said.dataset.good = found ? Number(found[0]) : "";
    return found;
  }

  function answer(set) {
    const given = state(set);
    if (set.dataset.kind === "number") return given[0] && given[0] + inputs(set)[0].parentElement.textContent;
    const rows = inputs(set).map((i, n) => [given[n], i.parentElement.querySelector("span").textContent]);
    if (set.dataset.kind === "order") return rows.filter(([at]) => at).sort().map((r) => r.join(". ")).join("; ");
    return rows.filter(([on]) => on).map(([, text]) => text).join("; ");
  }

  function start(quiz) {
    if (quiz.dataset.live) return;
    quiz.dataset.live = "1";
    const key = `sm-quiz:${quiz.dataset.name}`, sets = [...quiz.querySelectorAll("fieldset")];
    const kept = new Map(Object.entries(recall(key) ?? {})), area = quiz.querySelector("textarea");
    const remember = () => keep(key, Object.fromEntries(kept));
    const note = (set, checked) => {
      kept.set(set.dataset.id, { given: state(set), checked });
      remember();
    };
    for (const set of sets) {
      const old = kept.get(set.dataset.id), button = set.querySelector("[data-do=check]");
      button.hidden = false;
      if (kinds(old?.given) === kinds(state(set))) {
        inputs(set).forEach((i, n) => { i[at(i)] = old.given[n]; });
        if (old.checked === true) say(set);
      }
      button.addEventListener("click", () => { say(set); note(set, true); });
      set.addEventListener("input", () => {
        set.querySelector(".sm-quiz-said").replaceChildren();
        note(set, false);
      });
      set.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.type === "text") { event.preventDefault(); button.click(); }
      });
    }
    quiz.querySelector(".sm-quiz-end").hidden = false;
    quiz.querySelector("[data-do=copy]").addEventListener("click", () => {
      area.value = [quiz.ariaLabel, ...sets.flatMap((set) => {
        const found = judge(set);
        return [set.querySelector("legend").textContent,
          `   ${answer(set) || "(no answer)"}${found ? (found[0] ? " [right]" : " [not yet]") : ""}`];
      })].join("\n");
      area.hidden = false;
      area.select();
      navigator.clipboard?.writeText(area.value).catch(() => {});
    });
    quiz.querySelector("[data-do=forget]").addEventListener("click", () => {
      for (const set of sets) {
        inputs(set).forEach((i) => { i[at(i)] = ""; });
        set.querySelector(".sm-quiz-said").replaceChildren();
        kept.delete(set.dataset.id);
      }
      area.hidden = true;
      remember();
    });
  }
  parts["sm-quiz"] = start;
  document.querySelectorAll(".sm-quiz").forEach(start);
})((globalThis.scalemodelParts ??= {}));
