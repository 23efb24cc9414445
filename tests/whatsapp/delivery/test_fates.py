"""One message and a plug, and what writing later spares: played, and by hand."""

import itertools
import math

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.whatsapp.delivery.behind import expected_behind, play_behind
from scalemodel.whatsapp.delivery.fates import FIRST, PULLED, SENDERS, expected_fates, play
from scalemodel.whatsapp.delivery.network import expected_transmissions

CASES = [*itertools.product(SENDERS, FIRST, PULLED)]


# ── Examples ────────────────────────────────────────────────────────────────
def test_without_loss_each_case_is_seen_with_the_eye():
    seen = {case: expected_fates(*case, 0.0) for case in CASES}
    for case, fate in seen.items():
        assert play(*case, 0.0, 2, np.random.default_rng(1)) == fate, case
    lost = {case for case, fate in seen.items() if fate.lost_ratio == 1}
    assert lost == {
        ("once", "disk", "before both"), ("once", "tick", "before both"), ("once", "tick", "between the two"),
        ("repeats", "tick", "between the two"), (SENDERS[2], "tick", "between the two"),
    }  # fmt: skip
    assert [case for case, fate in seen.items() if fate.more_ratio == 1] == [
        ("repeats", "disk", "between the two")
    ]
    assert [case for case, fate in seen.items() if fate.sent == 2] == [
        (sender, first, pulled) for sender, first, pulled in CASES
        if sender != "once" and (pulled == "before both" or (pulled, first) == ("between the two", "disk"))
    ]  # fmt: skip


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("drop", [0.0, 0.2, 0.9])
def test_shares_are_shares_and_a_key_with_the_disk_first_loses_and_doubles_nothing(drop):
    for case in CASES:
        fate = expected_fates(*case, drop)
        assert math.isclose(sum(fate[:3]), 1) and min(fate[:3]) >= -1e-12
    for pulled in PULLED:
        assert expected_fates(SENDERS[2], "disk", pulled, drop)[:3] == (0.0, 1.0, 0.0)
    assert expected_fates("repeats", "disk", "nowhere", drop).sent == pytest.approx(
        expected_transmissions(drop)
    )


def test_longer_periods_spare_more_and_risk_more():
    rows = [
        expected_behind(period_s, 90.0, 1_000.0) for period_s in (1e-6, 1e-3, 0.1, 10.0, 1e3, 1e6)
    ]
    assert (
        rows == sorted(rows)
        and rows[0].never_written_ratio < 1e-8
        and rows[-1].never_written_ratio > 0.999
    )
    assert rows[-1].at_risk < 90_000, "never more than by Little's law wait for somebody"


def test_what_comes_at_one_moment_waits_for_the_same_visit():
    waits_s = [play_behind(1e3, 1e6, 1e3, 20, stream(n, "burst")).at_risk / 1e3 for n in range(8)]
    assert min(waits_s) < 250 and max(waits_s) > 750, "and not each for one of its own"


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("case", CASES)
def test_the_server_plays_what_is_computed_by_hand(case):
    owed, runs = (
        expected_fates(*case, 0.3),
        [play(*case, 0.3, 40, stream(n, "fates")) for n in range(12)],
    )
    for field, expected in zip(owed._fields, owed, strict=True):
        errors = [getattr(run, field) - expected for run in runs]
        assert not any(errors) or agrees(errors), (case, field, np.mean(errors))


@pytest.mark.parametrize("period_s", [5.0, 60.0, 400.0])
def test_what_is_absorbed_and_at_risk_is_what_the_integral_says(period_s):
    owed = expected_behind(period_s, 90.0, 2.0)
    runs = [play_behind(period_s, 90.0, 2.0, 1_000, stream(n, "behind")) for n in range(12)]
    assert agrees([run.never_written_ratio - owed.never_written_ratio for run in runs])
    # the evening has a beginning, when nothing lies there yet, and an end, when nothing comes
    assert np.mean([run.at_risk for run in runs]) == pytest.approx(owed.at_risk, rel=0.05)
    tiny = expected_behind(1e-6, 1e6, 2.0).never_written_ratio
    assert tiny == pytest.approx(1e-12 / 2, rel=1e-9), "of the series, its first member"
    whole_s = np.linspace(0, period_s, 20_001)
    assert owed.never_written_ratio == pytest.approx(np.mean(1 - np.exp(-whole_s / 90.0)), abs=1e-4)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("wrong", "words"), [
    ({"sender": "thrice"}, "sender='thrice'"), ({"first": "both"}, "first='both'"),
    ({"pulled": "out"}, "pulled='out'"), ({"drop": 0.95}, "drop=0.95"),
])  # fmt: skip
def test_a_case_that_is_none_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        expected_fates(
            **{"sender": "once", "first": "disk", "pulled": "nowhere", "drop": 0.1, **wrong}
        )


def test_a_period_that_is_none_is_refused():
    with pytest.raises(ValueError, match="period_s=0"):
        expected_behind(0, 60.0, 1.0)
    rng = np.random.default_rng(1)
    for wrong, words in (
        ((1e-20, 60.0, 10.0, 5), "period_s=1e-20 must be .* at least 0.001"),
        ((1e-310, 60.0, 10.0, 5), "period_s=1e-310"), ((1.0, 1e-300, 3.0, 3), "mean_s=1e-300 must be"),
        ((1.0, 60.0, 1e-300, 3), "rate_per_s=1e-300 must be .* at least 0.001 and at most 1000"),
        ((1.0, 60.0, 0, 1), "rate_per_s=0"), ((1.0, 60.0, 1e9, 1), "rate_per_s=1"),
        ((1.0, 60.0, 1.0, 20_001), "messages=20001"), ((1.0, 60.0, 1.0, 0), "messages=0"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            play_behind(*wrong, rng)
    for right in ((1e-3, 1e6, 1e-3, 3), (1e6, 1e-3, 1e3, 3), (1e-3, 1e-3, 1e-3, 3)):
        assert 0 <= play_behind(*right, rng).never_written_ratio <= 1, "and they end"
