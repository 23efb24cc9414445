"""What `rule` is told: rides, film, and what others made of them, by the engine.

Left out: the sessions of the rivals; their scores are enough.
Sources: none.
"""

__all__ = ["DIGITS", "LINES", "RIDES", "RIVALS", "film", "rides", "told"]
__dir__ = lambda: __all__

from scalemodel.core import bandwidth
from scalemodel.core.rng import stream
from scalemodel.stage.youtube.game import PLAYER_FIELDS, rounded
from scalemodel.youtube.abr.ceiling import optimum
from scalemodel.youtube.abr.play import play_many
from scalemodel.youtube.abr.policies import Bola, BufferBased, Dynamic, RobustMpc, ThroughputRule
from scalemodel.youtube.abr.scores import HD_LADDER_KBPS, LINEAR
from scalemodel.youtube.media import Player, Trace, Video

LINES = {"3G": bandwidth.HSDPA_LIKE, "4G": bandwidth.LTE_LIKE}
RIDES = 12
RIVALS = {
    "follow throughput": ThroughputRule(), "follow buffer": BufferBased(), "BOLA": Bola(),
    "Dynamic": Dynamic(), "RobustMPC": RobustMpc(),
}  # fmt: skip
DIGITS = 6  # of a score


def film() -> Video:
    """The race's: 48 segments on the ladder of the published studies.

    >>> film().segments
    48
    """
    return Video.constant(4, HD_LADDER_KBPS, segments=48)


def rides(line: str) -> list[Trace]:
    """The first of the race's rides on a line, in 5 significant digits, which travel.

    >>> rides("3G")[6].bandwidth_mbps[:3]
    array([3.071 , 3.071 , 3.6182])
    """
    if line not in LINES:
        raise ValueError(f"line={line!r} must be one of {', '.join(LINES)}")
    drawn = (bandwidth.simulate(LINES[line], stream(seed, line), 320) for seed in range(RIDES))
    return [rounded(Trace(*each)) for each in drawn]


def told() -> dict:
    """The table, as plain numbers.

    >>> sorted(told()["scores"]["BOLA"])
    ['3G', '4G']
    """
    video, player, all_rides = film(), Player(), {line: rides(line) for line in LINES}
    best = {line: [optimum(video, ride) for ride in many] for line, many in all_rides.items()}
    scores = {
        name: {
            line: [round(one.qoe(LINEAR), DIGITS) for one in play_many(video, many, rule)]
            for line, many in all_rides.items()
        }
        for name, rule in RIVALS.items()
    }
    return {
        "segments": video.segments, "segment_s": video.segment_s,
        "ladder_kbps": video.ladder_kbps.tolist(), "rung_bytes": video.segment_bytes[0].tolist(),
        "player": [getattr(player, name) for name in PLAYER_FIELDS],
        "first_rung": player.first_rung,
        "mbps": {line: [one.bandwidth_mbps.tolist() for one in many] for line, many in all_rides.items()},
        "ceilings": {line: [round(one.upper, DIGITS) for one in row] for line, row in best.items()},
        "best": {line: [one.session.rung.tolist() for one in row] for line, row in best.items()},
        "scores": scores,
    }  # fmt: skip
