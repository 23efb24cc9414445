"""Builds the site with Jupyter Book and says where to open it.

    python tools/book.py            into _build/html; unchanged chapters are not executed again
    python tools/book.py --fresh    from nothing, every chapter executed
    python tools/book.py --out DIR  into DIR/_build/html
    python tools/book.py --class    without any solution, into _build/class/_build/html

The first build opens the book where somebody sits at a screen; `--open` always does.
A build with any warning fails. What a failed build has read is forgotten, so that
the next one says it again instead of passing over it.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import webbrowser
from datetime import datetime
from pathlib import Path

import execute
import lab_notebooks
import pair

from scalemodel.core.compiled import source_digest

ROOT = Path(__file__).parents[1]
LONG_AGO = (2020, 1, 1)  # when every file of the wheel says that it was made


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fresh", action="store_true", help="execute every chapter, reuse nothing")
    parser.add_argument("--out", type=Path, help="where _build goes")
    parser.add_argument("--class", dest="for_class", action="store_true", help="no solutions")
    parser.add_argument("--open", action="store_true", help="open the book in a browser")
    options = parser.parse_args()
    # A folder of its own, so that a book with solutions is never handed out by mistake.
    out = options.out or (ROOT / "_build" / "class" if options.for_class else ROOT)
    build = out.resolve() / "_build"
    html = build / "html"
    if options.fresh:
        if build.exists() and not (build / "executed").is_dir():
            sys.exit(f"{build} holds what this tool did not make: name another --out")
        shutil.rmtree(build, ignore_errors=True)
    first = not (html / "index.html").is_file()
    code = build_site(out, build, for_class=options.for_class)
    if code:
        shutil.rmtree(build / ".doctrees", ignore_errors=True)
        sys.exit(code)
    lab_notebooks.hand_out(html)
    offer_the_package(html / "book")
    give_the_start_page_its_sign(html / "index.html")
    print(f"\nThe book is built. Open it:\n  {(html / 'index.html').as_uri()}")
    if not options.for_class:
        print("or run `make serve` and open http://127.0.0.1:8000/")
    if options.open or (first and somebody_watches()):
        webbrowser.open((html / "index.html").as_uri())


def offer_the_package(folder):
    """Puts the package as a wheel into `folder`; made of a copy: pip leaves crumbs where it builds."""
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "source"
        shutil.copytree(ROOT / "lib", source / "lib", ignore=shutil.ignore_patterns("*.egg-info"))
        shutil.copytree(ROOT / "book", source / "book")
        for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", "LICENSE-TEXT.md"):
            shutil.copy(ROOT / name, source)
        command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
        dated = os.environ | {"SOURCE_DATE_EPOCH": str(int(datetime(*LONG_AGO).timestamp()))}
        subprocess.run([*command, "--wheel-dir", folder, source], check=True, env=dated)


def give_the_start_page_its_sign(start):
    """The page that leads to the book names the book's icon, lest a browser ask for one in vain."""
    icon = '<link rel="icon" href="_static/favicon.svg" />\n'
    if icon not in start.read_text():
        start.write_text(icon + start.read_text())


def somebody_watches():
    """Whether a person started this, at a machine with a screen."""
    screen = sys.platform in ("darwin", "win32") or {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ)
    return sys.stdout.isatty() and bool(screen)


def build_site(out, build, for_class=False):
    """Executes the chapters, then runs Jupyter Book on what they gave; the exit code."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    environment["SCALEMODEL_CLASS"] = "1" if for_class else ""
    cache = build / "executed" / execution_key()
    environment["SCALEMODEL_REUSE"] = str(cache)
    failed = execute.into_cache(pair.chapter_files(ROOT / "book"), cache, for_class)
    forget_old_executions(build / "executed")
    if failed:
        print("\n".join(failed), file=sys.stderr)
        return 1
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [jupyter_book, "build", ROOT, "--path-output", out, "-W", "-n", "--keep-going", "-q"]
    return subprocess.run([str(part) for part in command], env=environment).returncode


def execution_key():
    """What an execution depends on beside its chapter: package, tables, lock file, Python."""
    book = ROOT / "book"
    tables = sorted([*book.rglob("*.yml"), *book.rglob("*.json")])  # facts, quizzes, records
    read = b"".join(path.read_bytes() for path in [ROOT / "requirements.txt", *tables])
    return hashlib.sha256(f"{source_digest()} {sys.version}".encode() + read).hexdigest()[:16]


def forget_old_executions(folder, kept=3):
    """Removes all but the newest few caches of executed chapters."""
    caches = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime)
    for cache in caches[:-kept]:
        shutil.rmtree(cache, ignore_errors=True)


if __name__ == "__main__":
    main()
