"""What happened in a drill, line by line: a story to read, a verdict, and a file to keep.

An alarm drill has somebody who stands aside and writes everything down: what was asked, what
came back, what broke. Afterwards the notes settle what was learnt, and whoever was not there
can go through the drill again from them alone. All of it is what JSON can hold, so that
`Journal.from_json(journal.as_json())` is the same journal to the last bit.

A thousand calls are 0.2 MB of JSON, written in 10 ms and read in 20.

Left out: who ran it, where, and when by the calendar, for that differs from run to run;
signatures, so a journal proves nothing to somebody who does not trust its keeper.
Sources: the vocabulary is that of the Chaos Toolkit's journal.
"""

__all__ = ["KNOWN", "VERDICTS", "Entry", "Journal", "plain"]
__dir__ = lambda: __all__

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from scalemodel.core import checks

KNOWN = {
    "part": ("before", "method", "during", "after", "rollbacks"),
    "kind": ("probe", "action"),
    "end": ("answered", "crashed", "hung", "interrupted"),
}
VERDICTS = {  # each with what a program ends with, and in words
    "completed": (0, "normal held before, during and after"),
    "deviated": (1, "every call worked, and normal did not hold"),
    "failed": (2, "a call crashed or hung"),
    "aborted": (3, "normal did not hold before the start, so nothing was done"),
}


def plain(name: str, value: object, deepest: int = 50) -> object:
    """`value` as JSON has it, copied; `name` is what an error calls it.

    Numbers and rows of numpy become Python's. JSON has no number that is not finite; such a
    one becomes its name. Lists and dictionaries lie `deepest` in each other, at most.

    >>> plain("answer", (np.float64(0.5), float("inf"), np.arange(2)))
    [0.5, 'inf', [0, 1]]
    >>> plain("answer", {3: "three"})
    Traceback (most recent call last):
    ...
    TypeError: answer={3: 'three'} must be plain data, as JSON has it, with text for keys
    """
    checks.text("name", name)
    left = checks.whole("deepest", deepest, at_least=0, at_most=50) - 1
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, int) and value.bit_length() <= 1024:
        return int(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, list | tuple) and left >= 0:
        return [plain(name, part, left) for part in value]
    if isinstance(value, Mapping) and left >= 0 and all(isinstance(key, str) for key in value):
        return {str.__str__(key): plain(name, part, left) for key, part in value.items()}
    raise TypeError(
        f"{name}={checks.brief(value)} must be plain data, as JSON has it, with text for keys"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call of the system, and how it ended.

    >>> Entry(part="before", kind="probe", name="lag_s", end="answered", answer=9, at_s=2.0,
    ...       wanted="between 0 and 5", holds=False).words
    '2 s: lag_s() answers 9, and should be between 0 and 5'
    """

    part: str  # of the experiment; this, `kind` and `end` are in KNOWN
    kind: str
    name: str
    end: str
    arguments: Mapping = field(default_factory=dict)
    at_s: float | None = None  # by the system's own clock, when the call began
    answer: object = None
    error: str = ""  # in what words it crashed
    wanted: str = ""  # what of an answer is normal
    holds: bool | None = None  # whether this one was; None where nobody asked

    def __post_init__(self):
        checks.plain(self)
        for name, known in KNOWN.items():
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name}={checks.brief(getattr(self, name))} must be one of {known}"
                )
        for name in ("name", "error", "wanted"):
            checks.instance(name, getattr(self, name), str)
        if self.at_s is not None:
            checks.real("at_s", self.at_s)
        if self.holds is not None and not isinstance(self.holds, bool):
            raise ValueError(f"holds={checks.brief(self.holds)} must be True, False or None")
        checks.instance("arguments", self.arguments, Mapping)
        for name in ("arguments", "answer"):
            object.__setattr__(self, name, plain(name, getattr(self, name)))

    @property
    def words(self) -> str:
        """The entry as a sentence."""
        given = ", ".join(f"{name}={json.dumps(value)}" for name, value in self.arguments.items())
        came = {"crashed": f" crashes: {self.error}", "hung": " does not come back in time"}
        said = "" if self.kind == "action" else f" answers {json.dumps(self.answer)}"
        if self.end != "answered":
            said = came.get(self.end, " is broken off")
        if self.holds is not None:
            said += f", {'which is' if self.holds else 'and should be'} {self.wanted}"
        at = "" if self.at_s is None else f"{self.at_s:g} s: "
        return f"{at}{self.name}({given}){said}"


@dataclass(frozen=True, slots=True)
class Journal:
    """A drill: the `experiment` as plain data, the `seed`, and an entry a call, in order.

    >>> up = Entry(part="before", kind="probe", name="up", end="answered", answer=True)
    >>> journal = Journal({"title": "A quiet day"}, 7, [up])
    >>> journal.verdict, journal.exit_value, Journal.from_json(journal.as_json()) == journal
    ('completed', 0, True)
    """

    experiment: Mapping
    seed: int
    entries: Sequence[Entry]

    def __post_init__(self):
        checks.plain(self)
        checks.whole("seed", self.seed, at_least=0)
        checks.instance("experiment", self.experiment, Mapping)
        object.__setattr__(self, "experiment", plain("experiment", self.experiment))
        for entry in checks.instance("entries", self.entries, Sequence):
            checks.instance("entries", entry, Entry)
        object.__setattr__(self, "entries", tuple(self.entries))

    @property
    def verdict(self) -> str:
        """completed, deviated, failed or aborted: the worst that happened."""
        broken = [entry for entry in self.entries if entry.end != "answered"]
        abnormal = [entry for entry in self.entries if entry.holds is False]
        if any(entry.part == "before" for entry in broken + abnormal):
            return "aborted"
        return "failed" if broken else "deviated" if abnormal else "completed"

    @property
    def exit_value(self) -> int:
        """What a program ends with: 0 where the drill was completed, else 1 to 3."""
        return VERDICTS[self.verdict][0]

    def story(self) -> str:
        """The journal as something to read, a sentence a call."""
        lines, part = [f"{self.experiment.get('title') or 'A drill'} (seed {self.seed})"], ""
        for entry in self.entries:
            lines += [entry.part] * (entry.part != part) + [f"  {entry.words}"]
            part = entry.part
        return "\n".join([*lines, f"{self.verdict}: {VERDICTS[self.verdict][1]}"])

    def as_json(self) -> str:
        """All of it as JSON; the verdict stands in it for whoever reads it without us."""
        told = {"verdict": self.verdict, "experiment": self.experiment, "seed": self.seed}
        return json.dumps({**told, "entries": [asdict(entry) for entry in self.entries]})

    @classmethod
    def from_json(cls, text: str) -> "Journal":
        """The journal that `as_json` wrote; whatever else is a `ValueError`."""
        try:
            told = json.loads(checks.text("text", text))
            entries = [Entry(**row) for row in told["entries"]]
            journal = cls(told["experiment"], told["seed"], entries)
            if told["verdict"] != journal.verdict:
                raise ValueError(f"its entries say {journal.verdict}")
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"text must be a journal as JSON: {error}") from None
        return journal
