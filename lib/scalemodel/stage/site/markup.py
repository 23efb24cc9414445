"""The book's own markup on the site: fact cards, glossary, symbols, reference, solutions.

The pages say what they want, `{fact}` or `{term}`, and this module puts in what the
tables hold. In a notebook `tools/pair.py` puts the same markup plainly.

Left out: what needs no table; that is plain MyST.
Sources: the Sphinx event reference.
"""

__all__ = [
    "PACKAGE", "ApiPage", "FactCard", "FactInline", "GlossaryPage", "NotationPage", "as_rst",
    "cut_solutions", "cut_sources", "modules_of", "name_the_parts", "offer_notebook",
    "read_docstring", "set_up_reference", "setup", "skip_bare_fields",
]  # fmt: skip
__dir__ = lambda: __all__

import json
import os
import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective, SphinxRole

from scalemodel.stage.reading import exercises, facts, glossary, strip
from scalemodel.stage.site import tip

PACKAGE = Path(__file__).parents[2]


def setup(app) -> dict:
    """Connects the markup; the extension calls this."""
    # The class build is another book: every page is read again.
    app.add_config_value("scalemodel_class", os.environ.get("SCALEMODEL_CLASS", ""), "env")
    app.add_directive("fact", FactCard)
    app.add_role("fact", FactInline())
    app.add_directive("book-glossary", GlossaryPage)
    app.add_directive("book-notation", NotationPage)
    app.add_directive("book-api", ApiPage)
    app.add_directive("strip", strip.Strip)
    app.connect("config-inited", set_up_reference)
    app.connect("source-read", cut_solutions)
    app.connect("autodoc-process-docstring", read_docstring)
    app.connect("autodoc-skip-member", skip_bare_fields)
    app.connect("doctree-read", name_the_parts)
    app.connect("doctree-resolved", tip.add_tips)
    app.connect("html-page-context", offer_notebook, priority=400)  # before the theme's buttons
    return {"parallel_read_safe": True, "parallel_write_safe": True}


# ── Facts ───────────────────────────────────────────────────────────────────
def _cited(env, lineno, key, inliner):
    """Nodes of a citation of `key`, or the key itself in a book without a bibliography."""
    if "cite" not in env.domains:
        return [nodes.Text(key)]
    role = env.get_domain("cite").role("t")
    found, problems = role("cite:t", f"{{cite:t}}`{key}`", key, lineno, inliner)
    return [*found, *problems]


class FactCard(SphinxDirective):
    """A card for each fact that the directive names: claim, then value, who, when, source."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        """The cards."""
        try:
            return [self._card(name) for name in self.arguments[0].split()]
        except ValueError as error:
            raise self.error(str(error)) from None

    def _card(self, name):
        fact = facts.entry(name)
        self.env.note_dependency(str(facts.ledger_path(name.partition(".")[0])))
        claim = nodes.paragraph(fact.claim, fact.claim, classes=["sm-fact-claim"])
        line = nodes.paragraph(classes=["sm-fact-line"])
        line += nodes.strong(fact.printed, fact.printed)
        line += nodes.Text(fact.line.removeprefix(fact.printed) + " · ")
        line += _cited(self.env, self.lineno, fact.source, self.state.inliner)
        if fact.accessed:
            line += nodes.Text(f" · read {fact.accessed}")
        if fact.archive:
            line += nodes.Text(" · ")
            line += nodes.reference("", "archived copy", refuri=fact.archive)
        ident = f"fact-{name.replace('.', '-')}"
        return nodes.compound("", claim, line, classes=["sm-fact"], ids=[ident])


class FactInline(SphinxRole):
    """The value of a fact within a sentence, with who said it and when."""

    def run(self):
        """The value, and the rest in brackets."""
        try:
            fact = facts.entry(self.text)
        except ValueError as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [], [message]
        said = f"{fact.printed} ({fact.line.removeprefix(fact.printed + ' · ')}, "
        cited = _cited(self.env, self.lineno, fact.source, self.inliner)
        return [nodes.Text(said), *cited, nodes.Text(")")], []


# ── Words and symbols ───────────────────────────────────────────────────────
def _parsed(directive, text, titles=False):
    """Nodes of `text`, Markdown made from a table."""
    node = nodes.Element()
    node.document = directive.state.document
    lines = StringList(text.splitlines(), source=directive.env.docname)
    directive.state.nested_parse(lines, 0, node, match_titles=titles)
    return node.children


class GlossaryPage(SphinxDirective):
    """The glossary, made from the table."""

    def run(self):
        """A definition list that `{term}` leads to."""
        path, (terms, _) = glossary.table_of(self.env.srcdir)
        self.env.note_dependency(str(path))
        rows = "\n\n".join(f"{term.term}\n  {term.line}" for term in terms)
        return _parsed(self, f"```{{glossary}}\n{rows}\n```")


class NotationPage(SphinxDirective):
    """The symbols of the formulas, made from the table."""

    def run(self):
        """A table of symbol, meaning, unit and the code's name."""
        path, (_, symbols) = glossary.table_of(self.env.srcdir)
        self.env.note_dependency(str(path))
        rows = [
            f"| ${s.symbol}$ | {s.means} | {s.unit} | {f'`{s.code}`' if s.code else '–'} |"
            for s in symbols
        ]
        head = ["| symbol | meaning | unit | in code |", "|---|---|---|---|"]
        return _parsed(self, "\n".join(head + rows))


# ── Solutions ───────────────────────────────────────────────────────────────
def cut_solutions(app, docname, source) -> None:
    """Takes the solutions out of a page's text before it is read, in a class build."""
    if app.config.scalemodel_class:
        source[0] = exercises.without_solutions(source[0])


def name_the_parts(app, doctree) -> None:
    """Gives the inner part of each exercise an id of its own; they all come with the same."""
    for number, section in enumerate(doctree.findall(nodes.section)):
        if section["ids"] in (["exercise-content"], ["solution-content"]):
            section["ids"] = [f"{section['ids'][0]}-{number}"]


def offer_notebook(app, pagename, templatename, context, doctree) -> None:
    """Puts the notebook beside the page's source, for the theme's download button."""
    path = Path(app.srcdir) / f"{pagename}.ipynb"
    if app.builder.format != "html" or doctree is None or not path.is_file():
        return
    notebook = json.loads(path.read_text(encoding="utf-8"))
    if app.config.scalemodel_class:
        notebook = exercises.notebook_without_solutions(notebook)
    copy = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
    copy.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(notebook, ensure_ascii=False, indent=1)
    copy.write_text(text + "\n", encoding="utf-8")
    context["ipynb_source"] = f"{pagename}.ipynb"


def cut_sources(app) -> None:
    """Takes the solutions out of the sources that the pages offer, in a class build."""
    if app.config.scalemodel_class:
        for path in (Path(app.outdir) / "_sources").rglob("*.md"):
            text = path.read_text(encoding="utf-8")
            path.write_text(exercises.without_solutions(text), encoding="utf-8")


# ── Reference ───────────────────────────────────────────────────────────────
def set_up_reference(app, config) -> None:
    """Settles how the reference pages read; other types than ours are not linked."""
    config.autodoc_member_order = "bysource"
    config.autodoc_preserve_defaults = True
    config.add_module_names = False
    config.html_domain_indices = False
    config.nitpick_ignore_regex = [("py:(class|data|obj|exc)", ".*")]


class ApiPage(SphinxDirective):
    """The reference of one room, or of the modules that are named, from the docstrings."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        """A section for each module."""
        text = ""
        for name in modules_of(self.arguments[0]):
            path = PACKAGE.parent.joinpath(*name.split(".")).with_suffix(".py")
            self.env.note_dependency(str(path))
            title = name.removeprefix("scalemodel.")
            text += f"## {title}\n\n```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n   :ignore-module-all:\n```\n\n"
        return _parsed(self, text, titles=True)


def modules_of(words: str) -> list[str]:
    """The modules that `words` name: a room stands for all that it holds, on every floor.

    >>> modules_of("core")[:2]
    ['scalemodel.core.bandwidth', 'scalemodel.core.checks']
    >>> "scalemodel.labs.playing.store" in modules_of("labs")
    True
    >>> modules_of("stage.panel.explore stage.views.diagram")
    ['scalemodel.stage.panel.explore', 'scalemodel.stage.views.diagram']
    """
    names = []
    for word in words.split():
        place = PACKAGE.joinpath(*word.split("."))
        inside = sorted(place.rglob("[a-z]*.py")) if place.is_dir() else [place.with_suffix(".py")]
        if not inside or not inside[0].is_file():
            raise ValueError(f"module={word!r} must be a room or a module of scalemodel")
        paths = (path.relative_to(PACKAGE).with_suffix("") for path in inside)
        names += [".".join(("scalemodel", *path.parts)) for path in paths]
    return names


def read_docstring(app, what, name, thing, options, lines) -> None:
    """Turns our plain docstrings into what Sphinx reads."""
    lines[:] = as_rst(lines)


def skip_bare_fields(app, what, name, thing, skip, options) -> bool | None:
    """Leaves out the fields of a named tuple, which say no more than its first line does."""
    return True if (getattr(thing, "__doc__", "") or "").startswith("Alias for field") else None


def as_rst(lines: list[str]) -> list[str]:
    """`lines` of a plain docstring as reStructuredText: code is code, and no sign is markup.

    Examples stay as they are.

    >>> as_rst(["The `rate`, |a| * b_.", "", ">>> f(*a)"])
    ['The ``rate``, \\\\|a\\\\| \\\\* b\\\\_.', '', '>>> f(*a)']
    """
    done, example, before = [], False, ""
    for line in lines:
        example = line.lstrip().startswith(">>>") or (example and bool(line.strip()))
        if not example and line.strip() and before.strip() and _apart(before, line):
            done.append("")
        done.append(line if example else _plain_line(line))
        # The lines of an item count as standing where its text does.
        before = re.sub(r"^( *)- ", r"\1  ", line)
    return done


def _apart(before, line):
    """Whether Sphinx wants an empty line between two that our docstrings keep together."""
    indents = [len(text) - len(text.lstrip()) for text in (before, line)]
    begins = line.lstrip().startswith(("- ", "Left out: ", "Sources: "))
    return indents[0] != indents[1] or begins


def _plain_line(line):
    pieces = re.split(r"(`[^`]+`)", line)
    return "".join(
        f"`{piece}`" if number % 2 else re.sub(r"([\\*|_])", r"\\\1", piece)
        for number, piece in enumerate(pieces)
    )
