/* Where a reader changes a cell and runs it: an editor, and Python in a worker behind it.

   A text area lies over the same text in colours. Tab indents until Escape was pressed, so that
   the keyboard leads out again. What was typed is kept on the device where that is allowed. */
globalThis.scalemodelDesk ??= (() => {
  "use strict";
  const FILES = { "wasm.js": 4.7, "memory.js": 8.1, "library.js": 3.4, "text.js": 1.3 }; // MB
  const LIMIT_S = 10;
  const WORDS = /^(?:False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|match|case|nonlocal|not|or|pass|raise|return|try|while|with|yield)$/;
  const PIECES = /("""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)|(#.*)|([A-Za-z_]\w*)/g;
  const page = { loaded: 0 };
  const made = (name, attributes = {}, ...inside) => {
    const element = Object.assign(document.createElement(name), attributes);
    element.append(...inside);
    return element;
  };

  // ── Python ───────────────────────────────────────────────────────────────
  const script = (src) => new Promise((done, failed) => {
    document.head.append(made("script", { src, onload: done, onerror: () => failed(new Error("a part of Python did not come")) }));
  });

  /* The texts and binaries, once a page; `say` hears how far they are. */
  async function bring(folder, say) {
    const all = Object.values(FILES).reduce((sum, size) => sum + size);
    for (const [name, size] of Object.entries(FILES)) {
      if (page[name]) continue;
      say(`Python is coming: ${page.loaded.toFixed(1)} of ${all.toFixed(1)} MB …`);
      await script(`${folder}../vendor/python/${name}`);
      page[name] = true;
      page.loaded += size;
    }
    await (page.modules ??= script(folder + document.querySelector(".sm-code").dataset.modules));
  }

  /* A worker that is ready to run a text; there is one a page. */
  async function begin(folder, say) {
    await bring(folder, say);
    say("Python is starting, which takes some seconds …");
    const { texts, files, modules, worker: ours } = scalemodelPython;
    page.address ??= URL.createObjectURL(new Blob(["self.importScripts = undefined;", ...texts, ours], { type: "text/javascript" }));
    const worker = new Worker(page.address);
    await new Promise((done, failed) => {
      worker.onerror = (event) => failed(new Error(event.message || "no worker can be had here"));
      worker.onmessage = ({ data: [kind, value] }) => {
        if (kind === "made") page.made = value;
        if (kind === "ready") done();
        if (kind === "broken") failed(new Error(value));
      };
      worker.postMessage({ files: page.made ? null : files, modules, made: page.made });
    });
    return worker;
  }
  const python = (folder, say) => (page.python ??= begin(folder, say).catch((error) => { page.python = null; throw error; }));
  function end() {
    page.python?.then((worker) => worker.terminate(), () => {});
    page.python = null;
  }

  // ── The editor ───────────────────────────────────────────────────────────
  function coloured(text, wrong) {
    const lines = [[]];
    const put = (piece, kind) => piece.split("\n").forEach((part, n) => {
      if (n) lines.push([]);
      if (part) lines.at(-1).push(kind ? made("span", { className: kind, textContent: part }) : part);
    });
    let at = 0;
    for (const found of text.matchAll(PIECES)) {
      put(text.slice(at, found.index));
      put(found[0], found[1] ? "text" : found[2] ? "note" : WORDS.test(found[0]) ? "word" : "");
      at = found.index + found[0].length;
    }
    put(text.slice(at));
    return lines.flatMap((line, n) => [...(n + 1 === wrong ? [made("mark", {}, ...line)] : line), "\n"]);
  }

  function indent(area, event) {
    if (event.key === "Escape") area.dataset.out = "1";
    else if (event.key === "Tab" && !area.dataset.out && !event.shiftKey) {
      event.preventDefault();
      area.setRangeText("    ", area.selectionStart, area.selectionEnd, "end");
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      const before = area.value.slice(0, area.selectionStart).split("\n").at(-1);
      event.preventDefault();
      area.setRangeText(`\n${before.match(/^ */)[0]}${/:\s*$/.test(before) ? "    " : ""}`, area.selectionStart, area.selectionEnd, "end");
    } else return;
    area.dispatchEvent(new Event("input"));
  }

  /* A picture in the page's colours, as it has them now: what stands alone knows no variable of ours. */
  const inked = (picture) => btoa(atob(picture).replace(/var\((--sm-[\w-]+),[^()]*\)/g, (_, name) => getComputedStyle(document.body).getPropertyValue(name)));

  /* What is kept on the device; a browser may allow nothing. */
  function kept(key) {
    const asked = (does) => { try { return does(localStorage); } catch { return null; } };
    return {
      get: () => asked((device) => device.getItem(key)),
      set: (text) => asked((device) => device.setItem(key, text)),
      forget: () => asked((device) => device.removeItem(key)),
    };
  }

  /* The text that an address brings for a cell; nobody but its reader runs it. */
  function sentTo(code) {
    if (!location.hash.startsWith(`#${code.id}=`)) return "";
    try { return decodeURIComponent(location.hash.slice(code.id.length + 2)); } catch { return ""; }
  }

  return (code, folder) => {
    const cell = code.previousElementSibling, stored = cell.parentElement.querySelector(":scope > details");
    const first = cell.querySelector("pre").textContent.replace(/\n+$/, "");
    const device = kept(`sm-code-${location.pathname.split("/").slice(-2).join("/")}-${code.id}`);
    const sent = sentTo(code), here = { runs: { "": "Run" }, limit_s: Number(code.dataset.limit ?? LIMIT_S), file: `${code.id}.py`, ...JSON.parse(code.dataset.here ?? "{}") };
    const broken = (words) => (here.module ? `unknown: ${words}` : words); // what was to be judged, is not
    const button = (words, onclick, title = "") => made("button", { type: "button", textContent: words, title, onclick });
    const paper = made("pre", { ariaHidden: "true" }), said = made("p"), out = made("pre", { hidden: true, tabIndex: 0 });
    const area = made("textarea", { spellcheck: false, autocapitalize: "off", value: sent || device.get() || first });
    area.setAttribute("aria-label", "Python code; Tab indents, Escape and then Tab leaves");
    said.setAttribute("role", "status");
    out.setAttribute("aria-label", "what it printed");
    const pictures = made("div");
    const draw = (wrong) => paper.replaceChildren(...coloured(area.value, wrong));
    const say = (words) => { said.textContent = words; };
    let over = null;

    function refused(error) {
      const book = document.querySelector('a[href$=".ipynb"]');
      said.replaceChildren(`Python can't be had here (${error.message}). `, book ? made("a", { href: book.href, textContent: "The notebook of this page" }) : "The notebook of this page", " has it.");
    }
    function fresh() {
      out.textContent = "";
      out.hidden = true;
      pictures.replaceChildren();
    }
    function halt(words) {
      over(words);
      end();
      python(folder, () => {}).catch(() => {}); // so that the next run need not wait so long
    }

    async function run(argument) {
      if (page.busy) return say("Another cell of this page is running: stop it first.");
      doing(true);
      if (stored) stored.hidden = true;
      fresh();
      draw();
      const ended = new Promise((done) => { over = done; });
      let clock;
      try {
        const worker = await Promise.race([python(folder, say), ended.then(() => null)]);
        if (worker) {
          say("It runs …");
          clock = setTimeout(() => halt(broken(`It was ended after ${here.limit_s} seconds.`)), here.limit_s * 1000);
          worker.onerror = () => { end(); over(broken("Python broke off; it starts anew at the next run.")); };
          worker.onmessage = ({ data: [kind, value] }) => {
            if (kind === "printed") { out.hidden = false; out.append(value); }
            if (kind === "picture") pictures.append(made("img", { src: `data:image/svg+xml;base64,${inked(value[0])}`, alt: value[1] }));
            if (kind === "done") over(out.textContent ? "Done." : "Done; it printed nothing.");
            if (kind === "error") { draw(value[0]); over(broken((value[0] ? `Line ${value[0]}: ` : "") + value[1])); }
            if (kind === "broken") { end(); over(broken(`Python broke off: ${value}`)); }
          };
          worker.postMessage({ text: area.value, behind: code.dataset.behind, module: here.module, argument });
        }
        say(await ended);
      } catch (error) {
        refused(error);
      }
      clearTimeout(clock);
      doing(false);
    }
    const doRuns = Object.entries(here.runs).map(([argument, words], n) => button(words, () => run(argument), n ? "" : "Ctrl and Enter"));
    const stop = button("Stop", () => halt(broken("Stopped.")));
    const doing = (busy) => { page.busy = busy; stop.disabled = !busy; for (const each of doRuns) each.disabled = busy; };
    stop.disabled = true;
    const reset = button("Reset", () => {
      area.value = first;
      device.forget();
      if (stored) stored.hidden = false;
      fresh();
      draw();
      say("As it was.");
    });
    const save = button("Download", () => {
      const link = made("a", { href: URL.createObjectURL(new Blob([area.value], { type: "text/x-python" })), download: here.file });
      link.click();
      URL.revokeObjectURL(link.href);
    });
    area.addEventListener("input", () => { draw(); if (area.value === first) device.forget(); else device.set(area.value); });
    area.addEventListener("focus", () => { delete area.dataset.out; });
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); doRuns[0].click(); } else indent(area, event);
    });
    draw();
    document.head.append(made("link", { rel: "stylesheet", href: `${folder}desk.css` }));
    cell.hidden = true;
    code.replaceChildren(made("div", { className: "sm-desk" }, made("div", { className: "both" }, paper, area),
      made("div", { className: "do" }, ...doRuns, stop, reset, save), said, out, pictures));
    if (sent) return say("This came with the address. Read it, and then run it.");
    area.focus();
    python(folder, say).then(() => say("Python is ready."), refused);
  };
})();
