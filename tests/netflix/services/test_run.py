"""A graph of services at work: stories on paper, a story of objects, and the two ways to run it."""

import contextlib
import heapq
import itertools
import math
from collections import Counter, deque
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees, confidence_half_width, percentile
from scalemodel.netflix.services import run as inside
from scalemodel.netflix.services.changes import (
    DEAD,
    GONE,
    SLOWS,
    UP,
    Deploy,
    Down,
    Scale,
    Slow,
    timeline,
)
from scalemodel.netflix.services.graph import ALONE, NODE, Call, Graph, Service, home_page
from scalemodel.netflix.services.loop import CAME, END, ENDED
from scalemodel.netflix.services.run import RunConfig, simulate, trace
from scalemodel.parts.queues import ServersConfig, expected
from scalemodel.parts.resilience.breaker import Breaker, BreakerConfig
from scalemodel.parts.resilience.calls import LAWS
from scalemodel.parts.resilience.guards import UNGUARDED, Bulkhead, Guards
from scalemodel.parts.resilience.retry import (
    AT_ONCE,
    BudgetConfig,
    Decorrelated,
    Exponential,
    FullJitter,
    RetryBudget,
)
from tests.conftest import cases

QUICK = replace(NODE, start_s=1.0, pause_s=0.0)  # an instance is there after a second
DESK = Service(
    name="desk", instances=1, workers=1, mean_ms=1_000.0, law="constant", technology=QUICK
)
DOOR = replace(DESK, name="door", workers=100, mean_ms=1.0)
HOW = (None, "whole", "partly", "failed")


def told(monkeypatch, moments_s, **config):
    """The report of pages that come at these moments."""
    monkeypatch.setattr(inside, "_poisson_s", lambda config: np.array(moments_s, float))
    config = RunConfig(**{"warm_up_s": 0.0, "patience_s": 100.0, **config})
    return simulate(config)


def door_and_desk(guards=UNGUARDED, fallback=False, **desk):
    call = Call(caller="door", callee="desk", guards=guards, fallback=fallback)
    return Graph(services=(DOOR, replace(DESK, **desk)), calls=(call,), entry="door")


def counts(seen):
    return seen.requests, seen.good, seen.degraded, seen.failed


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_page_takes_as_long_as_its_longest_row(monkeypatch):
    rows = [replace(DESK, name=name, mean_ms=ms) for name, ms in (("ann", 200.0), ("bob", 300.0))]
    calls = tuple(Call(caller="door", callee=row.name) for row in rows)
    graph = Graph(services=(DOOR, *rows), calls=calls, entry="door")
    report = told(monkeypatch, [0.0], graph=graph)
    assert report.page.p50_latency_s == pytest.approx(0.301)
    assert report.services["ann"].p50_latency_s == pytest.approx(0.2)
    assert report.events == 4 and report.page == report.services["door"]


def test_a_worker_is_held_until_the_answer_is_there(monkeypatch):
    """One worker at the door: the second page begins when the first has its answer."""
    graph = door_and_desk(workers=9)
    narrow = replace(graph, services=(replace(DOOR, workers=1), graph.services[1]))
    assert told(monkeypatch, [0.0, 0.0], graph=graph).page.p99_latency_s == pytest.approx(1.001)
    report = told(monkeypatch, [0.0, 0.0], graph=narrow)
    assert report.page.p50_latency_s == pytest.approx(1.5 * 1.001)
    assert report.services["desk"].p99_latency_s == pytest.approx(1.0)


def test_who_is_given_up_is_served_and_in_the_way(monkeypatch):
    """The second call is given up at 1.7 and tried again; its coat is served before."""
    graph = door_and_desk(Guards(time_out_s=1.7, retries=1))
    report = told(monkeypatch, [0.0, 0.0], graph=graph)
    # desk: 0-1 page one; 1-2 a coat of page two, given up at 1.7; 2-3 its second try
    assert counts(report.page) == (2, 2, 0, 0)
    assert report.page.p99_latency_s == pytest.approx(3.001, abs=0.03)
    assert report.services["desk"].calls == 3


def test_a_fallback_makes_a_page_of_a_call_that_fails(monkeypatch):
    guards = Guards(time_out_s=0.5)
    hard = told(monkeypatch, [0.0], graph=door_and_desk(guards))
    soft = told(monkeypatch, [0.0], graph=door_and_desk(guards, fallback=True))
    assert (counts(hard.page), counts(soft.page)) == ((1, 0, 0, 1), (1, 0, 1, 0))
    assert counts(hard.services["desk"]) == counts(soft.services["desk"]) == (1, 0, 0, 1)
    assert soft.page.p50_latency_s == pytest.approx(0.501) and hard.page.p50_latency_s == math.inf
    assert (soft.rows["desk"].fallback, hard.rows["desk"].failed) == (1, 1)
    assert (soft.page.availability_ratio, hard.page.availability_ratio) == (1.0, 0.0)


def test_who_waits_longer_than_patience_sees_nothing(monkeypatch):
    report = told(monkeypatch, [0.0, 0.0, 0.0], graph=door_and_desk(), patience_s=2.5)
    row = report.rows["desk"]
    assert (row.live, row.fallback, row.failed, row.hangs) == (2, 0, 0, 1)
    assert counts(report.page) == (3, 2, 0, 1)


def test_a_full_line_refuses_and_nobody_tries_again(monkeypatch):
    graph = door_and_desk(Guards(retries=3), queue=1, fallback=True)
    report = told(monkeypatch, [0.0, 0.0, 0.0], graph=graph)
    assert counts(report.services["desk"]) == (3, 2, 0, 1) and report.services["desk"].calls == 3
    assert report.rows["desk"].fallback == 1


def test_a_bulkhead_keeps_the_third_out(monkeypatch):
    graph = door_and_desk(Guards(bulkhead=2), fallback=True)
    report = told(monkeypatch, [0.0, 0.0, 0.0, 2.5], graph=graph)
    assert (report.rows["desk"].live, report.rows["desk"].fallback) == (3, 1)
    assert report.services["desk"].calls == 3


def test_a_breaker_opens_after_two_and_probes_later(monkeypatch):
    breaker = BreakerConfig(slots=2, minimum_calls=2, open_s=3.0)
    graph = door_and_desk(Guards(breaker=breaker, time_out_s=0.5), fallback=True)
    slow = (Slow(service="desk", factor=0.1, at_s=4.0),)  # then it is quick
    moments_s = [0.0, 0.0, 1.0, 3.4, 4.1, 5.0]
    report = told(monkeypatch, moments_s, graph=graph, changes=slow)
    assert report.services["desk"].calls == 4  # two, and not those at 1.0 and 3.4
    assert (report.rows["desk"].live, report.rows["desk"].fallback) == (2, 4)


def test_a_breaker_counts_who_finds_no_place_as_failed(monkeypatch):
    """One is served; two find all places taken, and so the fourth is not let out."""
    breaker = BreakerConfig(slots=2, minimum_calls=2, open_s=9.0)
    for walls, desk in (({"bulkhead": 1}, {}), ({}, {"queue": 0})):
        graph = door_and_desk(Guards(breaker=breaker, **walls), fallback=True, **desk)
        report = told(monkeypatch, [0.0, 0.1, 0.2, 3.0], graph=graph)
        assert (report.rows["desk"].live, report.rows["desk"].fallback) == (1, 3)


def test_first_tries_pay_for_second_ones(monkeypatch):
    """A purse of one token, and half a token a page: pages one and three try again."""
    guards = Guards(retries=3, budget=BudgetConfig(earns_ratio=0.5, most_tokens=1))
    graph = door_and_desk(guards, mean_ms=1.0, failure_ratio=1.0)
    assert told(monkeypatch, [0.0, 1.0, 2.0, 3.0], graph=graph).services["desk"].calls == 6


def test_the_dead_refuse_at_once_and_who_is_inside_is_lost_at_the_end_of_the_work(monkeypatch):
    down = (Down(service="desk", at_s=0.5, noticed_s=3.0),)
    for at_s, takes_s in ((0.0, 1.001), (0.6, 0.001), (3.6, 0.001)):
        report = told(monkeypatch, [at_s], graph=door_and_desk(fallback=True), changes=down)
        assert report.rows["desk"].fallback == 1
        assert report.page.p50_latency_s == pytest.approx(takes_s)


def test_all_who_wait_may_begin_at_one_moment():
    """870 more workers come at once: more events than the calendar was made for."""
    crowd = Service(name="crowd", instances=1, workers=870, mean_ms=1e4, technology=QUICK)
    graph = Graph(services=(crowd,), calls=(), entry="crowd")
    scale = (Scale(service="crowd", at_s=2.0, instances=2),)
    config = RunConfig(graph=graph, arrivals_per_s=1_000.0, until_s=4.0, warm_up_s=0.0, changes=scale)  # fmt: skip
    assert simulate(config).page.requests > 2 * 870


def test_a_dead_instance_fails_its_calls_until_somebody_has_noticed(monkeypatch):
    """Down from 1 to 4, gone until 5: who was inside is lost, who comes is refused."""
    down = (Down(service="desk", at_s=1.0, noticed_s=3.0),)
    moments_s = [0.5, 2.0, 4.5, 6.0]
    report = told(monkeypatch, moments_s, graph=door_and_desk(), changes=down)
    assert counts(report.page) == (4, 1, 0, 3)
    assert report.page.p50_latency_s == pytest.approx(1.001)
    tried = door_and_desk(Guards(retries=1, backoff=Exponential(base_s=3.6, most_s=3.6)))
    report = told(monkeypatch, moments_s, graph=tried, changes=down)
    assert counts(report.page) == (4, 4, 0, 0)  # a try again finds the new one


def test_one_of_two_instances_is_replaced_while_the_other_works(monkeypatch):
    graph = door_and_desk(instances=2)
    deploy = (Deploy(service="desk", at_s=0.5),)  # 0.5 to 1.5 the one, then the other
    report = told(monkeypatch, [0.0, 0.0, 0.6, 1.6, 1.6], graph=graph, changes=deploy)
    assert counts(report.page) == (5, 5, 0, 0)
    # at 0.6 one works; whoever it serves ends by 1.0 + 1.0
    assert report.page.p99_latency_s < 2.5


def test_new_instances_come_when_they_have_started(monkeypatch):
    scale = (Scale(service="desk", at_s=0.2, instances=3),)
    moments_s = [0.0, 0.0, 0.0]
    graph = door_and_desk()
    assert told(monkeypatch, moments_s, graph=graph).page.p99_latency_s == pytest.approx(3.0, abs=0.03)  # fmt: skip
    report = told(monkeypatch, moments_s, graph=graph, changes=scale)
    assert report.page.p99_latency_s == pytest.approx(2.2, abs=0.02)  # two begin at 1.2
    less = (Scale(service="desk", at_s=0.2, instances=1),)
    report = told(monkeypatch, moments_s, graph=door_and_desk(instances=3), changes=less)
    assert report.page.p99_latency_s == pytest.approx(1.001)  # who is inside is served


def test_an_instance_that_pauses_does_nothing_meanwhile(monkeypatch):
    """Host 0 pauses from 0 to 0.5 of every 2 s."""
    pausing = replace(QUICK, pause_every_s=2.0, pause_s=0.5)
    graph = Graph(services=(replace(DESK, technology=pausing, workers=9),), calls=(), entry="desk")
    for at_s, takes_s in ((0.0, 1.5), (0.25, 1.25), (0.75, 1.0), (1.0, 1.5), (1.5, 1.5)):
        report = told(monkeypatch, [at_s], graph=graph)
        assert report.page.p50_latency_s == pytest.approx(takes_s), at_s


def test_an_interval_is_that_of_batches():
    report = simulate(RunConfig(graph=home_page(), changes=(Down(zone=1, at_s=20, noticed_s=5),)))
    page = report.page
    assert 0 < page.half_width_ratio < 0.2 and 0.8 < page.availability_ratio < 1
    assert page.requests == page.good + page.degraded + page.failed
    assert page.availability_ratio == pytest.approx((page.good + page.degraded) / page.requests)


def test_nobody_came_in_time_to_be_counted(monkeypatch):
    report = told(monkeypatch, [0.0], graph=door_and_desk(), warm_up_s=1.0)
    assert report.page.requests == 0 and math.isnan(report.page.availability_ratio)
    assert (report.page.half_width_ratio, report.page.p50_latency_s) == (math.inf, math.inf)


def test_walls_keep_a_slow_service_from_the_others():
    """The chapter's picture: without guards nobody sees anything, with them one row is plain."""
    slow = (Slow(service="billing"),)
    open_plan = simulate(RunConfig(arrivals_per_s=200.0, changes=slow))
    walls = simulate(RunConfig(graph=home_page(ALONE), arrivals_per_s=200.0, changes=slow))
    assert max(seen.availability_ratio for seen in open_plan.services.values()) < 0.05
    others = [seen.availability_ratio for name, seen in walls.services.items() if name != "billing"]
    assert min(others) > 0.99 and walls.services["billing"].availability_ratio < 0.05


# ── Laws ────────────────────────────────────────────────────────────────────
def test_guards_share_their_luck():
    bare, guarded = (simulate(RunConfig(graph=home_page(guards), until_s=20.0)) for guards in (UNGUARDED, Guards(retries=2)))  # fmt: skip
    assert replace(bare, events=0) == replace(guarded, events=0)
    assert simulate(RunConfig(until_s=20.0, seed=1)).page != bare.page


def test_no_name_steers_the_luck():
    """One is called as the gaps between pages are, another as the way to a third is written."""
    names = ("arrivals", "b", "b 0 c", "c")
    services = tuple(Service(name=name, workers=1_000) for name in names)
    calls = tuple(Call(caller=caller, callee=callee)
                  for caller, callee in (("arrivals", "b"), ("arrivals", "b 0 c"), ("b", "c")))  # fmt: skip
    graph = Graph(services=services, calls=calls, entry="arrivals")
    run = trace(RunConfig(graph=graph, until_s=20.0))
    came_s, end_s = (run.times_s[:, n].reshape(-1, len(names)) for n in (CAME, END))
    door_s = came_s[:, 1] - came_s[:, 0]  # then it calls
    works_s = np.array([door_s[1:], *(end_s - came_s)[1:, 2:].T, np.diff(run.arrival_s)])
    assert np.abs(np.corrcoef(works_s) - np.eye(4)).max() < 0.15


@pytest.mark.parametrize("guards", [UNGUARDED, ALONE], ids=["bare", "alone"])
def test_the_compiled_loop_is_the_one_that_you_read(guards, monkeypatch):
    changes = (
        Slow(service="billing", at_s=0.3, until_s=0.6), Down(service="content", at_s=0.7, noticed_s=0.1),
        Scale(service="user", at_s=0.2, instances=5), Deploy(service="analytics", at_s=0.1),
    )  # fmt: skip
    engine = inside.engine
    config = RunConfig(
        graph=home_page(guards), until_s=1.5, warm_up_s=0.0, arrivals_per_s=150.0, changes=changes
    )
    fast, real, filled = simulate(config), engine.loop, []

    def noting(run):
        def noted(*arguments):
            seen = run(*arguments)
            filled.append([np.array(row) for row in arguments[-3:]])
            return seen

        return SimpleNamespace(native=noted)

    for run in (real.native, real):
        monkeypatch.setattr(engine, "loop", noting(run))
        assert simulate(config) == fast
    assert all(np.array_equal(one, other) for one, other in zip(*filled, strict=True))


# ── Oracle ──────────────────────────────────────────────────────────────────
class Told:
    """The same story, told by objects: a job is a dictionary, a line a deque."""

    def __init__(self, config):
        self.config, self.graph = config, config.graph
        self.moments_s = inside._poisson_s(config)
        self.agenda, self.serial, self.luck, self.jobs = [], itertools.count(), {}, {}
        self.rooms = {}
        self.most = int(max(2 + timeline(self.graph, config.changes)[:, 2].max(initial=-1) - 1, *(s.instances for s in self.graph.services)))  # fmt: skip
        for service in self.graph.services:
            hosts = [dict(state=UP if n < service.instances else GONE, inside=set()) for n in range(self.most)]  # fmt: skip
            self.rooms[service.name] = dict(service=service, line=deque(), hosts=hosts, slow=1.0)
        self.edges = [
            dict(
                call=call, budget=call.guards.budget and RetryBudget(call.guards.budget),
                breaker=call.guards.breaker and Breaker(call.guards.breaker),
                bulkhead=Bulkhead(call.guards.bulkhead or 10**9),
            )
            for call in self.graph.calls
        ]  # fmt: skip
        for at_s, service, instance, value in timeline(self.graph, config.changes):
            what = (self.graph.services[int(service)].name, int(instance), value)
            self.later(at_s, self.changes, what)
        self.pages = [self.job(self.graph.entry, number, (self.graph.entry,), None)
                      for number in range(len(self.moments_s))]  # fmt: skip
        for page, at_s in zip(self.pages, self.moments_s, strict=True):
            self.later(at_s, self.enter, page)
        self.calls = Counter()
        while self.agenda:
            self.now_s, _, what, whom = heapq.heappop(self.agenda)
            what(whom)

    def later(self, at_s, what, whom):
        heapq.heappush(self.agenda, (at_s, next(self.serial), what, whom))

    def job(self, name, page, path, call):
        if path not in self.luck:
            many, service = len(self.moments_s), self.graph.service(name)
            works, luck = (
                stream(self.config.seed, f"{what} {path!r}") for what in ("works", "luck")
            )
            works_s = LAWS[service.law](works, many) * service.mean_ms / 1e3
            self.luck[path] = works_s, luck.uniform(size=(many, 3))
        work_s, luck = (rows[page] for rows in self.luck[path])
        self.jobs[page, path] = job = dict(
            name=name, page=page, path=path, call=call, work_s=work_s, luck=luck, lost=False,
            lacks="whole", calls=[], ended=None, waits=False,
        )  # fmt: skip
        return job

    def enter(self, job):
        """Whether it stands in line; if not, whether it was refused or met a dead instance."""
        room = self.rooms[job["name"]]
        self.calls[job["name"]] += 1
        job["came_s"] = self.now_s
        known = [host for host in room["hosts"] if host["state"] != GONE]
        met = known[int(job["luck"][0] * len(known))] if known else None
        if met is None or met["state"] == DEAD:
            job["ended"], job["end_s"] = "failed", self.now_s
            return "dead"
        places = room["service"].queue
        if places is not None and not self.free(room) and len(room["line"]) >= places:
            job["ended"], job["end_s"] = "failed", self.now_s
            return "refused"
        room["line"].append(job)
        self.start(room)
        return "in"

    def free(self, room):
        most = room["service"].workers
        return [n for n, host in enumerate(room["hosts"]) if host["state"] == UP and len(host["inside"]) < most]  # fmt: skip

    def start(self, room):
        while room["line"] and self.free(room):
            job = room["line"].popleft()
            first = int(job["luck"][0] * self.most)
            number = min(self.free(room), key=lambda n: (n - first) % self.most)
            job["host"] = room["hosts"][number]
            job["host"]["inside"].add((job["page"], job["path"]))
            job["host"].setdefault("jobs", []).append(job)
            technology, work_s = room["service"].technology, job["work_s"] * room["slow"]
            at_s = self.now_s
            every_s, shift_s = technology.pause_every_s, 0.618 * number * technology.pause_every_s
            for pause in itertools.count(int((at_s + shift_s) // every_s)):
                begins_s = pause * every_s - shift_s
                if technology.pause_s == 0 or at_s + work_s < begins_s:
                    break
                work_s -= max(0.0, begins_s - at_s)
                at_s = max(at_s, begins_s + technology.pause_s)
            self.later(at_s + work_s, self.worked, job)

    def worked(self, job):
        if job["luck"][1] < self.rooms[job["name"]]["service"].failure_ratio:
            job["lacks"] = "failed"
            return self.finish(job)
        edges = [edge for edge in self.edges if edge["call"].caller == job["name"]]
        job["calls"] = [dict(edge=edge, by=job, copies=0, told=None, used=None, pause_s=0.0) for edge in edges]  # fmt: skip
        for call in job["calls"]:
            self.send(call, quiet=True)
        if all(call["told"] for call in job["calls"]):
            self.finish(job)

    def send(self, call, quiet=False):
        edge, by = call["edge"], call["by"]
        if call["copies"] == 0 and edge["budget"]:
            edge["budget"].earn()
        if edge["breaker"] and not edge["breaker"].allow(self.now_s):
            return self.settle(call, "failed", quiet)
        if not edge["bulkhead"].enter():
            self.note(edge, False)
            return self.settle(call, "failed", quiet)
        callee = edge["call"].callee
        job = self.job(callee, by["page"], (*by["path"], call["copies"], callee), call)
        entered = self.enter(job)
        if entered == "refused":
            edge["bulkhead"].leave()
            self.note(edge, False)
            return self.settle(call, "failed", quiet)
        call["copies"] += 1
        job["waits"] = True
        after_s = 0.0 if entered == "dead" else edge["call"].guards.time_out_s
        if after_s < math.inf:
            self.later(self.now_s + after_s, lambda job: self.heard(job, "failed"), job)

    def again(self, call):
        self.send(call)

    def note(self, edge, ok):
        if edge["breaker"]:
            edge["breaker"].record(self.now_s, ok)

    def settle(self, call, how, quiet=False):
        call["told"] = how
        worst = "partly" if how == "failed" and call["edge"]["call"].fallback else how
        by = call["by"]
        by["lacks"] = max(by["lacks"], worst, key=["whole", "partly", "failed"].index)
        if not quiet and all(call["told"] for call in by["calls"]):
            self.finish(by)

    def heard(self, job, how):
        if not job["waits"]:
            return
        job["waits"], call = False, job["call"]
        edge = call["edge"]
        edge["bulkhead"].leave()
        self.note(edge, how != "failed")
        guards = edge["call"].guards
        if how != "failed":
            call["used"] = job
        elif call["copies"] <= guards.retries and (
            not edge["budget"] or edge["budget"].may_retry()
        ):
            luck, memory = job["luck"][2], guards.backoff.memory()
            call["pause_s"] = guards.backoff.pause(
                call["copies"] - 1, call["pause_s"], luck, memory
            )
            return self.later(self.now_s + call["pause_s"], self.again, call)
        self.settle(call, how)

    def finish(self, job):
        job["ended"], job["end_s"] = "failed" if job["lost"] else job["lacks"], self.now_s
        job["host"]["inside"].discard((job["page"], job["path"]))
        self.heard(job, job["ended"])
        self.start(self.rooms[job["name"]])

    def changes(self, what):
        name, instance, value = what
        room = self.rooms[name]
        if instance == SLOWS:
            room["slow"] = value
            return
        host = room["hosts"][instance]
        if value == DEAD and host["state"] != DEAD:
            for job in host.get("jobs", []):
                job["lost"] = True
        if value != GONE and value != host["state"]:  # somebody new, and all workers free
            host = room["hosts"][instance] = dict(state=value, inside=set())
        host["state"] = value
        self.start(room)

    def report(self):
        """Of each service how many answers got to the viewer whole or partly, and rows."""
        found, rows = Counter(), Counter()
        for page, at_s in zip(self.pages, self.moments_s, strict=True):
            if at_s < self.config.warm_up_s:
                continue
            late = page["end_s"] - at_s > self.config.patience_s
            shown = not late and page["ended"] != "failed"
            stack = [page] if shown else []
            for edge in (edge["call"] for edge in self.edges if edge["call"].caller == self.graph.entry):  # fmt: skip
                used = [call["used"] for call in page["calls"] if call["edge"]["call"] is edge]
                word = "live" if used and used[0] else "fallback"
                rows[edge.callee, "hangs" if late else word if shown else "failed"] += 1
            while stack:
                job = stack.pop()
                found[job["name"], job["ended"]] += 1
                stack += [call["used"] for call in job["calls"] if call["used"]]
        return found, rows


def compared(config):
    report, story, run = simulate(config), Told(config), trace(config)
    places = {path: place for place, path in enumerate(inside._tree(config.graph)[2])}
    times_s, ended = np.full_like(run.times_s, math.inf), np.zeros(len(run.notes), int)
    for (page, path), job in story.jobs.items():
        number = page * len(places) + places[path]
        times_s[number] = job["came_s"], job.get("end_s", math.inf)
        ended[number] = HOW.index(job["ended"])
    came = np.isfinite(run.times_s[:, CAME])
    assert (np.isfinite(times_s[:, CAME]) == came).all()
    assert np.allclose(times_s[came], run.times_s[came], rtol=0, atol=1e-9)
    assert (ended[came] == run.notes[came, ENDED]).all()
    found, rows = story.report()
    for name, seen in report.services.items():
        assert (seen.good, seen.degraded) == (found[name, "whole"], found[name, "partly"]), name
    for name, row in report.rows.items():
        words = ("live", "fallback", "failed", "hangs")
        assert [getattr(row, word) for word in words] == [rows[name, word] for word in words], name
    if config.warm_up_s == 0:
        assert {name: seen.calls for name, seen in report.services.items()} == {name: story.calls[name] for name in report.services}  # fmt: skip
    taken = [page["end_s"] - at_s for page, at_s in zip(story.pages, story.moments_s, strict=True)
             if at_s >= config.warm_up_s and page["ended"] != "failed" and page["end_s"] - at_s <= config.patience_s]  # fmt: skip
    if taken:
        assert report.page.p50_latency_s == pytest.approx(percentile(taken, 50), rel=1e-9)
        assert report.page.p99_latency_s == pytest.approx(percentile(taken, 99), rel=1e-9)
    return report


GUARDS = st.builds(
    Guards, retries=st.sampled_from([1, 2, 0]), time_out_s=st.sampled_from([0.05, 0.2, math.inf]),
    backoff=st.sampled_from([AT_ONCE, Exponential(base_s=0.05), FullJitter(base_s=0.1), Decorrelated(base_s=0.02)]),
    budget=st.sampled_from([BudgetConfig(earns_ratio=0.5, most_tokens=1), BudgetConfig(earns_ratio=0.1, most_tokens=3), None]),
    breaker=st.sampled_from([BreakerConfig(slots=4, minimum_calls=3, open_s=0.2), BreakerConfig(slots=4, slot_s=0.1, minimum_calls=2, open_s=0.1, probes=2), None, None]),
    bulkhead=st.sampled_from([1, 3, None, None]),
)  # fmt: skip
SERVICES = st.builds(
    Service, name=st.just("any"), instances=st.integers(1, 3), workers=st.integers(1, 3), mean_ms=st.sampled_from([5.0, 40.0]),
    failure_ratio=st.sampled_from([0.0, 0.3]), queue=st.sampled_from([None, 0, 2]), zones=st.integers(1, 3),
    technology=st.sampled_from([replace(QUICK, start_s=0.1), replace(QUICK, start_s=0.2, pause_every_s=0.3, pause_s=0.05)]),
)  # fmt: skip
NAMES = ("gate", "ann", "bob", "eve")
PAIRS = (("gate", "ann"), ("gate", "bob"), ("ann", "eve"), ("bob", "eve"))
CHANGES = st.lists(st.sampled_from([
    Slow(service="eve", at_s=0.1, until_s=0.6, factor=10.0), Slow(service="ann", at_s=0.3, factor=3.0),
    Down(service="bob", at_s=0.2, noticed_s=0.2), Down(zone=0, at_s=0.4, noticed_s=0.05), Down(at_s=0.5, noticed_s=0.0),
    Down(service="eve", at_s=0.1, noticed_s=0.1), Scale(service="eve", at_s=0.2, instances=4), Scale(service="ann", at_s=0.35, instances=1),
    Deploy(service="gate", at_s=0.15), Deploy(service="ann", at_s=0.3),
]), max_size=4)  # fmt: skip


def fitting(graph, changes):
    """Those that one timetable can hold."""
    kept = ()
    for change in changes:
        with contextlib.suppress(ValueError):
            timeline(graph, (*kept, change))
            kept += (change,)
    return kept


@settings(max_examples=cases(150))
@given(services=st.tuples(*[SERVICES] * 4), guards=st.tuples(*[GUARDS] * 4), fallbacks=st.tuples(*[st.booleans()] * 4),
       changes=CHANGES, seed=st.integers(0, 9), warm_up_s=st.sampled_from([0.0, 0.3]), rate=st.sampled_from([30.0, 80.0]))  # fmt: skip
def test_it_is_the_story_of_objects(services, guards, fallbacks, changes, seed, warm_up_s, rate):
    services = tuple(replace(one, name=name) for one, name in zip(services, NAMES, strict=True))
    calls = tuple(Call(caller=caller, callee=callee, guards=guard, fallback=fallback)
                  for (caller, callee), guard, fallback in zip(PAIRS, guards, fallbacks, strict=True))  # fmt: skip
    graph = Graph(services=services, calls=calls, entry="gate")
    compared(RunConfig(graph=graph, arrivals_per_s=rate, until_s=0.8, warm_up_s=warm_up_s, patience_s=0.3, changes=fitting(graph, changes), seed=seed))  # fmt: skip


def test_a_home_page_is_the_story_of_objects():
    changes = (Slow(service="billing", at_s=1.0), Down(zone=2, at_s=2.0, noticed_s=0.5))
    for guards in (UNGUARDED, ALONE):
        report = compared(RunConfig(graph=home_page(guards), until_s=4.0, warm_up_s=0.0, changes=changes))  # fmt: skip
    assert report.services["billing"].failed > 100


def test_a_line_is_erlangs():
    """One service, Poisson and exponential: the mean wait is not reported, its percentile is."""
    one = Service(name="one", instances=3, workers=1, mean_ms=1_000.0)
    graph = Graph(services=(one,), calls=(), entry="one")
    config = RunConfig(graph=graph, arrivals_per_s=2.4, until_s=4_000.0, warm_up_s=100.0, patience_s=1.0)  # fmt: skip
    law = expected(ServersConfig(arrivals_per_s=2.4, services_per_s=1.0, servers=3))
    waits, drains = law.waits_ratio, 3 - 2.4
    # sojourn > t: e^-t (1 - C) + C (drains e^-t - e^-(drains t)) / (drains - 1)
    t = config.patience_s
    late = (1 - waits) * math.exp(-t) + waits * (drains * math.exp(-t) - math.exp(-drains * t)) / (drains - 1)  # fmt: skip
    errors = [simulate(replace(config, seed=seed)).page.availability_ratio - (1 - late) for seed in range(20)]  # fmt: skip
    assert agrees(errors)


def test_the_interval_covers_as_often_as_it_says():
    """Twenty batches of pages that fail each for itself: about 95 of 100 intervals have the truth."""
    one = Service(name="one", instances=1, workers=1_000, failure_ratio=0.1)
    graph = Graph(services=(one,), calls=(), entry="one")
    seen = [simulate(RunConfig(graph=graph, until_s=20.0, warm_up_s=0.0, seed=seed)).page for seed in range(100)]  # fmt: skip
    covered = sum(abs(page.availability_ratio - 0.9) <= page.half_width_ratio for page in seen)
    assert 88 <= covered <= 99
    rng = np.random.default_rng(0)
    width = confidence_half_width(rng.binomial(100, 0.9, 20) / 100)
    assert np.mean([page.half_width_ratio for page in seen]) == pytest.approx(width, rel=0.4)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"graph": None}, {"arrivals_per_s": 0.0}, {"until_s": 0.0}, {"until_s": 1e9}, {"warm_up_s": -1.0}, {"warm_up_s": 60.0},
                                   {"patience_s": 0.0}, {"changes": [Slow(service="user")]}, {"seed": -1}], ids=repr)  # fmt: skip
def test_a_config_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        RunConfig(**wrong)


def test_a_change_of_nothing_is_named():
    with pytest.raises(ValueError, match=r"changes\[0\] names service='biling'; it must be one of gateway, user"):  # fmt: skip
        RunConfig(changes=(Slow(service="biling"),))
    with pytest.raises(ValueError, match=r"changes\[1\]=3 must be"):
        RunConfig(changes=(Slow(service="billing"), 3))


def test_more_than_a_machine_holds_is_refused_before_anything_is_made():
    with pytest.raises(ValueError, match=r"must allow at most 20,000,000 jobs: 2,\d{3},\d{3} pages of 10"):  # fmt: skip
        simulate(RunConfig(until_s=20_500.0))
    with pytest.raises(ValueError, match=r"graph=.* must have at most 5,000 jobs"):
        simulate(RunConfig(graph=tower(7)))


def tower(levels):
    services = tuple(Service(name=f"s{n}") for n in range(levels))
    calls = tuple(Call(caller=f"s{n}", callee=f"s{n + 1}", guards=Guards(retries=3)) for n in range(levels - 1))  # fmt: skip
    return Graph(services=services, calls=calls, entry="s0")
