"""Writes the notebook beside each chapter: the same cells, executed.

    python tools/pair.py            every chapter
    python tools/pair.py FILE.md    only these

People write `book/**/*.md`; the `.ipynb` beside it is made here, in digest view, so
that each panel is stored as one line with a hash over all its states. Jupyter does
not know the site's markup, so the prose is put plainly: labels go, notes become
quotations, citations name author and year, and glued numbers are filled in. Cell
ids come from the file's name and a counter, and timing is left out: making a
notebook twice gives the same bytes.
"""

import os
import re
import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from pybtex.database import parse_file

ROOT = Path(__file__).parents[1]
REFERENCES = ROOT / "book" / "references.bib"
GLUE_MIME = "application/papermill.record/text/plain"
GLUE_ROLE = re.compile(r"\{glue:text\}`(\w+)`")


def main():
    os.environ["SCALEMODEL_VIEW"] = "digest"
    chapters = [Path(name) for name in sys.argv[1:]] or chapter_files(ROOT / "book")
    for chapter in chapters:
        notebook = unexecuted(chapter)
        where = {"metadata": {"path": str(chapter.parent)}}
        NotebookClient(notebook, timeout=300, resources=where).execute()
        tidy(notebook)
        nbformat.write(notebook, chapter.with_suffix(".ipynb"))
        print(f"wrote {chapter.with_suffix('.ipynb')}")


def chapter_files(book):
    """The Markdown files of `book` that hold cells, in order."""
    return [path for path in sorted(book.rglob("*.md")) if "kernelspec:" in path.read_text()[:600]]


def unexecuted(chapter):
    """The notebook of a chapter, without outputs and with its glued numbers still to fill in."""
    notebook = jupytext.read(chapter)
    for count, cell in enumerate(notebook.cells):
        cell["id"] = f"{chapter.stem}-{count:02d}"
        if cell.cell_type == "markdown":
            cell.source = plain_prose(cell.source, chapter.read_text())
    notebook.metadata = nbformat.from_dict({"kernelspec": dict(notebook.metadata["kernelspec"])})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


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


# ── The site's markup, put plainly ──────────────────────────────────────────
def plain_prose(text, chapter_text):
    """Markdown that Jupyter shows as it should; `chapter_text` tells what is cited."""
    text = re.sub(r"(?m)^\([\w-]+\)=\n", "", text)
    text = re.sub(r"(?ms)^:::\{note\}\n(.*?)^:::\n?", _quotation, text)
    text = re.sub(r"(?ms)^```\{bibliography\}.*?^```", lambda _: _bibliography(chapter_text), text)
    return re.sub(
        r"\{cite\}`([\w,]+)`", lambda role: f"({'; '.join(map(_short, role[1].split(',')))})", text
    )


def _quotation(note):
    return "".join(f"> {line}\n" for line in note[1].splitlines())


def _short(key):
    authors, entry = _authors(key)
    return f"{authors[0]}{' et al.' if len(authors) > 1 else ''} {entry.fields['year']}"


def _bibliography(chapter_text):
    keys = [
        key for group in re.findall(r"\{cite\}`([\w,]+)`", chapter_text) for key in group.split(",")
    ]
    lines = []
    for key in sorted(set(keys)):
        authors, entry = _authors(key)
        title, where = (re.sub(r"[{}]", "", entry.fields[name]) for name in ("title", "booktitle"))
        lines.append(
            f"- {', '.join(authors)}. *{title}*. {where}, {entry.fields['year']}. doi:{entry.fields['doi']}"
        )
    return "\n".join(lines)


def _authors(key):
    entry = parse_file(REFERENCES).entries[key]
    return [" ".join(person.last_names) for person in entry.persons["author"]], entry


if __name__ == "__main__":
    main()
