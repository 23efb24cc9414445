/* An embed in Jupyter: its element, its style, and the scripts that bring it to life. */
function render({ model, el }) {
  const parts = (globalThis.scalemodelParts ??= {});
  const mark = `sm-${model.get("kind")}`;
  if (!parts[mark]) new Function(model.get("script"))();
  el.innerHTML = `<style>${model.get("sheet")}</style>${model.get("html")}`;
  el.querySelectorAll(`.${mark}`).forEach((element) => parts[mark](element));
}

export default { render };
