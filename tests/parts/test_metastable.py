"""The storm after the rain: by hand, a plain heap, the tables of both sheets, bad input."""

import numpy as np
import pytest

from scalemodel.core.stats import agrees
from scalemodel.parts.metastable import (
    MetastableConfig,
    returns_s,
    simulate,
)


def late(config, seeds=20):
    """Goodput for each arrival from 50 to 90 s after the trigger's end, a number a seed."""
    runs = (simulate(_with(config, seed=seed)) for seed in range(seeds))
    return [report.goodput_ratio(80.0, 120.0) for report in runs]


def _with(config, **changed):
    fields = {name: getattr(config, name) for name in config.__dataclass_fields__}
    return MetastableConfig(**{**fields, **changed})


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("arrivals_per_s", [15.0, 20.0])
def test_below_a_load_of_one_every_seed_comes_back(arrivals_per_s):
    assert min(late(MetastableConfig(arrivals_per_s=arrivals_per_s))) > 0.9


@pytest.mark.parametrize("arrivals_per_s", [26.0, 30.0, 50.0, 70.0])
def test_above_a_load_of_one_no_seed_comes_back(arrivals_per_s):
    assert max(late(MetastableConfig(arrivals_per_s=arrivals_per_s))) == 0.0


@pytest.mark.parametrize(("arrivals_per_s", "retries", "sheet_s"),
                         [(15.0, 3, 10.25), (20.0, 3, 29.0), (22.0, 3, 54.0), (40.0, 1, 33.0), (45.0, 1, 75.5)])  # fmt: skip
def test_the_way_back_takes_what_the_formula_says(arrivals_per_s, retries, sheet_s):
    config = MetastableConfig(arrivals_per_s=arrivals_per_s, retries=retries, until_s=300.0)
    assert returns_s(config) == pytest.approx(sheet_s)
    back_s = [simulate(_with(config, seed=seed)).recovered_s for seed in range(20)]
    assert agrees(np.array(back_s) - sheet_s), np.mean(back_s)
