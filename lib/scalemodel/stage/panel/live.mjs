/* A figure in Jupyter: draws what its model holds, and again whenever that changes.

   The drawing library comes with the model, for a notebook may have no network, and
   one copy serves every panel of the page. It is not this module's own code, because
   Jupyter gives up for good on a widget whose module takes over two seconds to load. */

async function unpack(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const library = { exports: {} };
  new Function("module", "exports", await new Response(stream).text())(library, library.exports);
  return library.exports;
}

async function render({ model, el }) {
  let Plotly;
  const draw = async () => {
    const { data, layout, svg } = structuredClone(model.get("figure"));
    if (svg) return (el.innerHTML = svg);
    Plotly = await (globalThis.scalemodelPlotly ??= unpack(model.get("library")));
    return Plotly.react(el, data, layout, { displayModeBar: false });
  };
  const fit = new ResizeObserver(() => el.offsetParent && Plotly?.Plots.resize(el));
  model.on("change:figure", draw);
  await draw();
  fit.observe(el);
  return () => {
    fit.disconnect();
    model.off("change:figure", draw);
    Plotly?.purge(el);
  };
}

export default { render };
