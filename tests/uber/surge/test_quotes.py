"""Fares and quotes: by hand, laws of a lock, two surges that are equal on average, bad input."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.uber.surge.quotes import Fare, Quote, QuoteDesk, QuoteRefused

FARES = st.builds(Fare, base=st.floats(0, 100), per_km=st.floats(0, 100), per_min=st.floats(0, 100))
ADA = "Ada", "home", 11.5


def desk_and_quote():
    desk = QuoteDesk(ttl_s=100.0)
    return desk, desk.quote(*ADA, now_s=10.0)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_short_ride_and_a_long_one_under_two_surges():
    fare = Fare(base=2.0, per_km=1.0, per_min=0.5)
    short, long = (2.0, 4.0), (20.0, 40.0)
    assert (fare.price(*short), fare.price(*long)) == (6.0, 42.0)
    assert [fare.multiplied(1.5, *trip) - fare.price(*trip) for trip in (short, long)] == [3, 21]


def test_a_quote_holds_until_its_last_second():
    desk, quote = desk_and_quote()
    assert quote == (0, *ADA, 110.0)
    assert desk.redeem(quote, now_s=110.0) == 11.5 and len(desk) == 0


def test_each_quote_has_a_number_of_its_own_and_old_ones_are_forgotten():
    desk, first = desk_and_quote()
    second = desk.quote("Bela", "work", 9.0, now_s=10.0)
    assert (first.number, second.number, len(desk)) == (0, 1, 2)
    assert desk.redeem(second, 20.0) == 9.0 and desk.redeem(first, 20.0) == 11.5
    old = [desk.quote(*ADA, now_s=30.0) for _ in range(3)]
    desk.quote(*ADA, now_s=230.0)
    assert len(desk) == 4  # expired, but whoever asks is still told so
    desk.quote(*ADA, now_s=230.1)
    assert len(desk) == 2
    with pytest.raises(QuoteRefused, match="quote 2 is used, or is not ours"):
        desk.redeem(old[0], now_s=231.0)


def test_a_desk_that_is_told_nothing_keeps_a_price_for_two_minutes():
    assert QuoteDesk().quote(*ADA, now_s=10.0).until_s == 130.0


# ── Laws ────────────────────────────────────────────────────────────────────
@given(fare=FARES, multiplier=st.floats(1, 10), mean=st.tuples(st.floats(0, 50), st.floats(0, 90)))
def test_at_the_mean_trip_both_surges_cost_the_same(fare, multiplier, mean):
    surcharge = fare.expected_surcharge(multiplier, *mean)
    assert fare.price(*mean) + surcharge == pytest.approx(fare.multiplied(multiplier, *mean))


@given(steps=st.lists(st.tuples(st.sampled_from(["quote", "redeem"]), st.integers(0, 5), st.floats(0, 80)), max_size=20))  # fmt: skip
def test_every_quote_is_paid_at_most_once_and_never_late(steps):
    desk, said, paid, now_s = QuoteDesk(ttl_s=100.0), [], [], 0.0
    for step, which, later_s in steps:
        now_s += later_s
        if step == "quote":
            said.append(desk.quote("Ada", "home", float(which), now_s))
        elif which < len(said):
            quote = said[which]
            if which in paid or now_s > quote.until_s:
                with pytest.raises(QuoteRefused):
                    desk.redeem(quote, now_s)
            else:
                assert desk.redeem(quote, now_s) == quote.price
                paid.append(which)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_over_many_trips_both_surges_bring_the_same():
    rng = np.random.default_rng(17)
    fare, km, minutes = Fare(), rng.exponential(5.0, 500), rng.exponential(12.0, 500)
    surcharge = fare.expected_surcharge(1.8, km.mean(), minutes.mean())
    trips = list(zip(km.tolist(), minutes.tolist(), strict=True))
    multiplied = np.array([fare.multiplied(1.8, *trip) for trip in trips])
    added = np.array([fare.price(*trip) for trip in trips]) + surcharge
    assert added.mean() == pytest.approx(multiplied.mean())
    longer = np.array([fare.price(*trip) for trip in trips]) > fare.price(km.mean(), minutes.mean())
    assert ((multiplied > added) == longer).all()  # the long ones gain from a multiplier


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("field", "value"), [("rider", "Bela"), ("trip", "work"), ("price", 1.0), ("until_s", 1e6)])  # fmt: skip
def test_a_quote_that_was_altered_is_refused_and_the_true_one_still_holds(field, value):
    desk, quote = desk_and_quote()
    with pytest.raises(QuoteRefused, match=f"quote 0 says another {field}; it must be as given"):
        desk.redeem(quote._replace(**{field: value}), now_s=20.0)
    assert desk.redeem(quote, now_s=20.0) == 11.5


def test_a_quote_that_is_late_or_used_or_of_another_desk_is_refused():
    desk, quote = desk_and_quote()
    with pytest.raises(QuoteRefused, match=r"quote 0 has expired, at 110 s; you must ask again"):
        desk.redeem(quote, now_s=110.001)
    with pytest.raises(QuoteRefused, match="quote 7 is used, or is not ours; you must ask again"):
        desk.redeem(Quote(7, *ADA, 1e6), now_s=111.0)
    with pytest.raises(ValueError, match=r"^number=-1 must be an integer of at least 0"):
        desk.redeem(quote._replace(number=-1), now_s=111.0)
    with pytest.raises(ValueError, match=r"^quote=.* must be a Quote"):
        desk.redeem(tuple(quote), now_s=111.0)
    with pytest.raises(ValueError, match=r"now_s=1.0 must be a finite number of at least 10"):
        desk.redeem(quote, now_s=1.0)


def test_who_is_refused_has_not_moved_the_clock():
    desk, quote = desk_and_quote()
    for wrong in (
        quote._replace(price=1.0),
        quote._replace(number=7),
        quote._replace(price=np.ones(2)),
    ):
        with pytest.raises(QuoteRefused):
            desk.redeem(wrong, now_s=1e15)
    assert desk.redeem(quote, now_s=20.0) == 11.5


@pytest.mark.parametrize("wrong", [{"base": -1}, {"per_km": -1}, {"per_min": None}], ids=repr)
def test_a_fare_that_cannot_be_is_named(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.* must be"):
        replace(Fare(), **wrong)


def test_a_surge_below_nothing_is_named():
    with pytest.raises(ValueError, match=r"multiplier=0.9 must be"):
        Fare().multiplied(0.9, 1.0, 1.0)
