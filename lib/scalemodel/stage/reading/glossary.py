"""The glossary: each word of the field once, with what the code calls it.

A word that means two things is a door with two handles. The table `book/glossary.yml`
has one row a meaning; the glossary page, the tips on its words and the page of symbols
are all made from it.

Left out: words that a later chapter will need.
Sources: none; the definitions are ours.
"""

__all__ = ["Symbol", "Term", "plain", "read", "table_of"]
__dir__ = lambda: __all__

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One row: a word, what it means, what others call it, and how code spells and measures it.

    >>> Term(term="seat", means="A place to sit.", also="chair", code="seats", unit="count").line
    'A place to sit. *Also called*: chair. *In code*: `seats`. *Unit*: count.'
    """

    term: str
    means: str
    also: str = ""
    code: str = ""
    unit: str = ""

    @property
    def others(self) -> list[str]:
        """What others call it, by which the search finds it, too.

        >>> Term(term="seat", means="A place to sit.", also="chair, stool").others
        ['chair', 'stool']
        """
        return [name.strip() for name in self.also.split(",") if name.strip()]

    @property
    def line(self) -> str:
        """The definition in Markdown, with its other names, the code's name and the unit."""
        code = ", ".join(f"`{name.strip()}`" for name in _split(self.code))
        after = [f"*Also called*: {', '.join(self.others)}."] if self.others else []
        after += [f"*In code*: {code}."] if code else []
        after += [f"*Unit*: {self.unit}."] if self.unit else []
        return " ".join([self.means, *after])


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """One symbol of the formulas, in TeX, with its unit and the code's name.

    >>> Symbol(symbol="n", means="number of seats", unit="count").code
    ''
    """

    symbol: str
    means: str
    unit: str
    code: str = ""


def read(path: Path) -> tuple[list[Term], list[Symbol]]:
    """The terms in order of the alphabet, and the symbols, of the table at `path`.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "glossary.yml"
    >>> _ = path.write_text("terms: [{term: seat}]\\nnotation: []\\n")
    >>> read(path)
    Traceback (most recent call last):
    ...
    ValueError: glossary.yml: seat lacks means
    """
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, Mapping) or set(found) != {"terms", "notation"}:
        raise ValueError(f"{path.name} must have terms and notation")
    terms = [_row(path, Term, row, "term") for row in found["terms"]]
    symbols = [_row(path, Symbol, row, "symbol") for row in found["notation"]]
    for rows, name in ((terms, "term"), (symbols, "symbol")):
        words = [getattr(row, name) for row in rows]
        twice = {word for word in words if words.count(word) > 1}
        if twice:
            raise ValueError(f"{path.name}: {min(twice)} is there twice; it must be there once")
    return sorted(terms, key=lambda term: term.term.lower()), symbols


def table_of(root: str | Path) -> tuple[Path, tuple[list[Term], list[Symbol]]]:
    """The table of the book whose configuration lies in `root`: its path, and what `read` gives.

    >>> path, (terms, _) = table_of(Path(__file__).parents[4])
    >>> path.name, "rebuffer" in [term.term for term in terms]
    ('glossary.yml', True)
    """
    path = Path(root) / "book" / "glossary.yml"
    return path, read(path)


def _row(path, kind, row, name):
    known = kind.__dataclass_fields__
    word = row.get(name, row) if isinstance(row, Mapping) else row
    if not isinstance(row, Mapping) or set(row) - set(known):
        raise ValueError(f"{path.name}: {word!r} must have only {', '.join(known)}")
    lacking = [n for n in known if n not in row and n not in ("also", "code", "unit")]
    if lacking:
        raise ValueError(f"{path.name}: {word} lacks {', '.join(lacking)}")
    return kind(**{n: str(value) for n, value in row.items()})


def plain(markdown: str) -> str:
    """`markdown` of one line as plain text, for a tip.

    >>> plain("A *seat*, `seats`.")
    'A seat, seats.'
    """
    return re.sub(r"[*`](\S.*?)[*`]", r"\1", markdown)


def _split(code):
    """Names apart at commas, but not within brackets."""
    return [name for name in re.split(r",\s*(?![^(\[]*[)\]])", code) if name]
