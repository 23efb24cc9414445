/* Brings the desk, and Python, when somebody asks. It stands in the page itself, once. */
document.querySelectorAll(".sm-code").forEach((code) => {
  const ask = code.firstChild, folder = `${document.documentElement.dataset.content_root ?? ""}_static/python/`;
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
  if (location.hash.startsWith(`#${code.id}=`)) ask.click();
});
