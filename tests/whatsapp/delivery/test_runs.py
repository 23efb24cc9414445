"""Evenings at random: ours keeps its promises, and who breaks one is found and told in words."""

import re
from dataclasses import replace

import numpy as np
import pytest

from scalemodel.whatsapp.delivery.client import Client
from scalemodel.whatsapp.delivery.naive import AtomTableFull, NaiveServer
from scalemodel.whatsapp.delivery.runs import CALM_S, CLUB, FAULTS, History, Schedule, drawn, run
from scalemodel.whatsapp.delivery.server import Server
from scalemodel.whatsapp.delivery.stores import ForgetfulStore
from scalemodel.whatsapp.delivery.verdicts import PROMISES, _simpler, broken, check, story
from tests.conftest import cases

HELLO = Schedule(messages=((1.0, "ana", "bo", "m1"),))
ANA, BO, CY = ("ana", "phone"), ("bo", "phone"), ("cy", "phone")


# ── Planted bugs ────────────────────────────────────────────────────────────
class NoDedupe(Client):
    """Shows whatever comes."""

    def handle(self, packet, now_s):
        if packet[0] == "push" and packet[1] <= self.cursor:
            return [("shown", packet[1], packet[5], packet[6], packet[8])] * (packet[3] == "text")
        return super().handle(packet, now_s)


class OverAGap(Client):
    """Acknowledges the highest that it has, whatever is missing below."""

    def handle(self, packet, now_s):
        seen = super().handle(packet, now_s)
        if packet[0] == "push":
            self._server.handle(self.who, ("got", max([self.cursor, *self._ahead])))
        return seen


class Eager(Client):
    """Sends all that it has at once."""

    def step(self, now_s):
        for packet in [*self._outbox][1:]:
            self._server.handle(self.who, packet)
        super().step(now_s)


class Patient(Client):
    """Shows what comes, however late."""

    def handle(self, packet, now_s):
        return super().handle(
            (*packet[:7], 1e9, packet[8]) if packet[0] == "push" else packet, now_s
        )


class AckFirst(Server):
    """Acknowledges, and commits when it comes to it."""

    def _put(self, message):
        super()._put(message)
        if message.sent:
            self._out.append((message.sender.key, ("ack", message.sent[2], message.id, 1)))


class NoKeys(Server):
    """Takes each repetition for another message."""

    def _put(self, message):
        super()._put(message)
        self._sent.clear()


class AtOnce(Server):
    """Says that it was delivered when it has been pushed."""

    def _let_out(self, message):
        super()._let_out(message)
        if message.kind == "text":
            self._receipt("delivered", message.devices[0], message, self._time())


class Impatient(Server):
    """Lets everything expire at once."""

    def __init__(self, store, clock, **more):
        super().__init__(store, clock, **{**more, "ttl_s": 0.05})


class Silent(Server):
    """Never sends a receipt."""

    def _receipt(self, *_):
        pass


class Flattering(Server):
    """Says read where it was delivered."""

    def _receipt(self, _, *rest):
        super()._receipt("read", *rest)


class Gullible(Server):
    """Believes its clock, wherever it leaps to."""

    def _time(self):
        self._now = max(self._now, self._clock())
        return self._now


PLANTED = {
    "no dedupe": ({"client": NoDedupe}, "twice", "shows '.*' [2-9] times"),
    "ack over a gap": ({"client": OverAGap}, "lost", "has a tick for '.*', and .* never shows it"),
    "all at once": ({"client": Eager}, "order", "before '.*', which was written first"),
    "no clock": ({"client": Patient}, "late", "after its .* s"),
    "ack before commit": ({"server": AckFirst}, "lost", "has a tick for"),
    "no keys": ({"server": NoKeys}, "twice", "shows '.*' [2-9] times"),
    "expired at once": ({"server": Impatient}, "lost", "has a tick for '.*', and it expires at"),
    "a clock believed": ({"server": Gullible}, "lost", "has a tick for '.*', and it expires at"),
    "no receipts": ({"server": Silent}, "receipts", "never has two ticks for '.*', which all have"),
    "read, not delivered": ({"server": Flattering}, "receipts", "blue ticks .* has not looked"),
    "delivered at once": ({"server": AtOnce}, "receipts", "has two ticks for"),
}


# ── Examples ────────────────────────────────────────────────────────────────
def test_an_evening_is_told_line_by_line():
    assert story(run(HELLO)).splitlines() == [
        "1.00 s: Ana's phone sends 'm1' to bo",
        "1.25 s: Bo's phone shows 'm1', number 1",
        "1.25 s: Ana's phone sees 'm1' is sent",
        "1.50 s: Ana's phone sees 'm1' is delivered",
        "3.25 s: Ana's phone sees 'm1' is read",
    ]


def test_between_commit_and_acknowledgement_the_plug_makes_no_difference_but_time():
    plug = Schedule(messages=HELLO.messages, faults=((1.1, 3.0, "unplug"),))
    lines = story(run(plug)).splitlines()
    assert "between the commit and the acknowledgement" in lines[1]
    assert [line[8:] for line in lines if "shows" in line] == ["Bo's phone shows 'm1', number 1"]


def test_a_server_is_away_as_long_as_its_fault_lasts():
    history = run(Schedule(faults=((1.0, 2.0, "kill"),)))
    assert [e[:2] for e in history.events if e[1] != "looked"] == [(1.0, "died"), (2.0, "started")]


@pytest.mark.parametrize(
    ("fault", "why"), [("full", "full"), ("locked", "locked"), ("torn", "gone")]
)
def test_a_disk_that_fails_is_told_and_costs_time_only(fault, why):
    history = run(Schedule(messages=HELLO.messages, faults=((1.0, 2.0, fault),)))
    assert {event[2] for event in history.events if event[1] == "trouble"} == {why}
    assert check(history).holds and "shows 'm1'" in story(history)


def test_a_clock_that_is_five_seconds_back_keeps_a_message_for_so_much_longer():
    away = {"messages": HELLO.messages, "partition": ((0.5, 19.0, "bo"),), "ttl_s": 3.0}
    expired_s = [
        next(
            event[0]
            for event in run(Schedule(**away, faults=faults)).events
            if event[1] == "expired"
        )
        for faults in ((), ((2.0, 15.0, "back"),))
    ]
    assert expired_s[0] == pytest.approx(4.2, abs=0.2) and np.diff(expired_s) == pytest.approx(
        5.0, abs=0.06
    )


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found_and_shrunk_to_what_can_be_read(name):
    players, promise, words = PLANTED[name]
    for seed in range(400):
        history = run(drawn(seed), **players)
        found = broken(history)
        if found and found[0] == promise:
            break
    verdict = check(history)
    assert not verdict.holds and verdict.promise == promise
    first, *lines = verdict.words.splitlines()
    assert re.search(words, first) and 2 <= len(lines) <= 14, verdict.words
    assert len(verdict.schedule.messages) <= 3 and len(verdict.schedule.faults) <= 2
    assert broken(run(verdict.schedule, **players))[0] == promise
    assert check(run(verdict.schedule)).holds, "ours is none the worse for it"


def test_the_naive_server_loses_what_it_casts_to_who_has_just_gone():
    cut = Schedule(messages=HELLO.messages, partition=((0.5, 5.0, "bo"),))
    verdict = check(run(cut, NaiveServer))
    assert verdict.words.splitlines() == [
        "Ana's phone has a tick for 'm1', and Bo's phone never shows it.",
        "1.00 s: Ana's phone sends 'm1' to bo",
        *verdict.words.splitlines()[2:],
    ]
    assert check(run(cut)).holds


def test_the_naive_server_keeps_for_whoever_it_sees_is_away():
    server = NaiveServer(store := ForgetfulStore(), lambda: 7.0)
    server.join("ana"), server.join("bo"), server.join("bo", "laptop")
    server.handle(ANA, ("send", 5, "bo", "hi")), server.handle(ANA, ("wave",))
    assert server.take() == [(ANA, ("ack", 5, 1, 1))]
    assert store.load("message") == [(1, "text", 1, "bo", 0, 7.0, "hi", "2 3")]
    server.handle(BO, ("hello", 0))
    assert [(who, p[:4], p[-1]) for who, p in server.take()] == [(BO, ("push", 1, 0, "text"), "hi")]
    assert store.load("message") == [], "and not for the laptop, if its own is slow"
    server.handle(ANA, ("send", 6, "bo", "there?"))
    assert [(who, p[:3]) for who, p in server.take()] == [
        (ANA, ("ack", 6, 2)), (BO, ("push", 2, 0)), (("bo", "laptop"), ("push", 2, 0)),
    ]  # fmt: skip


def test_an_atom_a_user_ends_the_machine():
    server = NaiveServer(ForgetfulStore(), lambda: 0.0)
    server.most_atoms = 9
    ana = server.join("ana")
    for n in range(9):
        server.handle(ana, ("send", n + 1, f"made-up-{n}", "hi"))
    with pytest.raises(AtomTableFull, match="max=9"):
        server.handle(ana, ("send", 10, "made-up-9", "hi"))
    assert NaiveServer.most_atoms == 2**20, "Erlang's, by default"


def test_a_simpler_evening_is_one_step_away_and_keeps_its_disk():
    one = Schedule(messages=((2.0, "bo", "cy", "m1"),), drop=0.2, write="behind", seed=3)
    assert [*_simpler(one)] == [replace(one, **step) for step in (
        {"messages": ()}, {"drop": 0.0}, {"seed": 0},
    )]  # fmt: skip
    two = replace(one, messages=((3.0, "ana", "bo", "m2"), *one.messages, (4.0, "ana", "bo", "m3")))
    worlds = [*_simpler(two)]
    assert {world.seed for world in worlds} == {0, 3, *range(1, 9)}
    assert replace(two, seed=8, messages=two.messages[1:]) in worlds
    close = ((1.0, "ana", "bo", "m2"), (1.1, "ana", "bo", "m3"))
    assert replace(two, seed=1, messages=close) in worlds
    assert not [*_simpler(Schedule())]


# ── Laws ────────────────────────────────────────────────────────────────────
def test_no_evening_breaks_a_promise():
    """300 of them, and 5,000 when thorough."""
    told = {what: 0 for what in ("died", "trouble", "expired", "acked")}
    typed = 0
    for seed in range(min(cases(300), 5_000)):
        history = run(drawn(seed))
        verdict = check(history)
        assert verdict.holds, f"drawn({seed}): {verdict.words}"
        for event in history.events:
            typed += event[1] == "typed"
            if event[1] in told:
                told[event[1]] += 1
    assert told["acked"] == typed, "all is acknowledged once it is calm"
    assert min(told.values()) > 5, "and much has happened"


def test_a_lazy_disk_loses_what_it_had_not_written_and_nothing_else():
    """Behind or flushed later; 300 evenings, and 5,000 when thorough."""
    lost = 0
    for seed in range(min(cases(300), 5_000)):
        history = run(drawn(seed, lazy=True))
        verdict = check(history, lazy=True)
        assert verdict.holds, f"drawn({seed}, lazy=True): {verdict.words}"
        lost += broken(history) is not None
    assert lost > min(cases(300), 5_000) / 150, "by the full promise"
    for planted in (NoKeys, AtOnce, Impatient):
        found = (broken(run(drawn(seed, lazy=True), planted), lazy=True) for seed in range(400))
        assert any(found), f"{planted.__name__} is worse than lazy"


def test_the_naive_server_comes_to_an_end_on_each():
    worst = [broken(run(drawn(seed), NaiveServer)) for seed in range(cases(60))]
    assert sum(found is not None for found in worst) > 0.8 * len(worst)


def test_equal_schedules_are_equal_evenings():
    assert run(drawn(11)) == run(drawn(11)) and drawn(11) != drawn(12)


def test_written_behind_a_crash_loses_what_had_a_tick_and_only_a_crash_does():
    behind = Schedule(messages=HELLO.messages, write="behind", partition=((0.5, 9.0, "bo"),))
    assert check(run(behind)).holds
    lost = Schedule(
        messages=((0.3, "ana", "cy", "m0"), *HELLO.messages), write="behind", partition=((0.5, 9.0, "bo"),),
        faults=((1.05, 1.9, "full"), (1.5, 1.9, "kill")),
    )  # fmt: skip
    assert check(run(lost)).promise == "lost"


def test_what_had_a_tick_and_was_not_written_is_known_though_nobody_was_sent_it():
    behind = Schedule(
        messages=((0.3, "ana", "bo", "m0"), *HELLO.messages), write="behind",
        partition=((0.0, 9.0, "bo"),), faults=((1.05, 3.0, "full"), (2.5, 3.0, "kill")),
    )  # fmt: skip
    history = run(behind)
    assert {event[2] for event in history.events if event[1] == "unwritten"} == {2}
    assert broken(history)[0] == "lost" and broken(history, lazy=True) is None


def test_what_is_drawn_reaches_from_end_to_end():
    lazy = [drawn(seed, lazy=True) for seed in range(300)]
    assert {one.flush_every for one in lazy} == {*range(1, 9)}
    assert {len(one.messages) for one in lazy} == {*range(3, 13)}
    assert {what for one in lazy for *_, what in one.faults} == {*FAULTS}
    spans_s = [to_s - from_s for one in lazy for from_s, to_s, _ in (*one.faults, *one.partition)]
    assert 0.04 < min(spans_s) < 0.2 and 5.8 < max(spans_s) <= 6.01
    assert not any(one.flush_every > 1 or one.write == "behind" for one in map(drawn, range(50)))


def test_a_disk_that_flushes_later_loses_when_the_plug_is_pulled_and_not_when_the_process_dies():
    lazy = dict(messages=HELLO.messages, flush_every=50, partition=((0.5, 9.0, "bo"),))
    assert check(run(Schedule(**lazy, faults=((2.0, 3.0, "unplug"),)))).promise == "lost"
    assert check(run(Schedule(**lazy, faults=((2.0, 3.0, "kill"),)))).holds


# ── Oracle ──────────────────────────────────────────────────────────────────
def by_hand(*events, **more):
    return History(Schedule(messages=HELLO.messages, **more), Server, Client, events)


TYPED = (1.0, "typed", ANA, 1, "bo", "m1")
ACKED = ((1.2, "acked", ANA, 1, 1), (1.2, "tick", ANA, 1, 1))
SHOWN = (1.4, "shown", BO, 1, "ana", "bo", "m1")
TO_ALL = (*TYPED[:4], CLUB, "m1")
TWO, LOOKED = (1.5, "tick", ANA, 1, 2), (1.5, "looked", BO)


@pytest.mark.parametrize(("promise", "events"), [
    (None, (TYPED, *ACKED, SHOWN, TWO)),
    ("receipts", (TYPED, *ACKED, SHOWN)),
    (None, (TYPED, *ACKED, SHOWN, (9.0, "expired", 2))),
    ("lost", (TYPED, *ACKED, (5.9, "expired", 1))),
    (None, (TYPED,)),
    (None, (TYPED, *ACKED, (9.0, "expired", 1))),
    ("lost", (TYPED, *ACKED)),
    ("lost", (TYPED, *ACKED, (9.0, "expired", 2))),
    ("twice", (TYPED, SHOWN, SHOWN)),
    ("order", (TYPED, (1.1, "typed", ANA, 2, "bo", "m2"), (1.3, "shown", BO, 2, "ana", "bo", "m2"), SHOWN)),
    (None, (TYPED, (1.1, "typed", ANA, 2, "cy", "m2"), (1.3, "shown", BO, 2, "ana", "cy", "m2"), SHOWN)),
    ("receipts", (TYPED, *ACKED, SHOWN, (1.5, "tick", ANA, 1, 1))),
    ("receipts", (TYPED, *ACKED, (1.3, "tick", ANA, 1, 2), SHOWN)),
    (None, (TYPED, *ACKED, SHOWN, TWO, LOOKED, (1.6, "tick", ANA, 1, 3))),
    (None, (TYPED, *ACKED, SHOWN, LOOKED, (1.6, "tick", ANA, 1, 3))),
    (None, (TYPED, SHOWN, LOOKED, (1.6, "acked", ANA, 1, 1), (1.6, "tick", ANA, 1, 3))),
    ("receipts", (TYPED, *ACKED, (1.3, "looked", BO), SHOWN, (1.5, "tick", ANA, 1, 3))),
    ("late", (TYPED, *ACKED, (6.3, *SHOWN[1:]), (6.4, "tick", ANA, 1, 2))),
    ("late", (TYPED, *ACKED, (33.0, *SHOWN[1:]))),
    ("late", (TO_ALL, *ACKED, SHOWN, (33.0, "shown", CY, *SHOWN[3:]))),
])  # fmt: skip
def test_what_is_broken_is_what_one_sees_with_the_eye(promise, events):
    found = broken(by_hand(*events, ttl_s=5.0))
    assert (found and found[0]) == promise and (promise is None or promise in PROMISES)


def test_a_sender_s_laptop_shows_it_too():
    events = (TYPED, *ACKED, SHOWN, TWO)
    assert broken(by_hand(*events, laptops=("ana",))) == (
        "lost", "Ana's phone has a tick for 'm1', and Ana's laptop never shows it."
    )  # fmt: skip
    elsewhere = (1.4, "shown", ("ana", "laptop"), *SHOWN[3:])
    assert broken(by_hand(*events, elsewhere, laptops=("ana",))) is None


def test_what_is_said_again_and_again_is_told_once():
    events = [TYPED, *((1.1 + n, "trouble", "full") for n in range(3))]
    assert story(by_hand(*events)).splitlines()[1:] == ["1.10 s: the server could not write: full"]


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("wrong", "words"), [
    ({"messages": ((1.0, "ana", "bo", "m1"), (2.0, "bo", "cy", "m1"))}, "each must be another"),
    ({"messages": ((1.0, "zoe", "bo", "m1"),)}, "messages has"),
    ({"messages": ((1.0, "ana", None, "m1"), (1.0, "ana", "bo", "m2"))}, "messages=None must be"),
    ({"messages": ((1.0, "ana", ["bo"], "m1"),)}, "messages=.'bo'. must be"),
    ({"messages": [(1.0, "ana", "bo", "m1")]}, "messages=.* must be a tuple"),
    ({"messages": ((1.0, "ana", "bo", ""),)}, "messages='' must be"),
    ({"messages": ((CALM_S + 1, "ana", "bo", "m1"),)}, "messages=21.0"),
    ({"faults": ((1.0, 2.0, "flood"),)}, f"one of .*{FAULTS[-1]}"),
    ({"faults": ((3.0, 2.0, "kill"),)}, "faults=2.0 must be .* of at least 3"),
    ({"laptops": ("zoe",)}, "laptops has 'zoe'"),
    ({"write": "later"}, "write='later'"),
    ({"drop": 1.5}, "drop=1.5"),
])  # fmt: skip
def test_a_schedule_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        Schedule(**wrong)


def test_who_writes_to_nobody_is_told_and_goes_on():
    odd = Schedule(
        messages=(
            (1.0, "ana", "zoe", "m1"),
            (1.1, "ana", "bo", "x" * 100_000),
            (1.2, "ana", "bo", "m2"),
        )
    )
    history = run(odd)
    refused = [event[4] for event in history.events if event[1] == "refused"]
    assert "zoe" in refused[0] and "100000 letters" in refused[1] and len(refused) == 2
    assert check(history).holds and "Bo's phone shows 'm2'" in story(history)
