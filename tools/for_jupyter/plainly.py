"""A chapter's prose as Jupyter shows it, which knows nothing of the site's markup.

Labels that a link leads to become anchors, links lead to notebooks where there is one, notes
and fact cards become quotations, citations name author and year, and an exercise has a heading.
What has no plain form is refused by name, so that no reader meets it.

Left out: glued numbers, which a notebook tells only once it has run; `pair.py` fills them in.
Sources: CommonMark 0.31 (a heading of two to six signs ends a folded part in JupyterLab).
"""

import re
from pathlib import Path

from pybtex.database import parse_file

from scalemodel.stage.reading import facts, strip

REFERENCES = Path(__file__).parents[2] / "book" / "references.bib"
ADMONITIONS = {"admonition", "note", "tip", "hint", "important", "warning", "caution", "attention"}
GLUE_ROLE = re.compile(r"\{glue:text\}`(\w+)`")
FACT_CARD = re.compile(r"(?ms)^(`{3,}|:{3,})\{fact\} (.+?)\n\1\n?")
STRIP = re.compile(r"(?ms)^```\{strip\}\n:first: ([^\n]+)\n:explains: ([^\n]+)\n```\n")
FACT_ROLE = re.compile(r"\{fact\}`([\w.]+)`")
LABEL = re.compile(r"(?m)^\(([\w-]+)\)=\n")
LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\(([^)\s]+)\)")
IN_JUPYTER = re.compile(r"(?m)^% in Jupyter: ?")  # a remark to the site, prose to the notebook
DOWNLOAD = re.compile(r'<a href="[^"]+" download>([^<]+)</a>')
BLOCK = (
    r"(?ms)^(?P<fence>`{3,}|:{3,})\{(?P<name>%s)\} *(?P<title>[^\n]*)\n"
    r"(?P<options>(?::[\w-]+:[^\n]*\n)*)(?P<body>.*?)^(?P=fence)[ \t]*\n?"
)
EXERCISE = re.compile(BLOCK % "exercise(?:-start)?")
GATE = re.compile(BLOCK % "solution(?:-start|-end)?|exercise-end")
NOTE = re.compile(BLOCK % "|".join(ADMONITIONS))
LEFT_OVER = re.compile(r"(?m)^ *(?:`{3,}|:{3,})\{.*|\{(?!glue:text)[a-z][\w:-]*\}`[^`\n]*`?")


def plain_prose(text: str, chapter: Path) -> str:
    """Markdown that Jupyter shows as it should; `chapter` tells what is cited and linked."""
    whole = chapter.read_text(encoding="utf-8")
    linked = {target[1:] for _, target in LINK.findall(whole) if target[0] == "#"}
    known = {*LABEL.findall(whole), *filter(None, map(_label, EXERCISE.finditer(whole)))}
    text = IN_JUPYTER.sub("", text)
    text = LABEL.sub(lambda label: _anchor(label[1], linked), text)
    text = NOTE.sub(_quotation, text)
    text = re.sub(r"(?ms)^```\{bibliography\}.*?^```", lambda _: _bibliography(whole), text)
    text = STRIP.sub(lambda row: f"*{strip.strip_line(whole, row[1], row[2])}*\n", text)
    text = FACT_CARD.sub(lambda card: "\n".join(map(_card, card[2].split())), text)
    text = FACT_ROLE.sub(lambda role: _fact_in_brackets(role[1]), text)
    text = EXERCISE.sub(lambda task: _task(task, linked), text)
    text = GATE.sub(lambda gate: gate["body"] if gate["name"] == "solution" else "", text)
    text = re.sub(r"\n{3,}", "\n\n", text)
    text = LINK.sub(lambda link: _link(link, chapter.parent, known), text)
    text = DOWNLOAD.sub(r"\1", text)
    text = re.sub(r"\{(?:term|ref|doc)\}`([^`<]+?)(?: *<[^>`]+>)?`", r"\1", text)
    text = re.sub(
        r"\{cite\}`([\w,]+)`", lambda role: f"({'; '.join(map(_short, role[1].split(',')))})", text
    )
    if strange := LEFT_OVER.search(text):
        raise ValueError(
            f"{chapter.name}: {strange[0].strip()!r} must have a plain form for Jupyter"
        )
    return text


def solution_title(piece: str, chapter: Path) -> str | None:
    """What a solution that begins in `piece` of a chapter is called, or None if none does."""
    begins = [
        gate for gate in GATE.finditer(piece) if gate["name"] in ("solution", "solution-start")
    ]
    if not begins:
        return None
    titles = {_label(task): task["title"] for task in EXERCISE.finditer(chapter.read_text())}
    return f"Solution. {titles[begins[0]['title'].strip()]}"


# ── Blocks ──────────────────────────────────────────────────────────────────
def _task(task, linked):
    return f"{_anchor(_label(task), linked)}### {task['title'].strip()}\n\n{task['body'].strip()}\n"


def _label(task):
    label = re.search(r":label: *(\S+)", task["options"])
    return label[1] if label else None


def _anchor(label, linked):
    return f'<a id="{label}"></a>\n\n' if label in linked else ""  # a heading needs the empty line


def _quotation(note):
    title = [f"**{note['title']}**", ""] if note["name"] == "admonition" else []
    return "".join(f"> {line}".rstrip() + "\n" for line in [*title, *note["body"].splitlines()])


def _link(link, folder, known):
    words, target = link.groups()
    page, _, label = target.partition("#")
    if "://" in target or target.startswith("mailto:"):
        return link[0]
    if not page:
        return link[0] if label in known else words
    path = folder / page
    if path.suffix == ".md" and path.is_file() and "kernelspec:" in path.read_text()[:600]:
        return f"[{words}]({Path(page).with_suffix('.ipynb').as_posix()})"
    return f"{words} (on the site)"


# ── Facts and sources ───────────────────────────────────────────────────────
def _card(name):
    fact = facts.entry(name)
    read = f" · read {fact.accessed}" if fact.accessed else ""
    return f"> **{fact.claim}**\n>\n> {fact.line} · {_short(fact.source)}{read}\n"


def _fact_in_brackets(name):
    fact = facts.entry(name)
    return f"{fact.printed} ({fact.line.removeprefix(fact.printed + ' · ')}, {_short(fact.source)})"


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
