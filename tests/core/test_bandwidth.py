"""Series of bandwidth: made, cut and read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core import bandwidth, stats
from scalemodel.core.rng import stream

PRESETS = [bandwidth.HSDPA_LIKE, bandwidth.LTE_LIKE]


def lagged(values, lag):
    centred = values - values.mean()
    return float((centred[:-lag] * centred[lag:]).mean())


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_line_that_never_moves_and_has_no_luck_is_constant():
    still = bandwidth.MarkovBandwidth(levels_mbps=(2.0,), jitter_ratio=0)
    time_s, mbps = bandwidth.simulate(still, stream(1, "a"), duration_s=3)
    assert time_s.tolist() == [0, 1, 2, 3] and mbps.tolist() == [2.0] * 4


def test_a_move_is_made_below_its_share_of_chance_and_not_at_it():
    level = [0] * 5
    bandwidth.wander(1, [0.0, 0.4, 0.2, 0.1, 0.1], 0.4, 3, level)
    assert level == [1, 1, 2, 1, 0]


def test_the_presets_lie_a_factor_of_sixteen_apart():
    means = [bandwidth.expected_mean_mbps(preset) for preset in PRESETS]
    assert means == [pytest.approx(8.3 / 6), pytest.approx(22.2)]


def test_a_mark_that_an_editor_puts_first_is_read_past(tmp_path):
    file = tmp_path / "ride.txt"
    file.write_text("\n0 1.5\r\n1 2.5\r\n", encoding="utf-8-sig")
    assert bandwidth.load_mbps(file)[1].tolist() == [1.5, 2.5]
    file.write_bytes(b"\xff0 1")
    with pytest.raises(ValueError, match="must be a text file in UTF-8"):
        bandwidth.load_mbps(file)


def test_a_header_blank_lines_and_commas_are_read_past(tmp_path):
    file = tmp_path / "ride.csv"
    file.write_text("time_s,mbps\n0.0,1.5\n\n1.25,2\n")
    assert [row.tolist() for row in bandwidth.load_mbps(file)] == [[0.0, 1.25], [1.5, 2.0]]


def test_times_in_milliseconds_and_rates_in_kbit_are_known_by_their_names(tmp_path):
    file = tmp_path / "ride.csv"
    for header in ("time_ms,kbps", "Time (ms)\tDown kbit/s", "t milliseconds, kb/s"):
        mark = "\t" if "\t" in header else ","
        file.write_text(f"from a bus\n{header}\n0{mark}1500\n500{mark}2000\n")
        assert [row.tolist() for row in bandwidth.load_mbps(file)] == [[0.0, 0.5], [1.5, 2.0]]


def test_times_in_milliseconds_without_a_name_are_asked_about(tmp_path):
    file = tmp_path / "ride.txt"
    file.write_text("0 1.5\n1000 2\n2000 2.5\n")
    with pytest.raises(ValueError, match=r"times are 1000 apart.*times_in='ms', or 's'"):
        bandwidth.load_mbps(file)
    assert bandwidth.load_mbps(file, times_in="ms")[0].tolist() == [0, 1, 2]
    assert bandwidth.load_mbps(file, times_in="s")[0].tolist() == [0, 1000, 2000]
    file.write_text("time_s mbps\n0 1.5\n3600 2\n")
    assert bandwidth.load_mbps(file)[0].tolist() == [0, 3600]


def test_a_caller_s_list_is_not_kept():
    levels = [1.0, 2.0]
    config = bandwidth.MarkovBandwidth(levels_mbps=levels)
    levels[0] = -5.0
    assert config.levels_mbps == (1.0, 2.0) and bandwidth.expected_mean_mbps(config) == 1.5
    series = np.array([0.0, 10.0]), np.array([2.0, 2.0])
    for length_s in (0, 3):
        bandwidth.tunnel(series, 4, length_s)[1][:] = 7
    assert series[1].tolist() == [2, 2]


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.floats(0, 99), st.floats(0, 1), st.floats(0, 1))
def test_a_tunnel_dims_what_it_covers_and_nothing_else(start_s, share, left_ratio):
    length_s = share * (100 - start_s)
    series = bandwidth.simulate(bandwidth.HSDPA_LIKE, stream(2, "a"), duration_s=100)
    dark = bandwidth.tunnel(series, start_s, length_s, left_ratio)
    probe = (np.arange(4000) + 0.5) / 40  # the middle of each fortieth of a second
    before, after = (mbps[np.searchsorted(t, probe)] for t, mbps in (series, dark))
    inside = (probe > start_s) & (probe <= start_s + length_s)
    assert np.array_equal(after, np.where(inside, before * left_ratio, before))
    assert (np.diff(dark[0]) > 0).all()


def test_two_policies_meet_the_same_line():
    one, two = (bandwidth.simulate(bandwidth.LTE_LIKE, stream(9, "line")) for _ in range(2))
    assert np.array_equal(one[1], two[1])


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("config", PRESETS)
def test_the_mean_is_that_of_the_closed_form(config):
    expected = bandwidth.expected_mean_mbps(config)
    runs = [bandwidth.simulate(config, stream(n, "mean"), 20_000)[1][1:] for n in range(20)]
    assert stats.agrees([run.mean() - expected for run in runs])


@pytest.mark.parametrize("lag", [1, 5, 20])
@pytest.mark.parametrize("config", PRESETS)
def test_the_memory_is_that_of_the_closed_form(config, lag):
    """Products about the known mean: the sample's own mean would bias them."""
    mean = bandwidth.expected_mean_mbps(config)
    errors = []
    for n in range(20):
        off = bandwidth.simulate(config, stream(n, "memory"), 20_000)[1][1:] - mean
        correlation = bandwidth.expected_correlation(config, lag)
        errors.append(np.mean(off[:-lag] * off[lag:]) - correlation * np.mean(off**2))
    assert stats.agrees(errors)


def test_a_value_is_at_one_with_itself_and_a_line_that_never_moves_always():
    still = bandwidth.MarkovBandwidth(levels_mbps=(2.0,), jitter_ratio=0)
    assert [bandwidth.expected_correlation(still, lag) for lag in (0, 5)] == [1, 1]
    assert [bandwidth.expected_correlation(preset, 0) for preset in PRESETS] == [1, 1]


def test_the_plain_walk_and_the_compiled_walk_are_one():
    chance = stream(4, "walk").random(500)
    plain, native = np.zeros(500, int), np.zeros(500, int)
    bandwidth.wander(2, chance, 0.3, 5, plain)
    bandwidth.wander.native(2, chance, 0.3, 5, native)
    assert np.array_equal(plain, native) and set(plain) == set(range(5))


def test_the_3g_preset_lies_among_published_rides(reference):
    rides = [bandwidth.load_mbps(path) for path in sorted((reference / "abr/traces").glob("*.csv"))]
    means = [float(np.diff(t) @ mbps[1:] / t[-1]) for t, mbps in rides]
    assert len(rides) == 12
    assert min(means) < bandwidth.expected_mean_mbps(bandwidth.HSDPA_LIKE) < max(means)
    assert min(means) > 0.5 and max(means) < 4.6  # the module's docstring says so


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "fields",
    [{"levels_mbps": ()}, {"levels_mbps": (1, -1)}, {"levels_mbps": (1,), "stay_s": 0.5},
     {"levels_mbps": (1,), "jitter_ratio": 2}, {"levels_mbps": (1,), "step_s": 0}],
)  # fmt: skip
def test_a_line_that_cannot_be_is_refused(fields):
    with pytest.raises(ValueError, match=rf"^{list(fields)[-1]}.* must"):
        bandwidth.MarkovBandwidth(**fields)


def test_a_ride_without_a_length_is_refused():
    with pytest.raises(ValueError, match=r"duration_s=0 must"):
        bandwidth.simulate(bandwidth.LTE_LIKE, stream(1, "a"), duration_s=0)


def test_a_tunnel_may_end_with_the_series():
    """The sum of its start and its length is a hair past the end."""
    time_s, mbps = bandwidth.tunnel(([0, 82.04], [2, 2]), 17.9, 82.04 - 17.9)
    assert time_s.tolist() == [0, 17.9, 82.04] and mbps.tolist() == [2, 2, 0]


def test_a_tunnel_past_the_end_is_refused():
    with pytest.raises(ValueError, match=r"length_s=2 must lie within the series, 0 to 10"):
        bandwidth.tunnel((np.array([0.0, 10.0]), np.ones(2)), 9, 2)


@pytest.mark.parametrize("left_ratio", [-0.1, 1.1])
def test_a_tunnel_leaves_a_share(left_ratio):
    with pytest.raises(ValueError, match=rf"left_ratio={left_ratio} must be .* at most 1"):
        bandwidth.tunnel((np.array([0.0, 10.0]), np.ones(2)), 1, 2, left_ratio)


@pytest.mark.parametrize("text", ["0 1\n1 nan\n", "0 1\ninf 2\n", "0 1\n1 -Infinity\n"])
def test_what_is_no_finite_number_is_refused_with_its_line(tmp_path, text):
    file = tmp_path / "ride.txt"
    file.write_text("time mbps\n" + text)
    with pytest.raises(ValueError, match=r"ride.txt, line 3: .* must hold two finite numbers"):
        bandwidth.load_mbps(file)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "1" + "0" * 400])
@pytest.mark.parametrize("field", ["duration_ms", "bandwidth_kbps"])
def test_what_is_no_finite_number_is_refused_with_its_period(tmp_path, field, number):
    file = tmp_path / "ride.json"
    good = '{"duration_ms": 1, "bandwidth_kbps": 1}'
    bad = good.replace(f'"{field}": 1', f'"{field}": {number}')
    file.write_text(f"[{good}, {bad}]")
    with pytest.raises(ValueError, match=r"ride.json, period 1: .* must have the finite numbers"):
        bandwidth.load_periods(file)


@pytest.mark.parametrize("text", ["0 1\n1 x\n", "0 1 2\n", "a b\nc d\n", "0\n", ""])
def test_a_file_of_something_else_is_refused_with_its_line(tmp_path, text):
    file = tmp_path / "ride.txt"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"ride.txt.*two (finite )?numbers"):
        bandwidth.load_mbps(file)


@pytest.mark.parametrize(
    "text",
    ["{", "{}", "[]", '[{"duration_ms": 1}]', "[3]", '[{"duration_ms": "x", "bandwidth_kbps": 1}]'],
)
def test_periods_of_something_else_are_refused(tmp_path, text):
    file = tmp_path / "ride.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"ride.json.* must"):
        bandwidth.load_periods(file)


@pytest.mark.parametrize(
    "text",
    [
        "time,down,up\n0,,0.5\n1,2.5,\n",  # upload read as download
        "0,1.5,0.5\n", "0,1.5,\n", "0,,1.5\n", ",1.5\n", "0\t\t1.5\n", "0\t1.5\t\n", "0,5 1,5\n",
         "0 -1\n", "-1 1\n", "1500\n1501\n", "0 1e999\n",
    ],
)  # fmt: skip
def test_another_column_or_an_empty_cell_is_refused_with_its_line(tmp_path, text):
    file = tmp_path / "ride.csv"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"ride.csv, line \d: .* must hold two finite numbers"):
        bandwidth.load_mbps(file)


@pytest.mark.parametrize(
    "header",
    ["time_s,upload_mbps", "time_s,MB/s", "time,bytes", "time_us,mbps", "date,mbps", "t,up",
     "time_min,mbps", "time,bps", "time,Gbit/s", "s,latency"],
)  # fmt: skip
def test_columns_of_something_else_are_refused_by_name(tmp_path, header):
    file = tmp_path / "ride.csv"
    file.write_text(f"{header}\n0,1\n1,2\n")
    with pytest.raises(ValueError, match=r"has the columns .* it must have time and Mbit/s"):
        bandwidth.load_mbps(file)


@pytest.mark.parametrize("times", [(0, 2, 1), (0, 1, 1)])
def test_times_that_do_not_rise_are_refused(tmp_path, times):
    file = tmp_path / "ride.txt"
    file.write_text("".join(f"{t} 1\n" for t in times))
    with pytest.raises(ValueError, match=r"time_s\[2\]=1.0 must be more than"):
        bandwidth.load_mbps(file)
    with pytest.raises(ValueError, match=r"time_s\[2\]=1.0 must be more than"):
        bandwidth.tunnel((times, [1, 1, 1]), 0, 1)


@pytest.mark.parametrize(
    ("series", "start_s", "length_s", "field"),
    [
        (([0, np.nan], [1, 1]), 0, 1, "time_s"), (([0, 9], [1, np.nan]), 0, 1, "bandwidth_mbps"),
        (([0, 9], [1, 1, 1]), 0, 1, "bandwidth_mbps"), (([0, 9], [1, 1]), np.nan, 1, "start_s"),
        (([0, 9], [1, 1]), 0, np.nan, "length_s"), (([0, 9], [1, 1]), "0", 1, "start_s"),
        (None, 0, 1, "series"), (([0, 9],), 0, 1, "series"), (([], []), 0, 0, "time_s"),
    ],
)  # fmt: skip
def test_a_tunnel_through_nonsense_is_refused(series, start_s, length_s, field):
    with pytest.raises(ValueError, match=rf"^{field}.* must"):
        bandwidth.tunnel(series, start_s, length_s)


@pytest.mark.parametrize("lag", [-1, 0.5, None, 2**70, np.nan])
def test_a_lag_is_a_whole_number_of_steps(lag):
    with pytest.raises(ValueError, match=r"lag=.* must be an integer of at least 0"):
        bandwidth.expected_correlation(bandwidth.HSDPA_LIKE, lag)


@pytest.mark.parametrize("row", [(0, 5), (-1, 5), (5, -1), ("true", 5)])
def test_periods_that_cannot_be_are_refused(tmp_path, row):
    file = tmp_path / "ride.json"
    file.write_text('[{{"duration_ms": {}, "bandwidth_kbps": {}}}]'.format(*row))
    with pytest.raises(ValueError, match=r"ride.json, period 0: .* must have the finite numbers"):
        bandwidth.load_periods(file)
