"""How the first Twitter chapter looks: a queue behind a celebrity, bursts, and lost tweets.

Left out: the models, which live in `scalemodel.twitter`; the costs, in `cost`.
Sources: none.
"""

__all__ = [
    "COLUMNS", "SHOWN_S", "STEP_S", "burst_picture", "early_picture", "lost_picture",
    "queue_picture",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.twitter.backlog import expected_early_ratio, finish_times
from scalemodel.twitter.timeline.brute_force import naive_pull

SHOWN_S = 60.0  # how long after the celebrity's tweet
STEP_S = 0.5  # a point of the curve
COLUMNS = 10  # tweets a row, where a page is drawn as tiles


def queue_picture(
    followers: int,
    batch: int | None,
    rule: str,
    *,
    delivered: bool,
    deliveries_per_s: float,
    tweets_per_s: float,
    followers_mean: float,
    pulled: float,
) -> Picture:
    """How long everybody's tweets wait after a celebrity with `followers` has posted.

    If the celebrity's tweet is `delivered` it stands in the fan-out's queue. Everybody else
    posts evenly, `tweets_per_s` in all, to `followers_mean` followers each, and under
    every rule but "on read" those are delivered; `pulled` lists are fetched for a page.

    >>> rates = {"deliveries_per_s": 1e6, "tweets_per_s": 100.0, "followers_mean": 75.0}
    >>> queue_picture(20_000_000, None, "on write", delivered=True, **rates, pulled=0).alt[-34:]
    'nd other tweets wait at most 20 s.'
    """
    size = followers if delivered else 0
    after_s = np.arange(1, round(SHOWN_S * tweets_per_s)) / tweets_per_s
    everybody = np.full(len(after_s), followers_mean if rule != "on read" else 0.0)
    finish_s = finish_times(
        np.append(0.0, after_s), np.append(size, everybody), deliveries_per_s, batch
    )
    waits_s = finish_s[1:] - after_s
    waits_s = np.where(waits_s < 1e-9, 0.0, waits_s)
    every = max(1, round(STEP_S * tweets_per_s))
    shown = waits_s[: len(waits_s) // every * every].reshape(-1, every).max(axis=1)
    done_s, longest_s = float(finish_s[0]), float(waits_s.max())
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "scatter", "mode": "lines", "name": "everybody else's tweets",
                    "x": np.arange(len(shown)) * STEP_S, "y": np.round(shown, 3),
                    "line": {"color": theme.policy_colour(rule), "width": 4},
                    "meta": {"unit": "s"},
                },
                {
                    "type": "scatter", "mode": "markers", "name": "the celebrity's tweet",
                    "x": [0], "y": [round(done_s, 3)], "meta": {"unit": "s"},
                    "marker": {"color": theme.colour("ink"), "size": 13, "symbol": "diamond"},
                },
            ],
            "layout": {
                "xaxis": {"title": {"text": "posted so long after the celebrity's tweet, s"}},
                "yaxis": {"title": {"text": "wait of the last follower, s"}, "range": [-1, 62]},
                "legend": {"orientation": "h", "y": 1.12},
            },
        }
    )  # fmt: skip
    alt = (
        f"Under the rule {rule}{f', {batch:,} at a time' if batch else ''}, the last of {followers:,} followers has the celebrity's tweet "
        f"after {units.quantity(done_s, 's')}, and other tweets wait at most "
        f"{units.quantity(longest_s, 's')}."
    )
    readings = {
        "the celebrity's last follower waits": (done_s, "s"),
        "others wait at most": (longest_s, "s"),
        "lists pulled for a page": (pulled, "count"),
    }
    return Picture(figure, readings, alt)


def early_picture(done_s: float, rule: str) -> Picture:
    """How many of a hundred readers have an answer before its question, by when it comes.

    The question has reached its last follower after `done_s`; 0, if it is there for all at once
    or the answer stands behind it in the queue.

    >>> early_picture(40.0, "on write").alt
    'An answer after 10 s is read first by 75 of 100 who follow both, one after 40 s by nobody.'
    """
    answered_s = np.arange(0, SHOWN_S + 1)
    first = [100 * expected_early_ratio(at_s, done_s) for at_s in answered_s.tolist()]
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "scatter", "mode": "lines", "name": "read the answer first",
                    "x": answered_s, "y": np.round(first, 1), "meta": {"unit": "count"},
                    "line": {"color": theme.policy_colour(rule), "width": 4},
                }
            ],
            "layout": {
                "xaxis": {"title": {"text": "answered so long after the question, s"}},
                "yaxis": {"title": {"text": "of 100 readers, have it first"}, "range": [-2, 102]},
            },
        }
    )  # fmt: skip
    after_ten = 100 * expected_early_ratio(10.0, done_s)
    alt = (
        f"An answer after 10 s is read first by {units.number(after_ten)} of 100 who follow both, "
        f"one after {units.quantity(done_s, 's')} by nobody."
    )
    if done_s == 0:
        alt = "Nobody reads an answer before its question."
    readings = {
        "read an answer of 10 s first, of 100": (after_ten, "count"),
        "the question has reached all after": (done_s, "s"),
    }
    return Picture(figure, readings, alt)


def burst_picture(
    deliveries: Sequence[int], threshold: int | None, readings: Mapping[str, tuple[float, str]]
) -> Picture:
    """How many deliveries a single tweet costs: the share of tweets that cost more.

    `deliveries` holds the followers of each tweet's author; with a `threshold` those of
    larger accounts are not delivered at all. `readings` are added to the largest burst.

    >>> burst_picture([1, 50, 9_000], threshold=100, readings={}).readings
    {'largest burst': (50, 'count')}
    """
    sizes = np.sort(np.asarray(deliveries))
    if threshold is not None:
        sizes = np.where(sizes >= threshold, 0, sizes)
        sizes.sort()
    points = np.unique(np.round(np.geomspace(1, max(2, max(deliveries)), 60)))
    more = 1 - np.searchsorted(sizes, points, side="right") / len(sizes)
    shown = more > 0
    largest = int(sizes[-1])
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "scatter", "mode": "lines", "name": "tweets that cost more",
                    "x": points[shown], "y": np.round(more[shown], 6),
                    "line": {"color": theme.policy_colour("hybrid"), "width": 4},
                }
            ],
            "layout": {
                "xaxis": {"title": {"text": "deliveries at once (log scale)"}, "type": "log", "dtick": 1,
                          "range": [0, 4.2]},
                "yaxis": {"title": {"text": "share that costs more (log scale)"}, "type": "log", "dtick": 1,
                          "range": [-4.5, 0.1]},
            },
        }
    )  # fmt: skip
    alt = f"No tweet is delivered to more than {largest:,} followers at once."
    return Picture(figure, {"largest burst": (largest, "count"), **readings}, alt)


def lost_picture(lists: Mapping[str, Sequence[int]], of_each: int, n: int = 50) -> Picture:
    """The true newest `n` tweets as tiles, and which of them a naive pull does not show.

    `lists` gives each account's ids. The first account is drawn in a colour of its own.

    >>> lost_picture({"Ann": [9, 8, 7], "Bo": [1]}, of_each=2, n=3).alt
    'Of the newest 3 tweets the page lacks 1; 1 older one stands in its place.'
    """
    page, lost = naive_pull(lists, of_each, n)
    author = {tweet: name for name, ids in lists.items() for tweet in ids}
    truth = sorted(author, reverse=True)[:n]
    loud = next(iter(lists))
    kinds = {
        f"by {loud}": ("orange", "square", lambda t: author[t] == loud and t not in lost),
        "by others": ("blue", "square", lambda t: author[t] != loud and t not in lost),
        "lost": ("red", "x-open", lambda t: t in lost),
    }
    traces = []
    for name, (ink, symbol, belongs) in kinds.items():
        places = [place for place, tweet in enumerate(truth) if belongs(tweet)]
        traces.append(
            {
                "type": "scatter", "mode": "markers", "name": name,
                "x": [place % COLUMNS + 1 for place in places],
                "y": [place // COLUMNS + 1 for place in places],
                "marker": {"symbol": symbol, "size": 14, "color": theme.colour(ink)},
            }
        )  # fmt: skip
    rows = -(-n // COLUMNS)
    figure = go.Figure(
        {
            "data": traces,
            "layout": {
                "height": 260,
                "xaxis": {"title": {"text": "place on the page"}, "range": [0, COLUMNS + 1]},
                "yaxis": {"title": {"text": "row"}, "range": [rows + 0.8, 0.2], "dtick": 1},
                "legend": {"orientation": "h", "y": 1.3},
            },
        }
    )
    older = len(set(page) - set(truth))
    ones = f"{older:,} older one{' stands' if older == 1 else 's stand'} in "
    place = "its place" if len(lost) == 1 else "their place"
    alt = f"Of the newest {n} tweets the page lacks {len(lost)}; {ones}{place}."
    readings = {"tweets lost": (len(lost), "count"), "older ones shown": (older, "count")}
    return Picture(figure, readings, alt)
