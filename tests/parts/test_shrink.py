"""From a long history that fails to a short one: it ends, and what it gives still fails."""

import pytest

from scalemodel.parts.shrink import shrink, without_some


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_is_left_still_fails_and_nothing_of_it_can_go():
    worlds = lambda row: without_some(row)
    assert shrink(tuple(range(50)), worlds, lambda row: {7, 30} <= {*row}) == (7, 30)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("tries", [2**70, 100_001, -1])
def test_tries_have_a_bound(tries):
    asked = []
    with pytest.raises(ValueError, match=r"tries=.* must be an integer of at least 0"):
        shrink("a", lambda world: ["a"], lambda world: asked.append(world) or len(asked) < 9, tries)
    assert not asked
