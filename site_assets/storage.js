/* What a browser would not keep for a page is kept here, as long as the page lasts.

   The first script of every page, for the theme trusts the browser: search and colours stop
   at a storage that throws, is none or is full, and a mode that is none is complained of. */
(() => {
  "use strict";
  const { getItem, setItem, removeItem } = Storage.prototype;
  const kept = new WeakMap();
  const beside = (storage) => kept.get(storage) ?? kept.set(storage, new Map()).get(storage);
  const tried = (act, ...given) => {
    try { return act.call(...given); } catch { return null; }
  };
  Object.assign(Storage.prototype, {
    getItem(name) { return beside(this).get(String(name)) ?? tried(getItem, this, name); },
    setItem(name, value) {
      beside(this).delete(String(name));
      try { setItem.call(this, name, value); } catch { beside(this).set(String(name), String(value)); }
    },
    removeItem(name) { beside(this).delete(String(name)); tried(removeItem, this, name); },
  });
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name].getItem("mode");
    } catch { // one that takes nothing, so that all is kept beside it
      Object.defineProperty(window, name, { value: Object.create(Storage.prototype), configurable: true });
    }
  }
  // What is kept of a formula's menu may name a part of MathJax that is not here.
  const known = { mode: ["light", "dark", "auto"], theme: ["light", "dark"], "MathJax-Menu-Settings": [] };
  for (const [name, values] of Object.entries(known))
    if (!values.includes(localStorage.getItem(name))) localStorage.removeItem(name);
})();
