"""What comes to an index and what leaves it: places, rows of cars, neighbours.

Degrees are numbers from -90 to 90 and from -180 to 180, where 180° is −180°. Ids and numbers of
reports are whole and not negative. What is anything else is told by name.

Left out: other ways to write a place.
Sources: RFC 8259, 6 (the whole numbers that JSON holds alike everywhere).
"""

__all__ = ["MOST_K", "MOST_SEQ", "Neighbours", "columns", "place", "places", "whole", "whole_row"]
__dir__ = lambda: __all__

from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.parts.admission import MOST_ID
from scalemodel.uber.location.sphere import as_row

MOST_SEQ = 2**53 - 1  # the largest whole number that Lua and JSON hold too
MOST_K = 10_000_000


class Neighbours(NamedTuple):
    """Cars and how far they are: `ids` int64 and `distance_m`, ascending, ties by id.

    >>> Neighbours(np.array([7]), np.array([120.0])).distance_m
    array([120.])
    """

    ids: np.ndarray
    distance_m: np.ndarray

    @classmethod
    def of(cls, ids: np.ndarray, distance_m: np.ndarray, k: int | None = None) -> "Neighbours":
        """The first `k` of these cars, who may stand in any order.

        >>> Neighbours.of(ids=[9, 7, 8], distance_m=[1.0, 1.0, 0.5], k=2).ids
        array([8, 7])
        """
        order = np.lexsort((ids, distance_m))[:k]
        return cls(np.asarray(ids)[order], np.asarray(distance_m)[order])


def place(lat, lon):
    """A point on the globe as numbers of Python's; 180° is −180°.

    >>> place(np.float64(52.5), 13), place(52.5, 180.0)
    ((52.5, 13.0), (52.5, -180.0))
    """
    if type(lat) is not float or not -90 <= lat <= 90:
        lat = checks.real("lat", lat, at_least=-90, at_most=90)
    if type(lon) is not float or not -180 <= lon <= 180:
        lon = checks.real("lon", lon, at_least=-180, at_most=180)
    return lat, lon if lon < 180 else -180.0


def columns(ids, lat, lon, time_s=None, seq=None):
    """The columns of a batch as arrays of one length; None stays.

    >>> columns([7], [52.5], [13.4], seq=[1])
    [array([7]), array([52.5]), array([13.4]), None, array([1])]
    """
    said = [
        whole_row("ids", ids, MOST_ID),
        *places(lat, lon),
        None if time_s is None else checks.numbers_row("time_s", time_s, length=0),
        None if seq is None else whole_row("seq", seq, MOST_SEQ),
    ]
    for name, column in zip(("lat", "time_s", "seq"), (said[1], *said[3:]), strict=True):
        if column is not None and len(column) != len(said[0]):
            raise ValueError(
                f"{name} has {len(column)} places; it must have {len(said[0])}, as ids"
            )
    return said


def places(lat, lon):
    """Rows of degrees, of one length; 180° is −180°.

    >>> places(lat=[52.5, 52.6], lon=[13, 180])
    (array([52.5, 52.6]), array([  13., -180.]))
    """
    lat = checks.numbers_row("lat", lat, at_least=-90, at_most=90, length=0)
    lon = checks.numbers_row("lon", lon, at_least=-180, at_most=180, length=0)
    if len(lat) != len(lon):
        raise ValueError(f"lat and lon must have one length: {len(lat)} and {len(lon)}")
    return lat, np.where(lon < 180, lon, -180.0)


def whole(field, value, at_least=0, at_most=MOST_ID):
    """`value` as a whole number, or the field by name; quick where it is one.

    >>> whole("k", 10, at_least=1, at_most=MOST_K)
    10
    """
    if type(value) is not int or not at_least <= value <= at_most:
        value = checks.whole(field, value, at_least=at_least, at_most=at_most)
    return value


def whole_row(field, values, most):
    """`values` as a row of whole numbers from 0 to `most`.

    >>> whole_row("ids", [7, 8], most=9)
    array([7, 8])
    """
    row = as_row(values)
    fits = row.ndim == 1 and (row.dtype.kind in "iu" or not row.size)
    if not fits or (row.size and not 0 <= row.min() <= row.max() <= most):
        raise ValueError(
            f"{field}={checks.brief(values)} must be a row of whole numbers from 0 to {most}"
        )
    return np.ascontiguousarray(row, dtype=np.int64)
