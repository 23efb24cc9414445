"""Writes the notebook beside each chapter: the same cells, executed.

    python tools/pair.py            every chapter
    python tools/pair.py FILE.md    only these

People write `book/**/*.md`; the `.ipynb` beside it is made here, in digest view, so
that each panel is stored as a picture of its first state and a line with a hash over all.
`plainly` puts the prose as Jupyter can show it, and glued numbers are filled in. What a page
hides is folded, and tagged where it belongs to a solution. That has a heading with all of it
folded away beneath: an output that is folded by itself, JupyterLab unfolds when its cell
runs. Cell ids come from the file's name and a counter, and timing is left out: making a
notebook twice gives the same bytes.
"""

import sys
import tomllib
from pathlib import Path

import execute
import jupytext
import nbformat
from for_jupyter.plainly import GLUE_ROLE, plain_prose, solution_title
from nbformat.v4 import new_markdown_cell

from scalemodel.stage.reading import exercises

ROOT = Path(__file__).parents[1]
# What a page does not show is folded in Jupyter, where whoever opens it meets the panel first.
NO_SOURCE = {"hide-input", "hide-cell", "remove-input", "remove-cell", "remove-output"}
NO_OUTPUT = {"hide-output", "hide-cell", "remove-output", "remove-cell"}
FOLDED = {"jp-MarkdownHeadingCollapsed": True}  # what is beneath this heading, until the next
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
WHEEL = f"scalemodel-{VERSION}-py3-none-any.whl"
NEEDED = f"""\
try:
    from scalemodel.stage.views.waiting import bars
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "This notebook needs the package of its book, and it is not installed here. "
        "The site offers it on the page 'How to read, run, teach and cite this book'. "
        "Put the file beside this notebook, run  %pip install {WHEEL}  "
        "in a cell of its own, and restart the kernel."
    ) from None
bars()  # a cell past two seconds has one

"""
GLUE_MIME = "application/papermill.record/text/plain"


def main():
    chapters = [Path(name) for name in sys.argv[1:]] or chapter_files(ROOT / "book")
    notebooks = {chapter: unexecuted(chapter) for chapter in chapters}
    failed = execute.side_by_side(notebooks, {"SCALEMODEL_VIEW": "digest"})
    if failed:
        sys.exit("\n".join(failed.values()))
    for chapter, notebook in notebooks.items():
        tidy(notebook)
        nbformat.write(notebook, chapter.with_suffix(".ipynb"))
        print(f"wrote {chapter.with_suffix('.ipynb')}")


def chapter_files(book):
    """The Markdown files of `book` that hold cells, in order."""
    return [path for path in sorted(book.rglob("*.md")) if "kernelspec:" in path.read_text()[:600]]


def unexecuted(chapter):
    """The notebook of a chapter, without outputs and with its glued numbers still to fill in."""
    notebook = jupytext.read(chapter)
    notebook.cells = list(cells_apart(notebook.cells, chapter))
    asks_for_the_package(notebook)
    for count, cell in enumerate(notebook.cells):
        cell["id"] = f"{chapter.stem}-{count:02d}"
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "code":
            folds = {"source_hidden": tags & NO_SOURCE, "outputs_hidden": tags & NO_OUTPUT}
            if any(folds.values()):
                cell.metadata["jupyter"] = {name: True for name, why in folds.items() if why}
    notebook.metadata = nbformat.from_dict({"kernelspec": dict(notebook.metadata["kernelspec"])})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def asks_for_the_package(notebook):
    """The first cell of code says in words what to install, for whoever has the notebook alone."""
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    first.source = NEEDED + first.source


def cells_apart(cells, chapter):
    """The cells, prose put plainly; those of a solution apart, tagged, under a folded heading."""
    inside = False
    for cell in cells:
        if cell.cell_type != "markdown":
            if inside:
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), exercises.TAG]
            yield cell
            continue
        for within, piece in exercises.split_at_solutions(cell.source, inside):
            tags = {"tags": [exercises.TAG]} if within else {}
            if title := solution_title(piece, chapter):
                yield new_markdown_cell(f"#### {title}", metadata={**tags, **FOLDED})
            if prose := plain_prose(piece, chapter).strip():
                yield new_markdown_cell(prose, metadata={**cell.metadata, **tags})
        inside = exercises.ends_inside(cell.source, inside)


def tidy(notebook):
    """Fills in the glued numbers, and drops what differs from one execution to the next."""
    notebook.metadata.pop("language_info", None)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    glued = {
        output.metadata["scrapbook"]["name"]: output.data[GLUE_MIME].strip("'\"")
        for output in outputs
        if GLUE_MIME in output.get("data", {})
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "markdown":
            cell.source = GLUE_ROLE.sub(lambda role: glued[role[1]], cell.source)


if __name__ == "__main__":
    main()
