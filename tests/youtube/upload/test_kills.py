"""Schedules of kills at random: ours keeps its promises, and who breaks one is told in words."""

import hashlib
import multiprocessing
import os
import re
import signal
from pathlib import Path

import pytest

from scalemodel.parts.storage.database import DatabaseTrouble
from scalemodel.youtube.upload.path import metadata
from scalemodel.youtube.upload.path.chunks import Server, send
from scalemodel.youtube.upload.path.encoder import StandIn
from scalemodel.youtube.upload.path.kills import FILMS, WHO, History, Schedule, drawn, run
from scalemodel.youtube.upload.path.metadata import Metadata
from scalemodel.youtube.upload.path.naive import NaiveSite
from scalemodel.youtube.upload.path.pipeline import Site, Stepping, Worker
from scalemodel.youtube.upload.path.queue import Queue
from scalemodel.youtube.upload.path.refused import Refused
from scalemodel.youtube.upload.path.verdicts import PROMISES, broken, check, story
from tests.conftest import cases, needs_postgres


# ── Planted bugs ────────────────────────────────────────────────────────────
class Takes(Queue):
    """Takes a task away from the board when it is taken."""

    def claim(self):
        task = super().claim()
        if task:
            self._database.write([("DELETE FROM task WHERE id = ?", [(task.id,)])])
        return task

    def _holds(self, task):
        return True


class TearsUp(Queue):
    """Tears up the task, and then enters what it leaves."""

    def finish(self, task, strokes=()):
        held = super().finish(task)
        if held and strokes:
            self._database.write([*strokes])
        return held


class Endless(Queue):
    """Never gives up."""

    def is_spent(self, task):
        return False


class Hasty(Metadata):
    """Says that a video has no more rungs than are there."""

    def rungs(self, video):
        if self.get(video).state == "encoding":
            self._database.write([("UPDATE video SET rungs = 1 WHERE id = ?", [(video,)])])
        return super().rungs(video)


class Forgiving(Worker):
    """Makes a video of what is none."""

    def _probe(self, video):
        try:
            return super()._probe(video)
        except Refused:
            self._encoder.heights = lambda file: [240, 480, 720]
            return super()._probe(video)


class Silent(Metadata):
    """Forgets why."""

    def dead(self, video, reason):
        return "UPDATE video SET state = ?, reason = '' WHERE id = ?", [("dead", video)]


class Credulous(Server):
    """Compares no whole with its hash."""

    def complete(self, key):
        try:
            return super().complete(key)
        except Refused as refused:
            if refused.why != "whole":
                raise
            video = self._metadata.accepted(key, key, self._blobs.put(b"clip of nothing"))
            self._database.write([video, self._queue.entry(f"{key}/probe", f"probe {key}")])
            return key


class Trusting(Server):
    """Believes of each chunk that it is what was sent."""

    def put(self, key, start, data, sha256):
        super().put(key, start, data, hashlib.sha256(data).hexdigest())


class Forgetful(Server):
    """Answers, and enters the task when it comes to it."""

    def complete(self, key):
        done = self._metadata.get(key)
        super().complete(key)
        if not done:
            self._database.write([("DELETE FROM task WHERE body = ?", [(f"probe {key}",)])])
            self._database.write([self._queue.entry(f"{key}/probe", f"probe {key}")])
        return key


def planted(queue=Queue, videos=Metadata, worker=Worker, server=Server):
    """A site with a part of another make."""

    def site(folder, clock, step=None, visible_s=30.0):
        one = Site(folder, clock, step=step, visible_s=visible_s)
        one.queue = queue(one.database, clock, visible_s)
        one.metadata = videos(one.database)
        one.worker = lambda encoder=None: worker(one, encoder or StandIn())
        one.server = lambda: server(one.database, one.blobs, one.queue, one.metadata)
        return one

    return site


PLANTED = {
    "takes away": (planted(Takes), "lost", "neither published nor dead"),
    "tears up first": (planted(TearsUp), "lost", "neither published nor dead"),
    "never gives up": (planted(Endless), "lost", "neither published nor dead"),
    "without a reason": (planted(videos=Silent), "lost", "dead with a reason"),
    "a video of what is none": (planted(worker=Forgiving), "whole|refused|lost", "film-"),
    "rungs forgotten": (planted(videos=Hasty), "whole|lost", "film-"),
    "no hash of the whole": (planted(server=Credulous), "whole|refused", "film-"),
    "no hash of a chunk": (planted(server=Trusting), "lost", "damaged, was never accepted"),
    "answers first": (planted(server=Forgetful), "lost", "neither published nor dead"),
}


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_history_is_told_line_by_line():
    lines = story(run(Schedule())).splitlines()
    said = [line.partition(": ")[2] for line in lines]
    assert said[0] == "the server has 5 bytes of film-1, from 0"
    for words in ("the server accepts film-1", "worker . takes probe film-1",
                  "worker . does rung film-1 240", "worker . finishes publish film-1"):  # fmt: skip
        assert sum(bool(re.fullmatch(words, line)) for line in said) == 1, words


def test_what_failed_comes_again_later_and_a_rung_that_is_there_is_not_made_again(tmp_path):
    class Counting(StandIn):
        made, fails = [], True

        def encode(self, file, height_px):
            self.made.append(height_px)
            if self.fails:
                raise Refused("encode", "broken")
            return super().encode(file, height_px)

    (tmp_path / "film").write_bytes(b"clip of a cat")
    now_s = 0.0
    with Site(tmp_path / "site", lambda: now_s) as site:
        [*send(site.server(), tmp_path / "film", "film-1")]
        first, encoder = site.worker(made := Counting()), made
        said = [first.turn() for _ in range(11)]
        assert [words[:5] for words in said[3:]] == ["takes", "fails"] * 3 + ["finds"] * 2
        encoder.fails, now_s, encoder.made[:] = False, 100.0, []
        assert [first.turn()[:4] for _ in range(2)] == ["take", "does"]  # and then it dies
        now_s, second = 200.0, site.worker(encoder)
        while not site.is_idle():
            second.turn()
        assert encoder.made == [240, 480, 720] and site.metadata.get("film-1").state == "published"


def test_what_failed_each_time_says_in_its_dead_letter_how(tmp_path):
    class Broken(StandIn):
        def heights(self, file):
            raise Refused("look at the file", "broken")

    (tmp_path / "film").write_bytes(b"clip of a cat")
    now_s = 0.0
    with Site(tmp_path / "site", lambda: now_s) as site:
        [*send(site.server(), tmp_path / "film", "film-1")]
        worker = site.worker(Broken())
        while not site.is_idle():
            worker.turn()
            now_s += 100.0
        assert "as often as is allowed" in site.dead()[0][1]
        assert "cannot look at the file: the encoder failed" in site.dead()[0][1]


def test_a_disk_is_full_from_the_first_of_its_acts_to_before_the_last():
    full = lambda *span: story(run(Schedule(full=(span,)))).count("meets:")
    assert (full(1, 1), full(1, 2), full(3, 4)) == (0, 1, 1)


def test_acts_are_told_and_a_site_is_closed_behind_its_block(tmp_path):
    acts = []
    with Site(tmp_path, lambda: 0.0, step=acts.append) as site:
        assert site.queue.claim() is None and acts == []
        site.database.write([site.queue.entry("a", "probe a")])
        assert site.queue.claim().id == "a"
    assert acts == ["enter a stroke", "have a stroke entered", "have a task taken"]
    with pytest.raises(DatabaseTrouble, match="it is closed"):
        site.is_idle()


def test_a_site_is_closed_when_its_history_is_over():
    closed = []

    class Closing(NaiveSite):
        def close(self):
            closed.append(self)

    run(Schedule(), Closing)
    assert len(closed) == 1


def test_the_lowest_rung_goes_first_whosever_it_is():
    taken = re.findall(r"takes rung film-\d (\d+)", story(run(Schedule(films=("good",) * 3))))
    assert {*taken} == {"240", "480", "720"} and len(taken) == 9 and taken[0] == "240"
    alone = re.findall(r"takes rung film-1 (\d+)", story(run(Schedule())))
    assert alone == ["240", "480", "720"]


def test_each_kind_of_film_ends_as_it_should():
    history = run(Schedule(films=FILMS))
    assert broken(history) is None and history.published == (("film-1", True), ("film-2", True))
    assert sorted(history.accepted) == ["film-1", "film-2", "film-4", "film-5"]
    reasons = dict(history.dead)
    assert reasons.keys() == {"film-4", "film-5"}
    assert reasons["film-4"] == "cannot look at the file: it is no video that can be read"
    assert "tried as often as is allowed. Look at it (nobody came back" in reasons["film-5"]
    told = story(history)
    assert "refuses film-2: cannot take the chunk: the chunk is not what its checksum says" in told
    assert "refuses film-3: cannot accept the upload: all chunks together are not" in told


def test_killed_at_any_act_of_anybody_the_film_is_published_once():
    for who in WHO:
        for n in range(1, 26 if cases(2) > 2 else 16):
            history = run(Schedule(kills=((who, n),)))
            assert history.published == (("film-1", True),) and history.dead == (), (who, n)


def test_a_worker_who_slept_too_long_is_too_late():
    late = Schedule(sleeps=(("worker 1", 17, 160),))
    told = story(run(late))
    assert re.search("worker 1 is too late with", told), told
    assert run(late).published == (("film-1", True),)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found_and_shrunk_to_what_can_be_read(name):
    site, promise, words = PLANTED[name]
    for seed in range(200):
        history = run(drawn(seed), site)
        if broken(history):
            break
    verdict = check(history, tries=30)
    assert not verdict.holds and re.fullmatch(promise, verdict.promise), verdict.words
    assert re.search(words, verdict.words.splitlines()[0])
    shortest = verdict.schedule
    assert len(shortest.films) <= 2 and len(shortest.kills) <= 2, shortest
    assert broken(run(shortest, site))[0] == verdict.promise
    assert check(run(shortest)).holds, "ours is none the worse for it"


@pytest.mark.parametrize(("schedule", "promise", "words"), [
    (Schedule(kills=(("server", 3),)), "twice", "published 2 times"),
    (Schedule(kills=(("worker 1", 1), ("worker 2", 1))), "lost", "film-1 was accepted, and is nei"),
    (Schedule(kills=(("worker 1", 3), ("worker 2", 3))), "whole", "not what was sent"),
    (Schedule(films=("damaged",)), "lost", "nor dead with a reason"),
    (Schedule(films=("wrong hash",)), "refused", "wrong hash, is published"),
    (Schedule(films=("poison",)), "whole", "not what was sent"),
])  # fmt: skip
def test_the_sketch_loses_doubles_and_shows_half(schedule, promise, words):
    verdict = check(run(schedule, NaiveSite))
    assert verdict.promise == promise and words in verdict.words
    assert check(run(schedule)).holds


# ── Laws ────────────────────────────────────────────────────────────────────
def test_no_schedule_breaks_a_promise():
    """30 of them, and all 200 and more when thorough."""
    told = {"dies": 0, "too late": 0, "no room left": 0, "gives up": 0, "refuses": 0}
    for seed in range(min(cases(30), 400)):
        history = run(drawn(seed))
        verdict = check(history)
        assert verdict.holds, f"drawn({seed}): {verdict.words}"
        for _, _, words in history.events:
            for what in told:
                told[what] += what in words
    if cases(30) >= 30:
        assert min(told.values()) > 2, told


def test_the_sketch_comes_to_grief_on_most():
    found = [broken(run(drawn(seed), NaiveSite)) for seed in range(cases(40))]
    assert sum(one is not None for one in found) > 0.5 * len(found)
    assert {"lost", "whole"} <= {one[0] for one in found if one} or len(found) < 40


def test_equal_schedules_have_equal_histories():
    assert run(drawn(11)) == run(drawn(11)) and drawn(11) != drawn(12)


def test_schedules_are_drawn_from_all_that_can_be():
    many = [drawn(seed) for seed in range(500)]
    each = lambda name: [row for one in many for row in getattr(one, name)]
    counts = {
        name: {len(getattr(one, name)) for one in many} for name in ("films", "kills", "full")
    }
    assert counts == {"films": {1, 2, 3}, "kills": {*range(1, 7)}, "full": {0, 1, 2}}
    assert {len(one.sleeps) for one in many} == {0, 1, 2}
    films = each("films")
    assert {*films} == {*FILMS} and 0.4 < films.count("good") / len(films) < 0.6
    assert {who for who, _ in each("kills")} == {*WHO}
    assert {act for _, act in each("kills")} == {*range(1, 60)}
    assert {who for who, _, _ in each("sleeps")} == {*WHO[1:]}
    for rows, latest, lengths in [(each("full"), 149, range(1, 40)),
                                  ([row[1:] for row in each("sleeps")], 79, range(20, 120))]:  # fmt: skip
        starts, longs = [row[0] for row in rows], [row[1] - row[0] for row in rows]
        assert 0 <= min(starts) < 3 and latest - 2 <= max(starts) <= latest
        assert {min(longs), max(longs)} == {lengths[0], lengths[-1]}


# ── Real processes ──────────────────────────────────────────────────────────
def life(folder, where, at_s, dies_at, dies_in):
    """A worker, in a process of its own, that is killed at one act on the disk, if at all."""
    acts = 0

    def step(act):
        nonlocal acts
        acts += worker_is_on
        if acts == dies_at or act == dies_in:
            os.kill(os.getpid(), signal.SIGKILL)

    worker_is_on = False
    with Site(folder, lambda: at_s, where, step) as site:
        worker_is_on, worker = True, site.worker()
        while not site.is_idle():
            worker.turn()


def lived(folder, where, at_s, dies_at=0, dies_in=""):
    process = multiprocessing.get_context("fork").Process(
        target=life, args=(folder, where, at_s, dies_at, dies_in)
    )
    process.start(), process.join(60)
    return process.exitcode


@pytest.mark.parametrize("where", ["file", pytest.param("url", marks=needs_postgres)])
def test_killed_by_the_signal_that_none_can_refuse_nothing_is_lost_or_doubled(
    where, tmp_path, request
):
    if where == "url":
        import psycopg

        url = request.getfixturevalue("postgres")
        with psycopg.connect(url) as look:
            look.execute("DROP SCHEMA IF EXISTS scalemodel_upload CASCADE")
    film = tmp_path / "film"
    film.write_bytes(b"clip of a cat")
    some = (1, 5, 9, 20, 46) if cases(3) <= 3 else range(1, 48)
    for n, dies_at in enumerate(some):
        folder, key = tmp_path / str(n), f"film-{n}"
        place = None if where == "file" else url
        with Site(folder, lambda: 0.0, place) as site:
            [*send(site.server(), film, key)]
        assert lived(folder, place, 0.0, dies_at) == -signal.SIGKILL
        assert lived(folder, place, 1_000.0) == 0
        with Site(folder, lambda: 2_000.0, place) as site:
            assert site.metadata.get(key).state == "published" and site.queue.dead() == []
            assert [key for key, _ in site.published()].count(key) == 1 and site.is_idle()
            assert site.shelf.get(dict(site.published())[key], "240.mp4") == (
                StandIn().encode(film, 240).data
            )


def test_who_is_killed_five_times_over_one_film_is_spared_the_sixth(tmp_path):
    (tmp_path / "film").write_bytes(b"clip of a cat")
    with Site(tmp_path / "site", lambda: 0.0) as site:
        [*send(site.server(), tmp_path / "film", "film-1")]
    for n in range(5):
        assert lived(tmp_path / "site", None, 1_000.0 * n, dies_in="write a blob") == -9
    assert lived(tmp_path / "site", None, 9_000.0, dies_in="write a blob") in (0, -9)
    for n in range(10, 40):
        if lived(tmp_path / "site", None, 1_000.0 * n, dies_in="write a blob") == 0:
            break
    with Site(tmp_path / "site", lambda: 1e6) as site:
        ((key, reason),) = site.dead()
        assert key == "film-1" and "nobody came back" in reason and site.published() == []
        assert {id for id, _, _ in site.queue.dead()} == {f"film-1/{n}" for n in (240, 480, 720)}


# ── Oracle ──────────────────────────────────────────────────────────────────
def by_hand(accepted, published, dead, films=("good",)):
    return History(Schedule(films=films), Site, (), accepted, published, dead)


ONE = ("film-1",)


@pytest.mark.parametrize(("promise", "history"), [
    (None, by_hand(ONE, (("film-1", True),), ())),
    (None, by_hand((), (), (), ("wrong hash",))),
    ("lost", by_hand((), (), ())),
    ("lost", by_hand((), (("film-1", True),), (), ("damaged",))),
    (None, by_hand(ONE, (), (("film-1", "why"),))),
    ("lost", by_hand(ONE, (), ())),
    ("lost", by_hand(ONE, (), (("film-1", ""),))),
    ("twice", by_hand(ONE, (("film-1", True), ("film-1", True)), ())),
    ("twice", by_hand(ONE, (("film-1", True),), (("film-1", "why"),))),
    ("whole", by_hand(ONE, (("film-1", False),), ())),
    ("refused", by_hand(ONE, (("film-1", True),), (), ("no video",))),
    ("refused", by_hand(ONE, (("film-1", True),), (), ("poison",))),
    ("refused", by_hand(ONE, (), (("film-1", "why"),), ("wrong hash",))),
])  # fmt: skip
def test_what_is_broken_is_what_one_sees_with_the_eye(promise, history):
    found = broken(history)
    assert (found and found[0]) == promise and (promise is None or promise in PROMISES)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("wrong", "words"), [
    ({"films": ("film noir",)}, "films has 'film noir'"),
    ({"films": ["good"]}, "films=.* must be a tuple"),
    ({"kills": (("worker 3", 1),)}, "kills has"),
    ({"kills": (("server", -1),)}, "kills=-1"),
    ({"full": ((1, 2, 3),)}, "full has"),
    ({"full": (("server", 2),)}, "full='server'"),
    ({"sleeps": (("server", 2),)}, "sleeps has"),
    ({"seed": -1}, "seed=-1"),
])  # fmt: skip
def test_a_schedule_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        Schedule(**wrong)


def test_what_is_no_encoder_and_what_is_no_database(tmp_path):
    for call, field in [
        (lambda: Site(3, lambda: 0.0), "folder"),
        (lambda: Site(tmp_path, 3), "clock"),
        (lambda: Stepping(3), "where"),
        (lambda: Stepping(None, 3), "step"),
        (lambda: NaiveSite(3, lambda: 0.0), "folder"),
        (lambda: NaiveSite(tmp_path, 3), "clock"),
        (lambda: NaiveSite(tmp_path, lambda: 0.0, 3), "step"),
        (lambda: run(3), "schedule"),
        (lambda: run(Schedule(), 3), "site"),
        (lambda: drawn("x"), "seed"),
    ]:
        with pytest.raises((ValueError, TypeError), match=f"^{field}"):
            call()
    with Site(tmp_path, lambda: 0.0) as site:
        with pytest.raises((ValueError, TypeError), match="video=3"):
            site.rungs(3)
        with pytest.raises(ValueError, match="encoder=3 must have heights"):
            site.worker(3)
        with pytest.raises((ValueError, TypeError), match="site"):
            Worker(3, StandIn())
        site.close()
        with pytest.raises(DatabaseTrouble, match="it is closed"):
            site.is_idle()
    assert Path(tmp_path, "site.db").exists()
    assert metadata.STATES[2] == "published" and not Path(tmp_path, "site.db-wal").exists()
