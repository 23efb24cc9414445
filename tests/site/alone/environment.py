"""An environment with a wheel and JupyterLab in it, and nothing else.

What `pip install jupyterlab scalemodel-*.whl` would bring is known without a network: the wheel
says what it needs, each package here says what that needs in turn. These are linked into a new
environment, at the versions that lie here. What only the book's own tools need (Sphinx, MyST,
jupytext, pytest) is not there, and neither is this tree.
"""

import csv
import os
import subprocess
import sys
from collections import defaultdict
from importlib.metadata import Distribution, PathDistribution, distribution, distributions
from pathlib import Path
from zipfile import Path as ZipPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TAKEN_OUT = {"rfc3987-syntax"}  # by the Makefile: it costs each process of Jupyter's two seconds
RUN = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
for cell in notebook.cells:
    if cell.cell_type == "code":
        cell.update(execution_count=None, outputs=[])
try:
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
finally:
    nbformat.write(notebook, sys.argv[1])
"""


def needed(*roots: Distribution) -> dict[str, Distribution]:
    """The packages that `roots` need, and what these need, by name; without the roots."""
    found, todo = {}, [(root, ()) for root in roots]
    seen = set()
    while todo:
        package, extras = todo.pop()
        for line in package.requires or ():
            wanted = Requirement(line)
            marks = [{"extra": extra} for extra in ("", *extras)]
            if wanted.marker and not any(map(wanted.marker.evaluate, marks)):
                continue
            name, more = canonicalize_name(wanted.name), tuple(sorted(wanted.extras))
            if (name, more) not in seen and name not in TAKEN_OUT:
                seen.add((name, more))
                found[name] = distribution(name)
                todo.append((found[name], more))
    return found


def files(package: Distribution) -> set[str]:
    """The files of a package, as its own record lists them."""
    rows = csv.reader((package.read_text("RECORD") or "").splitlines())
    return {row[0] for row in rows}


def make(folder: Path, wheel: Path, without_the_package: bool = False) -> Path:
    """The Python of a new environment in `folder`, with `wheel` and JupyterLab."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    place = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    there = Path(subprocess.check_output([python, "-c", place], text=True).strip())
    (info,) = (path for path in ZipPath(wheel).iterdir() if path.name.endswith(".dist-info"))
    lab = distribution("jupyterlab")
    names = {"jupyterlab", *needed(PathDistribution(info), lab)}
    here, owners = {canonicalize_name(one.name): one for one in distributions()}, defaultdict(set)
    for name, package in here.items():
        for file in files(package):
            owners[file.partition("/")[0]].add(name)
    for package in (here[name] for name in names):
        tops = {(file, file.partition("/")[0]) for file in files(package)}
        # Whole, but for a folder in which others have a part, too; no programs: names are enough.
        for part in {file if owners[top] - names else top for file, top in tops if top != ".."}:
            link = there / part
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.is_symlink():
                link.symlink_to(package.locate_file(part))
    if not without_the_package:
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps"]
        subprocess.run([*pip, "--no-index", "--no-compile", wheel], check=True)
    return python


def run(python: Path, notebook: Path) -> subprocess.CompletedProcess:
    """Runs all cells of `notebook` in its own folder, in place, as whoever opens it."""
    home = notebook.parent
    kept = {"PATH": os.environ["PATH"], "HOME": str(home), "JUPYTER_PLATFORM_DIRS": "1"}
    return subprocess.run(
        [python, "-c", RUN, notebook.name], cwd=home, env=kept, capture_output=True, text=True
    )
