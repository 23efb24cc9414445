"""Answers that want the points without the lesson: a log, a big memory, pages that wait for the end.

Each file in the lab's `lazy/` says where it is told its price. What it loses there is all
that it loses: a right answer that misses the lesson is right, and dear.
"""

import itertools

import pytest

from scalemodel.labs.grade import SEEDS, first_wrong, grade
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.store import Store
from scalemodel.labs.seeds import seeds_of
from scalemodel.labs.twitter.budgets import (
    HELD_MS,
    birth_ms,
    held_tweets,
    longest_call_ms,
    page_p99_ms,
    quiet_page_p99_ms,
    write_ms,
)
from scalemodel.labs.twitter.checks import (
    DEAREST_MS,
    FOLLOW,
    newest_first,
    no_lost_tweet,
    not_dear,
)
from scalemodel.labs.twitter.lab import LAB
from scalemodel.labs.twitter.world import Network
from tests.laws import lab_laws

LAZY = sorted((lab_laws.folder_of(LAB) / "lazy").glob("*.py"))
SURVIVE = LAB.stage("b")
BY_LUCK = ("delivers_to_the_quiet_alone",)  # dear where few of those who look first are quiet
DELIVERS = ({("c", "longest post or work")}, {("c", "reading, p99")})
WRONG = ("shows_twice", "notes_first", "remembers_in_memory", "acknowledges_first")
BURNS = {  # at the start of `post` and of `work`
    "reads": 'for _ in range(30): self.store.get("burn")',
    "the same record": 'for number in range(8): self.store.put("burn", number)',
    "many records": 'for number in range(8): self.store.put(f"burn{number}", number)',
    "lists": 'for number in range(8): self.store.push(f"{number}", number)',
    "one that never ends": 'self.store.get("burn"); self.store.put("burn", 0)',
}

PAIRS = [  # each of both at once; all of them when thorough
    pytest.param(name, burn, marks=[pytest.mark.thorough] * (row != column % len(WRONG)))
    for row, name in enumerate(WRONG)
    for column, burn in enumerate(BURNS)
]


def here(source):
    return lab_laws.here(LAB, source)


def burning(name, burn):
    """A mutant that does `burn` before anything else."""
    return f"""{lab_laws.mutant_of(LAB, f"{name}.py")}


class Timelines(Timelines):
    def post(self, author, tweet):
        {burn}
        super().post(author, tweet)

    def work(self):
        {burn}
        return super().work()
"""


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.slow
@pytest.mark.parametrize("count", [2, pytest.param(SEEDS, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("path", LAZY, ids=[path.stem for path in LAZY])
def test_who_misses_the_lesson_is_told_its_price(path, count, record_property, monkeypatch):
    monkeypatch.setattr("scalemodel.labs.grade.TRIES", 0)
    source = path.read_text()
    told = {
        tuple(row.split(", ", 1)) for row in source.split("Told: ")[1].split("\n")[0].split("; ")
    }
    count = SEEDS if path.stem in BY_LUCK else count
    result = grade(LAB, here(source), seeds_of("practice", "ann", LAB.name, count=count))
    found = set()
    for stage in result.stages:
        if stage.verdict.outcome != "valid":
            found.add((stage.stage.key, stage.verdict.check))
            continue
        over = [m for m in stage.budgets if not m.kept]
        found |= {(stage.stage.key, m.budget.name) for m in over}
        assert all("too much. Hint: " in m.sentence() for m in over)
    lost = 100 - result.points
    assert told <= found and lost >= 10 and result.outcome == "invalid"
    assert lost >= 25 or told in DELIVERS, "or it delivers, after all"
    lab_laws.told(
        record_property, LAB, "lazy", path.stem, f"{result.points} points: {sorted(told)}"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("name", "burn"), PAIRS)
def test_a_crash_is_not_used_up(name, burn):
    player = here(burning(name, BURNS[burn]))
    seeds = seeds_of("practice", "ann", LAB.name, count=4)
    histories = (LAB.play(SURVIVE.draw(seed), player) for seed in seeds)
    assert any(first_wrong(SURVIVE, history).outcome == "invalid" for history in histories)


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(3))
def test_every_crash_that_a_run_has_drawn_falls_whatever_the_object_does(seed):
    for source in (lab_laws.reference_of(LAB), LAZY[0].read_text()):
        history = LAB.play(SURVIVE.draw(seed), here(source))
        drawn = [step.deaths for step in history.world.steps if step.kind == "crash"]
        assert 11 <= len(drawn) <= 33 and history.world.storm == 0
        deaths = sum(map(len, drawn)) + len(history.world.births)
        assert sum(1 for _ in history.of("crash")) == deaths


def test_a_crash_comes_at_every_kind_of_place():
    player = here(lab_laws.reference_of(LAB))
    places = set()
    for seed in range(16):
        for crash in LAB.play(SURVIVE.draw(seed), player).of("crash"):
            places.add((crash.payload["during"], crash.payload["operations"]))
    assert {("post", done) for done in (0, 1, 2, 3)} <= places
    assert {("work", done) for done in (0, *range(2, 9))} <= places, "six pushes and a note"
    assert {"page", "start"} <= {during for during, _ in places}


def test_a_birth_that_changes_the_store_dies_within_it():
    player = here(lab_laws.mutant_of(LAB, "clears_the_note_at_birth.py"))
    histories = [LAB.play(SURVIVE.draw(seed), player) for seed in range(4)]
    crashes = [crash.payload for history in histories for crash in history.of("crash")]
    assert any(crash["during"] == "start" and crash["operations"] > 3 for crash in crashes)


def test_a_life_ends_between_a_post_that_was_heard_and_the_next_change():
    history = LAB.play(SURVIVE.draw(1), here(lab_laws.reference_of(LAB)))
    heard = [event.kind for event in history.events if event.kind not in ("newest", "get")]
    assert ("accepted", "crash") in itertools.pairwise(heard)


def test_a_run_whose_crashes_are_drawn_is_played_again_as_it_was():
    player = here(lab_laws.reference_of(LAB))
    for seed in (3, 4):  # in the second, some die when the last work is done
        history = LAB.play(SURVIVE.draw(seed), player)
        assert LAB.play(history.world, player).events == history.events


# ── Budgets, by hand ────────────────────────────────────────────────────────
def told(*rows):
    """A history of (actor, kind, payload, reply), a millisecond a row."""
    history = History(None)
    for now, row in enumerate(rows):
        history.add(float(now), *row)
    return history


def took(kind, took_ms):
    return "worker", kind, {"took_ms": took_ms}


def a_page(took_ms, *tweets):
    return "user 1", "page", {"reader": 1, "took_ms": took_ms}, list(tweets)


CRASH = ("worker", "crash", {})


def test_who_looks_first_after_a_crash_waits_for_the_birth_and_nobody_else_does():
    assert page_p99_ms(told(a_page(3.0), CRASH, took("start done", 5.0), a_page(2.0))) == 7.0
    later = (took("start done", 5.0), took("work done", 1.0), a_page(2.5))
    assert page_p99_ms(told(a_page(3.0), CRASH, *later)) == 3.0
    assert page_p99_ms(told(took("start done", 5.0), a_page(2.0), a_page(3.0))) == 7.0


def test_a_page_pays_for_a_tweet_out_of_memory_as_for_a_question():
    read = ("store", "newest", {"key": "x", "n": 9}, [7, {"": 9}])
    assert page_p99_ms(told(post(7), post(8), read, a_page(2.0, 9, 8, 7))) == 2.0 + HELD_MS
    packed = ("store", "get", {"key": "x"}, "7,8")
    assert page_p99_ms(told(post(7), post(8), packed, a_page(1.0, 8, 7))) == 1.0 + 2 * HELD_MS


def test_a_quiet_reader_is_one_who_follows_nobody_that_most_follow():
    history = History(Network(1, ((1, 2, 3), (0, 3), (3,), ()), (), page=5))
    assert [user for user, row in enumerate(history.world.followees()) if 0 not in row] == [0]
    for reader, took_ms in ((0, 2.0), (1, 9.0), (2, 9.0), (3, 9.0)):
        history.add(0.0, f"user {reader}", "page", {"reader": reader, "took_ms": took_ms}, [])
    assert quiet_page_p99_ms(history) == 2.0
    assert quiet_page_p99_ms(History(None)) is None


def test_the_price_of_a_tweet_is_that_of_all_calls_and_needs_the_run_s_end():
    rows = [took("post done", 3.0), took("work done", 4.0), ("user 1", "accepted", {}), a_page(9.0)]
    assert write_ms(told(*rows)) is None
    assert write_ms(told(*rows, *rows, ("world", "settled", {}))) == 7.0
    assert longest_call_ms(told(*rows)) == 4.0 and longest_call_ms(told()) is None


def test_a_dear_tweet_is_told_at_the_end_of_the_run():
    end = ("user 1", "accepted", {}), ("world", "settled", {})
    verdict = not_dear(told(took("post done", DEAREST_MS + 1), *end))
    assert (verdict.outcome, verdict.time_ms) == ("invalid", 2.0)
    assert not_dear(told(took("post done", DEAREST_MS), *end)).outcome == "valid"
    assert not_dear(told(took("post done", DEAREST_MS + 1))).outcome == "valid", "it is not over"


def test_of_two_equal_tweets_neither_is_out_of_order():
    assert newest_first(told(("user 1", "page", {}, [7, 7]))).outcome == "valid"


GIVES = [
    ([7], [7], "; the store gave it 7 2 times"),
    ([7], [8], ""),
    ([7], [7, 7], ""),  # which was asked for more
]


@pytest.mark.parametrize(("one", "other", "words"), GIVES)
def test_a_page_that_lacks_a_tweet_is_told_what_it_was_given_twice(one, other, words):
    world = Network(1, ((1,), ()), (), page=2)
    asked = lambda reply, n: ("store", "newest", {"key": "x", "n": n}, reply)
    run = told(
        ("user 0", "post", {"tweet": 9}), ("user 0", "accepted", {"tweet": 9}),
        ("world", "idle", {}), asked(one, 1), asked(other, len(one) if words else 3),
        ("user 1", "page", {"reader": 1, "n": 2}, []), ("world", "settled", {}),
    )  # fmt: skip
    run.world = world
    verdict = no_lost_tweet(run)
    assert verdict.outcome == "invalid" and verdict.happened.endswith(f"without it{words}")
    assert bool(words) or verdict.hint == FOLLOW, "for nobody died"


def test_the_longest_birth_counts_and_only_after_a_crash():
    births = [took("start done", 2.0), took("start done", 6.0), took("start done", 1.0)]
    assert birth_ms(told(*births)) is None
    assert birth_ms(told(CRASH, *births)) == 6.0 and birth_ms(told(CRASH)) == 0.0


def post(tweet):
    return "user 2", "post", {"tweet": tweet}


def puts(*values):
    return "store", "put", {"key": "x", "value": list(values)}, None


def gives(*values):
    return "store", "newest", {"key": "x", "n": 9}, list(values)


@pytest.mark.parametrize(
    ("rows", "held"),
    [
        ([], None),
        ([post(7), a_page(0.0)], 0),
        ([post(7), a_page(0.0, 7)], 1),
        ([post(7), a_page(0.0, 7), a_page(0.0, 7)], 1),
        ([post(7), post(8), a_page(0.0, 8), a_page(0.0, 7)], 2),
        ([post(7), a_page(0.0, 7), post(8), a_page(0.0, 8)], 1),
        ([post(7), a_page(0.0, 7), post(8), a_page(0.0, 8), a_page(0.0, 7)], 2),
        ([post(7), gives(7), a_page(0.0, 7)], 0),
        ([post(7), gives([3, [7]]), a_page(0.0, 7)], 0),
        ([post(7), gives("7"), a_page(0.0, 7)], 1),
        ([post(7), puts(7), gives(7), a_page(0.0, 7)], 1),
        ([post(7), puts([7]), gives([7]), a_page(0.0, 7)], 1),
        ([post(7), puts(7), took("work done", 1.0), gives(7), a_page(0.0, 7)], 0),
        ([post(7), gives(7), puts(7), gives(7), a_page(0.0, 7)], 0),
        ([gives(7, 8), a_page(0.0, 7), a_page(0.0, 7, 8)], 2),
        ([gives(7, 8), took("work done", 1.2), a_page(0.0, 7, 8)], 2),
        ([post(7), CRASH, a_page(0.0, 7)], 1),
        ([post(7), post(8), a_page(0.0, 7), CRASH, a_page(0.0, 8)], 1),
    ],
)
def test_memory_is_from_when_a_tweet_was_heard_of_to_when_it_is_shown(rows, held):
    assert held_tweets(told(*rows)) == held


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_memory_is_what_an_object_that_tells_it_has_held():
    """A log in memory holds what it was told; what pages prove is no more, and not much less."""
    held = held_tweets(LAB.play(LAB.stage("a").draw(2), here(LAZY[0].read_text())))
    assert LAZY[0].stem == "all_in_memory" and 7 <= held <= 14
    assert held_tweets(LAB.play(LAB.stage("a").draw(2), here(lab_laws.reference_of(LAB)))) == 0


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_death_before_the_call_begins_is_refused():
    with pytest.raises(ValueError, match="changes=-1 must be an integer of at least 0"):
        Store(History(None)).kill_at(2, -1)
