"""The worlds of the Twitter lab: whoever replays a seed meets the same one, and it is as it is told."""

import hashlib
import itertools
import json
from dataclasses import replace

import pytest

from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.player import Died, Here
from scalemodel.labs.playing.store import Store
from scalemodel.labs.twitter import crashes, draws, run, stages, world
from scalemodel.labs.twitter.crashes import Storm
from scalemodel.labs.twitter.lab import LAB
from scalemodel.labs.twitter.world import Network, Step, as_plain, of_plain, simpler
from tests.laws import lab_laws
from tests.laws.lab_laws import strangers_taken

LIMITS = {  # of each budget: unit, limit, what the answer key pays, points
    "writing": ("ms a tweet", 30.0, 17.0, 5),
    "quiet reading, p99": ("ms a page", 7.0, 3.6, 15),
    "reading, p99": ("ms a page", 9.5, 6.8, 10),
    "longest post or work": ("ms", 15.0, 8.0, 10),
    "back after a crash": ("ms", 10.0, 2.0, 5),
    "memory": ("tweets", 40.0, 0.0, 5),
}
WORLDS = {  # by version of the lab: other worlds would be another lab
    8: {
        "a": "958217171d1f",
        "b": "7ce1fe836a1d",
        "c": "38b81a5d6bda",
        "played": "3c824c0022e8",
    },
}


def digest(thing):
    return hashlib.sha256(repr(thing).encode()).hexdigest()[:12]


def network(*steps, storm=0, **more):
    """A world of two users, of whom one follows the other."""
    return Network(1, ((1,), ()), steps, page=5, storm=storm, **more)


def stormed(drawn, changes=("push",) * 3, births=0, keys="x"):
    """The same world after a run of an object that makes these changes in each call of a step."""
    store = Store(History(drawn))
    storm = Storm(drawn, store)

    def outlives(count, key):
        try:
            for number in range(count):
                store.serve("push", [key, number])
            if key != "birth":
                store.answered()
            store.history.add(
                store.now_ms, "worker", "start done" if key == "birth" else "done", {}
            )
        except Died:
            store.history.add(store.now_ms, "worker", "crash", {})
            store.buried()
            return False
        return True

    def is_born():
        while not outlives(births, "birth"):
            pass

    is_born()
    for number, step in enumerate(drawn.steps):
        storm.takes(step)
        for _ in range(step.count if step.kind == "work" else 1):
            storm.asks(step.kind)
            while not outlives(len(changes), keys if isinstance(keys, str) else keys(number)):
                is_born()
                storm.asks(step.kind)
            storm.answered()
    return storm.world()


def crashes_of(drawn):
    return [step for step in drawn.steps if step.kind == "crash"]


POSTS = [Step("post", 0, 10 + number) for number in range(200)]


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_points_and_the_limits_are_those_that_students_are_told():
    assert [(stage.key, stage.points) for stage in LAB.stages] == [("a", 25), ("b", 25), ("c", 0)]
    budgets = LAB.stage("c").budgets
    assert {b.name: (b.unit, b.limit, b.reference, b.points) for b in budgets} == LIMITS
    assert sum(stage.all_points for stage in LAB.stages) == 100


@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_a_seed_s_world_stays_the_same_until_the_lab_has_another_version(key):
    worlds = [LAB.stage(key).draw(seed) for seed in (3, 41)]
    assert digest(worlds) == WORLDS[LAB.version][key]


@pytest.mark.parametrize("key", ["a", "b"])
def test_a_world_begins_with_nothing_and_one_of_it_follows_nobody_and_is_followed_by_nobody(key):
    for seed in range(20):
        drawn = LAB.stage(key).draw(seed)
        alone = len(drawn.followers) - 1
        assert [step.kind for step in drawn.steps[:3]] == ["work", "page", "post"]
        assert not drawn.followers[alone] and not drawn.followees()[alone]
        assert any(step.kind == "post" and step.user == alone for step in drawn.steps)


def test_nobody_dies_before_the_first_post():
    drawn = stormed(network(*[Step("work", count=99)] * 9, *POSTS, storm=20))
    assert [step.kind for step in drawn.steps[:10]] == ["work"] * 9 + [drawn.steps[9].kind]
    assert len(crashes_of(drawn)) > 9


def test_so_do_the_crashes_that_are_drawn_in_it():
    played = LAB.play(LAB.stage("b").draw(3), Here(Counts, list(LAB.service))).world
    assert digest(played.steps) == WORLDS[LAB.version]["played"]


def test_a_life_that_dies_in_its_birth_dies_after_any_of_its_changes():
    steps = stormed(replace(LAB.stage("b").draw(3), storm=100), births=2)
    again = {row.deaths[1] for row in crashes_of(steps) if len(row.deaths) == 2}
    assert again >= {0, 1, 2, 3, 4, 5}, "or of what is asked of it next"
    stuck = [row for row in crashes_of(steps) if len(row.deaths) == crashes.STUBBORN]
    assert stuck and {row.deaths[1] - row.deaths[0] for row in stuck} == {2} and len(stuck) > 4
    assert {row.user for row in stuck} == {-1} and len({*stuck[0].deaths[1:]}) == 1


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(5))
def test_the_crashes_of_a_run_change_nothing_else(seed):
    before = replace(LAB.stage("b").draw(seed), calm=30)
    after = stormed(before)
    assert after.storm == 0
    waits = [step.user for step in crashes_of(after)]
    assert {*waits} - {-1} <= {*before.waiting} and 0.4 < waits.count(-1) / len(waits) < 0.9
    assert not any(a.kind == b.kind == "crash" for a, b in itertools.pairwise(after.steps))
    for kind in ("post", "page", "settle"):
        rows = [[step for step in one.steps if step.kind == kind] for one in (before, after)]
        assert rows[0] == rows[1]
    works = [sum(s.count for s in one.steps if s.kind == "work") for one in (before, after)]
    assert works[0] == works[1]
    assert [step for step in before.steps if step.count == 0] == [
        step for step in after.steps if step.count == 0
    ]


@pytest.mark.parametrize("changes", [0, 1, 3, 30])
@pytest.mark.parametrize("calm", [0, 150])
def test_who_does_much_and_who_does_little_die_as_often(changes, calm):
    counts, early = [], []
    for seed in range(20):
        drawn = replace(network(*POSTS, storm=12, calm=calm), seed=seed)
        after = stormed(drawn, ["push"] * changes).steps
        at = [n for n, step in enumerate(step for step in after) if step.kind == "crash"]
        counts.append(len(at))
        early.append(sum(n - place < calm for place, n in enumerate(at)))
    most = 12 if changes else 8  # where nothing changes the store, one of two clocks runs less
    assert 0.6 * most < sum(counts) / 20 < 1.2 * 12
    if calm:
        assert 0.15 < sum(early) / sum(counts) < 0.45, "a third"


def test_what_is_seldom_has_its_share_and_what_is_new_each_time_does_not_use_it_up():
    seldom, often = 0, 0
    for seed in range(40):
        drawn = replace(network(*POSTS, storm=12), seed=seed)
        steps = stormed(drawn, keys=lambda at: "other" if at % 40 == 39 else "same").steps
        seldom += sum(
            step.kind == "crash" and steps[at + 1].tweet % 40 == 9 for at, step in enumerate(steps)
        )
        new = lambda at: "same" if at % 2 else chr(97 + at % 26) * (1 + at // 26)
        steps = stormed(drawn, keys=new).steps
        often += sum(
            step.kind == "crash" and steps[at + 1].tweet % 2 for at, step in enumerate(steps)
        )
    assert seldom > 40 * 12 * 2 / 40, "twice as often as it is done"
    assert often > 0.25 * 40 * 12 / 2, "half of the crashes go by the places alone"


def test_no_crash_knows_of_another_run():
    """What an object does until it dies is all that is known of it: who goes on otherwise dies as it did."""
    drawn = LAB.stage("b").draw(3)
    one, other = stormed(drawn), stormed(drawn, keys=lambda at: "x" if at < 60 else "y")
    same = [a == b for a, b in zip(one.steps, other.steps, strict=False)]
    assert all(same[:60]) and not all(same)


def test_where_nothing_changes_the_store_lives_end_all_the_same():
    pages = network(*[Step("page", 1)] * 200, storm=20)
    after = stormed(pages, changes=())
    assert len(crashes_of(after)) > 5 and {step.deaths[0] for step in crashes_of(after)} == {0}


@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_a_world_that_was_written_down_is_the_same_when_it_is_read(key):
    drawn = LAB.stage(key).draw(3)
    assert of_plain(json.loads(json.dumps(as_plain(drawn)))) == drawn
    crash = replace(drawn, steps=(Step("crash", deaths=(1, 2)),), births=(1,))
    assert of_plain(json.loads(json.dumps(as_plain(crash)))) == crash


def test_the_first_birth_dies_after_any_of_its_changes_and_twice_at_most():
    drawn = [stormed(replace(network(storm=1), seed=seed), births=2).births for seed in range(60)]
    assert {*drawn} == {(), (1,), (2,), (1, 1), (1, 2), (2, 1), (2, 2)}
    assert stormed(network(), births=2).births == (), "where no crashes are to be drawn"


def test_a_simpler_world_has_fewer_steps_or_deaths_or_followers():
    steps = (Step("crash", deaths=(1, 2)), Step("post", 0, 10), Step("crash", deaths=(3,)))
    network = Network(1, ((1, 2), ()), steps, page=5)
    assert [one.births for one in simpler(replace(network, births=(1,)))].count(()) == 1
    found = [(one.steps, one.followers) for one in simpler(network)]
    once = (replace(steps[0], deaths=(1,)), *steps[1:])
    assert [row for row in found if len(row[0]) == 3] == [
        (once, network.followers),
        (steps, ((1,), ())),
        (steps, ((2,), ())),
    ]


# ── Oracle ──────────────────────────────────────────────────────────────────
class Counts:
    """Delivers nothing; a post leaves two pieces of work."""

    def __init__(self, store, followers, followees):
        self.store = store

    def post(self, author, tweet):
        self.store.put("left", 2)
        self.store.push("log", tweet)

    def work(self):
        left = self.store.get("left") or 0
        if left:
            self.store.put("left", left - 1)
        return left > 1

    def page(self, reader, n):
        return self.store.newest("log", n)


def played(*steps):
    """The story of these steps among three users, without what the store did."""
    network = Network(1, ((1, 2), (), ()), steps, page=2)
    events = LAB.play(network, Here(Counts, list(LAB.service))).events
    return [f"{event.actor} {event.kind}" for event in events if event.actor != "store"]


END = [
    "worker work done",
    "world idle",
    "world settled",
    *(f"user {user} last page" for user in range(3)),
]


def test_a_run_takes_its_steps_in_order_and_ends_when_all_is_done():
    post = ["user 0 post", "worker post done", "user 0 accepted"]
    both = ["worker work done"] * 2
    assert played() == END
    assert played(Step("post", 0, 10)) == [*post, both[0], *END]
    assert played(Step("post", 0, 10), Step("work", count=1)) == [*post, both[0], *END]
    assert played(Step("post", 0, 10), Step("work", count=3)) == [*post, *both, "world idle", *END]
    assert played(Step("page", 1)) == ["user 1 page", *END]
    some = [*both, "world idle", "world settled", "user 0 last page", "user 2 last page"]
    assert played(Step("post", 0, 10), Step("settle", count=2)) == [*post, *some, *END]


def test_the_first_birth_ends_where_the_world_says_and_another_begins():
    network = Network(1, ((1, 2), (), ()), (), page=2, births=(1, 1))
    source = lab_laws.mutant_of(LAB, "prepares.py")
    events = LAB.play(network, lab_laws.here(LAB, source)).events
    assert [event.kind for event in events] == [
        *("get", "put", "crash", "get", "get", "get", "fault"),
    ]


def test_after_each_crash_who_waits_looks_and_the_author_sends_again():
    crash = ["worker crash", "user 2 page"]
    again = ["user 0 post", *crash, "user 0 post again", "worker post done", "user 0 accepted"]
    death = Step("crash", user=2, deaths=(1,))
    assert played(death, Step("post", 0, 10)) == [*again, "worker work done", *END]
    last = played(Step("post", 0, 10), death, Step("work", count=2))
    assert last == [
        "user 0 post",
        "worker post done",
        "user 0 accepted",
        *crash,
        "worker work done",
        "world idle",
        *END,
    ]
    assert played(Step("post", 0, 10), death) == played(Step("post", 0, 10)), "spared at the end"


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("module", [crashes, draws, run, stages, world])
def test_a_stranger_is_refused(module):
    assert strangers_taken(module) == []
