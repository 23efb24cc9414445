"""How the chapter on the cost of a hybrid looks: curves of cost, and accounts as dots.

Every cost is drawn in units of pushing everything, so that 1 is always the same line.

Left out: the models, which live in `scalemodel.twitter`; queues and bursts, in `fan_out`.
Sources: none.
"""

__all__ = [
    "ACCOUNTS", "AXIS", "IN_FULL", "MARKS", "POINTS", "bars_picture", "errors_picture",
    "habits_picture", "rules_picture", "threshold_picture", "worth_picture",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.twitter.cost import Curve, EdgeCurve
from scalemodel.twitter.timeline.prices import Costs

POINTS = 90  # of a curve
ACCOUNTS = 320  # dots, from the largest account to the smallest
AXIS = "cost, pushing everything = 1 (log)"
MARKS = [digit * 10**power for power in range(-3, 3) for digit in (1, 2, 5)]
IN_FULL = {"tickvals": MARKS, "ticktext": [units.number(mark) for mark in MARKS]}  # 20, and not 2


# ── One curve ───────────────────────────────────────────────────────────────
def threshold_picture(
    curve: Curve, per_edge_cost: float, pulled_ratio: float, costs: Costs
) -> Picture:
    """The cost of a hybrid over its threshold, with both pure rules and the rule per edge.

    `per_edge_cost` a second is what the cheapest choice on every edge costs at the same
    prices, and `pulled_ratio` the share of the edges that it pulls.

    >>> curve = Curve(*np.array([[1, 9, 10], [0, 6, 8], [9, 1, 0], [9, 1, 0]]))
    >>> threshold_picture(curve, 6.0, 0.1, Costs()).alt
    'Pushing everything costs 1, pulling everything 1.12, a threshold of 9 followers, the \
cheapest, 0.875, and the rule per edge 0.75.'
    """
    cost = curve.cost(costs)
    push = cost[-1]
    limit, least = curve.cheapest(costs)
    never = limit == curve.limits[-1]
    x = np.unique(np.round(np.geomspace(1, 1.7 * curve.limits[-1], POINTS)))
    x = np.unique(np.append(x, min(limit, x[-1])))
    at = np.minimum(np.searchsorted(curve.limits, x), len(curve.limits) - 1)
    ends = {
        "pull everything": ("on read", "square", x[0], cost[0]),
        "push everything": ("on write", "square", x[-1], push),
        "cheapest threshold": ("hybrid", "diamond", x[-1] if never else max(limit, 1), least),
    }
    if never:
        del ends["cheapest threshold"]
    figure = go.Figure(
        {
            "data": [
                _line("hybrid", x, cost[at] / push, "hybrid"),
                {
                    **_line("rule per edge", x[[0, -1]], np.full(2, per_edge_cost / push), "per edge"),
                    "line": {"color": theme.policy_colour("per edge"), "width": 2.5, "dash": "dash"},
                },
                *(_mark(name, *mark, push) for name, mark in ends.items()),
            ],
            "layout": _layout(
                {"title": {"text": "followers that make a celebrity (log)"}, "type": "log", "dtick": 1},
                {"title": {"text": AXIS}, "type": "log", **IN_FULL},
            ),
        }
    )  # fmt: skip
    said = {name: units.number(value / push) for name, value in (
        ("pull", cost[0]), ("least", least), ("edge", per_edge_cost),
    )}  # fmt: skip
    hybrid = f"a threshold of {limit:,} followers, the cheapest, {said['least']}"
    if never:
        hybrid = "no threshold less than pushing everything"
    alt = (
        f"Pushing everything costs 1, pulling everything {said['pull']}, {hybrid}, "
        f"and the rule per edge {said['edge']}."
    )
    readings = {
        "cheapest threshold, followers": (np.nan if never else limit, "count"),
        "its cost": (least / push, "ratio"),
        "cost of the rule per edge": (per_edge_cost / push, "ratio"),
        "edges it pulls, %": (100 * pulled_ratio, "count"),
    }
    return Picture(figure, readings, alt)


# ── Who is worth pulling ────────────────────────────────────────────────────
def worth_picture(
    followers: np.ndarray, tweets_per_look: np.ndarray, price: float, celebrity_followers: int
) -> Picture:
    """Accounts by their followers, and by what they write between two looks of a follower.

    Where that is more than `price`, of one pulled list in deliveries, pulling the
    account is cheaper, however many follow it. Arrays of shape (users,); what lies
    outside the frame is counted and not drawn.

    >>> worth_picture(np.array([9, 5_000]), np.array([8.0, 0.5]), 1.0, 2_000).readings
    {'accounts worth pulling': (1, 'count'), 'with 2,000 followers or more': (0, 'count')}
    """
    worth = (tweets_per_look > price) & (followers > 0)
    large = followers >= celebrity_followers
    order = np.argsort(-followers, kind="stable")
    ranks = np.unique(np.geomspace(1, len(order), ACCOUNTS).astype(int)) - 1
    drawn = order[ranks]
    drawn = drawn[(followers[drawn] > 0) & (tweets_per_look[drawn] > 0)]
    groups = {
        "cheaper pulled": ("on read", "diamond", drawn[worth[drawn]]),
        "cheaper pushed": ("on write", "circle", drawn[~worth[drawn]]),
    }
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "scatter", "mode": "markers", "name": name,
                    "x": followers[who], "y": tweets_per_look[who],
                    "marker": {"color": theme.policy_colour(rule), "symbol": symbol, "size": 7},
                }
                for name, (rule, symbol, who) in groups.items()
            ],
            "layout": {
                **_layout(
                    {"title": {"text": "followers (log)"}, "type": "log", "dtick": 1, "range": [-0.1, 4.3]},
                    {
                        "title": {"text": "tweets for each look of a follower (log)"},
                        "type": "log", "range": [-4.5, 3.5], "dtick": 1,
                    },
                ),
                "shapes": [
                    _rule("y", price, "per edge", "dash"),
                    _rule("x", celebrity_followers, "hybrid", "dot"),
                ],
                "annotations": [
                    _words("above: cheaper pulled", "per edge", 0, np.log10(price), "left", "bottom"),
                    _words("threshold", "hybrid", np.log10(celebrity_followers), -4.4, "right", "bottom"),
                ],
            },
        }
    )  # fmt: skip
    both = int((worth & large).sum())
    alt = (
        f"Of {large.sum():,} accounts with {celebrity_followers:,} followers or more "
        f"{both:,} would be cheaper pulled, and of all {len(followers):,} accounts {worth.sum():,}."
    )
    name = f"with {celebrity_followers:,} followers or more"
    readings = {"accounts worth pulling": (int(worth.sum()), "count"), name: (both, "count")}
    return Picture(figure, readings, alt)


# ── All rules over the reads ────────────────────────────────────────────────
def rules_picture(reads_per_tweet: np.ndarray, ratios: Mapping[str, np.ndarray]) -> Picture:
    """The cost of each rule, pushing everything being 1, over the reads a tweet.

    `ratios` maps a rule to its costs, of shape (reads,), and has "on read" and "per edge".

    >>> ratios = {"on read": np.array([0.5, 2.0]), "per edge": np.array([0.4, 0.5])}
    >>> rules_picture(np.array([1.0, 4.0]), ratios).alt
    'The rule per edge saves most against the better of pushing and pulling everything at \
4 reads a tweet, 50 %.'
    """
    best_pure = np.minimum(1.0, ratios["on read"])
    saved = 1 - ratios["per edge"] / best_pure
    at = int(np.argmax(saved))
    dashes = {"on write": "dash", "on read": "dashdot", "hybrid": "solid", "by rate": "dot"}
    rows = {"on write": np.ones(len(reads_per_tweet)), **ratios}
    traces = []
    for rule, row in rows.items():
        trace = _line(rule, reads_per_tweet, row, rule)
        trace["line"] |= {"dash": dashes.get(rule, "solid"), "width": 3}
        traces.append(trace)
    traces.append(_mark("largest saving", "per edge", "diamond", reads_per_tweet[at],
                        ratios["per edge"][at], 1.0))  # fmt: skip
    top = np.log10(2.2)
    figure = go.Figure(
        {
            "data": traces,
            "layout": _layout(
                {"title": {"text": "reads a tweet (log)"}, "type": "log", "dtick": 1},
                {
                    "title": {"text": AXIS}, "type": "log", **IN_FULL,
                    "range": [np.log10(ratios["per edge"].min()) - 0.05, top],
                },
            ),
        }
    )  # fmt: skip
    alt = (
        "The rule per edge saves most against the better of pushing and pulling everything at "
        f"{units.number(reads_per_tweet[at])} reads a tweet, {100 * saved[at]:.0f} %."
    )
    readings = {
        "largest saving": (saved[at], "ratio"),
        "at reads a tweet": (reads_per_tweet[at], "count"),
    }
    return Picture(figure, readings, alt)


# ── Rules side by side ──────────────────────────────────────────────────────
def bars_picture(ratios: Mapping[str, float], where: str) -> Picture:
    """What each rule costs, pushing everything being 1; `where` begins the sentence about it.

    `ratios` maps a rule, as "push, not to sleepers", to its cost; the colour is its first word's.

    >>> bars_picture({"push everything": 1.0, "per edge": 0.25}, "With half asleep").alt
    'With half asleep push everything costs 1 and per edge 0.25.'
    """
    inks = {"push": "on write", "pull": "on read", "threshold": "hybrid", "per": "per edge"}
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "bar", "orientation": "h", "name": "cost", "showlegend": False,
                    "y": list(ratios), "x": _short(ratios.values()),
                    "text": [units.number(float(f"{cost:.2g}")) for cost in ratios.values()],
                    "textposition": "outside", "cliponaxis": False,
                    "marker": {"color": [theme.policy_colour(inks[rule.split()[0].strip(",")])
                                         for rule in ratios]},
                }
            ],
            "layout": {
                "height": 260, "margin": {"t": 10, "r": 40},
                "xaxis": {"title": {"text": "cost, pushing everything = 1"},
                          "range": [0, 1.15 * max(2.2, *ratios.values())]},
                "yaxis": {"autorange": "reversed", "automargin": True},
            },
        }
    )  # fmt: skip
    (first, one), *others = (
        (rule, units.number(float(f"{cost:.3g}"))) for rule, cost in ratios.items()
    )
    said = [f"{first} costs {one}", *(f"{rule} {cost}" for rule, cost in others)]
    alt = f"{where} {', '.join(said[:-1])} and {said[-1]}."
    return Picture(figure, {rule: (cost, "ratio") for rule, cost in ratios.items()}, alt)


# ── What one does not know ──────────────────────────────────────────────────
def errors_picture(factors: np.ndarray, ratios: Mapping[str, np.ndarray]) -> Picture:
    """The cost of the rule per edge when the rates it goes by are wrong by such factors.

    `ratios` maps a name to costs of shape (factors,), pushing everything being 1.

    >>> errors_picture(np.array([1.0, 2.0, 4.0]), {"50 reads": np.array([0.8, 0.9, 1.4])}).alt
    'At 50 reads the rule per edge costs 0.8 with true rates and costs more than pushing \
everything from a typical error of 4 times on.'
    """
    said, traces = [], []
    looks = (("solid", "circle"), ("dot", "square"), ("dash", "diamond"))
    for (name, row), (dash, symbol) in zip(ratios.items(), looks, strict=False):
        trace = {**_line(name, factors, row, "per edge"), "mode": "lines+markers"}
        trace["line"] |= {"dash": dash, "width": 3}
        trace["marker"] = {"symbol": symbol, "size": 10}
        traces.append(trace)
        above = factors[row > 1]
        verdict = "stays cheaper than pushing everything"
        if above.size:
            verdict = (
                "costs more than pushing everything from a typical error of "
                f"{units.number(above[0])} times on"
            )
        said.append(
            f"at {name} the rule per edge costs {units.number(row[0])} with true rates and {verdict}"
        )
    figure = go.Figure(
        {
            "data": traces,
            "layout": {
                **_layout(
                    {"title": {"text": "typical error of a rate, times (log)"}, "type": "log",
                     "tickvals": list(factors), "ticktext": [units.number(f) for f in factors]},
                    {"title": {"text": "cost, pushing everything = 1"}, "rangemode": "tozero"},
                ),
                "shapes": [_rule("y", 1, "on write", "dash")],
            },
        }
    )  # fmt: skip
    alt = "; ".join(said) + "."
    return Picture(figure, {}, alt[0].upper() + alt[1:])


def habits_picture(curve: EdgeCurve, push_cost: float, planned: float) -> Picture:
    """What a plan per edge costs that was made for `planned` reads a tweet, over the true ones.

    `curve` has readers who look once a tweet, so that its prices stand for reads a tweet.

    >>> curve = EdgeCurve(np.array([1.0, 9.0]), np.array([2.0, 8.0]), np.array([4.0, 1.0]), np.zeros(2))
    >>> habits_picture(curve, 10.0, planned=1.0).readings
    {'made for reads a tweet': (1.0, 'count'), 'costs more than pushing from': (2.0, 'count')}
    """
    prices = curve.pull_prices
    at = int(np.argmin(np.abs(np.log(prices / planned))))
    deliveries, lists = float(curve.deliveries_per_s[at]), float(curve.lists_per_s[at])
    until = (push_cost - deliveries) / lists if lists > 0 else np.inf
    kept = (deliveries + prices * lists) / push_cost
    anew = curve.cost / push_cost
    figure = go.Figure(
        {
            "data": [
                _line("the plan that was made", prices, kept, "you"),
                {
                    **_line("a new plan", prices, anew, "per edge"),
                    "line": {"color": theme.policy_colour("per edge"), "width": 2.5, "dash": "dash"},
                },
                _mark("as planned", "you", "diamond", prices[at], deliveries + prices[at] * lists,
                      push_cost),
            ],
            "layout": {
                **_layout(
                    {"title": {"text": "true reads a tweet (log)"}, "type": "log", "dtick": 1},
                    {"title": {"text": AXIS}, "type": "log", "range": [-1.6, 2.1], "dtick": 1},
                ),
                "shapes": [_rule("y", 1, "on write", "dot")],
            },
        }
    )  # fmt: skip
    alt = (
        f"A plan made for {units.number(prices[at])} reads a tweet costs {units.number(kept[at])} "
        f"there, and more than pushing everything from {units.number(until)} reads a tweet on."
    )
    readings = {
        "made for reads a tweet": (float(prices[at]), "count"),
        "costs more than pushing from": (until, "count"),
    }
    return Picture(figure, readings, alt)


# ── Strokes ─────────────────────────────────────────────────────────────────
def _line(name, x, y, rule):
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": x, "y": _short(y),
        "line": {"color": theme.policy_colour(rule), "width": 4},
    }  # fmt: skip


def _mark(name, rule, symbol, x, cost, push):
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": [x], "y": _short([cost / push]),
        "marker": {"color": theme.policy_colour(rule), "symbol": symbol, "size": 14},
    }  # fmt: skip


def _rule(axis, value, rule, dash):
    """A line across the whole picture; on a log axis too, a shape stands at the value itself."""
    along, across = ("y", "x") if axis == "y" else ("x", "y")
    return {
        "type": "line", f"{along}ref": along, f"{across}ref": "paper",
        f"{along}0": value, f"{along}1": value, f"{across}0": 0, f"{across}1": 1,
        "line": {"color": theme.policy_colour(rule), "width": 2, "dash": dash},
    }  # fmt: skip


def _words(text, rule, x, y, xanchor, yanchor):
    return {
        "text": text, "x": x, "y": y, "xanchor": xanchor, "yanchor": yanchor, "showarrow": False,
        "font": {"size": 13, "color": theme.policy_colour(rule)},
    }  # fmt: skip


def _layout(x, y):
    numbers = {"exponentformat": "none", "separatethousands": True}
    x, y = ({**axis, **numbers} for axis in (x, y))
    return {
        "height": 340, "margin": {"t": 30, "r": 16}, "legend": {"font": {"size": 12}},
        "xaxis": x, "yaxis": y,
    }  # fmt: skip


def _short(values):
    return [float(f"{value:.4g}") for value in values]
