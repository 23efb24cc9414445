"""A window matched: two streets by hand, laws of order, the dense table, bad input."""

from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from scalemodel.uber.location.sphere import distance_m
from scalemodel.uber.matching import batch, policies
from scalemodel.uber.matching.batch import NOBODY, Matches, Places, match_batch
from scalemodel.uber.matching.eta import StraightLine
from scalemodel.uber.matching.market import MarketConfig, run
from scalemodel.uber.matching.policies import EdgeGreedy, FirstCome, Optimal
from scalemodel.uber.matching.roads import RoadGrid
from tests.conftest import cases

TINY = 1e-6  # minutes; a straight line is taken by two formulas
LINE = StraightLine(kmh=30)
CITY = RoadGrid(lat=52.5, lon=13.4, streets=9, seed=3)
POLICIES = (FirstCome(), EdgeGreedy(), Optimal(neighbours=2), Optimal(neighbours=16))


def crowd(rng, n, hot=False, grid=False):
    """So many places in 4 × 4 km, around three spots if it is hot, on few points for ties."""
    km = rng.uniform(-2, 2, (n, 2))
    if hot:
        km = np.array([[0, 0], [1.5, 1], [-1, 1.5]])[rng.integers(0, 3, n)] + km / 10
    if grid:
        km = np.round(km)
    return Places(52.5 + km[:, 0] / 111.2, 13.4 + km[:, 1] / 67.7)


@st.composite
def windows(draw):
    """Riders, cars and an ETA: slack, tight or scarce, spread, hot or on top of each other."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    kind = {"hot": draw(st.booleans()), "grid": draw(st.booleans())}
    riders, cars = draw(st.integers(0, 12)), draw(st.integers(0, 30))
    return crowd(rng, riders, **kind), crowd(rng, cars, **kind), draw(st.sampled_from([LINE, CITY]))


def table(riders, cars, eta):
    return np.array([
        [eta.minutes(*car, *rider) for car in zip(cars.lat, cars.lon, strict=True)]
        for rider in zip(riders.lat, riders.lon, strict=True)
    ], float).reshape(len(riders), len(cars))  # fmt: skip


def dense(minutes, penalty):
    without = np.where(np.eye(len(minutes), dtype=bool), penalty, 1e6)
    wide = np.hstack([minutes, without])
    return wide[linear_sum_assignment(wide)].sum()


def says(minutes, at_least=lambda far_m: 0 * far_m):
    """An ETA that answers for so many pairs what `minutes` says."""
    return SimpleNamespace(minutes=lambda lat, *_: minutes(lat), at_least=at_least)


def part(places, keep):
    return Places(places.lat[keep], places.lon[keep])


# ── Examples ────────────────────────────────────────────────────────────────
def test_two_riders_on_one_street():
    """The first takes the car between them, and the second waits for one from the far end."""
    riders, cars = Places([0, 0], [0, 0.01]), Places([0, 0], [0.004, -0.02])
    came = match_batch(riders, cars, FirstCome(), LINE)
    best = match_batch(riders, cars, Optimal(), LINE)
    assert came.car.tolist() == [0, 1] and best.car.tolist() == [1, 0]
    km = 111.195
    assert came.minutes == pytest.approx([0.004 * km * 2, 0.03 * km * 2], rel=1e-5)
    assert best.total(60) == pytest.approx(0.026 * km * 2, rel=1e-5)
    assert (best.edges, best.rounds, best.proved, came.proved) == (4, 0, True, False)


def test_the_shortest_edge_goes_first():
    """Ada asked first; Ben stands nearer to the one car both want."""
    riders, cars = Places([0, 0], [0, 0.01]), Places([0, 0], [0.006, 0.1])
    assert match_batch(riders, cars, FirstCome(), LINE).car.tolist() == [0, 1]
    assert match_batch(riders, cars, EdgeGreedy(), LINE).car.tolist() == [1, 0]


def test_who_goes_without():
    riders, cars = Places([0, 0], [0, 0.01]), Places([0], [0.006])
    for policy in (FirstCome(), EdgeGreedy(), Optimal()):
        met = match_batch(riders, cars, policy, LINE)
        assert met.unmatched == 1 and np.isinf(met.minutes[met.car == NOBODY]).all()
    far = match_batch(Places([0], [0]), Places([0], [0.1]), Optimal(penalty_min=5.0), LINE)
    assert far.car.tolist() == [NOBODY] and far.u.tolist() == [5.0]
    assert match_batch(riders, Places([], []), FirstCome(), LINE).unmatched == 2
    assert match_batch(Places([], []), cars, Optimal(), LINE).total(60) == 0


def test_where_all_fight_for_few_it_looks_further_until_it_is_proved():
    rng = np.random.default_rng(5)
    riders, cars = crowd(rng, 40, hot=True), crowd(rng, 41)
    met = match_batch(riders, cars, Optimal(neighbours=2), LINE)
    assert met.rounds > 1 and met.edges > 40 * 2 and met.proved
    slack = match_batch(riders, crowd(rng, 400, hot=True), Optimal(), LINE)
    assert slack.rounds == 0 and slack.edges == 40 * 16, "the first look was enough"


@pytest.mark.parametrize("first_look", [1, 16])
def test_infinity_is_nobody_comes(monkeypatch, first_look):
    """The car in the east cannot leave its garage; with another, one rider of three is served."""
    monkeypatch.setattr(batch, "FIRST_LOOK", first_look)
    riders, cars = Places([0.0] * 3, [0.0, 0.01, 0.02]), Places([0.0] * 3, [0.0, 0.015, 0.03])
    shut = says(lambda lat: np.full(len(lat), np.inf))
    one = SimpleNamespace(
        minutes=lambda lat, lon, *to: np.where(lon == 0.015, LINE.minutes(lat, lon, *to), np.inf),
        at_least=LINE.at_least,
    )
    for policy in POLICIES:
        met = match_batch(riders, cars, policy, shut)
        assert met.unmatched == 3 and np.isinf(met.minutes).all()
        met = match_batch(riders, cars, policy, one)
        assert sorted(met.car) == [NOBODY, NOBODY, 1] and np.isfinite(met.minutes).sum() == 1


# ── Laws ────────────────────────────────────────────────────────────────────
@given(windows())
def test_every_policy_keeps_the_books(window):
    riders, cars, eta = window
    minutes = table(riders, cars, eta)
    for policy in POLICIES:
        met = match_batch(riders, cars, policy, eta)
        paired = np.nonzero(met.car != NOBODY)[0]
        assert len({*met.car[paired]}) == len(paired), "no car twice"
        assert met.minutes[paired] == pytest.approx(minutes[paired, met.car[paired]], abs=TINY)
        assert met.unmatched == max(0, len(riders) - len(cars)), "nobody waits beside an idle car"


@given(windows(), st.sampled_from([1.5, 60.0]))
def test_the_optimum_is_below_its_siblings_and_another_car_never_hurts(window, penalty):
    riders, cars, eta = window
    policy = Optimal(neighbours=2, penalty_min=penalty)
    best = match_batch(riders, cars, policy, eta)
    for sibling in (FirstCome(), EdgeGreedy()):
        assert best.total(penalty) <= match_batch(riders, cars, sibling, eta).total(penalty) + TINY
    fewer = match_batch(riders, part(cars, slice(1, None)), policy, eta)
    assert best.total(penalty) <= fewer.total(penalty) + TINY


@given(windows(), st.integers(0, 2**32))
def test_names_do_not_matter(window, seed):
    riders, cars, eta = window
    rng = np.random.default_rng(seed)
    other = rng.permutation(len(riders)), rng.permutation(len(cars))
    mixed = part(riders, other[0]), part(cars, other[1])
    once, again = (match_batch(*w, Optimal(), eta).total(60) for w in ((riders, cars), mixed))
    assert once == pytest.approx(again, abs=TINY)


@given(windows())
def test_one_alone_gets_the_soonest_whatever_the_policy(window):
    riders, cars, eta = window
    if len(riders) and len(cars):
        alone = part(riders, slice(1))
        soonest = table(alone, cars, eta).min()
        for policy in POLICIES:
            assert match_batch(alone, cars, policy, eta).minutes[0] == pytest.approx(soonest)


# ── Oracle ──────────────────────────────────────────────────────────────────
def the_oldest_first(left):
    """Each in turn gets the soonest that is left."""
    for rider in range(min(left.shape)):
        yield rider, left[rider].argmin()


def the_shortest_first(left):
    """The shortest edge of the whole table."""
    for _ in range(min(left.shape)):
        yield np.unravel_index(left.argmin(), left.shape)


def scipys(left):
    if left.size:
        yield from zip(*linear_sum_assignment(left), strict=True)


ORACLES = {FirstCome: the_oldest_first, EdgeGreedy: the_shortest_first, Optimal: scipys}


def test_each_policy_has_an_oracle_of_its_own():
    assert {*get_args(policies.POLICIES)} == {*batch.RULES} == {*ORACLES}


@pytest.mark.parametrize("kind", ORACLES)
@given(windows())
def test_each_rule_does_what_its_oracle_does_on_the_whole_table(kind, window):
    riders, cars, eta = window
    left = table(riders, cars, eta)
    if (np.diff(np.sort(left, None)) < TINY).any():
        return  # ties may fall this way or that
    car, cost = np.full(len(riders), NOBODY), left.copy()
    for rider, at in ORACLES[kind](left):
        car[rider], left[rider], left[:, at] = at, np.inf, np.inf
    met = match_batch(riders, cars, kind(), eta)
    if kind is Optimal:  # of two pairings that cost the same it may be either
        paired = np.nonzero(car >= 0)[0]
        assert met.total(0.0) == pytest.approx(cost[paired, car[paired]].sum(), abs=TINY)
    else:
        assert met.car.tolist() == car.tolist()


@given(windows(), st.sampled_from([1.5, 10.0, 60.0]))
def test_it_costs_what_the_whole_table_costs(window, penalty):
    riders, cars, eta = window
    minutes = table(riders, cars, eta)
    met = match_batch(riders, cars, Optimal(neighbours=3, penalty_min=penalty), eta)
    assert met.total(penalty) == pytest.approx(dense(minutes, penalty), abs=TINY)
    assert (met.u[:, None] + met.v <= minutes + TINY).all(), "no pair left out would do better"
    assert met.u.sum() + met.v.sum() == pytest.approx(met.total(penalty), abs=TINY)


def test_the_nearest_by_air_is_not_the_soonest_by_road(monkeypatch):
    """Each looks at one car, and at more until nobody further off can be sooner."""
    monkeypatch.setattr(batch, "FIRST_LOOK", 1)
    for seed in range(8):
        rng = np.random.default_rng(seed)
        riders, cars = crowd(rng, 8), crowd(rng, 24)
        minutes = table(riders, cars, CITY)
        met, left = match_batch(riders, cars, FirstCome(), CITY), minutes.copy()
        for n in range(8):
            assert met.minutes[n] == pytest.approx(left[n].min(), abs=TINY)
            left[:, met.car[n]] = np.inf
        best = match_batch(riders, cars, Optimal(neighbours=1), CITY)
        assert best.total(60) == pytest.approx(dense(minutes, 60.0), abs=TINY)
        riders, cars = crowd(rng, 12, hot=True), crowd(rng, 24, hot=True)
        best = match_batch(riders, cars, Optimal(neighbours=1), LINE)
        assert best.total(60) == pytest.approx(dense(table(riders, cars, LINE), 60.0), abs=TINY)


@pytest.mark.parametrize("hot", [False, True])
@pytest.mark.parametrize(("riders", "cars"), [(60, 120), (60, 62), (80, 50)])
def test_it_costs_what_the_whole_table_costs_in_a_crowd(riders, cars, hot):
    """Slack, tight and scarce."""
    for seed in range(cases(3)):
        rng = np.random.default_rng(seed)
        riders_at, cars_at = crowd(rng, riders, hot), crowd(rng, cars, hot)
        minutes = LINE.at_least(
            distance_m(cars_at.lat, cars_at.lon, riders_at.lat[:, None], riders_at.lon[:, None])
        )
        met = match_batch(riders_at, cars_at, Optimal(penalty_min=20.0), LINE)
        assert met.total(20.0) == pytest.approx(dense(minutes, 20.0), abs=TINY)
        paired = met.car != NOBODY
        assert met.minutes[paired] == pytest.approx(minutes[paired, met.car[paired]])


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    "wrong",
    [
        lambda row: np.full(len(row), np.nan), lambda row: np.full(len(row), -1.0),
        lambda row: row[:-1], lambda row: [], lambda row: 1.0, lambda row: None,
        lambda row: [[1.0], [1.0, 2.0]], lambda row: ["soon"] * len(row),
        lambda row: np.ma.masked_all(len(row)), lambda row: [True] * len(row),
    ],
)  # fmt: skip
def test_what_an_eta_must_not_say_is_refused(monkeypatch, policy, wrong):
    monkeypatch.setattr(batch, "FIRST_LOOK", 1)
    said = r"(?s)^eta\."
    riders, cars = Places([0.0, 0.0], [0.0, 0.01]), Places([0.0] * 30, [0.0] * 30)
    with pytest.raises(ValueError, match=rf"{said}minutes answered .{{1,83}}; it"):
        match_batch(riders, cars, policy, says(wrong))
    with pytest.raises(ValueError, match=rf"{said}at_least answered .{{1,83}}; it"):
        match_batch(riders, cars, policy, says(lambda lat: np.ones(len(lat)), wrong))


@pytest.mark.parametrize("kind", get_args(policies.POLICIES))
def test_a_policy_without_a_rule_in_the_table_is_refused(monkeypatch, kind):
    heir, window = type("Heir", (kind,), {})(), (Places([0.0], [0.0]), Places([0.0], [0.1]))
    for call in (lambda one: match_batch(*window, one, LINE), lambda one: run(MarketConfig(), one)):
        with pytest.raises(ValueError, match=r"^policy=.* must be a .* itself: no other"):
            call(heir)
    monkeypatch.delitem(batch.RULES, kind)
    with pytest.raises(ValueError, match=r"^policy=.* must be .* itself: no other has a rule here"):
        match_batch(*window, kind(), LINE)


def test_what_is_no_window_is_refused():
    riders, cars = Places([0.0], [0.0]), Places([0.0], [0.1])
    with pytest.raises(ValueError, match=r"riders=.* must be a Places"):
        match_batch([0.0], cars, FirstCome(), LINE)
    with pytest.raises(ValueError, match=r"policy=.* must be a FirstCome or"):
        match_batch(riders, cars, FirstCome, LINE)
    with pytest.raises(ValueError, match="eta=30 must be a Eta"):
        match_batch(riders, cars, FirstCome(), 30)
    with pytest.raises(ValueError, match="lat and lon must have one length: 2 and 1"):
        Places([0.0, 0.0], [0.0])
    with pytest.raises(ValueError, match=r"lon\[0\]=181.0 must be"):
        Places([0.0], [181.0])
    with pytest.raises(ValueError, match="penalty_min=-1 must be"):
        Matches(np.array([-1]), np.array([np.inf]), 0, 0).total(-1)
    with pytest.raises(ValueError, match="penalty_min=0 must be a finite number above 0"):
        Optimal(penalty_min=0)
