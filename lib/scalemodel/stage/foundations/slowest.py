"""A hundred pages, each as late as the last of its answers, and the share that is slow.

An answer is slow if it takes longer than 99 of 100 do. The scene shows page after page, a cell
an answer; all states share the luck, so that to ask more servers adds cells and changes none.
With a hedge whoever is late is asked for a second copy, and the first of both counts. The
curve is the closed form.

Left out: servers that are busy, and those that are slow together; the chapter runs the first.
Sources: Dean, Barroso, "The Tail at Scale", CACM 56(2), 2013. Shares are those of
`scalemodel.parts`.
"""

__all__ = [
    "COLOURS", "COUNTS", "HEDGES_MS", "LAW", "MEDIAN_MS", "MOST_ASKED", "P50_MS", "P95_MS",
    "P99_MS", "PAGES", "SEED", "SIGMA", "SLOWEST", "page_ms", "slow_answers", "slow_pages_ratio",
    "slower_ratio", "slowest_picture",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
import math
from statistics import NormalDist

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.parts.availability import any_of_ratio, part_of_ratio
from scalemodel.parts.resilience.calls import hedged_tail_ratio
from scalemodel.stage.foundations.player import played
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture, Scene

SLOWEST = played(
    __file__, '<svg viewBox="0 0 250 148" aria-hidden="true"><path/><path/><path/><path/></svg>',
    play="play the hundred pages", slider="page", last=100, opens=100,
)  # fmt: skip
PAGES, MOST_ASKED = 100, 1_000
SEED = 450  # a hundred pages like most
MEDIAN_MS, SIGMA = 10.0, 0.8  # lognormal answers
LAW = NormalDist(math.log(MEDIAN_MS), SIGMA)
P50_MS, P95_MS, P99_MS = (math.exp(LAW.inv_cdf(share)) for share in (0.5, 0.95, 0.99))
HEDGES_MS = {"never": math.inf, "after the p95": P95_MS, "after the median": P50_MS}
COLOURS = {"never": "orange", "after the p95": "blue", "after the median": "green"}
COUNTS = np.unique(np.round(np.geomspace(1, MOST_ASKED, 40))).astype(int)


# ── Answers and pages ───────────────────────────────────────────────────────
def slower_ratio(ms: float, hedge_ms: float = math.inf) -> float:
    """Share of answers that take longer than `ms`, if a second copy goes out after `hedge_ms`.

    >>> round(slower_ratio(P99_MS), 6), round(slower_ratio(P99_MS, P95_MS), 6)
    (0.01, 0.00107)
    """
    if ms <= hedge_ms:
        return _tail(ms)
    return hedged_tail_ratio(_tail(ms), _tail(ms - hedge_ms))


def slow_pages_ratio(asked: int, hedge_ms: float = math.inf) -> float:
    """Share of pages that wait for one slow answer or more: 1 − (1 − q)^n.

    >>> round(slow_pages_ratio(100), 4), round(slow_pages_ratio(100, P95_MS), 4)
    (0.634, 0.1015)
    """
    return any_of_ratio(slower_ratio(P99_MS, hedge_ms), asked)


def page_ms(asked: int, share: float, hedge_ms: float = math.inf) -> float:
    """How long `share` of the pages take at most, which `asked` answers make.

    >>> round(page_ms(1, 0.5)), round(page_ms(100, 0.5)), round(page_ms(100, 0.5, P95_MS))
    (10, 72, 51)
    """
    tail, low, high = 1 - part_of_ratio(share, asked), 0.0, 1e5
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slower_ratio(middle, hedge_ms) > tail else (low, middle)
    return high


def slow_answers(asked: int, hedge_ms: float) -> list[list[int]]:
    """Of each of a hundred pages, which of its answers are slow.

    >>> len(slow_answers(100, math.inf))
    100
    """
    first, second = _luck()
    slow = np.minimum(first, hedge_ms + second)[:, :asked] > P99_MS
    return [np.flatnonzero(row).tolist() for row in slow]


@functools.cache
def _luck():
    """How long each first and each second copy takes."""
    return [
        np.exp(LAW.mean + SIGMA * stream(SEED, name).standard_normal((PAGES, MOST_ASKED)))
        for name in ("first", "second")
    ]


def _tail(ms):
    return 1 - LAW.cdf(math.log(ms)) if ms > 0 else 1.0


# ── The picture ─────────────────────────────────────────────────────────────
def slowest_picture(asked: int, hedge: str) -> Picture:
    """A hundred pages that ask so many servers, and the share that is slow for any number.

    >>> slowest_picture(100, "never").alt
    '100 servers asked, a second copy never: 63.4 % of pages are slow, half take over 71.7 ms.'
    """
    slow = slow_answers(asked, HEDGES_MS[hedge])
    here = slow_pages_ratio(asked, HEDGES_MS[hedge])
    half_ms = page_ms(asked, 0.5, HEDGES_MS[hedge])
    curves = [
        {
            "type": "scatter", "mode": "lines", "name": f"second copy {each}",
            "x": COUNTS.tolist(),
            "y": [round(100 * slow_pages_ratio(n, HEDGES_MS[each]), 3) for n in COUNTS.tolist()],
            "line": {"color": theme.colour(COLOURS[each]), "width": 4},
        }
        for each in dict.fromkeys(("never", hedge))
    ]  # fmt: skip
    ticks = [1, 10, 100, 1_000]
    figure = go.Figure(
        {
            "data": [
                *curves,
                {
                    "type": "scatter", "mode": "markers", "name": "here", "x": [asked],
                    "y": [round(100 * here, 3)],
                    "marker": {"color": theme.colour("ink"), "size": 13, "symbol": "diamond"},
                },
            ],
            "layout": {
                "height": 270, "legend": {"orientation": "h", "y": 1.18},
                "xaxis": {"title": {"text": "servers that a page asks (log scale)"}, "type": "log",
                          "range": [-0.1, 3.1], "tickvals": ticks, "ticktext": [f"{n:,}" for n in ticks]},
                "yaxis": {"title": {"text": "slow pages, of 100"}, "range": [-4, 104]},
            },
        }
    )  # fmt: skip
    readings = {
        "slow pages, of 100": (100 * here, "count"),
        "slow in the field": (sum(1 for page in slow if page), "count"),
        "half the pages take over": (half_ms, "ms"),
        "calls a page": (asked * (1 + _tail(HEDGES_MS[hedge])), "count"),
    }
    many = f"{asked:,} server{'' if asked == 1 else 's'} asked, a second copy {hedge}"
    alt = (
        f"{many}: {units.percent(here)} of pages are slow, half take over "
        f"{units.quantity(half_ms, 'ms')}."
    )
    return Picture(figure, readings, alt, Scene(SLOWEST, {"asked": asked, "slow": slow}))
