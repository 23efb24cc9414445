"""The monkey: by hand, each gate by itself and in order, ten thousand calendars, statistics."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy import stats as distributions

from scalemodel.core.stats import agrees
from scalemodel.netflix.chaos import monkey as inside
from scalemodel.netflix.chaos.fleet import Fleet, Group
from scalemodel.netflix.chaos.monkey import (
    GATES,
    ChaosMonkey,
    Ledger,
    MonkeyConfig,
    NaiveMonkey,
)
from scalemodel.netflix.chaos.workdays import OFFICE, Workdays
from tests.conftest import cases

MONDAY = date(2026, 3, 2)
LATE = datetime(2026, 3, 2, 14, 59, tzinfo=UTC)  # all that is planned for Monday is due
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
EVERY_DAY = {"mean_workdays_between_kills": 1, "leashed": False}


def fleet(*groups, **changed):
    """A fleet of one group that may lose 10 of 30, or of these."""
    groups = groups or (Group("api", minimum=20, opted_in=True),)
    return Fleet(**{"groups": groups, "regions": 1, "start": datetime(2024, 1, 1, tzinfo=UTC)} | changed)  # fmt: skip


def monkey(seed=7, outage=lambda now: False, trackers=(lambda kill: None,), ledger=None, **config):
    return ChaosMonkey(MonkeyConfig(**EVERY_DAY | config), np.random.default_rng(seed), outage, trackers, ledger)  # fmt: skip


def fails(*_):
    raise OSError("the network is down")


# ── Examples ────────────────────────────────────────────────────────────────
def test_it_comes_on_a_leash():
    api, told = fleet(), []
    kills = ChaosMonkey(MonkeyConfig(mean_workdays_between_kills=1), np.random.default_rng(7), trackers=[told.append]).tick(api, LATE)  # fmt: skip
    assert len(kills) == 1 and kills[0].leashed and told == kills
    assert len(api.healthy()) == 30 and len(kills[0].instances) == 1


def test_off_its_leash_it_kills_one():
    api, told = fleet(), []
    noted = lambda kill: told.append((kill, len(api.healthy())))
    [kill] = monkey(trackers=[noted]).tick(api, LATE)
    assert told == [(kill, 30)]  # written down before it happened
    assert (kill.unit, kill.scope, kill.at, kill.leashed) == ("prod api region-1", "instance", LATE, False)  # fmt: skip
    assert kill.instances[0] not in {one.name for one in api.healthy()}
    assert len(api.healthy()) == 29


def test_it_waits_for_its_moment():
    api, one = fleet(), monkey()
    [(at, unit)] = one.plan(api, MONDAY)
    assert one.tick(api, at - MINUTE) == [] and api.now == at - MINUTE
    [kill] = one.tick(api, at)
    assert kill.at == at and kill.unit == unit
    assert one.tick(api, at) == one.tick(api, LATE) == [] and not one.log


@pytest.mark.parametrize(("config", "units"), [
    ({}, ["prod api-eu region-1", "prod api-eu region-2", "prod api-eu-db region-1", "prod api-eu-db region-2", "prod api-us region-1", "prod api-us region-2", "test web region-1", "test web region-2"]),
    ({"regions_independent": False}, ["prod api-eu", "prod api-eu-db", "prod api-us", "test web"]),
    ({"grouping": "stack", "regions_independent": False}, ["prod api-eu", "prod api-us", "test web"]),
    ({"grouping": "app", "regions_independent": False}, ["prod api", "test web"]),
    ({"scope": "zone"}, ["region-1", "region-2"]), ({"scope": "region"}, ["all"]),
], ids=repr)  # fmt: skip
def test_what_a_plan_is_made_for(config, units):
    groups = Group("api", stack="eu"), Group("api", stack="eu", detail="db"), Group("api", stack="us"), Group("web", account="test")  # fmt: skip
    assert sorted(unit for _, unit in monkey(**config).plan(fleet(*groups, regions=2), MONDAY)) == units  # fmt: skip


def test_gorilla_and_kong():
    api = fleet(regions=2)
    kills = monkey(scope="zone", most_zones=2).tick(api, LATE)
    assert [len(kill.instances) for kill in kills] == [5, 5] and len(api.healthy()) == 20
    assert {kill.unit for kill in kills} == {"region-1", "region-2"}
    large = fleet(Group("api", minimum=15, opted_in=True), regions=2)
    [kill] = monkey(scope="region").tick(large, LATE)
    assert len(kill.instances) == len(large.healthy()) == 15
    assert len({one.region for one in large.healthy()}) == 1


def test_who_must_not_be_killed_is_passed_over_in_a_zone_that_falls():
    groups = [Group(name, opted_in=name != "db", instances=6) for name in ("api", "db")]
    mixed = fleet(*groups)
    [kill] = monkey(scope="zone").tick(mixed, LATE)
    assert len(kill.instances) == 2 and len(mixed.healthy(groups[1])) == 6


def test_any_of_a_unit_may_be_picked():
    picked = Counter()
    for seed in range(200):
        [kill] = monkey(seed).tick(fleet(Group("api", instances=4, opted_in=True)), LATE)
        picked[kill.instances] += 1
    assert len(picked) == 4 and min(picked.values()) > 25  # 50 ± 6


@pytest.mark.parametrize(("row", "spared"), [
    (("*", "*", "*", "*"), True), (("prod", "region-1", "eu", "db"), True), (("p*", "*-1", "e*", "d*"), True), (("test", "*", "*", "*"), False),
    (("*", "region-2", "*", "*"), False), (("*", "*", "us", "*"), False), (("*", "*", "*", "d"), False), (("PROD", "*", "*", "*"), False),
], ids=repr)  # fmt: skip
def test_exceptions_by_wildcard(row, spared):
    one = fleet(Group("api", stack="eu", detail="db", opted_in=True))
    assert len(monkey(exempt=[("test", "*", "*", "*"), row]).tick(one, LATE)) == (not spared)


def test_a_region_that_is_exempt_leaves_the_other():
    one = monkey(exempt=[("*", "region-1", "*", "*")], regions_independent=False)
    api = fleet(regions=2)
    assert all(one.tick(api, LATE + n * DAY)[0].instances[0].startswith("api.region-2") for n in range(4))  # fmt: skip


def test_a_second_monkey_of_the_seed_has_the_same_plan():
    """Ticked each hour, or once at 14:59, and whoever else there is."""
    api, web = Group("api", opted_in=True), Group("web", opted_in=True)
    rare = {"mean_workdays_between_kills": 2}
    one, other = monkey(**rare), monkey(**rare)
    alone, both = fleet(api), fleet(api, web)
    midnight = LATE.replace(hour=0)
    often = [kill for n in range(20 * 24) for kill in one.tick(alone, midnight + n * 60 * MINUTE)]
    seldom = [kill for n in range(20) for kill in other.tick(both, LATE + n * DAY)]
    of_api = [kill for kill in seldom if "api" in kill.unit]
    assert [kill.at.date() for kill in often] == [kill.at.date() for kill in of_api] != []
    assert [kill.instances for kill in often[:1]] == [kill.instances for kill in of_api[:1]]
    assert len(seldom) > len(of_api)
    assert [monkey(8, **rare).plan(both, MONDAY + n * DAY) for n in range(3)] != [one.plan(both, MONDAY + n * DAY) for n in range(3)]  # fmt: skip


def test_one_that_starts_again_goes_on_where_it_stopped():
    """Five times at 14:59, it has the cap, the plan and the gap of its ledger."""
    ledger, api = Ledger(), fleet()
    again = lambda: monkey(ledger=ledger, min_workdays_between_kills=2)
    assert [len(again().tick(api, LATE)) for _ in range(5)] == [1, 0, 0, 0, 0]
    assert [len(again().tick(api, LATE + n * DAY)) for n in (1, 2)] == [0, 1]
    assert [len(monkey().tick(api, LATE + 2 * DAY)) for _ in range(2)] == [1, 1]  # each its own


def test_two_monkeys_share_cap_and_plan():
    ledger, many = Ledger(), fleet(Group("api", opted_in=True), Group("web", opted_in=True))
    pair = [monkey(seed, ledger=ledger, most_instances=1) for seed in (7, 8)]
    assert sum(len(one.tick(many, LATE)) for one in pair) == 1
    assert [gate for one in pair for _, _, gate in one.log] == ["cap"]
    with pytest.raises(ValueError, match=r"now=.* must not be before"):
        pair[1].tick(fleet(), LATE - MINUTE)


def test_the_default_mean_is_that_of_the_code():
    assert MonkeyConfig().mean_workdays_between_kills == 5  # the documentation says 2


# ── Laws: each gate by itself, and in order ─────────────────────────────────
SATURDAY = {"now": datetime(2026, 3, 7, 12, tzinfo=UTC)}
BAD = {  # what alone is wrong, so that this gate refuses
    "enabled": {"enabled": False},
    "hours": {"now": LATE + MINUTE},
    "outage": {"outage": lambda now: True},
    "opted in": {"opted_in": False},
    "leashed in test": {"in_test": True},
    "application": {"group_enabled": False},
    "whitelist": {"whitelisted": True},
    "exempt": {"exempt": [("prod", "*", "*", "*")]},
    "canary": {"detail": "canary"},
    "serving": {"serving": False},
    "somebody": {"gone": True},
    "gap": {"min_workdays_between_kills": 2, "yesterday": True},
    "minimum": {"minimum": 30},
    "cap": {"most_instances": 0},
    "share down": {"most_down_ratio": 0.03},
    "recorded": {"trackers": [lambda kill: None, fails]},
}
OF_GROUP = ("opted_in", "whitelisted", "detail", "serving", "minimum")


def scene(now=LATE, gone=False, yesterday=False, group_enabled=True, **changed):
    """The kills and the names of the gates that refused, where all is well but for `changed`."""
    of_group = {name: changed.pop(name) for name in OF_GROUP if name in changed}
    api = fleet(Group("api", **{"minimum": 20, "opted_in": True, "enabled": group_enabled} | of_group))  # fmt: skip
    one = monkey(**changed)
    one.plan(api, MONDAY)
    if yesterday:
        one.ledger.last["prod api region-1"] = MONDAY - 3 * DAY  # Friday, the working day before
    api.advance(now)
    if gone:
        api.terminate("region-1")
    kills, up = one.tick(api, now), len(api.healthy())
    assert up == (0 if gone else 30 - len(kills))
    return len(kills), [gate for _, _, gate in one.log]


def test_where_all_is_well_it_kills():
    assert scene() == (1, [])
    assert BAD.keys() == GATES.keys()


@pytest.mark.parametrize("gate", GATES)
def test_each_gate_refuses_by_itself(gate, monkeypatch):
    assert scene(**BAD[gate]) == (0, [gate])
    if gate != "somebody":  # without which there is nobody
        others = {name: passes for name, passes in GATES.items() if name != gate}
        monkeypatch.setattr(inside, "GATES", others)
        assert scene(**BAD[gate]) == (1, [])


@pytest.mark.parametrize(("first", "second"), [*combinations(GATES, 2)])
def test_the_first_gate_in_order_is_the_one_that_refuses(first, second):
    of_somebody = ("opted in", "application", "whitelist", "exempt", "canary", "serving")
    if second == "somebody" and first in of_somebody:  # nobody is not kept out by them
        first = second
    assert scene(**BAD[first] | BAD[second]) == (0, [first])


def test_the_order_is_the_originals():
    original = ["enabled", "outage", "opted in", "leashed in test", "application", "whitelist", "somebody", "gap", "recorded"]  # fmt: skip
    assert [gate for gate in GATES if gate in original] == original
    assert [*GATES][-1] == "recorded"


@pytest.mark.parametrize("outage", [fails, lambda now: None, lambda now: 0, lambda now: "no"])
def test_a_checker_that_fails_or_mumbles_is_an_outage(outage):
    assert scene(outage=outage) == (0, ["outage"])


def test_nobody_dies_where_nothing_can_be_written_down():
    assert scene(trackers=()) == (0, ["recorded"])
    assert len(monkey(trackers=(), leashed=True).tick(fleet(), LATE)) == 1


@pytest.mark.parametrize(("switch", "no", "gate"), [("opted_in", False, "opted in"), ("enabled", False, "application"), ("whitelisted", True, "whitelist")])  # fmt: skip
@pytest.mark.parametrize("scope", ["instance", "zone"])
def test_one_group_that_says_no_spares_its_whole_application(switch, no, gate, scope):
    groups = [Group("api", **{"opted_in": True, switch: no}), Group("api", stack="b", opted_in=True)]  # fmt: skip
    one = monkey(grouping="app", scope=scope)
    assert one.tick(fleet(*groups), LATE) == [] and one.log[0][2] == gate
    other = Group("api", stack="c", account="test", opted_in=True), Group("web", opted_in=True)
    [kill] = monkey(scope="zone").tick(fleet(*groups, *other), LATE)
    assert {name.partition(".")[0] for name in kill.instances} == {"api-c", "web"}


def test_the_checker_is_told_the_moment():
    asked = []
    scene(outage=lambda now: bool(asked.append(now)))
    assert asked == [LATE]


@pytest.mark.parametrize("detail", ["canary", "baseline", "citrus", "citrusproxy"])
def test_canaries_are_never_killed(detail):
    assert scene(detail=detail) == scene(detail=f"x-{detail}") == (0, ["canary"])
    assert scene(detail=f"{detail}2") == (1, [])


def test_in_test_it_stays_on_its_leash():
    kills, log = monkey(in_test=True, leashed=True).tick(fleet(), LATE), []
    assert len(kills) == 1 and log == []


def test_hours_and_days():
    assert scene(**SATURDAY) == (0, [])  # nothing is even planned
    assert scene(workdays=Workdays(holidays=[MONDAY])) == (0, [])
    early = monkey()
    assert early.tick(fleet(), datetime(2026, 3, 2, 8, 59, tzinfo=UTC)) == [] and not early.log


def test_a_gap_in_working_days():
    """Of every day from Monday the 2nd on: 3 working days apart, with a holiday on the 10th."""
    office = Workdays(holidays=[date(2026, 3, 10)])
    one, api = monkey(min_workdays_between_kills=3, workdays=office), fleet()
    killed = [n for n in range(12) if one.tick(api, LATE + n * DAY)]
    assert [2 + n for n in killed] == [2, 5, 11]
    assert Counter(gate for _, _, gate in one.log) == {"gap": 6}


def test_the_minimum_is_that_of_all_regions():
    api = fleet(Group("api", instances=6, minimum=4, opted_in=True), regions=3, replace_s=1e6)
    one = monkey(most_down_ratio=1.0)
    assert len(one.tick(api, LATE)) == 2 and len(api.healthy()) == 4
    assert [gate for _, _, gate in one.log] == ["minimum"]
    pair = [Group("api", instances=4, opted_in=True), Group("db", instances=4, minimum=4, opted_in=True)]  # fmt: skip
    assert monkey(scope="region").tick(fleet(*pair, regions=2), LATE) == []


def test_a_cap_holds_for_a_day():
    groups = [Group(f"g{n}", opted_in=True) for n in range(5)]
    one, many = monkey(most_instances=3), fleet(*groups)
    assert [len(one.tick(many, LATE + n * DAY)) for n in range(2)] == [3, 3]
    assert [gate for _, _, gate in one.log] == ["cap"] * 4
    gorilla = monkey(scope="zone")
    assert len(gorilla.tick(fleet(regions=3), LATE)) == 1 and len(gorilla.log) == 2
    assert monkey(scope="region", most_regions=0).tick(fleet(regions=3), LATE) == []


def test_the_share_that_is_down_counts_those_who_are_not_back():
    wide = dict(most_down_ratio=0.5, most_instances=100, workdays=OFFICE)
    api = fleet(Group("api", instances=4, opted_in=True), replace_s=1e6)
    one = monkey(**wide)
    assert [len(one.tick(api, LATE + n * DAY)) for n in range(4)] == [1, 1, 0, 0]
    assert [gate for _, _, gate in one.log] == ["share down"] * 2


def test_a_kill_that_is_not_recorded_does_not_count():
    told = []
    one, api = monkey(min_workdays_between_kills=2, trackers=[told.append, fails]), fleet()
    assert (
        one.tick(api, LATE) == []
        and len(told) == 1
        and one.ledger.last == {}
        and one.ledger.today == 0
    )
    one.trackers = (told.append,)
    assert len(one.tick(api, LATE + DAY)) == 1
    assert len(one.tick(api, LATE + 2 * DAY)) == 0


# ── Laws: ten thousand calendars ────────────────────────────────────────────
ZONES = ["UTC", "America/Los_Angeles", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe"]
STARTS = [date(2026, 3, 6), date(2026, 10, 30), date(2024, 2, 26), date(2026, 3, 27), date(2026, 10, 2), date(2025, 12, 29)]  # fmt: skip


def drawn(rng):
    """A fleet, a config and a first day, with clocks that jump and leap days among them."""
    coin = lambda p=0.5: bool(rng.random() < p)
    groups = []
    for n in range(rng.integers(1, 4)):
        instances = int(rng.integers(1, 9))
        detail = ["", "canary", "db"][rng.integers(3)]
        groups.append(Group(f"g{n}", detail=detail, instances=instances, minimum=int(rng.integers(instances + 1)), opted_in=coin(0.8),
                            enabled=coin(0.9), serving=coin(0.9), whitelisted=coin(0.1)))  # fmt: skip
    start_hour = int(rng.integers(0, 24))
    first = STARTS[rng.integers(len(STARTS))]
    office = Workdays(
        zone=ZONES[rng.integers(len(ZONES))], start_hour=start_hour, end_hour=int(rng.integers(start_hour + 1, 25)),
        weekdays=[*rng.permutation(7)[: rng.integers(1, 8)].tolist()], holidays=[first + int(n) * DAY for n in rng.integers(0, 6, 2)],
    )  # fmt: skip
    config = MonkeyConfig(
        enabled=coin(0.95), leashed=coin(0.1), in_test=coin(0.1), scope=["instance", "zone", "region"][rng.integers(3)],
        grouping=["app", "stack", "cluster"][rng.integers(3)], regions_independent=coin(), workdays=office,
        mean_workdays_between_kills=int(rng.integers(1, 3)), min_workdays_between_kills=int(rng.integers(1, 4)),
        exempt=[("*", "region-2", "*", "d*")] if coin(0.3) else [], most_instances=int(rng.integers(1, 4)), most_zones=int(rng.integers(1, 3)),
        most_down_ratio=float(rng.random()),
    )  # fmt: skip
    built = Fleet(groups=groups, regions=int(rng.integers(1, 4)), zones_per_region=int(rng.integers(1, 4)),
                  replace_s=float(rng.choice([60, 40_000, 300_000])))  # fmt: skip
    return built, config, first


def watched(seed):
    """How many kills a week of a drawn monkey had; each is looked at from outside."""
    rng = np.random.default_rng(seed)
    built, config, first = drawn(rng)
    where = {one.name: one for one in built.healthy()}
    outages = {first + int(n) * DAY for n in rng.integers(0, 7, 1)}
    office, zone, told, done, size = config.workdays, ZoneInfo(config.workdays.zone), [], [], len(where)  # fmt: skip
    one = ChaosMonkey(config, np.random.default_rng(seed), lambda now: now.astimezone(zone).date() in outages, [told.append])  # fmt: skip
    for n in range(7):
        day = first + n * DAY
        moments = [at for at, _ in one.plan(built, day)]
        moments = [moments, moments[-1:], []][rng.integers(3)]  # in time, late, after hours
        noise = office.hours(day)[1] + timedelta(minutes=int(rng.integers(0, 60)))
        for now in sorted({*moments, *([noise] if office.day(noise) == day else [])}):
            built.advance(now)
            up, due = {one.name: one for one in built.healthy()}, len(built.due)
            where |= up
            kills = one.tick(built, now)
            assert told == kills and {kill.at for kill in kills} <= {now}
            gone = [where[name] for kill in kills for name in kill.instances]
            left = {one.name for one in built.healthy()}
            assert {one.name for one in gone} <= up.keys()
            if config.leashed:
                assert left == up.keys()
                gone_now = 0
            else:
                assert left == up.keys() - {one.name for one in gone} and not (
                    gone and config.in_test
                )
                for group in {one.group for one in gone}:
                    assert sum(up[name].group == group for name in left) >= group.minimum
                gone_now = len(gone)
            assert not gone or config.enabled
            assert not gone or due + gone_now <= config.most_down_ratio * size + 1e-9
            wall = now.astimezone(zone)
            assert not gone or (wall.weekday() in office.weekdays and wall.date() not in {*office.holidays, *outages})  # fmt: skip
            assert not gone or office.start_hour <= wall.hour < office.end_hour
            for victim in gone:
                group = victim.group
                assert group.opted_in and group.enabled and group.serving and not group.whitelisted
                assert group.detail != "canary"
                assert not (config.exempt and victim.region == "region-2" and group.detail == "db")
            for kill in kills:
                places = {getattr(where[name], {"instance": "name"}.get(config.scope, config.scope)) for name in kill.instances}  # fmt: skip
                assert len(places) == 1
            done += [(wall.date(), kill.unit) for kill in kills]
            told.clear()
            built.check()
    caps = {"instance": config.most_instances, "zone": config.most_zones, "region": 1}
    assert all(count <= caps[config.scope] for count in Counter(day for day, _ in done).values())
    for unit in {unit for _, unit in done}:
        days = [day for day, of in done if of == unit]
        for before, after in pairwise(days):
            walked = sum(office.works(before + (n + 1) * DAY) for n in range((after - before).days))
            assert walked >= config.min_workdays_between_kills
    return len(done)


def test_it_keeps_every_guard():
    """Of 500 drawn fleets, monkeys and calendars, and of 20,000 when thorough."""
    assert sum(watched(seed) for seed in range(cases(500))) > cases(500) / 4


# ── Oracle ──────────────────────────────────────────────────────────────────
def killed_days(seed, days, **config):
    """Which of so many working days had a kill, and the minutes at which it was planned."""
    one, api = monkey(seed, **config), fleet()
    killed, minutes, day = [], [], MONDAY
    for n in range(days):
        for at, _ in one.plan(api, day):
            minutes.append((at - OFFICE.hours(day)[0]) // MINUTE)
            if one.tick(api, at):
                killed.append(n)
        day = OFFICE.nth(day, 1)
    return killed, minutes


def test_kills_are_binomial_their_minute_uniform_their_gaps_geometric():
    """Over 250 working days at a mean of 2: 125 ± 7.91; 360 minutes; gaps of 2 on average."""
    runs = [killed_days(seed, 250, mean_workdays_between_kills=2) for seed in range(20)]
    counts = [len(killed) for killed, _ in runs]
    assert agrees([count - 125 for count in counts])
    assert agrees([(count - 125) ** 2 - 62.5 for count in counts])
    minutes = np.concatenate([minutes for _, minutes in runs])
    assert (minutes.min(), minutes.max()) == (0, 359)
    assert distributions.chisquare(np.bincount(minutes, minlength=360)).pvalue > 1e-3
    gaps = np.concatenate([np.diff(killed) for killed, _ in runs])
    seen = [*np.bincount(gaps)[1:8], (gaps >= 8).sum()]
    expected = [*(len(gaps) * 0.5**n for n in range(1, 8)), len(gaps) * 0.5**7]
    assert distributions.chisquare(seen, expected).pvalue > 1e-3


def test_with_a_larger_gap_the_mean_is_not_kept():
    """eps − 1 + mu: at a mean of 5 and a gap of 3 it is 7."""
    gaps = [np.diff(killed_days(seed, 250, mean_workdays_between_kills=5, min_workdays_between_kills=3)[0]) for seed in range(20)]  # fmt: skip
    assert agrees([row.mean() - 7 for row in gaps]) and min(map(min, gaps)) == 3


def test_a_naive_monkey_keeps_nothing():
    struck, kinds = fleet(Group("api", minimum=30)), Counter()
    naive = NaiveMonkey(struck, np.random.default_rng(1))
    for _ in range(60):
        struck.advance(struck.now + DAY)
        kinds[len(naive.strike())] += 1
        assert len(struck.healthy()) < 30
    assert kinds.keys() == {1, 10, 30} and min(kinds.values()) > 9
    empty = fleet()
    empty.terminate("region-1")
    naive = NaiveMonkey(empty, naive.rng)
    assert [naive.strike() for _ in range(9)] == [[]] * 9


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"enabled": 1}, {"leashed": None}, {"in_test": 0}, {"regions_independent": "no"}, {"scope": "planet"}, {"scope": None}, {"grouping": "name"},
                                   {"mean_workdays_between_kills": 0}, {"min_workdays_between_kills": 0}, {"workdays": None}, {"exempt": "*"}, {"exempt": ["****"]}, {"exempt": [("*", "*", "*")]},
                                   {"exempt": [("*", "*", "*", 1)]}, {"most_instances": -1}, {"most_zones": 0.5}, {"most_regions": None}, {"most_down_ratio": 1.5}], ids=repr)  # fmt: skip
def test_a_config_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        MonkeyConfig(**wrong)


def test_of_what_is_exempt_a_star_alone_is_anything():
    for detail, pattern, killed in (
        ("db[eu]", "db[eu]", 0), ("db?", "db?", 0), ("dbx", "db?", 1), ("dbe", "db[eu]", 1),
        ("dbx", "db*", 0), ("[x]", "[*]", 0),
    ):  # fmt: skip
        group = Group("api", detail=detail, minimum=20, opted_in=True)
        kills = monkey(exempt=[("*", "*", "*", pattern)]).tick(fleet(group), LATE)
        assert len(kills) == killed, (detail, pattern)


def test_a_tracker_that_does_it_itself_leaves_the_monkey_nothing():
    api = fleet()
    one = monkey(trackers=[lambda kill: api.terminate(kill.instances[0])])
    assert one.tick(api, LATE) == [] and len(api.healthy()) == 29
    assert [gate for *_, gate in one.log] == ["recorded"] and one.ledger.today == 0


def test_a_ledger_is_of_one_fleet():
    one, api = monkey(), fleet()
    one.tick(api, LATE)
    with pytest.raises(ValueError, match=r"fleet=.* must be the one that the ledger is about"):
        one.tick(fleet(), LATE + DAY)
    assert len(one.tick(api, LATE + DAY)) == 1


def test_a_tick_that_is_refused_moves_nothing():
    before = datetime(2200, 12, 31, 1, tzinfo=UTC)
    api, one = fleet(start=before), monkey(workdays=Workdays(zone="Asia/Tokyo"))
    api.terminate("region-1a")
    with pytest.raises(ValueError, match=r"2201, 1, 1\) must be of the years"):
        one.tick(api, datetime(2200, 12, 31, 20, tzinfo=UTC))
    assert api.now == before and len(api.healthy()) == 20 and one.ledger.now is None


def test_a_naive_moment_and_a_clock_that_goes_back_are_refused():
    one, api = monkey(), fleet()
    with pytest.raises(ValueError, match=r"now=.* must be a datetime with a time zone"):
        one.tick(api, datetime(2026, 3, 2, 14, 59))
    assert api.now.year == 2024 and len(one.tick(api, LATE)) == 1
    with pytest.raises(ValueError, match=r"now=.* must not be before"):
        one.tick(api, LATE - MINUTE)
    with pytest.raises(ValueError, match=r"now=.* must not be before"):
        one.tick(fleet(), LATE - MINUTE)
    with pytest.raises(ValueError, match=r"now=.* must not be before"):
        monkey().tick(fleet(start=LATE), LATE - MINUTE)
    assert one.tick(api, LATE) == []


@pytest.mark.parametrize("wrong", [{"config": None}, {"rng": 7}, {"outage": lambda: False}, {"trackers": print}, {"trackers": [lambda: None]}, {"ledger": {}}], ids=lambda wrong: next(iter(wrong)))  # fmt: skip
def test_a_monkey_of_nothing_is_refused(wrong):
    with pytest.raises((ValueError, TypeError), match=f"^{next(iter(wrong))}=.* must be"):
        ChaosMonkey(**{"config": MonkeyConfig(), "rng": np.random.default_rng(1)} | wrong)


@pytest.mark.parametrize("wrong", [{"fleet": None}, {"rng": 7}], ids=repr)
def test_a_naive_monkey_of_nothing_is_refused(wrong):
    name = next(iter(wrong))
    with pytest.raises(ValueError, match=f"^{name}=.* must be"):
        NaiveMonkey(**{"fleet": fleet(), "rng": np.random.default_rng(1)} | wrong)
