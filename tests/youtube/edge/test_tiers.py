"""Views through edges and hubs, against dictionaries and the closed form."""

from collections import OrderedDict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.stats import agrees
from scalemodel.parts.caches.expected import two_levels, zipf
from scalemodel.parts.caches.policies import FIFO, LRU
from scalemodel.youtube.edge.coalescing import expected_fetches, waiting
from scalemodel.youtube.edge.demand import DAY_S, DemandConfig, shares, views
from scalemodel.youtube.edge.expected import by_video, expected, hit_ratio
from scalemodel.youtube.edge.tiers import BY, Tier, TiersConfig, answers, simulate

SMALL = DemandConfig(
    videos=30, views=400, span_s=1000.0, edges=3, uploads=5, upload_views=100, young_s=200.0,
    crowd_views=80, crowd_from_s=500.0, crowd_s=20.0,
)  # fmt: skip
NEVER = float("inf")


def tier(capacity, ttl_s=NEVER, fetch_s=0.0):
    return Tier(policy=LRU(capacity), ttl_s=ttl_s, fetch_s=fetch_s)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_crowd_wakes_the_origin_once_in_each_region_if_it_waits():
    crowd = DemandConfig(videos=1, views=1, crowd_views=5_000, crowd_s=60.0)
    config = TiersConfig(demand=crowd, edge=tier(9, fetch_s=2.0), hub=tier(9, fetch_s=2.0))
    report = simulate(config)
    assert report.origin_requests == 3 and report.hub_requests == 9  # one is the lone old view's
    assert simulate(replace(config, coalesce=False)).origin_requests > 100


def test_who_is_sent_ahead_is_there_before_it_is_asked_for():
    uploads = DemandConfig(videos=1, views=1, uploads=200, upload_views=20_000, edges=8)
    config = TiersConfig(demand=uploads, edge=tier(150, DAY_S), hub=tier(1000, 7 * DAY_S))
    none, some = simulate(config), simulate(replace(config, push_views=3))
    assert none.pushed == 0 < some.pushed and some.edge_ratio > none.edge_ratio + 0.02
    late = simulate(replace(config, push_views=12))
    assert late.pushed < some.pushed and none.edge_ratio < late.edge_ratio < some.edge_ratio


def test_a_place_that_must_be_earned_is_not_lost_to_what_is_seen_once():
    config = TiersConfig(demand=DemandConfig(videos=50_000, alpha=0.7), edge=tier(200))
    earned = simulate(replace(config, admit_views=3))
    assert earned.edge_ratio > simulate(config).edge_ratio + 0.01


def test_regions_differ_by_their_own_order_alone():
    same = shares(DemandConfig(videos=50, local_ratio=0.0))
    assert (same == zipf(50, 0.9)).all()
    own = shares(DemandConfig(videos=50, local_ratio=1.0))
    assert (np.sort(own) == np.sort(same)).all() and (own[0] != own[1]).any()


def test_an_upload_is_watched_when_it_is_young():
    config = DemandConfig(views=1, uploads=500, upload_views=20_000, young_s=DAY_S / 2, edges=1)
    watched = views(config)
    first = {}
    for time_s, video in zip(watched.time_s, watched.video, strict=True):
        first.setdefault(video, time_s)
    age_s = watched.time_s - [first[video] for video in watched.video]
    assert 0.4 < age_s.mean() / (DAY_S / 2) < 1


def test_a_crowd_and_uploads_come_all_the_time():
    config = DemandConfig(
        views=1, uploads=900, upload_views=20_000, young_s=1.0, crowd_views=20_000, crowd_s=600.0
    )
    watched = views(config)
    crowd = watched.video == config.videos + config.uploads
    late_s = watched.time_s[crowd] - config.crowd_from_s
    assert crowd.sum() == 20_000 and 0 <= late_s.min() < 1 and 599 < late_s.max() < 600
    assert abs(late_s.mean() - 300) < 4 * 600 / (12 * 20_000) ** 0.5
    came_s = np.array(
        [watched.time_s[watched.video == config.videos + one].min() for one in range(50)]
    )
    assert came_s.min() < 0.15 * config.span_s < 0.85 * config.span_s < came_s.max()
    assert DemandConfig(uploads=1, upload_views=20_000_000).upload_views == 20_000_000


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.integers(1, 12), st.floats(1, 2000), st.floats(0, 50), st.integers(0, 9))
def test_every_view_is_answered_and_who_waits_asks_for_less(capacity, ttl_s, fetch_s, seed):
    config = TiersConfig(
        demand=replace(SMALL, seed=seed), edge=tier(capacity, ttl_s, fetch_s), hub=tier(20, ttl_s, fetch_s)
    )  # fmt: skip
    for coalesce in (True, False):
        one = simulate(replace(config, coalesce=coalesce))
        parts = one.edge_ratio, one.waited_ratio, one.hub_ratio, one.origin_ratio
        assert min(parts) >= 0 and np.isclose(sum(parts), 1)
        assert one == simulate(replace(config, coalesce=coalesce))
    assert one.waited_ratio == 0
    assert simulate(config).hub_requests <= one.hub_requests


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(0, 9))
def test_nobody_waits_for_what_takes_no_time(ids, step):
    times_s = np.arange(len(ids)) * float(step)
    hit = np.array([one in ids[:at] for at, one in enumerate(ids)])
    assert not waiting(ids, times_s, hit, 0.0).any()
    assert (waiting(ids, times_s, hit, 1e6) == hit).all()


# ── Oracle ──────────────────────────────────────────────────────────────────
def by_dictionary(config):
    """What answered each view, and the tallies, request by request, in the words of the story."""
    watched, demand, answered = views(config.demand), config.demand, []
    tally = dict.fromkeys(("edge", "waited", "hub", "origin", "to_hub", "to_origin", "pushed"), 0)
    new = lambda tier: (OrderedDict(), {}, tier)  # who is there, when each is, its habits
    edges = {(r, e): new(config.edge) for r in range(demand.regions) for e in range(demand.edges)}
    hubs, seen = [new(config.hub) for _ in range(demand.regions)], {}

    def ask(cache, now_s, video, keep=True):
        shelf, fetched_s, habits = cache
        good = video in shelf and now_s - fetched_s[video] < habits.ttl_s
        if video in shelf:
            shelf.move_to_end(video)
        elif keep:
            if len(shelf) == habits.policy.capacity:
                shelf.popitem(last=False)
            shelf[video] = True
        if not good:
            fetched_s[video] = now_s
            return "fetch"
        return "wait" if now_s < fetched_s[video] + habits.fetch_s else "hit"

    def up(now_s, region, video):
        tally["to_hub"] += 1
        found = ask(hubs[region], now_s, video)
        tally["to_origin"] += found == "fetch"
        return {"fetch": "origin", "wait": "waited", "hit": "hub"}[found]

    for now_s, region, edge, video in zip(*watched, strict=True):
        seen[region, video] = count = seen.get((region, video), 0) + 1
        found = ask(edges[region, edge], now_s, video, keep=count >= config.admit_views)
        by = (
            up(now_s, region, video)
            if found == "fetch"
            else {"wait": "waited", "hit": "edge"}[found]
        )
        answered.append(BY.index(by))
        tally[by] += 1
        if count == config.push_views:
            for one in range(demand.edges):
                if ask(edges[region, one], now_s, video) == "fetch":
                    up(now_s, region, video)
                    tally["pushed"] += 1
    return tally, answered


@given(
    st.integers(1, 12), st.integers(1, 30), st.floats(5, 2000), st.floats(0, 30),
    st.integers(1, 3), st.sampled_from([None, 0, 2]), st.integers(0, 99),
)  # fmt: skip
def test_it_is_what_dictionaries_say(edge, hub, ttl_s, fetch_s, admit, push, seed):
    config = TiersConfig(
        demand=replace(SMALL, seed=seed), edge=tier(edge, ttl_s, fetch_s), hub=tier(hub, 3 * ttl_s, fetch_s),
        admit_views=admit, push_views=None if push is None else admit + push,
    )  # fmt: skip
    report, (tally, answered) = simulate(config), by_dictionary(config)
    assert answers(config).tolist() == answered
    answered = sum(tally[name] for name in ("edge", "waited", "hub", "origin"))
    for name in ("edge", "waited", "hub", "origin"):
        assert getattr(report, f"{name}_ratio") == tally[name] / answered, name
    assert (report.hub_requests, report.origin_requests) == (tally["to_hub"], tally["to_origin"])
    assert report.pushed == tally["pushed"]


def test_the_sum_is_the_mean_of_visits():
    """One video's visits, gap by gap, at seven pairs of rate and TTL."""
    rng, stays_s = np.random.default_rng(4), 2.0
    for rate, ttl_s in (
        (0.1, 9.0),
        (0.5, 1.0),
        (0.5, 5.0),
        (1.0, 7.5),
        (2.0, 3.0),
        (2.0, 40.0),
        (4.0, 8.0),
    ):
        hits = np.zeros(4_000)
        for visit in range(len(hits)):
            at_s = gap_s = rng.exponential(1 / rate)
            while gap_s <= stays_s and at_s < ttl_s:
                hits[visit] += 1
                gap_s = rng.exponential(1 / rate)
                at_s += gap_s
        one = hit_ratio([rate], stays_s, ttl_s)[0]
        assert agrees(hits - one / (1 - one)), (rate, ttl_s)


def test_its_ends_are_a_pure_ttl_and_a_pure_lru():
    rate = np.geomspace(1e-6, 1e3, 50)
    assert np.allclose(hit_ratio(rate, 5.0, 2.0), 2 * rate / (1 + 2 * rate), rtol=1e-12)
    for ttl_s in (1e5, 1e9, NEVER):
        assert np.allclose(
            hit_ratio(rate[rate < 2], 5.0, ttl_s), -np.expm1(-5 * rate[rate < 2]), atol=2e-5
        )
    rising = [hit_ratio([0.7], 2.0, ttl_s)[0] for ttl_s in np.linspace(0.1, 90, 400)]
    assert (np.diff(rising) >= -1e-9).all() and hit_ratio([0.0], 2.0, 5.0) == 0


def test_for_copies_that_stay_good_it_lies_between_two_formulas_for_two_levels():
    """One takes misses as independent, the other lets a quiet edge ask no more at all."""
    demand = DemandConfig(videos=2_000, regions=1, local_ratio=0.0, edges=10)
    ours = expected(TiersConfig(demand=demand, edge=tier(200), hub=tier(1_500)))
    plain, quiet = (
        two_levels(zipf(2_000, 0.9), 10, 200, 1_500, corrected=c) for c in (False, True)
    )
    assert np.isclose(ours.edge_hit_ratio, plain.edge_hit_ratio, rtol=1e-12)
    assert quiet.region_hit_ratio < ours.region_hit_ratio < plain.region_hit_ratio
    assert expected(TiersConfig(demand=demand, edge=tier(2_000), hub=tier(9))) == (1.0, 0.0, 0.0)


def test_runs_are_as_near_to_the_formula_as_it_says():
    """After a warm-up, near an edge's ratio by 0.002 and the others by 0.007."""
    demand = DemandConfig(videos=5_000, views=400_000, edges=5)
    for edge, hub in (
        (tier(200), tier(1000)),
        (tier(200, 1.5 * DAY_S), tier(1500, 7 * DAY_S)),
        (tier(1000, DAY_S / 2), tier(1500, 3 * DAY_S)),
        (tier(5000, DAY_S), tier(5000, 4 * DAY_S)),
    ):
        config = TiersConfig(demand=demand, edge=edge, hub=hub, warm_up_s=6 * DAY_S)
        run, formula = simulate(config), expected(config)
        assert abs(run.edge_ratio - formula.edge_hit_ratio) < 2e-3
        assert abs(run.hub_ratio - formula.region_hit_ratio) < 7e-3
        assert abs(run.origin_ratio - formula.origin_ratio) < 7e-3


def test_a_video_is_answered_as_the_formula_says_of_it():
    """The favourites of a region, by the thousand, in long runs."""
    demand = DemandConfig(videos=500, views=200_000, regions=2, edges=3)
    config = TiersConfig(demand=demand, edge=tier(60, DAY_S), hub=tier(150, 4 * DAY_S))
    said, watched, by = by_video(config), views(demand), answers(config)
    assert said.shape == (2, 3, 500) and np.allclose(said[:, 0].sum(axis=1), 1)
    for region in (0, 1):
        for video in np.argsort(-said[region, 0])[[0, 9, 40]]:
            mine = by[(watched.region == region) & (watched.video == video)]
            for place, name in ((1, "edge"), (2, "hub")):
                ran = np.mean(mine == BY.index(name))
                assert abs(ran - said[region, place, video]) < 0.05, (region, video, name)


def test_the_hierarchy_of_the_fact_sheet():
    """20,000 videos, ten edges of 200, a hub of 2,000: a run there gave 0.28964 and 0.28220."""
    demand = DemandConfig(videos=20_000, regions=1, local_ratio=0.0, edges=10)
    levels = expected(TiersConfig(demand=demand, edge=tier(200), hub=tier(2_000)))
    assert abs(levels.edge_hit_ratio - 0.28964) < 3e-4
    assert abs(levels.region_hit_ratio - 0.28220) < 5e-3
    assert abs(levels.origin_ratio - 0.42816) < 5e-3


def test_a_crowd_s_fetches_are_as_many_as_expected():
    rng, errors = np.random.default_rng(3), []
    for _ in range(200):
        came_s = np.sort(rng.random(50) * 10)
        hit = np.arange(50) > 0
        late = waiting(np.zeros(50, dtype=int), came_s, hit, 2.0)
        errors.append(1 + late.sum() - expected_fetches(50, 10.0, 2.0, coalesce=False))
    assert agrees(errors)
    assert expected_fetches(1, 10.0, 2.0, coalesce=False) == 1.0
    assert expected_fetches(50, 10.0, 2.0, coalesce=True) == 1.0
    assert expected_fetches(50, 10.0, 20.0, coalesce=False) == 50.0


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_wrong_config_is_refused_in_words():
    for make, said in (
        (lambda: DemandConfig(upload_views=5), "upload_views=5"),
        (lambda: DemandConfig(crowd_from_s=-1), "crowd_from_s"),
        (lambda: Tier(policy=7), "policy.hits"),
        (lambda: Tier(fetch_s=-1), "fetch_s=-1"),
        (lambda: TiersConfig(edge=LRU(7)), "edge="),
        (lambda: TiersConfig(warm_up_s=1e9), "warm_up_s"),
        (lambda: waiting([1, 2], None, [True, True], 1.0), "times_s"),
        (lambda: waiting([1, 2], [0.0, 1.0], [True], 1.0), "hit="),
    ):
        with pytest.raises((TypeError, ValueError), match=said):
            make()


def test_the_formula_says_what_it_does_not_know():
    for changed, said in (
        ({"push_views": 3}, "push_views=3"),
        ({"admit_views": 2}, "admit_views=2"),
        ({"edge": Tier(policy=FIFO(9))}, "edge.policy"),
        ({"hub": tier(9, fetch_s=1.0)}, "hub.fetch_s"),
        ({"demand": DemandConfig(crowd_views=3)}, "crowd_views=3"),
    ):
        with pytest.raises((TypeError, ValueError), match=said):
            expected(TiersConfig(**changed))
