"""Game days: a story, what a fleet can bear, a replay, bad input."""

from datetime import UTC, datetime

import numpy as np
import pytest

from scalemodel.netflix.chaos.fleet import Fleet, Group
from scalemodel.netflix.chaos.game_day import Ground, game_day
from scalemodel.parts.experiment import replay
from scalemodel.parts.journal import Journal

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def fleet(minimum=6, instances=12):
    groups = [Group("api", instances=instances, minimum=minimum), Group("web", instances=6)]
    return Fleet(groups=groups, start=MONDAY)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_story():
    lost = fleet(minimum=10)
    journal = game_day(lost, ["instance", "zone"]).run(Ground(lost), seed=1)
    answers = [entry.answer for entry in journal.entries if entry.arguments == {"group": "api"}]
    assert answers[0] == 12 and answers[2] == 12 and answers[3] == 10 and answers[4] == 12
    assert 'healthy(group="api") answers 10, which is between 10 and 12' in journal.story()
    assert journal.verdict == "completed" and "A game day" in journal.story()
    assert [entry.name for entry in journal.entries if entry.kind == "action"] == ["lose", "wait", "lose", "wait", "wait"]  # fmt: skip
    assert journal.entries[-1].part == "rollbacks" and journal.entries[-1].at_s == 360.0


@pytest.mark.parametrize(("minimum", "verdict"), [(6, "completed"), (7, "deviated"), (12, "deviated")])  # fmt: skip
def test_what_a_fleet_can_bear(minimum, verdict):
    """Of twelve in two regions six are left; what has deviated is whole again at the end."""
    lost = fleet(minimum=minimum)
    journal = game_day(lost).run(Ground(lost), seed=3)
    assert journal.verdict == verdict
    assert len(lost.healthy()) == 18 and not lost.due
    lost.check()


def test_a_fleet_that_is_not_well_is_left_alone():
    lost = fleet(minimum=12)
    lost.terminate("api.region-1a.0")
    journal = game_day(lost).run(Ground(lost), seed=3)
    assert journal.verdict == "aborted" and not any(one.name == "lose" for one in journal.entries)


def test_a_ground_is_the_fleet():
    ground = Ground(fleet())
    for scope, left in (("instance", 17), ("zone", 14), ("region", 6)):
        ground.lose(scope, np.random.default_rng(5))
        assert len(ground.fleet.healthy()) in (left, left + 1, left + 2)
    ground.wait(90.0)
    assert ground.now_s() == 90.0 and ground.healthy("web") < 6
    while ground.fleet.healthy():
        ground.lose("region", np.random.default_rng(1))
    ground.lose("zone", np.random.default_rng(1))  # nobody is left
    assert ground.healthy("api") == 0


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(5))
def test_a_day_can_be_held_again(seed):
    lost = fleet()
    journal = game_day(lost).run(Ground(lost), seed=seed)
    assert replay(journal) == replay(journal, lambda: Ground(fleet())) == journal
    assert Journal.from_json(journal.as_json()) == journal


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_any_instance_zone_and_region_may_be_lost():
    """Names of whom 300 seeds lose: each zone as often as another, as far as chance lets it."""
    for scope, places in (("instance", 18), ("zone", 6), ("region", 2)):
        seen = []
        for seed in range(300):
            ground = Ground(fleet())
            before = {one.name: one for one in ground.fleet.healthy()}
            ground.lose(scope, np.random.default_rng(seed))
            gone = [one for name, one in before.items() if one not in ground.fleet.healthy()]
            seen.append({"instance": gone[0].name, "zone": gone[0].zone, "region": gone[0].region}[scope])  # fmt: skip
        counts = [seen.count(place) for place in set(seen)]
        mean = 300 / places
        assert len(counts) == places and max(abs(one - mean) for one in counts) < 4 * mean**0.5


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [[], ["planet"], "zone", [None], ["zone", ["zone"]], None])
def test_scopes_are_of_three_kinds(wrong):
    with pytest.raises(ValueError, match=r"scopes=.* must be a row of instance, zone, region"):
        game_day(fleet(), wrong)


def test_what_a_ground_does_not_have_is_named():
    ground, rng = Ground(fleet()), np.random.default_rng(1)
    with pytest.raises(ValueError, match="group='db' must be one of api, web"):
        ground.healthy("db")
    with pytest.raises(ValueError, match="scope='planet' must be one of instance, zone, region"):
        ground.lose("planet", rng)
    with pytest.raises(ValueError, match="rng=7 must be a Generator"):
        ground.lose("zone", 7)
    with pytest.raises(ValueError, match="duration_s=-1 must be"):
        ground.wait(-1)
    assert len(ground.fleet.healthy()) == 18
