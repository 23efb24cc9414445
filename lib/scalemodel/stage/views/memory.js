/* What a page remembers for its reader. The browser may refuse, and what it kept may be nonsense. */
globalThis.scalemodelMemory = {
  recall(key) { // nothing where there is nothing that can be read
    try { return JSON.parse(localStorage.getItem(key) ?? ""); } catch { return undefined; }
  },
  keep(key, value) {
    try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* then it is forgotten */ }
  },
};
