"""Writes the four files of locked requirements anew from pyproject.toml.

    python tools/lock.py          with the newest versions
    python tools/lock.py --keep   with those of the locks, where pyproject.toml still allows them

The locks are exact and hold for Python 3.11 to 3.13 on every system, by markers. Each file
that pip may fetch is named by its hash, so nobody can put another in its place; pip asks for
them by itself.
Needs uv (`pip install uv`), a tool of maintainers that nothing else here uses.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEADER = "# Written by `make lock` from pyproject.toml: exact, for Python 3.11 to 3.13.\n"
LOCKS = {
    "requirements.txt": ["--extra", "book", "--extra", "test"],
    "requirements-jupyter.txt": ["--extra", "jupyter", "--constraint", "requirements.txt"],
    "requirements-teach.txt": [
        *("--extra", "teach", "--constraint", "requirements.txt"),
        *("--constraint", "requirements-jupyter.txt"),
    ],
    "requirements-mutants.txt": [
        *("--extra", "mutants", "--constraint", "requirements.txt"),
        *("--constraint", "requirements-jupyter.txt", "--constraint", "requirements-teach.txt"),
    ],
}
OPTIONS = [
    "--universal", "--python-version", "3.11", "--no-header", "--no-annotate", "--quiet",
    "--no-emit-index-url", "--no-emit-find-links", "--generate-hashes",
]  # fmt: skip


def main():
    beside = str(Path(sys.executable).parent)
    uv = (
        shutil.which("uv")
        or shutil.which("uv", path=beside)
        or sys.exit("uv is needed: pip install uv")
    )
    moves = [] if "--keep" in sys.argv[1:] else ["--upgrade"]
    for name, extras in LOCKS.items():
        command = [uv, "pip", "compile", "pyproject.toml", *OPTIONS, *moves, *extras]
        subprocess.run([*command, "--output-file", name], cwd=ROOT, check=True)
        (ROOT / name).write_text(HEADER + (ROOT / name).read_text())


if __name__ == "__main__":
    main()
