"""An axis of a sketch: which pixel a value stands at, and where its marks are.

Left out: dates, and axes that share one scale.
Sources: Plotly's JSON chart schema; Heckbert's nice numbers for the marks.
"""

__all__ = ["MARGIN", "MOST_MARKS", "Scale", "scale_of"]
__dir__ = lambda: __all__

import itertools
import math
from dataclasses import dataclass, field

MOST_MARKS = 6
MARGIN = 0.05  # of what is to be seen, left free at both ends


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to pixels: `scale(value)`, or None where the value has no place.

    >>> Scale("x", "linear", 0, 10, 100, 200)(5)
    150.0
    >>> Scale("y", "category", -0.5, 1.5, 100, 0, ["tea", "milk"])("milk")
    25.0
    """

    name: str
    kind: str  # linear, log or category
    low: float
    high: float
    low_px: float
    high_px: float
    names: list = field(default_factory=list)
    settings: dict = field(default_factory=dict)
    stacked: dict = field(default_factory=dict)

    def __call__(self, value):
        number = _as_number(value, self.kind, self.names)
        if number is None:
            return None
        share = (number - self.low) / (self.high - self.low)
        return self.low_px + share * (self.high_px - self.low_px)

    def step_px(self) -> float:
        """The pixels from one bar to the next.

        >>> Scale("x", "category", -0.5, 3.5, 0, 400, list("abcd")).step_px()
        100.0
        """
        return abs((self.high_px - self.low_px) / (self.high - self.low)) * _least_step(self.names)

    def ticks(self) -> list[tuple[float, str]]:
        """Where the marks are, in pixels, and what they say.

        >>> Scale("x", "linear", 0, 10, 0, 100).ticks()[:2]
        [(0.0, '0'), (20.0, '2')]
        >>> [text for _, text in Scale("x", "log", 0, 3, 0, 100).ticks()]
        ['1', '10', '100', '1,000']
        """
        values, texts = self.settings.get("tickvals"), self.settings.get("ticktext")
        if values is None and self.kind == "category":
            values = texts = self.names
        if values is None:
            values = _nice(self.low, self.high, self.settings.get("dtick"), self.kind)
        if texts is None:
            after = self.settings.get("ticksuffix") or ""
            texts = [f"{value:,.10g}{after}".replace("-", "−") for value in values]
        marks = [(self(value), text) for value, text in zip(values, texts, strict=False)]
        ends = sorted((self.low_px, self.high_px))
        return [
            (at, text) for at, text in marks if at is not None and ends[0] - 1 <= at <= ends[1] + 1
        ]


def scale_of(name: str, data: list, layout: dict, low_px: float, high_px: float) -> Scale:
    """The axis `name` of a figure between two pixels, wide enough for what is drawn on it.

    >>> trace = {"type": "scatter", "x": [0, 10], "y": [1, 3]}
    >>> scale_of("x", [trace], {}, 0, 100)(10)
    100.0
    """
    letter = name[0]
    settings = layout.get(f"{letter}axis{name[1:]}") or {}
    traces = [trace for trace in data if trace.get(f"{letter}axis", letter) == name]
    values, bars = [], False
    for trace in traces:
        values += trace.get(letter) or range(len(trace.get("xy".replace(letter, "")) or []))
        lengthwise = (trace.get("orientation") == "h") == (letter == "x")
        if trace.get("type") == "bar":
            bars = bars or not lengthwise
            if lengthwise:
                values += _ends(trace, letter, layout, traces)
        if trace.get("fill") == "tozeroy" and letter == "y" and settings.get("type") != "log":
            values.append(0)
    kind = settings.get("type") or ""
    if kind not in ("log", "category"):
        kind = "category" if any(isinstance(value, str) for value in values) else "linear"
    names = (
        list(dict.fromkeys(value for value in values if value is not None))
        if kind == "category"
        else []
    )
    numbers = [number for value in values if (number := _as_number(value, kind, names)) is not None]
    low, high = _range(settings, numbers, kind, letter, bars)
    return Scale(name, kind, low, high, low_px, high_px, names or _steps(numbers, bars), settings)


def _ends(trace, letter, layout, traces):
    """Where bars begin and end along their length."""
    lengths = [length or 0 for length in trace.get(letter) or []]
    bases = trace.get("base") or 0
    bases = bases if isinstance(bases, list) else [bases] * len(lengths)
    ends = [base + length for base, length in zip(bases, lengths, strict=True)]
    if layout.get("barmode") in ("stack", "relative"):
        rows = [other.get(letter) or [] for other in traces if other.get("type") == "bar"]
        ends += [sum(value or 0 for value in column) for column in zip(*rows, strict=False)]
    return [0, *bases, *ends]


def _range(settings, numbers, kind, letter, bars):
    given = settings.get("range") or []
    low, high = (min(numbers), max(numbers)) if numbers else (0, 1)
    if kind == "category" or bars:
        low, high = low - 0.5 * _least_step(numbers), high + 0.5 * _least_step(numbers)
    elif letter == "y" or not numbers:
        room = MARGIN * (high - low or abs(high) or 1)
        low, high = low - room * (low != 0 or kind == "log"), high + room
    if settings.get("rangemode") == "tozero" and kind == "linear":
        low, high = min(low, 0), max(high, 0)
    if len(given) == 2:
        low, high = (
            one if one is not None else other for one, other in zip(given, (low, high), strict=True)
        )
    elif settings.get("autorange") == "reversed":
        low, high = high, low
    return (low, high) if low != high else (low - 1, high + 1)


def _as_number(value, kind, names):
    if kind == "category":
        return float(names.index(value)) if value in names else _plain(value)
    number = _plain(value)
    if kind == "log":
        return math.log10(number) if number is not None and number > 0 else None
    return number


def _plain(value):
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _steps(numbers, bars):
    return sorted(set(numbers)) if bars else []


def _least_step(values):
    numbers = sorted({value for value in values if isinstance(value, (int, float))})
    gaps = [after - before for before, after in itertools.pairwise(numbers)]
    return min(gaps) if gaps else 1


def _nice(low, high, step, kind):
    low, high = sorted((low, high))
    if kind == "log":
        decades = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
        return [10.0**decade for decade in decades[:: math.ceil(len(decades) / MOST_MARKS) or 1]]
    if not isinstance(step, (int, float)) or (high - low) / step > 2 * MOST_MARKS:
        rough = (high - low) / MOST_MARKS
        size = 10.0 ** math.floor(math.log10(rough))
        step = next(size * many for many in (1, 2, 5, 10) if size * many >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{n * step:.10g}") for n in range(first, last + 1)]
