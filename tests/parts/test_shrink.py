"""From a long history that fails to a short one: it ends, and what it gives still fails."""

import itertools

import pytest

from scalemodel.parts.shrink import shrink, without_some


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_is_left_still_fails_and_nothing_of_it_can_go():
    worlds = lambda row: without_some(row)
    assert shrink(tuple(range(50)), worlds, lambda row: {7, 30} <= {*row}) == (7, 30)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wanted", [{2}, {0, 5}, {1, 2, 6}, set(range(7)), set()])
def test_it_is_the_smallest_of_all_that_fail_where_one_set_is_what_it_takes(wanted):
    fails = lambda row: wanted <= {*row}
    rows = (row for size in range(8) for row in itertools.combinations(range(7), size))
    assert shrink(tuple(range(7)), without_some, fails) == next(filter(fails, rows))


def test_what_can_be_left_out_is_left_out_in_halves_first():
    assert [*without_some(())] == [] and [*without_some((1,))] == [()]
    assert [*without_some((1, 2, 3))] == [(1,), (1, 2), (1, 3), (2, 3)]
    asked = []
    shrink("a", lambda world: ["a"], lambda world: asked.append(world) or True, tries=7)
    assert len(asked) == 7 and shrink("a", lambda world: [], len) == "a"


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("tries", [2**70, 100_001, -1])
def test_tries_have_a_bound(tries):
    asked = []
    with pytest.raises(ValueError, match=r"tries=.* must be an integer of at least 0"):
        shrink("a", lambda world: ["a"], lambda world: asked.append(world) or len(asked) < 9, tries)
    assert not asked


def test_what_is_no_row_is_refused_before_anything_is_left_out():
    with pytest.raises(ValueError, match="items=5"):
        without_some(5)


def test_what_is_no_function_of_a_world_is_refused():
    with pytest.raises(ValueError, match=r"simpler=<lambda> must be a function of \(world\)"):
        shrink((1,), lambda: [], bool)
    with pytest.raises(ValueError, match=r"fails=<lambda> must be a function of \(world\)"):
        shrink((1,), without_some, lambda: True)
