"""All viewers at once, against the formula and a walk from request to request."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.youtube.live.herd import expected_herd, herd


# ── Examples ────────────────────────────────────────────────────────────────
def test_who_waits_wakes_the_origin_once():
    assert herd(50_000).to_origin == 1 and herd(50_000).to_hub == 10
    assert herd(50_000, coalesce=False).to_origin > 9_000
    assert herd(3, coalesce=False, fetch_s=9.0).to_origin == 3


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.integers(1, 500), st.integers(1, 20), st.floats(0, 2), st.booleans(), st.integers(0, 9))
def test_each_step_up_is_asked_for_no_more(viewers, edges, fetch_s, coalesce, seed):
    one = herd(viewers, edges, 1.0, fetch_s, coalesce, seed)
    assert one.to_edges == viewers >= one.to_hub >= one.to_origin >= 1
    assert herd(viewers, edges, 1.0, fetch_s, True, seed).to_hub <= min(one.to_hub, edges)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_it_is_on_average_what_the_formula_says():
    for coalesce in (True, False):
        formula = expected_herd(60, 8, 1.0, 0.3, coalesce)
        runs = [herd(60, 8, 1.0, 0.3, coalesce, seed) for seed in range(200)]
        for name in ("to_hub", "to_origin"):
            errors = [getattr(run, name) - getattr(formula, name) for run in runs]
            assert agrees(np.array(errors) + 0.0), name


def test_few_viewers_by_counting_all_ways():
    """Of three at four edges by hand; of two, who come within 0.3 of each other in 0.51 of all cases."""
    ways = [len(set(way)) for way in product(range(4), repeat=3)]
    assert np.isclose(expected_herd(3, 4).to_hub, np.mean(ways), rtol=0, atol=1e-12)
    one_edge, four = (expected_herd(2, edges, 1.0, 0.3, False).to_hub for edges in (1, 4))
    assert np.allclose([one_edge, four], [1.51, 0.75 * 2 + 0.25 * 1.51], rtol=0, atol=1e-12)


@given(st.integers(1, 60), st.integers(1, 5), st.floats(0, 1.5), st.booleans(), st.integers(0, 99))
def test_it_is_what_one_gets_by_walking(viewers, edges, fetch_s, coalesce, seed):
    rng = stream(seed, "herd")
    came_s, at = np.sort(rng.random(viewers)), rng.integers(edges, size=viewers)
    back_s, hub_back_s, to_hub, to_origin = {}, None, 0, 0
    for now_s, edge in zip(came_s, at, strict=True):
        if edge not in back_s or (not coalesce and now_s < back_s[edge]):
            back_s.setdefault(edge, now_s + fetch_s)
            to_hub += 1
            if hub_back_s is None or (not coalesce and now_s < hub_back_s):
                hub_back_s = hub_back_s or now_s + fetch_s
                to_origin += 1
    assert herd(viewers, edges, 1.0, fetch_s, coalesce, seed) == (viewers, to_hub, to_origin)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_wrong_herd_is_refused_in_words():
    for changed, said in (
        ({"viewers": 0}, "viewers=0"),
        ({"edges": 0}, "edges=0"),
        ({"spread_s": 0.0}, "spread_s=0.0"),
        ({"fetch_s": -1}, "fetch_s=-1"),
        ({"coalesce": 1}, "coalesce=1"),
    ):
        with pytest.raises((TypeError, ValueError), match=said):
            herd(**{"viewers": 9, **changed})
