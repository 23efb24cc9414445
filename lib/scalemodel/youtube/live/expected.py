"""What formulas say of one viewer, where the line is constant but for one tunnel.

Each is an equality, and runs keep it to the last digits but rounding. A player that goes 1.05
times as fast gains a second in twenty: who is two seconds behind the target takes forty.

Left out: a line that carries less than the stream; rungs that change on the way.
Sources: ours; each is a sum of waits.
"""

__all__ = ["expected_catch_up_s", "expected_join", "expected_parts", "expected_rebuffer_s"]
__dir__ = lambda: __all__

import math

from scalemodel.core import checks
from scalemodel.youtube.live.chain import LiveConfig, Parts
from scalemodel.youtube.media import MOST_MBPS


@checks.kinds
def expected_parts(config: LiveConfig, mbps: float) -> Parts:
    """What a viewer is behind by in the long run, part by part, at the lowest rung.

    >>> expected_parts(LiveConfig(), mbps=10.0)
    Parts(encode_s=0.6, unit_s=4.0, way_s=1.1, buffer_s=2.0)
    >>> expected_parts(LiveConfig(chunk_s=0.5), mbps=10.0)
    Parts(encode_s=0.6, unit_s=0.5, way_s=0.225, buffer_s=2.0)
    """
    lowest = config.ladder_kbps[0] / 1000
    mbps = checks.real("mbps", mbps, at_least=lowest, at_most=MOST_MBPS)
    carried_s = config.unit_bytes[0] * 8 / (mbps * 1e6)
    return Parts(config.encode_s, config.unit_s, config.way_s + carried_s, config.buffer_s)


def expected_catch_up_s(behind_s: float, speed: float = 1.05) -> float:
    """How long one plays faster until one is no longer behind the target.

    >>> round(expected_catch_up_s(2.0), 9)
    40.0
    """
    behind_s = checks.real("behind_s", behind_s, at_least=0, at_most=1e9)
    return behind_s / (checks.real("speed", speed, above=1, at_most=2) - 1)


@checks.kinds
def expected_join(config: LiveConfig, mbps: float) -> tuple[float, float]:
    """(seconds to the first picture, seconds behind the target then) of who joins.

    All units up to the one that fills the buffer must come: one after the other from now on, or
    the last of them when it is there, whichever is later.

    >>> [round(seconds, 9) for seconds in expected_join(LiveConfig(join_s=21.0), mbps=10.0)]
    [4.7, 2.0]
    """
    parts, unit = expected_parts(config, mbps), config.unit_s
    carried_s = parts.way_s - config.way_s
    more = math.ceil(config.buffer_s / unit - 1e-9)  # beside the first
    first = config.first_unit
    last_s = (first + more + 1) * unit + config.encode_s + config.way_s
    picture_s = max(config.join_s + (more + 1) * carried_s, last_s + carried_s)
    behind_s = picture_s - first * unit - parts.latency_s
    return picture_s - config.join_s, max(behind_s, 0.0)


@checks.kinds
def expected_rebuffer_s(config: LiveConfig, mbps: float, from_s: float, tunnel_s: float) -> float:
    """How long the picture stops for a viewer at the target whose line is gone for `tunnel_s`.

    The first unit that is not there yet comes later by what the tunnel takes from its way: all of
    it if its bytes were already coming, else what is left when it is ready. The buffer pays first.

    >>> round(expected_rebuffer_s(LiveConfig(chunk_s=0.5), 10.0, from_s=59.6, tunnel_s=5.0), 9)
    2.9
    """
    parts, unit = expected_parts(config, mbps), config.unit_s
    from_s = checks.real("from_s", from_s, at_least=config.join_s, at_most=1e9)
    tunnel_s = checks.real("tunnel_s", tunnel_s, at_least=0, at_most=1e9)
    ahead_s = config.encode_s + config.way_s
    came = math.floor((from_s - ahead_s - (parts.way_s - config.way_s)) / unit + 1e-12)
    ready_s = (came + 1) * unit + ahead_s
    late_s = tunnel_s - max(ready_s - from_s, 0.0)
    return max(late_s - config.buffer_s, 0.0)
