"""What a cache is asked: who, how large, and when.

Picture the slips at the counter of a library's stack: each names a book, some also its weight
and the minute. A loop wants the books numbered 0, 1, 2, ..., so that what it knows about a book
lies at its number in an array. Here the slips are looked at once and numbered.

Numbers that lie close together are taken as they are (1 ns a request to see so); spread over
up to eight times as many as there are requests, they go through a table (4 ns); any others are
sorted (0.1 µs). All of this is done once a trace, and 8 bytes a request.

Left out: objects that change in size. Two versions are two objects, so give them two ids.
Sources: none needed.
"""

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_INTS, compiled

READ_FLAGS = "Array(boolean, 1, 'C', readonly=True)"
# ids, distinct objects, bytes of each object or nothing, whether a request may fill or nothing,
# the policy's settings with its capacity first; out: which requests were hits.
LOOP = f"void({READ_INTS}, int64, {READ_INTS}, {READ_FLAGS}, {READ_INTS}, boolean[::1])"
MOST_REQUESTS = 2**31 - 1  # loops number them in 4 bytes
MOST_BYTES = 10**12  # of one object
SPREAD = 8  # a table has at most so many places a request


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Requests:
    """A trace that is ready for a loop.

    >>> requests([70, 71, 70], sizes=[2, 9, 2]).bytes_of.tolist()
    [2, 9]
    """

    ids: np.ndarray  # from 0 to `distinct` - 1, shape (requests,)
    distinct: int  # objects, and a few that nobody asks for
    bytes_of: np.ndarray  # shape (distinct,), or empty: each counts as one
    times_s: np.ndarray | None  # shape (requests,)
    admits: np.ndarray  # whether a miss may fill, shape (requests,), or empty: all may


def requests(
    ids: np.ndarray, sizes: np.ndarray | None = None, times_s: np.ndarray | None = None
) -> Requests:
    """The requests for `ids`, any integers; an object has one size, and no time is before the last.

    >>> requests([1, 2, 1], sizes=[5, 5, 6])
    Traceback (most recent call last):
    ...
    ValueError: sizes[2]=6 must be 5, as before: an object has one size
    """
    ids = _whole_row("ids", ids, -(2**63))
    checks.whole("requests", len(ids), at_least=1, at_most=MOST_REQUESTS)
    dense, distinct = _numbered(ids)
    bytes_of = np.zeros(0, dtype=np.int64)
    if sizes is not None:
        sizes = _as_long("sizes", _whole_row("sizes", sizes, 1, MOST_BYTES), ids)
        bytes_of = np.ones(distinct, dtype=np.int64)
        bytes_of[dense] = sizes  # the last word of each; all others must agree
        if (bytes_of[dense] != sizes).any():
            _refuse_second_size(dense, sizes)
    if times_s is not None:
        times_s = _as_long("times_s", checks.numbers_row("times_s", times_s), ids)
        if (np.diff(times_s) < 0).any():
            at = int(np.argmax(np.diff(times_s) < 0)) + 1
            raise ValueError(f"times_s[{at}]={times_s[at]} must be at least {times_s[at - 1]}")
    all_may = np.zeros(0, dtype=bool)
    return Requests(
        ids=dense, distinct=distinct, bytes_of=bytes_of, times_s=times_s, admits=all_may
    )


# ── Ids, from 0 on ──────────────────────────────────────────────────────────
@compiled(f"int64({READ_INTS}, int64, int64)")
def count_distinct(ids, lowest, spread):
    """How many ids differ, of those in `spread` places from the `lowest` on.

    >>> count_distinct([7, 9, 7], 7, 3)
    2
    """
    seen = np.zeros(spread, dtype=np.bool_)
    distinct = 0
    for at in range(len(ids)):
        place = ids[at] - lowest
        distinct += 0 if seen[place] else 1
        seen[place] = True
    return distinct


@compiled(f"void({READ_INTS}, int64, int64, int64[::1])")
def number(ids, lowest, spread, dense):
    """Fill `dense` with numbers from 0 on, in the order in which ids come first.

    >>> dense = np.zeros(3, dtype=np.int64)
    >>> number([9, 7, 9], 7, 3, dense)
    >>> dense.tolist()
    [0, 1, 0]
    """
    number_of = np.full(spread, -1, dtype=np.int32)
    distinct = 0
    for at in range(len(ids)):
        place = ids[at] - lowest
        if number_of[place] < 0:
            number_of[place] = distinct
            distinct += 1
        dense[at] = number_of[place]


def _numbered(ids):
    """Dense ids, and how many there are; one in four may be an object that nobody asks for."""
    lowest, highest = int(ids.min()), int(ids.max())
    spread = highest - lowest + 1
    if spread > SPREAD * len(ids):
        values, dense = np.unique(ids, return_inverse=True)
        return dense.astype(np.int64), len(values)
    distinct = int(count_distinct.native(ids, lowest, spread))
    if lowest >= 0 and 4 * (highest + 1) <= 5 * distinct:
        return ids, highest + 1
    dense = np.zeros(len(ids), dtype=np.int64)
    number.native(ids, lowest, spread, dense)
    return dense, distinct


# ── Doorkeepers ─────────────────────────────────────────────────────────────
def _whole_row(field, values, at_least, at_most=2**63 - 1):
    given = np.asarray(values)
    whole = given.dtype.kind in "iu" and not isinstance(values, np.ma.MaskedArray)
    if not whole or given.ndim != 1 or len(given) < 1:
        raise ValueError(f"{field}={values!r} must be a row of at least 1 integer")
    good = (given >= at_least) & (given <= at_most)
    if not good.all():
        at = int(np.argmin(good))
        raise ValueError(
            f"{field}[{at}]={given[at]} must be an integer of at least {at_least} and at most {at_most}"
        )
    return np.ascontiguousarray(given, dtype=np.int64)


def _as_long(field, row, ids):
    if len(row) != len(ids):
        raise ValueError(f"{field} has {len(row)} numbers; it must have {len(ids)}, as ids has")
    return row


def _refuse_second_size(dense, sizes):
    said = {}
    for at, (one, size) in enumerate(zip(dense.tolist(), sizes.tolist(), strict=True)):
        if said.setdefault(one, size) != size:
            raise ValueError(
                f"sizes[{at}]={size} must be {said[one]}, as before: an object has one size"
            )
