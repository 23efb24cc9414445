"""A system refuses what its parts cannot mean."""

import pytest

from scalemodel.parts.system import Flow, Part, State, System

A, B = Part("a", "", 0, 0), Part("b", "", 1, 0)
PAIR = System((A, B), (Flow("a", "b"),))


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_state_may_name_every_part_and_flow():
    state = State(
        load={"a": 0, "b": 1.0}, says={"a": "idle"}, failed=frozenset({"b"}),
        running=frozenset({("a", "b")}),
    )  # fmt: skip
    assert PAIR.checked(state) is state


# ── Laws ────────────────────────────────────────────────────────────────────
def test_the_empty_state_fits_every_system():
    assert PAIR.checked(State()) == State()


# ── Oracle ──────────────────────────────────────────────────────────────────
# None: a system holds names and places, and computes nothing.


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("parts", "flows", "words"),
    [
        ((), (), r"parts=\(\) must hold at least one part"),
        ([A, B], (), r"parts=\[.* must be a tuple"),
        ((A, B), [], r"flows=\[\] must be a tuple"),
        ((A, A._replace(column=5)), (), "the name 'a' twice"),
        ((A, B._replace(column=0)), (), r"the place \(0, 0\) twice"),
        ((A, B), (Flow("a", "c"),), r"flows\[0\] names 'c'; it must be one of the parts a, b"),
    ],
)
def test_a_system_that_means_nothing_is_refused(parts, flows, words):
    with pytest.raises(ValueError, match=words):
        System(parts, flows)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"load": {"a": 1.01}}, r"load\['a'\]=1.01 must be .* at most 1"),
        ({"load": {"a": float("nan")}}, r"load\['a'\]=nan must be"),
        ({"load": [0.5]}, r"load=\[0.5\] must be"),
        ({"says": "ab"}, "says='ab' must be"),
        ({"says": {"a": 3}}, r"says\['a'\]=3 must be a string"),
        ({"failed": ["a"]}, "failed=.* must be a set"),
        ({"running": {"a": "b"}}, "running=.* must be a set"),
    ],
)
def test_a_state_that_means_nothing_is_refused(state, words):
    with pytest.raises(ValueError, match=words):
        State(**state)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State(load={"c": 1.0}), "load names 'c'; it must be one of the parts a, b"),
        (State(says={"c": ""}), "says names 'c'"),
        (State(running=frozenset({("b", "a")})), r"running names \('b', 'a'\); it must be one of"),
    ],
)
def test_a_state_of_another_system_is_refused(state, words):
    with pytest.raises(ValueError, match=words):
        PAIR.checked(state)


def test_what_is_no_state_is_named():
    with pytest.raises(ValueError, match=r"state=\{\} must be"):
        PAIR.checked({})
