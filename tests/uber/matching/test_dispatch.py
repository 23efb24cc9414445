"""One rider, one car: the brief's mistakes, the answers of drivers, a thousand schedules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.matching.dispatch import (
    Drivers,
    Match,
    MatchingEngine,
    NoCandidate,
    Request,
)
from scalemodel.uber.matching.eta import StraightLine
from scalemodel.uber.matching.naive import NaiveEngine
from scalemodel.uber.matching.reservation import InMemory, StoreGone
from scalemodel.uber.matching.roads import RoadGrid
from scalemodel.uber.matching.score import CaseScore
from tests.conftest import cases

CITY = RoadGrid(lat=0.0, lon=0.0, streets=11, seed=2)
KM = 1 / 111.195  # degrees at the equator
ADA, BEN = Request("ada", 0.0, 0.0, 10.0), Request("ben", 0.0, 0.0, 10.0)


def index_of(km_by_driver):
    """Cars east of where Ada stands."""
    index = GeoIndex(cell_m=250)
    index.move(
        [*km_by_driver], [0.0] * len(km_by_driver), [km * KM for km in km_by_driver.values()]
    )
    return index


def engine_of(km_by_driver, stars=5.0, **more):
    drivers = Drivers(dict.fromkeys(km_by_driver, stars) if stars == 5.0 else stars)
    return MatchingEngine(index_of(km_by_driver), drivers, **more)


# ── Examples ────────────────────────────────────────────────────────────────
def naive(km_by_driver, eta):
    return NaiveEngine(index_of(km_by_driver), dict.fromkeys(km_by_driver, 4.0), eta)


def test_the_naive_one_computes_a_distance_and_does_not_use_it():
    near, far = {7: 0.1, 8: 0.2}, {7: 1.9, 8: 0.2}
    eta = {7: 1.0, 8: 2.0}
    assert naive(near, eta).match(ADA) == naive(far, eta).match(ADA) == 7
    assert engine_of(near).match(ADA).driver == 7 and engine_of(far).match(ADA).driver == 8


def test_the_naive_one_falls_over_where_there_is_no_candidate():
    with pytest.raises(ValueError, match="empty"):
        naive({7: 2.5}, {7: 5.0}).match(ADA)
    nobody = engine_of({7: 2.5}, widest_m=2000).match(ADA)
    assert nobody == NoCandidate("no idle car", (2000.0,), ())
    assert engine_of({7: 2.5}).match(ADA).driver == 7, "the next circle has one"


def test_the_naive_one_chooses_by_the_unit_of_its_eta():
    """A star and a half against two minutes: in seconds the stars win."""
    km, stars = {7: 0.1, 8: 1.1}, {7: 3.5, 8: 5.0}
    minutes = {driver: away * 2 for driver, away in km.items()}
    seconds = {driver: eta * 60 for driver, eta in minutes.items()}
    chosen = [NaiveEngine(index_of(km), stars, eta).match(ADA) for eta in (minutes, seconds)]
    assert chosen == [7, 8]
    for unit, driver in (("min", 7), ("s", 8), ("h", 8)):
        assert engine_of(km, stars, score=CaseScore(eta_unit=unit)).match(ADA).driver == driver


def test_the_naive_score_is_the_briefs_and_its_circle_ends_at_2_km():
    engine = naive({7: 1.9995, 8: 2.0005}, {7: 3.0, 8: 1.0})
    assert engine.score(7, ADA) == pytest.approx(0.4 * 0.8 + 0.6 / 4)
    assert engine.score(8, ADA) == pytest.approx(0.4 * 0.8 + 0.6 / 2)
    assert engine.match(ADA) == 7, "eight would be the better one"


def test_the_naive_one_gives_a_driver_to_two_riders():
    engine = naive({7: 0.1, 8: 0.2}, {7: 1.0, 8: 2.0})
    assert engine.match(ADA) == engine.match(BEN) == 7
    engine = engine_of({7: 0.1, 8: 0.2})
    assert [engine.match(who).driver for who in (ADA, BEN)] == [7, 8]


def test_what_a_match_tells():
    met = engine_of({7: 0.5, 8: 0.25}, {7: 5.0, 8: 4.0}).match(ADA)
    assert met.driver == 8 and met.minutes == pytest.approx(0.5, rel=1e-5)
    assert met.score == pytest.approx(0.4 * 0.8 + 0.6 / 1.5, rel=1e-5)
    assert met.distance_m == pytest.approx(250, rel=1e-5)
    assert (met.scanned, met.asked, met.time_s) == (1, (8,), 10.0), "all the stars would not do"


def test_looking_ends_when_nobody_further_off_could_be_better():
    km = {n: 0.1 + n / 20 for n in range(30)}
    met = engine_of(km, scanned := dict.fromkeys(km, 5.0)).match(ADA)
    assert (met.driver, met.scanned, len(scanned)) == (0, 1, 30)
    worst_first = engine_of(km, {**scanned, 0: 1.0}).match(ADA)
    assert worst_first.driver == 1 and worst_first.scanned == 2


def test_who_says_no_or_nothing_is_passed_over():
    says = {7: False, 8: None, 9: True}
    km = {7: 0.1, 8: 0.2, 9: 3.0}
    engine = engine_of(km, answer=lambda driver, request: says[driver])
    met = engine.match(ADA)
    assert (met.driver, met.asked, met.time_s) == (9, (7, 8, 9), 25.0), "15 s for one who is silent"
    assert [engine.drivers.state(driver, 25.0) for driver in km] == ["idle", "idle", "en route"]
    says[9] = False
    nobody = engine_of(km, answer=lambda driver, request: says[driver]).match(ADA)
    assert nobody == NoCandidate("nobody said yes", (2000.0, 4000.0, 8000.0), (7, 8, 9))


def test_a_yes_that_comes_too_late_is_none():
    engine = engine_of({7: 0.1, 8: 0.2})
    ada = engine.steps(ADA)
    assert next(ada) == ("chose", 7) and ada.send((None, 10.0)) == ("asked", 7)
    assert ada.send((True, 25.0)) == ("chose", 8), "the offer had ended"


def test_two_dispatchers_choose_the_same_and_one_gets_him():
    engine = engine_of({7: 0.1, 8: 0.2})
    ada, ben = engine.steps(ADA), engine.steps(BEN)
    assert next(ada) == next(ben) == ("chose", 7)
    assert ben.send((None, 10.0)) == ("asked", 7)
    assert ada.send((None, 10.0)) == ("chose", 8)


def test_a_driver_goes_round():
    drivers = Drivers({7: 4.9})
    day = [
        ("offer", "offered"),
        ("accept", "en route"),
        ("pick up", "on trip"),
        ("drop off", "idle"),
    ]
    for step, state in day:
        assert drivers.step(7, step, "ada", 1.0) and drivers.state(7, 1.0) == state
        assert not drivers.step(7, step, "ben", 1.0) or drivers.step(7, "decline", "ben", 1.0)
    assert drivers.step(7, "offer", "ada", 1.0) and not drivers.step(7, "decline", "ben", 1.0)
    assert drivers.step(7, "decline", "ada", 1.0) and drivers.state(7, 1.0) == "idle"


def test_an_offer_ends_by_itself_and_a_trip_by_a_step_alone():
    drivers = Drivers({7: 4.9}, offer_s=15.0)
    drivers.step(7, "offer", "ada", 0.0)
    assert [drivers.state(7, now_s) for now_s in (14.999, 15.0)] == ["offered", "idle"]
    assert drivers.step(7, "offer", "ben", 15.0) and not drivers.step(7, "accept", "ada", 15.0)
    for step, state in (("accept", "en route"), ("pick up", "on trip")):
        assert drivers.step(7, step, "ben", 20.0) and drivers.state(7, 1e12) == state
        assert not drivers.step(7, "offer", "cleo", 1e12), "given to two"
    assert drivers.step(7, "drop off", "ben", 1e12) and drivers.state(7, 1e12) == "idle"


@pytest.mark.parametrize("says", ["no", float("nan"), 1, StopIteration(), KeyboardInterrupt()])
def test_an_answer_that_is_none_is_refused_and_the_offer_is_taken_back(says):
    def answer(driver, request):
        if isinstance(says, BaseException):
            raise says
        return says

    engine = engine_of({7: 0.1}, answer=answer)
    with pytest.raises((ValueError, StopIteration, KeyboardInterrupt)) as trouble:
        engine.match(ADA)
    if not isinstance(says, BaseException):
        assert f"answer={says!r} must be True, False or None" in str(trouble.value)
    assert engine.drivers.state(7, 10.0) == "idle"


class Deaf(InMemory):
    """A ledger that does what it is asked, and whose answers about a yes are lost so often."""

    lost, applies = 2, True

    def swap(self, driver, before, after, for_s, now_s):
        if str(after).startswith("en route") and self.lost:
            self.lost -= 1
            if self.applies:
                super().swap(driver, before, after, for_s, now_s)
            raise StoreGone("no answer")
        return super().swap(driver, before, after, for_s, now_s)


@pytest.mark.parametrize(
    ("applies", "again_s", "driver"), [(True, 99.0, 7), (False, 12.0, 7), (False, 99.0, 8)]
)
def test_who_asks_again_after_a_lost_answer_has_one_car(applies, again_s, driver):
    engine = engine_of({7: 0.1, 8: 0.2})
    engine.drivers.store = ledger = Deaf()
    ledger.applies = applies
    for _ in range(2):
        with pytest.raises(StoreGone):
            engine.match(ADA)
    engine.index.move_one(7, 0.0, 0.3 * KM)
    met = engine.match(Request("ada", 0.0, 0.0, again_s))
    states = [engine.drivers.state(n, again_s) for n in (7, 8)]
    assert met.driver == driver and states.count("en route") == 1
    assert engine.match(Request("ben", 0.0, 0.0, again_s)).driver == 15 - driver, (
        "and the other is free"
    )
    assert not engine._unheard, "what was heard is not kept"


def test_a_car_that_no_table_knows_is_passed_over():
    engine = MatchingEngine(index_of({6: 0.05, 7: 0.1}), Drivers({7: 4.0}))
    assert engine.match(ADA).driver == 7


# ── Laws ────────────────────────────────────────────────────────────────────
@given(
    st.integers(0, 60), st.integers(0, 2**32), st.sampled_from([StraightLine(kmh=30), CITY]),
    st.sampled_from([CaseScore(eta_unit="min"), CaseScore(eta_unit="s"), CaseScore(rating_weight=0.0)]),
)  # fmt: skip
def test_pruning_answers_as_a_full_scan(cars, seed, eta, score):
    rng = np.random.default_rng(seed)
    lat, lon = rng.normal(0, 1, (2, cars)) * KM
    stars = dict(enumerate(np.round(rng.uniform(3, 5, cars), 1)))
    index = GeoIndex(cell_m=250)
    index.move(np.arange(cars), lat, lon)
    engine = MatchingEngine(index, Drivers(stars), score, 1500.0, eta, widest_m=1500.0)
    best = engine.match(ADA)
    near = index.within(0.0, 0.0, 1500.0).ids.tolist()
    scores = [score.of(stars[n], float(eta.minutes(lat[n], lon[n], 0.0, 0.0))) for n in near]
    assert isinstance(best, Match) == bool(near)
    if near:
        assert (best.score, best.driver) == (max(scores), near[int(np.argmax(scores))])
        assert 1 <= best.scanned <= len(near)


def test_no_driver_is_ever_given_to_two_riders():
    """A thousand schedules: seven riders, five drivers, each dispatcher a step at a time."""
    met = 0
    for seed in range(cases(1000)):
        rng = np.random.default_rng(seed)
        km = {driver: float(rng.uniform(0.1, 1.5)) for driver in range(5)}
        index, drivers = index_of(km), Drivers(dict.fromkeys(km, 5.0), offer_s=5.0)
        told, given_to = {}, {}
        open_steps, said = {}, {}
        for n in range(7):
            request = Request(f"rider {n}", 0.0, float(rng.uniform(0, 1)) * KM)
            open_steps[n], said[n] = MatchingEngine(index, drivers).steps(request), None
        now_s = 0.0
        while open_steps:
            now_s += float(rng.choice([0.0, 1.0, 4.0]))
            n = int(rng.choice([*open_steps]))
            try:
                what, _ = open_steps[n].send(said[n])
                answer = bool(rng.random() < 0.7) if what == "asked" else None
                said[n] = answer, now_s
            except StopIteration as end:
                del open_steps[n]
                told[n] = end.value
                if isinstance(end.value, Match):
                    assert end.value.driver not in given_to, f"seed {seed}: given to two"
                    given_to[end.value.driver] = n
                    assert drivers.store.read(end.value.driver, now_s) == f"en route rider {n}"
        met += len(given_to)
        assert all(isinstance(told[n], Match | NoCandidate) for n in range(7))
        offered = [d for d in km if drivers.state(d, now_s) == "offered"]
        assert not offered, "nobody is left with an offer when all have ended"
    assert met > 2 * cases(1000)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("unit", "eta"), [("h", 0.5), ("min", 30.0), ("s", 1800.0)])
def test_a_score_in_each_unit_is_the_briefs(unit, eta):
    assert CaseScore(eta_unit=unit).of(3.5, 30.0) == pytest.approx(0.4 * 0.7 + 0.6 / (eta + 1))
    weighed = CaseScore(eta_unit=unit, rating_weight=2.0, eta_weight=3.0)
    assert weighed.of(3.5, 30.0) == pytest.approx(2 * 0.7 + 3 / (eta + 1))


def test_what_a_star_is_worth():
    """In minutes one more minute costs 1.25 stars from 1 to 2, and 0.057 from 10 to 11."""
    score = CaseScore(eta_unit="min")
    star = score.of(4.0, 5.0) - score.of(3.0, 5.0)
    assert star == pytest.approx(0.08)
    stars = [(score.of(5.0, at) - score.of(5.0, at + 1)) / star for at in (1.0, 5.0, 10.0)]
    assert stars == pytest.approx([1.25, 0.18, 0.057], abs=0.002)


def test_in_a_dense_city_a_handful_of_hundreds_is_looked_at():
    """125 cars in a km², 1,500 in the circle: two or three of them decide."""
    rng = np.random.default_rng(4)
    index, n = GeoIndex(cell_m=250), 2000
    lat, lon = rng.uniform(-2, 2, (2, n)) * KM
    index.move(np.arange(n), lat, lon)
    engine = MatchingEngine(index, Drivers(dict(enumerate(rng.uniform(4, 5, n)))))
    asked = [Request(str(k), *rng.uniform(-0.5, 0.5, 2) * KM) for k in range(20)]
    scanned = [engine.match(request).scanned for request in asked]
    assert 1 < np.mean(scanned) < 6 and max(scanned) <= 15


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_cannot_be_dispatched_is_refused():
    index, drivers = index_of({7: 0.1}), Drivers({7: 4.0})
    for words, make in [
        ("radius_m=0 must be", lambda: MatchingEngine(index, drivers, radius_m=0)),
        ("widest_m=500 must be .* at least 2000", lambda: MatchingEngine(index, drivers, widest_m=500)),
        ("answer=.* must be a function of", lambda: MatchingEngine(index, drivers, answer=lambda: True)),
        ("score=3 must be a CaseScore", lambda: MatchingEngine(index, drivers, score=3)),
        ("eta_unit='hours' must be one of", lambda: CaseScore(eta_unit="hours")),
        ("rating=5.5 must be", lambda: CaseScore().of(5.5, 1.0)),
        ("minutes=-0.5 must be", lambda: CaseScore().of(5.0, -0.5)),
        ("rating_weight=-1 must be", lambda: CaseScore(rating_weight=-1)),
        ("request=.* must be a Request", lambda: naive({7: 0.1}, {7: 1.0}).match("ada")),
        ("driver=.* must be", lambda: naive({7: 0.1}, {7: 1.0}).score("seven", ADA)),
        ("request=.* must be a Request", lambda: naive({7: 0.1}, {7: 1.0}).score(7, "ada")),
        ("stars=6.0 must be", lambda: Drivers({7: 6.0})),
        ("step='sleep' must be one of", lambda: drivers.step(7, "sleep", "ada", 0.0)),
        ("driver=-1 must be", lambda: drivers.step(-1, "offer", "ada", 0.0)),
        ("lat=91 must be", lambda: Request("ada", 91, 0.0)),
        ("id='' must be", lambda: Request("", 0.0, 0.0)),
        ("request=.* must be a Request", lambda: MatchingEngine(index, drivers).match("ada")),
        ("request=.* must be a Request", lambda: MatchingEngine(index, drivers).steps(None)),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=words):
            make()
    assert drivers.state(7, 0.0) == "idle"


class Ferry(StraightLine):
    """No way leads from the two nearest cars; `said` minutes stand for it."""

    __slots__ = ("said",)

    def minutes(self, lat, lon, to_lat, to_lon):
        across = np.asarray(lon) < 0.6 * KM
        return np.where(across, self.said, StraightLine.minutes(self, lat, lon, to_lat, to_lon))


def ferry(said):
    eta = Ferry(kmh=30)
    object.__setattr__(eta, "said", said)
    return eta


def test_who_cannot_come_is_passed_over_and_an_eta_that_means_nothing_is_refused():
    index, drivers = index_of({7: 0.2, 8: 0.5, 9: 1.0}), Drivers(dict.fromkeys((7, 8, 9), 4.0))
    ada = Request("ada", 0.0, 0.0)
    assert MatchingEngine(index, drivers, eta=ferry(np.inf)).match(ada).driver == 9
    for nothing in (np.nan, -1.0):
        with pytest.raises(ValueError, match=r"eta\.minutes answered .* of at least 0"):
            MatchingEngine(index, drivers, eta=ferry(nothing)).match(Request("ben", 0.0, 0.0))
    assert drivers.state(7, 0.0) == drivers.state(8, 0.0) == "idle"
