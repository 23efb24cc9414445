"""The server: ids, keys, queues, receipts, and what it says to who errs."""

import itertools

import numpy as np
import pytest

from scalemodel.parts.storage.database import DatabaseTrouble
from scalemodel.whatsapp.delivery import server as module
from scalemodel.whatsapp.delivery.client import GIVE_UP_S, Client
from scalemodel.whatsapp.delivery.messages import DAY_S, MOST_LETTERS, Device
from scalemodel.whatsapp.delivery.server import (
    BATCH,
    LEAP_S,
    MOST_MEMBERS,
    MOST_WAITING,
    WINDOW,
    Server,
    ServerBusy,
)
from scalemodel.whatsapp.delivery.stores import ForgetfulStore, SqlStore


class Clock:
    now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store():
    return ForgetfulStore()


@pytest.fixture
def server(store, clock):
    one = Server(store, clock, ttl_s=60.0, remember_s=30.0)
    for user in ("ana", "bo", "cy"):
        one.join(user)
    return one


ANA, BO, CY = ((user, "phone") for user in ("ana", "bo", "cy"))


def pushes(server, who):
    """`(id, after, kind, body)` of what goes to a device."""
    return [(p[1], p[2], p[3], p[-1]) for one, p in server.take() if one == who and p[0] == "push"]


def sent(server, *bodies, who=ANA, to="bo"):
    first = server.counts["accepted"] + 1
    for n, body in enumerate(bodies):
        server.send(who, first + n, to, body)
    server.commit()


# ── Examples ────────────────────────────────────────────────────────────────
def test_who_comes_back_gets_what_lies_above_the_last_id_in_order(server):
    sent(server, "a", "b", "c")
    assert server.take() == [(ANA, ("ack", n, n, 1)) for n in (1, 2, 3)]
    server.hello(BO, 1)
    assert pushes(server, BO) == [(2, 0, "text", "b"), (3, 2, "text", "c")]
    server.got(BO, 2), server.bye(BO)
    sent(server, "d")
    assert pushes(server, BO) == []
    server.hello(BO, 2)
    assert pushes(server, BO) == [(3, 0, "text", "c"), (6, 3, "text", "d")]


def test_a_key_that_comes_again_has_its_id_until_it_is_forgotten(server, clock):
    sent(server, "a")
    server.send(ANA, 1, "bo", "a"), server.send(BO, 1, "ana", "other"), server.take()
    assert server.counts["repeated"] == 1
    clock.now_s += 29
    server.send(ANA, 1, "bo", "a")
    assert server.take() == [(ANA, ("ack", 1, 1, 1))]
    clock.now_s += 1
    server.commit()
    server.send(ANA, 1, "bo", "a"), server.commit()
    assert server.take()[-1] == (ANA, ("ack", 1, 3, 1)), "out of the window it is a new one"


def test_a_key_that_comes_again_before_the_commit_is_answered_by_the_commit(server):
    server.send(ANA, 1, "bo", "a"), server.send(ANA, 1, "bo", "a")
    assert server.take() == [] and server.commit() == 1
    assert server.take() == [(ANA, ("ack", 1, 1, 1))]


def test_a_group_gets_it_once_each_on_all_devices_and_the_sender_elsewhere(server):
    laptop = server.join("bo", "laptop")
    mine = server.join("ana", "laptop")
    server.party("club", ["ana", "bo", "cy", "bo"])
    for who in (BO, CY, laptop, mine, ANA):
        server.hello(who, 0)
    sent(server, "hi", to="club")
    out = server.take()
    assert out[0] == (ANA, ("ack", 1, 1, 2))
    assert sorted(who for who, _ in out[1:]) == sorted([BO, CY, laptop, mine])
    server.got(laptop, 1), server.got(BO, 1), server.got(mine, 1), server.commit()
    told = [(p[3], p[5]) for who, p in server.take() if who == ANA]
    assert told == [("delivered", "bo")], "once for Bo's two devices"
    server.got(CY, 1), server.commit()
    assert [(p[3], p[5]) for who, p in server.take() if who == ANA] == [("delivered", "cy")]
    server.read(CY, 9, 1, "ana"), server.commit()
    assert [(p[3], p[4], p[5]) for who, p in server.take() if who == mine][-1] == ("read", 1, "cy")


def test_a_message_to_oneself_goes_to_all_of_ones_devices(server):
    laptop = server.join("ana", "laptop")
    server.hello(ANA, 0), server.hello(laptop, 0)
    sent(server, "note", to="ana")
    assert server.take() == [
        (ANA, ("ack", 1, 1, 0)), *((who, ("push", 1, 0, "text", 0, "ana", "ana", 160.0, "note"))
                                   for who in (ANA, laptop)),
    ]  # fmt: skip
    server.got(ANA, 1), server.got(laptop, 1), server.commit()
    assert server.take() == [] and len(server) == 0


def test_what_is_too_old_goes_visibly_and_what_follows_has_nothing_before_it(server, clock):
    sent(server, "old")
    clock.now_s += 59.9
    sent(server, "new")
    assert server.expire() == []
    clock.now_s += 0.1
    server.take(), server.hello(BO, 0)
    assert server.expire() == [1] and server.counts["expired"] == 1
    clock.now_s += 5.0
    server.tick()
    assert pushes(server, BO)[-1] == (2, 0, "text", "new")
    server.commit()
    assert server._store.load("message")[0][0] == 2 and server.expire() == []


def test_a_clock_that_is_set_back_stands_still_and_so_after_a_restart(server, store, clock):
    sent(server, "a")
    clock.now_s = 3.0
    sent(server, "b")
    assert [row[0] for row in store.load("message")] == [1, 2]
    assert {row[5] for row in store.load("message")} == {100.0}
    again = Server(store, clock, ttl_s=60.0)
    assert again.expire() == [] and again.join("ana") == ANA
    clock.now_s = 160.0
    assert again.expire() == [1, 2]
    clock.now_s = float("nan")
    assert again.expire() == []
    deaf = Server(ForgetfulStore(), clock)
    deaf.join("ana"), deaf.join("bo"), sent(deaf, "when?")
    assert deaf._store.load("message")[0][5] == 0.0


def test_a_clock_that_leaps_by_forty_days_and_back_deletes_nothing(store, clock):
    server = Server(store, clock, ttl_s=6_000.0, remember_s=6_000.0)
    server.join("ana"), server.join("bo")
    sent(server, "a"), server.take()
    for now_s in (40 * DAY_S, 40 * DAY_S + 3_500.0, 200.0):
        clock.now_s = now_s
        sent(server, f"at {now_s:.0f}"), server.send(ANA, 1, "bo", "a")
        assert server.expire() == [] and server.counts["repeated"], "the key is known, too"
    server.take(), server.hello(BO, 0)
    assert [p[1][-1] for p in server.take()] == ["a", "at 3456000", "at 3459500", "at 200"]
    assert Server(store, clock, ttl_s=6_000.0)._held.keys() == {1, 2, 3, 4}


def test_a_clock_that_goes_on_for_an_hour_from_where_it_leapt_is_right(store, clock):
    server = Server(store, clock, ttl_s=6_000.0)
    server.join("ana"), server.join("bo")
    sent(server, "a")
    clock.now_s = 40 * DAY_S
    assert server.expire() == []
    sent(server, "b")
    server.take(), server.hello(BO, 0)
    until_s = {packet[-1]: packet[-2] for _, packet in server.take()}
    assert until_s["b"] == 40 * DAY_S + 6_000.0, "by the time that phones have"
    clock.now_s += LEAP_S
    assert server.expire() == [1]
    clock.now_s += 6_000.0 - LEAP_S
    assert server.expire() == [2]


def test_keys_are_remembered_for_longer_than_a_client_repeats(store, clock):
    server, packets = Server(store, clock), []
    server.join("bo")

    class Wire:
        def join(self, *who):
            return server.join(*who)

        def handle(self, who, packet):
            packets.append((clock.now_s, packet)), server.handle(who, packet)

    ana = Client(Wire(), "ana", np.random.default_rng(1))
    ana.say("bo", "tea")
    for hour in range(24 * 32):  # no acknowledgement comes
        clock.now_s = 3_600.0 * hour
        ana.step(clock.now_s), server.commit()
    sends = [at_s for at_s, packet in packets if packet[0] == "send"]
    assert 29.9 * DAY_S < sends[-1] <= GIVE_UP_S and ana.ticks == {1: 0}
    assert server.counts["accepted"] == 1 and server.counts["repeated"] == len(sends) - 1


def test_written_behind_what_was_delivered_is_never_written(store, clock):
    server = Server(store, clock, write="behind")
    (
        server.join("ana"),
        server.join("bo"),
        server.hello(BO, 0),
        server.hello(ANA, 0),
        server.commit(),
    )
    server.send(ANA, 1, "bo", "quick")
    (ack, push) = server.take()
    assert ack[1][:2] == ("ack", 1) and push[1][-1] == "quick" and server.at_risk == 1
    server.got(BO, ack[1][2]), server.got(ANA, server.take()[0][1][1])
    assert server.at_risk == 0 and server.counts["absorbed"] == 2 and server.commit() == 0
    assert store.load("message") == [] and len(store.load("sent")) == 1, "but its key is kept"
    server.send(ANA, 2, "bo", "slow")
    lost = server.take()[0][1][2]
    again = Server(store, clock, write="behind")  # the process died
    again.hello(BO, lost)
    again.send(ANA, 3, "bo", "later")
    assert again.take()[-1][1][1] > lost, "no id is given twice, or Bo would take it for known"


def test_a_window_moves_on_with_the_acknowledgements(server):
    server.hello(BO, 0)
    sent(server, *map(str, range(WINDOW + 20)))
    assert [p[0] for p in pushes(server, BO)] == [*range(1, WINDOW + 1)]
    server.got(BO, 15)
    assert [p[0] for p in pushes(server, BO)] == [*range(WINDOW + 1, WINDOW + 16)]
    server.got(BO, WINDOW)
    assert pushes(server, BO)[-1] == (WINDOW + 20, WINDOW + 19, "text", str(WINDOW + 19))


def test_what_is_not_acknowledged_is_pushed_again_after_a_while(server, clock):
    server.hello(BO, 0)
    sent(server, "a", "b"), server.take()
    clock.now_s += 4.9
    server.tick()
    assert server.take() == []
    clock.now_s += 0.1
    server.tick()
    assert pushes(server, BO) == [(1, 0, "text", "a"), (2, 1, "text", "b")]
    server.tick()
    assert server.take() == []


# ── Laws ────────────────────────────────────────────────────────────────────
def test_a_deletion_goes_with_its_receipt_though_more_waits_than_a_stroke_takes(server, store):
    server.hello(BO, 0)
    sent(server, "first", "second")
    for n in range(3, BATCH + 3):
        server.send(ANA, n, "bo", "x")
    server.got(BO, 1)
    assert server.commit() == BATCH and store.load("message")[0][0] == 1
    for n in range(BATCH + 3, 6 * BATCH):  # and more comes than goes
        server.send(ANA, n, "bo", "x")
    assert server.commit() == BATCH
    assert store.load("message")[0][0] == 2 and store.load("device")[1][3] == 1
    assert [row[4] for row in store.load("message") if row[1] == "delivered"] == [1]
    server.got(BO, 2), server.commit()
    again = Server(store, lambda: 100.0)
    again.hello(BO, 1)
    assert again.take()[0][1][1] == 2, "its receipt is not written, so it is there"


def test_a_deletion_goes_in_the_stroke_of_its_receipt_and_no_later(server, store, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 3)
    sent(server, "a")
    server.send(ANA, 2, "bo", "b"), server.send(ANA, 3, "bo", "c")
    server.got(BO, 1), server.send(ANA, 4, "bo", "d")
    assert server.commit() == 3 and [row[0] for row in store.load("message")] == [2, 3, 4]
    assert store.load("device")[1][3] == 1


def test_what_a_stroke_tells_it_tells_once_wherever_it_ends(server, store, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    server.join("bo", "laptop"), server.hello(BO, 0)
    sent(server, "a", "b", "c"), server.commit()
    server.got(BO, 3), server.commit()
    again = Server(store, lambda: 100.0)
    again.got(BO, 3)
    while again.commit():
        pass
    assert [row[4] for row in store.load("message") if row[1] == "delivered"] == [1, 2, 3]


def test_a_disk_that_flushes_later_has_what_it_had_when_the_power_goes():
    store, row = ForgetfulStore(flush_every=2), lambda id: (id, "text", 1, "bo", 0, 1.0, "x", "1")
    store.write({"device": [(1, "bo", "phone", 0)], "message": [row(1), row(2)]})
    assert store.flushed == set() and len(store.load("message")) == 2
    store.write({"cursor": [(1, 1), (5, 9)], "gone": [(1,)], "message": [row(3)]})
    assert store.flushed == {1, 2, 3}
    store.write({"cursor": [(2, 1)], "gone": [(2,)], "party": [("club", "[]")]}), store.lose_power()
    assert store.load("device") == [(1, "bo", "phone", 1)] and store.load("party") == []
    assert [row[0] for row in store.load("message")] == [2, 3]
    store.write({"gone": [(2,)]}), store.flush(), store.lose_power()
    assert [row[0] for row in store.load("message")] == [3] and store.flushed == {1, 2, 3}


@pytest.mark.parametrize("why", ["full", "locked"])
def test_trouble_with_the_store_acknowledges_nothing_and_the_next_commit_does(server, store, why):
    server.send(ANA, 1, "bo", "a"), server.hello(BO, 0)
    store.trouble = why
    for _ in range(2):
        with pytest.raises(DatabaseTrouble, match="cannot write"):
            server.commit()
    assert server.take() == [] and store.load("message") == []
    store.trouble = None
    assert server.commit() == 1 and [p[1][0] for p in server.take()] == ["ack", "push"]


def test_a_server_that_is_started_again_is_as_it_was(server, store, clock):
    server.join("bo", "laptop"), server.party("club", ["ana", "bo"])
    sent(server, "a", to="club")
    server.got(BO, 1), server.commit()
    again = Server(store, clock, ttl_s=60.0)
    again.hello(BO, 0), again.hello(("bo", "laptop"), 0), again.hello(ANA, 0)
    out = again.take()
    assert [(who, p[1], p[3]) for who, p in out] == [
        (("bo", "laptop"), 1, "text"),
        (ANA, 2, "delivered"),
    ]
    again.send(ANA, 1, "club", "a")
    assert again.take() == [(ANA, ("ack", 1, 1, 1))], "the key is known still"
    again.got(("bo", "laptop"), 1), again.commit()
    assert [row[1] for row in store.load("message")] == ["delivered"], "and no second receipt"


def test_no_id_of_a_receipt_is_given_again_by_a_later_server(store, clock):
    """Written behind, Ana has receipts that the log never had; after a crash she takes news for news."""
    server = Server(store, clock, write="behind")
    server.join("ana"), server.join("bo"), server.hello(BO, 0), server.hello(ANA, 0)
    waiting = MOST_WAITING // 2 + 1
    for n in range(1, waiting + 1):
        server.send(ANA, n, "bo", "x")
    server.got(BO, waiting)
    last = server._next - 1
    assert last == 2 * waiting > MOST_WAITING and store.load("mark")[0][1] >= last
    again = Server(store, clock, write="behind")
    again.hello(ANA, last), again.take()
    again.send(BO, 1, "ana", "news")
    assert again.take()[-1][1][1] > last


def test_ids_are_marked_before_they_are_given_and_as_many_as_there_are_to_give(store, clock):
    server = Server(store, clock, write="behind")
    server.join("ana"), server.join("bo")
    server.send(ANA, 1, "bo", "x")
    assert store.load("mark")[0][1] == 1 + 1 + MOST_WAITING
    server._next = server._high  # the last but one is given
    writes, write = [], store.write
    store.write = lambda batch: writes.append(batch) or write(batch)
    server.send(ANA, 2, "bo", "x"), server.send(ANA, 3, "bo", "x")
    assert [[*batch] for batch in writes] == [["mark"]] and server._high > server._next
    store.trouble = "full"
    server._next = server._high
    with pytest.raises(DatabaseTrouble):
        server.got(BO, server._next - 1)
    assert len(server._devices[BO].queue) == 3 and server._devices[BO].cursor == 0


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_device_whose_joining_had_no_answer_is_nobody_else_s(kind, clock, tmp_path):
    store = ForgetfulStore() if kind == "memory" else SqlStore(tmp_path / "a.db")
    server, write = Server(store, clock), store.write
    server.join("ana")

    def torn(batch):
        write(batch)
        raise DatabaseTrouble("write", "gone")

    store.write = torn
    for _ in range(2):
        with pytest.raises(DatabaseTrouble):
            server.join("bo")
    store.write = write
    server.join("cy")
    assert store.load("device") == [
        (1, "ana", "phone", 0),
        (2, "bo", "phone", 0),
        (3, "cy", "phone", 0),
    ]
    server.join("bo"), sent(server, "for cy only", to="cy")
    again = Server(store, clock)
    assert again._devices.keys() == {ANA, BO, CY} and again.join("dee") == ("dee", "phone")
    assert store.load("device")[-1][:2] == (4, "dee")
    again.hello(BO, 0)
    assert pushes(again, BO) == []


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_second_server_on_the_same_log_takes_no_device_of_the_first(kind, clock, tmp_path):
    here, there = (
        [ForgetfulStore()] * 2 if kind == "memory" else (SqlStore(tmp_path / "a.db") for _ in "ab")
    )
    one, two = Server(here, clock), Server(there, clock)
    one.join("ana")
    with pytest.raises(DatabaseTrouble, match="two programs write here"):
        two.join("bo")
    assert there.load("device") == [(1, "ana", "phone", 0)] and not two._devices


@pytest.mark.parametrize("error", [DatabaseTrouble("write", "gone"), KeyboardInterrupt()])
@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_stroke_that_took_effect_and_was_cut_off_is_no_obstacle_to_the_next(kind, error, clock):
    store = ForgetfulStore() if kind == "memory" else SqlStore()
    server, write = Server(store, clock), store.write
    server.join("ana"), server.join("bo")
    server.send(ANA, 1, "bo", "a")

    def cut(batch):
        write(batch)
        raise error

    store.write = cut
    with pytest.raises(type(error)):
        server.commit()
    store.write = write
    server.send(ANA, 2, "bo", "b")
    assert server.take() == [] and server.commit() == 2
    assert server.take() == [(ANA, ("ack", n, n, 1)) for n in (1, 2)]
    assert [row[6] for row in store.load("message")] == ["a", "b"]


def test_who_joins_after_a_message_was_sent_does_not_get_it(server, clock):
    server.send(ANA, 1, "bo", "for the phone")
    laptop = server.join("bo", "laptop")
    server.commit(), server.hello(laptop, 0)
    assert pushes(server, laptop) == []
    server.hello(BO, 0), server.got(BO, 1), server.commit()
    assert pushes(server, laptop) == [] and [*server._devices[laptop].queue] == []
    mine = server.join("ana", "laptop")  # nor does its receipt
    server.hello(mine, 0)
    assert pushes(server, mine) == []


def test_a_group_that_is_changed_before_the_commit_is_that_of_the_sending(server, store, clock):
    server.party("club", ["ana", "bo", "cy"])
    server.send(ANA, 1, "club", "a"), server.party("club", ["ana", "bo"])
    server.commit(), server.party("club", ["ana"]), server.send(ANA, 1, "club", "a")
    again = Server(store, clock)
    again.send(ANA, 1, "club", "a")
    acks = [p for p in (*server.take(), *again.take()) if p[1][0] == "ack"]
    assert acks == [(ANA, ("ack", 1, 1, 2))] * 3, "Bo and Cy have it, and their receipts will come"


def test_a_clock_that_fails_fails_before_anything_has_changed(server, store):
    sent(server, "a"), server.hello(BO, 0), server.take()
    right, now = server._clock, []
    for wrong, kind in ((lambda: 1 / 0, ZeroDivisionError), (lambda: None, TypeError)):
        server._clock = wrong
        for call in (
            lambda: server.got(BO, 1), lambda: server.send(ANA, 2, "bo", "b"), server.commit,
            server.tick, server.expire,
        ):  # fmt: skip
            with pytest.raises(
                kind, match=None if kind is ZeroDivisionError else "clock gives None"
            ):
                call()
        now.append((len(server), server._devices[BO].cursor, server._next, dict(server.counts)))
    assert now == [(1, 0, 2, {"accepted": 1})] * 2
    server._clock = right
    server.got(BO, 1), server.commit()
    assert server.counts["delivered"] == 1 and store.load("device")[1][3] == 1


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_both_stores_hold_the_same_after_the_same_evening(clock):
    tables = []
    with SqlStore() as real:
        for store in (ForgetfulStore(), real):
            server = Server(store, clock, ttl_s=60.0, remember_s=30.0)
            server.join("ana"), server.join("bo"), server.party("club", ("ana", "bo"))
            sent(server, "a", "b", "ümlaut"), sent(server, "c", to="club")
            server.got(BO, 2), server.commit()
            clock.now_s += 31
            sent(server, "d"), server.commit()
            tables.append(
                {name: store.load(name) for name in ("message", "sent", "device", "party", "mark")}
            )
            clock.now_s = 100.0
    assert tables[0] == tables[1] and len(tables[0]["sent"]) == 1
    with pytest.raises(DatabaseTrouble, match="closed"):
        real.load("sent")


# ── Refusals ────────────────────────────────────────────────────────────────
def test_who_is_unknown_or_sends_nonsense_is_told_so_and_nothing_has_happened(server, store):
    long = "x" * 100_000
    for packet, words in [
        (("send", 1, "zoe", "hi"), "to='zoe' must be a user or a group"),
        (("send", 2, "bo", long), "body has 100000 letters and must have at most 65536"),
        (("send", 3, "bo", ""), "body='' must be"),
        (("send", 4, "bo", "a\0b"), "without the letter NUL"),
        (("send", 4, "bo", b"hi"), "body=b'hi' must be"),
        (("send", 4, "bo", "\ud800"), "whole characters"),
        (("send", 0, "bo", "hi"), "client_id=0 must be"),
        (("send", 4, ["bo"], "hi"), "to=['bo'] must be a user"),
        (("read", 5, 1, "bo"), "about=1 must be an integer of at least 1 and at most 0"),
        (("got", 1), "id=1 must be an integer of at least 0 and at most 0"),
        (("hello", 99), "id=99 must be"),
        (("send", {}, "bo", "hi"), "client_id={} must be"),
        (("send", "x" * 10**6, "bo", "hi"), "client_id='xxx"),
        (("send", 1, "x" * 10**6, "hi"), "to='xxx"),
        (("send", 1, "bo", b"x" * 10**6), "body=b'xxx"),
        (("x" * 10**6,), "packet=('xxx"),
        (("wave",), "packet=('wave',) must be one of those in `messages`"),
        ("hello", "packet='hello'"),
    ]:  # fmt: skip
        server.handle(ANA, packet)
        ((who, (kind, client_id, why)),) = server.take()
        assert who == ANA and kind == "refused" and words in why, why
        assert client_id == (packet[1] if len(packet) == 4 and type(packet[1]) is int else 0)
        assert len(why) < 300, "who sends a megabyte gets none back"
    server.handle(("zoe", "phone"), ("send", 1, "bo", "hi"))
    assert "who=('zoe', 'phone') must be a device that has joined" in server.take()[0][1][2]
    assert server.commit() == 0 and store.load("message") == [] and not server.counts["accepted"]


@pytest.mark.parametrize("letter", ["x", "ü"])
def test_a_body_has_as_many_letters_as_it_may_have_and_none_more(server, store, letter):
    sent(server, letter * MOST_LETTERS)
    assert len(store.load("message")[0][6]) == MOST_LETTERS == 65_536
    with pytest.raises(ValueError, match="body has 65537 letters and must have at most 65536"):
        server.send(ANA, 2, "bo", letter * (MOST_LETTERS + 1))


def test_a_device_with_a_name_for_a_number_is_refused():
    with pytest.raises(ValueError, match="number='one'"):
        Device("one", "ana", "phone")


@pytest.mark.parametrize("to", ["cy", "club", ["bo"], None, "x" * 10**6])
def test_a_known_key_with_another_address_is_refused(server, store, clock, to):
    server.party("club", ["ana", "bo"])
    for one, commits in ((server, False), (server, True), (Server(store, clock), True)):
        one.send(ANA, 1, "bo", "a"), one.commit() * commits, one.take()
        one.handle(ANA, ("send", 1, to, "a"))
        ((_, (kind, client_id, why)),) = one.take()
        assert (kind, client_id) == ("refused", 1) and "must be 'bo', as it was at first" in why
        one.commit()
    assert [row[6] for row in store.load("message")] == ["a"]


def test_a_log_without_a_device_of_its_messages_is_refused_in_words(server, store, clock):
    sent(server, "a")
    for number in (2, 1):
        del store._now["device"][number]
        with pytest.raises(ValueError, match=f"store: message 1 is of device {number}, which must"):
            Server(store, clock)


@pytest.mark.parametrize("batch", [
    {"sent": 5}, {"sent": [()]}, {"gone": [1]}, {"message": [(1,)]}, {"device": ((1, "a", "b", 0),)},
    {"mark": [(0, 1, 2.0)], "sent": None}, {"sold": []}, None, {"sent": "x" * 10**6},
])  # fmt: skip
@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_batch_that_is_none_is_refused_and_nothing_of_it_is_entered(kind, batch):
    store = ForgetfulStore() if kind == "memory" else SqlStore()
    with pytest.raises(ValueError, match=r"^batch.{,200} must "):
        store.write(batch)
    assert not any(store.load(table) for table in ("message", "sent", "device", "mark"))
    with pytest.raises(ValueError, match="table='sold' must be one of"):
        store.load("sold")


def test_names_are_taken_once(server):
    server.party("club", ["ana"])
    for call, words in (
        (lambda: server.join("club"), "user='club' must be a name that is free"),
        (lambda: server.party("ana", ["bo"]), "name='ana' must be a name that is free"),
        (lambda: server.party("pals", ["zoe"]), "members has 'zoe': nobody"),
        (lambda: server.party("pals", "ana"), "members='ana' must be a row"),
        (lambda: server.party("pals", []), r"members=\[\] must be a row"),
        (lambda: server.party("pals", 5), "members=5 must be a row"),
        (lambda: server.party("pals", [["ana"]]), r"members has \['ana'\]: nobody"),
        (lambda: server.party("pals", itertools.repeat("ana")), "must be a row of 1 to 1024 users"),
        (lambda: Server(server._store, Clock(), write="later"), "write='later' must be one of"),
        (lambda: Server(None, Clock()), "store=None must have the methods"),
        (lambda: Server(open, Clock()), "store=.* must have the methods"),
        (lambda: Server(ForgetfulStore, Clock()), "store=.* must have the methods"),
        (lambda: Server(type("Half", (), {"write": len})(), Clock()), "store=.* must have the"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
    server.party("all", ["ana"] * MOST_MEMBERS)
    with pytest.raises(ValueError, match="1 to 1024"):
        server.party("all", ["ana"] * (MOST_MEMBERS + 1))


def test_more_than_is_committed_is_not_taken(server, monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    for n in range(1, 4):
        server.send(ANA, n, "bo", "x")
    with pytest.raises(ServerBusy, match="3 messages wait"):
        server.send(ANA, 4, "bo", "x")
    server.handle(ANA, ("send", 4, "bo", "x"))
    assert server.take() == [] and server.counts["busy"] == 1 and MOST_WAITING == 10_000
    server.commit(), server.send(ANA, np.int64(4), "bo", "x")
    assert server.commit() == 1
