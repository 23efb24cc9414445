"""Writes the notebook beside each chapter: the same cells, executed.

    python tools/pair.py            every chapter
    python tools/pair.py FILE.md    only these

People write `book/**/*.md`; the `.ipynb` beside it is made here, in digest view, so
that each panel is stored as a picture of its first state, and one line with a hash over all. Jupyter does
not know the site's markup, so the prose is put plainly: labels go, notes and fact cards
become quotations, citations name author and year, glued numbers are filled in, and a
solution is folded away and its cells tagged. What a page hides is
folded. Cell ids come from the file's name and a
counter, and timing is left out: making a notebook twice gives the same bytes.
"""

import re
import sys
from pathlib import Path

import execute
import jupytext
import nbformat
from nbformat.v4 import new_markdown_cell
from pybtex.database import parse_file

from scalemodel.stage.reading import exercises, facts, strip

ROOT = Path(__file__).parents[1]
REFERENCES = ROOT / "book" / "references.bib"
UNSHOWN = {"remove-output", "remove-cell"}  # what a page does not show is folded in Jupyter
PLUMBING = {"hide-input", *UNSHOWN}
GLUE_MIME = "application/papermill.record/text/plain"
GLUE_ROLE = re.compile(r"\{glue:text\}`(\w+)`")
FACT_CARD = re.compile(r"(?ms)^(`{3,}|:{3,})\{fact\} (.+?)\n\1\n?")
STRIP = re.compile(r"(?ms)^```\{strip\}\n:first: ([^\n]+)\n:explains: ([^\n]+)\n```\n")
FACT_ROLE = re.compile(r"\{fact\}`([\w.]+)`")
EXERCISE = re.compile(
    r"(?ms)^(?P<fence>`{3,}|:{3,})\{exercise(?:-start)?\} *(?P<title>[^\n]*)\n"
    r"(?P<options>(?::[\w-]+:[^\n]*\n)*)(?P<body>.*?)^(?P=fence)\n?"
)
GATE = re.compile(
    r"(?ms)^(?P<fence>`{3,}|:{3,})\{(?P<name>solution(?:-start|-end)?|exercise-end)\} *"
    r"(?P<label>[^\n]*)\n(?P<options>(?::[\w-]+:[^\n]*\n)*)(?P<body>.*?)^(?P=fence)[ \t]*\n?"
)


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
    notebook, text = jupytext.read(chapter), chapter.read_text()
    notebook.cells = list(cells_apart(notebook.cells))
    for count, cell in enumerate(notebook.cells):
        cell["id"] = f"{chapter.stem}-{count:02d}"
        tags = set(cell.metadata.get("tags", []))
        solution = exercises.TAG in tags
        if cell.cell_type == "code" and tags & PLUMBING:  # whoever opens it meets the panel first
            cell.metadata["jupyter"] = {"source_hidden": True}
            if tags & UNSHOWN:
                cell.metadata["jupyter"]["outputs_hidden"] = True
        if cell.cell_type == "markdown":
            prose = plain_prose(cell.source, text)
            cell.source = folded(prose, cell.source, text) if solution else prose
    notebook.metadata = nbformat.from_dict({"kernelspec": dict(notebook.metadata["kernelspec"])})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def cells_apart(cells):
    """The cells, with those of a solution apart from their neighbours, tagged and folded."""
    inside = False
    for cell in cells:
        if cell.cell_type != "markdown":
            if inside:
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), exercises.TAG]
                cell.metadata["jupyter"] = {"source_hidden": True, "outputs_hidden": True}
            yield cell
            continue
        for within, piece in exercises.split_at_solutions(cell.source, inside):
            if GATE.sub("", piece).strip() or "{solution-start}" in piece:
                tags = {"tags": [exercises.TAG]} if within else {}
                yield new_markdown_cell(piece.strip(), metadata={**cell.metadata, **tags})
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


# ── The site's markup, put plainly ──────────────────────────────────────────
def plain_prose(text, chapter_text):
    """Markdown that Jupyter shows as it should; `chapter_text` tells what is cited."""
    text = re.sub(r"(?m)^\([\w-]+\)=\n", "", text)
    text = re.sub(r"(?ms)^:::\{note\}\n(.*?)^:::\n?", _quotation, text)
    text = re.sub(r"(?ms)^```\{bibliography\}.*?^```", lambda _: _bibliography(chapter_text), text)
    text = STRIP.sub(lambda row: f"*{strip.strip_line(chapter_text, row[1], row[2])}*\n", text)
    text = FACT_CARD.sub(lambda card: "\n".join(map(_card, card[2].split())), text)
    text = FACT_ROLE.sub(lambda role: _fact_in_brackets(role[1]), text)
    text = EXERCISE.sub(
        lambda task: f"**Exercise. {task['title']}**\n\n{task['body'].strip()}\n", text
    )
    text = GATE.sub(lambda gate: gate["body"] if gate["name"] == "solution" else "", text)
    text = re.sub(r"\n{3,}", "\n\n", text)
    text = re.sub(r"\[([^\]]+)\]\(#[\w-]+\)", r"[\1]", text)
    text = re.sub(r"\{(?:term|ref|doc)\}`([^`<]+?)(?: *<[^>`]+>)?`", r"\1", text)
    return re.sub(
        r"\{cite\}`([\w,]+)`", lambda role: f"({'; '.join(map(_short, role[1].split(',')))})", text
    )


def folded(prose, piece, chapter_text):
    """A piece of a solution behind a line to open it by; `piece` as the chapter has it."""
    titles = {
        label[1]: task["title"]
        for task in EXERCISE.finditer(chapter_text)
        if (label := re.search(r":label: *(\S+)", task["options"]))
    }
    opens = [gate for gate in GATE.finditer(piece) if gate["name"].startswith("solution")]
    named = opens and opens[0]["name"] != "solution-end"
    title = titles[opens[0]["label"].strip()] if named else ""
    summary = f"Solution. {title}" if named else "More of the solution"
    if not prose.strip():
        return f"*{summary}: unfold the next cell.*"
    return f"<details><summary>{summary}</summary>\n\n{prose.strip()}\n\n</details>"


def _card(name):
    fact = facts.entry(name)
    read = f" · read {fact.accessed}" if fact.accessed else ""
    return f"> **{fact.claim}**\n>\n> {fact.line} · {_short(fact.source)}{read}\n"


def _fact_in_brackets(name):
    fact = facts.entry(name)
    return f"{fact.printed} ({fact.line.removeprefix(fact.printed + ' · ')}, {_short(fact.source)})"


def _quotation(note):
    return "".join(f"> {line}\n" for line in note[1].splitlines())


def _short(key):
    authors, entry = _authors(key)
    return f"{authors[0]}{' et al.' if len(authors) > 1 else ''} {entry.fields['year']}"


def _bibliography(chapter_text):
    groups = re.findall(r"\{cite\}`([\w,]+)`", chapter_text)
    cards = [name for card in FACT_CARD.finditer(chapter_text) for name in card[2].split()]
    named = [*cards, *FACT_ROLE.findall(chapter_text)]
    keys = {key for group in groups for key in group.split(",")}
    keys |= {facts.entry(name).source for name in named}
    return "\n".join(map(_reference, sorted(keys)))


def _reference(key):
    authors, entry = _authors(key)
    fields = {name: re.sub(r"[{}]", "", value) for name, value in entry.fields.items()}
    where = next((fields[n] for n in ("booktitle", "journal", "howpublished") if n in fields), "")
    place = f"doi:{fields['doi']}" if "doi" in fields else f"<{fields['url']}>"
    published = ", ".join(part for part in (where, fields["year"].rstrip(".")) if part)
    return f"- {', '.join(authors)}. *{fields['title']}*. {published}. {place}"


def _authors(key):
    entry = parse_file(REFERENCES).entries[key]
    names = [" ".join(person.last_names) for person in entry.persons["author"]]
    return [re.sub(r"[{}]", "", name) for name in names], entry


if __name__ == "__main__":
    main()
