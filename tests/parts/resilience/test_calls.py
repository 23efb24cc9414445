"""Calls: by hand, a plain model of objects, closed forms over seeds, bad input."""

import heapq
import itertools
import math
from collections import deque
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees, percentile
from scalemodel.parts.resilience import calls as inside
from scalemodel.parts.resilience.breaker import Breaker, BreakerConfig
from scalemodel.parts.resilience.calls import (
    ENDS,
    CallsConfig,
    Trigger,
    calls,
    finish_s,
    hedged_tail_ratio,
    simulate,
)
from scalemodel.parts.resilience.guards import HYSTRIX, Bulkhead, Guards
from scalemodel.parts.resilience.retry import (
    AT_ONCE,
    BudgetConfig,
    Decorrelated,
    Exponential,
    FullJitter,
    RetryBudget,
    attempts_per_request,
)

ONE = CallsConfig(servers=1, services_per_s=1.0, law="constant")  # a server, a second a service


def story(arrival_s, config=ONE, **guards):
    """How each request ended, and when."""
    run = calls(replace(config, guards=Guards(**guards)), arrival_s)
    return [(ENDS[how], at_s) for how, at_s in zip(run.ended, run.end_s.tolist(), strict=True)]


# ── Examples ────────────────────────────────────────────────────────────────
def test_without_guards_it_is_a_queue():
    run = calls(ONE, [0.0, 0.5, 4.0])
    assert run.end_s.tolist() == [1.0, 2.0, 5.0]
    assert run.sent_s.tolist() == [[0.0], [0.5], [4.0]]
    assert (run.events, run.times_opened) == (6, 0)


def test_who_gives_up_leaves_work_behind():
    """The server works for Bo's first try, then for Cy's, and neither waits for it any more."""
    told = story([0.0, 0.5, 0.5], time_out_s=1.375, retries=1)
    assert told == [("good", 1.0), ("timed out", 3.25), ("timed out", 3.25)]
    told = story([0.0, 0.5, 0.5], time_out_s=1.375, retries=1, drops_expired=True)
    assert told == [("good", 1.0), ("good", 3.0), ("timed out", 3.25)]
    told = story([0.0, 0.5, 0.75], time_out_s=1.5, lifo=True)
    assert told == [("good", 1.0), ("timed out", 2.0), ("good", 2.0)]


def test_an_answer_at_the_time_out_is_too_late():
    assert story([0.0], time_out_s=1.0) == [("timed out", 1.0)]
    assert story([0.0], deadline_s=1.0) == [("deadline", 1.0)]


def test_each_guard_refuses_in_its_own_name():
    assert story([0.0, 0.0, 0.0], queue=1)[2] == ("queue", 0.0)
    assert story([0.0, 0.0, 0.0], bulkhead=2)[2] == ("bulkhead", 0.0)
    assert story([0.0, 0.25, 3.0], deadline_s=1.125) == [
        ("good", 1.0),
        ("deadline", 1.375),
        ("good", 4.0),
    ]
    breaker = BreakerConfig(slots=1, minimum_calls=1, open_s=9.0)
    assert story([0.0, 0.5, 2.0], time_out_s=0.75, breaker=breaker) == [
        ("timed out", 0.75), ("timed out", 1.25), ("breaker", 2.0)]  # fmt: skip
    budget = BudgetConfig(earns_ratio=0.0, most_tokens=1)
    assert story([0.0, 0.0], time_out_s=0.5, retries=1, budget=budget) == [
        ("timed out", 1.0), ("budget", 0.5)]  # fmt: skip


def test_a_pause_beyond_the_deadline_is_not_begun():
    pause = Exponential(base_s=1.0, most_s=9.0)
    assert story([0.0], ONE, time_out_s=0.5, retries=3, backoff=pause, deadline_s=1.5) == [
        ("deadline", 0.5)
    ]
    told = story([0.0], ONE, time_out_s=0.5, retries=3, backoff=pause, deadline_s=1.75)
    assert told == [("deadline", 1.75)], "the second try had a quarter of a second"


def test_a_second_copy_wins():
    """At 1 the newest is Ada's own second copy, for nobody; then Cy's, and Bo's."""
    run = calls(replace(ONE, guards=Guards(hedge_s=0.75, lifo=True)), [0.0, 0.25, 0.5])
    assert run.sent_s[1].tolist() == [0.25, 1.0]
    assert run.end_s.tolist() == [1.0, 4.0, 3.0]


def test_servers_slow_down_and_come_back():
    assert [finish_s(now_s, 4.0, 10.0, 20.0, 0.5) for now_s in (0.0, 6.0, 8.0, 12.0, 19.0, 20.0)] == [
        4.0, 10.0, 14.0, 20.0, 23.5, 24.0]  # fmt: skip
    assert [finish_s(now_s, 4.0, 10.0, 20.0, 0.0) for now_s in (6.0, 8.0, 12.0)] == [
        10.0,
        22.0,
        24.0,
    ]


def test_calls_fail_while_a_trigger_lasts():
    config = replace(
        ONE, trigger=Trigger(start_s=2.0, stop_s=4.0, capacity_ratio=1.0, failure_ratio=1.0)
    )
    told = story([0.5, 1.0, 2.5, 3.5], config)
    assert told == [("good", 1.5), ("failed", 2.5), ("failed", 3.5), ("good", 4.5)]


def test_a_report_counts_what_became_of_all():
    config = replace(ONE, arrivals_per_s=2.0, until_s=50.0, guards=Guards(queue=0))
    report, run = simulate(config), calls(config)
    good = run.ended == inside.GOOD
    assert report.ended["good"] == good.sum() and report.ended["queue"] == (~good).sum() > 0
    assert sum(report.ended.values()) == len(run.arrival_s) and "sent" not in report.ended
    assert report.goodput_per_s == good.sum() / 50
    assert (report.p50_latency_s, report.load_ratio) == (pytest.approx(1.0), 1.0)
    patient = replace(config, guards=Guards())  # who waits in a line waits differently long
    report, run = simulate(patient), calls(patient)
    latency_s = run.end_s - run.arrival_s
    assert (run.ended == inside.GOOD).all() and len(latency_s) > 80
    assert (report.p50_latency_s, report.p99_latency_s) == (
        percentile(latency_s, 50),
        percentile(latency_s, 99),
    )
    nobody = simulate(replace(config, failure_ratio=1.0))
    assert (nobody.p50_latency_s, nobody.p99_latency_s, nobody.goodput_per_s) == (
        math.inf,
        math.inf,
        0,
    )


# ── Laws ────────────────────────────────────────────────────────────────────
BUSY = replace(
    CallsConfig(), arrivals_per_s=130.0, until_s=4.0, failure_ratio=0.1,
    trigger=Trigger(start_s=1.0, stop_s=1.5, capacity_ratio=0.25),
    guards=Guards(
        deadline_s=3.0, retries=2, backoff=FullJitter(base_s=0.1, most_s=0.2), budget=BudgetConfig(),
        breaker=BreakerConfig(slots=4, slot_s=0.5), bulkhead=30, time_out_s=0.4, hedge_s=0.2, queue=20,
    ),
)  # fmt: skip


@pytest.mark.parametrize("guards", [BUSY.guards, replace(BUSY.guards, lifo=True, queue=None, backoff=Decorrelated()), Guards()], ids=["all", "lifo", "none"])  # fmt: skip
def test_the_compiled_loop_is_the_one_that_you_read(guards, monkeypatch):
    config = replace(BUSY, guards=guards)
    fast = calls(config)
    monkeypatch.setattr(inside, "loop", SimpleNamespace(native=inside.loop))
    plain = calls(config)
    assert all(np.array_equal(one, other) for one, other in zip(fast, plain, strict=True))


def test_with_a_budget_the_load_is_bounded():
    config = replace(ONE, arrivals_per_s=5.0, until_s=200.0)
    for ratio in (0.0, 0.1, 0.5):
        guards = Guards(time_out_s=0.5, retries=3, budget=BudgetConfig(earns_ratio=ratio))
        run = calls(replace(config, guards=guards))
        requests = len(run.arrival_s)
        sent = np.isfinite(run.sent_s).sum()
        assert requests * (1 + ratio) - 1 <= sent <= requests * (1 + ratio) + 10


def test_guards_share_their_luck():
    one, other = calls(BUSY), calls(replace(BUSY, guards=Guards()))
    assert np.array_equal(one.arrival_s, other.arrival_s)
    assert not np.array_equal(calls(replace(BUSY, seed=1)).arrival_s, one.arrival_s)


# ── Oracle ──────────────────────────────────────────────────────────────────
class Told:
    """The same story, told by objects: a request is a dictionary, a queue a deque."""

    def __init__(self, config, arrival_s):
        self.g, self.t, self.config = config.guards, config.trigger, config
        self.tries = 1 + self.g.retries + (self.g.hedge_s < math.inf)
        size = self.tries * len(arrival_s)
        self.work_s = np.ones(size) / config.services_per_s
        if config.law == "exponential":
            self.work_s = (
                stream(config.seed, "works").standard_exponential(size) / config.services_per_s
            )
        self.fails, self.jitter = (
            stream(config.seed, name).uniform(size=size) for name in ("fails", "jitter")
        )
        self.budget = RetryBudget(self.g.budget) if self.g.budget else None
        self.breaker = Breaker(self.g.breaker) if self.g.breaker else None
        self.bulkhead = Bulkhead(self.g.bulkhead or 10**6)
        self.line, self.busy, self.agenda, self.serial = deque(), 0, [], itertools.count()
        self.requests = [dict(at_s=at_s, number=n, sent=[], out=0, again=0, pause_s=0.0, end=None)
                         for n, at_s in enumerate(arrival_s)]  # fmt: skip
        self.later(arrival_s[0], self.arrives, self.requests[0])
        while self.agenda:
            self.now_s, _, what, whom = heapq.heappop(self.agenda)
            what(whom)
            self.start()

    def later(self, at_s, what, whom):
        heapq.heappush(self.agenda, (at_s, next(self.serial), what, whom))

    def arrives(self, request):
        if self.budget:
            self.budget.earn()
        if self.g.hedge_s < math.inf:
            self.later(self.now_s + self.g.hedge_s, self.hedges, request)
        for following in self.requests[request["number"] + 1 :][:1]:
            self.later(following["at_s"], self.arrives, following)
        self.send(request)

    def hedges(self, request):
        if request["out"]:
            self.send(request)

    def tries_again(self, request):
        if self.budget and not self.budget.may_retry():
            self.ends(request, "budget")
        else:
            self.send(request)

    def send(self, request):
        if self.breaker and not self.breaker.allow(self.now_s):
            return self.ends(request, "breaker")
        if not self.bulkhead.enter():
            self.note(False)
            return self.ends(request, "bulkhead")
        number = request["number"] * self.tries + len(request["sent"])
        request["sent"].append(self.now_s)
        if (
            self.busy == self.config.servers
            and self.g.queue is not None
            and len(self.line) >= self.g.queue
        ):
            self.note(False)
            self.bulkhead.leave()
            return self.ends(request, "queue")
        until_s = min(self.now_s + self.g.time_out_s, request["at_s"] + self.g.deadline_s)
        attempt = dict(request=request, number=number, waits=True, until_s=until_s)
        request["out"] += 1
        self.line.append(attempt)
        if until_s < math.inf:
            self.later(until_s, self.gives_up, attempt)

    def start(self):
        while self.busy < self.config.servers and self.line:
            attempt = self.line.pop() if self.g.lifo else self.line.popleft()
            if self.g.drops_expired and attempt["until_s"] <= self.now_s:
                continue
            self.busy += 1
            self.later(self.done_s(self.work_s[attempt["number"]]), self.served, attempt)

    def done_s(self, work_s):
        at_s = self.now_s
        for until_s, speed in (
            (self.t.start_s, 1.0),
            (self.t.stop_s, self.t.capacity_ratio),
            (math.inf, 1.0),
        ):
            if until_s <= at_s:
                continue
            if speed and at_s + work_s / speed <= until_s:
                return at_s + work_s / speed
            work_s, at_s = work_s - speed * (until_s - at_s), until_s

    def gives_up(self, attempt):
        self.settle(attempt, "timed out")

    def served(self, attempt):
        self.busy -= 1
        bad = (
            self.t.failure_ratio
            if self.t.start_s <= self.now_s < self.t.stop_s
            else self.config.failure_ratio
        )
        self.settle(attempt, "failed" if self.fails[attempt["number"]] < bad else "good")

    def note(self, ok):
        if self.breaker:
            self.breaker.record(self.now_s, ok)

    def settle(self, attempt, how):
        if not attempt["waits"]:
            return
        attempt["waits"], request = False, attempt["request"]
        request["out"] -= 1
        self.bulkhead.leave()
        self.note(how == "good")
        if how == "good":
            if request["end"] is None:
                request["end"] = ("good", self.now_s)
        elif request["end"] is None and request["out"] == 0:
            left_s = request["at_s"] + self.g.deadline_s - self.now_s
            if left_s <= 0:
                return self.ends(request, "deadline")
            if request["again"] == self.g.retries:
                return self.ends(request, how)
            rule = self.g.backoff
            luck = self.jitter[attempt["number"]]
            request["pause_s"] = rule.pause(
                request["again"], request["pause_s"], luck, rule.memory()
            )
            request["again"] += 1
            if request["pause_s"] >= left_s:
                return self.ends(request, "deadline")
            self.later(self.now_s + request["pause_s"], self.tries_again, request)

    def ends(self, request, how):
        if request["end"] is None and request["out"] == 0:
            request["end"] = (how, self.now_s)


MAYBE_S = st.sampled_from([math.inf, 1.0, 2.0, 3.5])
GUARDS = st.builds(
    Guards, deadline_s=st.sampled_from([math.inf, 2.0, 4.0]), retries=st.integers(0, 2),
    backoff=st.sampled_from([AT_ONCE, AT_ONCE, Exponential(base_s=1.0, most_s=2.0), FullJitter(base_s=1.0, most_s=2.0), Decorrelated(base_s=0.5, most_s=2.0)]),
    budget=st.sampled_from([None, None, BudgetConfig(earns_ratio=0.5, most_tokens=1)]),
    breaker=st.sampled_from([None, None, BreakerConfig(slots=2, minimum_calls=2, open_s=2.0), BreakerConfig(slots=2, slot_s=2.0, minimum_calls=1, open_s=1.0, probes=2)]),
    bulkhead=st.sampled_from([None, None, 1, 2]), time_out_s=MAYBE_S, hedge_s=st.sampled_from([math.inf, 0.5, 1.0]),
    queue=st.sampled_from([None, None, 0, 1]), lifo=st.booleans(), drops_expired=st.booleans(),
)  # fmt: skip
TRIGGERS = st.sampled_from([Trigger(), Trigger(start_s=1.0, stop_s=3.0), Trigger(start_s=1.0, stop_s=4.0, capacity_ratio=0.5, failure_ratio=1.0)])  # fmt: skip
ARRIVALS = st.lists(st.sampled_from([0.0, 0.0, 0.5, 1.0, 3.0]), min_size=1, max_size=12).map(
    np.cumsum
)


@given(guards=GUARDS, trigger=TRIGGERS, arrival_s=ARRIVALS, servers=st.integers(1, 2),
       failure_ratio=st.sampled_from([0.0, 0.5]), law=st.sampled_from(["constant", "exponential"]))  # fmt: skip
def test_it_is_the_story_of_objects(guards, trigger, arrival_s, servers, failure_ratio, law):
    config = replace(
        ONE, guards=guards, trigger=trigger, servers=servers, failure_ratio=failure_ratio, law=law
    )
    run, told = calls(config, arrival_s), Told(config, arrival_s)
    assert [ENDS[how] for how in run.ended] == [request["end"][0] for request in told.requests]
    assert np.allclose(run.end_s, [request["end"][1] for request in told.requests], rtol=1e-12)
    for sent_s, request in zip(run.sent_s, told.requests, strict=True):
        assert np.allclose(sent_s[np.isfinite(sent_s)], request["sent"], rtol=1e-12)
    if told.breaker:
        assert run.times_opened == told.breaker.times_opened


def test_three_servers_are_erlangs():
    """Wq = 1.0786516854 at three servers and an offered load of 2.4."""
    config = CallsConfig(arrivals_per_s=2.4, servers=3, services_per_s=1.0, until_s=20_000.0)
    errors = []
    for seed in range(20):
        run = calls(replace(config, seed=seed))
        errors.append((run.end_s - run.arrival_s).mean() - 2.0786516854)
    assert agrees(errors)


@pytest.mark.parametrize("fails", [0.1, 0.5, 0.9])
def test_retries_cost_and_give_what_the_closed_form_says(fails):
    """With servers for everybody: attempts 1.111, 1.875, 3.439; all four fail with f⁴."""
    guards = Guards(retries=3)
    config = CallsConfig(servers=10_000, failure_ratio=fails, guards=guards, until_s=50.0)
    reports = [simulate(replace(config, seed=seed)) for seed in range(20)]
    assert agrees([report.load_ratio - attempts_per_request(fails, 3) for report in reports])
    assert agrees(
        [report.ended["good"] / sum(report.ended.values()) - (1 - fails**4) for report in reports]
    )


def test_a_hedge_after_the_95th_percentile():
    """One call in twenty more, and the share that is slower than the 99th falls as the product."""
    after_s, slow_s = math.log(20), math.log(100)
    config = CallsConfig(arrivals_per_s=100.0, servers=10_000, services_per_s=1.0, until_s=100.0,
                         guards=Guards(hedge_s=after_s))  # fmt: skip
    tail = hedged_tail_ratio(0.01, math.exp(after_s - slow_s))
    assert tail == pytest.approx(0.01 * 0.2)
    runs = [calls(replace(config, seed=seed)) for seed in range(20)]
    assert agrees([np.isfinite(run.sent_s[:, 1]).mean() - 0.05 for run in runs])
    assert agrees([(run.end_s - run.arrival_s > slow_s).mean() - tail for run in runs])


@pytest.mark.parametrize(("law", "spread"), [("exponential", 1.0), ("constant", 0.0), ("lognormal", math.sqrt(math.exp(0.64) - 1))])  # fmt: skip
def test_laws_have_a_mean_of_one_and_their_own_spread(law, spread):
    draws = [inside.LAWS[law](stream(seed, law), 5_000) for seed in range(20)]
    assert agrees([draw.mean() - 1 for draw in draws])
    assert np.mean([draw.std() for draw in draws]) == pytest.approx(spread, rel=0.05)


def test_poisson_moments_have_their_rate():
    config = CallsConfig(arrivals_per_s=3.0, until_s=50.0)
    runs = [calls(replace(config, seed=seed)).arrival_s for seed in range(40)]
    assert agrees([len(moment_s) - 150 for moment_s in runs])
    assert all(moment_s[0] > 0 and 49 < max(run[-1] for run in runs) < 50 for moment_s in runs)
    assert len(calls(CallsConfig(arrivals_per_s=0.001, until_s=0.001)).arrival_s) == 1


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"arrivals_per_s": 0.0}, {"servers": 0}, {"services_per_s": math.inf}, {"law": "uniform"}, {"law": None}, {"failure_ratio": 1.5},
                                   {"guards": None}, {"trigger": 3}, {"until_s": 0.0}, {"until_s": 1e9}, {"seed": -1}], ids=repr)  # fmt: skip
def test_a_config_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        CallsConfig(**wrong)


@pytest.mark.parametrize("wrong", [{"start_s": -1.0}, {"start_s": 3.0, "stop_s": 2.0}, {"capacity_ratio": 1.5}, {"failure_ratio": -0.5}], ids=repr)  # fmt: skip
def test_a_trigger_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{list(wrong)[-1]}=.* must be"):
        Trigger(**wrong)


def test_too_many_attempts_are_refused_before_anything_is_made():
    config = CallsConfig(until_s=200_000.0, guards=replace(HYSTRIX, retries=1))
    with pytest.raises(
        ValueError, match=r"at most 20,000,000 attempts: 1\d,\d{3},\d{3} requests of 2"
    ):
        calls(config)


def test_arrivals_do_not_fall():
    with pytest.raises(ValueError, match=r"arrival_s=.* must not fall"):
        calls(ONE, [0.0, 2.0, 1.0])
    assert len(calls(ONE, [0.0, 1.0, 1.0]).end_s) == 3
