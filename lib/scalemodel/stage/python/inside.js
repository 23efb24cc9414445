/* Runs a reader's Python where there is neither page, nor network, nor storage.

   The desk makes a worker of this text and of the interpreter's, for a page that was opened from
   a folder can load no worker by its address. What could lead out is taken away before anybody's
   line runs; memory ends at half a gigabyte, in Python's own words. */
(() => {
  "use strict";
  const MOST_PAGES = 8192; // of 64 kB
  const OUT = [
    "fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "WebTransport", "EventSource", "BroadcastChannel",
    "importScripts", "indexedDB", "caches", "cookieStore", "Worker", "SharedWorker", "FontFace", "fonts",
    "navigator", "location", "eval", "postMessage", "Notification", "PushManager",
  ];
  const MAKERS = [function () {}, async () => {}, function* () {}, async function* () {}];
  const BEGIN = `
def begin(tell):
    import sys

    sys.path.insert(0, "/book")
    from scalemodel.stage.python.inside import Desk

    # what Pyodide adds to Python leads to the worker's own JavaScript
    sys.meta_path[:] = [way for way in sys.meta_path if not type(way).__module__.startswith("_pyodide")]
    for name in [*sys.modules]:
        if name.partition(".")[0] in ("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core"):
            sys.modules[name] = None
    return Desk(tell)
begin`;
  const tell = self.postMessage.bind(self);
  const read = async (text) => (await self.fetch(`data:;base64,${text}`)).arrayBuffer();
  const unpacked = async (text) => new Response(
    new Blob([await read(text)]).stream().pipeThrough(new DecompressionStream("gzip")),
  ).arrayBuffer();
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (more) {
    if (this.buffer.byteLength / 65536 + more > MOST_PAGES) throw new RangeError("enough");
    return grow.call(this, more);
  };
  let desk;

  /* The interpreter, out of the files that the page has loaded; what it unpacked serves again. */
  async function begin({ files, modules, made }) {
    const [library, code, memory] = made ?? await Promise.all([
      read(files.library), unpacked(files.wasm).then(WebAssembly.compile), unpacked(files.memory),
    ]);
    WebAssembly.instantiateStreaming = async (_, given) => ({ module: code, instance: await WebAssembly.instantiate(code, given) });
    self.fetch = async () => new Response(library);
    const python = await loadPyodide({
      indexURL: "http://nowhere.invalid/", createPyodideModule: self.scalemodelPython,
      _loadSnapshot: new Uint8Array(memory),
      jsglobals: Object.assign(Object.create(null), { Object, setTimeout, clearTimeout }),
      lockFileContents: '{"info":{"abi_version":"2026_0","arch":"wasm32","platform":"emscripten_5_0_3","python":"3.14.2","version":"0"},"packages":{}}',
    });
    close();
    for (const [name, text] of Object.entries(modules)) {
      const path = `/book/${name}`;
      python.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
      python.FS.writeFile(path, text);
    }
    desk = python.runPython(BEGIN)((kind, value) => tell([kind, value?.toJs ? value.toJs() : value]));
    if (!made) tell(["made", [library, code, memory]]);
    tell(["ready"]);
  }

  /* No way out: no name that leads there, and no text that becomes a function, which could import. */
  function close() {
    for (let place = self; place; place = Object.getPrototypeOf(place)) for (const name of OUT) delete place[name];
    const refuse = function () { throw new TypeError("no text becomes a function here"); };
    refuse.prototype = Function.prototype; // for `instanceof`
    for (const maker of MAKERS) Object.defineProperty(Object.getPrototypeOf(maker), "constructor", { value: refuse });
    self.Function = refuse;
  }

  self.onmessage = async ({ data }) => {
    try {
      if (data.text === undefined) await begin(data);
      else desk.run(data.text, data.behind ?? "", data.module ?? "", data.argument ?? "");
    } catch (error) {
      tell(["broken", String(error).slice(0, 300)]);
    }
  };
})();
