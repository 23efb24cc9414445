"""Bandwidth: what a line can carry, second by second.

Think of a phone on a bus. It stays near one level for some seconds, then the
next mast is nearer or farther and the level moves one step; on top of that
every second is a little luckier or unluckier than the last. That is a Markov
chain over a few levels with a jitter, and its mean and memory have formulas.

A series here is a pair of arrays `(time_s, bandwidth_mbps)`: value i holds on
the interval (time_s[i-1], time_s[i]], so the first value is never used.

Left out: correlated users, round-trip times that change, upload.
Sources: the levels of the two presets are ours. `HSDPA_LIKE` is meant to lie
among the commute logs of Riiser et al., "Commute path bandwidth traces from 3G
networks", MMSys 2013 (twelve of them have means of 0.6 to 4.5 Mbit/s and a
correlation near 0.9 from one second to the next); `LTE_LIKE` is only "ten times
more, and wilder".
"""

__all__ = [
    "HSDPA_LIKE", "LONG_STEP_S", "LTE_LIKE", "MOST_MBPS", "MOST_STEPS", "MarkovBandwidth", "Series",
    "expected_correlation", "expected_mean_mbps", "load_mbps", "load_periods", "simulate", "tunnel",
    "wander",
]  # fmt: skip
__dir__ = lambda: __all__

import json
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import compiled

Series = tuple[np.ndarray, np.ndarray]
MOST_MBPS = 1e9
MOST_STEPS = 10**8  # of one series
LONG_STEP_S = 100.0  # from one line of a file to the next: more is taken for milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkovBandwidth:
    """Levels that a line wanders between, and how restless it is.

    >>> MarkovBandwidth(levels_mbps=(1, 2), stay_s=0)
    Traceback (most recent call last):
    ...
    ValueError: stay_s=0 must be a finite number of at least 1
    """

    levels_mbps: tuple[float, ...]  # neighbours are one move apart
    stay_s: float = 8.0  # mean time until the line tries to move
    jitter_ratio: float = 0.15  # spread of the luck of one step; its mean is 1
    step_s: float = 1.0  # one value of the series

    def __post_init__(self):
        checks.plain(self)
        levels = checks.numbers_row("levels_mbps", self.levels_mbps, above=0, at_most=MOST_MBPS)
        object.__setattr__(self, "levels_mbps", tuple(levels.tolist()))  # ours from now on
        checks.real("step_s", self.step_s, above=0, at_most=1e6)
        checks.real("stay_s", self.stay_s, at_least=self.step_s)
        checks.real("jitter_ratio", self.jitter_ratio, at_least=0, at_most=1)


HSDPA_LIKE = MarkovBandwidth(levels_mbps=(0.3, 0.6, 1.0, 1.5, 2.1, 2.8))
LTE_LIKE = MarkovBandwidth(levels_mbps=(4.0, 10.0, 20.0, 32.0, 45.0), stay_s=6.0, jitter_ratio=0.3)


# ── The engine ──────────────────────────────────────────────────────────────
def simulate(
    config: MarkovBandwidth, rng: np.random.Generator, duration_s: float = 300.0
) -> Series:
    """A series of `duration_s` seconds, its level drawn evenly at the start.

    Both arrays have shape (steps + 1,); the last step may reach past `duration_s`.

    >>> from scalemodel.core.rng import stream
    >>> time_s, bandwidth_mbps = simulate(HSDPA_LIKE, stream(1, "bus"), duration_s=4)
    >>> time_s.tolist(), bandwidth_mbps.round(2).tolist()
    ([0.0, 1.0, 2.0, 3.0, 4.0], [0.64, 0.64, 0.54, 0.63, 0.43])
    """
    checks.instance("config", config, MarkovBandwidth)
    checks.instance("rng", rng, np.random.Generator)
    checks.real("duration_s", duration_s, above=0, at_most=MOST_STEPS * config.step_s)
    steps = math.ceil(duration_s / config.step_s)
    levels = np.asarray(config.levels_mbps, dtype=float)
    level = np.empty(steps, dtype=np.int64)
    wander.native(
        rng.integers(len(levels)),
        rng.random(steps),
        config.step_s / config.stay_s,
        len(levels),
        level,
    )
    sigma = math.sqrt(math.log1p(config.jitter_ratio**2))
    luck = np.exp(sigma * rng.standard_normal(steps) - sigma**2 / 2)
    bandwidth_mbps = levels[level] * luck
    return np.arange(steps + 1) * config.step_s, np.append(bandwidth_mbps[0], bandwidth_mbps)


@compiled("none(int64, float64[::1], float64, int64, int64[::1])")
def wander(start, chance, move_ratio, levels, level):
    """The level of each step, written into `level`: one move up or down, or none.

    Each step tries to move with probability `move_ratio`, up or down alike; a
    move past either end is not made. All arrays have shape (steps,).

    >>> level = [0, 0, 0]
    >>> wander(0, [0.9, 0.3, 0.1], 0.4, 2, level)
    >>> level
    [0, 1, 0]
    """
    here = start
    for step in range(len(chance)):
        if step > 0 and chance[step] < move_ratio / 2:
            here = max(here - 1, 0)
        elif step > 0 and chance[step] < move_ratio:
            here = min(here + 1, levels - 1)
        level[step] = here


def tunnel(series: Series, start_s: float, length_s: float, left_ratio: float = 0.0) -> Series:
    """`series` with only `left_ratio` of its bandwidth from `start_s` on, for `length_s` seconds.

    >>> tunnel((np.array([0.0, 10.0]), np.array([2.0, 2.0])), 4, 3)
    (array([ 0.,  4.,  7., 10.]), array([2., 2., 0., 2.]))
    """
    checks.real("left_ratio", left_ratio, at_least=0, at_most=1)
    checks.real("start_s", start_s, at_least=0)
    checks.real("length_s", length_s, at_least=0)
    time_s, bandwidth_mbps = (row.copy() for row in _checked(series))
    if not time_s[0] <= start_s < time_s[-1] or length_s > time_s[-1] - start_s:
        raise ValueError(
            f"start_s={start_s} and length_s={length_s} must lie within the series, "
            f"{time_s[0]:g} to {time_s[-1]} s"
        )
    if length_s == 0:
        return time_s, bandwidth_mbps
    end_s = min(start_s + length_s, time_s[-1])  # the sum may round past the end
    ends = np.unique(np.concatenate([time_s, [start_s, end_s]]))
    value = bandwidth_mbps[np.searchsorted(time_s, ends)]
    value[(ends > start_s) & (ends <= end_s)] *= left_ratio
    return ends, value


def _checked(series):
    try:
        time_s, bandwidth_mbps = series
    except (TypeError, ValueError):
        raise ValueError(
            f"series={checks.brief(series)} must be a pair (time_s, bandwidth_mbps)"
        ) from None
    time_s = checks.numbers_row("time_s", time_s, at_least=0, length=2)
    checks.increasing("time_s", time_s)
    rates = checks.numbers_row("bandwidth_mbps", bandwidth_mbps, at_least=0, length=2)
    if len(rates) != len(time_s):
        raise ValueError(
            f"bandwidth_mbps has {len(rates)} values; it must have one for each of the "
            f"{len(time_s)} in time_s"
        )
    return time_s, rates


# ── Series from files ───────────────────────────────────────────────────────
def load_mbps(path: str | Path, times_in: str | None = None) -> Series:
    """The series in a text file of two columns, time and Mbit/s; times rise.

    Read are lines such as `0.5 1.25`, `0.5,1.25` and the same with a tab: what Pensieve's
    traces are, and any table saved with these two columns. Lines of words before the first
    numbers are taken for a header; where the last of them names its columns, `time_ms` makes
    milliseconds and `kbps` makes kbit/s, and a name for anything else (`upload`, `MB/s`) is
    refused. Refused, with the number of the line: a third column, even an empty one, an empty
    cell, and what is no finite number. Without a header, times more than a hundred
    apart are refused as milliseconds, unless `times_in` says "s" or "ms".

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "tram.txt"
    >>> _ = file.write_text("0 1.5\\n1 2.5\\n")
    >>> load_mbps(file)
    (array([0., 1.]), array([1.5, 2.5]))
    """
    if times_in not in (None, "s", "ms"):
        raise ValueError(f"times_in={checks.brief(times_in)} must be None, 's' or 'ms'")
    rows, header = [], []
    for count, line in enumerate(_text(path).splitlines(), start=1):
        cells = _cells(line)
        if not line.strip():
            continue
        if not rows and not any(_is_number(cell) for cell in cells):
            header = cells
            continue
        try:
            time_s, mbps = (_finite(cell) for cell in cells)
            if time_s < 0 or mbps < 0:
                raise ValueError
        except ValueError:
            raise ValueError(
                f"{path}, line {count}: {line!r} must hold two finite numbers of at least 0, time "
                "and Mbit/s, and nothing else"
            ) from None
        rows.append((time_s, mbps))
    if not rows:
        raise ValueError(f"{path} holds no line of two numbers, time and Mbit/s")
    time_s, mbps = np.array(rows).T.copy()
    checks.increasing(f"{path}: time_s", time_s)
    said, rate = _units(path, header)
    times_in = times_in or said
    apart = float(np.median(np.diff(time_s))) if len(rows) > 1 else 0.0
    if not times_in and apart > LONG_STEP_S:
        raise ValueError(
            f"{path}: its times are {apart:g} apart, which must be milliseconds: say "
            "times_in='ms', or 's' if they are seconds"
        )
    return time_s / 1000 if times_in == "ms" else time_s, mbps / 1000 if rate else mbps


def _cells(line):
    """What stands between commas or tabs, where there are any, else between blanks."""
    split = next((mark for mark in (",", "\t") if mark in line), None)
    return [cell.strip() for cell in line.split(split)]


def _units(path, header):
    """What a header of two columns says of their units: "s", "ms" or nothing, and "kbit/s"."""
    if len(header) != 2:
        return "", ""
    time, rate = header
    other = r"(?i)up|byte|ratio|percent|latency|rtt|\bG|(?-i:MB|kB|KB)|(^|[^km])b(ps|it/s)"
    if re.search(other, rate) or re.search(r"(?i)min|hour|us\b|µs|ns\b|nano|micro|date|unix", time):
        raise ValueError(f"{path} has the columns {time}, {rate}; it must have time and Mbit/s")
    in_ms = re.search(r"(?i)(\b|_)ms\b|milli", time)
    in_s = re.search(r"(?i)(\b|_)s\b|sec", time)
    return "ms" if in_ms else "s" if in_s else "", "kbit/s" if re.search("(?i)kb", rate) else ""


def load_periods(path: str | Path) -> list[tuple[float, float]]:
    """The periods `(seconds, kbit/s)` in a JSON list of objects.

    Each object has `duration_ms`, above 0, and `bandwidth_kbps`, as the Sabre simulator
    writes them; its `latency_ms` is not read, nor is any other key.

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "lift.json"
    >>> _ = file.write_text('[{"duration_ms": 2500, "bandwidth_kbps": 800, "latency_ms": 80}]')
    >>> load_periods(file)
    [(2.5, 800.0)]
    """
    try:
        rows = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} must be JSON: {error}") from None
    if not isinstance(rows, list) or not rows:
        raise ValueError(f"{path} must be a JSON list with at least one period")
    periods = []
    for count, row in enumerate(rows):
        try:
            duration_ms = checks.real("duration_ms", row["duration_ms"], above=0)
            kbps = checks.real("bandwidth_kbps", row["bandwidth_kbps"], at_least=0)
            periods.append((duration_ms / 1000, kbps))
        except (KeyError, TypeError, ValueError):
            raise ValueError(
                f"{path}, period {count}: {row!r} must have the finite numbers "
                "duration_ms, above 0, and bandwidth_kbps, of at least 0"
            ) from None
    return periods


def _text(path):
    """What a file says, with or without the mark that some editors put first."""
    if not isinstance(path, str | os.PathLike) or not str(path):
        raise ValueError(f"path={checks.brief(path)} must be the path of a file")
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} must be a text file in UTF-8") from None
    except UnicodeEncodeError:
        raise ValueError(f"path={checks.brief(path)} must be the path of a file") from None


def _finite(word):
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"{word!r} must be finite")
    return number


def _is_number(word):
    try:
        float(word)
    except ValueError:
        return False
    return True


# ── The closed form ─────────────────────────────────────────────────────────
def expected_mean_mbps(config: MarkovBandwidth) -> float:
    """The mean of a series: every level is as likely as the next, and luck has mean 1.

    The chain moves up and down alike, so its transition matrix is symmetric and
    the even spread is stationary.

    >>> round(expected_mean_mbps(HSDPA_LIKE), 3)
    1.383
    """
    checks.instance("config", config, MarkovBandwidth)
    return float(np.mean(config.levels_mbps))


def expected_correlation(config: MarkovBandwidth, lag: int) -> float:
    """The correlation between values `lag` steps apart, `lag` at least 0.

    With P the transition matrix and L the levels, the covariance is the mean of
    L·(PᵏL) minus the squared mean; jitter adds variance at lag 0 alone.

    >>> round(expected_correlation(HSDPA_LIKE, 1), 2)
    0.91
    """
    checks.instance("config", config, MarkovBandwidth)
    lag = checks.whole("lag", lag, at_least=0, at_most=MOST_STEPS)
    levels = np.asarray(config.levels_mbps, dtype=float)
    mean_square = np.mean(levels**2)
    variance = mean_square * (1 + config.jitter_ratio**2) - levels.mean() ** 2
    if lag == 0 or variance == 0:
        return 1.0
    later = np.linalg.matrix_power(_transitions(config), lag) @ levels
    return float((np.mean(levels * later) - levels.mean() ** 2) / variance)


def _transitions(config):
    count = len(config.levels_mbps)
    half = config.step_s / config.stay_s / 2
    matrix = half * (np.eye(count, k=1) + np.eye(count, k=-1))
    return matrix + np.diag(1 - matrix.sum(axis=1))
