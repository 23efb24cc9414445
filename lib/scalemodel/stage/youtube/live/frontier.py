"""What nearness costs: seconds behind against seconds of standing still, on three networks.

A dot is a target for the buffer, from a quarter of a second to eight; it is the mean of six rides.
One curve is of whole segments, the other of chunks. Which rung is asked for is decided by
*follow throughput*, as in the chapters on bitrate, and its caution is the reader's.

Left out: everything that `scalemodel.youtube.live.session` leaves out.
Sources: rides by `scalemodel.core.bandwidth`; tunnels are ours.
"""

__all__ = [
    "COMES", "NETWORKS", "RIDES", "RIDE_S", "SPEED", "TARGETS_S", "WATCH_S", "Seen", "family",
    "frontier_picture", "rides", "with_tunnels",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import bandwidth, units
from scalemodel.core.rng import stream
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.youtube.abr.policies import ThroughputRule
from scalemodel.youtube.abr.scores import HD_LADDER_KBPS
from scalemodel.youtube.live.chain import LiveConfig
from scalemodel.youtube.live.session import watch
from scalemodel.youtube.media import Trace

NETWORKS = {"3G": bandwidth.HSDPA_LIKE, "4G": bandwidth.LTE_LIKE, "a line with tunnels": None}
RIDES, RIDE_S, WATCH_S = 6, 320.0, 240.0
TARGETS_S = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
COMES = {"segments of 4 s": (None, "grey", "square"), "chunks of 0.5 s": (0.5, "blue", "circle")}
SPEED = 1.1


class Seen(NamedTuple):
    """A mean over rides.

    >>> Seen(behind_s=3.3, stopped_s=0.5, kbps=2_500.0).stopped_s
    0.5
    """

    behind_s: float
    stopped_s: float  # in a minute
    kbps: float


def with_tunnels(seed: int) -> Trace:
    """A line of 10 Mbit/s that is gone for one to six seconds, once in a while.

    >>> with_tunnels(0).bandwidth_mbps[1:4].tolist()
    [10.0, 0.0, 10.0]
    """
    rng, periods, so_far_s = stream(seed, "tunnels"), [], 0.0
    while so_far_s < RIDE_S:
        periods += [(rng.uniform(15, 60), 10_000), (rng.uniform(1, 6), 0)]
        so_far_s += periods[-2][0] + periods[-1][0]
    return Trace.from_periods([*periods, (5, 10_000)])


@functools.cache
def rides(network: str) -> tuple[Trace, ...]:
    """The rides on a network.

    >>> len(rides("3G"))
    6
    """
    if network not in NETWORKS:
        raise ValueError(f"network={network!r} must be one of {', '.join(NETWORKS)}")
    line = NETWORKS[network]
    if line is None:
        return tuple(map(with_tunnels, range(RIDES)))
    return tuple(
        Trace(*bandwidth.simulate(line, stream(seed, network), RIDE_S)) for seed in range(RIDES)
    )


@functools.cache
def family(network: str, caution: float, comes: str) -> tuple[Seen, ...]:
    """What each target comes to.

    >>> round(family("4G", 0.8, "chunks of 0.5 s")[-1].behind_s)
    9
    """
    chunk_s, seen = COMES[comes][0], []
    for buffer_s in TARGETS_S:
        runs = [
            watch(LiveConfig(
                chunk_s=chunk_s, line=line, ladder_kbps=tuple(HD_LADDER_KBPS), buffer_s=buffer_s,
                policy=ThroughputRule(caution), speed=SPEED, watch_s=WATCH_S,
            ))
            for line in rides(network)
        ]  # fmt: skip
        rows = [
            (run.latency_s.mean(), 60 * run.rebuffer_s / WATCH_S, run.mean_kbps) for run in runs
        ]
        seen.append(Seen(*(float(mean) for mean in np.mean(rows, axis=0))))
    return tuple(seen)


def frontier_picture(network: str, safety: float, target_s: float) -> Picture:
    """Both curves, and where the target lies on each.

    >>> frontier_picture("4G", 0.8, 2.0).alt.replace("\\xa0", " ")[:62]
    'With a target of 2 s, segments of 4 s are 8.1 s behind and sto'
    """
    traces, readings, said, at = [], {}, [], TARGETS_S.index(target_s)
    for comes, (_, hue, symbol) in COMES.items():
        row = family(network, safety, comes)
        look = {"color": theme.colour(hue), "symbol": symbol}
        line = {
            "type": "scatter", "name": comes, "x": [round(one.behind_s, 2) for one in row],
            "y": [round(one.stopped_s, 3) for one in row], "meta": {"unit": "s"},
        }  # fmt: skip
        traces.append({**line, "mode": "lines+markers", "marker": {**look, "size": 7}, "line": {"color": look["color"], "width": 2}})  # fmt: skip
        traces.append({**line, "mode": "markers", "showlegend": False, "x": line["x"][at : at + 1], "y": line["y"][at : at + 1],
                       "name": f"{comes}, this target", "marker": {**look, "size": 15, "symbol": "diamond", "line": {"width": 1.5, "color": theme.colour("ink")}}})  # fmt: skip
        here = row[at]
        short = comes.partition(" ")[0]
        readings[f"{short}: behind"] = (round(here.behind_s, 1), "s")
        readings[f"{short}: stopped a minute"] = (round(here.stopped_s, 2), "s")
        said.append(f"{comes} are {here.behind_s:.1f} s behind and stop for {here.stopped_s:.2f} s a minute, at {here.kbps:,.0f} kbit/s")  # fmt: skip
    figure = go.Figure({"data": traces})
    figure.update_layout({
        "height": 300, "legend": {"orientation": "h", "y": 1.14, "font": {"size": 12}}, "margin": {"t": 40, "r": 16},
        "xaxis": {"title": {"text": "behind, s, on average"}, "range": [0, 15]},
        "yaxis": {"title": {"text": "stopped, s a minute"}, "rangemode": "tozero"},
    })  # fmt: skip
    alt = f"With a target of {units.number(target_s)} s, {said[0]}; {said[1]}."
    return Picture(figure, readings, units.tied(alt))
