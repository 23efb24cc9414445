"""Numbers as people type them: one rule for every field of the book.

One hand writes twelve and a half as 12.5, the next as 12,5; twelve thousand five hundred is
12,500 on these pages and 12 500 or 12'500 elsewhere. Groups of three digits are thousands;
what comes after them, behind another sign, are decimals. That leaves two to be decided: a
lone comma before three digits is one of thousands, for so the pages print it, and a lone
point never is.

On a page `typed.js` reads; a test holds the two together.

Left out: units, fractions, and groups of other sizes. They are refused, not guessed at.
Sources: ISO 80000-1, 7.3, on the decimal sign and groups of digits.
"""

__all__ = ["HOW", "number_of"]
__dir__ = lambda: __all__

import math
import re

HOW = "Write thousands as 12,500 or 12 500, decimals as 0.5 or 0,5."

_END = r"(?:e[+-]?\d+)?"
_GROUPED = re.compile(  # (?!…): a lone point before three digits
    r"[+-]?(?!\d+\.\d+(?:e|$))[1-9]\d{0,2}([ ',.])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d*)?" + _END,
    re.ASCII | re.IGNORECASE,
)
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)" + _END, re.ASCII | re.IGNORECASE)


def number_of(text: str) -> float | None:
    """The number that a person typed, or None where it is none.

    >>> [number_of(text) for text in ("12,500", "12 500", "12'500", "12.500,0")]
    [12500.0, 12500.0, 12500.0, 12500.0]
    >>> [number_of(text) for text in ("12.5", "12,5", "12.500", "0,125", "a dozen")]
    [12.5, 12.5, 12.5, 0.125, None]
    """
    typed = re.sub(r"\s", " ", text.strip()).replace("−", "-").replace("’", "'")
    if grouped := _GROUPED.fullmatch(typed):
        typed = typed.replace(grouped[1], "")
    typed = typed.replace(",", ".", 1)
    if not _PLAIN.fullmatch(typed) or not math.isfinite(float(typed)):
        return None
    return float(typed)
