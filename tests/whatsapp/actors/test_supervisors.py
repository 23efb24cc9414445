"""Supervisors: what they do by hand, a reference in thirty lines, storms, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.whatsapp.actors import storms
from scalemodel.whatsapp.actors.processes import FULL, Clock, Exited, Stop, System
from scalemodel.whatsapp.actors.storms import StormConfig
from scalemodel.whatsapp.actors.supervisors import (
    RESTARTS,
    STRATEGIES,
    Child,
    Intensity,
    StartFailed,
    Supervisor,
    children,
)  # fmt: skip


def polite(me, message):
    """Goes when it is asked to."""
    if isinstance(message, Exited):
        raise Stop(message.reason)


def worker(system, me):
    return system.spawn(polite, link=me, trap_exit=True)


def tree(names="abc", said=None, **changed):
    kids = [Child(id=name, start=worker) for name in names]
    told = (lambda what, id: None) if said is None else (lambda what, id: said.append((what, id)))
    return Supervisor(**{"children": kids, "told": told} | changed)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_child_that_does_not_go_in_time_is_killed():
    system, said = System(Clock()), []
    deaf = lambda system, me: system.spawn(lambda *_: None, link=me, trap_exit=True)
    kids = [Child(id="slow", start=deaf, shutdown_s=2.0), Child(id="cut", start=deaf, shutdown_s=0), Child(id="polite", start=worker)]  # fmt: skip
    top = tree(said=said, children=kids, strategy="one_for_all").start(system)
    slow, cut = children(top)["slow"], children(top)["cut"]
    system.exit(children(top)["polite"], "kill")
    system.run()
    assert cut.exit_reason == "killed" and slow.exit_reason is None and said[3:] == [("shutdown", "cut"), ("shutdown", "slow")]  # fmt: skip
    system.advance(1.9)
    assert slow.exit_reason is None
    system.advance(0.1)
    assert slow.exit_reason == "killed" and [id for what, id in said[5:]] == [
        "slow",
        "cut",
        "polite",
    ]


def test_what_is_not_said_is_as_in_otp():
    rule, child = Intensity(), Child(id="a", start=worker)
    assert (rule.max_restarts, rule.window_s, rule.window) == (1, 5.0, "otp")
    assert (child.restart, child.shutdown_s) == ("permanent", 5.0)
    assert Supervisor().strategy == "one_for_one" and Supervisor().intensity == rule
    rows = [child]
    spec = Supervisor(children=rows)
    rows.clear()
    assert spec.children == (child,)


def test_every_try_counts_also_that_which_fails():
    for failures, lives in ((2, True), (3, False)):
        system, tries = System(Clock()), []

        def start(system, me, tries=tries, failures=failures):
            tries.append(len(tries))
            if 1 <= len(tries) - 1 <= failures:
                raise OSError("port in use")
            return worker(system, me)

        top = tree(
            children=[Child(id="a", start=start)], intensity=Intensity(max_restarts=3)
        ).start(system)
        system.exit(children(top)["a"], "kill")
        system.run()
        assert (top.exit_reason is None) == lives and len(tries) == 4
        assert top.exit_reason in (None, "shutdown")


def test_who_fails_at_first_takes_the_started_ones_down_in_order():
    system, said = System(Clock()), []

    def fails(system, me):
        raise OSError("no")

    spec = tree(said=said, children=[Child(id="a", start=worker), Child(id="b", start=worker), Child(id="c", start=fails)])  # fmt: skip
    boss = system.spawn(polite)
    with pytest.raises(StartFailed, match="c"):
        spec.start(system, boss)
    system.run()
    assert said == [("start", "a"), ("start", "b"), ("shutdown", "b"), ("shutdown", "a")]
    assert boss.exit_reason is None and boss.links is None


def test_a_permanent_supervisor_is_started_again_and_a_transient_one_is_not():
    for kind, back in (("permanent", True), ("transient", False)):
        system = System(Clock())
        below = Child(
            id="below", start=tree("a", intensity=Intensity(max_restarts=0)), restart=kind
        )
        top = tree(children=[below]).start(system)
        system.exit(children(children(top)["below"])["a"], "kill")
        system.run()
        assert (children(top)["below"] is not None) == back and top.exit_reason is None
        system.exit(top, "shutdown")
        system.run()
        assert top.exit_reason == "shutdown" and children(top) == {}


@pytest.mark.parametrize("reason, back", [("normal", False), ("shutdown", False), (("shutdown", "why"), False), (("crash", "shutdown"), True), ("crash", True), (3, True)], ids=str)  # fmt: skip
def test_a_transient_child_comes_back_unless_it_has_ended_in_peace(reason, back):
    system = System(Clock())
    top = tree(children=[Child(id="a", start=worker, restart="transient")]).start(system)
    child = children(top)["a"]
    system.cast(child, Exited(child, reason)), system.run()
    assert child.exit_reason == reason and (children(top)["a"] is not None) == back


def test_a_supervisor_goes_with_its_parent_and_its_children_with_it():
    system, said = System(Clock()), []
    kids = [Child(id="x", start=tree("ab", said), shutdown_s=None), Child(id="c", start=worker)]
    top = tree(said=said, children=kids).start(system)
    system.exit(top, "shutdown")
    system.run()
    assert said[4:] == [("shutdown", "c"), ("shutdown", "x"), ("shutdown", "b"), ("shutdown", "a")]


def test_who_goes_in_time_leaves_no_timer_behind():
    system = System(Clock())
    top = tree(strategy="one_for_all").start(system)
    system.exit(children(top)["a"], "kill")
    system.run()
    assert not [timer for *_, timer in system._timers if timer.target is not None]


def flood(system, process):
    assert [system.cast(process, "noise") for _ in range(3)][-1] == FULL


def test_a_flood_does_not_keep_a_deaf_child_alive():
    """The timer comes to a full mailbox, too: else the supervisor waits for ever."""
    system, said = System(Clock(), most_waiting=2), []
    deaf = lambda system, me: system.spawn(lambda *_: None, link=me, trap_exit=True)
    kids = [Child(id="a", start=worker), Child(id="deaf", start=deaf, shutdown_s=2.0)]
    top = tree(said=said, children=kids, strategy="one_for_all").start(system)
    system.exit(children(top)["a"], "kill")
    system.run()
    flood(system, top)
    system.advance(2.0)
    assert said[2:] == [("shutdown", "deaf"), ("start", "a"), ("start", "deaf")]


def test_a_flood_does_not_swallow_a_second_try():
    system, tries = System(Clock(), most_waiting=2), []

    def start(system, me):
        tries.append(me)
        if len(tries) == 2:
            flood(system, me)
            raise OSError("port in use")
        return worker(system, me)

    top = tree(children=[Child(id="a", start=start)], intensity=Intensity(max_restarts=3)).start(system)  # fmt: skip
    system.exit(children(top)["a"], "kill")
    system.run()
    assert len(tries) == 3 and children(top)["a"].exit_reason is None


def test_a_flood_does_not_leave_half_a_tree():
    system, said = System(Clock(), most_waiting=2), []

    def fails(system, me):
        flood(system, me)
        raise OSError("no")

    with pytest.raises(StartFailed, match="b"):
        tree(said=said, children=[Child(id="a", start=worker), Child(id="b", start=fails)]).start(system)  # fmt: skip
    system.run()
    assert said == [("start", "a"), ("shutdown", "a")]


@pytest.mark.parametrize("given", [None, 3, "supervisor"])
def test_who_starts_something_else_than_a_process_at_a_restart_is_a_failed_start(given):
    system, tries = System(Clock()), []

    def once(system, me):
        tries.append(me)
        return worker(system, me) if len(tries) == 1 else me if given == "supervisor" else given

    kids = [Child(id="a", start=worker), Child(id="b", start=once)]
    top = tree(children=kids, intensity=Intensity(max_restarts=2)).start(system)
    kept, lost = children(top).values()
    system.exit(lost, "kill"), system.run()
    assert len(tries) == 3 and (top.exit_reason, kept.exit_reason) == ("shutdown", "shutdown")


@pytest.mark.parametrize("what", ["start", "shutdown", "give up"])
def test_a_supervisor_that_fails_by_its_own_mistake_leaves_no_child_behind(what):
    system, said, started = System(Clock()), [], []

    def told(heard, id):
        said.append(heard)
        if heard == what and len(said) > 3:
            raise OSError("no ear")

    def stays(me, message):
        if message.reason == "shutdown":
            raise Stop("shutdown")

    def noted(system, me):
        started.append(system.spawn(stays, link=me, trap_exit=True))
        return started[-1]

    kids = [Child(id=name, start=noted) for name in "xy"]
    kids = [kids[0], Child(id="below", start=tree(children=kids)), kids[1]]
    rule = Intensity(max_restarts=0 if what == "give up" else 1)
    top = tree(children=kids, told=told, strategy="one_for_all", intensity=rule).start(system)
    system.exit(children(top)["y"], "kill"), system.run()
    assert top.exit_reason == "OSError: no ear" and said[3:].count(what) == 1
    assert len(started) == 4 + (what == "start")
    assert all(one.exit_reason is not None for one in started)


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.floats(0, 1), st.floats(0, 9), st.integers(1, 6))
def test_the_exact_window_does_not_know_the_phase(phase_s, gap_s, window_s):
    rule = Intensity(max_restarts=1, window_s=window_s, window="exact")
    _, stamps = rule.exceeded([], phase_s)
    if abs(gap_s - window_s) > 1e-9:
        assert rule.exceeded(stamps, phase_s + gap_s)[0] == (gap_s < window_s)


# ── Oracle ──────────────────────────────────────────────────────────────────
class Reference:
    """A supervisor as the manual tells it, at once and by recursion: who is up, and what is said."""

    def __init__(self, spec, said):
        self.name, self.strategy, self.most, rows = spec
        self.said, self.stamps = said, []
        self.kids = [[id, kind, below, None] for id, kind, below in rows]

    def start(self, kids=None):
        for kid in self.kids if kids is None else kids:
            kid[3] = Reference(kid[2], self.said) if kid[2] else True
            if kid[2]:
                kid[3].start()
            self.said.append(("start", kid[0]))

    def stop(self, kids=None):
        for kid in [*reversed(self.kids if kids is None else kids)]:
            if kid[3]:
                self.said.append(("shutdown", kid[0]))
                if kid[2]:
                    kid[3].stop()
            kid[3] = None
            if kid[1] == "temporary":
                self.kids.remove(kid)

    def died(self, kid, reason, now_s):
        """Whether the supervisor gives up."""
        kid[3] = None
        if kid[1] == "temporary":
            self.kids.remove(kid)
        elif kid[1] == "permanent" or (reason != "normal" and reason != "shutdown"):
            self.stamps = [one for one in self.stamps if math.floor(now_s) - one <= 5] + [math.floor(now_s)]  # fmt: skip
            if len(self.stamps) > self.most:
                self.said.append(("give up", self.name))
                self.stop()
                return True
            at = self.kids.index(kid)
            rest = {"one_for_one": [kid], "one_for_all": self.kids[:], "rest_for_one": self.kids[at:]}[self.strategy]  # fmt: skip
            self.stop([one for one in rest if one is not kid])
            self.start([one for one in rest if one in self.kids])
        return False

    def crash(self, path, reason, now_s):
        """The process at the path ends; whether this supervisor gives up."""
        kid = next((one for one in self.kids if one[0] == path[0] and one[3]), None)
        if kid is None:
            return False
        if len(path) > 1:
            return kid[3].crash(path[1:], reason, now_s) and self.died(kid, "shutdown", now_s)
        return self.died(kid, reason, now_s)


def built(spec, said):
    name, strategy, most, rows = spec
    kids = [Child(id=id, restart=kind, shutdown_s=None, start=built(below, said) if below else worker) for id, kind, below in rows]  # fmt: skip
    return Supervisor(name=name, strategy=strategy, children=kids, intensity=Intensity(max_restarts=most), told=lambda what, id: said.append((what, id)))  # fmt: skip


def specs(depth, name="top"):
    """Supervisors of one to four children, some of which are supervisors."""
    ids = [f"{name}.{n}" for n in range(4)]
    row = lambda id: st.tuples(
        st.just(id),
        st.sampled_from(RESTARTS),
        st.none() | specs(depth - 1, id) if depth else st.none(),
    )
    rows = st.integers(1, 4).flatmap(lambda n: st.tuples(*map(row, ids[:n])))
    return st.tuples(st.just(name), st.sampled_from([*STRATEGIES]), st.integers(0, 4), rows)


def up(reference):
    return {kid[0]: up(kid[3]) if kid[2] and kid[3] else bool(kid[3]) for kid in reference.kids}


def up_ours(process, spec):
    below = {id: one for id, _, one in spec[3]}
    return {id: up_ours(one, below[id]) if below[id] and one else bool(one) for id, one in children(process).items()}  # fmt: skip


CRASHES = st.lists(
    st.tuples(
        st.lists(st.integers(0, 3), min_size=1, max_size=3),
        st.sampled_from(["crash", "crash", "normal"]),
        st.floats(0, 4),
    ),
    max_size=10,
)


@given(specs(2), CRASHES)
def test_any_tree_does_what_the_reference_does(spec, crashes):
    clock, said, owed = Clock(), [], []
    system, reference = System(clock), Reference(spec, owed)
    top = built(spec, said).start(system)
    reference.start()
    for places, reason, wait_s in crashes:
        system.advance(wait_s)
        path, process, name = [], top, "top"
        for place in places:
            name = f"{name}.{place}"
            if children(process).get(name) is None:
                break
            path.append(name)
            process = children(process)[name]
            if process.handler is polite:
                break
        if not path or process.handler is not polite:
            continue
        system.cast(process, Exited(process, reason))
        system.run()
        if reference.crash(path, reason, clock.now_s):
            assert top.exit_reason == "shutdown" and children(top) == {}
            break
        assert up_ours(top, spec) == up(reference)
    assert said == owed


def test_two_crashes_share_a_window_as_often_as_the_formula_says():
    for window_s in (1, 3):
        for gap_s in (0.0, 0.8, window_s, window_s + 0.25, window_s + 0.5, window_s + 1.0, window_s + 1.1):  # fmt: skip
            owed = storms.expected_shared_ratio(gap_s, window_s)
            got = storms.shared_ratio(gap_s, window_s, stream(1, "phase"), draws=2000)
            assert abs(got - owed) <= 4 * math.sqrt(owed * (1 - owed) / 2000)
            grid = [math.floor(phase + gap_s) - math.floor(phase) <= window_s for phase in np.linspace(0, 1, 1000, endpoint=False)]  # fmt: skip
            assert abs(np.mean(grid) - owed) < 2e-3


@settings(max_examples=25)
@given(st.sampled_from([0.001, 0.02, 0.1, 0.3, 0.9, 1.4, 2.6, 6.0]), st.integers(1, 4), st.integers(0, 3))  # fmt: skip
def test_a_storm_ends_where_the_formula_says(gap_s, levels, most):
    config = StormConfig(gap_s=gap_s, levels=levels, crashes=300, intensity=Intensity(max_restarts=most, window="exact"))  # fmt: skip
    report, level = storms.simulate(config), storms.contained_at(config)
    if level is None:
        assert report.crashes == (most + 1) ** levels
    else:
        assert report.crashes is None and not any(report.gave_up[level:])
    assert [bool(n) for n in report.gave_up] == [n < (levels if level is None else level) for n in range(levels)]  # fmt: skip


def test_a_gap_that_is_the_window_gives_up():
    for gap_s, most in ((5.0, 1), (2.5, 2)):
        config = StormConfig(gap_s=gap_s, levels=2, intensity=Intensity(max_restarts=most, window="exact"))  # fmt: skip
        assert storms.contained_at(config) == 1 and storms.simulate(config).gave_up[0] > 0
        assert storms.simulate(config).gave_up[1] == 0


def test_the_whole_second_window_gives_up_where_the_exact_one_does_not():
    """Four crashes 1.8 s apart span 5.4 s: more than the window, and less than one second more."""
    rules = {name: Intensity(max_restarts=3, window=name) for name in ("otp", "exact")}
    given_up = {name: storms.simulate(StormConfig(gap_s=1.8, levels=1, intensity=rule, crashes=60)) for name, rule in rules.items()}  # fmt: skip
    assert given_up["exact"].crashes is None and given_up["otp"].crashes is not None
    assert storms.simulate(StormConfig(gap_s=1.8, levels=1, intensity=rules["otp"], phase_s=0.5)).crashes == 4  # fmt: skip
    assert storms.simulate(StormConfig(gap_s=1.8, levels=1, intensity=rules["otp"], phase_s=0.7)).crashes > 4  # fmt: skip


# ── Refusals ────────────────────────────────────────────────────────────────
def test_nobody_is_its_own_supervisor():
    system = System(Clock())
    with pytest.raises(ValueError, match="child 'a' must not be its own supervisor"):
        tree(children=[Child(id="a", start=lambda system, me: me)]).start(system)
    holder = []

    def outer(system, me):
        holder.append(me)
        return tree(children=[Child(id="inner", start=lambda *_: holder[0])]).start(system, me)

    with pytest.raises(StartFailed):
        tree(children=[Child(id="outer", start=outer)]).start(system)
    system.run()
    assert holder[0].exit_reason is not None


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_circle_of_supervisors_is_named(size, linked):
    system, circle = System(Clock()), []

    def start(n):
        return lambda system, me: circle[(n + 1) % size].start(system, *[me] * linked)

    circle += [tree(children=[Child(id="a", start=worker), Child(id=f"next {n}", start=start(n))]) for n in range(size)]  # fmt: skip
    for top in circle:
        with pytest.raises(ValueError, match="child 'a' must be at most 50 supervisors deep") as error:  # fmt: skip
            top.start(system)
        assert error.value.__cause__ is None and system.run() > 50 and system.starting == 0


def deep(levels):
    below = Child(id="worker", start=worker)
    for _ in range(levels - 1):
        below = Child(id="below", start=tree(children=[below]), shutdown_s=None)
    return tree(children=[below])


def test_fifty_supervisors_are_no_circle():
    one = deep(50).start(System(Clock()))
    for _ in range(50):
        (one,) = children(one).values()
    assert one.handler is polite
    with pytest.raises(ValueError, match="child 'worker' must be at most 50 supervisors deep"):
        deep(51).start(System(Clock()))


def test_a_circle_that_closes_at_a_restart_is_given_up():
    system, tries = System(Clock()), []

    def start(system, me):
        tries.append(me)
        return worker(system, me) if len(tries) == 1 else top_tree.start(system, me)

    top_tree = tree(children=[Child(id="a", start=worker), Child(id="b", start=start)])
    top = top_tree.start(system)
    kept, lost = children(top).values()
    system.exit(lost, "kill"), system.run()
    assert (top.exit_reason, kept.exit_reason) == ("shutdown", "shutdown")
    assert len(tries) == 51 and all(one.exit_reason is not None for one in tries)


@pytest.mark.parametrize("wrong", [{"strategy": "all_for_one"}, {"children": "abc"}, {"children": [3]}, {"children": [Child(id="a", start=worker)] * 2}, {"intensity": 3}, {"told": 3}, {"name": ""}], ids=lambda wrong: next(iter(wrong)))  # fmt: skip
def test_a_tree_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must"):
        tree(**wrong)


@pytest.mark.parametrize("wrong", [{"id": ""}, {"start": 3}, {"start": lambda system: None}, {"restart": "always"}, {"shutdown_s": -1}], ids=lambda wrong: next(iter(wrong)))  # fmt: skip
def test_a_child_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must"):
        Child(**{"id": "a", "start": worker} | wrong)


@pytest.mark.parametrize("wrong", [{"max_restarts": -1}, {"window_s": 0}, {"window_s": 1.5}, {"window": "whole"}], ids=lambda wrong: next(iter(wrong)))  # fmt: skip
def test_an_intensity_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must"):
        Intensity(**wrong)
    assert Intensity(window_s=1.5, window="exact").window_s == 1.5


def test_numbers_without_end_are_named():
    for wrong, now_s in (([], math.inf), ([], 10**400), (["a"], 1.0), ([1.0, 10**400], 1.0)):
        for rule in (Intensity(), Intensity(window="exact")):
            with pytest.raises(
                ValueError, match=r"(now_s|stamps\[[01]\])=.* must be a finite number"
            ):
                rule.exceeded(wrong, now_s)
    with pytest.raises(ValueError, match=r"max_restarts=.* must be an integer .* at most"):
        Intensity(max_restarts=10**320, window="exact")
    most = Intensity(max_restarts=10**9, window_s=1e308, window="exact")
    assert storms.contained_at(StormConfig(gap_s=1e6, levels=6, intensity=most)) is None
    for wrong in ({"window_s": 10**400}, {"gap_s": 10**400}, {"gap_s": math.inf}):
        for ratio in (storms.expected_shared_ratio, lambda **of: storms.shared_ratio(**of, rng=stream(1, "phase"))):  # fmt: skip
            with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.* must be"):
                ratio(**{"gap_s": 0, "window_s": 1} | wrong)


def test_a_storm_without_its_config_or_chance_is_named():
    for said, deed in (
        ("config=3 must be a StormConfig", lambda: storms.simulate(3)),
        ("config=3 must be a StormConfig", lambda: storms.contained_at(3)),
        ("rng=3 must be a Generator", lambda: storms.shared_ratio(1.0, 1, 3)),
    ):
        with pytest.raises(ValueError, match=f"^{said}"):
            deed()


def test_who_starts_something_else_than_a_process_is_named():
    system = System(Clock())
    with pytest.raises(ValueError, match="start of 'a'=3 must be a Process"):
        tree(children=[Child(id="a", start=lambda system, me: 3)]).start(system)
    with pytest.raises(ValueError, match="must be the process of a Supervisor"):
        children(system.spawn(polite))
