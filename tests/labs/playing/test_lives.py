"""A store that survives and the lives beside it: who dies where, and what is noted of it."""

import dataclasses
import mmap
import os
import signal
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.labs import checks
from scalemodel.labs.checks import death_since, if_killed, runs_through
from scalemodel.labs.playing import anew, history, host, lives, patience, player, refusal, store
from scalemodel.labs.playing.history import Event, History
from scalemodel.labs.playing.host import in_order
from scalemodel.labs.playing.lives import Lives
from scalemodel.labs.playing.nursery import Nursery, lent_to
from scalemodel.labs.playing.patience import Patient
from scalemodel.labs.playing.player import Died, Faulty, Here
from scalemodel.labs.playing.store import MOST_IN_A_RUN, MOST_OPERATIONS, SERVICE, Store
from scalemodel.labs.verdict import unknown, valid
from tests.laws.lab_laws import strangers_taken


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


def test_the_time_of_each_birth_is_its_own():
    with tally() as lives:
        for _ in range(2):
            lives.start()
    took = [born.payload["took_ms"] for born in lives.store.history.of("start done")]
    assert took == [2.0, 2.0]


def test_a_death_that_is_set_is_the_next_call_s_and_one_death():
    store = Store(History(None))
    store.kill_at(0, 2)
    with pytest.raises(Died):
        store.serve("get", ["x"])
    store.buried()
    store.serve("put", ["x", 1])
    with pytest.raises(Died):
        store.serve("put", ["x", 2])
    assert store.records == {"x": 2}
    store.kill_at(1, 2)
    with pytest.raises(Died):
        store.serve("push", ["x", 3])


def test_what_is_asked_of_the_store_is_noted_by_name():
    store = Store(History(None))
    store.serve("push", ["x", 7])
    store.serve("newest", ["x", 0])
    noted = [(event.payload, event.reply) for event in store.history.events]
    assert noted == [({"key": "x", "value": 7}, None), ({"key": "x", "n": 0}, [])]
    assert store.asked == 2


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (None, ""),
        ("x" * 60, f" -> {'x' * 60}"),
        ("x" * 61, f" -> {'x' * 60} ..."),
        ("a\nb", " -> a\\nb"),
        ("é", " -> é"),
    ],
)
def test_a_line_of_the_story_is_one_line_and_no_long_one(reply, told):
    assert (
        Event(1.0, "ann", "page", {"n": 5}, reply).line()
        == f"     1.0 ms  ann       page n=5{told}"
    )


@pytest.mark.parametrize(
    ("count", "told"),
    [(200, [*range(200)]), (203, [*range(100), "... 3 more lines ...", *range(103, 203)])],
)
def test_a_long_story_has_its_ends(count, told):
    history = History(None)
    for number in range(count + 1):
        history.add(float(number), "user", f"{number}", {})
    lines = history.story(until_ms=count - 1.0).splitlines()
    assert [line.split()[-1] if "more" not in line else line for line in lines] == [*map(str, told)]


@pytest.mark.parametrize("place", [0, 1], ids=["a class", "what it inherits"])
def test_a_life_begins_with_the_class_as_it_was_written(place):
    class Kept:
        words = []  # noqa: RUF012

        def __init__(self, store):
            self.store = store

        def write(self, word):
            self.words.append(word)
            type(self).late = [*getattr(self, "late", []), word]
            return [self.words, self.late]

    @dataclasses.dataclass  # whose fields nobody can copy
    class Row(Kept):
        store: object
        at: int = 0

    player = Here((Kept, Row)[place], ["get"])
    for _ in range(2):
        player.begin([], lambda *asked: None)
        assert player.call("write", 7) == [[7], [7]]
        assert player.call("write", 8) == [[7, 8], [7, 8]]


@pytest.mark.parametrize("then", ["", "self.store.get('x')", "self.store.put('y', 1)"])
def test_who_is_told_of_its_death_and_goes_on_is_dead(then):
    space = {}
    exec(f"""
class Deaf:
    def __init__(self, store): self.store = store
    def write(self):
        try: self.store.put("x", 1)
        except BaseException: pass
        {then}
""", space)  # fmt: skip
    with Lives(Here(space["Deaf"], list(SERVICE)), Store(History(None)), []) as lives:
        lives.start()
        lives.store.kill_at(1)
        assert lives.call("write") is None
    assert "y" not in lives.store.records

    asked = []

    def serve(name, arguments):
        """Answers all but the first."""
        asked.append(name)
        if len(asked) == 1:
            raise Died

    player = Here(space["Deaf"], list(SERVICE))
    player.begin([], serve)
    with pytest.raises(Died):
        player.call("write")
    assert asked == ["put"], "and whoever serves hears of it no more"


@pytest.fixture
def files():
    """What a life is given; it waits for a line until the last of these is closed."""
    come, told = os.pipe()
    nothing, folder = os.open(os.devnull, os.O_RDWR), os.open("/", os.O_RDONLY)
    yield [come, nothing, nothing, folder], told
    for number in (come, nothing, folder):
        os.close(number)


def test_how_a_life_ended_is_asked_once_and_awaited_as_long_as_is_said(files):
    nursery, (given, told) = Nursery(""), files
    nursery.born(given)
    assert nursery.ended(within_s=0.05) is None
    assert nursery.ended(within_s=0.05) is None
    os.close(told)
    assert nursery.ended() == 0
    nursery.born(given)  # it lives on, for nothing more was asked than was answered
    assert nursery.ended(within_s=10.0) == 0


def test_who_interrupts_a_class_does_not_interrupt_it_first():
    nursery = Nursery("")
    assert os.getsid(nursery._process.pid) == nursery._process.pid


def test_it_ends_also_if_it_does_not_listen():
    nursery = Nursery("")
    process = nursery._process
    os.kill(process.pid, signal.SIGSTOP)
    del nursery
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("words", "more", "outcome", "hint"),
    [
        ("page: KeyError: 7", {}, "invalid", "run this one call by hand"),
        ("its beginning: the file defines no Diary", {}, "invalid", "has the name that the lab"),
        ("page: no answer within 5 s", {"busy": True}, "unknown", "too busy, or the program waits"),
    ],
)
def test_who_does_not_come_through_is_told_why(words, more, outcome, hint):
    run = History(None)
    run.add(3.0, "worker", "fault", {"words": words, "hung": False, **more})
    verdict = runs_through(run)
    assert verdict.outcome == outcome and words in verdict.sentence() and hint in verdict.sentence()
    assert "t = 3.0 ms" in verdict.sentence() or more


def test_the_death_that_is_told_is_the_first_from_then_on():
    run = History(None)
    assert if_killed(run, valid()).outcome == "unknown" and death_since(run, 0.0) == ""
    for time_ms, operations in ((1.0, 3), (2.0, 0), (4.0, 1)):
        words = {"during": "post", "operations": operations}
        run.add(time_ms, "worker", "crash", words)
    assert if_killed(run, valid()).outcome == "valid"
    assert if_killed(run, unknown("it rains")).happened == "it rains"
    assert death_since(run, 2.0) == "; the worker died at 2.0 ms, in `post`, before it did a thing"
    assert death_since(run, 1.0).endswith("after its operation 3") and death_since(run, 5.0) == ""


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
        | st.tuples(st.just("newest"), st.sampled_from("ab"), st.integers(0, 30))
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
def test_a_source_is_text():
    with pytest.raises(ValueError, match="source=7 must be"):
        lent_to(7)


@pytest.mark.parametrize("module", [anew, checks, history, lives, patience, store])
def test_a_stranger_is_refused(module):
    assert strangers_taken(module) == []


def test_a_stranger_is_refused_by_a_player():
    protocol = [f"{player.__name__}.Player {name}" for name in ("begin", "call")]
    assert strangers_taken(player) == [f"{player.__name__}.Faulty __init__", *protocol]


def test_who_was_not_born_answers_nothing():
    player = Here(Tally, list(SERVICE))
    player.begin([], lambda *asked: None)
    with pytest.raises(Faulty, match="__init__: TypeError: "):
        player.begin([7], lambda *asked: None)
    with pytest.raises(Faulty, match="has no method add") as fault:
        player.call("add")
    assert not fault.value.hung
    assert str(Faulty("it hung", True)) == "it hung"


@pytest.mark.parametrize(
    "more", ["row = {1}", "row.append(row)", "for _ in range(100_000): row = [row]"]
)
def test_what_is_no_plain_data_is_refused(more):
    space = {}
    exec(f"""
class Odd:
    def __init__(self, store): pass
    def read(self):
        row = []
        {more}
        return row
""", space)  # fmt: skip
    player = Here(space["Odd"], [])
    player.begin([], None)
    with pytest.raises(Faulty, match=r"^read: .*; use int, str, list, dict or None$"):
        player.call("read")


def test_a_bound_on_all_calls_begins_at_nothing_and_is_passed_by_the_first():
    patient = Patient(Here(Tally, list(SERVICE)), most_s=1e-9)
    patient.begin([], lambda *asked: None)
    patient.printed = "born\n"
    with pytest.raises(
        Faulty, match="add: all calls of this grading together took more than 1e-09 s"
    ) as fault:
        patient.call("add")
    assert fault.value.hung and patient.printed == patient.player.printed == "born\n"
    patient.end()
    assert patient.player._subject is None
    whole = Patient(Here(Tally, list(SERVICE)), most_s=0.9)
    whole.begin([], lambda *asked: None)
    assert whole._spent_s < 0.9


def test_a_fault_is_noted_last_and_goes_no_further():
    with tally() as lives:
        lives.start()
        lives.call("fail")
        pytest.fail("it went on")
    (*_, fault) = lives.store.history.events
    assert fault.payload == {"words": "fail: KeyError: 'ann'", "hung": False}


def test_a_file_that_exits_begins_no_life():
    with pytest.raises(Faulty, match="the file: SystemExit: bye"):
        anew.Anew("raise SystemExit('bye')", "Tally", []).begin([], None)


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
        ("newest", ["x", 41], "n=41 must be an integer from 0 to 30"),
        ("newest", ["x", True], "n=True must be an integer from 0 to 30"),
    ],
)
def test_what_the_store_does_not_do_is_named(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        Store(History(None)).serve(name, arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "named", "words"),
    [
        ("put", ["x"], {"n": 1}, "store.put takes key, value; n is one too many"),
        ("get", ["x"], {"key": 1}, "store.get takes key; key is one too many"),
        ("drop", [], {"key": 1}, "store.drop takes ; key is one too many"),
    ],
)
def test_an_argument_of_a_name_that_is_not_in_the_table_is_named(name, arguments, named, words):
    with pytest.raises(TypeError, match=words):
        in_order(name, arguments, named)


def test_a_nursery_leaves_no_page_of_a_mapped_file_unread(tmp_path, monkeypatch):
    (tmp_path / "library").write_bytes(bytes(3_000_000))
    before = refusal.read_mapped()
    with (
        open(tmp_path / "library", "rb") as file,
        mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ),
    ):
        assert refusal.read_mapped() == before + 3_000_000
    read = []
    monkeypatch.setattr(refusal, "read_mapped", lambda: read.append(1))
    monkeypatch.setattr(host, "_nursery", lambda line, locks: read.append(line.close() or locks))
    here, there = socket.socketpair()
    with there:
        host.begin(refusal, [str(here.detach()), "python"])
    assert read == [1, [refusal.python_lock]]


def test_a_run_has_an_end():
    store = Store(History(None))
    store.asked = MOST_IN_A_RUN - 1
    store.serve("get", ["x"])
    with pytest.raises(ValueError, match="more than 100,000 operations in one run"):
        store.serve("get", ["x"])


def test_a_call_has_an_end(monkeypatch):
    store = Store(History(None))
    with monkeypatch.context() as low:
        low.setattr("scalemodel.labs.playing.store.MOST_OPERATIONS", 1)
        store.serve("get", ["x"])
        with pytest.raises(ValueError, match="more than 1 operations in one call"):
            store.serve("get", ["x"])
    store.operations = MOST_OPERATIONS
    with pytest.raises(ValueError, match=f"more than {MOST_OPERATIONS} operations in one call"):
        store.serve("get", ["x"])
