"""Who watches what, where and when.

Some videos everybody has always watched, by Zipf's law. Each region has favourites of its own
too: a share of its views follows the same law over another order. Uploads come all the time, and
are watched when young. And one video may be all that anybody speaks of. A view costs 0.3 µs.

Left out: day and night, sizes, videos that become popular late.
Sources: none; all figures here are ours. Zipf's law is that of `parts.caches.expected`.
"""

__all__ = ["DAY_S", "DemandConfig", "Views", "shares", "views"]
__dir__ = lambda: __all__

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.parts.caches.expected import zipf

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandConfig:
    """The views of some days, in regions with as many edges each.

    >>> DemandConfig(videos=9).edges
    4
    """

    videos: int = 5_000  # that were always there
    alpha: float = 0.9
    views: int = 100_000  # of these
    span_s: float = 14 * DAY_S
    regions: int = 2
    edges: int = 4  # in each region
    local_ratio: float = 0.3  # of a region's views, those that follow its own order
    uploads: int = 0  # in the span
    upload_views: int = 0  # of all uploads, some of them after the span
    young_s: float = DAY_S  # the mean age at which an upload is watched
    crowd_views: int = 0  # of one video that nobody has watched before
    crowd_from_s: float = DAY_S
    crowd_s: float = 600.0  # so long the crowd lasts
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        for name, least in (("videos", 1), ("views", 1), ("uploads", 0), ("crowd_views", 0)):
            checks.whole(name, getattr(self, name), at_least=least, at_most=20_000_000)
        checks.real("alpha", self.alpha, at_least=0, at_most=30)
        for name in ("span_s", "young_s", "crowd_s"):
            checks.real(name, getattr(self, name), at_least=1e-3, at_most=1e9)
        for name in ("regions", "edges"):
            checks.whole(name, getattr(self, name), at_least=1, at_most=1_000)
        checks.real("local_ratio", self.local_ratio, at_least=0, at_most=1)
        most = 20_000_000 if self.uploads else 0
        checks.whole("upload_views", self.upload_views, at_least=0, at_most=most)
        checks.real("crowd_from_s", self.crowd_from_s, at_least=0, at_most=1e9)
        checks.whole("seed", self.seed, at_least=0)


class Views(NamedTuple):
    """All views in the order of time, each column of shape (views,).

    >>> views(DemandConfig(videos=9, views=3)).video.tolist()
    [0, 8, 0]
    """

    time_s: np.ndarray
    region: np.ndarray
    edge: np.ndarray  # of that region
    video: np.ndarray  # old ones, favourites first; then uploads; then the crowd's


@checks.kinds
def shares(config: DemandConfig) -> np.ndarray:
    """The share of each old video in the views of each region, shape (regions, videos).

    >>> shares(DemandConfig(videos=3, regions=1, local_ratio=0.0)).round(2).tolist()
    [[0.52, 0.28, 0.19]]
    """
    everywhere, rng = zipf(config.videos, config.alpha), stream(config.seed, "tastes")
    own = np.array([everywhere[rng.permutation(config.videos)] for _ in range(config.regions)])
    return (1 - config.local_ratio) * everywhere + config.local_ratio * own


@checks.kinds
def views(config: DemandConfig) -> Views:
    """All views of the span; each kind is drawn from a stream of its own.

    >>> day = views(DemandConfig(crowd_views=50_000, crowd_from_s=DAY_S))
    >>> int(np.bincount((day.time_s // DAY_S).astype(int)).argmax())
    1
    """
    old, new, crowd = (stream(config.seed, name) for name in ("old", "uploads", "crowd"))
    region, chance = old.integers(config.regions, size=config.views), old.random(config.views)
    video = np.empty(config.views, dtype=np.int64)
    for one, row in enumerate(np.cumsum(shares(config), axis=1)):
        here = region == one
        video[here] = np.searchsorted(row / row[-1], chance[here], side="right")
    time_s, total = old.random(config.views) * config.span_s, config.uploads
    if config.upload_views:
        which = new.choice(total, config.upload_views, p=zipf(total, config.alpha))
        age_s = new.standard_exponential(len(which)) * config.young_s
        time_s = np.append(time_s, (new.random(total) * config.span_s)[which] + age_s)
        video = np.append(video, config.videos + which)
    crowd_s = config.crowd_from_s + crowd.random(config.crowd_views) * config.crowd_s
    time_s = np.append(time_s, crowd_s)
    video = np.append(video, np.full(config.crowd_views, config.videos + total))
    region = np.append(region, new.integers(config.regions, size=len(video) - len(region)))
    edge = stream(config.seed, "edges").integers(config.edges, size=len(video))
    order = np.argsort(time_s, kind="stable")
    order = order[: np.searchsorted(time_s[order], config.span_s)]
    return Views(time_s[order], region[order], edge[order], video[order])
