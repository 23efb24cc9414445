"""A reader's rule for the next task begins as the engine begins, and no rule beats the bound."""

import math
import random

import numpy as np
import pytest

from scalemodel.stage.python.outcome import columns
from scalemodel.stage.python.told import told
from scalemodel.stage.youtube.yours.next_task import begun, bound_s, race, ready_s
from scalemodel.youtube.upload import capacity
from scalemodel.youtube.upload.ladder import rungs

HERE = told("scalemodel.stage.youtube.yours.next_task")
TEMPTED = """\
On average until       watched  complete
nobody can do better     1.3 s   2.1 min
lowest rung first        2.2 s   3.8 min
one line for all       184.9 s   3.7 min
yours                  184.9 s   3.7 min
longest task first     383.8 s   6.4 min

On morning 1 the last can be watched after 6.5 min."""


RULES = {
    "one line for all": lambda upload, rung, chunks, left: -upload,
    "lowest rung first": lambda upload, rung, chunks, left: -1000 * (rung > 0) - upload,
    "longest task first": lambda upload, rung, chunks, left: rung,
}


def shortest(upload, rung, chunks, left):
    return -1000 * (rung > 0) - chunks


def by_engine(order, urgent=0):
    """When each task is done by the compiled loop: `order` is uploads and rungs as they stand in line."""
    task_s = np.array(HERE["task_s"])
    rung = np.array([one for _, one in order], dtype=np.uint8)
    start_s, end_s, state = *np.zeros((2, len(order))), np.zeros(len(order), dtype=np.uint8)
    added = np.array([[urgent or len(order)], [len(order) - urgent if urgent else 0]])
    capacity.loop.native(
        np.zeros(1), added, rung, task_s[rung], task_s, math.inf, np.zeros(0), HERE["workers"], 0.0, 1,
        start_s, end_s, state, np.array([0.0, 0.0, np.inf]),
    )  # fmt: skip
    return end_s.tolist()


def drawn_rule(seed):
    dice = random.Random(seed)
    weights = [dice.uniform(-2, 2) for _ in range(4)]
    return lambda *seen: sum(weight * one for weight, one in zip(weights, seen, strict=True))


# ── Examples ────────────────────────────────────────────────────────────────
def test_first_come_first_served_is_a_hundred_times_as_long():
    assert race(lambda upload, rung, chunks, left: -upload).words == TEMPTED


def test_the_shortest_first_reaches_the_bound_to_the_digit():
    for chunks in HERE["mornings"]:
        watched, _ = ready_s(begun(shortest, chunks))
        assert np.allclose(sorted(watched), bound_s(chunks)[0], rtol=0, atol=1e-9)
    assert race(shortest).words.splitlines()[2].split() == ["yours", "1.3", "s", "2.2", "min"]


def test_the_picture_has_a_bar_an_upload_the_soonest_first():
    chunks = HERE["mornings"][2]
    mine, best = sorted(ready_s(begun(drawn_rule(1), chunks))[0]), bound_s(chunks)[0]
    says = "morning 3: when each can be watched; line: the best", "first", "last"
    assert race(drawn_rule(1), 3).svg == columns(says, mine, best)


def test_a_rule_is_told_what_is_left():
    seen = []
    begun(lambda *told_: seen.append(told_) or -told_[1], [1, 2])
    assert seen[0] == (0, 0, 1, 6) and seen[6] == (1, 0, 2, 12) and seen[-1] == (1, 5, 2, 1)


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(8))
def test_no_rule_beats_the_bound(seed):
    chunks = HERE["mornings"][seed % len(HERE["mornings"])]
    done = begun(drawn_rule(seed), chunks)
    tasks = sorted(zip(done.upload, done.rung, strict=True))
    assert tasks == sorted((u, r) for u, many in enumerate(chunks) for r in range(6) for _ in range(many))  # fmt: skip
    for mine, least in zip(ready_s(done), bound_s(chunks), strict=True):
        assert all(one >= other - 1e-9 for one, other in zip(sorted(mine), least, strict=True))


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(6))
def test_what_is_begun_is_done_when_the_engine_s_is(seed):
    done = begun(drawn_rule(seed), HERE["mornings"][seed])
    order = [*zip(done.upload, done.rung, strict=True)]
    assert np.allclose(done.end_s, by_engine(order), rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["one line for all", "lowest rung first"])
def test_the_rules_are_the_engine_s(name):
    """Each upload's chunks rung by rung, as the engine has them but for the order within an upload."""
    chunks = HERE["mornings"][0]
    done = begun(RULES[name], chunks)
    order = [(u, r) for u, many in enumerate(chunks) for r in range(6) for _ in range(many)]
    urgent = 0
    if name == "lowest rung first":
        order.sort(key=lambda one: one[1] > 0)
        urgent = sum(chunks)
    assert [*zip(done.upload, done.rung, strict=True)] == order
    assert np.allclose(done.end_s, by_engine(order, urgent), rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", RULES)
def test_the_rivals_are_what_their_rules_come_to(name):
    for row, chunks in zip(HERE["rivals"][name], HERE["mornings"], strict=True):
        ours = ready_s(begun(RULES[name], chunks))
        assert np.allclose(row, ours, rtol=0, atol=1e-4)


def test_a_task_takes_what_the_ladder_says():
    assert np.allclose(HERE["task_s"], [10 * one.work_ratio for one in rungs(1080)], atol=1e-4)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("answer", [None, True, math.nan, math.inf, "1"])
def test_what_is_no_number_is_refused(answer):
    with pytest.raises(ValueError, match=r"^your rule returned .*; it must return a finite number"):
        race(lambda *seen: answer)


@pytest.mark.parametrize("morning", [0, 7, "1", True])
def test_an_unknown_morning_is_refused(morning):
    with pytest.raises(ValueError, match=r"morning=.* must be a whole number from 1 to 6"):
        race(lambda *seen: 0, morning)
