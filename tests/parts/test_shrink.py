"""From a long history that fails to a short one: it ends, and what it gives still fails."""

from itertools import combinations

import pytest

from scalemodel.parts.shrink import shrink, without_some


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_is_left_still_fails_and_nothing_of_it_can_go():
    worlds = lambda row: without_some(row)
    assert shrink(tuple(range(50)), worlds, lambda row: {7, 30} <= {*row}) == (7, 30)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("needed", [set(), {0}, {6}, {2, 3}, {0, 6}, {1, 3, 5}, set(range(7))])
def test_where_more_never_mends_it_is_the_shortest_of_all_that_fail(needed):
    fails = lambda row: needed <= {*row}
    sublists = (row for size in range(8) for row in combinations(range(7), size))
    assert shrink(tuple(range(7)), without_some, fails) == next(filter(fails, sublists))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("tries", [2**70, 100_001, -1])
def test_tries_have_a_bound(tries):
    asked = []
    with pytest.raises(ValueError, match=r"tries=.* must be an integer of at least 0"):
        shrink("a", lambda world: ["a"], lambda world: asked.append(world) or len(asked) < 9, tries)
    assert not asked
