"""What `eviction` is told: the requests, and what the rules of the chapter find.

Left out: rules with settings of their own.
Sources: none.
"""

__all__ = ["DAYS", "EXPONENT", "PER_DAY", "PLACES", "RIVALS", "THINGS", "asked", "told"]
__dir__ = lambda: __all__

from scalemodel.core.rng import stream
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.expected import zipf_trace
from scalemodel.parts.caches.policies import FIFO, LFU, LRU, S3FIFO, SIEVE, Belady

DAYS, PER_DAY = 4, 300  # requests
THINGS, EXPONENT, PLACES = 100, 0.9, 10
RIVALS = {"Belady": Belady, "S3-FIFO": S3FIFO, "SIEVE": SIEVE, "LRU": LRU, "FIFO": FIFO, "LFU": LFU}


def asked() -> list[int]:
    """What is asked for in turn; who is a favourite is drawn anew each day.

    >>> len(asked())
    1200
    """
    rng, row = stream(1, "fashion"), []
    for _ in range(DAYS):
        order = rng.permutation(THINGS)
        row += order[zipf_trace(THINGS, PER_DAY, EXPONENT, rng)].tolist()
    return row


def told() -> dict:
    """The table, as plain numbers.

    >>> {name: sum(row) for name, row in told()["rivals"].items()}
    {'Belady': 673, 'S3-FIFO': 470, 'SIEVE': 458, 'LRU': 395, 'FIFO': 355, 'LFU': 268}
    """
    requests = asked()
    masks = {
        name: simulate(requests, rule(capacity=PLACES)).hit_mask for name, rule in RIVALS.items()
    }
    return {
        "places": PLACES, "requests": requests,
        "rivals": {name: mask.astype(int).tolist() for name, mask in masks.items()},
    }  # fmt: skip
