"""The search of the index: who is in a circle, and who is nearest.

You look at your own cell first, and then at those around it, until nobody whom you have not
seen could be nearer. The best so far stand in a heap with the furthest on top; whoever comes
is held against that one. Most cars are passed by without a sine: a bound below their distance
costs a few multiplications.

Left out: an order in which cells are visited, nearest first.
Sources: Roussopoulos, Kelley, Vincent, "Nearest Neighbor Queries", SIGMOD 1995 (the bound);
Williams, "Algorithm 232", 1964 (the heap).
"""

__all__ = [
    "AFTER", "BAND", "COLUMN", "FARTHEST_M", "LINE", "READ_FLAGS", "ROW", "circle", "nearest",
    "nearest_many",
]  # fmt: skip
__dir__ = lambda: __all__

import math

import numpy as np

from scalemodel.core.compiled import READ_FLOATS, compiled
from scalemodel.uber.location.cells import (
    CARS,
    DESK,
    GRID,
    ID,
    LAT,
    LON,
    NEXT,
    cell_of,
    columns_in,
    head_of,
    part_of,
)  # fmt: skip
from scalemodel.uber.location.sphere import EARTH_M, great_circle_m

READ_FLAGS = "Array(boolean, 1, 'C', readonly=True)"
ROW, BAND, COLUMN, AFTER, LINE = 0, 1, 2, 3, 64  # columns of a line of chains, and its length
FARTHEST_M = 1.001 * math.pi * EARTH_M


@compiled()
def _haversine(angle):
    """sin² of half an angle: it grows with the angle, up to half a turn."""
    return math.sin(angle / 2) * math.sin(angle / 2)


@compiled()
def _wide(radius_m):
    """A radius as an angle, at most half a turn, and wider by a hair than any rounding."""
    return min(radius_m / EARTH_M * (1 + 1e-9) + 1e-9, math.pi)


@compiled()
def _least(north, east, parallels):
    """No more than the haversine of the angle between two places: sin x is at least x - x³/6.

    They are so many degrees apart; the cosines of their latitudes have at least this product.
    """
    north, east = math.radians(north) / 2, math.radians(min(abs(east), 360 - abs(east))) / 2
    north *= 1 - north * north / 6
    east *= 1 - east * east / 6
    return north * north + parallels * east * east


@compiled()
def _columns_near(band, bands, columns, lat, lon, angle):
    """The first and the last column of a band that a circle meets; turn them round the globe.

    It reaches so far east and west as where the band is nearest to its middle, if the parallel
    there were the shortest in the band: that is seldom a cell too much.
    """
    step, lat = math.pi / bands, math.radians(lat)
    south = band * step - math.pi / 2
    gap = max(south - lat, lat - south - step, 0.0)
    parallels = math.cos(lat) * min(math.cos(south), math.cos(south + step))
    room = max(_haversine(angle) - _haversine(gap), 0.0)
    if room < parallels:
        reach = math.asin(math.sqrt(room / parallels)) / math.pi * columns
        if 2 * reach + 2 < columns:
            at = (lon + 180) / 360 * columns
            return math.floor(at - reach), math.floor(at + reach)
    return 0, columns - 1


@compiled()
def _sink(ids, far_m, end, id, car_m):
    """Put a car on top of a heap, in place of who is there, and let it sink to its place.

    Whoever comes last stands on top: who is furthest, and of equals who has the largest id.
    """
    at, child = 0, 1
    while child < end:
        if child + 1 < end:
            left_m, right_m = far_m[child], far_m[child + 1]
            if right_m > left_m or (right_m == left_m and ids[child + 1] > ids[child]):
                child += 1
        if far_m[child] < car_m or (far_m[child] == car_m and ids[child] <= id):
            break
        ids[at], far_m[at] = ids[child], far_m[child]
        at, child = child, 2 * child + 1
    ids[at], far_m[at] = id, car_m


@compiled()
def _is_dear(grid, bands, radius_m):
    """Whether a circle has more cells than there are cars."""
    reach = 2 * _wide(radius_m) / math.pi * bands
    return reach * reach > grid[2][DESK, CARS] + 9


@compiled()
def _walk(grid, bands, line, many, lat, lon, parallels, most_m, available, ids, far_m, best, found):
    """Go along many chains side by side, a car of each in a turn: so memory answers all at once."""
    places, chains, known, _, _ = grid
    most = _haversine(_wide(min(most_m, far_m[0]) if best else most_m))
    while many > 0:
        for n in range(many):
            line[n, AFTER] = chains[line[n, ROW], NEXT]
        kept = 0
        for n in range(many):
            row, after, band, column = line[n, ROW], line[n, AFTER], line[n, BAND], line[n, COLUMN]
            if after != 0:
                line[kept, ROW], line[kept, BAND], line[kept, COLUMN] = after, band, column
                kept += 1
            car_lat, car_lon = places[row, LAT], places[row, LON]
            if _least(car_lat - lat, car_lon - lon, parallels) > most:
                continue
            if band >= 0 and part_of(car_lat + 90, 180, bands) != band:
                continue  # of another band, with the same head
            if column >= 0 and cell_of(bands, car_lat, car_lon)[1] != column:
                continue  # its own chain is this one once more
            id = known[row, ID]
            if len(available) > 0 and (id >= len(available) or not available[id]):
                continue
            car_m = great_circle_m(car_lat, car_lon, lat, lon)
            if car_m > most_m:
                continue
            if not best and found < len(ids):
                ids[found], far_m[found] = id, car_m
            if best and (car_m < far_m[0] or (car_m == far_m[0] and id < ids[0])):
                _sink(ids, far_m, len(ids), id, car_m)
                if far_m[0] < most_m:
                    most = _haversine(_wide(far_m[0]))
            found += 1
        many = kept
    return found


@compiled(
    f"int64({GRID}, int64, float64, float64, float64, float64, {READ_FLAGS}, int64[::1], "
    "float64[::1], boolean)"
)
def circle(grid, bands, lat, lon, radius_m, most_m, available, ids, far_m, best):
    """Look at all cars whose cells meet a circle: how many are at most `most_m` away.

    If `best`, the nearest of them are kept in a heap, else all while there is room.
    """
    _, _, known, _, table = grid
    angle, phi = _wide(radius_m), math.radians(lat)
    parallels = math.cos(phi) * math.cos(min(abs(phi) + angle, math.pi / 2))
    at, reach = (lat + 90) / 180 * bands, angle / math.pi * bands
    first, last = max(int(at - reach), 0), min(int(at + reach), bands - 1)
    everywhere = _is_dear(grid, bands, radius_m)
    if everywhere:
        first, last = -1, -1
    line, many, found = np.empty((LINE, 4), np.int64), 0, 0
    for band in range(first, last + 1):
        if everywhere:
            west, east, columns, shared = 0, len(known) - 1, len(known), False
        else:
            columns = columns_in(band, bands)
            west, east = _columns_near(band, bands, columns, lat, lon, angle)
            # round the globe two columns of one band may have one head, whose chain comes twice
            shared = west < 0 or east >= columns or east - west >= len(known)
        for turn in range(west, east + 1):
            column = turn + columns if turn < 0 else turn - columns if turn >= columns else turn
            row = table[turn if everywhere else head_of(band, column, len(known))]
            if row != 0:
                line[many, ROW], line[many, BAND] = row, band
                line[many, COLUMN] = column if shared else -1
                many += 1
            if many == LINE or (band == last and turn == east):
                found = _walk(
                    grid, bands, line, many, lat, lon, parallels, most_m, available, ids, far_m,
                    best, found,
                )  # fmt: skip
                many = 0
    return found


@compiled(
    f"int64({GRID}, int64, float64, float64, float64, {READ_FLAGS}, int64[::1], float64[::1])"
)
def nearest(grid, bands, lat, lon, radius_m, available, ids, far_m):
    """Fill a row with the nearest cars, then -1 and infinity; how many there are.

    All within `sure_m` have been seen, and some beyond. If the last of the row is within, no
    other can be nearer; else it says how far to look at most.
    """
    radius_m, sure_m, k = min(radius_m, FARTHEST_M), 0.0, len(ids)
    while True:
        if _is_dear(grid, bands, sure_m):
            sure_m = radius_m
        for n in range(k):
            ids[n], far_m[n] = -1, math.inf
        found = circle(grid, bands, lat, lon, sure_m, radius_m, available, ids, far_m, True)
        if far_m[0] <= sure_m or sure_m >= radius_m:
            break
        if far_m[0] < math.inf:
            sure_m = radius_m = far_m[0]
        else:
            sure_m = min(max(2 * sure_m, math.pi * EARTH_M / bands), radius_m)
    for end in range(k - 1, -1, -1):
        id, last_m = ids[0], far_m[0]
        _sink(ids, far_m, end, ids[end], far_m[end])
        ids[end], far_m[end] = id, last_m
    return min(found, k)


@compiled(
    f"void({GRID}, int64, {READ_FLOATS}, {READ_FLOATS}, float64, {READ_FLAGS}, int64[:, ::1], "
    "float64[:, ::1])"
)
def nearest_many(grid, bands, lat, lon, radius_m, available, ids, far_m):
    """The same for many points, a row each."""
    for n in range(len(lat)):
        nearest(grid, bands, lat[n], lon[n], radius_m, available, ids[n], far_m[n])
