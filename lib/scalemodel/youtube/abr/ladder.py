"""The ladder: the copies in which a video is kept, from few bytes and blurry to many and sharp.

Left out: codecs and frame rates; a rung is a height and a rate.
Sources: none; the rates are round numbers of our own, near those in use.
"""

__all__ = ["LADDER", "Rung", "select_rung"]
__dir__ = lambda: __all__

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks


class Rung(NamedTuple):
    """One copy of the video: its height in pixels and its rate in kbit/s.

    >>> Rung(720, 1000).kbps
    1000
    """

    height_px: int
    kbps: float


LADDER = tuple(
    Rung(*row)
    for row in [
        (144, 80), (240, 150), (360, 300), (480, 500),
        (720, 1000), (1080, 2000), (1440, 4000), (2160, 8000),
    ]
)  # fmt: skip


def select_rung(
    bandwidth_kbps: float, max_height: int, ladder: Sequence = LADDER, safety: float = 0.8
) -> int:
    """The highest rung that `safety` × `bandwidth_kbps` carries and `max_height` shows.

    `ladder` holds pairs (height in px, kbit/s), rates rising and heights not falling;
    the result is an index into it. `max_height` is any positive integer of pixels.
    Where no rung fits, because the line is too slow or the cap lies below the lowest
    rung, the answer is the lowest rung: a blurry picture beats none.

    >>> LADDER[select_rung(2600, max_height=1080)]
    Rung(height_px=1080, kbps=2000)
    >>> select_rung(2600, max_height=100)
    0
    """
    checks.real("bandwidth_kbps", bandwidth_kbps, at_least=0)
    checks.whole("max_height", max_height, at_least=1)
    checks.real("safety", safety, above=0)
    heights, rates = _ladder(ladder)
    max_height = min(max_height, float(heights[-1]))  # any integer, even one past all floats
    fits = (rates <= safety * bandwidth_kbps) & (heights <= max_height)
    return max(int(fits.sum()) - 1, 0)


def _ladder(ladder):
    try:
        pairs = [(height, kbps) for height, kbps in ladder]
    except (TypeError, ValueError):
        raise ValueError(
            f"ladder={checks.brief(ladder)} must hold pairs (height in px, kbit/s)"
        ) from None
    heights = checks.numbers_row("ladder heights", [height for height, _ in pairs], above=0)
    rates = checks.numbers_row("ladder kbps", [kbps for _, kbps in pairs], above=0)
    checks.increasing("ladder kbps", rates)
    if (np.diff(heights) < 0).any():
        raise ValueError(f"ladder heights={heights.tolist()} must not fall from rung to rung")
    return heights, rates
