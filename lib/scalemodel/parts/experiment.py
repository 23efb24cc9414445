"""A fire drill for a system: say what is normal, do harm on purpose, see whether normal holds.

A school that wants to know whether everybody gets out does not wait for a fire. It says what
should be, sees that it is so on a quiet day, sounds the alarm, watches, and puts everything
back. An `Experiment` is that as plain data: a hypothesis of probes with tolerances, a method
of actions and probes, and rollbacks.

The hypothesis is looked at before the method, after each of its steps, and after all of them.
Where it does not hold before, nothing is done to a system that is not well. After a call that
crashes or hangs the method ends, since nobody knows what the system is by then. All rollbacks
are tried in every case, whatever the others do. The verdict is in `journal`.

A system is whatever has functions of the names that are used: an object with methods, or a
dictionary of functions. What a probe answers must be plain data; what an action answers is not
kept. A pause is an action, the system's own `wait`; its `now_s`, where it has one, dates the
entries. An action that says `random` gets a generator, `rng`, by the seed, its name and how
often it was called, so one action more leaves the luck of the others alone.

Each call runs in a daemon thread and is waited for `limit_s` by the wall clock. What hung is
left behind, for a thread cannot be killed, and may still act on the system later; machine code
that never lets go of the interpreter is not bounded at all. A call costs 0.1 ms, its thread.

Left out: steps at the same time, giving up as soon as normal does not hold, dry runs, and
bounds on a regular expression that takes for ever.
Sources: vocabulary and order of things are the Chaos Toolkit's; principlesofchaos.org.
"""

__all__ = [
    "ADDRESS", "ROWS", "TOLERANCES", "Action", "Between", "Experiment", "Judged", "Matches",
    "OneOf", "Probe", "equals", "pause", "replay",
]  # fmt: skip
__dir__ = lambda: __all__

import contextlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.parts.journal import Entry, Journal, plain

ADDRESS = re.compile(r"\b0x[0-9a-f]+")  # in an error's words; it differs from run to run


# ── What is normal: each but the last is called with an answer ──────────────
@dataclass(frozen=True, slots=True)
class OneOf:
    """The answer is one of these values; True and 1 are two.

    >>> OneOf(["closed", 1])(1.0), OneOf(["closed", 1])(True)
    (True, False)
    """

    values: Sequence

    def __post_init__(self):
        checks.plain(self)
        if not isinstance(self.values, list | tuple) or not self.values:
            raise ValueError(
                f"values={checks.brief(self.values)} must be a row of at least one value"
            )
        object.__setattr__(self, "values", tuple(plain("values", self.values)))

    def __call__(self, answer):
        alike = lambda value: isinstance(value, bool) == isinstance(answer, bool)
        return answer in filter(alike, self.values)


def equals(value: object) -> OneOf:
    """The answer is this value.

    >>> equals("up")("down")
    False
    """
    return OneOf([value])


@dataclass(frozen=True, slots=True)
class Between:
    """The answer is a number from `low` to `high`, both included.

    >>> Between(0.99, 1.0)(0.99), Between(0.99, 1.0)("inf")
    (True, False)
    """

    low: float
    high: float

    def __post_init__(self):
        checks.plain(self)
        if checks.real("low", self.low) > checks.real("high", self.high):
            raise ValueError(
                f"low={checks.brief(self.low)} must be at most high={checks.brief(self.high)}"
            )

    def __call__(self, answer):
        if not isinstance(answer, int | float) or isinstance(answer, bool):
            return False
        return self.low <= answer <= self.high


@dataclass(frozen=True, slots=True)
class Matches:
    """The answer is text in which the regular expression `pattern` is found.

    >>> Matches("^ok")("ok, 3 copies"), Matches("^ok")("not ok")
    (True, False)
    """

    pattern: str

    def __post_init__(self):
        checks.plain(self)
        try:
            re.compile(checks.text("pattern", self.pattern))
        except re.error as error:
            raise ValueError(
                f"pattern={checks.brief(self.pattern)} must be one of re's: {error}"
            ) from None

    def __call__(self, answer):
        return isinstance(answer, str) and re.search(self.pattern, answer) is not None


@dataclass(frozen=True, slots=True)
class Judged:
    """The system's own function `by`, called with the probe's `answer`, answers True.

    >>> Judged("is_even").by
    'is_even'
    """

    by: str

    def __post_init__(self):
        checks.plain(self)
        _check_name("by", self.by)


TOLERANCES = {  # each in words, to be read after "should be"
    OneOf: "one of {values}",
    Between: "between {low:g} and {high:g}",
    Matches: "text with {pattern!r}",
    Judged: "as {by} has it",
}


# ── What is done ────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Probe:
    """A question to the system. Without a tolerance the answer is noted and not judged.

    >>> Probe("lag_s", Between(0, 5), {"region": "east"}).arguments
    {'region': 'east'}
    """

    name: str
    tolerance: OneOf | Between | Matches | Judged | None = None
    arguments: Mapping = field(default_factory=dict)

    def __post_init__(self):
        checks.plain(self)
        if self.tolerance is not None and not isinstance(self.tolerance, tuple(TOLERANCES)):
            known = ", ".join(kind.__name__ for kind in TOLERANCES)
            raise ValueError(
                f"tolerance={checks.brief(self.tolerance)} must be None or one of {known}"
            )
        _check_call(self)


@dataclass(frozen=True, slots=True)
class Action:
    """Something that is done to the system; one that is `random` gets a generator, `rng`.

    >>> Action("stop", {"servers": 2}).random
    False
    """

    name: str
    arguments: Mapping = field(default_factory=dict)
    random: bool = False

    def __post_init__(self):
        checks.plain(self)
        checks.instance("random", self.random, bool)
        _check_call(self)


def pause(duration_s: float) -> Action:
    """The action that lets the system's own clock go on: its `wait`.

    >>> pause(5).name, pause(5).arguments
    ('wait', {'duration_s': 5.0})
    """
    return Action("wait", {"duration_s": checks.real("duration_s", duration_s, at_least=0)})


def _check_name(name, value):
    if not isinstance(value, str) or not value.isidentifier() or value.startswith("_"):
        raise ValueError(
            f"{name}={checks.brief(value)} must be a name, as functions in Python have them"
        )


def _check_call(step):
    _check_name("name", step.name)
    for name in checks.instance("arguments", step.arguments, Mapping):
        _check_name("arguments", name)
    object.__setattr__(step, "arguments", plain("arguments", step.arguments))


ROWS = {"hypothesis": (Probe,), "method": (Probe, Action), "rollbacks": (Action,)}


# ── The experiment ──────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Experiment:
    """What should hold, what is done, and what puts it right again.

    >>> up = ["a", "b", "c"]
    >>> system = {"servers": lambda: len(up), "stop": lambda server: up.remove(server)}
    >>> drill = Experiment([Probe("servers", Between(3, 9))], [Action("stop", {"server": "a"})])
    >>> print(drill.run(system, seed=1).story())
    A drill (seed 1)
    before
      servers() answers 3, which is between 3 and 9
    method
      stop(server="a")
    during
      servers() answers 2, and should be between 3 and 9
    after
      servers() answers 2, and should be between 3 and 9
    deviated: every call worked, and normal did not hold
    """

    hypothesis: Sequence[Probe]
    method: Sequence[Probe | Action]
    rollbacks: Sequence[Action] = ()
    title: str = ""
    limit_s: float = 10.0  # of the wall clock, for one call

    def __post_init__(self):
        checks.plain(self)
        for name, kinds in ROWS.items():
            row = getattr(self, name)
            right = isinstance(row, list | tuple) and (row or name == "rollbacks")
            if not right or not all(isinstance(step, kinds) for step in row):
                raise ValueError(f"{name}={checks.brief(row)} must be a row of {kinds}")
            object.__setattr__(self, name, tuple(row))
        if any(probe.tolerance is None for probe in self.hypothesis):
            raise ValueError(
                f"hypothesis={checks.brief(self.hypothesis)} must have a tolerance for each probe"
            )
        checks.instance("title", self.title, str)
        checks.real("limit_s", self.limit_s, above=0, at_most=3600)

    def run(self, system: object, seed: int) -> Journal:
        """The journal of one run on `system`, which has a function of each name that is used."""
        steps = (*self.hypothesis, *self.method, *self.rollbacks)
        judges = [getattr(step, "tolerance", None) for step in steps]
        names = {step.name for step in steps} | {j.by for j in judges if isinstance(j, Judged)}
        for name in sorted(names):
            if not callable(_function(system, name)):
                allowed = f"it, or what `fresh` makes, must have functions {sorted(names)}"
                raise ValueError(f"system has no {name}; {allowed}")
        checks.whole("seed", seed, at_least=0)
        return _conducted(self, seed, lambda *call: _asked(system, self.limit_s, *call))


def replay(journal: Journal, fresh: Callable | None = None) -> Journal:
    """The run that `journal` tells of, once more: from its answers, without a system, or on one
    that `fresh` makes anew.

    >>> class Die:
    ...     pips = 3
    ...     def roll(self): return self.pips
    ...     def shake(self, rng): self.pips = int(rng.integers(1, 7))
    >>> drill = Experiment([Probe("roll", Between(1, 5))], [Action("shake", random=True)])
    >>> journal = drill.run(Die(), seed=4)
    >>> replay(journal) == replay(journal, Die) == journal
    True
    """
    told = checks.instance("journal", journal, Journal).experiment
    try:
        rows = {name: [_step(row) for row in told[name]] for name in ROWS}
        experiment = Experiment(**{**told, **rows})
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"journal must hold an experiment as data: {error!r}") from None
    if fresh is not None:
        return experiment.run(checks.takes("fresh", fresh)(), journal.seed)
    entries = iter([*journal.entries, None])

    def recalled(step, rng):
        entry = next(entries)
        if entry is None or (entry.name, entry.arguments) != (step.name, step.arguments):
            raise ValueError(f"journal has {entry} where its experiment must call {step.name}")
        return {key: getattr(entry, key) for key in ("end", "at_s", "answer", "error", "holds")}

    again = _conducted(experiment, journal.seed, recalled)
    if entry := next(entries):
        raise ValueError(f"journal has {entry} where its experiment must end")
    return again


def _step(row):
    """The probe or the action that `row` is as data; a tolerance is known by its fields."""
    if "tolerance" not in row:
        return Action(**row)
    judged = row["tolerance"]
    kinds = {kind.__slots__: kind for kind in TOLERANCES}
    return Probe(**{**row, "tolerance": judged and kinds[tuple(judged)](**judged)})


# ── One run ─────────────────────────────────────────────────────────────────
def _conducted(experiment, seed, ask):
    """The journal of an experiment whose calls `ask(step, rng)` answers."""
    entries, called = [], Counter()

    def did(part, step):
        """Whether a step worked; what it came to is noted."""
        rng, told = None, {"part": part, "name": step.name, "arguments": step.arguments}
        if getattr(step, "random", False):
            called[step.name] += 1
            rng = stream(seed, f"{step.name} {called[step.name]}")
        told |= {"kind": type(step).__name__.lower(), **ask(step, rng)}
        tolerance = getattr(step, "tolerance", None)
        if tolerance is not None and told["end"] == "answered":
            told["wanted"] = TOLERANCES[type(tolerance)].format_map(asdict(tolerance))
            if not isinstance(tolerance, Judged):
                told["holds"] = tolerance(told["answer"])
        entries.append(Entry(**told))
        return told["end"] == "answered"

    def looked(part):
        """Whether every probe of the hypothesis answered; all are asked."""
        return all([did(part, probe) for probe in experiment.hypothesis])

    if looked("before") and all(entry.holds for entry in entries):
        for step in experiment.method:
            if not did("method", step) or not looked("during"):
                break
        looked("after")
    for step in experiment.rollbacks:
        did("rollbacks", step)
    return Journal(asdict(experiment), seed, entries)


def _asked(system, limit_s, step, rng):
    """How one call of the system ended, in a thread that is waited for so long."""
    clock, came = {}, []
    judge = getattr(getattr(step, "tolerance", None), "by", None)

    def call():
        with contextlib.suppress(Exception):  # it has no clock, or a broken one
            clock["at_s"] = checks.real("now_s", _function(system, "now_s")())
        try:
            given = plain("arguments", step.arguments)  # a copy, for the system may keep it
            answer = _function(system, step.name)(**given, **({"rng": rng} if rng else {}))
            told = {"answer": plain("answer", answer)} if isinstance(step, Probe) else {}
            if judge is not None:
                told["holds"] = _function(system, judge)(answer=answer) is True
            came.append({"end": "answered", **told})
        except BaseException as error:
            came.append({"end": "crashed", "error": _in_words(error)})

    thread = threading.Thread(target=call, daemon=True)
    try:
        thread.start()
        thread.join(limit_s)
    except KeyboardInterrupt:
        return {**clock, "end": "interrupted"}
    return {**clock, **(came[0] if came else {"end": "hung"})}


def _in_words(error):
    try:
        return f"{type(error).__name__}: {ADDRESS.sub('0x...', str(error))}"
    except Exception:  # it cannot even be printed
        return type(error).__name__


def _function(system, name):
    return system.get(name) if isinstance(system, Mapping) else getattr(system, name, None)
