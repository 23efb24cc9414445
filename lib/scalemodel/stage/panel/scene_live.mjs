/* A scene in Jupyter: the site's own scripts, given each state's data by the kernel. */
function render({ model, el }) {
  const [scenes, kind] = [(globalThis.scalemodelScenes ??= {}), model.get("kind")];
  if (!scenes[kind]) new Function(model.get("script"))();
  el.innerHTML = `<style>${model.get("sheet")}</style>${model.get("html")}`;
  const plot = () => el.parentElement?.querySelector(".js-plotly-plot");
  const show = scenes[kind](el.querySelector(`.sm-${kind}`), plot);
  const draw = () => show(model.get("data"));
  model.on("change:data", draw);
  draw();
  const waiting = setInterval(() => {
    if (!plot()?._fullLayout) return; // the figure comes later, and with it a cursor's place
    clearInterval(waiting);
    draw();
  }, 250);
  return () => {
    clearInterval(waiting);
    model.off("change:data", draw);
    show(null);
  };
}

export default { render };
