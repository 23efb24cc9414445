"""Packs the built site and the notebooks into one archive, for rooms without a network.

    python tools/zip.py                     _build/scale-models.zip, of _build/html
    python tools/zip.py --site DIR --out F  of another built site, into F

Whoever unpacks it opens `index.html`: the book needs nothing else. The notebooks lie
beside it with the package as a wheel and the locked requirements, so that one machine
with a network, once, is enough for a whole class. The same files give the same archive.
"""

import argparse
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOP = "scale-models"
LONG_AGO = (2020, 1, 1, 0, 0, 0)  # when every file of the archive says that it was made
START_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scale Models, offline</title>
<style>
  body { font: 1.1rem/1.6 Georgia, serif; max-width: 34rem; margin: 12vh auto; padding: 0 1.25rem;
         color: #1f2a33; background: #fdfcf9; }
  a { color: #0a5f9e; }
  @media (prefers-color-scheme: dark) { body { color: #e6eaee; background: #14191e; } a { color: #6db9f7; } }
</style>
<h1>Scale Models</h1>
<p>Nothing here needs a network.</p>
<p><a href="site/book/index.html"><strong>Read the book</strong></a></p>
<p><a href="site/book/offline.html">Run the notebooks</a> that lie in the folder <code>notebooks</code></p>
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", type=Path, default=ROOT / "_build" / "html")
    parser.add_argument("--out", type=Path, default=ROOT / "_build" / "scale-models.zip")
    options = parser.parse_args()
    if not (options.site / "index.html").is_file():
        sys.exit(f"{options.site} holds no built site: run `make book` first")
    pack(contents(options.site), options.out)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB; unpack it, open index.html")


def contents(site):
    """Each file of the archive: its name there, and its bytes."""
    yield "index.html", START_PAGE.encode()
    for path in sorted(site.rglob("*")):
        if path.is_file() and path.name != ".buildinfo":
            yield f"site/{path.relative_to(site).as_posix()}", path.read_bytes()
    book = ROOT / "book"
    for pattern in ("*.ipynb", "*.yml", "*.json"):  # with their quizzes and records
        for path in sorted(book.rglob(pattern)):
            if ".ipynb_checkpoints" not in path.parts:
                yield f"notebooks/{path.relative_to(book).as_posix()}", path.read_bytes()
    for path in sorted((site / "book").rglob("*.ipynb")):  # what a lab hands out
        yield f"notebooks/{path.relative_to(site / 'book').as_posix()}", path.read_bytes()
    for name in ("requirements.txt", "requirements-jupyter.txt"):
        yield f"notebooks/{name}", (ROOT / name).read_bytes()
    for wheel in (site / "book").glob("*.whl"):
        yield f"notebooks/{wheel.name}", wheel.read_bytes()


def pack(files, out):
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(f"{TOP}/{name}", LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)


if __name__ == "__main__":
    main()
