"""The doorkeeper: what comes in is checked once, and refused in plain words.

Every refusal is a `ValueError` that names the field, the value and what is
allowed. What passes is returned in the one form that the models expect.

`kinds` looks at a whole function: what its annotations say is what comes in.

numpy comes when a row does: a page has only Python, and asks for none.

Left out: checks that need more than one field; those stay with their model.
Sources: none needed.
"""

__all__ = [
    "MOST_LETTERS", "brief", "increasing", "instance", "kinds", "numbers_row", "plain", "read_only",
    "real", "takes", "text", "whole",
]  # fmt: skip
__dir__ = lambda: __all__

import contextlib
import dataclasses
import functools
import inspect
import math
import numbers
import os
import re
import types
import typing
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

MOST_LETTERS = 80  # of a value in a message


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
            f"{field}={brief(value)} must be a finite number{_bounds(above, at_least, at_most)}"
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
        raise ValueError(f"{field}={brief(value)} must be an integer of at least {at_least}{most}")
    return int(value)


def instance(field: str, value: object, kind: type) -> object:
    """`value`, which is a `kind`.

    >>> instance("config", 3, dict)
    Traceback (most recent call last):
    ...
    ValueError: config=3 must be a dict
    """
    if not isinstance(value, kind):
        raise ValueError(f"{field}={brief(value)} must be a {kind.__name__}")
    return value


def text(field: str, value: str) -> str:
    """`value` as a string that is not empty.

    >>> text("name", 3)
    Traceback (most recent call last):
    ...
    ValueError: name=3 must be a non-empty string of whole characters
    """
    if not isinstance(value, str) or not value or re.search("[\ud800-\udfff]", value):
        raise ValueError(f"{field}={brief(value)} must be a non-empty string of whole characters")
    return value


def takes(field: str, function: Callable, *arguments: str) -> Callable:
    """`function`, which can be called with these `arguments`.

    >>> takes("policy", lambda level: 0, "level", "rate")
    Traceback (most recent call last):
    ...
    ValueError: policy=<lambda> must be a function of (level, rate)
    """
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        name = getattr(function, "__name__", brief(function))
        allowed = ", ".join(arguments)
        raise ValueError(f"{field}={name} must be a function of ({allowed})") from None
    except ValueError:  # of C, which does not say what it takes
        pass
    return function


def numbers_row(
    field: str,
    values: Iterable,
    *,
    above: float = -math.inf,
    at_least: float = -math.inf,
    at_most: float = math.inf,
    length: int = 1,
) -> Sequence:
    """`values` as a read-only float array of shape (at least `length`,).

    >>> numbers_row("bandwidth_mbps", [1.0, -2.0], at_least=0)
    Traceback (most recent call last):
    ...
    ValueError: bandwidth_mbps[1]=-2.0 must be a finite number of at least 0
    """
    import numpy as np

    try:
        given = np.asarray(values)
        array = np.array(given, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{field}={brief(values)} must be a row of numbers") from None
    masked = isinstance(values, np.ma.MaskedArray)  # what it hides is no number
    if masked or (given.dtype.kind not in "iuf" and given.size):
        raise ValueError(f"{field}={brief(values)} must be a row of numbers")
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


def read_only(row: Sequence) -> Sequence:
    """The array `row` for a policy to look at: no copy, and not to be written into.

    >>> import numpy as np
    >>> read_only(np.zeros(2))[0] = 1.0
    Traceback (most recent call last):
    ...
    ValueError: assignment destination is read-only
    """
    seen = row.view()
    seen.flags.writeable = False
    return seen


def increasing(field: str, row: Sequence) -> None:
    """Refuse a `row` that does not rise at every step.

    >>> increasing("time_s", [0.0, 2.0, 2.0])
    Traceback (most recent call last):
    ...
    ValueError: time_s[2]=2.0 must be more than time_s[1]=2.0
    """
    import numpy as np

    rises = np.diff(row) > 0
    if not rises.all():
        at = int(np.argmin(rises))
        raise ValueError(
            f"{field}[{at + 1}]={row[at + 1]} must be more than {field}[{at}]={row[at]}"
        )


def plain(config: object) -> None:
    """Each number of a frozen `config` becomes Python's own: NumPy's small ones overflow.

    >>> import numpy as np
    >>> @dataclasses.dataclass(frozen=True)
    ... class Shop:
    ...     cups: int
    >>> shop = Shop(np.uint8(200))
    >>> plain(shop), shop.cups + shop.cups
    (None, 400)
    """
    for field in dataclasses.fields(config):
        value = getattr(config, field.name, None)  # some are made later
        if isinstance(value, numbers.Real) and type(value) not in (bool, int, float):
            kind = int if isinstance(value, numbers.Integral) else float
            with contextlib.suppress(OverflowError):  # it is refused where it is looked at
                object.__setattr__(config, field.name, kind(value))


def brief(value: object) -> str:
    """`value` as it stands in a message: its first letters, of an endless number its size.

    >>> brief("a" * 10**6)[-6:], brief(-(10**5000))
    ('aaa...', 'an integer of 16610 bits')
    """
    try:
        text = repr(value)
    except ValueError:  # more digits than Python writes
        text = f"an integer of {value.bit_length()} bits" if isinstance(value, int) else "something"
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}..."


# ── A whole function ────────────────────────────────────────────────────────
def kinds(function: Callable) -> Callable:
    """`function`, with each argument held against its annotation before anything happens.

    A class takes its instances, a protocol whoever has its parts, `float` and `int` numbers
    (and no NaN), `np.ndarray` and `Sequence` any row, `None` only where it is said.

    >>> @kinds
    ... def tea(cups: int, sugar: str | None = None):
    ...     return cups
    >>> tea(2), tea(3, sugar="brown")
    (2, 3)
    >>> tea(None)
    Traceback (most recent call last):
    ...
    ValueError: cups=None must be an integer
    """
    names = [*inspect.signature(function).parameters]

    @functools.cache
    def hints():
        return typing.get_type_hints(function)

    @functools.wraps(function)
    def held(*places, **words):
        expected = hints()
        for name, value in (*zip(names, places, strict=False), *words.items()):
            if name in expected and not _is(value, expected[name]):
                raise ValueError(f"{name}={brief(value)} must be {_said(expected[name])}")
        return function(*places, **words)

    return held


def _is(value, kind):
    if type(kind) is types.UnionType or typing.get_origin(kind) is typing.Union:
        return any(_is(value, one) for one in typing.get_args(kind))
    bare = typing.get_origin(kind) or kind
    if not isinstance(bare, type) or bare is object:
        return True  # a type variable: anything
    if bare in (float, int):
        whole = numbers.Integral if bare is int else numbers.Real
        is_number = isinstance(value, whole) and not isinstance(value, bool)
        return is_number and value == value
    if bare is bool:
        return type(value).__name__ == "bool"  # numpy's is called so, too
    if bare is Path:
        return isinstance(value, str | os.PathLike) and value != ""
    if bare is Callable or issubclass(bare, str | bytes | Mapping | type):
        return callable(value) if bare is Callable else isinstance(value, bare)
    if issubclass(bare, list | set | Iterable) and not _is_ours(bare):
        once = isinstance(value, Iterator) and bare is Sequence  # whoever looks has used it up
        return isinstance(value, Iterable) and not once and not isinstance(value, str | bytes)
    if getattr(bare, "_is_protocol", False):
        parts = {*vars(bare), *getattr(bare, "__annotations__", {})}
        return all(hasattr(value, part) for part in parts if part[:1] != "_")
    return isinstance(value, bare)


def _is_ours(kind):
    """Whether it is a class with a name of its own, and no container of Python's."""
    return kind.__module__.startswith("scalemodel.")


def _said(kind):
    if type(kind) is types.UnionType or typing.get_origin(kind) is typing.Union:
        return " or ".join(map(_said, typing.get_args(kind)))
    bare = typing.get_origin(kind) or kind
    plain = {float: "a number", int: "an integer", str: "text", bool: "True or False",
             Callable: "a function", Hashable: "something hashable", bytes: "bytes", types.NoneType: "None", Path: "a path", type: "a class"}  # fmt: skip
    if bare in plain:
        return plain[bare]
    if issubclass(bare, Iterable) and not _is_ours(bare):
        return "a dictionary" if issubclass(bare, Mapping) else "a row"
    return f"a {bare.__name__}"


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
