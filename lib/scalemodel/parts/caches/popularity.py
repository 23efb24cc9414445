"""Few objects are asked for often, most hardly ever: Zipf's law, and traces drawn from it.

Rank the films of a town by how often they are borrowed. The second is asked for about half as
often as the first, the tenth a tenth as often. With an exponent `alpha` below 1 the favourites
matter less, and the long tail more. Each request is drawn for itself: nothing is in fashion.

A million requests among a hundred thousand objects take a tenth of a second.

Left out: fashion. Real favourites age and new ones arrive, which makes a cache do worse.
Sources: Breslau and others, "Web Caching and Zipf-like Distributions", INFOCOM 1999.
"""

import numpy as np

from scalemodel.core import checks

MOST_OBJECTS = 10**8


def zipf(objects: int, alpha: float) -> np.ndarray:
    """The share of requests for each object, the favourite first, shape (objects,).

    >>> zipf(3, 1.0).round(3).tolist()
    [0.545, 0.273, 0.182]
    """
    objects = checks.whole("objects", objects, at_least=1, at_most=MOST_OBJECTS)
    alpha = checks.real("alpha", alpha, at_least=0, at_most=30)
    weight = np.arange(1, objects + 1, dtype=float) ** -alpha
    return weight / weight.sum()


@checks.kinds
def zipf_trace(objects: int, requests: int, alpha: float, rng: np.random.Generator) -> np.ndarray:
    """Ids of so many requests, each drawn by Zipf's law; 0 is the favourite.

    >>> zipf_trace(1000, 8, 1.0, np.random.default_rng(42)).tolist()
    [183, 14, 346, 103, 0, 833, 166, 201]
    """
    requests = checks.whole("requests", requests, at_least=1, at_most=10**9)
    up_to = np.cumsum(zipf(objects, alpha))
    up_to[-1] = 1.0
    return np.searchsorted(up_to, rng.random(requests), side="right").astype(np.int64)
