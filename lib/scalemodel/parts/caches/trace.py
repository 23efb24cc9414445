"""What a cache is asked: who, how large, and when.

Picture the slips at the counter of a library: each names a book, some also its weight and the
minute. Here they are looked at once, and the books numbered from 0 on, so that what a loop knows
of a book lies at its number in an array.

Numbers that lie close together are taken as they are; spread over up to eight times as many
places as there are requests, they go through a table; any others are sorted. A million take 5 ms,
30 and 150; the latter two hold 8 bytes a request.

Left out: objects that change in size. Two versions are two objects, so give them two ids.
Sources: none needed.
"""

__all__ = [
    "LOOP", "MOST_BYTES", "MOST_REQUESTS", "READ_FLAGS", "SPREAD", "Requests", "requests",
    "size_of",
]  # fmt: skip
__dir__ = lambda: __all__

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


@dataclass(frozen=True, slots=True, eq=False)
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
        bytes_of[dense[::-1]] = sizes[::-1]  # the first word of each; all others must agree
        if (bytes_of[dense] != sizes).any():
            at = int(np.argmax(bytes_of[dense] != sizes))
            before = f"{bytes_of[dense[at]]}, as before"
            raise ValueError(f"sizes[{at}]={sizes[at]} must be {before}: an object has one size")
    if times_s is not None:
        times_s = _as_long("times_s", checks.numbers_row("times_s", times_s), ids)
        if (np.diff(times_s) < 0).any():
            at = int(np.argmax(np.diff(times_s) < 0)) + 1
            raise ValueError(f"times_s[{at}]={times_s[at]} must be at least {times_s[at - 1]}")
    rows = [row if row is None else checks.read_only(row) for row in (dense, bytes_of, times_s)]
    return Requests(rows[0], distinct, *rows[1:], np.zeros(0, dtype=bool))  # a policy looks at them


def _numbered(ids):
    """Ids from 0 on, and how many; one in five may be an object that nobody asks for."""
    lowest, highest = int(ids.min()), int(ids.max())
    if highest - lowest >= SPREAD * len(ids):
        values, dense = np.unique(ids, return_inverse=True)
        return dense.astype(np.int64), len(values)
    near = ids - lowest if lowest != 0 else ids
    seen = np.zeros(highest - lowest + 1, dtype=bool)
    seen[near] = True
    distinct = int(np.count_nonzero(seen))
    if 4 * len(seen) <= 5 * distinct:
        return near, len(seen)
    return (np.cumsum(seen) - 1)[near], distinct


# ── Doorkeepers ─────────────────────────────────────────────────────────────
def _whole_row(field, values, at_least, at_most=2**63 - 1):
    given = np.asarray(values)
    whole = given.dtype.kind in "iu" and not isinstance(values, np.ma.MaskedArray)
    if not whole or given.ndim != 1 or len(given) < 1:
        raise ValueError(f"{field}={checks.brief(values)} must be a row of at least 1 integer")
    if given.min() < at_least or given.max() > at_most:
        at = int(np.argmax((given < at_least) | (given > at_most)))
        allowed = f"of at least {at_least} and at most {at_most}"
        raise ValueError(f"{field}[{at}]={given[at]} must be an integer {allowed}")
    return np.ascontiguousarray(given, dtype=np.int64)


def _as_long(field, row, ids):
    if len(row) != len(ids):
        raise ValueError(f"{field} has {len(row)} numbers; it must have {len(ids)}, as ids has")
    return row


# ── Inside a loop ───────────────────────────────────────────────────────────
@compiled()
def size_of(bytes_of, one):
    """What an object takes of the capacity.

    >>> size_of([5, 7], 1), size_of([], 1)
    (7, 1)
    """
    return bytes_of[one] if len(bytes_of) else 1
