"""What speaks for a price: by hand, laws of voices that multiply, the plain ratio, bad input."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.uber.city import BY_HOUR
from scalemodel.uber.surge.factors import NAMES, Conditions, breakdown
from scalemodel.uber.surge.pricing import Linear, Shown, SurgeConfig

OPEN = SurgeConfig(cap=100, curve=Linear(begins=0.0, slope=1.0))  # 1 + the ratio
NOW = st.builds(Conditions, requests=st.floats(0, 200), cars=st.floats(0, 200), slowness=st.floats(1, 5), rain_mm_per_h=st.floats(0, 60),
                event=st.floats(0.1, 9), hour=st.floats(0, 23.9), popularity=st.floats(0.1, 9), usual_ratio=st.floats(0.1, 9))  # fmt: skip
VOICES = st.lists(st.sampled_from(NAMES), unique=True).map(tuple)


def voice(name, **said):
    return breakdown(OPEN, replace(Conditions(), **said), on=(name,)).ratio


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_brief_has_eight():
    assert NAMES == ("requests", "availability", "traffic", "weather", "events", "time of day", "popularity", "history")  # fmt: skip


def test_each_voice_alone():
    assert voice("requests", requests=20.0) == 20
    assert (voice("availability", cars=5.0), voice("availability", cars=0.0)) == (0.2, 1.0)
    assert voice("traffic", slowness=1.4) == 1.4
    assert voice("weather", rain_mm_per_h=4.0) == pytest.approx(1.2)
    assert voice("weather", rain_mm_per_h=500.0) == 2.0  # nobody goes out at all
    assert voice("events", event=6.0) == 6
    around = lambda hour: BY_HOUR[[hour - 1, hour, hour, (hour + 1) % 24]].mean()
    assert voice("time of day", hour=15.5) == pytest.approx(around(16) / around(15))
    halves = [(around(hour) + around((hour + 1) % 24)) / 2 for hour in (20, 21)]
    assert voice("time of day", hour=21.0) == pytest.approx(max(halves[1] / halves[0], 1 / 1.5))
    halves = [(around(hour) + around(hour + 1)) / 2 for hour in (8, 9)]
    assert voice("time of day", hour=9.0) == pytest.approx(halves[1] / halves[0])
    assert voice("popularity", popularity=2.0) == pytest.approx(2**0.1)


def test_an_hour_without_a_trip_in_the_table_is_no_surge():
    """At 3 the table has none, which is luck; unsmoothed the hour would ask for 9 times as many."""
    asked = {hour: breakdown(SurgeConfig(), Conditions(hour=hour)).multiplier for hour in range(24)}
    assert max(asked.values()) == 1.25 and asked[3] == 1 and asked[12] < 1.04


def test_what_was_usual_pulls_a_reading_towards_it():
    """A reading of 4 where 1 is usual counts as 4^.7 · 1^.3."""
    now = Conditions(requests=40.0, cars=10.0, usual_ratio=1.0)
    on = "requests", "availability", "history"
    assert breakdown(OPEN, now, on).ratio == pytest.approx(4**0.7)
    usual = breakdown(OPEN, replace(now, usual_ratio=4.0), on)
    assert usual.factors["history"] == 1.0
    assert voice("history", requests=0.0, cars=0.0, usual_ratio=2.0) == pytest.approx(2**0.3)


def test_a_concert_in_the_rain():
    now = Conditions(requests=20.0, cars=10.0, rain_mm_per_h=10.0, event=2.0)
    said = breakdown(SurgeConfig(), now, on=("requests", "availability", "weather", "events"))
    assert (said.ratio, said.multiplier) == (6.0, 3.0)  # the cap: 3.5 without it


# ── Laws ────────────────────────────────────────────────────────────────────
@given(now=NOW, on=VOICES)
def test_who_is_off_says_nothing_and_without_a_voice_the_price_goes_its_other_way(now, on):
    said = breakdown(OPEN, now, on)
    assert set(said.factors) == set(on)
    product = 1.0
    for factor in said.factors.values():
        product *= factor
    assert said.ratio == pytest.approx(product)
    for name in on:
        rest = tuple(other for other in on if other != name)
        quieter = breakdown(OPEN, now, rest).multiplier
        assert (quieter <= said.multiplier) == (said.factors[name] >= 1) or (
            quieter == pytest.approx(said.multiplier))  # fmt: skip


@given(now=NOW, on=VOICES, name=st.sampled_from([field.name for field in fields(Conditions)]))
def test_more_of_anything_speaks_for_a_price_but_cars_and_the_hour(now, on, name):
    if name in ("hour", "cars"):
        return
    more = replace(now, **{name: getattr(now, name) * 1.5})
    assert breakdown(OPEN, more, on).multiplier >= breakdown(OPEN, now, on).multiplier or (
        name == "requests" and "requests" not in on)  # history alone pulls down  # fmt: skip


def test_by_default_all_but_the_counts_say_nothing():
    said = breakdown(SurgeConfig(), Conditions(requests=7.0, cars=7.0))
    silent = {name for name, factor in said.factors.items() if factor == 1}
    assert silent == set(NAMES) - {"requests", "availability", "time of day"}


@given(hour=st.floats(0, 23.98))
def test_the_hour_goes_round_the_clock_without_a_leap(hour):
    here, soon = voice("time of day", hour=hour), voice("time of day", hour=(hour + 0.01) % 24)
    assert 1 / 1.5 <= here <= 1.5 and abs(soon / here - 1) < 0.02


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(requests=st.floats(0, 100), cars=st.floats(0, 100))
def test_requests_and_availability_are_what_a_screen_would_aim_at(requests, cars):
    screen = Shown(SurgeConfig(smooth_ratio=1, step=0.001), 1)
    shown = screen.tick([requests], [cars])[0]
    said = breakdown(
        SurgeConfig(), Conditions(requests=requests, cars=cars), ("requests", "availability")
    )
    assert said.multiplier - 0.001 <= shown + 1e-9 and shown <= said.multiplier + 1e-9


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"requests": -1}, {"cars": -1}, {"slowness": 0.9}, {"rain_mm_per_h": -1}, {"event": 0}, {"hour": 24},
                                   {"popularity": 0}, {"usual_ratio": 0}], ids=repr)  # fmt: skip
def test_conditions_that_cannot_be_are_named(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.* must be"):
        Conditions(**wrong)


def test_a_voice_that_nobody_knows_is_named():
    with pytest.raises(ValueError, match="on='moon' must be one of requests, availability"):
        breakdown(SurgeConfig(), Conditions(), on=("weather", "moon"))
    with pytest.raises(ValueError, match="on='weather' must be a tuple"):
        breakdown(SurgeConfig(), Conditions(), on="weather")
