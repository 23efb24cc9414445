"""What `push` is told: four days of views before and after the first hour, and what others spare.

Who knows the tastes knows how often each video is watched at each edge on average, which no rule
that looks at an hour can know better; who knows the whole day sends only what will be asked for.

Left out: days on which fewer copies are asked for than may be sent.
Sources: none.
"""

__all__ = ["DAYS", "DEMAND", "FIRST_S", "day", "rivals", "told"]
__dir__ = lambda: __all__

from dataclasses import replace

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.stage.youtube.yours.push import COPIES, sent, spared
from scalemodel.youtube.edge.demand import DAY_S, DemandConfig, shares, views

DAYS, FIRST_S = 4, 3_600.0
DEMAND = DemandConfig(
    videos=200, alpha=0.8, views=6_000, span_s=DAY_S, regions=3, edges=4, local_ratio=0.7
)


def day(seed: int) -> dict:
    """One day: a row of early views a video, and as bits the edges where it is asked for later.

    >>> len(day(0)["early"]), len(day(0)["early"][0])
    (200, 12)
    """
    watched = views(replace(DEMAND, seed=seed))
    edge = watched.region * DEMAND.edges + watched.edge
    counts = np.zeros((2, DEMAND.videos, DEMAND.regions * DEMAND.edges), dtype=int)
    later = (watched.time_s >= FIRST_S).astype(int)
    np.add.at(counts, (later, _shuffled(seed)[watched.video], edge), 1)
    bits = (counts[1] > 0) @ (1 << np.arange(counts.shape[2]))
    return {"early": counts[0].tolist(), "later": bits.tolist(), "regions": DEMAND.regions}


def rivals(seed: int) -> dict[str, int]:
    """What copies spare on one day that are sent in four other ways.

    >>> rivals(0)["knows the whole day"]
    600
    """
    one = day(seed)
    early = np.array(one["early"])
    asked = np.array(one["later"])[:, None] >> np.arange(early.shape[1]) & 1
    taste = np.zeros(early.shape)
    taste[_shuffled(seed)] = np.repeat(shares(replace(DEMAND, seed=seed)), DEMAND.edges, axis=0).T
    ways = {
        "knows the whole day": asked, "knows the tastes": taste,
        "at random, where none is": stream(seed, "random").random(early.shape),
    }  # fmt: skip
    spare = {}
    for name, worth in ways.items():
        best = np.argsort(-np.where(early, -1, worth).ravel(), kind="stable")[:COPIES]
        spare[name] = int((asked * (early == 0)).ravel()[best].sum())
    most_watched = sent(lambda here, region, world: here + region + world, one)
    return spare | {"most watched": spared(one, most_watched)[0]}


def told() -> dict:
    """The table, as plain numbers.

    >>> sorted(told())
    ['days', 'rivals']
    """
    each = [rivals(seed) for seed in range(DAYS)]
    means = {name: float(np.mean([one[name] for one in each])) for name in each[0]}
    return {"days": [day(seed) for seed in range(DAYS)], "rivals": means}


def _shuffled(seed):
    """Videos in no order, for in the demand's the first is everybody's favourite."""
    return stream(seed, "shuffled").permutation(DEMAND.videos)
