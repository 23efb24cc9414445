"""Numbers that were measured once, and can be measured again where you sit.

A timing is a footprint: it tells of the one who walked there. The chapter's text stands on
the footprints of one day, kept in a small file beside it, so that the page is the same
wherever it is built, and a notebook the same wherever it runs. Who asks in Jupyter for
`anew=True` walks again, and sees the own figures beside those.

`SCALEMODEL_VIEW` decides, as for panels: in the site and in a committed notebook nothing runs,
whatever is asked. Where the function cannot run, or its figures make no sense, it says why and
how to help, and goes on with the record. `make real` writes the record anew.

Left out: many recordings of one thing, and what differs between them.
Sources: none.
"""

__all__ = ["SUFFIXES", "WHY_OTHER", "Recorded", "recorded", "write"]
__dir__ = lambda: __all__

import inspect
import json
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path

from IPython.display import display

from scalemodel.core import checks, units
from scalemodel.stage.look.tables import table
from scalemodel.stage.reading.carried import table_path
from scalemodel.stage.views.view import view

WHY_OTHER = "Another processor, its memory and what else it does just then give other figures."
SUFFIXES = {
    "_per_s": "1/s",
    "_us": "µs",
    "_ms": "ms",
    "_s": "s",
    "_bytes": "bytes",
    "_ratio": "",
    "_count": "",
}


class Recorded:
    """The numbers of a run: from here if it ran, else from the record; shows a table.

    `numbers` are those to go on with, `record` the recorded ones, `fresh` whether they
    differ in origin, `why_not` why they are the record's although others were asked for.

    >>> tea = Recorded("tea", {"wait_s": 3}, when={"date": "2026-11-25", "machine": "a kettle"})
    >>> print(tea)
    Tea. Recorded on 2026-11-25: a kettle.
       what recorded
    wait, s        3
    """

    def __init__(self, name, record, when, numbers=None, why_not=""):
        self.name, self.record, self.when = name, record, when
        self.fresh = numbers is not None
        self.numbers = numbers if self.fresh else record
        self.why_not = why_not

    @property
    def stamp(self) -> str:
        """When and where the numbers come from, for a caption."""
        if self.fresh:
            return f"From here, and now; the text speaks of {self.when['date']}."
        where = [value if key == "machine" else f"{key} {value}"
                 for key, value in self.when.items() if key != "date"]  # fmt: skip
        return f"Recorded on {self.when['date']}: {', '.join(where)}."

    def __repr__(self):
        return repr(self._table())

    def _repr_mimebundle_(self, include=None, exclude=None):
        shown = self._table()._repr_mimebundle_()
        if self.why_not:
            shown["text/plain"] = f"{self.why_not}\n{shown['text/plain']}"
            shown["text/html"] = f'<p role="note">{escape(self.why_not)}</p>{shown["text/html"]}'
        return shown

    def _table(self):
        names = [name for name, value in self.record.items() if _short(value)]
        columns = {
            "what": [_words(name) for name in names],
            "recorded": [_printed(self.record[name]) for name in names],
        }
        caption = f"{self.name[:1].upper()}{self.name[1:]}. {self.stamp}"
        if self.fresh:
            columns["here"] = [_printed(self.numbers.get(name, "")) for name in names]
            caption += f" {WHY_OTHER}"
        return table(columns, caption)


def recorded(
    name: str, run: Callable[..., dict], /, *,
    record: str | Path = "real.json", anew: bool = False,
    check: Callable[[dict], object] | None = None, **sizes,
) -> Recorded:  # fmt: skip
    """What `run(**sizes)` gives: as recorded under `name`, or in Jupyter, if `anew`, from here.

    Measured anew, a table of both is shown at once. `check`, given the new numbers, says by a
    `ValueError` that they make no sense.

    `record` is the file, from the chapter's folder; in any other folder it is the book's, of the
    room of `run`. The record holds the sizes it was made with; if the chapter's are others, a
    `ValueError` says so and what to do.

    >>> import tempfile
    >>> def boil(cups=2):
    ...     return {"wait_s": 60.0 * cups}
    >>> path = Path(tempfile.mkdtemp()) / "real.json"
    >>> write(path, {"tea": boil}, {"date": "2026-11-25", "machine": "a kettle"})
    >>> recorded("tea", boil, record=path).record
    {'wait_s': 120.0}
    """
    checks.instance("anew", anew, bool)
    path = _place(record, run)
    kept, when = _read(path, name)
    asked = {**_defaults(run), **_plain(sizes)}
    if anew and view() == "live":
        told = Recorded(name, kept["numbers"], when, *_from_here(run, sizes, check))
        display(told)  # beside each other, whatever the cell goes on to draw
        return told
    if asked != kept["sizes"]:
        raise ValueError(
            f"{path.name} holds {name!r} for {kept['sizes']}, and the chapter asks for "
            f"{asked}: run `make real`, or in Jupyter say anew=True"
        )
    return Recorded(name, kept["numbers"], when)


def _from_here(run, sizes, check):
    """The numbers of a run on this machine, and why they are not there if they are not."""
    try:
        numbers = _plain(run(**sizes))
    except RuntimeError as error:  # no server here, or one that failed: it says what to do
        return None, f"Not run here, so this is the record. {error}."
    try:
        if check:
            check(numbers)
    except ValueError as error:
        return None, (
            "Run here, but what came out makes no sense, so this is the record. "
            f"Try again when the machine does nothing else. {error}."
        )
    return numbers, ""


def write(
    path: str | Path, runs: Mapping[str, Callable[..., dict]], when: Mapping[str, str]
) -> None:
    """Run each of `runs`, name to function, at its own sizes, and keep all in one file.

    `when` has the date and the machine, and may name versions.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "real.json"
    >>> write(path, {"tea": lambda: {"wait_s": 1.0}}, {"date": "2026-11-25", "machine": "a kettle"})
    >>> json.loads(path.read_text())["runs"]["tea"]["numbers"]
    {'wait_s': 1.0}
    """
    for key in ("date", "machine"):
        if not when.get(key):
            raise ValueError(f"when[{key!r}] must say something")
    told = {name: {"sizes": _defaults(run), "numbers": _plain(run())} for name, run in runs.items()}
    # One line for each number or list of them: a new recording is a difference one can read.
    lines = ["{", f'"when": {json.dumps(dict(when))},', '"runs": {']
    for each, (name, parts) in enumerate(told.items()):
        rows = [
            f"{json.dumps(key)}: {json.dumps(value)}" for key, value in parts["numbers"].items()
        ]
        lines.append(f'{json.dumps(name)}: {{"sizes": {json.dumps(parts["sizes"])}, "numbers": {{')
        lines.append(",\n".join(rows))
        lines.append("}}" + ("," if each < len(told) - 1 else ""))
    Path(path).write_text("\n".join([*lines, "}", "}", ""]))


def _place(record, run):
    """The record in the chapter's folder; for a notebook elsewhere, that of the room of `run`."""
    room = run.__module__.split(".")[1:2]
    return Path(record) if Path(record).is_file() else table_path(Path(*room) / record)


def _read(path, name):
    if not path.is_file():
        raise ValueError(f"record={str(path)!r} must be a file: run `make real`")
    kept = json.loads(path.read_text())
    if name not in kept["runs"]:
        raise ValueError(f"name={name!r} must be one of {', '.join(kept['runs'])}")
    return kept["runs"][name], kept["when"]


def _defaults(run):
    """The sizes a function runs at unless told otherwise, as a file would hold them."""
    given = inspect.signature(run).parameters.values()
    return _plain({each.name: each.default for each in given if each.default is not each.empty})


def _plain(value):
    return json.loads(json.dumps(value))


def _short(value):
    """Whether a value fits a cell: a number or a word, or a few of them."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return len(value) <= 4 and not any(isinstance(each, (list, Mapping)) for each in value)
    return True


def _printed(value):
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(key)} {_printed(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_printed, value))
    return value if isinstance(value, str) else units.number(value)


def _words(name):
    for suffix, unit in SUFFIXES.items():
        if name.endswith(suffix):
            name = name.removesuffix(suffix) + (f", {unit}" if unit else "")
            break
    return name.replace("_", " ")
