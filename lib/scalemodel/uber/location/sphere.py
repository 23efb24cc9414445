"""Distances on a globe, and the answer that takes its time.

Latitude and longitude are angles: a degree of longitude is 111 km at the equator and nothing
at a pole, and 180° west is 180° east. The great circle between two points knows all of that.
`brute_force` looks at every car for every question: 2 ms for 100,000 cars. An index is held
against it.

Left out: the flattening of the Earth (up to 0.5 % of a distance), streets.
Sources: the haversine formula (Sinnott, Sky and Telescope, 1984); mean radius R₁ (IUGG).
"""

__all__ = ["EARTH_M", "MOST_M", "as_row", "brute_force", "distance_m", "great_circle_m"]
__dir__ = lambda: __all__

import math

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import compiled

EARTH_M = 6_371_008.8  # mean radius
MOST_M = 1e9  # a radius of more than half a turn, 20,015 km, is the whole globe


def distance_m(lat, lon, to_lat, to_lon) -> np.ndarray:
    """Metres along the great circle between points in degrees, of any shapes that go together.

    >>> round(float(distance_m(52.5, 13.4, 48.9, 2.35)) / 1000)
    874
    >>> round(float(distance_m(0, 179.999, 0, -179.999)))
    222
    """
    lat, to_lat = _radians("lat", lat, 90), _radians("to_lat", to_lat, 90)
    lon, to_lon = _radians("lon", lon, 180), _radians("to_lon", to_lon, 180)
    shapes = lat.shape, lon.shape, to_lat.shape, to_lon.shape
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(f"lat, lon, to_lat and to_lon must go together: {shapes}") from None
    half = np.sin((to_lat - lat) / 2) ** 2
    half = half + np.cos(lat) * np.cos(to_lat) * np.sin((to_lon - lon) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))


@compiled()
def great_circle_m(lat, lon, to_lat, to_lon):
    """The same between two points, for the inside of a loop.

    >>> round(great_circle_m(52.5, 13.4, 48.9, 2.35) / 1000)
    874
    """
    north = math.sin((math.radians(to_lat) - math.radians(lat)) / 2)
    east = math.sin((math.radians(to_lon) - math.radians(lon)) / 2)
    half = (
        north * north + math.cos(math.radians(lat)) * math.cos(math.radians(to_lat)) * east * east
    )
    return 2 * EARTH_M * math.asin(math.sqrt(min(half, 1.0)))


def _radians(field, degrees, most):
    row = as_row(degrees)
    if row.dtype.kind not in "iuf" or not (np.abs(row := row.astype(float)) <= most).all():
        shown = checks.brief(degrees)
        raise ValueError(f"{field}={shown} must be of numbers from -{most} to {most}")
    return np.radians(row)


def as_row(values) -> np.ndarray:
    """`values` as an array; of a kind that holds no numbers where some are hidden, or rows differ.

    >>> as_row([52, 53]).dtype.kind, as_row(np.ma.array([52, 53], mask=[0, 1])).dtype.kind
    ('i', 'O')
    """
    try:
        return np.empty((), object) if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
    except ValueError:
        return np.empty((), object)


# ── The brute force ─────────────────────────────────────────────────────────
def brute_force(ids, lat, lon, at_lat, at_lon, k: int, radius_m: float = MOST_M):
    """The `k` nearest to one point, in a circle: ids and metres, ascending, ties by id.

    >>> ids, far_m = brute_force([7, 8], [52.5, 52.6], [13.4, 13.4], 52.51, 13.4, k=2)
    >>> ids, far_m.round()
    (array([7, 8]), array([ 1112., 10008.]))
    """
    lat, lon = checks.numbers_row("lat", lat, length=0), checks.numbers_row("lon", lon, length=0)
    checks.real("at_lat", at_lat, at_least=-90, at_most=90)
    checks.real("at_lon", at_lon, at_least=-180, at_most=180)
    checks.whole("k", k, at_least=1)
    checks.real("radius_m", radius_m, at_least=0, at_most=MOST_M)
    ids = as_row(ids)
    if not ids.shape == lat.shape == lon.shape:
        raise ValueError(f"ids, lat and lon must be rows of one length: {len(lat)}, {len(lon)}")
    far_m = distance_m(lat, lon, at_lat, at_lon)
    order = np.lexsort((ids, far_m))[:k]
    order = order[far_m[order] <= radius_m]
    return ids[order], far_m[order]
