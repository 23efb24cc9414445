"""The network and the device at its end."""

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.whatsapp.delivery.client import GIVE_UP_S, HELLO_S, Client
from scalemodel.whatsapp.delivery.network import Network, expected_transmissions, transmissions


def network(drop=0.0, duplicate=0.0, reorder=0.0, delay=0.1, partition=(), seed=1):
    return Network(drop, duplicate, reorder, delay, partition, np.random.default_rng(seed))


class Ear:
    """What a client says, instead of a server."""

    def __init__(self):
        self.heard = []

    def join(self, user, device):
        return user, device

    def handle(self, who, packet):
        self.heard.append(packet)


def push(id, after, body="x", kind="text", about=0, sender="bo", until_s=99.0):
    return ("push", id, after, kind, about, sender, "ana", until_s, body)


@pytest.fixture
def ana():
    return Client(Ear(), "ana", np.random.default_rng(1))


def bodies(client):
    return [row[3] for row in client.shown]


# ── Examples ────────────────────────────────────────────────────────────────
def test_who_is_cut_off_gets_nothing_neither_sent_then_nor_arriving_then():
    line = network(delay=1.0, partition=((5.0, 9.0, "bo"),))
    for at_s in (3.0, 4.9, 6.0, 9.0):
        line.put(at_s, "bo", at_s), line.put(at_s, "cy", at_s)
    arrived = line.due(20.0)
    assert [p for user, p in arrived if user == "bo"] == [3.0, 9.0]
    assert [p for user, p in arrived if user == "cy"] == [3.0, 4.9, 6.0, 9.0]
    assert line.carried == 8 and line.due(20.0) == []


def test_a_gap_waits_and_is_not_acknowledged(ana):
    assert ana.handle(push(2, 1, "b"), 1.0) == [] and ana._server.heard == [("got", 0)]
    assert [e[4] for e in ana.handle(push(1, 0, "a"), 1.1)] == ["a", "b"]
    assert ana._server.heard[-1] == ("got", 2)
    for again in (push(1, 0, "a"), push(2, 1, "b")):
        assert ana.handle(again, 1.2) == [] and bodies(ana) == ["a", "b"]
    assert ana._server.heard[-1] == ("got", 2), "its first acknowledgement was lost"
    ana.handle(push(7, 5), 2.0), ana.handle(push(9, 0, "after what expired"), 2.1)
    assert bodies(ana)[2:] == ["after what expired"] and ana.cursor == 9
    assert ana.handle(push(7, 5), 2.2) == []


def test_of_two_that_may_follow_the_lower_is_shown_first(ana):
    ana.handle(push(5, 4, "b"), 1.0), ana.handle(push(7, 4, "c"), 1.0)
    ana.handle(push(4, 0, "a"), 1.1)
    assert bodies(ana) == ["a", "b", "c"]


def test_what_comes_after_its_time_is_not_shown_and_is_acknowledged(ana):
    assert ana.handle(push(1, 0, until_s=5.0), 5.0) == [] and ana.cursor == 1
    assert len(ana.handle(push(2, 1, until_s=5.1), 5.0)) == 1


def test_a_device_repeats_the_first_with_growing_pauses_and_then_the_next(ana):
    assert (ana.say("bo", "one"), ana.say("bo", "two")) == (1, 2)
    at_s = []
    for now_s in np.arange(0, 30, 0.1):
        before = len(ana._server.heard)
        ana.step(now_s)
        at_s += [now_s] * (("send", 1, "bo", "one") in ana._server.heard[before:])
    pauses = np.diff(at_s)
    assert pauses.min() >= 0.5 and pauses.max() <= 4.2 and pauses[3:].mean() > 1.2
    assert sum(p[0] == "hello" for p in ana._server.heard) == pytest.approx(30 / HELLO_S, abs=1)
    assert ana.handle(("ack", 1, 7, 1), 30.0) == [("acked", 1, 7), ("tick", 1, 1)]
    assert ana.handle(("ack", 1, 7, 1), 30.0) == []
    ana.step(30.0)
    assert ana._server.heard[-1] == ("send", 2, "bo", "two")
    assert ana.handle(("refused", 2, "why"), 31.0) == [("refused", 2, "why")]
    ana.step(40.0), ana.step(40.0 + HELLO_S)
    assert ana._server.heard[-2:] == [("hello", 0)] * 2


def test_what_was_repeated_for_a_month_is_given_up_and_the_next_is_sent(ana):
    ana.say("bo", "one"), ana.say("bo", "two")
    ana.step(5.0), ana.step(5.0 + GIVE_UP_S)
    assert ana._server.heard[-1] == ("send", 1, "bo", "one")
    ana.step(5.1 + GIVE_UP_S), ana.step(6.0 + GIVE_UP_S)
    sends = [p[1] for p in ana._server.heard if p[0] == "send"]
    assert sends == [1, 1, 2, 2] or sends == [1, 1, 2]
    assert ana.handle(("ack", 2, 7, 1), 9e6)[0] == ("acked", 2, 7) and ana.ticks == {1: 0, 2: 1}


def test_ticks_of_a_group_wait_for_the_last_and_a_receipt_may_come_before_the_acknowledgement(ana):
    ana.say("club", "hi")
    assert ana.handle(push(8, 0, "", "delivered", 7, "bo"), 1.0) == []
    assert ana.handle(("ack", 1, 7, 2), 1.1)[1] == ("tick", 1, 1)
    assert ana.handle(push(9, 8, "", "read", 7, "cy"), 1.2) == [("tick", 1, 2)]
    assert ana.handle(push(10, 9, "", "delivered", 7, "cy"), 1.3) == []
    assert ana.handle(push(11, 10, "", "read", 7, "bo"), 1.4) == [("tick", 1, 3)]
    assert ana.shown == [] and ana.ticks == {1: 3}


def test_what_is_read_is_said_once(ana):
    ana.handle(push(1, 0), 1.0), ana.look(), ana.look(), ana.step(5.0)
    assert ana._server.heard[-1] == ("read", 1, 1, "bo") and len(ana._outbox) == 1


# ── Laws ────────────────────────────────────────────────────────────────────
def test_a_calm_network_carries_all_in_order():
    line = network(1.0, 1.0, 1.0, 0.0, ((0.0, 9.0, "bo"),))
    line.put(1.0, "bo", "lost"), line.calm()
    for n in range(20):
        line.put(1.0, "bo", n)
    assert [p for _, p in line.due(1.0)] == [*range(20)]


def test_ratios_are_ratios():
    n = 20_000
    for name, of in (("drop", lambda got: n - got), ("duplicate", lambda got: got - n)):
        line = network(**{name: 0.3})
        for step in range(n):
            line.put(step, "bo", step)
        spread = (0.3 * 0.7 / n) ** 0.5
        assert abs(of(len(line.due(1e6))) / n - 0.3) < 5 * spread


def test_a_packet_comes_at_its_time_and_one_that_is_overtaken_ten_times_as_late():
    line, late_s = network(reorder=0.5, delay=1.0), {}
    for step in range(200):
        line.put(step, "bo", step)
    for now_s in np.arange(0, 215, 0.1):
        late_s |= {sent_s: now_s - sent_s for _, sent_s in line.due(now_s)}
    quick_s = [s for s in late_s.values() if s < 2]
    assert len(late_s) == 200 and 60 < len(quick_s) < 140 and [*late_s] != sorted(late_s)
    assert 0.5 <= min(quick_s) < 0.7 and 1.4 < max(quick_s) <= 1.6
    assert all(5 <= s <= 15.1 for s in late_s.values() if s >= 2)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("drop", [0.0, 0.1, 0.3, 0.6])
def test_a_message_is_sent_as_often_as_the_formula_says(drop):
    expected = expected_transmissions(drop)
    counted = [transmissions(drop, 400, stream(seed, "line")) for seed in range(20)]
    assert agrees([count - expected for count in counted])


def test_the_fact_sheet_s_figures():
    assert expected_transmissions(0.1) == pytest.approx(1.235, abs=5e-4)
    assert expected_transmissions(0.3) == pytest.approx(2.041, abs=5e-4)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("wrong", "words"), [
    ({"drop": 1.1}, "drop=1.1"), ({"duplicate": -1}, "duplicate=-1"), ({"delay": -1}, "delay=-1"),
    ({"partition": ((1.0, 2.0),)}, "partition="), ({"partition": ((3.0, 2.0, "bo"),)}, "partition=2.0"),
])  # fmt: skip
def test_a_network_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        network(**wrong)


@pytest.mark.parametrize("packet", [
    ("wave",), None, ("push", 1), ("push", None), ("push", "x", 0, "text", 0, "a", "b", 1.0, "x"),
    ("push", 1, None, "text", 0, "bo", "ana", 9.0, "hi"), ("push", 1, 0, 5, 0, "bo", "ana", 9.0, "hi"),
    ("push", 1, 0, "read", [], "bo", "ana", 9.0, ""), ("push", 1, 0, "text", 0, {}, "ana", 9.0, "hi"),
    ("push", 1, 0, "text", 0, "bo", 7, 9.0, "hi"), ("push", 1, 0, "text", 0, "bo", "ana", "9", "hi"),
    ("push", 1, 0, "text", 0, "bo", "ana", 9.0, None), ("ack", [], 1, 1), ("ack", 1, {}, 1),
    ("ack", 1, 1, None), ("ack", 1, 1), ("refused", 1, 2), ("refused", [], "why"), ("x" * 10**6,),
])  # fmt: skip
def test_a_packet_that_nobody_knows_is_refused(ana, packet):
    ana.say("bo", "tea")
    with pytest.raises(ValueError, match=r"^packet=.{,90} must be one of those"):
        ana.handle(packet, 1.0)
    assert ana.shown == [] and ana._server.heard == [] and len(ana._outbox) == 1
    assert len(ana.handle(push(1, 0), 1.0)) == 1, "and what comes then is shown"


def test_what_is_counted_ends():
    for wrong, words in ((0.999, "drop=0.999 must be .* at most 0.9"), (-0.1, "drop=-0.1")):
        with pytest.raises(ValueError, match=words):
            transmissions(wrong, 1_000, np.random.default_rng(1))
    for wrong in (0, 10_001):
        with pytest.raises(ValueError, match=f"messages={wrong} must be .* at most 10000"):
            transmissions(0.1, wrong, np.random.default_rng(1))
    assert (
        expected_transmissions(0.999) == pytest.approx(1e6)
        and transmissions(0.9, 1, stream(1, "n")) >= 1
    )


@pytest.mark.parametrize("server", [None, Ear, type("Half", (), {"join": len})()])
def test_a_device_without_a_server_is_refused(server):
    with pytest.raises(ValueError, match=r"server=.* must have the methods join and handle"):
        Client(server, "ana", np.random.default_rng(1))
