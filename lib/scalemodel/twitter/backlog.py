"""Waiting in a queue behind a celebrity: one fan-out queue, as a clock.

Tweets come to a window that makes so many deliveries a second. The window serves
the tweet at the head of the queue for at most one *batch* of followers, and sends it to
the end of the queue if it is not finished. With a batch as large as the largest
account the queue is first come, first served: a friend's tweet waits until a
celebrity's thirty million are done. With small batches it waits for one batch of each
tweet ahead.

Left out: several windows (their rates add up), what a batch costs to start, the
time from the last delivery to a phone.
Sources: round robin and its limit, processor sharing, in Kleinrock, Queueing
Systems 2; the order of `HomeTimelines.fan_out`.
"""

__all__ = [
    "MOST_FOLLOWERS", "MOST_S", "MOST_TURNS", "drain", "expected_early_ratio", "expected_wait_s",
    "finish_times",
]  # fmt: skip
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import compiled

MOST_S = 1e12
MOST_FOLLOWERS = 10**15  # whole numbers of a float
MOST_TURNS = 10**9  # seconds of a processor


def finish_times(
    arrival_s: np.ndarray, followers: np.ndarray, deliveries_per_s: float, batch: int | None
) -> np.ndarray:
    """When the last follower of each tweet has it, in seconds, of shape (tweets,).

    `arrival_s` does not fall, `followers` are counts of at least 0. `batch=None` serves
    each tweet to its end.

    >>> celebrity, friend = 1000, 10
    >>> finish_times([0, 0.5], [celebrity, friend], deliveries_per_s=100, batch=None).tolist()
    [10.0, 10.1]
    >>> finish_times([0, 0.5], [celebrity, friend], deliveries_per_s=100, batch=20).round(3).tolist()
    [10.1, 0.7]
    """
    arrival = checks.numbers_row("arrival_s", arrival_s, at_least=0, at_most=MOST_S)
    sizes = checks.numbers_row("followers", followers, at_least=0, at_most=MOST_FOLLOWERS)
    rate = checks.real("deliveries_per_s", deliveries_per_s, at_least=1e-9, at_most=1e15)
    if len(sizes) != len(arrival):
        raise ValueError(
            f"followers has {len(sizes)} numbers and arrival_s {len(arrival)}; "
            "they must have as many as each other"
        )
    if (np.diff(arrival) < 0).any():
        at = int(np.argmax(np.diff(arrival) < 0)) + 1
        raise ValueError(f"arrival_s[{at}]={arrival[at]} must be at least {arrival[at - 1]}")
    share = (
        max(1.0, sizes.max())
        if batch is None
        else checks.whole("batch", batch, at_least=1, at_most=MOST_FOLLOWERS)
    )
    turns = np.ceil(sizes / share).sum()
    if turns > MOST_TURNS:
        raise ValueError(
            f"batch={batch} must be so large that all followers are served in at most "
            f"{MOST_TURNS:,} batches, and not in {turns:.3g}"
        )
    return drain.native(np.array(arrival), np.array(sizes), rate, float(share))


def expected_wait_s(
    followers: int, deliveries_per_s: float, load_ratio: float, after_s: np.ndarray
) -> np.ndarray:
    """How long a small tweet waits that comes `after_s` a celebrity's, first come, first served.

    The queue is as long as the celebrity's deliveries, less what the window has caught up
    since: it works at full speed, and `load_ratio` of that goes to newcomers.

    >>> expected_wait_s(31_000_000, 1e6, load_ratio=0.5, after_s=np.array([0.0, 20.0, 90.0])).tolist()
    [31.0, 21.0, 0.0]
    """
    followers = checks.whole("followers", followers, at_least=0, at_most=MOST_FOLLOWERS)
    rate = checks.real("deliveries_per_s", deliveries_per_s, at_least=1e-9, at_most=1e15)
    load = checks.real("load_ratio", load_ratio, at_least=0, at_most=1)
    after = checks.numbers_row("after_s", after_s, at_least=0, at_most=MOST_S)
    return np.maximum(followers / rate - (1 - load) * after, 0.0)


def expected_early_ratio(answered_s: float, done_s: float) -> float:
    """The share of an answer's readers who have it before what it answers.

    The question takes `done_s` to its last follower, one as soon as another; the answer comes
    `answered_s` after the question and is delivered at once. Whom the question has not reached
    by then reads the answer first.

    >>> expected_early_ratio(10.0, done_s=40.0), expected_early_ratio(10.0, done_s=0.0)
    (0.75, 0.0)
    """
    answered_s = checks.real("answered_s", answered_s, at_least=0, at_most=MOST_S)
    done_s = checks.real("done_s", done_s, at_least=0, at_most=MOST_S)
    return 1 - answered_s / done_s if answered_s < done_s else 0.0


@compiled("float64[::1](float64[::1], float64[::1], float64, float64)")
def drain(arrival_s, followers, deliveries_per_s, batch):
    """The loop of `finish_times`.

    >>> drain(np.array([0.0]), np.array([50.0]), 100.0, 7.0).tolist()
    [0.5]
    """
    count = len(arrival_s)
    left = followers.copy()
    finish_s = np.zeros(count)
    queue = np.zeros(count, dtype=np.int64)  # a ring: each tweet stands in it once at most
    head, waiting, coming = 0, 0, 0
    now_s = 0.0
    while waiting > 0 or coming < count:
        if waiting == 0:
            now_s = max(now_s, arrival_s[coming])
        while coming < count and arrival_s[coming] <= now_s:
            queue[(head + waiting) % count] = coming
            waiting += 1
            coming += 1
        tweet = queue[head]
        head = (head + 1) % count
        waiting -= 1
        served = min(batch, left[tweet])
        now_s += served / deliveries_per_s
        left[tweet] -= served
        while coming < count and arrival_s[coming] <= now_s:  # who came meanwhile stands first
            queue[(head + waiting) % count] = coming
            waiting += 1
            coming += 1
        if left[tweet] > 0:
            queue[(head + waiting) % count] = tweet
            waiting += 1
        else:
            finish_s[tweet] = now_s
    return finish_s
