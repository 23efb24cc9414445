"""A stanza as tokens beside XML, and the login storm beside the same loop in plain Python and SimPy.

    python benchmarks/whatsapp/capacity.py    half a minute

The stanza is a chat message of 43 letters. "XML" is written by ours and read by `xml.etree`, whose
parser is C; what it parsed must become a `Stanza`, as with tokens, which the Python of the chapter reads. The storm is one
of 2,000 phones; what the three answer is compared where it does not hang on luck. CPU time; medians of 5.
"""

import platform
import statistics
import time
from xml.etree import ElementTree

import numpy as np

from scalemodel.parts.resilience.retry import Exponential
from scalemodel.whatsapp.capacity import storm
from scalemodel.whatsapp.capacity.storm import StormConfig, simulate
from scalemodel.whatsapp.capacity.wire import Stanza, as_tokens, as_xml, from_tokens

ROUNDS, DAY = 5, 1e11
CHAT = Stanza(
    "message",
    {"to": "4915112345678@s.example.net", "from": "447700900123@s.example.net", "id": "1A2F", "type": "chat"},
    (Stanza("body", text="On my way, ten minutes, save me a seat, yes"),),
)  # fmt: skip
NIGHT = StormConfig(
    phones=2_000, logins_per_s=10.0, outage_s=0, time_out_s=30, line_s=20.0, until_s=600,
    refusal_ratio=0.0, backoff=Exponential(base_s=5.0, most_s=5.0),
)  # fmt: skip


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    xml, raw = as_xml(CHAT), as_tokens(CHAT)
    assert from_tokens(raw) == CHAT == from_xml(ElementTree.fromstring(xml))
    print(f"bytes: XML {len(xml)}, tokens {len(raw)}; of {DAY:.0e} messages {DAY * len(xml) / 1e12:.1f} and {DAY * len(raw) / 1e12:.1f} TB")  # fmt: skip
    ways = {
        "XML, write": lambda: as_xml(CHAT),
        "XML, parse (C)": lambda: ElementTree.fromstring(xml),
        "XML, read": lambda: from_xml(ElementTree.fromstring(xml)),
        "tokens, write": lambda: as_tokens(CHAT),
        "tokens, read": lambda: from_tokens(raw),
    }
    for name, way in ways.items():
        each_s = spent_s(lambda way=way: [way() for _ in range(5_000)]) / 5_000
        print(
            f"  {name:<14} {1e6 * each_s:6.2f} µs; a day of them {DAY * each_s / 86_400:8.1f} cores"
        )
    nights = {"compiled": compiled, "the same, plain": plain}
    try:
        import simpy  # noqa: F401
    except ImportError:
        print("\nSimPy is not here (`make bench` installs it)")
    else:
        nights["SimPy"] = with_simpy
    knocks = int(simulate(NIGHT).knocks.sum())
    print(f"\na storm of {NIGHT.phones} phones, {knocks} knocks")
    first = compiled()
    for name, night in nights.items():
        assert abs(night() - first) <= 2, name
        seconds = spent_s(night)
        print(f"  {name:<16} {1e6 * seconds / knocks:8.3f} µs a knock")


def from_xml(element):
    """The stanza that an element is: like for like, for tokens are read into one."""
    return Stanza(element.tag, element.attrib, tuple(map(from_xml, element)), element.text or "")


def compiled():
    """The second in which the last is in."""
    return int(np.argmax(simulate(NIGHT).back == NIGHT.phones))


def plain():
    rows = [np.zeros(NIGHT.until_s, np.int64) for _ in range(4)]
    rule = [NIGHT.phones, NIGHT.logins_per_s, 0, NIGHT.time_out_s, int(NIGHT.line_s * NIGHT.logins_per_s), 0.0, 1.0]  # fmt: skip
    storm.loop(NIGHT.backoff.pause, NIGHT.backoff.memory(), rule, [0.5], *rows)
    return int(np.argmax(rows[0] == NIGHT.phones))


def with_simpy():
    """Each phone a process; the door gives out places in line, and calls ten a second."""
    import simpy

    world, places, last = simpy.Environment(), [], [0]

    def phone():
        while True:
            if len(places) < NIGHT.line_s * NIGHT.logins_per_s:
                called = world.event()
                places.append(called)
                yield called
                last[0] = world.now
                return
            yield world.timeout(5)

    def door():
        while True:
            yield world.timeout(1 if world.now >= 1 else 0.5)
            for _ in range(min(10, len(places))):
                places.pop(0).succeed()

    for _ in range(NIGHT.phones):
        world.process(phone())
    world.process(door())
    world.run(until=NIGHT.until_s)
    return int(last[0])


def spent_s(way):
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        way()
        rounds.append(time.process_time() - began)
    return statistics.median(rounds)


if __name__ == "__main__":
    main()
