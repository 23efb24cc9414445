"""The calendar: by hand, laws over years, NumPy and a walk day by day, bad input."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.netflix.chaos.workdays import OFFICE, Workdays, utc

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = ["UTC", "America/Los_Angeles", "Europe/London", "Asia/Kolkata", "Pacific/Auckland",
         "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca"]  # fmt: skip


# ── Examples ────────────────────────────────────────────────────────────────
def test_an_office_week():
    assert [OFFICE.works(date(2026, 3, day)) for day in range(2, 9)] == [True] * 5 + [False] * 2
    shop = Workdays(weekdays=[5, 6], holidays=[date(2026, 3, 8)])
    assert [shop.works(date(2026, 3, day)) for day in range(2, 9)] == [False] * 5 + [True, False]


def test_the_door_opens_by_the_clock_on_the_wall():
    angeles = Workdays(zone="America/Los_Angeles")
    winter, summer = date(2026, 3, 6), date(2026, 3, 9)
    assert angeles.hours(winter) == (datetime(2026, 3, 6, 17, tzinfo=UTC), datetime(2026, 3, 6, 23, tzinfo=UTC))  # fmt: skip
    assert angeles.hours(summer)[0] == datetime(2026, 3, 9, 16, tzinfo=UTC)
    assert all(moment.tzinfo is UTC for moment in angeles.hours(winter))
    start, stop = angeles.hours(winter)
    second = timedelta(seconds=1)
    told = [angeles.is_open(moment) for moment in (start - second, start, stop - second, stop)]
    assert told == [False, True, True, False]
    assert not angeles.is_open(start + DAY)  # a Saturday
    assert not Workdays(zone="America/Los_Angeles", holidays=[winter]).is_open(start)


@pytest.mark.parametrize(("zone", "day", "start_hour", "end_hour", "hours"), [
    ("America/Los_Angeles", date(2026, 3, 8), 0, 24, 23), ("America/Los_Angeles", date(2026, 11, 1), 0, 24, 25),
    ("America/Los_Angeles", date(2026, 3, 8), 2, 3, 0), ("America/Los_Angeles", date(2026, 3, 8), 1, 3, 1),
    ("America/Los_Angeles", date(2026, 11, 1), 0, 2, 3), ("Europe/London", date(2026, 3, 29), 0, 2, 1),
    ("Australia/Lord_Howe", date(2026, 10, 4), 0, 24, 23.5), ("America/Los_Angeles", date(2026, 3, 8), 9, 15, 6),
])  # fmt: skip
def test_days_on_which_the_clock_jumps(zone, day, start_hour, end_hour, hours):
    start, stop = Workdays(zone=zone, start_hour=start_hour, end_hour=end_hour).hours(day)
    assert stop - start == hours * HOUR


def test_a_day_is_that_of_the_wall():
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert [Workdays(zone=zone).day(late).day for zone in ("UTC", "Asia/Tokyo", "Pacific/Honolulu")] == [2, 3, 2]  # fmt: skip
    assert Workdays().day(datetime(2026, 3, 3, 1, tzinfo=ZoneInfo("Asia/Tokyo"))).day == 2


def test_leap_days_are_days():
    assert OFFICE.nth(date(2024, 2, 28), 1) == date(2024, 2, 29)
    assert OFFICE.nth(date(2024, 2, 28), 2) == date(2024, 3, 1)
    assert OFFICE.nth(date(2023, 2, 28), 1) == date(2023, 3, 1)
    assert OFFICE.nth(date(2000, 2, 28), 1) == date(2000, 2, 29)  # it was one, 2100 is none
    assert OFFICE.nth(date(2100, 2, 26), 1) == date(2100, 3, 1)
    day = date(2028, 2, 29)
    assert OFFICE.works(day) and not Workdays(holidays=[day]).works(day)


# ── Laws ────────────────────────────────────────────────────────────────────
@given(zone=st.sampled_from(ZONES), day=st.dates(date(2000, 1, 1), date(2037, 12, 31)), start_hour=st.integers(0, 23),
       length=st.integers(1, 24), minutes=st.integers(-60, 26 * 60))  # fmt: skip
def test_it_is_open_when_the_wall_says_so(zone, day, start_hour, length, minutes):
    """But for the hours that a wall shows twice or never, whose edges are those of `hours`."""
    end_hour = min(start_hour + length, 24)
    office = Workdays(zone=zone, start_hour=start_hour, end_hour=end_hour)
    start, stop = office.hours(day)
    assert timedelta(0) <= stop - start and abs(stop - start - (end_hour - start_hour) * HOUR) <= HOUR  # fmt: skip
    now = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC) + timedelta(minutes=minutes)  # fmt: skip
    wall = now.astimezone(ZoneInfo(zone))
    twice = [wall.replace(fold=fold).utcoffset() for fold in (0, 1)]
    if twice[0] == twice[1]:
        expected = office.works(wall.date()) and start_hour <= wall.hour < end_hour
        assert office.is_open(now) == expected
    if office.is_open(now):
        assert start_hour <= wall.hour < max(end_hour, 1) and office.day(now) == wall.date()


# ── Oracle ──────────────────────────────────────────────────────────────────
DATES = st.dates(date(2019, 12, 1), date(2028, 4, 1))


@given(first=DATES, weekdays=st.sets(st.integers(0, 6), min_size=1), holidays=st.lists(DATES, max_size=30), n=st.integers(1, 20))  # fmt: skip
def test_the_nth_working_day_is_found_as_one_walks(first, weekdays, holidays, n):
    office, day = Workdays(weekdays=[*weekdays], holidays=holidays), first
    for _ in range(n):
        day += DAY
        while not office.works(day):
            day += DAY
    assert office.nth(first, n) == day


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("wrong", "words"), [
    ({"zone": "Mars/Base"}, "time zone"), ({"zone": "../etc"}, "time zone"), ({"zone": "America"}, "time zone"), ({"zone": 3}, "zone=3"),
    ({"start_hour": 24}, "start_hour"), ({"start_hour": -1}, "start_hour"), ({"end_hour": 9}, "at least 10 and at most 24"), ({"end_hour": 25}, "end_hour"),
    ({"weekdays": []}, "weekdays"), ({"weekdays": [7]}, "weekdays=7"), ({"weekdays": "01"}, "weekdays"),
    ({"holidays": [datetime(2026, 3, 2)]}, "without a time"), ({"holidays": date(2026, 3, 2)}, "must be a row"), ({"holidays": ["2026-03-02"]}, "holidays"),
], ids=repr)  # fmt: skip
def test_a_calendar_that_means_nothing_is_named(wrong, words):
    with pytest.raises(ValueError, match=words):
        Workdays(**wrong)


class Nowhere(tzinfo):
    """A zone that does not know itself."""


class Far(tzinfo):
    """A zone beyond the date line."""

    def utcoffset(self, _):
        return timedelta(hours=30)


def test_a_moment_has_a_time_zone_and_a_year_of_ours():
    for zone in (Nowhere(), Far()):
        with pytest.raises(ValueError, match=r"^now=.* must be a datetime with a time zone"):
            OFFICE.is_open(datetime(2026, 3, 2, 9, tzinfo=zone))
    west = timezone(timedelta(hours=-12))
    with pytest.raises(ValueError, match=r"2201, 1, 1\) must be of the years"):
        utc("to", datetime(2200, 12, 31, 23, 59, tzinfo=west))
    for wrong in (datetime(2026, 3, 2, 9), date(2026, 3, 2), "2026-03-02", None):
        with pytest.raises(ValueError, match=r"^now=.* must be a datetime with a time zone"):
            OFFICE.is_open(wrong)
    with pytest.raises(ValueError, match="field='' must be a non-empty string"):
        utc("", datetime(2026, 3, 2, 9, tzinfo=UTC))
    for year in (1969, 2201):
        with pytest.raises(ValueError, match="must be of the years 1970 to 2200"):
            utc("now", datetime(year, 6, 1, tzinfo=UTC))
    assert utc("now", datetime(1970, 1, 1, tzinfo=UTC)) < utc("now", datetime(2200, 12, 31, tzinfo=UTC))  # fmt: skip


def test_days_are_counted_from_one():
    for wrong in (0, 1.5, 100_001):
        with pytest.raises(ValueError, match=r"^n=.* must be an integer of at least 1"):
            OFFICE.nth(date(2026, 3, 3), wrong)
