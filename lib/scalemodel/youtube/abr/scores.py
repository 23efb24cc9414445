"""What a session is worth: three scores, one number a segment.

Left out: what a viewer really feels.
Sources: the linear, log and HD quality scores of Mao, Netravali, Alizadeh, "Neural
Adaptive Video Streaming with Pensieve", SIGCOMM 2017.
"""

__all__ = ["HD", "HD_LADDER_KBPS", "LINEAR", "LOG", "Quality"]
__dir__ = lambda: __all__

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks


class Quality(NamedTuple):
    """A score: what each rung is worth, and what a second of rebuffering costs.

    >>> LOG.of_rungs(np.array([300.0, 600.0])).round(3)
    array([0.   , 0.693])
    """

    name: str
    of_rungs: Callable  # ladder_kbps, shape (rungs,), to worth, shape (rungs,)
    rebuffer_cost: float  # worth lost a second

    @checks.kinds
    def worth(self, ladder_kbps: np.ndarray) -> np.ndarray:
        """What each rung of the ladder is worth, checked to be finite, shape (rungs,)."""
        ladder_kbps = checks.numbers_row("ladder_kbps", ladder_kbps, above=0)
        return checks.numbers_row(f"{self.name} worth", self.of_rungs(ladder_kbps))


HD_LADDER_KBPS = (300, 750, 1200, 1850, 2850, 4300)


def _hd(ladder_kbps):
    if tuple(ladder_kbps) != HD_LADDER_KBPS:
        raise ValueError(
            f"ladder_kbps={list(map(float, ladder_kbps))} must be {list(HD_LADDER_KBPS)}: "
            "the HD score has a value for those six rungs only"
        )
    return np.array([1.0, 2.0, 3.0, 12.0, 15.0, 20.0])


LINEAR = Quality("linear", lambda ladder_kbps: ladder_kbps / 1000, 4.3)
LOG = Quality("log", lambda ladder_kbps: np.log(ladder_kbps / ladder_kbps[0]), 2.66)
HD = Quality("HD", _hd, 8.0)
