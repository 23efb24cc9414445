"""Statistics: how sure a run may make you.

One run is an anecdote. Twenty runs with twenty seeds have a mean and a
standard error, and a model agrees with its formula when the mean error stays
within a few of its own standard errors.

Left out: tests for distributions, bootstrap intervals.
Sources: any statistics text, under the standard error of the mean, Student's t, and power.
"""

__all__ = [
    "MOST_RUNS", "agrees", "confidence_half_width", "percentile", "runs_needed", "standard_error",
    "z_score",
]  # fmt: skip
__dir__ = lambda: __all__

import math

import numpy as np
from scipy import special

from scalemodel.core import checks

MOST_RUNS = 1e15


def percentile(values: np.ndarray, q: float) -> float:
    """The value below which `q` percent of `values` lie, interpolated linearly.

    `values` has any shape with at least one finite entry; `q` lies in 0 to 100.

    >>> percentile([1, 2, 3, 4, 100], 50)
    3.0
    """
    checks.real("q", q, at_least=0, at_most=100)
    array, power = _scaled(_finite(values, at_least=1))
    return float(np.ldexp(np.percentile(array, q), power))


def standard_error(values: np.ndarray) -> float:
    """The standard error of the mean of `values`, shape (runs,), runs ≥ 2.

    >>> standard_error([1.0, 3.0])
    1.0
    """
    array, power = _scaled(_finite(values, at_least=2))
    return float(np.ldexp(_error(array), power))


def confidence_half_width(values: np.ndarray, level: float = 0.95) -> float:
    """Half the confidence interval for the mean of `values`, shape (runs,), runs ≥ 2.

    The mean ± this covers the true one in `level` of all such experiments, if the runs
    are independent and their mean is nearly normal (Student's t).

    >>> round(confidence_half_width([1.0, 2.0, 3.0]), 3)
    2.484
    """
    checks.real("level", level, above=0, at_most=0.999_999)
    error = standard_error(values)
    return float(special.stdtrit(np.size(values) - 1, (1 + level) / 2)) * error


def runs_needed(difference: float, spread: float, power: float = 0.8, level: float = 0.95) -> int:
    """How many runs show a true mean `difference` in `power` of all such experiments.

    `spread` is the standard deviation of a run's difference; "show" means that the interval of
    `confidence_half_width` leaves 0 out. It is the usual formula for large numbers of runs:
    ((z of level + z of power) · spread ÷ difference)², rounded up; below 30 take two more.

    >>> runs_needed(0.5, spread=1.0), runs_needed(0.25, spread=1.0)
    (32, 126)
    """
    checks.real("difference", difference, above=0)
    checks.real("spread", spread, above=0)
    checks.real("power", power, at_least=0.5, at_most=0.999_999)
    checks.real("level", level, above=0, at_most=0.999_999)
    errors = float(special.ndtri((1 + level) / 2) + special.ndtri(power)) * (spread / difference)
    if errors * errors > MOST_RUNS:
        raise ValueError(
            f"difference={checks.brief(difference)} must be larger beside spread={checks.brief(spread)}: "
            f"at most {MOST_RUNS:g} runs are counted"
        )
    return max(math.ceil(errors * errors), 2)


def z_score(errors: np.ndarray) -> float:
    """The mean of `errors`, counted in its own standard errors.

    `errors`, shape (seeds,), holds measured minus expected for each seed. Without
    any spread the score is 0 for a mean of 0 and infinite otherwise.

    >>> z_score([1.0, 3.0])
    2.0
    """
    array, _ = _scaled(_finite(errors, at_least=2, field="errors"))
    mean, error = float(array.mean()), _error(array)
    if error == 0:
        return 0.0 if mean == 0 else float(np.copysign(np.inf, mean))
    return mean / error


def agrees(errors: np.ndarray, standard_errors: float = 4.0) -> bool:
    """Whether the mean of `errors` lies within `standard_errors` of zero.

    A true model passes all but about 1 time in 1,000 with twenty seeds at the
    default of four. A bias smaller than the noise also passes: exact laws find it.

    >>> agrees([0.3, -0.2, 0.1, -0.1]), agrees([1.0, 1.1, 0.9, 1.05])
    (True, False)
    """
    checks.real("standard_errors", standard_errors, above=0)
    return abs(z_score(errors)) <= standard_errors


def _error(array):
    """The standard error of the mean; of equal values it is 0, however they round."""
    if array.min() == array.max():
        return 0.0
    return float(array.std(ddof=1) / np.sqrt(array.size))


def _scaled(array):
    """`array` over a power of two, and its exponent: sums of what is huge stay finite."""
    _, power = np.frexp(np.abs(array).max())
    return np.ldexp(array, -power), power


def _finite(values, at_least, field="values"):
    try:
        given = np.asanyarray(values)
        plain = given.ndim and (given.dtype.kind in "iuf" or not given.size)
    except (TypeError, ValueError):
        plain = False
    if not plain or isinstance(given, np.ma.MaskedArray):
        raise ValueError(f"{field}={checks.brief(values)} must hold numbers, none of them masked")
    array = np.asarray(given, dtype=float).ravel()
    if array.size < at_least:
        raise ValueError(f"{field} has {array.size} entries; it must have at least {at_least}")
    if not np.isfinite(array).all():
        raise ValueError(f"{field} holds an entry that is not finite; every entry must be")
    return array
