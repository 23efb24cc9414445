"""Closed forms: a constant line, and the levels at which BOLA hands over.

Left out: lines that change; those are played.
Sources: Spiteri, Urgaonkar, Sitaraman, "BOLA", INFOCOM 2016, for the levels.
"""

__all__ = ["expected_download_s", "expected_hand_over_s", "expected_rebuffer_s"]
__dir__ = lambda: __all__

from collections.abc import Sequence

import numpy as np

from scalemodel.core import checks
from scalemodel.youtube.abr.policies import Bola
from scalemodel.youtube.media import (
    MOST_BYTES,
    MOST_MBPS,
    MOST_SEGMENT_S,
    MOST_SEGMENTS,
    Player,
)


@checks.kinds
def expected_download_s(size_bytes: float, mbps: float, player: Player = Player()) -> float:
    """Seconds to download `size_bytes` over a constant line: bits ÷ payload rate + round trip.

    >>> round(expected_download_s(450_283, 2.0), 6)
    1.975928
    """
    size_bytes = checks.real("size_bytes", size_bytes, at_least=0, at_most=MOST_BYTES)
    mbps = checks.real("mbps", mbps, above=0, at_most=MOST_MBPS)
    return 8 * size_bytes / (mbps * 1e6 * player.payload_ratio) + player.rtt_s


@checks.kinds
def expected_rebuffer_s(
    size_bytes: float, segment_s: float, segments: int, mbps: float, player: Player = Player()
) -> float:
    """Seconds of rebuffering, start-up included, of one rung over a constant line.

    The first download is waited for in full. If a download takes D seconds and a
    segment lasts L, each later one leaves the viewer waiting D − L, or not at all.

    >>> expected_rebuffer_s(950_000, 4.0, 10, 2.0, Player(rtt_s=0))
    4.0
    >>> expected_rebuffer_s(950_000, 4.0, 10, 1.0, Player(rtt_s=0))
    44.0
    """
    segment_s = checks.real("segment_s", segment_s, above=0, at_most=MOST_SEGMENT_S)
    segments = checks.whole("segments", segments, at_least=1, at_most=MOST_SEGMENTS)
    download_s = expected_download_s(size_bytes, mbps, player)
    return download_s + (segments - 1) * max(download_s - segment_s, 0.0)


@checks.kinds
def expected_hand_over_s(ladder_kbps: Sequence[float], bola: Bola = Bola()) -> np.ndarray:
    """The buffer levels at which BOLA goes from each rung to the next, shape (rungs − 1,).

    Sizes are as their rates say. Two rungs score alike where the line through
    (rate, level of score 0) of both meets rate 0.

    >>> expected_hand_over_s([300, 750, 1200, 1850, 2850, 4300]).round(3)
    array([12.923, 18.51 , 21.922, 25.171, 28.35 ])
    """
    rates = checks.numbers_row("ladder_kbps", ladder_kbps, above=0)
    checks.increasing("ladder_kbps", rates)
    fullest_s = bola.fullest_s(rates)
    return (rates[1:] * fullest_s[:-1] - rates[:-1] * fullest_s[1:]) / np.diff(rates)
