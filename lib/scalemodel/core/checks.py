"""The doorkeeper: what comes in is checked once, and refused in plain words.

Every refusal is a `ValueError` that names the field, the value and what is
allowed. What passes is returned in the one form that the models expect.

Left out: checks that need more than one field; those stay with their model.
Sources: none needed.
"""

import math
import numbers

import numpy as np


def real(
    field: str,
    value: float,
    *,
    above: float = -math.inf,
    at_least: float = -math.inf,
    at_most: float = math.inf,
    hint: str = "",
) -> float:
    """`value` as a finite float within the bounds; `hint` says more where it is not.

    >>> real("safety", 0.8, above=0)
    0.8
    >>> real("safety", -1, above=0)
    Traceback (most recent call last):
    ...
    ValueError: safety=-1 must be a finite number above 0
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    inside = is_number and _finite(value) and value > above and at_least <= value <= at_most
    if not inside:
        raise ValueError(
            f"{field}={value!r} must be a finite number{_bounds(above, at_least, at_most)}"
            f"{hint and f' ({hint})'}"
        )
    return float(value)


def whole(field: str, value: int, *, at_least: int, at_most: int | None = None) -> int:
    """`value` as an int within the bounds.

    >>> whole("first_rung", 7, at_least=0, at_most=5)
    Traceback (most recent call last):
    ...
    ValueError: first_rung=7 must be an integer of at least 0 and at most 5
    """
    is_integer = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_integer or value < at_least or (at_most is not None and value > at_most):
        most = "" if at_most is None else f" and at most {at_most}"
        raise ValueError(f"{field}={value!r} must be an integer of at least {at_least}{most}")
    return int(value)


def text(field: str, value: str) -> str:
    """`value` as a string that is not empty.

    >>> text("name", 3)
    Traceback (most recent call last):
    ...
    ValueError: name=3 must be a non-empty string
    """
    if not isinstance(value, str) or not value:
        raise ValueError(f"{field}={value!r} must be a non-empty string")
    return value


def instance(field: str, value: object, kind: type) -> object:
    """`value`, which is a `kind`.

    >>> instance("config", 3, dict)
    Traceback (most recent call last):
    ...
    ValueError: config=3 must be a dict
    """
    if not isinstance(value, kind):
        raise ValueError(f"{field}={value!r} must be a {kind.__name__}")
    return value


def numbers_row(
    field: str,
    values: np.ndarray,
    *,
    above: float = -math.inf,
    at_least: float = -math.inf,
    at_most: float = math.inf,
    length: int = 1,
) -> np.ndarray:
    """`values` as a read-only float array of shape (at least `length`,).

    >>> numbers_row("bandwidth_mbps", [1.0, -2.0], at_least=0)
    Traceback (most recent call last):
    ...
    ValueError: bandwidth_mbps[1]=-2.0 must be a finite number of at least 0
    """
    try:
        given = np.asarray(values)
        array = np.array(given, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{field}={values!r} must be a row of numbers") from None
    if given.dtype.kind not in "iuf" and given.size:
        raise ValueError(f"{field}={values!r} must be a row of numbers")
    if array.ndim != 1 or len(array) < length:
        raise ValueError(
            f"{field} has the shape {array.shape}; it must be a row of at least {length} numbers"
        )
    good = np.isfinite(array) & (array > above) & (array >= at_least) & (array <= at_most)
    if not good.all():
        worst = int(np.argmin(good))
        allowed = _bounds(above, at_least, at_most)
        raise ValueError(f"{field}[{worst}]={array[worst]} must be a finite number{allowed}")
    array.flags.writeable = False
    return array


def increasing(field: str, row: np.ndarray) -> None:
    """Refuse a `row` that does not rise at every step.

    >>> increasing("time_s", np.array([0.0, 2.0, 2.0]))
    Traceback (most recent call last):
    ...
    ValueError: time_s[2]=2.0 must be more than time_s[1]=2.0
    """
    rises = np.diff(row) > 0
    if not rises.all():
        at = int(np.argmin(rises))
        raise ValueError(
            f"{field}[{at + 1}]={row[at + 1]} must be more than {field}[{at}]={row[at]}"
        )


def _finite(value):
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer larger than any float
        return False


def _bounds(above, at_least, at_most):
    low = f" above {above:g}" if above > -math.inf else ""
    low = f" of at least {at_least:g}" if at_least > -math.inf else low
    high = f"{' and' if low else ' of'} at most {at_most:g}" if at_most < math.inf else ""
    return low + high
