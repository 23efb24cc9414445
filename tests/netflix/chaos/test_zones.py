"""Zones: by hand, the loop and its twin, a walk over all parts, closed forms over seeds, bad input."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.stats import agrees, confidence_half_width
from scalemodel.netflix.chaos.zones import (
    HOUR_S,
    ZonesConfig,
    expected_ratio,
    independent_ratio,
    loop,
    simulate,
    zones_for,
)
from scalemodel.parts.availability import k_of_n_ratio, spread_ratio

OFTEN = ZonesConfig(  # enough failures for a short run: parts are up 0.9, 0.95, 0.98 of the time
    regions=2, zones=2, instances=6, needed=3, mtbf_s=(9.0, 19.0, 49.0), mttr_s=(1.0, 1.0, 1.0), until_s=2_000.0, runs=2,
)  # fmt: skip


def row(*values):
    array = np.array(values)
    array.flags.writeable = False
    return array


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_story_of_two_zones():
    """Two zones of one region, an instance in each, one of them enough.

    All are up from 0. The first zone falls at 3 and is back at 4; the second instance falls at
    3.5 and is back at 6.5: nobody serves from 3.5 to 4. The region falls at 7 and is back at 9.
    """
    up_s, down_s = row(7.0, 3.0, 99.0, 99.0, 3.5), row(2.0, 1.0, 1.0, 1.0, 3.0)
    luck = row(*np.ones(99))
    arguments = row(0, 1), row(0, 0), row(*np.zeros(5)), up_s, down_s, luck
    assert loop(*arguments, 1, 8.0) == loop.native(*arguments, 1, 8.0) == (6.5, 11)
    assert loop(*arguments, 2, 3.25)[0] == 3.0  # both are needed
    assert loop(*arguments, 3, 8.0)[0] == 0.0


def test_who_is_down_at_first_comes_up_later():
    arguments = row(0), row(0), row(0.0, 2.0, 1.0), row(9.0, 9.0, 9.0), row(1.0, 1.0, 1.0), row(*np.ones(9))  # fmt: skip
    assert loop(*arguments, 1, 5.0) == (3.0, 3)


def test_four_zones_and_not_three_take_four_nines():
    """And two are worse than one: eight of twelve stand in neither half."""
    one, two, three, four = (expected_ratio(ZonesConfig(zones=zones)) for zones in (1, 2, 3, 4))
    assert two < one < three < 0.9999 < four
    assert independent_ratio(ZonesConfig(zones=1)) > 0.999999
    assert zones_for(ZonesConfig(), 0.9999) == 4 and zones_for(ZonesConfig(), 0.999) == 3
    sure_s = 1e12  # only zones fail, and none may hold two
    many = ZonesConfig(instances=26, needed=25, mtbf_s=(sure_s, 999 * HOUR_S, sure_s))
    assert zones_for(many, expected_ratio(replace(many, zones=26))) == 26
    assert zones_for(ZonesConfig(), 0.0) == 1 == zones_for(ZonesConfig(), one)


def test_a_region_more_takes_the_last_common_cause_away():
    one, two = ZonesConfig(zones=8, instances=16), ZonesConfig(regions=2, zones=4, instances=16)
    assert 1 - expected_ratio(one) > 1e-5 > 1 - expected_ratio(replace(two, needed=4))


# ── Laws ────────────────────────────────────────────────────────────────────
@given(regions=st.integers(1, 3), zones=st.integers(1, 3), instances=st.integers(1, 9), seed=st.integers(0, 99), until_s=st.sampled_from([0.5, 10.0, 40.0]))  # fmt: skip
def test_the_compiled_loop_is_the_one_that_you_read_and_both_are_a_walk(regions, zones, instances, seed, until_s):  # fmt: skip
    rng = np.random.default_rng(seed)
    zone_of, region_of = row(*rng.integers(regions * zones, size=instances)), row(*(np.arange(regions * zones) % regions))  # fmt: skip
    parts = regions + len(region_of) + instances
    first_s, up_s, down_s, luck = (row(*rng.exponential(size=size)) for size in (parts, parts, parts, 9_000))  # fmt: skip
    needed = int(rng.integers(1, instances + 1))
    arguments = zone_of, region_of, first_s, up_s, down_s + 0.5, luck, needed, until_s
    assert loop(*arguments) == loop.native(*arguments)
    assert loop(*arguments)[0] == pytest.approx(walked_s(*arguments), abs=1e-9)


def walked_s(zone_of, region_of, first_s, up_s, down_s, luck, needed, until_s):
    """The same, told naively: after each turn everybody is asked whether they serve."""
    parts, good_s, now_s, drawn = len(first_s), 0.0, 0.0, 0
    up, turns_s = [False] * parts, list(first_s)
    regions, first = parts - len(zone_of) - len(region_of), parts - len(zone_of)
    while now_s < until_s:
        serving = sum(up[first + n] and up[regions + zone] and up[region_of[zone]] for n, zone in enumerate(zone_of))  # fmt: skip
        part = turns_s.index(min(turns_s))
        end_s = min(turns_s[part], until_s)
        good_s += (end_s - now_s) * (serving >= needed)
        now_s, up[part] = end_s, not up[part]
        turns_s[part] += (up_s if up[part] else down_s)[part] * luck[drawn]
        drawn += 1
    return good_s


def test_equal_seeds_are_equal_runs_and_more_runs_are_surer():
    assert simulate(OFTEN) == simulate(OFTEN) != simulate(replace(OFTEN, seed=1))
    few, many = simulate(replace(OFTEN, runs=5)), simulate(replace(OFTEN, runs=80))
    assert many.half_width_ratio < few.half_width_ratio and many.events > 15 * few.events


def test_a_report_is_of_its_runs():
    both = simulate(OFTEN)
    assert 0 < both.available_ratio < 1
    spread = both.half_width_ratio / confidence_half_width([0.0, 1.0])
    one, other = both.available_ratio - spread / 2, both.available_ratio + spread / 2
    assert confidence_half_width([one, other]) == pytest.approx(both.half_width_ratio)
    expected = 2 * OFTEN.until_s * (6 / 10 + 4 / 20 + 2 / 50) * 2  # turns of two runs
    assert both.events == pytest.approx(expected, rel=0.05)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("changed", [{}, {"zones": 1, "regions": 1}, {"regions": 1, "zones": 3, "needed": 4}, {"zones": 3, "instances": 4, "needed": 2}], ids=repr)  # fmt: skip
def test_it_is_the_closed_form_over_seeds(changed):
    config = replace(OFTEN, **changed)
    reports = [simulate(replace(config, seed=seed)) for seed in range(20)]
    errors = [report.available_ratio - expected_ratio(config) for report in reports]
    assert agrees(errors)
    assert not agrees([report.available_ratio - independent_ratio(config) for report in reports])


def test_the_interval_covers_the_closed_form():
    """In 95 of 100 cases: of 20 seeds at least 16 (fewer: 3 in 1,000)."""
    reports = [simulate(replace(OFTEN, seed=seed, runs=20)) for seed in range(20)]
    expected = expected_ratio(OFTEN)
    covered = [abs(one.available_ratio - expected) <= one.half_width_ratio for one in reports]
    assert sum(covered) >= 16


def test_a_run_begins_in_the_state_of_the_long_run():
    """However short it is, and though repairs take longer than all of it."""
    config = replace(OFTEN, mtbf_s=(9.0, 19.0, 49.0), mttr_s=(3.0, 6.0, 9.0), until_s=2.0, runs=200)
    runs = [simulate(replace(config, seed=seed)).available_ratio for seed in range(20)]
    assert agrees([ratio - expected_ratio(config) for ratio in runs])


def test_a_moment_is_a_run_too():
    one = replace(OFTEN, regions=1, zones=1, instances=1, needed=1, until_s=1e-6)
    assert simulate(one).available_ratio in (0.0, 0.5, 1.0)


def test_at_four_nines_too():
    for zones in (3, 4):
        config = ZonesConfig(zones=zones)
        runs = [simulate(replace(config, seed=seed)).available_ratio for seed in range(20)]
        assert agrees([ratio - expected_ratio(config) for ratio in runs])


def test_the_facts_of_common_cause():
    """One of three at 0.99 and zones of 0.999: 0.9999986726, and 0.998999 in one zone."""
    sure = (1e12, 1.0)  # a region that is always up
    config = ZonesConfig(instances=3, needed=1, mtbf_s=(99.0, 999.0, sure[0]), mttr_s=(1.0, 1.0, sure[1]), until_s=10.0)  # fmt: skip
    assert expected_ratio(config) == pytest.approx(0.9999986726, abs=1e-10)
    assert expected_ratio(replace(config, zones=1)) == pytest.approx(0.998999001, abs=1e-9)
    assert independent_ratio(config) == pytest.approx(k_of_n_ratio(1, 3, 0.99 * 0.999), abs=1e-12)


@given(regions=st.integers(1, 3), zones=st.integers(1, 2), instances=st.integers(1, 4), data=st.data())  # fmt: skip
def test_the_closed_form_is_the_sum_over_all_states(regions, zones, instances, data):
    needed = data.draw(st.integers(1, instances))
    config = replace(OFTEN, regions=regions, zones=zones, instances=instances, needed=needed)
    total, parts = 0.0, [0.98] * regions + [0.95] * regions * zones + [0.9] * instances
    for up in product((True, False), repeat=len(parts)):
        chance = np.prod([share if one else 1 - share for share, one in zip(parts, up, strict=True)])  # fmt: skip
        alive = lambda n, up=up: up[regions + regions * zones + n] and up[regions + n % (regions * zones)] and up[n % (regions * zones) % regions]  # fmt: skip
        total += chance * (sum(map(alive, range(instances))) >= needed)
    assert expected_ratio(config) == pytest.approx(total, abs=1e-12)


def test_a_region_that_never_fails_is_one_group_of_zones():
    config = ZonesConfig(zones=3, instances=7, needed=4, mtbf_s=(99.0, 999.0, 1e12), mttr_s=(1.0, 1.0, 1.0), until_s=1.0)  # fmt: skip
    assert expected_ratio(config) == pytest.approx(spread_ratio(4, [3, 2, 2], 0.99, 0.999))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"regions": 0}, {"regions": 9}, {"zones": 0}, {"zones": 27}, {"instances": 0}, {"instances": 1_001}, {"needed": 0}, {"needed": 13},
                                   {"mtbf_s": (1.0, 2.0, 3.0, 4.0)}, {"mttr_s": (HOUR_S,) * 4}, {"until_s": 0.0}, {"until_s": 1e12}, {"runs": 1}, {"runs": 10_001}, {"seed": -1}], ids=repr)  # fmt: skip
def test_a_config_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=rf"^{next(iter(wrong))}=.* must be"):
        ZonesConfig(**wrong)


@pytest.mark.parametrize("wrong", [{"mtbf_s": (1.0, 2.0)}, {"mtbf_s": (0.0, 1.0, 1.0)}, {"mttr_s": (1.0, 1.0, 1e13)}], ids=repr)  # fmt: skip
def test_times_are_of_three_kinds(wrong):
    with pytest.raises(ValueError, match=rf"^{next(iter(wrong))}.* must be"):
        ZonesConfig(**wrong)


def test_a_target_that_no_zones_reach_is_named():
    with pytest.raises(ValueError, match=r"target_ratio=0\.99999 must be reached by 26 zones"):
        zones_for(ZonesConfig(), 0.99999)
    with pytest.raises(ValueError, match="target_ratio"):
        zones_for(ZonesConfig(), 1.5)


def test_all_runs_together_end_some_day():
    assert ZonesConfig(runs=10_000)
    with pytest.raises(ValueError, match="runs=10000 must be an integer of at least 2 and at most"):
        ZonesConfig(runs=10_000, until_s=1e10)
