"""What is true of every cache, whatever it evicts.

A new policy joins by a line in `POLICIES`, which says how to draw one of a capacity, and by a
reference in `cache_references`.
"""

import numpy as np
from hypothesis import strategies as st

from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.policies import (
    FIFO,
    LFU,
    LRU,
    S3FIFO,
    SIEVE,
    Belady,
    Clock,
    Expiring,
    WTinyLFU,
)
from scalemodel.parts.caches.trace import requests
from tests.laws.cache_references import play

SHARES = st.sampled_from([0.1, 0.3, 0.5, 0.9])
POLICIES = {
    **{kind.__name__: lambda capacity, kind=kind: st.just(kind(capacity))
       for kind in (FIFO, LRU, LFU, Clock, SIEVE, Belady)},
    "S3FIFO": lambda capacity: st.builds(S3FIFO, st.just(capacity), SHARES, st.integers(1, 3)),
    "WTinyLFU": lambda capacity: st.builds(
        WTinyLFU, st.just(capacity), SHARES, SHARES, st.integers(1, 4)),
}  # fmt: skip
ROWS = st.lists(st.integers(0, 7), min_size=1, max_size=60)


@st.composite
def histories(draw):
    """`(capacity, ids, sizes or None, whether each may fill or None)`."""
    ids = draw(ROWS)
    size_of = draw(st.none() | st.lists(st.integers(1, 5), min_size=8, max_size=8))
    admits = draw(st.none() | st.lists(st.booleans(), min_size=len(ids), max_size=len(ids)))
    capacity = draw(st.integers(1, 8 if size_of is None else 16))
    return capacity, ids, None if size_of is None else [size_of[one] for one in ids], admits


class Only:
    """A rule that was drawn beforehand."""

    def __init__(self, admits):
        self.mask = np.array(admits)

    def admits(self, asked):
        return self.mask


def is_its_reference(policy, ids, sizes, admits):
    """Compiled and as it is read, it hits what the reference hits."""
    asked = requests(ids, sizes)
    if admits is not None:
        asked = type(asked)(
            ids=asked.ids, distinct=asked.distinct, bytes_of=asked.bytes_of, times_s=None,
            admits=np.array(admits),
        )  # fmt: skip
    dense = asked.ids.tolist()
    truth = play(
        type(policy).__name__, policy.settings(), dense, sizes or [1] * len(ids),
        admits or [True] * len(ids),
    )  # fmt: skip
    assert policy.hits(asked).tolist() == truth
    arguments = policy.arguments(asked)
    policy.loop(*arguments)
    assert arguments[-1].tolist() == truth


def counts_everything_once(policy, ids, warm_up):
    """Hits and misses are the requests that count; an object's first request is a miss."""
    report = simulate(ids, policy, warm_up=warm_up)
    assert report.hits + report.misses == len(ids) - warm_up
    assert report.hits == report.hit_mask[warm_up:].sum()
    first = np.unique(ids, return_index=True)[1]
    assert not report.hit_mask[first].any()


def misses_once_each_where_all_fit(policy, ids, sizes):
    assert simulate(ids, policy, sizes=sizes).hit_mask.sum() == len(ids) - len(set(ids))


def does_not_beat_belady(policy, ids):
    assert simulate(ids, Belady(policy.capacity)).misses <= simulate(ids, policy).misses


def knows_no_names(policy, ids, name_of):
    """Objects by any other ids are hit the same."""
    one = simulate(ids, policy).hit_mask
    assert (simulate([name_of[i] for i in ids], policy).hit_mask == one).all()


def never_expires_is_no_ttl(policy, ids, times_s):
    kept = simulate(ids, Expiring(policy, np.inf), times_s=times_s).hit_mask
    assert (kept == simulate(ids, policy).hit_mask).all()
