"""Writes the three files of locked requirements anew from pyproject.toml.

    python tools/lock.py

The locks are exact and hold for Python 3.11 to 3.13 on every system, by markers.
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
}
OPTIONS = [
    "--universal", "--python-version", "3.11", "--no-header", "--no-annotate", "--quiet",
    "--no-emit-index-url", "--no-emit-find-links",
]  # fmt: skip


def main():
    beside = str(Path(sys.executable).parent)
    uv = (
        shutil.which("uv")
        or shutil.which("uv", path=beside)
        or sys.exit("uv is needed: pip install uv")
    )
    for name, extras in LOCKS.items():
        command = [uv, "pip", "compile", "pyproject.toml", *OPTIONS, *extras]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        (ROOT / name).write_text(HEADER + done.stdout)


if __name__ == "__main__":
    main()
