"""The ledger of facts: what is known about a company, and who says so.

A number in a text is like a coin found in the street: it may be worth something, but
whose is it, and from when? Each company's ledger, `book/<company>/facts.yml`, holds
one entry a claim, with value, unit, date, source and how sure one may be. A chapter
shows an entry as a card and computes with its value; both come from the same line.

Read on in this order: one entry; a whole ledger; `fact`, for the cells of a chapter.

Left out: the sources themselves, which are in `book/references.bib`.
Sources: none.
"""

__all__ = [
    "CONFIDENCES", "DATE", "Fact", "Value", "entry", "fact", "ledger", "ledger_path", "overdue",
]  # fmt: skip
__dir__ = lambda: __all__

import numbers
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

import yaml

from scalemodel.core import units
from scalemodel.stage.reading.carried import table_path

CONFIDENCES = (
    "measured by a third party", "stated by the company", "press", "our estimate",
)  # fmt: skip
DATE = re.compile(r"\d{4}(-\d\d){0,2}")


# ── One entry ───────────────────────────────────────────────────────────────
class Value(float):
    """The number of a fact, with the unit it was stated in and, for a range, its other end.

    >>> pace = Value(35, "Mbit/s", 45)
    >>> pace * 2, pace.unit, pace.high
    (70.0, 'Mbit/s', 45.0)
    """

    def __new__(cls, value: float, unit: str, high: float | None = None):
        self = super().__new__(cls, value)
        self.unit, self.high = unit, None if high is None else float(high)
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One claim with its value, and what a reader needs to judge it.

    `as_of` is the date the claim describes, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, or
    "undated"; `source` a key of the bibliography; `by` says who stated it where that
    is not the chapter's company; `review_by` when somebody should look again.

    >>> seats = Fact(
    ...     id="seats", claim="The train has 90 seats.", value=90, unit="count", as_of="2019",
    ...     source="train2019", confidence="our estimate", review_by="2030-01",
    ... )
    >>> seats.printed, seats.line
    ('90', '90 · our estimate · 2019')
    """

    id: str
    claim: str
    value: float
    unit: str
    as_of: str
    source: str
    confidence: str
    review_by: str
    value_high: float | None = None
    by: str = ""
    accessed: str = ""
    archive: str = ""

    def __post_init__(self):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", str(self.id)):
            raise ValueError(f"id={self.id!r} must be small letters, digits and _")
        if not str(self.claim).strip().endswith("."):
            raise ValueError(f"claim={self.claim!r} must be a sentence")
        for name in ("value", "value_high"):
            number = getattr(self, name)
            wanted = number is not None or name == "value"
            if wanted and (not isinstance(number, numbers.Real) or isinstance(number, bool)):
                raise ValueError(f"{name}={number!r} must be a number")
        if self.value_high is not None and self.value_high <= self.value:
            raise ValueError(f"value_high={self.value_high!r} must be above value={self.value!r}")
        units.unit(self.unit)
        for name in ("as_of", "review_by", "accessed"):
            date = getattr(self, name)
            may_lack = {"as_of": "undated", "accessed": ""}.get(name)
            if date != may_lack and not DATE.fullmatch(date):
                raise ValueError(f"{name}={date!r} must be YYYY, YYYY-MM or YYYY-MM-DD")
        if self.confidence not in CONFIDENCES:
            raise ValueError(
                f"confidence={self.confidence!r} must be one of {', '.join(CONFIDENCES)}"
            )

    @property
    def printed(self) -> str:
        """The value as a card shows it: shares in percent, and both ends of a range."""
        first, last = self.value, self.value if self.value_high is None else self.value_high
        if self.unit == "ratio" and self.value_high is None and 0.99 < first < 1:
            return f"{100 * first:.12g}{units.NO_BREAK}%"  # 99.99 % is not 100 %
        write = units.percent if self.unit == "ratio" else units.quantity
        symbol = () if self.unit == "ratio" else (self.unit,)
        if self.value_high is None:
            return write(first, *symbol)
        number = units.number(100 * first if self.unit == "ratio" else first)
        return f"{number} to {write(last, *symbol)}"

    @property
    def line(self) -> str:
        """What stands under the claim: value, confidence and date."""
        said = self.confidence + (f" ({self.by})" if self.by else "")
        return f"{self.printed} · {said} · {self.as_of}"


# ── A ledger ────────────────────────────────────────────────────────────────
def ledger(path: Path) -> dict[str, Fact]:
    """The facts of the file at `path`, by id; a `ValueError` names file, entry and field.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "facts.yml"
    >>> _ = path.write_text("- id: seats\\n  claim: The train has 90 seats.\\n")
    >>> ledger(path)
    Traceback (most recent call last):
    ...
    ValueError: facts.yml: seats lacks value, unit, as_of, source, confidence, review_by
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name}: {error}") from None
    if not isinstance(rows, list):
        raise ValueError(f"{path.name} must be a list of entries, each with a dash before its id")
    facts = {}
    for number, row in enumerate(rows, 1):
        name = row.get("id", f"entry {number}") if isinstance(row, Mapping) else f"entry {number}"
        try:
            entry = _entry(row)
        except ValueError as error:
            raise ValueError(f"{path.name}: {name} {error}") from None
        if entry.id in facts:
            raise ValueError(f"{path.name}: {name} is there twice; an id must be the only one")
        facts[entry.id] = entry
    return facts


def _entry(row):
    if not isinstance(row, Mapping):
        raise ValueError(f"is {row!r}; it must have fields")
    known = {field.name: field for field in fields(Fact)}
    unknown = [name for name in row if name not in known]
    if unknown:
        raise ValueError(f"has the field {unknown[0]!r}; it must be one of {', '.join(known)}")
    lacking = [name for name, f in known.items() if f.default is MISSING and row.get(name) is None]
    if lacking:
        raise ValueError(f"lacks {', '.join(lacking)}")
    plain = {"value", "value_high"}  # the file's own numbers; dates and years come as text
    return Fact(
        **{
            name: value if name in plain else str(value).strip()
            for name, value in row.items()
            if value is not None
        }
    )


def ledger_path(company: str) -> Path:
    """The ledger of `company`, of the book at hand or of the one that the package carries.

    >>> ledger_path("nobody")
    Traceback (most recent call last):
    ...
    ValueError: company='nobody' must have a ledger, book/nobody/facts.yml
    """
    path = table_path(f"{company}/facts.yml")
    if not path.is_file():
        raise ValueError(f"company={company!r} must have a ledger, book/{company}/facts.yml")
    return path


def entry(name: str) -> Fact:
    """The entry that `name`, "company.id", stands for.

    >>> entry("youtube.uploads").source
    'wojcicki2020youtube'
    """
    company, dot, ident = str(name).partition(".")
    if not dot or not re.fullmatch(r"\w+", company):
        raise ValueError(f"fact={name!r} must be a company and an id, as in 'youtube.uploads'")
    path = ledger_path(company)
    facts = ledger(path)
    if ident not in facts:
        raise ValueError(f"{company}/{path.name}: id={ident!r} must be one of {', '.join(facts)}")
    return facts[ident]


# ── In a cell ───────────────────────────────────────────────────────────────
def fact(name: str) -> Value:
    """The value of the fact "company.id", a number that knows its unit.

    >>> fact("youtube.uploads"), fact("youtube.uploads").unit
    (500.0, 'h/min')
    """
    found = entry(name)
    return Value(found.value, found.unit, found.value_high)


def overdue(facts: Mapping[str, Fact], today: str) -> list[Fact]:
    """Those of `facts` that were to be looked at again before `today`, `YYYY-MM-DD`.

    >>> overdue({"a": entry("youtube.uploads")}, "2027-05-31")
    []
    >>> [late.id for late in overdue({"a": entry("youtube.uploads")}, "2027-07-01")]
    ['uploads']
    """
    return [entry for entry in facts.values() if entry.review_by < today[: len(entry.review_by)]]
