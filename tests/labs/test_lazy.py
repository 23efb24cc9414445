"""Answers that want the points without the lesson: a log, a big memory, pages that wait for the end.

Each file in the lab's `lazy/` says where it is told its price. What it loses there is all
that it loses: a right answer that misses the lesson is right, and dear.
"""

import pytest

from scalemodel.labs.grade import first_wrong, grade
from scalemodel.labs.seeds import seeds_of
from scalemodel.labs.twitter.budgets import held_tweets
from scalemodel.labs.twitter.crashes import A_ROUND
from scalemodel.labs.twitter.lab import LAB
from tests.laws import lab_laws

LAZY = sorted((lab_laws.folder_of(LAB) / "lazy").glob("*.py"))
SURVIVE = LAB.stage("b")
WRONG = ("shows_twice", "notes_first", "remembers_in_memory", "acknowledges_first")
BURNS = {  # at the start of `post` and of `work`
    "reads": 'for _ in range(30): self.store.get("burn")',
    "the same record": 'for number in range(8): self.store.put("burn", number)',
    "many records": 'for number in range(8): self.store.put(f"burn{number}", number)',
    "lists": 'for number in range(8): self.store.push(f"{number}", number)',
    "one that never ends": 'self.store.get("burn"); self.store.put("burn", 0)',
}


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
@pytest.mark.parametrize("path", LAZY, ids=[path.stem for path in LAZY])
def test_who_misses_the_lesson_is_told_its_price(path, record_property):
    source = path.read_text()
    told = {
        tuple(row.split(", ", 1)) for row in source.split("Told: ")[1].split("\n")[0].split("; ")
    }
    result = grade(LAB, here(source), seeds_of("practice", "ann", LAB.name, count=4))
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
    lab_laws.told(
        record_property, LAB, "lazy", path.stem, f"{result.points} points: {sorted(told)}"
    )


@pytest.mark.slow
@pytest.mark.parametrize("burn", BURNS)
@pytest.mark.parametrize("name", WRONG)
def test_a_crash_is_not_used_up(name, burn):
    player = here(burning(name, BURNS[burn]))
    seeds = seeds_of("practice", "ann", LAB.name, count=4)
    histories = (LAB.play(SURVIVE.draw(seed), player) for seed in seeds)
    assert any(first_wrong(SURVIVE, history).outcome == "invalid" for history in histories)


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(3))
def test_every_crash_that_a_world_has_drawn_falls_whatever_the_object_does(seed):
    for source in (lab_laws.reference_of(LAB), LAZY[0].read_text()):
        history = LAB.play(SURVIVE.draw(seed), here(source))
        drawn = [step.deaths for step in history.world.steps if step.kind == "crash"]
        assert len(drawn) == 3 * A_ROUND and history.world.rounds == 0
        assert sum(1 for _ in history.of("crash")) == sum(map(len, drawn))


def test_a_crash_comes_at_every_kind_of_place():
    player = here(lab_laws.reference_of(LAB))
    places = set()
    for seed in range(8):
        for crash in LAB.play(SURVIVE.draw(seed), player).of("crash"):
            places.add((crash.payload["during"], crash.payload["operations"]))
    assert {("post", done) for done in (0, 1, 2, 3)} <= places
    assert {("work", done) for done in (0, *range(2, 9))} <= places, "six pushes and a note"
    assert {"page", "start"} <= {during for during, _ in places}


def test_a_run_whose_crashes_are_drawn_is_played_again_as_it_was():
    player = here(lab_laws.reference_of(LAB))
    history = LAB.play(SURVIVE.draw(3), player)
    assert LAB.play(history.world, player).events == history.events


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_memory_is_what_an_object_that_tells_it_has_held():
    """A log in memory holds what it was told; what pages prove is no more, and not much less."""
    held = held_tweets(LAB.play(LAB.stage("a").draw(2), here(LAZY[0].read_text())))
    assert LAZY[0].stem == "all_in_memory" and 7 <= held <= 14
    assert held_tweets(LAB.play(LAB.stage("a").draw(2), here(lab_laws.reference_of(LAB)))) == 0
