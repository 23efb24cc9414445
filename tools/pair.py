"""Writes the notebook beside each chapter: the same cells, executed.

    python tools/pair.py            every chapter
    python tools/pair.py FILE.md    only these

People write `book/**/*.md`; the `.ipynb` beside it is made here, in digest view, so
that each panel is stored as one line with a hash over all its states. Cell ids
come from the file's name and a counter, and timing is left out: making a notebook
twice gives the same bytes.
"""

import os
import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]


def main():
    os.environ["SCALEMODEL_VIEW"] = "digest"
    chapters = [Path(name) for name in sys.argv[1:]] or chapter_files(ROOT / "book")
    for chapter in chapters:
        notebook = unexecuted(chapter)
        NotebookClient(
            notebook, timeout=300, resources={"metadata": {"path": str(chapter.parent)}}
        ).execute()
        tidy(notebook)
        nbformat.write(notebook, chapter.with_suffix(".ipynb"))
        print(f"wrote {chapter.with_suffix('.ipynb')}")


def chapter_files(book):
    """The Markdown files of `book` that hold cells, in order."""
    return [path for path in sorted(book.rglob("*.md")) if "kernelspec:" in path.read_text()[:600]]


def unexecuted(chapter):
    """The notebook of a chapter's Markdown, without outputs."""
    notebook = jupytext.read(chapter)
    for count, cell in enumerate(notebook.cells):
        cell["id"] = f"{chapter.stem}-{count:02d}"
    notebook.metadata = nbformat.from_dict({"kernelspec": dict(notebook.metadata["kernelspec"])})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def tidy(notebook):
    """Drops what differs from one execution to the next."""
    notebook.metadata.pop("language_info", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)


if __name__ == "__main__":
    main()
