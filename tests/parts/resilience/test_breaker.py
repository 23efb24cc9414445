"""The breaker: scripted calls, a model of lists, the presets' own numbers, bad input."""

import math
from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.parts.resilience import breaker as inside
from scalemodel.parts.resilience.breaker import Breaker, BreakerConfig
from scalemodel.parts.resilience.guards import ENVOY, HYSTRIX, RESILIENCE4J


def told(breaker, script, every_s=1.0, now_s=0.0):
    """The state after each call of a script: + went well, - failed."""
    states = []
    for mark in script:
        breaker.record(now_s, mark == "+")
        states.append(breaker.state)
        now_s += every_s
    return states


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_script_of_calls():
    """Four slots; at three calls it may open, if half have failed."""
    breaker = Breaker(BreakerConfig(slots=4, minimum_calls=3, failure_ratio=0.5))
    assert told(breaker, "--") == ["closed", "closed"], "too few to judge"
    assert told(breaker, "+", now_s=2.0) == ["open"]
    breaker = Breaker(BreakerConfig(slots=4, minimum_calls=3, failure_ratio=0.5))
    assert told(breaker, "-+++-+-") == ["closed"] * 6 + ["open"], "the first has left the window"


def test_open_refuses_until_its_time_and_probes_decide_together():
    breaker = Breaker(BreakerConfig(slots=2, minimum_calls=1, open_s=5.0, probes=3))
    breaker.record(1.0, False)
    assert [breaker.allow(now_s) for now_s in (1.0, 5.999)] == [False, False]
    assert breaker.state == "open", "nothing changes because a clock was read"
    assert [breaker.allow(6.0) for _ in range(4)] == [True, True, True, False]
    assert told(breaker, "+-", now_s=6.0) == ["half-open", "half-open"]
    assert told(breaker, "+", now_s=7.0) == ["closed"], "one of three failed"
    assert breaker.times_opened == 1
    assert told(breaker, "+-", now_s=8.0) == ["closed", "open"], "it forgot what was before"


def test_probes_that_fail_open_it_again():
    breaker = Breaker(BreakerConfig(slots=2, minimum_calls=1, open_s=5.0, probes=2))
    breaker.record(0.0, False)
    assert breaker.allow(5.0) and breaker.allow(5.0)
    assert told(breaker, "+-", now_s=5.0) == ["half-open", "open"], "half of two failed"
    assert not breaker.allow(10.999) and breaker.allow(11.0)
    assert breaker.times_opened == 2
    breaker.record(11.0, True)
    assert breaker.state == "half-open", "the counts begin anew"


def test_an_answer_that_comes_when_it_is_open_is_too_late():
    breaker = Breaker(BreakerConfig(slots=1, minimum_calls=1, open_s=5.0))
    breaker.record(0.0, False)
    breaker.record(1.0, False)
    breaker.record(2.0, True)
    assert (breaker.state, breaker.times_opened) == ("open", 1)
    assert breaker.allow(5.0)


def test_hystrix_counts_ten_seconds():
    breaker = Breaker(HYSTRIX.breaker)
    assert set(told(breaker, "-" * 19, every_s=0.1)) == {"closed"}
    assert told(breaker, "+", now_s=9.99) == ["open"]
    breaker = Breaker(HYSTRIX.breaker)
    told(breaker, "-" * 19, every_s=0.0)
    assert told(breaker, "-", now_s=10.0) == ["closed"], "the nineteen have gone"


def test_resilience4j_wants_a_hundred_calls():
    breaker = Breaker(RESILIENCE4J.breaker)
    assert told(breaker, "-" * 50 + "+" * 50) == ["closed"] * 99 + ["open"]
    assert not breaker.allow(158.9)
    assert sum(breaker.allow(159.0) for _ in range(20)) == 10


def test_envoy_ejects_for_longer_each_time_and_takes_back_without_a_probe():
    breaker = Breaker(ENVOY.breaker)
    assert told(breaker, "----+-----", every_s=0.0) == ["closed"] * 9 + ["open"]
    assert not breaker.allow(29.9)
    assert [breaker.allow(30.0) for _ in range(3)] == [True] * 3
    assert breaker.state == "closed"
    assert told(breaker, "-----", every_s=0.0, now_s=30.0)[-1] == "open"
    assert not breaker.allow(89.9) and breaker.allow(90.0)


def test_seven_of_ten_are_seven_tenths():
    breaker = Breaker(BreakerConfig(slots=10, minimum_calls=10, failure_ratio=0.7))
    assert told(breaker, "---" + "+++" + "----") == ["closed"] * 9 + ["open"]
    breaker = Breaker(
        BreakerConfig(slots=1, minimum_calls=1, probes=10, open_s=0.0, failure_ratio=0.7)
    )
    breaker.record(0.0, False)
    assert all(breaker.allow(0.0) for _ in range(10))
    assert told(breaker, "+++-------")[-1] == "open"


def test_the_memory_is_as_long_as_it_says():
    assert BreakerConfig(slots=7, minimum_calls=7).memory().shape == (16 + 14,)


# ── Laws ────────────────────────────────────────────────────────────────────
@given(script=st.text("+-", max_size=40))
def test_before_the_minimum_it_stays_closed(script):
    breaker = Breaker(BreakerConfig(slots=100, minimum_calls=41))
    assert set(told(breaker, script)) <= {"closed"}


# ── Oracle ──────────────────────────────────────────────────────────────────
class OfLists:
    """The same breaker, with a list of what it remembers."""

    def __init__(self, config):
        self.config, self.state, self.opened = config, "closed", 0
        self.window, self.passed, self.answers, self.until_s = deque(), 0, [], 0.0

    def allow(self, now_s):
        if self.state == "open" and now_s >= self.until_s:
            self.state = "half-open" if self.config.probes else "closed"
            self.passed, self.answers = 0, []
        if self.state == "half-open" and self.passed < self.config.probes:
            self.passed += 1
            return True
        return self.state == "closed"

    def record(self, now_s, ok):
        c = self.config
        if self.state == "closed":
            self.window.append((now_s, ok))
            if c.slot_s:
                while self.window[0][0] // c.slot_s <= now_s // c.slot_s - c.slots:
                    self.window.popleft()
            elif len(self.window) > c.slots:
                self.window.popleft()
            failures = [not fine for _, fine in self.window]
            if len(failures) >= c.minimum_calls and np.mean(failures) >= c.failure_ratio:
                self.open(now_s)
        elif self.state == "half-open":
            self.answers.append(ok)
            if len(self.answers) == c.probes:
                if np.mean(np.logical_not(self.answers)) >= c.failure_ratio:
                    self.open(now_s)
                else:
                    self.state = "closed"

    def open(self, now_s):
        self.state, self.opened = "open", self.opened + 1
        self.until_s = now_s + self.config.open_s * (self.opened if self.config.lengthens else 1)
        self.window.clear()


CONFIGS = st.builds(
    BreakerConfig, slots=st.integers(2, 5), slot_s=st.sampled_from([0.0, 1.0, 2.0]),
    minimum_calls=st.integers(1, 2), failure_ratio=st.sampled_from([0.25, 0.5, 1.0]),
    open_s=st.sampled_from([0.0, 1.0, 3.0]), probes=st.integers(0, 3), lengthens=st.booleans(),
)  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.5, 1.0, 2.0, 9.0]), st.sampled_from(["allow", "+", "-", "-"])
    ),
    max_size=60,
)


@given(config=CONFIGS, steps=STEPS)
def test_it_is_the_breaker_of_lists(config, steps):
    breaker, other, now_s = Breaker(config), OfLists(config), 0.0
    for pause_s, what in steps:
        now_s += pause_s
        if what == "allow":
            assert breaker.allow(now_s) == other.allow(now_s)
        else:
            breaker.record(now_s, what == "+")
            other.record(now_s, what == "+")
        assert (breaker.state, breaker.times_opened) == (other.state, other.opened)
        if breaker.state == "closed":
            kept = breaker.memory[inside.CALLS], breaker.memory[inside.FAILURES]
            assert kept == (len(other.window), sum(not ok for _, ok in other.window))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"slots": 0}, {"slots": 4, "minimum_calls": 5}, {"minimum_calls": 0}, {"failure_ratio": 0.0},
                                   {"failure_ratio": 1.1}, {"open_s": -1.0}, {"open_s": math.nan}, {"probes": -1}, {"slot_s": -1.0}, {"lengthens": 1}], ids=repr)  # fmt: skip
def test_a_config_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{list(wrong)[-1]}=.* must be"):
        BreakerConfig(**wrong)


def test_seconds_hold_any_number_of_calls():
    assert BreakerConfig(slots=4, slot_s=1.0, minimum_calls=10**9).minimum_calls == 10**9
    with pytest.raises(ValueError, match="at most 1000000000"):
        BreakerConfig(slots=4, slot_s=1.0, minimum_calls=10**9 + 1)


def test_a_clock_does_not_run_back():
    breaker = Breaker(BreakerConfig())
    breaker.record(2.0, True)
    for ask in (breaker.allow, lambda now_s: breaker.record(now_s, True)):
        with pytest.raises(ValueError, match=r"now_s=1\.0 must be a finite number of at least 2"):
            ask(1.0)
