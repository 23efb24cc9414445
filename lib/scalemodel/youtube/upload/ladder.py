"""The copies that are made of one upload, and what one hour of video costs.

Work counts in seconds of one worker that encodes 1080p at 30 frames in real time. It grows with
the pixels and the frames: eight thousand wide is sixteen times 1080p. No copy is larger than its
source.

Left out: what is in the picture; audio; a chip made for it, which is many times as fast.
Sources: the price of a worker is ours; Ranganathan and others, ASPLOS 2021, for chips.
"""

__all__ = ["FULL_PX", "LADDER", "Copy", "cost", "rungs", "work"]
__dir__ = lambda: __all__

from typing import NamedTuple

from scalemodel.core import checks

FULL_PX = 1920 * 1080


class Copy(NamedTuple):
    """The picture of one rung.

    >>> Copy(height_px=1080, width_px=1920).work_ratio
    1.0
    """

    height_px: int
    width_px: int

    @property
    def work_ratio(self) -> float:
        """Seconds of a worker for a second of video at 30 frames."""
        return self.height_px * self.width_px / FULL_PX


LADDER = tuple(
    Copy(*size)
    for size in [(144, 256), (240, 426), (360, 640), (480, 854), (720, 1280), (1080, 1920),
                 (1440, 2560), (2160, 3840), (4320, 7680)]
)  # fmt: skip


def rungs(height_px: int) -> tuple[Copy, ...]:
    """The copies of a source so high, the lowest first, and one at least.

    >>> [one.height_px for one in rungs(480)]
    [144, 240, 360, 480]
    """
    height_px = checks.whole("height_px", height_px, at_least=1, at_most=100_000)
    return tuple(one for one in LADDER if one.height_px <= height_px) or LADDER[:1]


def work(height_px: int, fps: float = 30.0) -> float:
    """Seconds of a worker for a second of video with all its copies.

    >>> [round(work(height), 4) for height in (1080, 2160, 4320)]
    [1.8203, 7.5981, 23.5981]
    """
    fps = checks.real("fps", fps, above=0, at_most=1_000)
    return sum(one.work_ratio for one in rungs(height_px)) * fps / 30


def cost(height_px: int, worker_h_price: float = 0.05, fps: float = 30.0) -> float:
    """What one hour of video costs, in the money in which an hour of a worker has its price.

    >>> round(cost(1080), 3), round(cost(4320), 3)
    (0.091, 1.18)
    """
    price = checks.real("worker_h_price", worker_h_price, at_least=0, at_most=1e9)
    return work(height_px, fps) * price
