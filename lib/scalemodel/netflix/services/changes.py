"""What happens to services during a run: one slows down, some go down, one grows, one is replaced.

Think of a timetable on the kitchen's wall. At ten the butcher is slow; at eleven the lights go
out in one room, and guests are sent there until somebody has noticed. So who goes down is missed
twice: for `noticed_s` every call to it fails, and then, for the start-up time of its technology,
there is one less. People called by night notice in many minutes, probes in seconds. What is
planned is known at once: who is replaced or not needed takes no new calls and ends those it has.

`timeline` writes all changes of a run as rows of numbers for the loop. Of two changes to the same
instance, or to the speed of one service, one must be over before the other begins.
Left out: instances that fail by chance, which `netflix.chaos` has; a new program that is worse.
Sources: Hystrix wiki; any text on rolling deployment.
"""

__all__ = [
    "AT_S", "BY_HAND_S", "BY_PROBES_S", "DEAD", "GONE", "INSTANCE", "MOST_ROWS", "MOST_S",
    "SERVICE", "SLOWS", "UP", "VALUE", "Change", "Deploy", "Down", "Scale", "Slow", "lost_calls",
    "timeline",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.netflix.services.graph import Graph
from scalemodel.parts.availability import detection_s

AT_S, SERVICE, INSTANCE, VALUE = range(4)  # columns of the timeline
SLOWS = -1  # in place of an instance: the value is how many times as long work takes
GONE, UP, DEAD = 0, 1, 2  # values: takes no new calls; takes them; is sent calls and fails them
MOST_S, MOST_ROWS = 1e6, 100_000
BY_HAND_S = 900.0  # our guess for somebody who is called, wakes, looks and decides
BY_PROBES_S = detection_s(10.0, misses=3, time_out_s=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    service: str
    at_s: float = 10.0

    def __post_init__(self):
        checks.plain(self)
        checks.text("service", self.service)
        checks.real("at_s", self.at_s, at_least=0, at_most=MOST_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(_Change):
    """Work of a service that begins from `at_s` to `until_s` takes `factor` times as long.

    >>> Slow(service="billing", at_s=3.0).until_s
    1000000.0
    >>> Slow(service="billing", at_s=9.0, until_s=3.0)
    Traceback (most recent call last):
    ...
    ValueError: until_s=3.0 must be a finite number of at least 9 and at most 1e+06
    """

    at_s: float = 0.0
    until_s: float = MOST_S
    factor: float = 100.0

    def __post_init__(self):
        checks.plain(self)
        _Change.__post_init__(self)
        checks.real("until_s", self.until_s, at_least=self.at_s, at_most=MOST_S)
        checks.real("factor", self.factor, at_least=1e-3, at_most=1e6)

    def _rows(self, graph, instances):
        yield self.at_s, self.service, SLOWS, self.factor
        yield self.until_s, self.service, SLOWS, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Down(_Change):
    """The instances of one service go down, or those of a zone, or, with neither, all there are.

    Who is sent there is refused at once; who is inside is lost, and its caller hears so when the
    work would have been done. Once it is noticed, new ones are started in the same zone.

    >>> Down(zone=1, noticed_s=BY_PROBES_S).noticed_s
    26.0
    """

    service: str | None = None
    zone: int | None = None
    noticed_s: float = BY_HAND_S

    def __post_init__(self):
        checks.plain(self)
        if self.service is not None:
            checks.text("service", self.service)
        if self.zone is not None:
            checks.whole("zone", self.zone, at_least=0, at_most=99)
        checks.real("at_s", self.at_s, at_least=0, at_most=MOST_S)
        checks.real("noticed_s", self.noticed_s, at_least=0, at_most=MOST_S)

    def _rows(self, graph, instances):
        gone_s = self.at_s + self.noticed_s
        for service in graph.services:
            for instance in range(instances[service.name]):
                here = self.zone in (None, instance % service.zones)
                if here and self.service in (None, service.name):
                    yield self.at_s, service.name, instance, DEAD
                    yield gone_s, service.name, instance, GONE
                    yield gone_s + service.technology.start_s, service.name, instance, UP


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale(_Change):
    """A service has so many instances from now on; new ones come when they have started.

    >>> Scale(service="billing", instances=6).at_s
    10.0
    """

    instances: int = 6

    def __post_init__(self):
        checks.plain(self)
        _Change.__post_init__(self)
        checks.whole("instances", self.instances, at_least=1, at_most=1_000)

    def _rows(self, graph, instances):
        before, instances[self.service] = instances[self.service], self.instances
        ready_s = self.at_s + graph.service(self.service).technology.start_s
        for instance in range(before, self.instances):
            yield ready_s, self.service, instance, UP
        for instance in range(self.instances, before):
            yield self.at_s, self.service, instance, GONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy(_Change):
    """The instances of a service are replaced one after another; no other service is touched.

    >>> Deploy(service="billing").at_s
    10.0
    """

    def _rows(self, graph, instances):
        start_s = graph.service(self.service).technology.start_s
        for instance in range(instances[self.service]):
            yield self.at_s + instance * start_s, self.service, instance, GONE
            yield self.at_s + (instance + 1) * start_s, self.service, instance, UP


Change = Slow | Down | Scale | Deploy


@checks.kinds
def timeline(graph: Graph, changes: Sequence[Change]) -> np.ndarray:
    """Shape (rows, 4): when, to which service, to which instance, and what.

    >>> from scalemodel.netflix.services.graph import Service
    >>> graph = Graph(services=(Service(name="billing"),), calls=(), entry="billing")
    >>> timeline(graph, [Deploy(service="billing", at_s=60.0)])[:2].tolist()
    [[60.0, 0.0, 0.0, 0.0], [65.0, 0.0, 0.0, 1.0]]
    """
    names = {service.name: number for number, service in enumerate(graph.services)}
    instances = {service.name: service.instances for service in graph.services}
    for number, change in enumerate(changes):
        if not isinstance(change, Change):
            raise ValueError(
                f"changes[{number}]={checks.brief(change)} must be a Slow, Down, Scale or Deploy"
            )
        if change.service is not None and change.service not in names:
            raise ValueError(f"changes[{number}] names service={checks.brief(change.service)}; it must be one "
                             f"of {', '.join(names)}")  # fmt: skip
    rows, busy = [], {}  # whose each instance is, and until when
    for number, change in sorted(enumerate(changes), key=lambda numbered: numbered[1].at_s):
        before = len(rows)
        for at_s, name, instance, value in change._rows(graph, instances):
            other, until_s = busy.get((name, instance), (number, 0.0))
            if other != number and change.at_s < until_s:
                raise ValueError(f"changes[{number}]={checks.brief(change)} must not begin before {until_s:g} s, "
                                 f"when changes[{other}]={changes[other]!r} is over")  # fmt: skip
            busy[name, instance] = number, at_s
            rows.append((at_s, names[name], instance, value))
            if len(rows) > MOST_ROWS:
                raise ValueError(f"changes must make at most {MOST_ROWS:,} rows; "
                                 f"changes[{number}]={checks.brief(change)} is one too many")  # fmt: skip
        if isinstance(change, Down) and len(rows) == before:
            raise ValueError(f"changes[{number}] names zone={change.zone}; it must be one that has an "
                             f"instance of {change.service or 'some service'}")  # fmt: skip
    rows.sort(key=lambda row: row[AT_S])  # equal times stay in the order given
    return np.array(rows, float).reshape(-1, 4)


def lost_calls(rate_per_s: float, share_ratio: float, noticed_s: float) -> float:
    """Calls that fail because nobody has noticed: rate × share of the instances × time.

    A third of the instances at 100 calls a second, noticed by hand and by probes:

    >>> [round(lost_calls(100.0, 1 / 3, noticed_s)) for noticed_s in (BY_HAND_S, BY_PROBES_S)]
    [30000, 867]
    """
    rate = checks.real("rate_per_s", rate_per_s, at_least=0, at_most=1e9)
    share = checks.real("share_ratio", share_ratio, at_least=0, at_most=1)
    return rate * share * checks.real("noticed_s", noticed_s, at_least=0, at_most=MOST_S)
