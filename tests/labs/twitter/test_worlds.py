"""The worlds of the Twitter lab: whoever replays a seed meets the same one, and it is as it is told."""

import hashlib
import json
from dataclasses import replace

import pytest

from scalemodel.labs.playing.history import Event
from scalemodel.labs.playing.player import Here
from scalemodel.labs.twitter import crashes, draws, run, stages, world
from scalemodel.labs.twitter.crashes import A_ROUND, PICKS, with_crashes
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
    7: {
        "a": "8cbbb136a87a",
        "b": "cde2531260d0",
        "c": "5782592ace32",
        "crashes": "9e7746b8efd7",
        "played": "4ff84f804f29",
    },
}


def digest(thing):
    return hashlib.sha256(repr(thing).encode()).hexdigest()[:12]


def told(network, births=0):
    """What each step came to, of an object that pushes twice a post, thrice a work, once a page."""
    born = [*[Event(0.0, "store", "put", {})] * births, Event(0.0, "worker", "start done", {})]
    yield born
    changes = {"post": (2, "post done"), "work": (3, "work done"), "page": (1, "page")}
    for step in network.steps:
        count, kind = changes.get(step.kind, (0, "settled"))
        calls = step.count if step.kind == "work" else 1
        one = [*[Event(0.0, "store", "push", {})] * count, Event(0.0, "worker", kind, {})]
        yield [*one * calls, *born * (step.kind == "crash")]


def crashed(network, rounds, births=0):
    """The same world with its rounds of crashes drawn."""
    network = replace(network, rounds=rounds)
    for _ in range(rounds):
        network = with_crashes(network, [*told(network, births)])
    return network


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
    idle = [Event(0.0, "worker", "work done", {})]
    post = [Event(0.0, "store", "put", {}), Event(0.0, "worker", "post done", {})]
    steps = (Step("work"), Step("page", 1), Step("post", 0, 10), Step("work"))
    network = Network(1, ((1,), ()), steps, 5, rounds=1, chances=(0.5,) * PICKS)
    drawn = with_crashes(network, [[], idle, [], post, idle]).steps
    assert [step.kind for step in drawn] == ["work", "page", "crash", "post", "crash", "work"]


def test_so_do_the_crashes_that_are_drawn_in_it():
    drawn = [crashed(LAB.stage("b").draw(seed), 2, births=2).steps for seed in (3, 41)]
    assert digest(drawn) == WORLDS[LAB.version]["crashes"]
    played = LAB.play(LAB.stage("b").draw(3), Here(Counts, list(LAB.service))).world
    assert digest(played.steps) == WORLDS[LAB.version]["played"]


def test_a_life_that_dies_in_its_birth_dies_after_any_of_its_changes():
    drawn = [crashed(LAB.stage("b").draw(seed), 2, births=2).steps for seed in range(3)]
    deaths = [step.deaths for steps in drawn for step in steps]
    births = {row[1] for row in deaths if len(row) > 1}
    assert births >= {0, 1, 2} and max(births) > 2, "or of what is asked of it next"


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(5))
def test_a_round_of_crashes_changes_nothing_else(seed):
    network = replace(LAB.stage("b").draw(seed), calm=30)
    after = crashed(network, 1)
    assert after.rounds == 0
    set_at = [at for at, step in enumerate(after.steps) if step.kind == "crash"]
    assert len(set_at) == A_ROUND == 11
    waits = [after.steps[at].user for at in set_at]
    assert {*waits} - {-1} <= {*network.waiting} and waits.count(-1) == 6, "every other one"
    parted = sum(step.kind == "work" for step in after.steps)
    parted -= sum(step.kind == "work" for step in network.steps)
    early = sum(at - place < network.calm for place, at in enumerate(set_at))
    assert 4 - parted <= early <= 4, "numbers 1, 4, 7 and 10, but for what parts move"
    again = crashed(replace(after, chances=network.chances[PICKS:]), 1)
    assert sum(step.kind == "crash" for step in again.steps) == 2 * A_ROUND
    assert not any(after.steps[at + 1].kind == "crash" for at in set_at)
    for kind in ("post", "page", "settle"):
        rows = [
            [step for step in steps if step.kind == kind] for steps in (network.steps, again.steps)
        ]
        assert rows[0] == rows[1]
    works = [
        sum(s.count for s in steps if s.kind == "work") for steps in (network.steps, again.steps)
    ]
    assert works[0] == works[1]


def test_where_nothing_changes_the_store_lives_end_all_the_same():
    network = Network(
        1, ((1,), ()), (Step("page", 1), Step("page", 0)), page=5, rounds=1, chances=(0.5,) * PICKS
    )
    steps = with_crashes(network, [[], *[[Event(0.0, "user 1", "page", {})]] * 2]).steps
    assert [step.kind for step in steps] == ["crash", "page"] * 2
    assert {step.deaths[0] for step in steps if step.kind == "crash"} == {0}


@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_a_world_that_was_written_down_is_the_same_when_it_is_read(key):
    drawn = LAB.stage(key).draw(3)
    assert of_plain(json.loads(json.dumps(as_plain(drawn)))) == drawn
    crash = replace(drawn, steps=(Step("crash", deaths=(1, 2)),), births=(1,))
    assert of_plain(json.loads(json.dumps(as_plain(crash)))) == crash


@pytest.mark.parametrize(
    ("chance", "deaths"), [(0.0, [(0, 0), (1, 0)]), (0.999999, [(1, 3), (2, 3)])]
)
def test_the_least_and_the_largest_chance_pick_the_first_and_the_last(chance, deaths):
    post = [*[Event(0.0, "store", "push", {})] * 2, Event(0.0, "worker", "post done", {})]
    births = [Event(0.0, "store", "put", {}), Event(0.0, "worker", "start done", {})]
    network = Network(1, ((1,), ()), (Step("post", 0, 10), Step("post", 0, 20)), 5, rounds=1)
    network = replace(network, chances=(chance,) * PICKS)
    drawn = with_crashes(network, [births, post, post]).steps
    assert [step.deaths for step in drawn if step.kind == "crash"] == deaths


def test_each_round_has_dice_of_its_own_and_the_first_takes_the_last():
    network = replace(LAB.stage("b").draw(3), rounds=2)
    row = network.chances
    last = with_crashes(replace(network, rounds=1, chances=row[PICKS:]), [*told(network)])
    assert with_crashes(network, [*told(network)]).steps == last.steps
    assert len(row) == 2 * PICKS == 114 and len(LAB.stage("c").draw(3).chances) == PICKS


@pytest.mark.parametrize(
    ("changes", "rounds", "deaths"),
    [(0, 2, {()}), (1, 2, {(), (1,)}), (2, 2, {(), (1,)}), (4, 2, {(), (1,), (2,), (3,)}), (4, 1, {()})],
)  # fmt: skip
def test_the_first_birth_dies_between_its_changes_while_another_round_is_to_come(
    changes, rounds, deaths
):
    drawn = set()
    for chance in (0.0, 0.1, 0.25, 0.3, 0.6, 0.99):
        row = (chance,) * 2 * PICKS
        network = Network(1, ((1,), ()), (Step("page", 1),), 5, rounds=rounds, chances=row)
        drawn.add(with_crashes(network, [*told(network, changes)]).births)
    assert drawn == deaths


def test_calls_that_change_the_store_in_another_order_or_elsewhere_are_of_another_kind():
    changes = [*[("push", f"home:{number}") for number in range(6)], ("put", "done")]
    kinds = {
        "as ever": changes,
        "note first": changes[::-1],
        "elsewhere": [("put", "x"), *changes[1:]],
    }
    calls = [kinds["as ever"]] * 300
    calls[7], calls[19] = kinds["note first"], kinds["elsewhere"]
    heard = Event(0.0, "worker", "post done", {})
    rows = [
        [*[Event(0.0, kind, kind, {"key": key}) for kind, key in call], heard] for call in calls
    ]
    steps, died = tuple(Step("post", 0, 10 + at) for at in range(300)), set()
    for third in (0.1, 0.5, 0.9):
        network = Network(1, ((1,), ()), steps, 5, rounds=1, chances=(third,) * PICKS)
        drawn = with_crashes(network, [[], *rows]).steps
        died |= {drawn[at + 1].tweet - 10 for at, step in enumerate(drawn) if step.kind == "crash"}
    assert {7, 19} < died


def test_the_next_birth_dies_of_what_it_does_itself():
    change, crash = Event(0.0, "store", "put", {}), Event(0.0, "worker", "crash", {})
    born = [change, crash, *[change] * 3, Event(0.0, "worker", "start done", {})]
    network = Network(1, ((1,), ()), (), 5, rounds=2, chances=(0.999,) * 2 * PICKS, births=(1,))
    assert with_crashes(network, [born]).births == (1, 2)


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
def test_a_world_with_too_few_dice_for_its_rounds_is_refused():
    network = replace(LAB.stage("b").draw(3), rounds=3)
    with pytest.raises(
        ValueError, match=r"world\.chances has 114 numbers; with rounds=3 it must have"
    ):
        with_crashes(network, [*told(network)])


def test_crashes_cannot_be_drawn_where_nothing_is_told():
    with pytest.raises(ValueError, match=r"told=\[\] must begin with what the first birth came to"):
        with_crashes(LAB.stage("b").draw(3), [])


@pytest.mark.parametrize("module", [crashes, draws, run, stages, world])
def test_a_stranger_is_refused(module):
    assert strangers_taken(module) == []
