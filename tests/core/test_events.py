"""The heap of future events: hand cases, every history beside `heapq`, what is refused."""

import heapq
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from scalemodel.core import events
from scalemodel.core.compiled import compiled
from scalemodel.core.events import DESK, FIRST, WAITING, Events
from scalemodel.core.rng import stream

POST, TEA = 0, 1
LATER_S = st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1e6))  # many ties
MOVES = st.lists(st.one_of(st.none(), LATER_S), max_size=80)  # None: pop; else: push so much later


@compiled(f"{events.HEAP}({events.HEAP}, float64[::1])")
def fill(heap, time_s):
    """The heap with an event for each time."""
    for item in range(len(time_s)):
        heap = events.with_room(heap, 1)
        events.push(heap, time_s[item], item % 3, item)
    return heap


@compiled(f"int64({events.HEAP}, float64[::1], float64[::1], int64[::1])")
def follow(heap, later_s, popped_s, popped):
    """Plays moves inside one loop: nan pops, anything else is pushed so much later."""
    count = 0
    for move in range(len(later_s)):
        if not math.isnan(later_s[move]):
            heap = events.with_room(heap, 1)
            events.push(heap, heap[0][DESK] + later_s[move], move % 3, move)
        elif events.waiting(heap) > 0:
            popped_s[count], _, popped[count], _ = events.pop(heap)
            count += 1
    return count


def copied(heap):
    return tuple(array.copy() for array in heap)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_earliest_comes_first_and_equal_times_in_the_order_written():
    day = Events()
    for time_s, kind, item in [(60.0, TEA, 1), (30.0, POST, 2), (60.0, POST, 3), (60.0, TEA, 4)]:
        day.push(time_s, kind, item)
    assert day.peek() == 30.0 and day.clock_s == 0.0 and len(day) == 4
    assert [day.pop() for _ in range(4)] == [
        (30.0, POST, 2, 2), (60.0, TEA, 1, 1), (60.0, POST, 3, 3), (60.0, TEA, 4, 4),
    ]  # fmt: skip
    assert day.peek() == math.inf and day.clock_s == 60.0 and len(day) == 0


def test_an_event_for_this_very_moment_comes_after_those_that_wait_for_it():
    day = Events()
    for item in (1, 2):
        day.push(5.0, POST, item)
    assert day.pop()[2] == 1
    day.push(5.0, TEA, 3)
    assert [day.pop()[2], day.pop()[2]] == [2, 3]


def test_an_event_that_was_called_off_is_passed_over():
    """Ada's tea is put off from 3 to 9, to the moment at which Bo's is ready."""
    ADA, BO = 0, 1
    day, due = Events(), {}
    for who, ready_s in [(ADA, 3.0), (BO, 9.0), (ADA, 9.0)]:
        due[who] = day.push(ready_s, TEA, who)
    served = [day.pop() for _ in range(3)]
    holds = [(time_s, who) for time_s, _, who, serial in served if serial == due[who]]
    assert holds == [(9.0, BO), (9.0, ADA)]


def test_the_desk_holds_the_clock_the_last_serial_and_how_many_wait():
    heap = fill(events.new(3), np.array([3.0, 1.0, 2.0]))
    events.pop(heap)
    assert heap[0][DESK] == 1.0 and heap[1][DESK].tolist() == [3, 2, 0]


def test_room_is_made_by_doubling_and_only_when_it_must_be():
    heap = fill(events.new(4), np.array([3.0, 1.0, 2.0]))
    assert events.with_room(heap, 1) is heap
    times, rows = longer = events.with_room(heap, 2)
    assert len(times) == len(rows) == 10 and len(events.with_room(heap, 90)[0]) == 94
    assert [events.pop(longer)[2] for _ in range(3)] == [1, 2, 0]


# ── Laws ────────────────────────────────────────────────────────────────────
@given(time_s=st.lists(LATER_S, max_size=60), room=st.integers(0, 70))
def test_all_come_out_once_in_the_order_of_time_and_serial(time_s, room):
    heap = fill(events.new(room), np.array(time_s))
    out = [events.pop(heap) for _ in range(events.waiting(heap))]
    assert out == [(time_s[n], n % 3, n, n + 1) for n in np.argsort(time_s, kind="stable")]
    assert events.waiting(heap) == 0


@given(moves=MOVES, room=st.integers(0, 5))
def test_the_compiled_loop_is_the_one_that_you_read(moves, room):
    later_s = np.array([math.nan if move is None else move for move in moves])
    told = []
    for how in (follow, follow.native):
        popped_s, popped = np.zeros(len(moves)), np.zeros(len(moves), dtype=np.int64)
        count = how(events.new(room), later_s, popped_s, popped)
        told.append((count, popped_s.tolist(), popped.tolist()))
    assert told[0] == told[1]


@given(time_s=st.lists(LATER_S, min_size=1, max_size=40), pops=st.integers(0, 40))
def test_both_leave_the_same_arrays_to_the_last_bit(time_s, pops):
    plain = fill(events.new(1), np.array(time_s))
    native = fill.native(events.new.native(1), np.array(time_s))
    for _ in range(min(pops, len(time_s))):
        assert events.pop(plain) == events.pop.native(native)
        assert events.peek(plain) == events.peek.native(native)
        assert events.waiting(plain) == events.waiting.native(native)
    for one, other in zip(plain, native, strict=True):
        assert one.tobytes() == other.tobytes()


class Days(RuleBasedStateMachine):
    """`Events` beside a sorted list, with a look at the heap after each step."""

    def __init__(self):
        super().__init__()
        self.day, self.truth, self.given = Events(), [], 0

    @rule(later_s=LATER_S, kind=st.integers(0, 3), item=st.integers(0, events.MOST))
    def push(self, later_s, kind, item):
        self.given += 1
        time_s = self.day.clock_s + later_s
        assert self.day.push(time_s, kind, item) == self.given
        self.truth = sorted([*self.truth, (time_s, self.given, kind, item)])

    @precondition(lambda self: self.truth)
    @rule()
    def pop(self):
        time_s, serial, kind, item = self.truth.pop(0)
        assert self.day.pop() == (time_s, kind, item, serial)
        assert self.day.clock_s == time_s

    @precondition(lambda self: not self.truth)
    @rule()
    def pop_nothing(self):
        with pytest.raises(ValueError, match="no event is waiting"):
            self.day.pop()

    @rule(wrong=st.sampled_from([math.nan, math.inf, -1.0]))
    def refuse(self, wrong):
        with pytest.raises(ValueError, match="time_s="):
            self.day.push(wrong, POST)

    @invariant()
    def holds(self):
        self.day.check()
        assert len(self.day) == len(self.truth)
        assert self.day.peek() == (self.truth[0][0] if self.truth else math.inf)


class TestDays(Days.TestCase):
    settings = settings(stateful_step_count=30)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (lambda times, rows: times.__setitem__(1, 99.0), "slot 2 is before the one above it"),
        (lambda times, rows: times.__setitem__(0, 2.5), "slot 1 is before the one above it"),
        (lambda times, rows: (times.__setitem__(0, 2.0), rows.__setitem__((1, 0), 0)),
         "slot 1 is before the one above it"),  # at the clock's time, with the desk's serial
        (lambda times, rows: rows.__setitem__((3, 0), 2), "a serial stands twice"),
        (lambda times, rows: rows.__setitem__((2, 0), 9), "a serial that was never given"),
        (lambda times, rows: rows.__setitem__((0, WAITING), 9), "more events than slots"),
    ],
)  # fmt: skip
def test_the_check_sees_each_fault(fault, words):
    day = Events()
    for time_s in (2.0, 4.0, 5.0):
        day.push(time_s, POST)
    day.check()
    fault(*day.heap)
    with pytest.raises(AssertionError, match=words):
        day.check()


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(moves=MOVES)
def test_every_history_is_that_of_heapq(moves):
    day, peer, serials = Events(), [], itertools.count(1)  # ties broken by a counter
    for kind, later_s in enumerate(moves):
        if later_s is not None:
            time_s = day.clock_s + later_s
            heapq.heappush(peer, (time_s, next(serials), kind))
            day.push(time_s, kind, 7)
        elif peer:
            time_s, serial, kind = heapq.heappop(peer)
            assert day.pop() == (time_s, kind, 7, serial)
    assert len(day) == len(peer)


def test_a_hundred_thousand_with_many_ties_are_sorted():
    time_s = stream(1, "times").integers(0, 20_000, size=100_000).astype(float)
    later_s = np.append(time_s, np.full(100_000, math.nan))
    popped_s, popped = np.zeros(100_000), np.zeros(100_000, dtype=np.int64)
    assert follow.native(events.new(0), later_s, popped_s, popped) == 100_000
    assert popped.tolist() == np.argsort(time_s, kind="stable").tolist()
    assert popped_s.tolist() == np.sort(time_s).tolist()


# ── Refusals ────────────────────────────────────────────────────────────────
WRONG = [None, math.nan, math.inf, -math.inf, -1, 0.5, [], [1.0], "1", True]
NO_NUMBER_OF_A_THING = [1.5, 2**63, 2**70, 1e300]  # and a time like any other
FIELDS = [("time_s", wrong) for wrong in WRONG] + [
    (name, wrong) for name in ("kind", "item") for wrong in WRONG + NO_NUMBER_OF_A_THING
]


@pytest.mark.parametrize(("field", "wrong"), FIELDS, ids=repr)
def test_what_an_event_cannot_mean_is_named_and_changes_nothing(field, wrong):
    day = Events()
    day.push(1.0, POST)
    day.pop()
    before = copied(day.heap)
    with pytest.raises(ValueError) as refused:
        day.push(**{"time_s": 2.0, "kind": POST, "item": 0, field: wrong})
    allowed = "at least 1" if field == "time_s" else f"at least 0 and at most {2**63 - 1}"
    assert f"{field}={wrong!r} must be" in str(refused.value) and allowed in str(refused.value)
    assert all((one == other).all() for one, other in zip(before, day.heap, strict=True))


@pytest.mark.parametrize(
    "how", [lambda loop: loop, lambda loop: loop.native], ids=["plain", "native"]
)
def test_inside_a_loop_a_wrong_time_a_full_heap_and_an_empty_one_are_refused(how):
    push, pop = how(events.push), how(events.pop)
    heap = events.new(2)
    push(heap, 2.0, POST, 0)
    pop(heap)
    before = copied(heap)
    for wrong in (math.nan, math.inf, -math.inf, 1.999):
        with pytest.raises(ValueError, match="time_s must be a finite number, and not before"):
            push(heap, wrong, POST, 0)
    with pytest.raises(ValueError, match="no event is waiting"):
        pop(heap)
    assert all((one == other).all() for one, other in zip(before, heap, strict=True))
    push(heap, 2.0, POST, 0)
    push(heap, 2.0, POST, 1)
    before = copied(heap)
    with pytest.raises(ValueError, match="the heap is full"):
        push(heap, 2.0, POST, 2)
    assert all((one == other).all() for one, other in zip(before, heap, strict=True))
    assert heap[1][DESK, WAITING] == len(heap[0]) - FIRST
