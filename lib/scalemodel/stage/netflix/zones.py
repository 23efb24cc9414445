"""How long too few instances serve in a year, by the number of zones that they stand in.

Three answers to one question: a run in which parts fail and come back, the closed form, and the
arithmetic that takes each instance for itself. The green line is four nines.

Left out: what an instance in another region costs; `scalemodel.netflix.chaos.zones` says more.
Sources: none; runs and formulas are those of `scalemodel.netflix.chaos.zones`.
"""

__all__ = [
    "FOUR_NINES_MIN", "LEAST_MIN", "MOST_ZONES", "NEEDS", "YEAR_MIN", "config", "measured",
    "zones_picture",
]  # fmt: skip
__dir__ = lambda: __all__

import functools

import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.netflix.chaos.zones import (
    ZonesConfig,
    expected_ratio,
    independent_ratio,
    simulate,
)  # fmt: skip
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture

MOST_ZONES = 6
YEAR_MIN = 365.25 * 24 * 60
FOUR_NINES_MIN = YEAR_MIN * 1e-4
NEEDS = {
    "eight": lambda instances: 8,
    "two thirds of them": lambda instances: -(-2 * instances // 3),
    "any one of them": lambda instances: 1,
}
LEAST_MIN = 0.03  # below it nothing is drawn


def config(regions: int, zones: int, instances: int, needed: str) -> ZonesConfig:
    """A fleet of the panel: eight, two thirds of them or any one are enough.

    >>> config(1, 3, 12, "two thirds of them").needed
    8
    """
    return ZonesConfig(
        regions=regions, zones=zones, instances=instances, needed=NEEDS[needed](instances), runs=50
    )  # fmt: skip


measured = functools.cache(simulate)  # of twelve, eight are two thirds


def zones_picture(regions: int, instances: int, needed: str) -> Picture:
    """Minutes in a year in which too few serve, for one zone a region to six.

    >>> zones_picture(1, 12, "eight").alt.replace("\\xa0", " ")[:47]
    '12 instances in 1 region, eight needed: 1 zone '
    """
    counts = list(range(1, MOST_ZONES + 1))
    configs = [config(regions, zones, instances, needed) for zones in counts]
    runs = [measured(one) for one in configs]
    ran = [YEAR_MIN * (1 - run.available_ratio) for run in runs]
    half = [YEAR_MIN * run.half_width_ratio for run in runs]
    formula = [YEAR_MIN * (1 - expected_ratio(one)) for one in configs]
    alone = YEAR_MIN * (1 - independent_ratio(configs[0]))
    drawn = lambda row: [round(one, 4) if one >= LEAST_MIN else None for one in row]
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines", "name": "formula", "x": counts,
                 "y": drawn(formula), "line": {"color": theme.colour("blue"), "width": 2}},
                {"type": "scatter", "mode": "markers", "name": "fifty runs of ten years", "x": counts,
                 "y": drawn(ran), "marker": {"color": theme.colour("orange"), "size": 10},
                 "error_y": {"type": "data", "width": 5,
                             "array": [round(one, 4) for one in half],
                             "arrayminus": [round(min(one, 0.9 * at), 4) for one, at in zip(half, ran, strict=True)]}},
                {"type": "scatter", "mode": "lines", "name": "each for itself", "x": counts,
                 "y": drawn([alone] * MOST_ZONES),
                 "line": {"color": theme.colour("red"), "width": 2, "dash": "dot"}},
                {"type": "scatter", "mode": "lines", "name": "four nines", "x": [0.7, MOST_ZONES + 0.3],
                 "y": [round(FOUR_NINES_MIN, 2)] * 2,
                 "line": {"color": theme.colour("green"), "width": 2, "dash": "dash"}},
            ],
            "layout": {
                "height": 275, "legend": {"orientation": "h", "y": 1.15},
                "xaxis": {"title": {"text": "zones in each region"}, "tickvals": counts,
                          "range": [0.7, MOST_ZONES + 0.3]},
                "yaxis": {"title": {"text": "min a year (log scale)"},
                          "type": "log", "range": [-1.6, 3.4], "tickvals": [0.1, 1, 10, 100, 1000],
                          "ticktext": ["0.1", "1", "10", "100", "1,000"]},
            },
        }
    )  # fmt: skip
    enough = next((n for n, at in zip(counts, formula, strict=True) if at <= FOUR_NINES_MIN), None)
    readings = {
        "too few, one zone": (_short(formula[0]), "min"),
        "three zones": (_short(formula[2]), "min"),
        "each for itself": (_short(60 * alone), "s"),
        "zones for four nines": (enough or 0, "count"),
    }
    many = f"{regions} region{'s' * (regions > 1)}"
    says = (
        f"{enough} zone{'s' * (enough > 1)} in each make{'s' * (enough == 1)} four nines"
        if enough else "no number of zones up to six makes four nines"
    )  # fmt: skip
    alt = units.tied(
        f"{instances} instances in {many}, {needed} needed: 1 zone in each leaves "
        f"{units.quantity(round(formula[0]), 'min')} a year with too few; {says}."
    )
    return Picture(figure, readings, alt)


def _short(value):
    return round(value) if value >= 100 else round(value, 1)
