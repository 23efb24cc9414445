"""Tasks that come back, and rows that move one way; on SQLite, and on PostgreSQL by its URL."""

import contextlib
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.parts.storage.database import Database
from scalemodel.youtube.upload.path import metadata
from scalemodel.youtube.upload.path.metadata import Metadata
from scalemodel.youtube.upload.path.pipeline import TABLES
from scalemodel.youtube.upload.path.queue import Queue, Task
from tests.conftest import needs_postgres


class Clock:
    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


@contextlib.contextmanager
def board(where=None, **more):
    clock = Clock()
    with Database(where, "scalemodel_upload", TABLES) as database:
        yield Queue(database, clock, **{"visible_s": 10.0, **more}), database, clock


@pytest.fixture(params=["file", pytest.param("url", marks=needs_postgres)])
def where(request):
    if request.param == "file":
        return None
    import psycopg

    url = request.getfixturevalue("postgres")
    with psycopg.connect(url) as look:
        look.execute("DROP SCHEMA IF EXISTS scalemodel_upload CASCADE")
    return url


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_task_comes_back_and_a_late_receipt_finishes_nothing(where):
    with board(where) as (queue, database, clock):
        database.write([queue.entry("a", "probe a"), queue.entry("a", "again")])
        slow = queue.claim()
        assert slow == Task("a", "probe a", 1, "") and queue.claim() is None
        clock.now_s = 9.99
        assert queue.claim() is None, "it is still the first one's"
        clock.now_s = 10.0
        quick = queue.claim()
        assert quick.tries == 2
        entered = queue.entry("b", "rung a 240")
        assert not queue.finish(slow, [entered]) and not queue.bury(slow, "late", [entered])
        assert len(queue) == 1 and queue.dead() == []
        queue.note(quick, "the disk is full"), queue.note(slow, "late")
        clock.now_s = 20.0
        third = queue.claim()
        assert third.note == "the disk is full"
        assert queue.finish(third, [entered]) and not queue.finish(third, [entered])
        assert queue.claim().id == "b" and len(queue) == 1


def test_the_lowest_rank_goes_first_then_the_name():
    with board() as (queue, database, _):
        rows = [("c", 480), ("b", 240), ("a", 720), ("d", 240), ("p", 0)]
        database.write([queue.entry(id, f"rung {id}", rank) for id, rank in rows])
        assert [queue.claim().id for _ in rows] == ["p", "b", "d", "c", "a"]


def test_after_so_many_tries_a_task_is_only_to_be_buried():
    with board(most_tries=2) as (queue, database, clock):
        database.write([queue.entry("a", "rung a 240")])
        spent = []
        for n in range(3):
            clock.now_s = 10.0 * n
            task = queue.claim()
            spent.append(queue.is_spent(task))
        assert spent == [False, False, True]
        assert queue.bury(task, "its worker died") and not queue.bury(task, "again")
        assert queue.dead() == [("a", "rung a 240", "its worker died")] and len(queue) == 0


def test_a_clock_that_is_set_back_hides_no_new_task():
    with board() as (queue, database, clock):
        clock.now_s = 5_000.0
        database.write([queue.entry("a", "x")])
        clock.now_s = 0.0
        assert queue.claim().id == "a"


def test_a_video_moves_one_way(where):
    with board(where) as (_, database, _):
        videos = Metadata(database)
        write = lambda *strokes: database.write([*strokes])
        write(videos.accepted("v", "my cat", "2cf2"), videos.accepted("v", "other", "ffff"))
        write(videos.published("v", "nowhere"))
        assert videos.get("v") == metadata.Entry("v", "my cat", "2cf2", "accepted")
        write(videos.probed("v", 2))
        videos.encoded("v", 480, {"blob": "a"}), videos.encoded("v", 480, {"blob": "b"})
        write(videos.published("v", "too early"), videos.probed("v", 1))
        assert videos.get("v").state == "encoding" and videos.get("v").rungs == 2
        videos.encoded("v", 240, {"blob": "c"})
        assert videos.rungs("v") == {240: {"blob": "c"}, 480: {"blob": "a"}}
        assert [*videos.rungs("v")] == [240, 480], "the lowest first"
        write(videos.published("v", "place"), videos.published("v", "twice"), videos.dead("v", "x"))
        assert videos.get("v")[3:] == ("published", 2, "place", "")
        write(videos.accepted("w", "text", "0000"), videos.dead("w", "no video"))
        write(videos.dead("w", "again"), videos.probed("w", 1), videos.accepted("w", "t", "1"))
        assert videos.all()[1] == metadata.Entry("w", "text", "0000", "dead", 0, "", "no video")
        assert videos.get("z") is None and videos.rungs("z") == {}


# ── Laws ────────────────────────────────────────────────────────────────────
def test_many_who_ask_at_once_get_each_another_task(where, tmp_path):
    where = where or tmp_path / "a.db"
    with board(where) as (queue, database, _):
        database.write([queue.entry(f"t{n:02}", "x") for n in range(12)])
        got = []

        def ask():
            with board(where) as (mine, _, _):
                while task := mine.claim():
                    got.append(task.id)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        [one.start() for one in threads], [one.join(30) for one in threads]
        assert sorted(got) == [f"t{n:02}" for n in range(12)]


@given(st.lists(st.sampled_from(["claim", "finish", "wait", "late"]), max_size=25))
def test_each_task_is_finished_once_whoever_was_late(acts):
    with board() as (queue, database, clock):
        database.write([queue.entry("a", "x"), queue.entry("b", "y")])
        held, old, done = [], [], []
        for act in acts:
            if act == "claim" and (task := queue.claim()):
                held.append(task)
            elif act == "finish" and held:
                task = held.pop()
                done += [task.id] * queue.finish(task)
                old.append(task)
            elif act == "wait":
                clock.now_s += 10.0
                old += held
                held = []
            elif act == "late" and old:
                newest = max(task.tries for task in old if task.id == old[0].id)
                again = database.read("SELECT tries FROM task WHERE id = ?", [old[0].id])
                if again and again[0][0] > newest:
                    assert not queue.finish(old[0])
        assert len({*done}) == len(done) and len(queue) == 2 - len(done)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_what_is_finished_stands_there_with_what_it_leaves_or_not_at_all():
    with board() as (queue, database, _):
        database.write([queue.entry("a", "x")])
        task = queue.claim()
        with pytest.raises(RuntimeError, match="refuses"):
            queue.finish(task, [("INSERT INTO nowhere VALUES (?)", [(1,)])])
        assert len(queue) == 1
        assert queue.finish(task, [queue.entry("b", "y")])
        assert database.read("SELECT id, tries, visible_s FROM task") == [("b", 0, 0.0)]


def test_who_loses_its_time_between_the_look_and_the_stroke_tears_up_nobody_s_task(monkeypatch):
    with board() as (queue, database, clock):
        database.write([queue.entry("a", "x")])
        slow = queue.claim()
        clock.now_s = 10.0
        quick = queue.claim()
        monkeypatch.setattr(queue, "_holds", lambda task: True)
        queue.finish(slow, [queue.entry("b", "y")])
        assert len(queue) == 2, "what it leaves is entered, and the task is still the other's"
        queue.finish(quick)
        assert len(queue) == 1


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_is_no_task_no_clock_and_no_state():
    with board() as (queue, database, clock):
        for wrong, words in [({"visible_s": 0.0}, "visible_s=0"), ({"most_tries": 0}, "most_tries=0"),
                             ({"visible_s": 1e10}, "visible_s"), ({"most_tries": 1001}, "most_tries")]:  # fmt: skip
            with pytest.raises(ValueError, match=words):
                Queue(database, clock, **wrong)
        for now_s in (float("nan"), -1.0):
            with pytest.raises(ValueError, match=r"clock\(\)="):
                Queue(database, lambda now_s=now_s: now_s).claim()
        with pytest.raises(ValueError, match="clock"):
            Queue(database, 3)
        with pytest.raises(ValueError, match="rank=-1"):
            queue.entry("a", "x", rank=-1)
        with pytest.raises(ValueError, match="id=''"):
            queue.entry("", "x")
        for call, field in [
            (lambda: Queue(3, clock), "database"),
            (lambda: queue.entry("a", 3), "body"),
            (lambda: queue.is_spent("a"), "task"),
            (lambda: queue.finish("a"), "task"),
            (lambda: queue.note("a", "why"), "task"),
            (lambda: queue.bury("a", "why"), "task"),
        ]:
            with pytest.raises((ValueError, TypeError), match=f"^{field}="):
                call()
        database.write([queue.entry("a", "x")])
        task = queue.claim()
        for call in (queue.note, queue.bury):
            with pytest.raises(ValueError, match="=''"):
                call(task, "")
        videos = Metadata(database)
        for call, words in [
            (lambda: videos.accepted("", "t", "b"), "video=''"),
            (lambda: videos.probed("v", 0), "rungs=0"),
            (lambda: videos.published("v", ""), "place=''"),
            (lambda: videos.dead("v", ""), "reason=''"),
            (lambda: videos.encoded("v", 0, {}), "height=0"),
            (lambda: videos.get(3), "video=3"),
            (lambda: videos.rungs(3), "video=3"),
            (lambda: videos.accepted("v", 3, "b"), "title=3"),
            (lambda: videos.probed(3, 1), "video=3"),
            (lambda: videos.published(3, "place"), "video=3"),
            (lambda: videos.dead(3, "why"), "video=3"),
            (lambda: videos.encoded("v", 240, 3), "told=3"),
            (lambda: Metadata(3), "database=3"),
        ]:
            with pytest.raises((ValueError, TypeError), match=words):
                call()
