"""What there is and who wants it: by hand, laws of shares, Zipf's law, drift."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.core.stats import agrees
from scalemodel.netflix.edge.catalogue import GB, CatalogueConfig, catalogue
from scalemodel.parts.caches.expected import zipf
from tests.conftest import cases

CALM = CatalogueConfig(titles=60, drift_ratio=0.0, premieres=0, leaving=0)
CONFIGS = st.builds(
    CatalogueConfig,
    titles=st.integers(30, 60),
    regions=st.integers(1, 3),
    alpha=st.floats(0, 2),
    shift=st.floats(0, 20),
    shared_ratio=st.floats(0, 1),
    drift_ratio=st.floats(0, 1),
    premieres=st.integers(0, 3),
    leaving=st.integers(0, 4),
    seed=st.integers(0, 99),
)


def titles_of(shares):
    """Shares of titles from those of their three files."""
    return shares.reshape(len(shares), -1, 3).sum(axis=2)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_title_has_a_file_for_each_encoding():
    shop = catalogue(replace(CALM, length_h=2.0, spread=0.0, gb_per_h=(6.0, 1.5)  , watched_ratio=(0.25, 0.75)))  # fmt: skip
    assert (shop.bytes_of / GB).tolist() == [12.0, 3.0] * 60
    shares = shop.demand(0)
    assert shares[:, 1::2] == pytest.approx(3 * shares[:, ::2])


def test_lengths_spread_about_their_mean():
    hours = catalogue(CatalogueConfig(titles=20_000)).bytes_of[::3] / (7 * GB)
    assert np.log(hours).std() == pytest.approx(0.3, rel=0.03)
    assert hours.mean() == pytest.approx(1.5, rel=0.01)  # four standard errors


def test_premieres_come_and_others_go_two_a_day():
    shop = catalogue(CatalogueConfig(titles=100, premieres=2, leaving=3, days=5))
    assert len(shop.comes_day) == 108
    there = np.array([shop.there(day)[::3] for day in range(5)])
    assert there.sum(axis=1).tolist() == [100, 99, 98, 97, 96]
    assert there[0].tolist() == [True] * 100 + [False] * 8
    assert there[:, 100:].sum(axis=1).tolist() == [0, 2, 4, 6, 8]
    assert (~there[4, :100]).sum() == 12 and not (~there[:-1] & there[1:])[:, :100].any()


def test_what_has_gone_or_not_come_nobody_wants():
    shop = catalogue(CatalogueConfig(titles=50, days=4))
    for day in range(4):
        assert ((shop.demand(day) > 0) == shop.there(day)).all()


def test_a_premiere_starts_near_the_top_and_fades():
    ranks = []
    for seed in range(20):
        shop = catalogue(CatalogueConfig(titles=500, premieres=1, days=60, seed=seed))
        shares = [titles_of(shop.demand(day))[0] for day in (1, 2, 59)]
        ranks.append([int((row > row[500]).sum()) for row in shares])
    first, second, last = np.median(ranks, axis=0)
    assert first <= 2 and second <= 5 and last > 40


def test_what_a_catalogue_holds_is_not_to_be_changed():
    shop = catalogue(CALM)
    for row in (shop.bytes_of, shop.comes_day, shop.goes_day):
        assert not row.flags.writeable


def test_a_config_keeps_rows_of_its_own():
    sizes, watched = np.array([6.0, 1.5]), [0.25, 0.75]
    config = replace(CALM, gb_per_h=sizes, watched_ratio=watched)
    sizes[0], watched[0] = 99.0, 0.9
    assert (config.gb_per_h, config.watched_ratio) == ((6.0, 1.5), (0.25, 0.75))
    assert hash(config) == hash(replace(CALM, gb_per_h=(6.0, 1.5), watched_ratio=(0.25, 0.75)))
    assert type(replace(CALM, seed=np.uint8(7)).seed) is int


def test_whole_numbers_are_numbers():
    whole = catalogue(replace(CALM, alpha=1, shift=10, spread=1)).demand(0)
    assert (whole == catalogue(replace(CALM, alpha=1.0, shift=10.0, spread=1.0)).demand(0)).all()


def test_files_are_counted_before_there_are_any():
    for config in (CALM, CatalogueConfig(titles=50, premieres=3, days=4)):
        assert config.files == len(catalogue(config).bytes_of)


def test_no_length_is_luckier_than_its_limit():
    config = CatalogueConfig(
        titles=200_000, spread=1.0, seed=3, gb_per_h=(7.0,), watched_ratio=(1.0,)
    )
    assert catalogue(config).bytes_of.max() == round(10.5e9 * math.exp(4.5))


# ── Laws ────────────────────────────────────────────────────────────────────
@settings(max_examples=cases(30))
@given(config=CONFIGS, day=st.integers(0, 7))
def test_each_region_has_shares_of_what_is_there(config, day):
    shares = catalogue(config).demand(day)
    assert shares.shape == (config.regions, len(catalogue(config).bytes_of))
    assert (shares >= 0).all() and shares.sum(axis=1) == pytest.approx(np.ones(config.regions))


def test_without_drift_every_day_is_the_same_and_with_it_none():
    for drift_ratio in (0.0, 0.01, 1.0):
        shop = catalogue(replace(CALM, titles=1000, drift_ratio=drift_ratio))
        assert (shop.demand(0) == shop.demand(5)).all() == (drift_ratio == 0)


def test_what_is_shared_is_wanted_alike():
    alike = catalogue(replace(CALM, shared_ratio=1.0)).demand(0)
    apart = catalogue(replace(CALM, shared_ratio=0.0)).demand(0)
    assert (alike[0] == alike[1]).all() and (apart[0] != apart[1]).any()
    half = catalogue(replace(CALM, shared_ratio=0.25)).demand(0)
    assert half == pytest.approx(0.25 * alike + 0.75 * apart)


def test_seeds_are_other_worlds():
    one, same, other = (catalogue(replace(CALM, seed=seed)) for seed in (1, 1, 2))
    assert (one.demand(3) == same.demand(3)).all() and (one.demand(3) != other.demand(3)).any()
    assert (one.bytes_of == same.bytes_of).all() and (one.bytes_of != other.bytes_of).any()


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_without_a_shift_it_is_zipf_and_with_one_its_tail():
    one = replace(CALM, regions=1, shared_ratio=0.0, alpha=0.8, shift=0.0)
    shares = np.sort(titles_of(catalogue(one).demand(4))[0])[::-1]
    assert shares == pytest.approx(zipf(60, 0.8))
    tail = zipf(70, 0.8)[10:]
    shares = np.sort(titles_of(catalogue(replace(one, shift=10.0)).demand(4))[0])[::-1]
    assert shares == pytest.approx(tail / tail.sum())


@pytest.mark.parametrize("drift_ratio", [0.1, 0.6])
def test_a_score_remembers_as_a_first_order_process_does(drift_ratio):
    """After d days the correlation is √(1 − drift²)^d, and the variance is 1 on every day."""
    errors, widths = [], []
    for seed in range(20):
        shop = catalogue(replace(CALM, titles=2000, drift_ratio=drift_ratio, seed=seed))
        before, after = shop._scores(1), shop._scores(4)
        errors.append(float((before * after).mean()) - math.sqrt(1 - drift_ratio**2) ** 3)
        widths.append(float((after**2).mean()) - 1)
    assert agrees(errors) and agrees(widths)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"watched_ratio": (0.5, 0.5)}, "watched_ratio=.*must sum to 1, a share for each gb_per_h"),
        ({"watched_ratio": (0.5, 0.3, 0.1)}, "watched_ratio=.*must sum to 1"),
        ({"premieres": 25_001}, "premieres=25001 must be"),
        ({"length_h": 10.0, "spread": 1.0}, r"length_h · gb_per_h, with spread=.* at most 1000"),
        (
            {"gb_per_h": (1.0,) * 21, "watched_ratio": (1 / 21,) * 21},
            "number of gb_per_h=21 must be an integer of at least 1 and at most 20",
        ),
        ({"titles": 200_000, "regions": 9}, r"gb_per_h\) · regions=5400378 must be .* 5000000"),
        ({"leaving": 286}, "leaving=286 must be an integer of at least 0 and at most 285"),
    ],
)
def test_a_catalogue_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        CatalogueConfig(**wrong)


def test_a_day_that_is_not_in_the_calendar_is_refused():
    for day in (-1, 8, 1.5):
        with pytest.raises(
            ValueError, match=r"day=.* must be an integer of at least 0 and at most 7"
        ):
            catalogue(CALM).demand(day)
