/* A cell that can be changed and run: brings the desk, and Python, when somebody asks. */
((parts) => {
  "use strict";
  const folder = `${document.documentElement.dataset.content_root ?? ""}_static/python/`;
  function start(code) {
    const ask = code.querySelector("button");
    const sent = location.hash.startsWith(`#${code.id}=`);
    ask.hidden = false;
    ask.onclick = () => {
      ask.disabled = true;
      if (globalThis.scalemodelDesk) return scalemodelDesk(code, folder);
      const script = document.createElement("script");
      script.src = `${folder}desk.js`;
      script.onload = () => scalemodelDesk(code, folder);
      script.onerror = () => { ask.after(" It did not come: the notebook has it."); };
      document.head.append(script);
    };
    if (sent) ask.click();
  }
  parts["sm-code"] = start;
  document.querySelectorAll(".sm-code").forEach(start);
})((globalThis.scalemodelParts ??= {}));
