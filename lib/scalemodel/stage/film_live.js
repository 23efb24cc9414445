/* The film in Jupyter: the site's own scripts, given each state's film by the kernel. */
function render({ model, el }) {
  if (!globalThis.scalemodelFilm) new Function(model.get("script"))();
  el.innerHTML = `<style>${model.get("style")}</style>${model.get("html")}`;
  const plot = () => el.parentElement?.querySelector(".js-plotly-plot");
  const show = globalThis.scalemodelFilm(el.querySelector(".sm-film"), plot);
  const draw = () => show(model.get("film"));
  model.on("change:film", draw);
  draw();
  const waiting = setInterval(() => {
    if (!plot()?._fullLayout) return; // the figure comes later, and with it the cursor's place
    clearInterval(waiting);
    draw();
  }, 250);
  return () => {
    clearInterval(waiting);
    model.off("change:film", draw);
    show(null);
  };
}

export default { render };
