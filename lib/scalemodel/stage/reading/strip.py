"""The line under a chapter's title: how long it takes, what it explains, how to run it.

A reader on a train wants to know whether there is time before the tunnel, and a teacher
whether there is time for the exercises. The line is made from the chapter itself, so that it
grows and shrinks with it, and counts apart what is read, what is played with and what is done.

Left out: how long the cells run, for that is a property of a machine.
Sources: none; 200 words a minute is our own guess at careful reading, and so is what a panel,
a question and an exercise take.
"""

__all__ = [
    "CARDS", "CELL", "EXERCISE", "EXERCISE_MIN", "FENCED", "LAB_MIN", "LOOK_MIN", "PANEL_MIN",
    "PLAYED", "QUIZ_MIN", "TASKS", "UNSEEN", "WORDS_A_CARD", "WORDS_A_MINUTE", "Strip", "Times",
    "strip_line", "times",
]  # fmt: skip
__dir__ = lambda: __all__

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

WORDS_A_MINUTE = 200
WORDS_A_CARD = 30  # claim, value, who, when, source
LOOK_MIN = 0.5  # at a table, a figure or a piece of code
PANEL_MIN = 2.0  # and what moves, and what is played
QUIZ_MIN = 5.0  # four to six questions
EXERCISE_MIN = {"read": 10.0, "build": 30.0, "design": 20.0}
LAB_MIN = 50.0

CELL = re.compile(r"(?ms)^(`{3,})\{code-cell\}.*?^\1\n?")
CARDS = re.compile(r"(?m)^`{3,}\{fact\} (.+)$")
FENCED = re.compile(r"(?ms)^(`{3,}|:{3,})\{(?!note).*?^\1\n?")
TASKS = re.compile(r"(?ms)^\([\w-]+-(?:questions|exercises)\)=.*")
EXERCISE = re.compile(r"(?m)^`{3,}\{exercise(?:-start)?\} [^,\n]*, (\w+):")
PLAYED = re.compile(r"(?m)^(?:\w+_)?(?:explore|moving|choose|beat_the_algorithm|beat_belady)\(")
UNSEEN = re.compile(r":tags:.*remove-(?:cell|output)")


@dataclass(frozen=True, slots=True)
class Times:
    """Minutes to read a chapter, to play with it, and to do what it asks.

    >>> str(Times(10, 4, 65)), str(Times(1, 0, 0))
    ('10 min to read, 4 to play, 65 to do', '1 min to read')
    """

    read: int
    play: int
    do: int

    def __str__(self):
        play, do = (
            f", {getattr(self, to)} to {to}" * bool(getattr(self, to)) for to in ("play", "do")
        )
        return f"{self.read}\u00a0min to read{play}{do}"


def times(text: str, explains: str = "") -> Times:
    """What a chapter's Markdown takes, by what a reader sees of it; a lab takes its fifty minutes.

    >>> times("word " * 1900)
    Times(read=10, play=0, do=0)
    """
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    told = TASKS.sub("", text)
    seen = [cell[0] for cell in CELL.finditer(told) if not UNSEEN.search(cell[0])]
    played = [cell for cell in seen if PLAYED.search(cell)]
    words = len(re.findall(r"[A-Za-z]+(?:['’][a-z]+)?", FENCED.sub("", told)))
    words += WORDS_A_CARD * sum(len(names.split()) for names in CARDS.findall(told))
    read = words / WORDS_A_MINUTE + LOOK_MIN * (len(seen) - len(played))
    do = sum(EXERCISE_MIN.get(kind, 0) for kind in EXERCISE.findall(text))
    do += QUIZ_MIN * bool(re.search(r"(?m)^quiz\(", text))
    if explains.startswith("scalemodel.labs"):
        do = LAB_MIN
    return Times(max(1, round(read)), round(PANEL_MIN * len(played)), round(do))


def strip_line(text: str, first: str, explains: str) -> str:
    """The line in plain words; `first` is what to know first, `explains` a module.

    >>> strip_line("word " * 400, first="nothing", explains="scalemodel.core.rng")
    '2 min to read · know first: nothing · explains scalemodel.core.rng'
    """
    return f"{times(text, explains)} · know first: {first} · explains {explains}"


class Strip(SphinxDirective):
    """The line, with a link to the notebook and one to how to cite the book."""

    option_spec: ClassVar = {
        "first": directives.unchanged_required,
        "explains": directives.unchanged_required,
    }

    def run(self):
        """One paragraph."""
        if set(self.options) != set(self.option_spec):
            raise self.error("strip needs the options :first: and :explains:")
        text = Path(self.env.doc2path(self.env.docname)).read_text(encoding="utf-8")
        up = "../" * self.env.docname.count("/")
        line = nodes.paragraph(classes=["sm-strip"])
        line += nodes.Text(strip_line(text, self.options["first"], self.options["explains"]))
        for words, address in [
            ("its notebook", f"{up}_sources/{self.env.docname}.ipynb"),
            ("how to cite it", f"{up}book/how-to.html#cite-it"),
        ]:
            line += nodes.Text(" · ")
            line += nodes.reference("", words, refuri=address)
        return [line]
