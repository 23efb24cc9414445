// Starts Python once, and writes its memory as it is then: a page that reads it back need not start it.
//     node tools/python_started.mjs <folder of the interpreter> <file>
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, file] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const python = await loadPyodide({
  indexURL: folder, _makeSnapshot: true,
  lockFileContents: '{"info":{"abi_version":"2026_0","arch":"wasm32","platform":"emscripten_5_0_3","python":"3.14.2","version":"0"},"packages":{}}',
});
python.runPython("import ast, base64, contextlib, dataclasses, functools, io, json, linecache, math, traceback, typing");
writeFileSync(file, python.makeMemorySnapshot());
