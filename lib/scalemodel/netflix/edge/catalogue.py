"""What there is to watch, how large it is, and who wants it today.

Picture the shelves of a video shop. A title stands there several times, once an encoding: each is
a file with a size. Each town has a list of favourites, a part of it the whole world's, the rest
its own. Overnight some titles move up and others down, a few are new and start near the top, and
a few are taken off the shelf and are then nowhere.

Rank k is asked for by Zipf-Mandelbrot, a share like (k + shift)^−alpha. A title's score wanders
from day to day, and its rank with it. A day's shares take 0.4, 3 and 40 ms for a thousand, ten
thousand and a hundred thousand titles, a tenth of that for each day before, and 45 bytes a file.

Left out: an hour's own taste, time zones, films watched in part.
Sources: Mandelbrot's form of Zipf's law, in any text; the day's curve, sizes and drift are ours.
"""

__all__ = [
    "FADES_DAYS", "GB", "GBPS_HOUR", "HOURS", "HYPE", "MOST_ENCODINGS", "MOST_FILES", "MOST_GB",
    "MOST_LUCK", "MOST_TITLES", "SHOP", "Catalogue", "CatalogueConfig", "catalogue",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.rng import stream

HOURS, GB, GBPS_HOUR = 24, 10**9, 450 * 10**9  # bytes; the last of 1 Gbit/s in an hour
HYPE, FADES_DAYS = 5.0, 7.0  # a premiere's lead, in standard deviations of the score
MOST_TITLES, MOST_ENCODINGS, MOST_FILES = 200_000, 20, 5_000_000  # files: in all regions
MOST_GB, MOST_LUCK = 1000, 5.0  # of a file; of a length, in standard deviations of its logarithm


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueConfig:
    """A catalogue over some days.

    >>> CatalogueConfig(titles=10, leaving=5, days=3)
    Traceback (most recent call last):
    ...
    ValueError: leaving=5 must be an integer of at least 0 and at most 4
    """

    titles: int = 2000  # on day 0
    regions: int = 2
    alpha: float = 1.0
    shift: float = 10.0  # ranks; flattens the head
    shared_ratio: float = 0.7  # of a region's taste that is everybody's
    drift_ratio: float = 0.1  # of a score that is new each day: 0 never changes, 1 forgets
    premieres: int = 2  # titles that come each day from day 1 on
    leaving: int = 2  # titles that go each day from day 1 on
    days: int = 8
    length_h: float = 1.5  # mean of a title
    spread: float = 0.3  # of the logarithm of lengths; 0: all are equally long
    gb_per_h: tuple[float, ...] = (7.0, 3.0, 0.7)  # of each encoding: 4K, HD, SD
    watched_ratio: tuple[float, ...] = (0.2, 0.6, 0.2)  # of requests, for each encoding
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        checks.whole("titles", self.titles, at_least=1, at_most=MOST_TITLES)
        checks.whole("regions", self.regions, at_least=1, at_most=100)
        checks.whole("days", self.days, at_least=1, at_most=100)
        checks.whole("premieres", self.premieres, at_least=0, at_most=MOST_TITLES // self.days)
        can_go = (self.titles - 1) // max(self.days - 1, 1)  # one title is left in the end
        checks.whole("leaving", self.leaving, at_least=0, at_most=can_go)
        checks.real("length_h", self.length_h, at_least=0.01, at_most=10)
        most = {"alpha": 10, "shift": MOST_TITLES, "shared_ratio": 1, "drift_ratio": 1, "spread": 1}
        for name, at_most in most.items():
            checks.real(name, getattr(self, name), at_least=0, at_most=at_most)
        sizes = checks.numbers_row("gb_per_h", self.gb_per_h, at_least=0.001, at_most=100)
        watched = checks.numbers_row("watched_ratio", self.watched_ratio, above=0, at_most=1)
        if len(watched) != len(sizes) or abs(watched.sum() - 1) > 1e-9:
            raise ValueError(
                f"watched_ratio={checks.brief(watched)} must sum to 1, a share for each gb_per_h"
            )
        checks.whole("number of gb_per_h", len(sizes), at_least=1, at_most=MOST_ENCODINGS)
        object.__setattr__(self, "gb_per_h", tuple(sizes.tolist()))
        object.__setattr__(self, "watched_ratio", tuple(watched.tolist()))
        files = self.files * self.regions
        checks.whole("files (of titles, premieres, gb_per_h) · regions", files, at_least=1, at_most=MOST_FILES)  # fmt: skip
        longest_gb = _length(self, MOST_LUCK) * sizes.max()
        checks.real("length_h · gb_per_h, with spread", longest_gb, above=0, at_most=MOST_GB)
        checks.whole("seed", self.seed, at_least=0)

    @property
    def files(self) -> int:
        """How many there are, of all days together."""
        return (self.titles + (self.days - 1) * self.premieres) * len(self.gb_per_h)


def _length(config, luck):
    """Hours of titles that are so lucky; the mean of all is `length_h`."""
    return config.length_h * np.exp(config.spread * luck - config.spread**2 / 2)


SHOP = CatalogueConfig()


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Titles and their files; a title's files lie together, one an encoding.

    >>> shop = catalogue(CatalogueConfig(titles=2, premieres=1, leaving=1, days=2, spread=0.0))
    >>> (shop.bytes_of[:3] / GB).tolist()
    [10.5, 4.5, 1.05]
    >>> shop.there(0)[::3].tolist(), shop.there(1)[::3].tolist()
    ([True, True, False], [False, True, True])
    """

    config: CatalogueConfig
    bytes_of: np.ndarray  # shape (files,), integers
    comes_day: np.ndarray  # shape (titles,), premieres last
    goes_day: np.ndarray  # from then on it is nowhere

    def there(self, day: int) -> np.ndarray:
        """Whether each file may be shown on a `day`, shape (files,)."""
        day = checks.whole("day", day, at_least=0, at_most=self.config.days - 1)
        titles = (self.comes_day <= day) & (day < self.goes_day)
        return np.repeat(titles, len(self.config.gb_per_h))

    def demand(self, day: int) -> np.ndarray:
        """The shares of a region's requests on a `day`, shape (regions, files); a row sums to 1.

        >>> shop = catalogue(CatalogueConfig(titles=2, regions=1, premieres=0, leaving=0))
        >>> shop.demand(0).round(3).tolist()
        [[0.104, 0.313, 0.104, 0.096, 0.287, 0.096]]
        """
        config = self.config
        there = np.flatnonzero(self.there(day)[:: len(config.gb_per_h)])
        by_rank = (np.arange(1.0, len(there) + 1) + config.shift) ** -config.alpha
        share = np.zeros((config.regions + 1, len(self.comes_day)))  # the first is everybody's
        for row, score in zip(share, self._scores(day), strict=True):
            row[there[np.argsort(-score[there], kind="stable")]] = by_rank / by_rank.sum()
        taste = config.shared_ratio * share[0] + (1 - config.shared_ratio) * share[1:]
        return (taste[:, :, None] * config.watched_ratio).reshape(config.regions, -1)

    def _scores(self, day):
        """How much each title is liked, by all and by each region, as a Gaussian's numbers."""
        config, shape = self.config, (self.config.regions + 1, len(self.comes_day))
        score = stream(config.seed, "taste").standard_normal(shape)
        for one in range(1, day + 1):
            new = stream(config.seed, f"drift {one}").standard_normal(shape)
            score = math.sqrt(1 - config.drift_ratio**2) * score + config.drift_ratio * new
        fades = np.exp(-(day - self.comes_day) / FADES_DAYS)
        return score + np.where(self.comes_day > 0, HYPE * fades, 0.0)


def catalogue(config: CatalogueConfig) -> Catalogue:
    """The titles of all days, with their sizes, premieres and last days.

    >>> len(catalogue(CatalogueConfig(titles=10, premieres=2, leaving=1, days=3)).bytes_of)
    42
    """
    later = np.arange(1, checks.instance("config", config, CatalogueConfig).days)
    comes = np.append(np.zeros(config.titles, int), np.repeat(later, config.premieres))
    goes, who = np.repeat(later, config.leaving), stream(config.seed, "leaving")
    goes_day = np.full(len(comes), config.days)
    goes_day[who.permutation(config.titles)[: len(goes)]] = goes
    luck = stream(config.seed, "lengths").standard_normal(len(comes))
    length_h = _length(config, np.clip(luck, -MOST_LUCK, MOST_LUCK))
    size = np.rint(GB * np.outer(length_h, config.gb_per_h)).astype(np.int64).ravel()
    for row in (size, comes, goes_day):
        row.flags.writeable = False
    return Catalogue(config, size, comes, goes_day)
