"""One machine fills with phones until something is full: memory, processors or the wire.

A ferry takes cars until the deck is full, the load too heavy or the gangway too slow, whichever
comes first. A broader gangway helps nobody while the deck is full: each change moves the wall.

`STATIONS` is a company's road as told of 2011 and 2012: phones, and how much of memory and
processors is in use. What a phone costs is our arithmetic on them: a processor that waits for a
lock counts as used, "VM" is memory, the machine is that of 2012 all along, and so are the packets
of a phone. How `CHANGES` parts the steps is ours.

Left out: sockets and files (a setting), disks, garbage collection, and what comes in bursts.
Sources: Reed, "Scaling to Millions of Simultaneous Connections", Erlang Factory SF, 2012, by
Hoff's notes, High Scalability, 2014; WhatsApp, "One million!", 2011.
"""

__all__ = [
    "AS_IT_WAS", "BOX", "CHANGES", "PACKETS_PER_S", "STATIONS", "Load", "after", "best_road",
    "first_wall", "walls",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from scalemodel.core import checks


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a machine may give, or what one phone that is connected takes.

    >>> Load(memory_bytes=2_848, cpu_us_per_s=0, packets_per_s=0.2)
    Traceback (most recent call last):
    ...
    ValueError: cpu_us_per_s=0 must be a finite number of at least 1e-09 and at most 1e+18
    """

    memory_bytes: float
    cpu_us_per_s: float  # microseconds of a core, each second: a core has a million
    packets_per_s: float

    def __post_init__(self):
        checks.plain(self)
        for name in self.__slots__:
            checks.real(name, getattr(self, name), at_least=1e-9, at_most=1e18)


def _times(load, memory=1.0, cpu=1.0, packets=1.0):
    """The load, each part by a factor."""
    return Load(memory_bytes=load.memory_bytes * memory, cpu_us_per_s=load.cpu_us_per_s * cpu,
                packets_per_s=load.packets_per_s * packets)  # fmt: skip


# ── Which wall is first ─────────────────────────────────────────────────────
@checks.kinds
def walls(box: Load, phone: Load) -> dict[str, int]:
    """How many phones each part of the machine would hold if the others were endless.

    >>> walls(BOX, AS_IT_WAS)
    {'memory': 1069473, 'cpu': 402631, 'packets': 4903677}
    """
    return {
        "memory": int(box.memory_bytes / phone.memory_bytes),
        "cpu": int(box.cpu_us_per_s / phone.cpu_us_per_s),
        "packets": int(box.packets_per_s / phone.packets_per_s),
    }


@checks.kinds
def first_wall(box: Load, phone: Load) -> tuple[str, int]:
    """The wall that is met first, and the phones that are then aboard.

    >>> first_wall(BOX, AS_IT_WAS)
    ('cpu', 402631)
    """
    held = walls(box, phone)
    name = min(held, key=held.get)
    return name, held[name]


# ── The road ────────────────────────────────────────────────────────────────
_WHOLE = Load(memory_bytes=100e9, cpu_us_per_s=24e6, packets_per_s=1e6)  # the last is ours
# "Close to where it might start paging"; ours, between 95 % at the first wall and 85 at the last.
BOX = _times(_WHOLE, memory=0.80, cpu=0.90)
PACKETS_PER_S = 571e3 / 2.8e6  # of a phone, at the peak
STATIONS = MappingProxyType({  # phones, shares of memory and processors in use; None: not told
    "the first wall": (425_000, None, 0.95),
    "a million, 2011": (1_016_000, 0.76, 0.73),
    "two million": (2_000_000, 0.80, 0.73),
    "the peak, 2012": (2_800_000, 0.70, 0.85),
})  # fmt: skip


def _phones():
    """What a phone takes at each station."""
    memory = 0.76 / 1_016_000  # at the first wall as at the second
    for phones, memory_ratio, cpu_ratio in STATIONS.values():
        memory = memory if memory_ratio is None else memory_ratio / phones
        yield _times(_WHOLE, memory, cpu_ratio / phones, PACKETS_PER_S / _WHOLE.packets_per_s)


AS_IT_WAS, _MILLION, _TWO, _PEAK = _phones()
CHANGES = MappingProxyType({  # what each makes of a cost; the first five are the road
    "fewer locks": {"cpu": _MILLION.cpu_us_per_s / AS_IT_WAS.cpu_us_per_s},
    "smaller buffers": {"memory": _TWO.memory_bytes / _MILLION.memory_bytes},
    "fewer locks again": {"cpu": _TWO.cpu_us_per_s / _MILLION.cpu_us_per_s},
    "one process a phone": {"memory": _PEAK.memory_bytes / _TWO.memory_bytes},
    "cheaper timers": {"cpu": _PEAK.cpu_us_per_s / _TWO.cpu_us_per_s},
    "twice the memory": {"memory": 0.5},
    "a second network card": {"packets": 0.5},
})  # fmt: skip


@checks.kinds
def after(phone: Load, changes: Iterable[str]) -> Load:
    """What a phone takes when these of `CHANGES` are made, in whatever order.

    >>> first_wall(BOX, after(AS_IT_WAS, ["fewer locks"]))
    ('memory', 1069473)
    """
    for name in changes:
        if not isinstance(name, str) or name not in CHANGES:
            raise ValueError(f"change={checks.brief(name)} must be one of {', '.join(CHANGES)}")
        phone = _times(phone, **CHANGES[name])
    return phone


@checks.kinds
def best_road(box: Load, phone: Load, most_changes: int) -> tuple[tuple[str, ...], int]:
    """The `CHANGES` that take most phones aboard, at most so many, by trying every choice.

    >>> best_road(BOX, AS_IT_WAS, most_changes=2)
    (('fewer locks', 'smaller buffers'), 1252602)
    """
    most = checks.whole("most_changes", most_changes, at_least=0, at_most=len(CHANGES))
    choices = (names for count in range(most + 1) for names in combinations(CHANGES, count))
    held = {names: first_wall(box, after(phone, names))[1] for names in choices}
    best = max(held, key=held.get)
    return best, held[best]
