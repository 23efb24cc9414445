"""The line under a chapter's title: how long it takes, what it explains, how to run it.

A reader on a train wants to know whether there is time before the tunnel. The line is
made from the chapter itself, so that it grows and shrinks with it.

Left out: how long the cells run, for that is a property of a machine.
Sources: none; 200 words a minute is our own guess at careful reading.
"""

import re
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

WORDS_A_MINUTE = 200
FENCED = re.compile(r"(?ms)^(`{3,}|:{3,})\{(?!note|exercise).*?^\1\n?")
TASKS = re.compile(r"(?ms)^\([\w-]+-(?:questions|exercises)\)=.*")


def reading_minutes(text: str) -> int:
    """Minutes to read a chapter's Markdown, without its code and its exercises, at least 1.

    >>> reading_minutes("word " * 1900)
    10
    """
    body = TASKS.sub("", FENCED.sub("", re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)))
    return max(1, round(len(re.findall(r"[A-Za-z]+(?:['’][a-z]+)?", body)) / WORDS_A_MINUTE))


def strip_line(text: str, first: str, explains: str) -> str:
    """The line in plain words; `first` is what to know first, `explains` a module.

    >>> strip_line("word " * 400, first="nothing", explains="scalemodel.core.rng")
    '2 minutes · know first: nothing · explains scalemodel.core.rng'
    """
    minutes = reading_minutes(text)
    count = f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{count} · know first: {first} · explains {explains}"


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
