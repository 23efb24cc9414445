"""The parts of the live service without a socket: words, outbox, allowance, registry, patience."""

import asyncio
import json
import math
import resource
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close
from websockets.protocol import State

from scalemodel.core.rng import stream
from scalemodel.twitter.live import gateway, wire
from scalemodel.twitter.live.admission import Registry, rising
from scalemodel.twitter.live.arrival import (
    SceneConfig,
    expected_frames_per_s,
    expected_queue,
    expected_wait_s,
    scene,
)  # fmt: skip
from scalemodel.twitter.live.client import MOST_FRAME_BYTES, LiveClient, backoff_s
from scalemodel.twitter.live.demo import demo
from scalemodel.twitter.live.flow import arrivals, newest_seen
from scalemodel.twitter.live.gateway import Gateway, GatewayConfig, GatewayReport
from scalemodel.twitter.live.outbox import Inbox, Outbox, answer, answered_to
from scalemodel.twitter.live.reconnect import expected_end_s, storm
from scalemodel.twitter.live.service import LiveService

ANA, BO, STAR = range(3)
KEY = b"only the server has it"


class Shelf:
    """A timeline service with one page for everybody; its clock may not go back."""

    def __init__(self, ids=(), horizon=wire.NOTHING):
        self.ids, self._horizon, self.dates = list(ids), horizon, []

    def timeline(self, user, n):
        return self.ids[: -n - 1 : -1]

    def horizon(self, user):
        return self._horizon

    def followers(self, user):
        return [ANA, BO]

    def post(self, author, time_s):
        if time_s is not None and self.dates and time_s < self.dates[-1]:
            raise ValueError(f"time_s={time_s} must be at least {self.dates[-1]}")
        self.dates.append(time_s)
        self.ids.append(self.ids[-1] + 1 if self.ids else 0)
        return self.ids[-1]


def reply(shelf, last_id, snapshot_posts=3, gap_posts=2):
    return answer(shelf, ANA, last_id, snapshot_posts=snapshot_posts, gap_posts=gap_posts)


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("last_id", "words"),
    [
        (None, (wire.Snapshot((9, 7, 5)),)),
        (9, (wire.Gap(()),)),
        (8, (wire.Gap((9,)),)),
        (5, (wire.Gap((7, 9)),)),
        (4, (wire.TooOld(), wire.Snapshot((9, 7, 5)))),
        (10, (wire.TooOld(), wire.Snapshot((9, 7, 5)))),  # one ahead of the service
        (wire.MOST_ID, (wire.TooOld(), wire.Snapshot((9, 7, 5)))),
    ],
)
def test_what_a_reader_is_told_who_holds(last_id, words):
    assert reply(Shelf([1, 3, 5, 7, 9]), last_id) == words


def test_the_horizon_itself_is_known_and_below_it_is_too_old():
    shelf = Shelf([7, 9], horizon=6)
    assert reply(shelf, 6) == (wire.Gap((7, 9)),)
    assert reply(shelf, 5)[0] == wire.TooOld()


def test_a_page_and_a_gap_may_be_of_one_post():
    shelf = Shelf([1, 3])
    assert reply(shelf, 1, snapshot_posts=1, gap_posts=1) == (wire.Gap((3,)),)
    assert reply(shelf, 0, snapshot_posts=1, gap_posts=1) == (wire.TooOld(), wire.Snapshot((3,)))


def test_an_empty_page_is_no_reason_to_start_again():
    assert reply(Shelf(), wire.NOTHING) == (wire.Gap(()),)
    assert reply(Shelf(), 0) == (wire.TooOld(), wire.Snapshot(()))


def test_who_is_ahead_of_the_service_starts_again_and_hears_what_follows():
    inbox, outbox = Inbox(), Outbox(queue_posts=5, window_s=0.0, frame_posts=5)
    inbox.receive(wire.Snapshot((100, 99)))
    words = reply(Shelf([1, 2]), inbox.last_id)  # another service, younger than the first
    outbox.caught_up(answered_to(words, inbox.last_id))
    for word in words:
        inbox.receive(word)
    assert (inbox.ids, inbox.last_id, inbox.reloads) == ([1, 2], 2, 1)
    assert outbox.offer(3)
    inbox.receive(outbox.take(0.0))
    assert inbox.ids == [1, 2, 3]


def test_the_window_opens_at_its_end_and_not_before():
    outbox = Outbox(queue_posts=5, window_s=0.5, frame_posts=5)
    assert (outbox.due_s, outbox.take(0.0)) == (math.inf, None)
    outbox.offer(1)
    assert outbox.take(10.0) == wire.Delta((1,))
    outbox.offer(2)
    assert (outbox.due_s, outbox.take(math.nextafter(10.5, 0))) == (10.5, None)
    assert outbox.take(10.5) == wire.Delta((2,))
    assert outbox.due_s == math.inf


def test_a_frame_takes_so_many_and_leaves_the_rest_in_order():
    outbox = Outbox(queue_posts=9, window_s=0.0, frame_posts=2)
    for tweet in (1, 2, 3, 4, 5):
        outbox.offer(tweet)
    assert [outbox.take(0.0).ids for _ in range(3)] == [(1, 2), (3, 4), (5,)]
    assert len(outbox) == 0 and outbox.take(0.0) is None


def test_the_lid_closes_at_the_limit_and_opens_when_the_reader_has_asked():
    outbox = Outbox(queue_posts=2, window_s=0.0, frame_posts=9)
    assert [outbox.offer(tweet) for tweet in (1, 2, 3)] == [True, True, False]
    assert outbox.take(0.0) == wire.Delta((1, 2))
    assert not outbox.offer(4), "room again, but 3 would be a hole"
    assert (outbox.missed, len(outbox)) == (2, 0)
    outbox.caught_up(4)
    assert (outbox.missed, outbox.due_s) == (0, math.inf)
    assert outbox.offer(5) and outbox.take(0.0) == wire.Delta((5,))


def test_what_lies_in_the_box_is_not_sent_after_an_answer_that_has_it():
    outbox = Outbox(queue_posts=9, window_s=0.0, frame_posts=9)
    outbox.offer(1), outbox.offer(2)
    outbox.caught_up(2)
    assert len(outbox) == 0 and outbox.take(0.0) is None
    assert not outbox.offer(2), "twice"
    outbox.caught_up(1)  # an older question, answered later
    assert not outbox.offer(2) and outbox.offer(3)


def test_the_reader_is_told_again_when_the_number_has_doubled():
    outbox, told = Outbox(queue_posts=1, window_s=0.0, frame_posts=1), []
    assert [outbox.offer(tweet) for tweet in (0, 1)] == [True, False]
    assert outbox.take(0.0) == wire.Delta((0,)), "posts go first"
    for tweet in range(2, 20):
        word = outbox.take(0.0)
        told += [word.posts] if word else []
        outbox.offer(tweet)
    assert told == [1, 2, 4, 8, 16]
    outbox.caught_up(19)
    assert [outbox.offer(tweet) for tweet in (20, 21)] == [True, False]
    assert [outbox.take(0.0) for _ in range(3)] == [wire.Delta((20,)), wire.Missed(1), None]


def test_a_post_withheld_makes_the_reader_ask():
    outbox = Outbox(queue_posts=5, window_s=0.0, frame_posts=5)
    outbox.withhold(7)
    assert (outbox.newest, outbox.take(0.0)) == (7, wire.Missed(1))
    assert not outbox.offer(8), "7 would be a hole"
    assert outbox.missed == 2


def test_a_new_line_asks_anew():
    inbox = Inbox()
    assert inbox.receive(wire.Missed(2)) == wire.Since(wire.NOTHING)  # before any page
    assert inbox.receive(wire.Missed(4)) is None
    assert inbox.hello(ANA, "proof") == wire.Hello(ANA, "proof", None)
    assert inbox.receive(wire.Missed(1)) == wire.Since(wire.NOTHING)
    inbox.receive(wire.Snapshot((5,)))
    assert inbox.receive(wire.Missed(1)) == wire.Since(5), "a page answers a question too"
    inbox.receive(wire.Gap((6,)))
    assert inbox.receive(wire.Missed(1)) == wire.Since(6)
    assert (inbox.gaps, inbox.reloads, inbox.missed) == (1, 0, 1)


def test_an_inbox_takes_no_id_twice():
    inbox = Inbox()
    inbox.receive(wire.Snapshot((5, 3)))
    for word in (wire.Delta((4, 5)), wire.Delta((5, 6)), wire.Gap((6, 7)), wire.Refused("no")):
        assert inbox.receive(word) is None
    assert (inbox.ids, inbox.last_id) == ([3, 5, 6, 7], 7)


def test_who_has_caught_up_is_offered_nothing_that_they_know():
    outbox = Outbox(queue_posts=2, window_s=0.0, frame_posts=2)
    outbox.caught_up(9)
    assert [outbox.offer(tweet) for tweet in (8, 9, 10)] == [False, False, True]
    outbox.caught_up(3)  # an older answer takes nothing back
    assert [outbox.offer(tweet) for tweet in (10, 11)] == [False, True]


def test_the_first_id_of_all_is_one_in_whatever_form_it_comes():
    for first in (0, np.int64(0)):
        assert Outbox(queue_posts=2, window_s=0.0, frame_posts=2).offer(first)


def test_a_client_takes_the_largest_frame_there_is_and_not_much_more():
    ids = tuple(range(wire.MOST_ID - wire.MOST_IDS, wire.MOST_ID))
    largest = max(len(wire.encode(kind(ids))) for kind in (wire.Delta, wire.Gap))
    assert largest <= MOST_FRAME_BYTES < 1.5 * largest


def test_a_registry_counts_each_line_once_and_forgets_who_has_none():
    registry = Registry()
    for line in ("phone", "phone", "laptop"):
        registry.add(17, line)
    registry.add(4, "tablet")
    assert (len(registry), registry.count(17), registry.count(5)) == (3, 2, 0)
    assert sorted(registry) == ["laptop", "phone", "tablet"]
    registry.remove(17, "tablet"), registry.remove(5, "phone")  # not theirs
    assert len(registry) == 3
    registry.remove(17, "phone"), registry.remove(17, "laptop"), registry.remove(17, "laptop")
    assert (len(registry), registry.count(17), registry.live([4, 17])) == (1, 0, ["tablet"])
    registry.remove(4, "tablet"), registry.live([4])
    assert registry._lines == {}, "who has gone leaves nothing behind"


@pytest.mark.parametrize("call", [Registry.add, Registry.remove])
def test_a_line_that_cannot_be_found_again_is_refused(call):
    with pytest.raises(ValueError, match=r"line=\[\] must be"):
        call(Registry(), 17, [])


def test_a_row_rises_from_each_to_the_next():
    assert rising("ids", [3, 3, 9]).tolist() == [3, 3, 9]
    for fallen in ([3, 5, 4], [-1, 3], [[3, 4]], [3.0], ["3"]):
        with pytest.raises(ValueError, match=r"^ids=.* must"):
            rising("ids", fallen)


def test_what_is_refused_is_shown_as_far_as_it_is_of_use():
    short, long = "x" * 58, "x" * 59  # and two quotes
    with pytest.raises(ValueError, match=f"text='{short}' must be"):
        wire.from_client(short)
    with pytest.raises(ValueError, match=f"text='{'x' * 56}[.][.][.] must be"):
        wire.from_client(long)


def test_what_a_gateway_allows_if_nothing_is_said():
    assert GatewayConfig() == GatewayConfig(
        window_s=0.1, queue_posts=256, frame_posts=100, snapshot_posts=50, gap_posts=400,
        write_buffer_bytes=4_096, kernel_buffer_bytes=16_384, message_bytes=4_096,
        messages_per_s=10.0, messages_burst=30, connections=None, user_connections=5,
        connects_per_s=1_000.0, connects_burst=2_000, hello_deadline_s=5.0, ping_interval_s=20.0,
        ping_deadline_s=20.0, close_deadline_s=2.0,
    )  # fmt: skip
    assert GatewayConfig(snapshot_posts=500).unsent_bytes == 4_096 + 24 * 600 + 4_096


class Loop:
    """A clock that is set by hand, and what waits for it."""

    def __init__(self):
        self.now_s, self.alarms = 0.0, []

    def time(self):
        return self.now_s

    def call_at(self, at_s, call, *arguments):
        self.alarms.append((at_s, call, arguments))

    def go_to(self, now_s):
        self.now_s = now_s
        due = [alarm for alarm in self.alarms if alarm[0] <= now_s]
        self.alarms = [alarm for alarm in self.alarms if alarm[0] > now_s]
        for _, call, arguments in due:
            call(*arguments)


class Line(SimpleNamespace):
    """What the gateway sees of a line, with what was written on it."""

    __hash__ = object.__hash__

    def __init__(self, user, config):
        box = Outbox(config.queue_posts, config.window_s, config.frame_posts)
        super().__init__(user=user, outbox=box, paused=False, alarmed=False, written=[])
        self.protocol = SimpleNamespace(state=State.OPEN)
        self.transport = self

    def write(self, frame):
        length = frame[1] if frame[1] < 126 else int.from_bytes(frame[2:4], "big")
        assert frame[0] == 0x81 and len(frame) == length + (2 if length < 126 else 4)
        self.written.append(wire.from_gateway(frame[-length:].decode()))

    def is_closing(self):
        return False


def switchboard(**config):
    desk = Gateway(Shelf(), KEY, GatewayConfig(**config))
    desk._loop = Loop()
    lines = [Line(user, desk.config) for user in (ANA, BO)]
    for line in lines:
        desk.registry.add(line.user, line)
    return desk, *lines


def test_a_gateway_that_has_done_nothing_counts_nothing():
    report = Gateway(Shelf(), KEY).report
    counts = {name: getattr(report, name) for name in report.__slots__}
    assert report == GatewayReport() and counts.pop("refused") == {}
    assert set(counts.values()) == {0}


def test_one_alarm_wakes_all_lines_that_wait_for_it():
    desk, ana, bo = switchboard(window_s=1.0)
    desk.deliver((1,), [ANA, BO])
    desk.deliver((2,), [ANA, BO])
    desk.deliver((3,), [BO])
    assert ana.written == bo.written == [wire.Delta((1,))]
    assert [at_s for at_s, _, _ in desk._loop.alarms] == [1.0]
    desk._loop.go_to(1.0)
    assert ana.written[1:] == [wire.Delta((2,))] and bo.written[1:] == [wire.Delta((2, 3))]
    desk.deliver((4,), [ANA])
    desk._loop.go_to(2.0)
    assert ana.written[2:] == [wire.Delta((4,))], "the alarm can be set again"
    assert not desk._alarms and not desk._loop.alarms
    done = desk.report
    assert (done.deltas, done.deliveries, done.longest_queue) == (5, 6, 2)


@pytest.mark.parametrize(("rings_s", "next_s"), [(1.5, 2.5), (0.999, 2.0)])
def test_an_alarm_that_rings_late_or_a_little_early_sends_once(rings_s, next_s):
    desk, ana, _ = switchboard(window_s=1.0)
    desk.deliver((1,), [ANA])
    desk.deliver((2,), [ANA])
    desk._loop.now_s = rings_s
    desk._ring(1.0)
    assert ana.written[1:] == [wire.Delta((2,))]
    desk.deliver((3,), [ANA])
    assert ana.outbox.due_s == next_s, "a window after the frame left"


def test_a_full_socket_is_left_alone_until_it_takes_bytes():
    desk, ana, bo = switchboard(window_s=0.0, queue_posts=2)
    ana.paused = True
    for tweet in (1, 2, 3, 4):
        desk.deliver((tweet,), [ANA, BO])
    assert ana.written == [] and len(bo.written) == 4
    assert (desk.report.missed, desk.report.longest_queue) == (2, 2)
    ana.paused = False
    desk._pump(ana, 0.0)
    desk._loop.go_to(0.0)
    assert ana.written == [wire.Delta((1, 2)), wire.Missed(2)]
    assert desk.report.notices == 1


@pytest.mark.parametrize("gone", ["closing", "cut", "forgotten"])
def test_nothing_is_written_on_a_line_that_ends(gone):
    desk, ana, _ = switchboard(window_s=0.0)
    if gone == "closing":
        ana.protocol.state = State.CLOSING
    elif gone == "cut":
        ana.is_closing = lambda: True
    else:
        ana.outbox = None
        desk._pump(ana, 0.0)
        return
    desk.deliver((1,), [ANA])
    assert ana.written == [] and desk.report.deltas == 0


def test_whose_tweet_nobody_knows_everybody_asks_for():
    desk, ana, bo = switchboard(window_s=0.0)
    desk.withhold(5)
    assert ana.written == bo.written == [wire.Missed(1)]
    assert desk.report.untold == 1


def test_a_clock_set_back_dates_nothing_backwards():
    shelf, clock = Shelf(), iter([100.0, 99.5, 100.25, 3.0])
    service = LiveService(shelf, KEY, clock_s=lambda: next(clock))
    assert [service.post(STAR) for _ in range(4)] == [0, 1, 2, 3]
    assert shelf.dates == [100.0, 100.0, 100.25, 100.25]


def test_a_date_that_was_refused_is_forgotten():
    class Strict(Shelf):
        def post(self, author, time_s):
            if time_s > 1e9:
                raise ValueError(f"time_s={time_s} is too late")
            return super().post(author, time_s)

    clock = iter([1.0, 1e12, 2.0])
    service = LiveService(Strict(), KEY, clock_s=lambda: next(clock))
    service.post(STAR)
    with pytest.raises(ValueError, match="too late"):
        service.post(STAR)
    service.post(STAR)
    assert service.timelines.dates == [1.0, 2.0]


def test_a_tweet_that_is_stored_is_accepted_even_if_its_followers_cannot_be_found(caplog):
    class Forgetful(Shelf):
        def followers(self, user):
            raise ConnectionError("no answer")

    service = LiveService(Forgetful(), KEY)
    assert service.post(STAR) == 0 and service.timelines.ids == [0]
    assert service.gateway.report.untold == 1 and "tweet 0 is stored" in caplog.text


@pytest.mark.parametrize("attempt", [0, 1, 2, 3, 4, 60, 61, 2**70])
def test_a_pause_is_drawn_from_nothing_to_a_bound_that_doubles(attempt):
    bound_s = [0.5, 1.0, 2.0, 4.0, 5.0][min(attempt, 4)]
    drawn_s = backoff_s(attempt, stream(1, "pause"), 0.5, 5.0)
    assert drawn_s == stream(1, "pause").uniform(0, bound_s)


@pytest.mark.parametrize(
    ("code", "reason", "final"),
    [
        (1008, "forged user", True), (1007, "malformed", True), (1009, "", True), (1003, "", True),
        (1002, "", True), (1008, "no hello", False), (1013, "", False), (1006, "", False),
        (1001, "", False), (1011, "", False),
    ],
)  # fmt: skip
def test_a_client_gives_up_only_where_asking_again_is_no_use(code, reason, final):
    """A hello that was late is none: on a busy machine it left readers in silence for ever."""
    client = LiveClient(1, ANA, "proof", rng=stream(1, "Ana"), base_s=0.001, most_s=0.001)

    async def refused_then_stopped():
        if client.attempts == 2:
            client._stopped = True
            return
        close = None if code == 1006 else Close(code, reason)
        raise ConnectionClosedError(close, None)

    client._session = refused_then_stopped
    asyncio.run(client.run())
    assert client.attempts == (1 if final else 2)
    assert client.closed_with == (code if final else None)


def test_pauses_double_up_to_the_bound_and_begin_anew_after_a_frame(monkeypatch):
    client, bounds = LiveClient(1, ANA, "proof", rng=stream(1, "Ana"), base_s=1, most_s=5), []

    async def fails():
        client.frames += client.attempts == 5
        client._stopped = client.attempts == 7
        raise OSError("nobody there")

    def note(attempt, rng, base_s, most_s):
        bounds.append(min(most_s, base_s * 2**attempt))
        return 0.0

    client._session = fails
    monkeypatch.setattr("scalemodel.twitter.live.client.backoff_s", note)
    asyncio.run(client.run())
    assert bounds == [2, 4, 5, 5, 1, 2]


def test_who_posts_without_a_line_is_told_so():
    client = LiveClient(1, ANA, "proof", rng=stream(1, "Ana"))
    with pytest.raises(ConnectionError, match="there is no connection now"):
        asyncio.run(client.post())
    with pytest.raises(ValueError, match="post='' must be"):
        asyncio.run(client.post(""))


# ── Laws ────────────────────────────────────────────────────────────────────
ids = st.integers(0, wire.MOST_ID)
known = st.integers(-1, wire.MOST_ID)
texts = st.text(min_size=1, max_size=30)  # hypothesis draws no halves of a character
rows = st.lists(ids, max_size=9).map(tuple)
client_words = st.one_of(
    st.builds(wire.Hello, ids, st.text(max_size=30), st.none() | known),
    st.builds(wire.Since, known),
    st.builds(wire.Post, texts),
)
gateway_words = st.one_of(
    st.builds(wire.Snapshot, rows), st.builds(wire.Gap, rows), st.builds(wire.Delta, rows),
    st.builds(wire.Missed, st.integers(1, 2**40)), st.builds(wire.Posted, ids),
    st.builds(wire.Refused, texts), st.just(wire.TooOld()),
)  # fmt: skip


@given(word=client_words)
def test_what_a_client_says_is_what_the_gateway_hears(word):
    said = wire.encode(word)
    assert wire.from_client(said) == word
    assert len(said.encode()) <= wire.MOST_BYTES <= GatewayConfig().message_bytes


@given(word=gateway_words)
def test_what_the_gateway_says_is_what_a_client_hears(word):
    assert wire.from_gateway(wire.encode(word)) == word


@given(text=texts)
def test_a_tweet_is_one_however_its_json_is_written(text):
    for plain in (True, False):
        said = json.dumps({"post": text}, ensure_ascii=plain)
        assert wire.from_client(said) == wire.Post(text)
        assert len(said.encode()) <= wire.MOST_BYTES


def test_the_longest_frames_fit():
    assert len(wire.encode(wire.Post("\U0001f600" * 280))) <= wire.MOST_BYTES
    proof = "\U0001f600" * wire.MOST_TOKEN
    assert len(wire.encode(wire.Hello(wire.MOST_ID, proof, wire.MOST_ID))) <= wire.MOST_BYTES
    page = wire.Snapshot((wire.MOST_ID,) * wire.MOST_IDS)
    assert len(wire.encode(page)) < 2**20
    assert len(wire.encode(wire.Post("x" * 280))) == 280 + len('{"post":""}')


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("offer"), st.integers(0, 30)),
            st.tuples(st.just("take"), st.integers(0, 3)),
            st.tuples(st.just("ask"), st.just(0)),
        ),
        max_size=40,
    ),
    queue_posts=st.integers(1, 4),
    frame_posts=st.integers(1, 4),
)
def test_an_outbox_sends_the_beginning_of_what_was_offered(steps, queue_posts, frame_posts):
    outbox = Outbox(queue_posts, 1.0, frame_posts)
    offered, sent, now_s, opens_s = [], [], 0.0, -math.inf
    for step, value in steps:
        if step == "offer":
            fresh = value > (offered[-1] if offered else -1)
            room = fresh and not outbox.missed and len(outbox) < queue_posts
            assert outbox.offer(value) == room
            offered += [value] * fresh
        elif step == "take":
            now_s += value / 2
            word = outbox.take(now_s)
            assert word is None or now_s >= opens_s
            opens_s = opens_s if word is None else now_s + 1.0
            if isinstance(word, wire.Delta):
                assert 1 <= len(word.ids) <= frame_posts
                sent += word.ids
            elif word is not None:
                assert word.posts == len(offered) - len(sent)
        else:
            sent = list(offered)
            outbox.caught_up(outbox.newest)
        outbox.check()
        assert sent == offered[: len(sent)]
        assert len(sent) + len(outbox) + outbox.missed == len(offered)


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(
    users=st.sets(st.integers(0, 40), max_size=12), followers=st.sets(st.integers(0, 40)),
    gone=st.sets(st.integers(0, 40)),
)  # fmt: skip
def test_who_is_live_is_found_either_way(users, followers, gone):
    registry = Registry()
    for user in users:
        registry.add(user, f"line {user}")
    registry.live(range(99))  # what it remembers of this is not to stay
    for user in users & gone:
        registry.remove(user, f"line {user}")
    expected = [f"line {user}" for user in sorted((users - gone) & followers)]
    assert registry.live(sorted(followers)) == expected
    assert registry.live(np.array(sorted(followers), dtype=np.int32)) == expected


def test_a_rate_that_is_no_whole_number_a_slot_is_kept_in_the_long_run():
    tried = storm(5, 15.0, False, stream(1, "storm"))
    let_in = tried.time_s[tried.accepted].tolist()
    assert let_in == [0.0, 0.5, 0.5, 1.5, 1.5]  # 1.5 a slot: 1, 2, 1, 2 ...


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"post": "hi", "since": "4"}', "must have one key: hello, since or post"),
        ('{"post": "hi", "colour": 1}', "must have one key: hello, since or post"),
        ('{"since": "4", "colour": 1}', "must have one key: hello, since or post"),
        ('{"post": "one", "post": "two"}', "keys are said once"),
        ('{"hello": {"user": 1, "token": "", "last_id": "2"}, "post": "hi"}', "must have one key"),
        ('{"hello": {"user": 1, "token": "", "name": "Ana"}}', "user, token and last_id"),
        ('{"hello": {"user": 1, "user": 2, "token": ""}}', "keys are said once"),
        ('{"hello": {"user": 1}}', "user, token and last_id"),
        ('{"hello": {"user": 1, "token": "' + "x" * 201 + '"}}', "up to 200 characters"),
        ('{"hello": {"user": -1, "token": ""}}', "user=-1 must be"),
        ("{}", "must have one key"),
        ('{"since": "-2"}', "since='-2' must be an id"),
        ('{"since": "9223372036854775808"}', "must be an id"),
        ('{"since": "٤"}', "must be an id"),
        ('{"post": ""}', "1 to 280 characters"),
        ('{"post": "' + "x" * 281 + '"}', "1 to 280 characters"),
        ('{"post": "\\ud83d"}', "none of them half of one"),
    ],
)
def test_what_a_client_may_not_say_is_said_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        wire.from_client(text)


@pytest.mark.parametrize(
    "text",
    ['{"ids": ["1"], "gap": []}', '{"ids": ["-1"]}', '{"ids": "12"}', '{"missed": 0}',
     '{"snapshot": ["3"], "newest": "4"}', '{"snapshot": []}', '{"too_old": false}',
     '{"too_old": true, "ids": []}', '{"posted": "-1"}', '{"posted": "1", "ids": []}',
     '{"missed": 1, "ids": []}', '{"gap": [], "ids": []}', '{"refused": ""}',
     '{"snapshot": [], "newest": "-1", "ids": []}', '{"refused": "a", "ids": []}', "[]"],
)  # fmt: skip
def test_what_a_gateway_never_says_has_no_form(text):
    with pytest.raises(ValueError):
        wire.from_gateway(text)


@pytest.mark.parametrize(
    "word",
    [None, 3, "text", wire.Since, wire.Since(None), wire.Since(2**63), wire.Since(-2),
     wire.Post(""), wire.Post("x" * 281), wire.Post(b"x"), wire.Post("\ud83d"), wire.Posted(-1),
     wire.Missed(0), wire.Delta(None), wire.Delta((1.0,)), wire.Gap((-1,)), wire.Snapshot((True,)),
     wire.Snapshot(7), wire.Refused(""), wire.Delta((1,) * (wire.MOST_IDS + 1)),
     wire.Hello(None, ""), wire.Hello(1, None), wire.Hello(1, "x" * 201), wire.Hello(1, "", "7")],
    ids=lambda word: str(word)[:30],
)  # fmt: skip
def test_a_word_that_would_be_refused_is_not_made(word):
    with pytest.raises(ValueError, match=r"^\w+=.* must be "):
        wire.encode(word)


def test_a_storm_that_ends_soon_is_let_happen():
    assert storm(1_500, 500.0, False, stream(1, "storm")).accepted.sum() == 1_500
    usual = storm(300, 50.0, False, stream(1, "storm"), base_s=0.5, most_s=30.0)
    assert (usual.time_s == storm(300, 50.0, False, stream(1, "storm")).time_s).all()
    with pytest.raises(ValueError, match="rng=None"):
        storm(1, 10.0, False, None)


def test_open_files_bound_the_lines(monkeypatch):
    monkeypatch.setattr(gateway.os, "listdir", lambda folder: ["a file"] * 10)
    monkeypatch.setattr(resource, "getrlimit", lambda which: (200, 4_096))
    fit = 200 - 10 - gateway.SPARE_FILES
    assert gateway._lines_that_fit(fit) == gateway._lines_that_fit(None) == fit
    with pytest.raises(ValueError, match=f"connections={fit + 1} must be at most {fit} here"):
        gateway._lines_that_fit(fit + 1)

    async def opened():
        async with Gateway(Shelf(), KEY, GatewayConfig(connections=5_000)):
            pass

    with pytest.raises(ValueError, match="connections=5000 must be at most"):
        asyncio.run(opened())
    monkeypatch.setattr(resource, "getrlimit", lambda which: (40, 40))
    with pytest.raises(ValueError, match="connections=None must be at most 0"):
        gateway._lines_that_fit(None)
    for most in (resource.RLIM_INFINITY, 1_000_000):
        monkeypatch.setattr(resource, "getrlimit", lambda which, most=most: (most, most))
        assert gateway._lines_that_fit(None) == gateway.LINES
        assert gateway._lines_that_fit(7_000) == 7_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"base_s": 0}, "base_s=0 must be"),
        ({"base_s": 1e-300}, "base_s=1e-300 must be"),
        ({"most_s": 0}, "most_s=0 must be"),
        ({"most_s": 0.4}, "most_s=0.4 must be a finite number of at least 0.5"),
        ({"most_s": 1e300}, "most_s=1e"),
        ({"clients": 10**6}, "clients=1000000 must be fewer"),
        ({"clients": 5_000, "jitter": False}, "clients=5000 must be fewer"),
        ({"clients": 5_000, "base_s": 0.001, "most_s": 0.001}, "clients=5000 must be fewer"),
    ],
)
def test_a_storm_that_would_not_end_is_refused(arguments, words):
    usual = {"clients": 10, "accepts_per_s": 10.0, "jitter": True, "rng": stream(1, "storm")}
    with pytest.raises(ValueError, match=words):
        storm(**(usual | arguments))


DAY_S = 86_400.0
LIMITS = [  # least and most that are taken
    (GatewayConfig, "window_s", 0.0, DAY_S),
    *((GatewayConfig, name, 0.001, DAY_S)
      for name in ("hello_deadline_s", "ping_interval_s", "ping_deadline_s", "close_deadline_s")),
    (GatewayConfig, "messages_per_s", math.nextafter(0, 1), 2.0**30),
    (GatewayConfig, "connects_per_s", math.nextafter(0, 1), 2.0**30),
    (GatewayConfig, "queue_posts", 1, 1_000_000),
    *((GatewayConfig, name, 1, 40_000) for name in ("frame_posts", "snapshot_posts", "gap_posts")),
    *((GatewayConfig, name, 1, 2**30)
      for name in ("messages_burst", "user_connections", "connects_burst", "write_buffer_bytes",
                   "connections", "kernel_buffer_bytes")),
    (GatewayConfig, "message_bytes", 12 * 280 + 64, 2**30),
    (SceneConfig, "drain_per_s", 1e-6, 1e6),
    *((SceneConfig, name, 0.0, DAY_S) for name in ("window_s", "cut_at_s", "cut_s", "line_s")),
    (SceneConfig, "queue_posts", 1, 1_000_000),
    *((SceneConfig, name, 1, 40_000) for name in ("frame_posts", "snapshot_posts", "gap_posts")),
    (SceneConfig, "seed", 0, None),
    (SceneConfig, "duration_s", 0.0, 20_000.0),  # at five posts a second: 100,000
]  # fmt: skip


@pytest.mark.parametrize(("config", "field", "least", "most"), LIMITS)
def test_both_bounds_are_allowed_and_what_lies_beyond_is_not(config, field, least, most):
    for bound, way in ((least, -1), (most, 1)):
        if bound is None:
            continue
        assert getattr(config(**{field: bound}), field) == bound
        beyond = bound + way if isinstance(bound, int) else math.nextafter(bound, way * math.inf)
        with pytest.raises(ValueError, match=rf"\b{field}="):
            config(**{field: beyond})


def test_an_outbox_has_its_bounds():
    least, most = Outbox(1, 0.0, 1), Outbox(1_000_000, DAY_S, 40_000, newest=wire.MOST_ID)
    assert (least.newest, least.due_s, most.newest) == (-1, math.inf, wire.MOST_ID)
    assert not most.offer(wire.MOST_ID) and least.offer(0)


BAD = [None, math.nan, math.inf, -1, 2**63, 2**70, 1e300, "", (), "x", object()]
RNG, USUAL = stream(1, "fuzz"), scene(SceneConfig(duration_s=1.0))
BOX = {"queue_posts": 2, "window_s": 0.1, "frame_posts": 5}
CALLS = {
    "encode": (wire.encode, {"word": wire.Since(1)}),
    "from_client": (wire.from_client, {"text": '{"since":"1"}'}),
    "from_gateway": (wire.from_gateway, {"text": '{"missed":1}'}),
    "Outbox": (Outbox, {**BOX, "newest": 3}),
    "offer": (lambda **given: Outbox(**BOX).offer(**given), {"tweet_id": 5}),
    "take": (lambda **given: Outbox(**BOX).take(**given), {"now_s": 0.0}),
    "withhold": (lambda **given: Outbox(**BOX).withhold(**given), {"tweet_id": 5}),
    "caught_up": (lambda **given: Outbox(**BOX).caught_up(**given), {"newest": 5}),
    "answer": (answer, {"timelines": Shelf([1]), "user": 0, "last_id": 1, "snapshot_posts": 3,
                        "gap_posts": 2}),
    "answered_to": (answered_to, {"words": (wire.Gap((8,)),), "last_id": 7}),
    "receive": (lambda **given: Inbox().receive(**given), {"word": wire.Delta((1,))}),
    "GatewayConfig": (GatewayConfig, {name: getattr(GatewayConfig(), name)
                                      for name in GatewayConfig.__slots__}),
    "count": (lambda **given: Registry().count(**given), {"user": 1}),
    "add": (lambda **given: Registry().add(line="line", **given), {"user": 1}),
    "remove": (lambda **given: Registry().remove(line="line", **given), {"user": 1}),
    "live": (lambda **given: Registry().live(**given), {"followers": [1]}),
    "Gateway": (Gateway, {"timelines": Shelf(), "key": KEY, "config": GatewayConfig(),
                          "accept": None, "port": 0}),
    "deliver": (lambda **given: Gateway(Shelf(), KEY).deliver(**given),
                {"ids": (1,), "followers": [1]}),
    "LiveService": (LiveService, {"timelines": Shelf(), "key": KEY, "config": GatewayConfig(),
                                  "clock_s": None, "port": 0}),
    "post": (lambda **given: LiveService(Shelf(), KEY).post(**given), {"author": 1}),
    "LiveClient": (LiveClient, {"port": 80, "user": 1, "token": "proof", "rng": RNG, "base_s": 0.1,
                                "most_s": 10.0, "receive_buffer_bytes": None, "listen": None,
                                "pace": None}),
    "backoff_s": (backoff_s, {"attempt": 1, "rng": RNG, "base_s": 0.1, "most_s": 1.0}),
    "storm": (storm, {"clients": 5, "accepts_per_s": 20.0, "jitter": True, "rng": RNG,
                      "base_s": 0.5, "most_s": 30.0}),
    "expected_end_s": (expected_end_s, {"clients": 5, "accepts_per_s": 20.0, "base_s": 0.5,
                                        "most_s": 30.0}),
    "SceneConfig": (SceneConfig, {name: getattr(SceneConfig(), name)
                                  for name in SceneConfig.__slots__}),
    "scene": (scene, {"config": SceneConfig(duration_s=0.1), "events": True}),
    "expected_frames_per_s": (expected_frames_per_s, {"posts_per_s": 1.0, "window_s": 0.1}),
    "expected_wait_s": (expected_wait_s, {"posts_per_s": 1.0, "window_s": 0.1}),
    "expected_queue": (expected_queue, {"posts_per_s": 1.0, "window_s": 0.1}),
    "newest_seen": (newest_seen, {"report": USUAL, "reader": "Ana", "at_s": 1.0}),
    "arrivals": (arrivals, {"report": USUAL, "reader": "Ana"}),
    "demo": (lambda **given: asyncio.run(demo(**given)), {"say": print, "burst": 0}),
}  # fmt: skip
FINE = {  # what is allowed there
    ("Outbox", "newest"): [-1], ("caught_up", "newest"): [-1], ("withhold", "tweet_id"): [-1],
    ("answer", "last_id"): [None, -1], ("answered_to", "last_id"): [None, -1],
    ("take", "now_s"): [-1, 2**63, 2**70, 1e300],
    ("GatewayConfig", "connections"): [None], ("GatewayConfig", "kernel_buffer_bytes"): [None],
    ("Gateway", "accept"): [None], ("LiveService", "clock_s"): [None],
    ("LiveClient", "token"): ["", "x"], ("LiveClient", "receive_buffer_bytes"): [None],
    ("LiveClient", "listen"): [None], ("LiveClient", "pace"): [None],
    ("backoff_s", "attempt"): [2**63, 2**70], ("SceneConfig", "seed"): [2**63, 2**70],
    ("live", "followers"): [()], ("deliver", "ids"): [()], ("deliver", "followers"): [()],
    ("newest_seen", "at_s"): [2**63, 2**70, 1e300],
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_one_wrong_argument_is_named(name):
    call, usual = CALLS[name]
    if name != "demo":
        call(**usual)
    for field in usual:
        for value in BAD:
            if value in FINE.get((name, field), ()):
                continue
            try:
                call(**(usual | {field: value}))
            except (ValueError, TypeError) as error:
                assert field in str(error), f"{field}={value!r}: {error}"
            else:
                pytest.fail(f"{name}({field}={value!r}) was taken")
