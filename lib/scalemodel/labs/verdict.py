"""Valid, invalid, or unknown: what a check says of a history, and in which words.

Left out: degrees of wrong. Partial credit is given by stage.
Sources: none needed.
"""

__all__ = ["INVALID", "UNKNOWN", "VALID", "Verdict", "invalid", "unknown", "valid"]
__dir__ = lambda: __all__

from dataclasses import dataclass, replace

from scalemodel.core import checks

VALID, INVALID, UNKNOWN = "valid", "invalid", "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check found; an invalid one says what was promised, and what happened.

    `where` names the run, as "stage b, seed 41"; `replay` is the command that shows it.

    >>> verdict = invalid("no duplicate", "user 3's page shows tweet 17 twice", 4.0, "look there")
    >>> print(verdict.sentence())
    t = 4.0 ms: user 3's page shows tweet 17 twice. Promised: no duplicate. Hint: look there.
    """

    outcome: str
    promise: str = ""
    happened: str = ""
    time_ms: float = 0.0
    hint: str = ""
    check: str = ""
    where: str = ""
    replay: str = ""
    story: str = ""

    def sentence(self) -> str:
        """The verdict in words."""
        if self.outcome == VALID:
            return "valid"
        if self.outcome == UNKNOWN:
            return f"unknown: {self.happened}"
        begin = f"{self.where}, " if self.where else ""
        replay = f" Replay: `{self.replay}`" if self.replay else ""
        return (
            f"{begin}t = {self.time_ms:.1f} ms: {self.happened}. "
            f"Promised: {self.promise}. Hint: {self.hint.rstrip('.?')}"
            f"{'?' if self.hint.endswith('?') else '.'}{replay}"
        )

    def named(self, **fields) -> "Verdict":
        """The same verdict with more said."""
        return replace(self, **fields)


def valid() -> Verdict:
    """Nothing is wrong.

    >>> valid().sentence()
    'valid'
    """
    return Verdict(outcome=VALID)


@checks.kinds
def invalid(promise: str, happened: str, time_ms: float, hint: str) -> Verdict:
    """A promise was broken.

    >>> invalid("in order", "9 came before 7", 1.0, "sort").outcome
    'invalid'
    """
    return Verdict(outcome=INVALID, promise=promise, happened=happened, time_ms=time_ms, hint=hint)


@checks.kinds
def unknown(advice: str) -> Verdict:
    """The run gave too little evidence; `advice` says what to do.

    >>> unknown("no crash happened: lengthen the run").sentence()
    'unknown: no crash happened: lengthen the run'
    """
    return Verdict(outcome=UNKNOWN, happened=advice)
