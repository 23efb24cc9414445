"""A panel's controls as data: their values, and each value as printed and as spoken.

Left out: continuous controls, for a page can only hold states that were drawn.
Sources: none.
"""

__all__ = ["UNIT_SUFFIXES", "Axis", "as_axis", "axis"]
__dir__ = lambda: __all__

from collections.abc import Sequence
from dataclasses import dataclass

from scalemodel.core import checks, units

UNIT_SUFFIXES = {"s", "ms", "h", "m", "km", "px", "bytes", "kbps", "mbps", "ratio"}


@dataclass(frozen=True, slots=True)
class Axis:
    """One control: its values, and each value as printed and as spoken.

    >>> axis(0, 10, 3, unit="s").texts
    ('0 s', '5 s', '10 s')
    """

    values: tuple
    texts: tuple[str, ...]
    spoken: tuple[str, ...]
    control: str  # "slider", "time", "choice" or "switch"
    label: str = ""


def axis(
    start: float, stop: float, steps: int, *,
    unit: str, log: bool = False, time: bool = False, label: str = "",
) -> Axis:  # fmt: skip
    """A control over `steps` evenly spaced numbers from `start` to `stop`, both included.

    With `log` the steps are equal ratios. With `time` the control also plays. The
    label is the axis's name unless given.

    >>> axis(1, 1000, 4, unit="count", log=True).values
    (1.0, 10.0, 100.0, 1000.0)
    """
    checks.real("start", start)
    checks.real("stop", stop, above=start)
    checks.whole("steps", steps, at_least=2)
    if log:
        checks.real("start of a log axis", start, above=0)
    values = []
    for step in range(steps):
        share = step / (steps - 1)
        exact = start * (stop / start) ** share if log else start + (stop - start) * share
        values.append(float(f"{exact:.10g}"))
    texts = [units.quantity(value, unit) for value in values]
    if len(set(texts)) < steps:
        raise ValueError(f"steps={steps} must be so few that no two print alike, as {texts} do")
    spoken = [units.spoken(value, unit) for value in values]
    return Axis(tuple(values), tuple(texts), tuple(spoken), "time" if time else "slider", label)


def as_axis(name: str, given: Axis | Sequence) -> Axis:
    """`given` as an axis with a label: a list of values becomes choices or a switch.

    >>> as_axis("tunnel_s", [10, 20]).label, as_axis("tunnel_s", [10, 20]).texts
    ('tunnel', ('10', '20'))
    """
    if not name.isidentifier():
        raise ValueError(f"axis {name!r} must be named by an identifier, as arguments are")
    label = _label(name)
    if isinstance(given, Axis):
        return Axis(given.values, given.texts, given.spoken, given.control, given.label or label)
    if not isinstance(given, (list, tuple, range)) or len(given) == 0:
        raise ValueError(
            f"axis {name}={given!r} must be an axis(...) or a list of at least one choice"
        )
    values = tuple(given)
    if values in ((False, True), (True, False)) and all(isinstance(v, bool) for v in values):
        return Axis((False, True), ("off", "on"), ("off", "on"), "switch", label)
    texts = tuple(units.number(v) if isinstance(v, float) else units.tied(str(v)) for v in values)
    if len(set(texts)) < len(texts):
        raise ValueError(f"axis {name}={given!r} must not print two choices alike")
    return Axis(values, texts, texts, "choice", label)


def _label(name):
    words = name.split("_")
    if len(words) > 1 and words[-1] in UNIT_SUFFIXES:
        words.pop()
    return " ".join(words)
