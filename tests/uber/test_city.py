"""A generated city: by eye, laws of its chance, closed forms over twenty seeds, bad input."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats as reference

from scalemodel.core.stats import agrees
from scalemodel.uber.city import BY_DAY, BY_HOUR, City, CityConfig, Event
from scalemodel.uber.location.sphere import distance_m

SMALL = CityConfig(side_km=12, squares=8, zones=5, run_km=7.0, base_per_s=0.1)
CONCERT = Event(zone=2, start_h=20, end_h=22.5, factor=0.5, burst=9.0, burst_h=0.75)
SEEDS = range(20)


def expected(city, begin_h, end_h):
    """How many requests come in each hour from each zone, shape (hours, zones + 1), by the words."""
    quarter_h = np.arange(begin_h, end_h, 0.25)  # at which all that happens begins and ends
    hour = quarter_h.astype(int)
    rate = city.config.base_per_s * BY_HOUR[hour % 24] * BY_DAY[hour // 24]
    counts = 900 * rate[:, None] * city.weights
    for event in city.config.events:
        over = (quarter_h >= event.end_h) & (quarter_h < event.end_h + event.burst_h)
        during = (quarter_h >= event.start_h) & (quarter_h < event.end_h)
        counts[during, event.zone] *= event.factor
        counts[over, event.zone] *= event.burst
    return counts.reshape(-1, 4, len(city.weights)).sum(axis=1)


def same(one, other):
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


# ── Examples ────────────────────────────────────────────────────────────────
def test_hours_and_days_are_those_of_the_table():
    assert BY_HOUR.mean() == pytest.approx(1) == BY_DAY.mean()
    assert (BY_HOUR.argmax(), BY_HOUR.argmin(), BY_DAY.argmax()) == (17, 3, 3)  # a Thursday
    assert BY_HOUR[3] * 899 == pytest.approx(BY_HOUR[17])  # one trip was added to each hour


def test_a_concert_is_quiet_while_it_lasts_and_then_all_leave():
    city = City(replace(SMALL, events=(CONCERT,)))
    calm = City(SMALL)._rate_per_s(np.zeros(1), np.array([2])) / BY_HOUR[0] / BY_DAY[0]
    moments_h = np.array([19.9, 20.0, 22.4, 22.5, 23.2, 23.25])
    shape = BY_HOUR[moments_h.astype(int)] * BY_DAY[0]
    seen = city._rate_per_s(moments_h, np.full(6, 2)) / shape / calm
    assert seen == pytest.approx([1, 0.5, 0.5, 9, 9, 1])
    elsewhere = city._rate_per_s(moments_h, np.full(6, 1)) / shape
    assert elsewhere == pytest.approx(city.config.base_per_s * city.weights[1])


def test_two_events_at_one_place_multiply():
    city = City(replace(SMALL, events=(CONCERT, replace(CONCERT, burst=2.0))))
    plain = expected(City(SMALL), 22, 24)[:, 2]
    seen = city.requests(22, 24)
    assert np.count_nonzero(seen.zone == 2) > 6 * plain.sum()  # the peak allows for both


def test_a_hot_spot_lies_where_the_city_says():
    city = City(replace(SMALL, spread_km=0.1, seed=3))
    zone = abs(np.subtract(*city.spots_km.T)).argmax()
    x_km, y_km = city.spots_km[zone]
    seen, wide = city.requests(8, 20), 1.5 / 111.195  # a square
    lat, lon = seen.lat[seen.zone == zone], seen.lon[seen.zone == zone]
    assert abs(lat - 45 - y_km / 111.195).max() < 2 * wide
    assert abs((lon + 30) * np.cos(np.radians(45)) - x_km / 111.195).max() < 2 * wide
    assert abs(x_km - y_km) > 3  # so that to mix them up is seen


def test_an_event_that_keeps_all_at_home_takes_nothing_from_other_hours():
    curfew = Event(zone=2, start_h=20, end_h=21, factor=0.0, burst=0.0, burst_h=0.5)
    city = City(replace(SMALL, events=(curfew,), base_per_s=1.0))
    before, during, after = (city.requests(hour, hour + 1) for hour in (19, 20, 21))
    plain = expected(city, 19, 20)[0, 2]
    assert abs(np.count_nonzero(before.zone == 2) - plain) < 5 * np.sqrt(plain)
    assert not (during.zone == 2).any() and after.time_s[after.zone == 2].min() >= 21.5 * 3600


# ── Laws ────────────────────────────────────────────────────────────────────
def test_the_same_seed_is_the_same_to_the_last_bit_and_another_is_not():
    one, again = City(SMALL).requests(17, 19), City(SMALL).requests(17, 19)
    assert same(one, again)
    assert not same(one, City(replace(SMALL, seed=1)).requests(17, 19))


def test_an_hour_is_the_same_whatever_else_is_asked_and_whoever_drives():
    city = City(SMALL)
    city.drivers(1_000)
    parts = city.requests(16, 17), city.requests(17, 19)
    assert same(city.requests(16, 19), [np.concatenate(rows) for rows in zip(*parts, strict=True)])
    few, many = city.drivers(3), city.drivers(5)
    assert all((a == b[:3]).all() and len(b) == 5 for a, b in zip(few, many, strict=True))


def test_all_is_inside_and_in_order():
    config = replace(SMALL, events=(CONCERT,))
    seen, half = City(config).requests(20, 24), 6 / 111.195
    assert (np.diff(seen.time_s) >= 0).all()
    assert seen.time_s[0] >= 20 * 3600 and seen.time_s[-1] < 24 * 3600
    for lat, lon in ((seen.lat, seen.lon), (seen.to_lat, seen.to_lon), City(config).drivers(500)):
        assert abs(lat - 45).max() <= half and abs(lon + 30).max() <= half / np.cos(np.radians(45))
        assert abs(lat - 45).max() > 0.8 * half < abs(lon + 30).max()
    assert seen.zone.min() == 0 and seen.zone.max() == 5
    far_km = distance_m(seen.lat, seen.lon, seen.to_lat, seen.to_lon) / 1000
    assert abs(far_km / seen.km - 1).max() < 0.002  # a plane for a globe, at 12 km


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_trips_have_the_mean_lengths_that_were_asked_for():
    errors = []
    for seed in SEEDS:
        seen = City(replace(SMALL, seed=seed, base_per_s=0.3)).requests(12, 14)
        errors.append([seen.km[~seen.runs].mean() - 2.5, seen.km[seen.runs].mean() - 7.0,
                       seen.runs.mean() - 0.3, seen.lat[seen.runs].mean() - seen.lat[~seen.runs].mean()])  # fmt: skip
    assert all(agrees(column) for column in np.transpose(errors))


def test_a_square_without_hills_or_pull_has_the_mean_distance_of_the_books():
    flat = replace(SMALL, background_ratio=1.0, run_km=0.521405 * 12)
    assert 1 / City(flat).d0_km[1] == pytest.approx(
        0, abs=1e-5
    )  # Ghosh, 1951: (2 + √2 + 5 asinh 1)/15


def test_without_hills_every_square_is_as_good_a_beginning():
    seen = City(replace(SMALL, background_ratio=1.0, base_per_s=0.5)).requests(12, 16)
    row = np.floor((seen.lat - 45) * 111.195 / 1.5) + 4
    column = np.floor((seen.lon + 30) * np.cos(np.radians(45)) * 111.195 / 1.5) + 4
    counts = np.bincount((8 * row + column).astype(int), minlength=64)
    assert len(counts) == 64 and reference.chisquare(counts).pvalue > 0.001


def test_counts_are_poisson_in_each_hour_and_zone():
    config = replace(SMALL, events=(CONCERT,), base_per_s=0.05)
    z = []
    for seed in SEEDS:
        city = City(replace(config, seed=seed))
        seen, mean = city.requests(20, 24), expected(city, 20, 24)
        hour = (seen.time_s // 3600).astype(int) - 20
        counts = np.bincount(hour * 6 + seen.zone, minlength=24).reshape(4, 6)
        z.append((counts - mean) / np.sqrt(mean))
    z = np.array(z)
    assert agrees(z.mean(axis=(1, 2)))
    assert agrees((z**2).mean(axis=(1, 2)) - 1)  # variance over mean is 1: no clumps, no comb
    assert agrees(
        (z * z[:, :, [1, 2, 3, 4, 5, 0]]).mean(axis=(1, 2))
    )  # zones know nothing of each other


def test_gaps_in_rescaled_time_are_exponential():
    """By the time that the expected count keeps, a Poisson process ticks at rate 1."""
    config = replace(SMALL, events=(CONCERT,))
    city = City(config)
    seen = city.requests(19, 25)
    counts = [expected(city, hour, hour + 1).sum() for hour in range(19, 25)]
    edges_h = np.array([19, 20, 21, 22, 22.5, 23, 23.25, 24, 25])
    # within an hour the rate has steps at the event's edges
    halves = [*_halves(city, 22, 22.5), *_halves(city, 23, 23.25)]
    clock = np.concatenate([[0], np.cumsum([*counts[:3], *halves, counts[5]])])
    clock = np.interp(seen.time_s / 3600, edges_h, clock)
    assert reference.kstest(np.diff(clock), "expon").pvalue > 0.001
    assert abs(len(clock) - sum(counts)) < 5 * np.sqrt(sum(counts))


def _halves(city, hour, cut_h):
    """Expected counts of an hour before and after a cut, by the words of `Event`."""
    calm = expected(City(replace(city.config, events=())), hour, hour + 1)[0]
    before, after = (0.5, 9.0) if hour == 22 else (9.0, 1.0)
    for share, factor in ((cut_h - hour, before), (hour + 1 - cut_h, after)):
        yield share * (calm.sum() + (factor - 1) * calm[2])


def test_a_week_has_the_hours_of_the_table_by_chi_square():
    seen = City(SMALL).requests(0, 168)
    hours = np.bincount((seen.time_s // 3600).astype(int) % 24, minlength=24)
    days = np.bincount((seen.time_s // 86_400).astype(int), minlength=7)
    for counts, shape in ((hours, BY_HOUR), (days, BY_DAY)):
        assert reference.chisquare(counts, shape / shape.sum() * counts.sum()).pvalue > 0.001


def test_hot_spots_are_as_unlike_each_other_as_the_zones_of_the_table():
    weights = [City(replace(SMALL, zones=200, seed=seed)).weights[:-1] for seed in SEEDS]
    spread = [np.std(row, ddof=1) / row.mean() for row in weights]
    assert agrees(np.array(spread) - 572.2 / 1092.5)
    quartiles = np.mean([np.percentile(row / row.mean(), (25, 50, 75)) for row in weights], axis=0)
    assert quartiles == pytest.approx(np.array([665.6, 1020.9, 1414.9]) / 1092.5, rel=0.05)


def test_two_thirds_of_the_spots_lie_within_a_fifth_of_the_side_from_the_middle():
    spots = [City(replace(SMALL, zones=200, seed=seed)).spots_km for seed in SEEDS]
    assert agrees([(abs(row) < 12 / 5).mean() - 0.682689 for row in spots])
    assert max(abs(row).max() for row in spots) == 6.0  # who would be outside is at the edge


def test_drivers_wait_where_requests_come_from():
    errors = []
    for seed in SEEDS:
        flat = City(replace(SMALL, zones=1, background_ratio=0.7, spread_km=0.05, seed=seed))
        east_km = flat.drivers(2_000)[1] + 30
        east_km = east_km * np.cos(np.radians(45)) * 111.195
        square = np.floor(east_km / 1.5) == np.floor(flat.spots_km[0, 0] / 1.5)
        at_spot = 1.0 if flat.shares[0].max() > 0.99 else np.nan  # but where it is on two squares
        errors.append(square.mean() - (0.3 * at_spot + 0.7 / 8))
    errors = np.array(errors)[~np.isnan(errors)]
    assert len(errors) > 10 and agrees(errors)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"lat": 81}, {"side_km": 0.5}, {"lat": 80.0, "side_km": 100.0, "lon": 179.0}, {"squares": 1}, {"squares": 41}, {"zones": 0}, {"spread_km": 0},
                                   {"background_ratio": 1.1}, {"run_ratio": -0.1}, {"base_per_s": -1}, {"run_km": 0}, {"seed": -1},
                                   {"events": CONCERT}, {"events": (3,)}, {"zones": 2, "events": (CONCERT,)}], ids=repr)  # fmt: skip
def test_a_city_that_cannot_be_is_named(wrong):
    with pytest.raises(ValueError, match=f"{[*wrong][-1]}=.* must be"):
        replace(SMALL, **wrong)


@pytest.mark.parametrize("wrong", [{"zone": -1}, {"start_h": -1}, {"end_h": 19}, {"factor": -1}, {"burst": -1}, {"burst_h": 25}], ids=repr)  # fmt: skip
def test_an_event_that_cannot_be_is_named(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.* must be"):
        replace(CONCERT, **wrong)


def test_a_mean_that_the_city_does_not_allow_is_named():
    with pytest.raises(ValueError, match=r"run_km=14.0 must be between .* and .*: the city allows"):
        City(replace(SMALL, run_km=14.0))


def test_more_requests_than_fit_are_refused():
    crowd = Event(zone=0, start_h=0, end_h=1, burst=1_000)
    city = City(replace(SMALL, base_per_s=100, events=(crowd, crowd)))
    with pytest.raises(ValueError, match="must call fewer than 5,000,000"):
        city.requests(0, 1)
