"""The fleet: by hand, a state machine, bad input."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.netflix.chaos import fleet as inside
from scalemodel.netflix.chaos.fleet import Fleet, Group

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
API, WEB = Group("api", instances=12, minimum=9), Group("web", stack="eu", instances=2)


def fleet(**changed):
    return Fleet(**{"groups": [API, WEB], "start": MONDAY} | changed)


# ── Examples ────────────────────────────────────────────────────────────────
def test_instances_are_dealt_to_regions_and_their_zones():
    names = [one.name for one in fleet().healthy()]
    assert names[:3] == ["api.region-1a.0", "api.region-2a.1", "api.region-1b.2"]
    assert names[12:] == ["web-eu.region-1a.12", "web-eu.region-2a.13"]
    assert Counter(one.zone for one in fleet().healthy(API)) == dict.fromkeys(fleet().zones, 2)
    assert all(one.region == fleet().zones[one.zone] for one in fleet().healthy())
    assert len(fleet(regions=1, zones_per_region=1).zones) == 1


def test_names_are_joined_as_the_original_joins_them():
    told = [Group("a").name, Group("a", stack="s").name, Group("a", detail="d").name, Group("a", stack="s", detail="d").name]  # fmt: skip
    assert told == ["a", "a-s", "a--d", "a-s-d"]


def test_an_instance_a_zone_and_a_region_go():
    lost = fleet()
    assert [one.name for one in lost.terminate("api.region-1b.2")] == ["api.region-1b.2"]
    assert len(lost.healthy(API)) == 11 and len(lost.due) == 1
    assert [one.name for one in lost.terminate("region-1b")] == ["api.region-1b.8"]
    assert {one.region for one in lost.terminate("region-1")} == {"region-1"}
    assert len(lost.healthy()) == len(lost.healthy(API)) + len(lost.healthy(WEB)) == 7
    assert lost.terminate("region-1") == [] and len(lost.due) == 7


def test_who_is_gone_is_replaced_in_its_place():
    lost = fleet(replace_s=60)
    lost.terminate("api.region-1b.2")
    lost.advance(MONDAY + 59 * SECOND)
    lost.terminate("region-2a")
    assert len(lost.healthy()) == 10
    lost.advance(MONDAY + 60 * SECOND)
    assert lost.healthy()[-1].name == "api.region-1b.14" and len(lost.due) == 3
    lost.advance((MONDAY + 119 * SECOND).astimezone(ZoneInfo("Asia/Tokyo")))
    assert lost.healthy()[-1].name == "web-eu.region-2a.17"
    assert len(lost.healthy()) == 14 and not lost.due and lost.now.tzinfo is UTC


# ── Laws ────────────────────────────────────────────────────────────────────
@given(steps=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99)), max_size=30), replace_s=st.sampled_from([1, 30, 200]))  # fmt: skip
def test_a_fleet_is_whole_but_for_who_is_due(steps, replace_s):
    lost, gone = fleet(replace_s=replace_s), []
    for kind, luck in steps:
        lost.advance(lost.now + luck * SECOND)
        up = [one.name for one in lost.healthy()]
        names = [up, list(lost.zones), lost.regions, []][kind]
        if names:
            name, before = names[luck % len(names)], len(up)
            some = lost.terminate(name)
            gone += [(lost.now, one) for one in some]
            assert all(name in (one.name, one.zone, one.region) for one in some)
            assert len(lost.healthy()) == before - len(some)
        lost.check()
        back = [at for at, _ in gone if at + replace_s * SECOND <= lost.now]
        assert len(lost.healthy()) == 14 - len(gone) + len(back)
    lost.advance(lost.now + replace_s * SECOND)
    places = lambda some: Counter((one.group, one.zone) for one in some)
    assert places(lost.healthy()) == places(fleet().healthy())
    assert len({one.name for one in lost.healthy()} | {one.name for _, one in gone}) == 14 + len(gone)  # fmt: skip


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_check_sees_what_is_broken():
    for breaks in (
        lambda lost: lost._up.popitem(),
        lambda lost: lost.due.append((lost.now, *lost.due.popleft()[1:])),
        lambda lost: lost.due.reverse(),
    ):
        lost = fleet()
        lost.terminate("api.region-1b.2")
        lost.advance(MONDAY + SECOND)
        lost.terminate("api.region-1a.0")
        lost.check()
        breaks(lost)
        with pytest.raises(AssertionError):
            lost.check()


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"app": ""}, {"account": ""}, {"stack": None}, {"detail": 1}, {"instances": 0}, {"instances": 1_000_001}, {"minimum": 31}, {"minimum": -1},
                                   {"opted_in": 1}, {"enabled": None}, {"serving": "yes"}, {"whitelisted": 0}], ids=repr)  # fmt: skip
def test_a_group_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        Group(**{"app": "api"} | wrong)
    assert Group("api", instances=3, minimum=3).minimum == 3


@pytest.mark.parametrize("wrong", [{"regions": 0}, {"regions": 101}, {"zones_per_region": 0}, {"zones_per_region": 27}, {"groups": []}, {"groups": API}, {"groups": ["api"]},
                                   {"groups": [API, API]}, {"replace_s": 0}, {"start": datetime(2026, 3, 2)}], ids=repr)  # fmt: skip
def test_a_fleet_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must"):
        fleet(**wrong)


def test_a_fleet_has_a_beginning_and_an_end(monkeypatch):
    assert Fleet(groups=[API]).now == datetime(2000, 1, 1, tzinfo=UTC)
    large = [Group("a", instances=600_000), Group("b", instances=400_001)]
    with pytest.raises(ValueError, match="groups must have at most 1,000,000 instances"):
        fleet(groups=large)
    monkeypatch.setattr(inside, "MOST_INSTANCES", 14)
    assert len(fleet().healthy()) == 14


def test_who_is_not_there_is_named():
    lost = fleet()
    lost.terminate("api.region-1a.0")
    for name in ("api.region-1a.0", "region-3", "region-1d", "api"):
        with pytest.raises(ValueError, match=f"name='{name}' must be of an instance that is up"):
            lost.terminate(name)
    with pytest.raises(ValueError, match=r"group=.* must be one of the fleet's groups"):
        lost.healthy(Group("db"))
    lost.advance(MONDAY)
    with pytest.raises(ValueError, match=r"to=.* must not be before"):
        lost.advance(MONDAY - SECOND)
    assert len(lost.healthy()) == 13


@pytest.mark.parametrize("field", ["app", "account", "stack", "detail"])
def test_a_blank_would_part_a_name(field):
    for wrong in ("a b", "half of \ud83d", 3):
        with pytest.raises(ValueError, match=f"^{field}=.* must be"):
            Group(**{"app": "api"} | {field: wrong})
