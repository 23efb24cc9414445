"""How many machines a planet needs, if any one region may go dark.

Each caller is put through to the nearest of a few telephone exchanges. When one burns down its
callers ring at others, so each keeps lines idle for a fire that is not its own. Where all others
share the callers of the lost one, little is idle: of r equal regions, 1 / r of everything. Where
the nearest takes them all, it needs as much again; but they ring not so far.

Left out: two regions lost at once, cables that are full, law on where data may be.
Sources: any text on capacity, under n + 1. The regions of the example are ours.
"""

__all__ = ["FleetConfig", "FleetReport", "expected_idle_ratio", "simulate", "to_all", "to_nearest"]
__dir__ = lambda: __all__

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.frames import Tabular

_MS_PER_DEGREE = 40_000 / 360 / 200 * 2  # there and back, along the equator, at 200 km a ms


def to_nearest(far: np.ndarray) -> np.ndarray:
    """Shares of each region in the phones of a lost one, `far` degrees away: all to the nearest.

    >>> to_nearest(np.array([90.0, 30.0, 60.0])).tolist()
    [0.0, 1.0, 0.0]
    """
    far = checks.numbers_row("far", far, at_least=0, at_most=180)
    return np.eye(len(far))[far.argmin()]


def to_all(far: np.ndarray) -> np.ndarray:
    """Shares of each region in the phones of a lost one, however far: alike.

    >>> to_all(np.array([90.0, 30.0])).tolist()
    [0.5, 0.5]
    """
    far = checks.numbers_row("far", far, at_least=0, at_most=180)
    return np.full(len(far), 1 / len(far))


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetConfig:
    """Who is connected where, how many a server takes, and who takes whose phones.

    >>> FleetConfig(phones=[1e6], longitudes=[0])
    Traceback (most recent call last):
    ...
    ValueError: phones has the shape (1,); it must be a row of at least 2 numbers
    """

    phones: Sequence[float] = (30e6, 40e6, 50e6, 27e6)  # connected at once, by region
    longitudes: Sequence[float] = (-100.0, -50.0, 10.0, 80.0)
    phones_per_server: float = 1e6
    headroom_ratio: float = 0.0  # of each server, for what nobody foresaw
    takes: Callable = to_all

    def __post_init__(self):
        checks.plain(self)
        for name, low, high in (("phones", 0, 1e12), ("longitudes", -180, 180)):
            given, bounds = getattr(self, name), {"at_least": low, "at_most": high, "length": 2}
            row = checks.numbers_row(name, given, **bounds)
            object.__setattr__(self, name, tuple(row.tolist()))
        if len(self.longitudes) != len(self.phones):
            raise ValueError(f"longitudes={self.longitudes} must be {len(self.phones)}, as phones")
        checks.real("phones_per_server", self.phones_per_server, at_least=1, at_most=1e9)
        checks.real("headroom_ratio", self.headroom_ratio, at_least=0, at_most=0.99)
        checks.takes("takes", self.takes, "far")


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetReport(Tabular):
    """Servers by region, and what it means that each may be lost.

    >>> simulate(FleetConfig()).servers
    (47, 57, 64, 44)
    """

    servers: tuple[int, ...]
    idle_ratio: float  # of all servers, while no region is lost
    farther_ms: float  # there and back, for those whose region is lost, at the worst


def simulate(config: FleetConfig) -> FleetReport:
    """The servers that carry the loss of each region in turn.

    >>> round(simulate(FleetConfig(takes=to_nearest)).idle_ratio, 2)
    0.44
    """
    checks.instance("config", config, FleetConfig)
    phones, at = np.array(config.phones), np.array(config.longitudes)
    room = config.phones_per_server * (1 - config.headroom_ratio)
    most, farther_ms = phones.copy(), 0.0
    for lost in range(len(phones)):
        others = np.arange(len(phones)) != lost
        far = abs(at[others] - at[lost])
        far = checks.read_only(np.minimum(far, 360 - far))
        shares = checks.numbers_row("takes(far)", config.takes(far), at_least=0, at_most=1)
        if len(shares) != len(far) or abs(shares.sum() - 1) > 1e-9:
            raise ValueError(f"takes(far)={shares} must be {len(far)} shares that sum to 1")
        most[others] = np.maximum(most[others], phones[others] + shares * phones[lost])
        farther_ms = max(farther_ms, float(shares @ far) * _MS_PER_DEGREE)
    servers = np.ceil(most / room - 1e-9).astype(int)
    idle_ratio = float(1 - phones.sum() / room / max(servers.sum(), 1))
    return FleetReport(
        servers=tuple(servers.tolist()), idle_ratio=idle_ratio, farther_ms=farther_ms
    )


# ── The closed form ─────────────────────────────────────────────────────────
def expected_idle_ratio(regions: int) -> float:
    """The share that is idle among equal regions that take a lost one's phones alike: 1 / r.

    >>> expected_idle_ratio(4)
    0.25
    """
    return 1 / checks.whole("regions", regions, at_least=2, at_most=1_000_000)
