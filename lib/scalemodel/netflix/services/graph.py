"""Who asks whom: a home page, put together by services that ask services.

Think of a kitchen. The waiter (the *entry*) takes an order to several cooks at once and waits
for all plates; a cook may send for the butcher, and stands idle until the meat is there. Each
service has instances, each instance has workers, and a worker has one call at a time, also
while it waits for others. So a slow butcher takes cooks away from guests who want no meat.

A call has guards (`parts.resilience.guards`), and may have a *fallback*: something ready to
serve without the answer, such as a row of popular titles. A caller without one fails too.

`home_page` has the nine services of the brief behind a gateway. What it asks of whom, and all
its numbers, are ours; those of the technologies too, and real ones differ by a factor.

Left out: calls one after another; queues that an instance has to itself; in a call's guards
deadlines, hedges and what stands at the service: `parts.resilience.calls` has these.
Sources: Nygard, "Release It!", 2007; Hystrix wiki, "How it Works".
"""

__all__ = [
    "ALONE", "JAVA", "NETFLIX", "NODE", "PYTHON", "Call", "Graph", "Service", "Technology",
    "home_page",
]  # fmt: skip
__dir__ = lambda: __all__

from collections import Counter
from dataclasses import dataclass, replace

from scalemodel.core import checks
from scalemodel.parts.resilience.breaker import BreakerConfig
from scalemodel.parts.resilience.calls import LAWS
from scalemodel.parts.resilience.guards import UNGUARDED, Guards
from scalemodel.parts.resilience.retry import BudgetConfig, FullJitter
from scalemodel.parts.system import Flow, Part, System

ALONE = Guards(  # one fails, the others do not
    time_out_s=0.4, retries=1, backoff=FullJitter(base_s=0.02, most_s=0.1), budget=BudgetConfig(),
    breaker=BreakerConfig(slots=10, slot_s=0.5, open_s=2.0), bulkhead=60,
)  # fmt: skip


# ── Services ────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Technology:
    """What a service is written in costs it: how long it starts, what it holds, when it pauses.

    >>> c = Technology(name="C", start_s=0.1, memory_bytes=1_000_000)
    >>> [one.start_s for one in (JAVA, PYTHON, NODE, c)]
    [30.0, 5.0, 2.0, 0.1]
    """

    name: str
    start_s: float  # until a new instance takes calls
    memory_bytes: int  # of an instance that does nothing
    pause_every_s: float = 1e6  # an instance collects garbage
    pause_s: float = 0.0  # and does nothing else

    def __post_init__(self):
        checks.plain(self)
        checks.text("name", self.name)
        checks.real("start_s", self.start_s, at_least=0, at_most=1e6)
        checks.whole("memory_bytes", self.memory_bytes, at_least=1, at_most=10**15)
        checks.real("pause_every_s", self.pause_every_s, at_least=1e-3, at_most=1e6)
        checks.real("pause_s", self.pause_s, at_least=0, at_most=self.pause_every_s / 2)


JAVA = Technology(name="Java", start_s=30.0, memory_bytes=500_000_000, pause_every_s=10.0, pause_s=0.05)  # fmt: skip
PYTHON = Technology(name="Python", start_s=5.0, memory_bytes=100_000_000)
NODE = Technology(name="Node.js", start_s=2.0, memory_bytes=60_000_000, pause_every_s=2.0, pause_s=0.005)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Instances of one program, and how long a call keeps a worker of theirs at work.

    >>> Service(name="billing", queue=0).instances
    3
    >>> Service(name="billing", instances=0)
    Traceback (most recent call last):
    ...
    ValueError: instances=0 must be an integer of at least 1 and at most 1000
    """

    name: str
    instances: int = 3
    workers: int = 10  # of each instance
    mean_ms: float = 10.0  # of work, what it waits for others not counted
    law: str = "exponential"  # of the work
    failure_ratio: float = 0.0  # of calls, which end in an error after the work
    queue: int | None = None  # places for calls that wait for a worker; None: no end
    zones: int = 3  # instance i stands in zone i mod `zones`
    technology: Technology = PYTHON

    def __post_init__(self):
        checks.plain(self)
        checks.text("name", self.name)
        checks.whole("instances", self.instances, at_least=1, at_most=1_000)
        checks.whole("workers", self.workers, at_least=1, at_most=100_000)
        checks.real("mean_ms", self.mean_ms, at_least=1e-3, at_most=1e6)
        if not isinstance(self.law, str) or self.law not in LAWS:
            raise ValueError(f"law={checks.brief(self.law)} must be one of {', '.join(LAWS)}")
        checks.real("failure_ratio", self.failure_ratio, at_least=0, at_most=1)
        if self.queue is not None:
            checks.whole("queue", self.queue, at_least=0, at_most=10**9)
        checks.whole("zones", self.zones, at_least=1, at_most=100)
        checks.instance("technology", self.technology, Technology)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`caller` needs an answer of `callee`, or goes on without it if it has a fallback.

    Its breaker, budget and bulkhead are one for all instances of the caller.

    >>> Call(caller="gateway", callee="billing", guards=Guards(lifo=True))
    Traceback (most recent call last):
    ...
    ValueError: guards must leave lifo=True out: it must be False
    """

    caller: str
    callee: str
    guards: Guards = UNGUARDED
    fallback: bool = False
    shows: str = ""  # what a viewer sees of it

    def __post_init__(self):
        checks.plain(self)
        checks.text("caller", self.caller)
        checks.text("callee", self.callee)
        checks.instance("guards", self.guards, Guards)
        for name in ("deadline_s", "hedge_s", "queue", "lifo", "drops_expired"):
            value, none = getattr(self.guards, name), getattr(UNGUARDED, name)
            if value != none:
                raise ValueError(
                    f"guards must leave {name}={checks.brief(value)} out: it must be {none!r}"
                )
        checks.instance("fallback", self.fallback, bool)
        checks.instance("shows", self.shows, str)


# ── The graph ───────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Services, their calls, and the one that a request comes to.

    >>> ann, bob = Service(name="ann"), Service(name="bob")
    >>> there, back = Call(caller="ann", callee="bob"), Call(caller="bob", callee="ann")
    >>> Graph(services=(ann, bob), calls=(there, back), entry="ann")
    Traceback (most recent call last):
    ...
    ValueError: calls go round for ever: ann -> bob -> ann; they must come to an end
    """

    services: tuple[Service, ...]
    calls: tuple[Call, ...]
    entry: str

    def __post_init__(self):
        checks.plain(self)
        for field, kind, least, most in (("services", Service, 1, 200), ("calls", Call, 0, 2_000)):
            many = len(checks.instance(field, getattr(self, field), tuple))
            checks.whole(f"len({field})", many, at_least=least, at_most=most)
            for one in getattr(self, field):
                checks.instance(f"{field}[...]", one, kind)
        names = [service.name for service in self.services]
        pairs = [(call.caller, call.callee) for call in self.calls]
        for field, values in (("services", names), ("calls", pairs)):
            for value, times in Counter(values).items():
                if times > 1:
                    raise ValueError(
                        f"{field} has {checks.brief(value)} twice; each must be there once"
                    )
        for number, pair in enumerate(pairs):
            for name in pair:
                if name not in names:
                    raise ValueError(
                        f"calls[{number}] names {checks.brief(name)}; {_one_of(names)}"
                    )
        if self.entry not in names:
            raise ValueError(f"entry={checks.brief(self.entry)} is no service; {_one_of(names)}")
        self._depths()
        called = {self.entry, *(callee for _, callee in pairs)}
        for name in names:
            if name not in called:
                raise ValueError(
                    f"services has {checks.brief(name)}, which no call reaches; one must"
                )

    def service(self, name: str) -> Service:
        """The service of that name.

        >>> home_page().service("billing").technology.name
        'Java'
        """
        names = [service.name for service in self.services]
        if name not in names:
            raise ValueError(f"name={checks.brief(name)} is no service; {_one_of(names)}")
        return self.services[names.index(name)]

    def calls_of(self, name: str) -> list[Call]:
        """What the service of that name calls.

        >>> [call.callee for call in home_page().calls_of("playback")]
        ['encoding']
        """
        self.service(name)
        return [call for call in self.calls if call.caller == name]

    def system(self) -> System:
        """The graph as parts and flows for a drawing; what has a fallback is light.

        >>> [part.name for part in home_page().system().parts if part.column == 2]
        ['encoding', 'personalization']
        """
        parts, depths = [], self._depths()
        for one in self.services:
            column = depths[one.name]
            row = sum(part.column == column for part in parts)
            about = f"{one.technology.name}, {one.instances} × {one.workers} workers"
            parts.append(Part(one.name, about, column, row))
        flows = (Flow(c.caller, c.callee, c.shows, c.fallback) for c in self.calls)
        return System(tuple(parts), tuple(flows))

    def _depths(self):
        """The longest way from the entry to each service; refuses a way that comes back."""
        depths = {}

        def depth(name, below):
            if name in below:
                ring = " -> ".join((name, *below[: below.index(name) + 1]))
                raise ValueError(f"calls go round for ever: {ring}; they must come to an end")
            if name not in depths:
                above = [call.caller for call in self.calls if call.callee == name]
                depths[name] = max((1 + depth(one, (name, *below)) for one in above), default=0)
            return depths[name]

        for service in self.services:
            depth(service.name, ())
        return depths


def _one_of(names):
    return f"it must be one of {', '.join(names)}"


# ── A home page ─────────────────────────────────────────────────────────────
@checks.kinds
def home_page(guards: Guards = UNGUARDED) -> Graph:
    """The brief's nine services behind a gateway, every call with these guards.

    Further down a call is given up in a quarter of the time, so that who made it can still answer.

    >>> [call.callee for call in home_page().calls_of("gateway") if not call.fallback]
    ['user', 'playback']
    """
    services = tuple(
        Service(name=name, workers=workers, mean_ms=mean_ms, technology=technology,
                queue=300 if name == "gateway" else None)
        for name, technology, workers, mean_ms in (
            ("gateway", NODE, 50, 2.0), ("user", JAVA, 10, 5.0), ("playback", JAVA, 10, 15.0),
            ("content", JAVA, 10, 10.0), ("recommendation", PYTHON, 20, 30.0),
            ("discovery", JAVA, 10, 20.0), ("billing", JAVA, 10, 8.0), ("analytics", PYTHON, 10, 15.0),
            ("encoding", PYTHON, 10, 6.0), ("personalization", PYTHON, 20, 25.0),
        )
    )  # fmt: skip
    rows = {
        "user": "who watches", "playback": "the play button", "content": "new titles",
        "recommendation": "for you", "discovery": "browse by mood", "billing": "your plan",
        "analytics": "ten most seen",
    }  # fmt: skip
    inner = replace(guards, time_out_s=guards.time_out_s / 4)
    calls = [
        *(Call(caller="gateway", callee=name, guards=guards, shows=shows,
               fallback=name not in ("user", "playback")) for name, shows in rows.items()),
        Call(caller="playback", callee="encoding", guards=inner, fallback=True),
        Call(caller="recommendation", callee="personalization", guards=inner, fallback=True),
    ]  # fmt: skip
    return Graph(services=services, calls=tuple(calls), entry="gateway")


NETFLIX = home_page()
