"""What a player believes of its line: notes on the downloads behind it.

A hiker who wants to know how fast she walks can look at her last five miles, or
at every mile with the old ones fading. The first is a harmonic mean over a
window; the second is an average that forgets half of itself in a half-life.
Two half-lives, and the lower of both averages: quick to see a drop, slow to
trust a rise.

The notes are a stretch of a policy's memory, so that one compiled loop takes
any policy: [window, fast half-life, slow half-life, downloads, seconds of
download, fast sum, slow sum, the last `window` throughputs, the bytes on offer
for the segment on its way].

Left out: throughput within a download, latency of its own, other tabs.
Sources: the two half-lives are how dash.js, hls.js and Shaka Player estimate;
the harmonic mean is that of Jiang, Sekar, Zhang, "FESTIVE", CoNEXT 2012.
"""

__all__ = ["LN_2", "SAMPLES", "blank_notes", "carried_kbps", "share_since", "take_note"]
__dir__ = lambda: __all__

import math

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import compiled
from scalemodel.youtube.media import Video

LN_2 = math.log(2)
SAMPLES = 7  # where the throughputs begin


@checks.kinds
def blank_notes(video: Video, window: int, half_lives_s: tuple[float, float] | None) -> np.ndarray:
    """Notes before the first download; with half-lives, the window is not used.

    >>> blank_notes(Video.constant(4, [1000], 2), 2, None)
    array([2.e+00, 0.e+00, 0.e+00, 0.e+00, 0.e+00, 0.e+00, 0.e+00, 0.e+00,
           0.e+00, 5.e+05])
    """
    window = checks.whole("window", window, at_least=1, at_most=100_000)
    rule = [window, 0.0, 0.0] if half_lives_s is None else [0, *half_lives_s]
    return np.array([*rule, *[0.0] * (4 + rule[0]), *video.segment_bytes[0]])


@compiled()
def take_note(notes, throughput_kbps, last_rung, next_bytes):
    """The seconds that the last download took, once its throughput is in `notes`.

    >>> notes = blank_notes(Video.constant(4, [1000], 2), 2, None)
    >>> float(take_note(notes, 2000.0, 0, [500_000]))
    2.0
    """
    window, seen = int(notes[0]), int(notes[3])
    coming = SAMPLES + window
    seconds = notes[coming + last_rung] / (125 * throughput_kbps)
    notes[3] = seen + 1
    notes[4] += seconds
    if window > 0:
        notes[SAMPLES + seen % window] = throughput_kbps
    else:
        for n in range(2):
            fresh = share_since(seconds, notes[1 + n])
            notes[5 + n] += fresh * (throughput_kbps - notes[5 + n])
    for rung in range(len(next_bytes)):
        notes[coming + rung] = next_bytes[rung]
    return seconds


@compiled()
def carried_kbps(share, notes):
    """`share` × the recent throughput; at least one download must be in `notes`.

    The harmonic mean of 1000 and 3000 kbit/s is 1500:

    >>> notes = blank_notes(Video.constant(4, [1000], 2), 2, None)
    >>> for kbps in (1000.0, 3000.0):
    ...     _ = take_note(notes, kbps, 0, [500_000])
    >>> round(carried_kbps(0.8, notes))
    1200
    """
    window = int(notes[0])
    if window == 0:  # a young average is of what it has seen, not of nothing before it
        fast_kbps = notes[5] / share_since(notes[4], notes[1])
        slow_kbps = notes[6] / share_since(notes[4], notes[2])
        return share * min(fast_kbps, slow_kbps)
    known = min(int(notes[3]), window)
    slowness = 0.0
    for n in range(known):
        slowness += 1 / notes[SAMPLES + n]
    return share * known / slowness


@compiled()
def share_since(seconds, half_life_s):
    """The share of a fading average that the last `seconds` make up.

    >>> round(share_since(6.0, 3.0), 12)
    0.75
    """
    return -math.expm1(-LN_2 * seconds / half_life_s)
