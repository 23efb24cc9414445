"""A store that survives and the lives beside it: who dies where, and what is noted of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.lives import Lives
from scalemodel.labs.playing.player import Here
from scalemodel.labs.playing.store import MOST_OPERATIONS, SERVICE, Store


class Tally:
    """Counts in two records, and makes the second agree with the first when it begins."""

    def __init__(self, store):
        self.store = store
        store.put("copy", store.get("count") or 0)

    def add(self):
        self.store.put("count", (self.store.get("count") or 0) + 1)
        self.store.put("copy", self.store.get("count"))

    def fail(self):
        raise KeyError("ann")


def tally():
    return Lives(Here(Tally, list(SERVICE)), Store(History(None)), [])


def kinds(lives):
    return [event.kind for event in lives.store.history.events if event.actor != "store"]


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_crash_before_an_operation_and_one_after_it_look_the_same_and_are_not():
    for changes, done, count in ((0, 0, None), (1, 2, 1)):
        with tally() as lives:
            lives.start()
            lives.store.kill_at(changes)
            assert lives.timed("add", by="ann") is None
        (crash,) = lives.store.history.of("crash")
        assert crash.payload == {"during": "add", "operations": done}
        assert lives.store.records.get("count") == count


def test_an_answer_is_noted_with_what_it_took():
    with tally() as lives:
        lives.start()
        assert lives.timed("add", by="ann").took_ms == 4.0
    assert lives.store.history.events[-1].payload == {"by": "ann", "took_ms": 4.0}


def test_who_dies_of_its_own_beginning_begins_again():
    with tally() as lives:
        lives.store.kill_at(0, 1)
        lives.start()
        assert lives.call("add").reply is None
    died = [crash.payload["during"] for crash in lives.store.history.of("crash")]
    assert died == ["start", "start"]
    (born,) = lives.store.history.of("start done")
    assert born.payload == {"took_ms": 4.0}, "with the birth that came to nothing"


def test_who_asks_the_store_for_nothing_dies_before_it_has_answered():
    with tally() as lives:
        lives.start()
        lives.store.kill_at(7)
        assert lives.timed("add", by="ann") is None
        assert lives.timed("add", by="ann").reply is None
    assert lives.store.records["count"] == 2


# ── Laws ────────────────────────────────────────────────────────────────────
@given(crashes=st.lists(st.none() | st.lists(st.integers(0, 4), max_size=3), max_size=8))
def test_whoever_insists_is_answered_and_every_crash_is_noted(crashes):
    with tally() as lives:
        lives.start()
        for crash in crashes:
            if crash:
                lives.store.kill_at(*crash)
            lives.insist("add")
        lives.store.spare()
        lives.insist("add")
    records, died = lives.store.records, kinds(lives).count("crash")
    assert records["copy"] == records["count"]
    assert len(crashes) + 1 <= records["count"] <= len(crashes) + 1 + died
    assert died == sum(len(crash or ()) for crash in crashes), "every crash falls"


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(
    asked=st.lists(
        st.tuples(st.just("push"), st.sampled_from("ab"), st.integers(0, 9))
        | st.tuples(st.just("newest"), st.sampled_from("ab"), st.integers(0, 40))
    )
)
def test_a_list_is_a_list_and_its_time_is_that_of_the_price_list(asked):
    store, plain, price = Store(History(None)), {"a": [], "b": []}, 0.0
    for name, key, value in asked:
        reply = store.serve(name, [key, value])
        if name == "push":
            plain[key].insert(0, value)
        else:
            assert reply == plain[key][:value]
        price += 1.0 + 0.02 * len(reply or [])
    assert store.now_ms == pytest.approx(price)


@pytest.mark.parametrize(
    ("value", "read_ms", "got_ms"),
    [
        (7, 1.02, 1.0),
        ("xxx", 1.02, 1.0),
        ("xxxx", 1.12, 1.1),
        (10**9, 1.02, 1.0),
        (10**10, 1.12, 1.1),
        ([7, "x\\"], 1.12, 1.1),
        ([7, 7, 7, 7], 1.12, 1.1),
        ("é" * 8, 1.92, 1.9),
    ],
)
def test_every_ten_letters_that_are_read_have_their_price(value, read_ms, got_ms):
    took = []
    store = Store(History(None))
    for words in (
        ["push", ["x", value]],
        ["put", ["x", value]],
        ["newest", ["x", 1]],
        ["get", ["x"]],
    ):
        before = store.now_ms
        store.serve(*words)
        took.append(round(store.now_ms - before, 6))
    assert took == [1.0, 1.0, read_ms, got_ms]


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_fault_is_noted_last_and_goes_no_further():
    with tally() as lives:
        lives.start()
        lives.call("fail")
        pytest.fail("it went on")
    (*_, fault) = lives.store.history.events
    assert fault.payload == {"words": "fail: KeyError: 'ann'", "hung": False}


def test_any_other_error_is_our_own_and_is_raised():
    with pytest.raises(ZeroDivisionError), tally() as lives:
        lives.start()
        1 / 0  # noqa: B018
    assert lives.player._life is None


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("drop", ["x"], "store.drop was called with 1 arguments"),
        ("get", ["x", 1], "store.get was called with 2 arguments"),
        ("get", [""], "key='' must be text of 1 to 200 characters"),
        ("put", ["x", "y" * 199], "a value of 201 characters; 200 is the most"),
        ("newest", ["x", 41], "n=41 must be an integer from 0 to 40"),
        ("newest", ["x", True], "n=True must be an integer from 0 to 40"),
    ],
)
def test_what_the_store_does_not_do_is_named(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        Store(History(None)).serve(name, arguments)


def test_a_call_has_an_end():
    store = Store(History(None))
    store.operations = MOST_OPERATIONS
    with pytest.raises(ValueError, match=f"more than {MOST_OPERATIONS} operations in one call"):
        store.serve("get", ["x"])
