"""A rule with a knob is many rules: what each setting scores, and how often it rebuffers.

Two charts share the knob as their axis. Above, the part of the ceiling that the rule reaches;
below, on how many rides of a hundred the picture stopped. Other rules, which lack the knob,
are level lines to measure it by.

Left out: the knob's second neighbour, the reservoir, which a panel's control sets.
Sources: none.
"""

__all__ = ["DASHES", "NOISE_RATIO", "RULE", "family_picture"]
__dir__ = lambda: __all__

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import checks, units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture

RULE = "follow buffer"
NOISE_RATIO = 0.03  # of a share over a hundred rides, about
DASHES = ("dash", "dot", "dashdot")  # of the others, for who does not see colours


def family_picture(
    cushions_s: Sequence[float], results: Sequence[tuple], rivals: Mapping[str, tuple]
) -> Picture:
    """`follow buffer` by its cushion: its part of the ceiling, and the rides that rebuffered.

    `results` has a pair (part of the ceiling, share of the rides) for each of `cushions_s`,
    and `rivals` one for each other rule's name.

    >>> rivals = {"BOLA": (0.73, 0.13)}
    >>> family_picture([10, 40], [(0.59, 0.57), (0.75, 0.12)], rivals).readings["best cushion"]
    (40.0, 's')
    """
    across = checks.numbers_row("cushions_s", cushions_s, above=0, length=2)
    checks.increasing("cushions_s", across)
    rows = np.array([_pair("results", pair) for pair in results])
    if len(rows) != len(across):
        raise ValueError(
            f"results has {len(rows)} pairs; it must have one a cushion, {len(across)}"
        )
    others = {name: _pair(f"rivals[{name!r}]", pair) for name, pair in rivals.items()}
    ends = [float(across[0]), float(across[-1])]
    lines = [_line(RULE, across.tolist(), column, row) for row, column in enumerate(rows.T)]
    for number, (name, pair) in enumerate(others.items()):
        dash = DASHES[number % len(DASHES)]
        lines += [_line(name, ends, [share] * 2, row, dash) for row, share in enumerate(pair)]
    figure = go.Figure({"data": lines})
    figure.update_layout(_layout(ends))
    best = int(np.argmax(rows[:, 0]))
    readings = {
        "best cushion": (float(across[best]), "s"),
        "of the ceiling, there": (float(rows[best, 0]), "ratio", NOISE_RATIO),
        "share of rides that rebuffered, there": (float(rows[best, 1]), "ratio", NOISE_RATIO),
    }
    return Picture(figure, readings, _in_words(ends, rows, others))


def _in_words(ends, rows, others):
    (least_s, most_s), (first, last) = ends, (rows[0], rows[-1])
    words = (
        f"With a cushion of {least_s:.0f}\N{NO-BREAK SPACE}s, follow buffer reaches "
        f"{_percent(first[0])} of the ceiling and rebuffers on {_percent(first[1])} of the rides; "
        f"with {most_s:.0f}\N{NO-BREAK SPACE}s it is {_percent(last[0])} and {_percent(last[1])}."
    )
    said = [
        f"{name}: {_percent(part)} and {_percent(stops)}." for name, (part, stops) in others.items()
    ]
    return " ".join([words, *said])


def _pair(name, pair):
    row = checks.numbers_row(name, pair, at_most=1, length=2)
    if len(row) != 2:
        raise ValueError(f"{name}={pair!r} must be (part of the ceiling, share of the rides)")
    return row


def _percent(share):
    return units.percent(share, within=0.01)


def _line(name, x, shares, row, dash="solid"):
    ink = theme.policy_colour(name)
    line = {"color": ink, "width": 3} if name == RULE else {"color": ink, "width": 2, "dash": dash}
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": x, "line": line,
        "y": [round(100 * float(share), 1) for share in shares], "showlegend": row == 0,
        "yaxis": ("y", "y2")[row], "meta": {"unit": ("% of the ceiling", "% of the rides rebuffered")[row]},
    }  # fmt: skip


def _layout(ends):
    percent = {"ticksuffix": "\N{NO-BREAK SPACE}%"}
    return {
        "height": 300,
        "legend": {"font": {"size": 12}},
        "margin": {"t": 40, "r": 16},
        "xaxis": {"title": {"text": "cushion, s"}, "range": ends, "anchor": "y2"},
        "yaxis": {**percent, "domain": [0.54, 1], "range": [40, 100], "title": {"text": "of the ceiling"}},
        "yaxis2": {**percent, "domain": [0, 0.44], "range": [0, 80], "title": {"text": "rebuffered"}},
    }  # fmt: skip
