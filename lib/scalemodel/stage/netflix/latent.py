"""Minutes down in a year by how often a monkey kills, and what brought them.

Left out: chance; the bars are the closed form of `scalemodel.netflix.chaos.latent`.
Sources: none; weaknesses, repairs and prices are this book's own.
"""

__all__ = ["FOUR_NINES_MIN", "MEANS", "PARTS", "TOP_MIN", "WORKDAYS", "config", "latent_picture"]
__dir__ = lambda: __all__

import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.netflix.chaos.latent import LatentConfig, best_kills_per_year, expected
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture

WORKDAYS = 250  # of a year
MEANS = (0, 50, 20, 10, 5, 2, 1)  # working days between kills; 0 is never
TOP_MIN = 150  # a bar that is higher is cut, and says how high it is
FOUR_NINES_MIN = 365.25 * 24 * 60 * 1e-4
PARTS = (
    ("found by chance at night", "night_s", "red"),
    ("by chance at the desk", "day_s", "orange"),
    ("found by the monkey", "monkey_s", "blue"),
    ("the kills themselves", "kills_s", "grey"),
)


def config(mean_workdays: float, night_h: float, kill_s: float) -> LatentConfig:
    """A year with a kill every so many working days on average; 0 is never.

    >>> config(2, 2.0, 5.0).kills_per_year
    125.0
    """
    kills = WORKDAYS / mean_workdays if mean_workdays else 0.0
    return LatentConfig(kills_per_year=kills, night_s=3600 * night_h, kill_s=kill_s)


def latent_picture(night_h: float, kill_s: float) -> Picture:
    """Minutes down in a year, stacked by their cause, from never killing to a kill a day.

    >>> latent_picture(2.0, 5.0).alt.replace("\\xa0", " ")[:68]
    'Never killing: 398 min down in a year; best of these is a mean of 2 '
    """
    reports = [expected(config(mean, night_h, kill_s)) for mean in MEANS]
    down_min = [report.down_s / 60 for report in reports]
    names, places = ["never", *map(str, MEANS[1:])], list(range(len(MEANS)))
    figure = go.Figure(
        {
            "data": [
                *(
                    {"type": "bar", "name": name, "x": places,
                     "y": [round(getattr(report, field) / 60, 2) for report in reports],
                     "marker": {"color": theme.colour(hue)}}
                    for name, field, hue in PARTS
                ),
                {"type": "scatter", "mode": "lines", "name": "four nines", "x": [-0.5, len(MEANS) - 0.5],
                 "y": [round(FOUR_NINES_MIN, 1)] * 2,
                 "line": {"color": theme.colour("green"), "width": 2, "dash": "dash"}},
            ],
            "layout": {
                "height": 275, "barmode": "stack", "legend": {"orientation": "h", "y": 1.2},
                "xaxis": {"title": {"text": "mean working days between kills"},
                          "tickvals": places, "ticktext": names, "range": [-0.5, len(MEANS) - 0.5]},
                "yaxis": {"title": {"text": "min a year"}, "range": [0, TOP_MIN]},
                "annotations": [
                    {"x": place, "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False,
                     "text": f"↑ {down:,.0f}"}
                    for place, down in enumerate(down_min) if down > TOP_MIN
                ],
            },
        }
    )  # fmt: skip
    at = min(range(len(MEANS)), key=down_min.__getitem__)
    best = best_kills_per_year(config(1, night_h, kill_s)) if kill_s else 0.0
    readings = {
        "down, never killing": (round(down_min[0]), "min"),
        "mean of 2": (round(down_min[MEANS.index(2)], 1), "min"),
        "mean of 5": (round(down_min[MEANS.index(5)], 1), "min"),
        **({"best, kills a year": (round(best), "count")} if kill_s else {}),
    }
    alt = units.tied(
        f"Never killing: {units.quantity(round(down_min[0]), 'min')} down in a year; best of these "
        f"is a mean of {names[at]} working day{'s' * (names[at] != '1')}, with "
        f"{units.quantity(round(down_min[at]), 'min')}."
    )
    return Picture(figure, readings, alt)
