"""Units: the label on every number.

A number without a unit is half a number. The table below is the whole
vocabulary, with the units that single rooms bring (`core.declared`); an axis, a reading or
a fact that names another unit is refused.

Left out: compound algebra. Models name units in their variables (`_s`, `_kbps`).
Sources: SI prefixes; 1 byte = 8 bits; k, M and G are powers of ten.
"""

__all__ = [
    "MOST", "NO_BREAK", "UNITS", "Unit", "convert", "number", "percent", "quantity", "spoken",
    "tied", "unit",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
import math
import numbers
import re
from decimal import Decimal
from typing import NamedTuple

from scalemodel.core import checks
from scalemodel.core.declared import gathered

NO_BREAK = "\u00a0"  # a number and its unit stay on one line
MOST = 1e300  # of a share


class Unit(NamedTuple):
    """One unit: what it measures, its size in the base unit, and how to say it.

    >>> UNITS["ms"].dimension, UNITS["ms"].scale
    ('time', 0.001)
    """

    dimension: str
    scale: float
    singular: str
    plural: str


UNITS = {
    "ratio": Unit("share", 1.0, "", ""),
    "count": Unit("count", 1.0, "", ""),
    "score": Unit("score", 1.0, "", ""),
    "ms": Unit("time", 1e-3, "millisecond", "milliseconds"),
    "s": Unit("time", 1.0, "second", "seconds"),
    "min": Unit("time", 60.0, "minute", "minutes"),
    "h": Unit("time", 3600.0, "hour", "hours"),
    "day": Unit("time", 86_400.0, "day", "days"),
    "year": Unit("time", 31_557_600.0, "year", "years"),
    "bytes": Unit("data", 1.0, "byte", "bytes"),
    "kB": Unit("data", 1e3, "kilobyte", "kilobytes"),
    "MB": Unit("data", 1e6, "megabyte", "megabytes"),
    "GB": Unit("data", 1e9, "gigabyte", "gigabytes"),
    "kbit/s": Unit("data rate", 1e3 / 8, "kilobit per second", "kilobits per second"),
    "Mbit/s": Unit("data rate", 1e6 / 8, "megabit per second", "megabits per second"),
    "1/s": Unit("rate", 1.0, "a second", "a second"),
    "1/day": Unit("rate", 1 / 86_400, "a day", "a day"),
    "m": Unit("length", 1.0, "metre", "metres"),
    "km": Unit("length", 1e3, "kilometre", "kilometres"),
    "px": Unit("pixels", 1.0, "pixel", "pixels"),
}


def unit(symbol: str) -> Unit:
    """The row of the table for `symbol`; a `ValueError` lists what is allowed.

    >>> unit("s").plural
    'seconds'
    """
    if isinstance(symbol, str) and symbol in UNITS:
        return UNITS[symbol]
    brought = gathered("units")
    if not isinstance(symbol, str) or symbol not in brought:
        raise ValueError(
            f"unit={checks.brief(symbol)} must be one of {', '.join([*UNITS, *brought])}"
        )
    return Unit(**brought[symbol])


def convert(value: float, unit_from: str, unit_to: str) -> float:
    """`value` of `unit_from`, measured in `unit_to`.

    >>> convert(1.5, "Mbit/s", "kbit/s")
    1500.0
    >>> convert(3, "s", "km")
    Traceback (most recent call last):
    ...
    ValueError: unit_to='km' measures length; 's' measures time
    """
    source, target = unit(unit_from), unit(unit_to)
    if source.dimension != target.dimension:
        raise ValueError(
            f"unit_to={unit_to!r} measures {target.dimension}; "
            f"{unit_from!r} measures {source.dimension}"
        )
    return _real(value) * (source.scale / target.scale)


def _real(value):
    """`value`, a number; also none that is finite, of which a page says so."""
    if not isinstance(value, numbers.Real):
        raise ValueError(f"value={checks.brief(value)} must be a number")
    return float(value)


def number(value: float, within: float | None = None) -> str:
    """`value` in three significant digits, thousands set apart, and never with an exponent.

    With `within`, the noise about it (a half-width, from 0 up), no digit stands below the
    first one of the noise.

    >>> number(0.0314159), number(12345.6), number(2), number(-0.0), number(0.0000314)
    ('0.0314', '12,346', '2', '0', '0.0000314')
    >>> number(8.26, within=2), number(12345.6, within=310), number(0.5, within=0.02)
    ('8', '12,300', '0.50')
    """
    value = _real(value) + 0.0  # turns −0 into 0
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "−∞"}.get(value, "none")
    noise = 0.0 if within is None else checks.real("within", within, at_least=0)
    if noise:
        places = -math.floor(math.log10(noise))
        text = f"{round(value, places) + 0.0:,.{max(places, 0)}f}"
    elif abs(value) >= 999.5:
        text = f"{value:,.0f}"
    else:
        text = f"{Decimal(f'{value:.3g}'):f}"
    return text.replace("-", "−")


def quantity(value: float, symbol: str, within: float | None = None) -> str:
    """`value` with its unit, as a page prints it: a space that does not break, a rate in words.

    >>> quantity(1.234, "s"), quantity(0.8, "ratio"), quantity(5740, "1/s")
    ('1.23 s', '0.8', '5,740 a second')
    """
    value, row = _real(value), unit(symbol)
    if row.dimension in ("share", "count", "score") or math.isnan(value):
        return number(value, within)
    text = number(value, within)
    if row.dimension in ("rate", "pace") or symbol in ("day", "year"):
        symbol = row.singular if text == "1" else row.plural
    return f"{text} {symbol}".replace(" ", NO_BREAK)


def percent(share: float, within: float | None = None) -> str:
    """A share in hundredths, `within` as well; the space does not break.

    >>> percent(0.8), percent(0.12345, within=0.004)
    ('80 %', '12.3 %')
    """
    noise = (
        None if within is None else 100 * checks.real("within", within, at_least=0, at_most=MOST)
    )
    share = checks.real("share", share, at_least=-MOST, at_most=MOST)
    return f"{number(100 * share, noise)}{NO_BREAK}%"


@checks.kinds
def tied(text: str, break_at: str = "") -> str:
    """`text` with each number on one line with its unit, as every page shows it.

    `break_at` is one character that may stand between the two and is passed over.

    >>> tied("It stops for 12 s, 80 % of them.") == "It stops for 12\u00a0s, 80\u00a0% of them."
    True
    """
    return _between_number_and_unit(break_at).sub(rf"\g<1>{NO_BREAK}", text)


@functools.cache
def _between_number_and_unit(break_at):
    symbols = sorted({"%", *UNITS, *gathered("units")}, key=len, reverse=True)
    passed = f"{re.escape(break_at)}*" if break_at else ""
    return re.compile(rf"(\d{passed}) (?=(?:{'|'.join(map(re.escape, symbols))})(?![\w/]))")


def spoken(value: float, symbol: str, within: float | None = None) -> str:
    """`value` with its unit, as a screen reader says it.

    >>> spoken(1, "s"), spoken(2.5, "kbit/s"), spoken(8.26, "s", within=2)
    ('1 second', '2.5 kilobits per second', '8 seconds')
    """
    row, text = unit(symbol), number(value, within)
    if math.isnan(value):
        return text
    return f"{text} {row.singular if text == '1' else row.plural}".strip()
