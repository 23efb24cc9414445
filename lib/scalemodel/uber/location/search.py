"""The search of the index: who is in a circle, and who is nearest.

You look at the cells close by first, and then at a ring of those around them, until nobody whom
you have not seen could be nearer. The best so far stand in a heap with the furthest on top;
whoever comes is held against that one. Cars are compared by the haversine of their angle, which
grows with the distance; and most are passed by without a sine, by a bound below it that costs a
few multiplications.

Left out: an order in which cells are visited, nearest first.
Sources: Roussopoulos, Kelley, Vincent, "Nearest Neighbor Queries", SIGMOD 1995 (the bound);
Williams, "Algorithm 232", 1964 (the heap).
"""

__all__ = [
    "AFTER", "BAND", "COLUMN", "EVERYWHERE", "FIRST", "LINE", "NEAR", "NOWHERE", "READ_FLAGS",
    "ROW", "circle", "nearest", "nearest_many",
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
from scalemodel.uber.location.sphere import EARTH_M

READ_FLAGS = "Array(boolean, 1, 'C', readonly=True)"
ROW, BAND, COLUMN, AFTER, LINE = 0, 1, 2, 3, 64  # columns of a line of chains, and its length
EVERYWHERE, NOWHERE = (-1, -1, 1.0, 0.0), (0, -1, 0.0, 0.0)  # reaches
NEAR = 0.02  # half an angle whose sine is a series of four terms
FIRST = 0.4  # of a cell: how far the first look reaches


@compiled(counts=False)
def _angle_of(haversine):
    """The angle of a haversine."""
    return 2 * math.asin(math.sqrt(min(haversine, 1.0)))


@compiled(counts=False)
def _more(angle):
    """An angle and a hair."""
    return angle * (1 + 1e-9) + 1e-9


@compiled(counts=False)
def _wide(angle):
    """The haversine of an angle, wider by a hair than any rounding."""
    half = min(_more(angle), math.pi) / 2
    return math.sin(half) * math.sin(half) * (1 + 1e-9)


@compiled(counts=False)
def _least(degrees):
    """Less by a hair than sin² of half an angle: up to half a turn, sin x is above x - x³/6."""
    half = math.radians(degrees) / 2
    half *= 1 - 1e-9 - half * half / 6
    return half * half


@compiled(counts=False)
def _sine(degrees):
    """The sine of half an angle; of a small one by its series, the same but for its last bits."""
    half = math.radians(degrees) / 2
    if abs(half) > NEAR:
        return math.sin(half)
    square = half * half
    return half * (1 - square / 6 * (1 - square / 20 * (1 - square / 42)))


@compiled(counts=False)
def _reach(bands, lat, angle):
    """What a circle meets: its first and last band, its haversine, the shortest of its parallels.

    That is the least product of two cosines of latitudes, of its middle and of a cell's.
    """
    at, reach, phi = (lat + 90) / 180 * bands, _more(angle) / math.pi * bands, math.radians(lat)
    parallels = math.cos(phi) * math.cos(min(abs(phi) + angle + math.pi / bands, math.pi / 2))
    return max(int(at - reach), 0), min(int(at + reach), bands - 1), _wide(angle), parallels


@compiled(counts=False)
def _columns_near(band, bands, columns, lat, lon, wide, parallels):
    """The first and the last column of a band that a circle meets; turn them round the globe.

    It reaches so far east and west as where the band is nearest to its middle, if the parallel
    there were the shortest that it meets: that is seldom a cell too much.
    """
    south = (band / bands - 0.5) * 180
    gap = max(south - lat, lat - south - 180 / bands, 0.0)
    room = max(wide - _least(gap), 0.0)
    if room < parallels:
        # the angle whose sine is √(room / parallels) is less than the one whose tangent is this
        reach = math.sqrt(room / (parallels - room)) / math.pi * columns
        if 2 * reach + 2 < columns:
            at = (lon + 180) / 360 * columns
            return math.floor(at - reach), math.floor(at + reach)
    return 0, columns - 1


@compiled(counts=False)
def _sink(ids, far, end, id, car):
    """Put a car on top of a heap, in place of who is there, and let it sink to its place.

    Whoever comes last stands on top: who is furthest, and of equals who has the largest id.
    """
    at, child = 0, 1
    while child < end:
        if child + 1 < end:
            left, right = far[child], far[child + 1]
            if right > left or (right == left and ids[child + 1] > ids[child]):
                child += 1
        if far[child] < car or (far[child] == car and ids[child] <= id):
            break
        ids[at], far[at] = ids[child], far[child]
        at, child = child, 2 * child + 1
    ids[at], far[at] = id, car


@compiled(counts=False)
def _is_dear(grid, bands, angle):
    """Whether a circle has more cells than there are cars."""
    reach = 2 * angle / math.pi * bands
    return reach * reach > grid[2][DESK, CARS] + 9


@compiled(counts=False)
def _walk(grid, bands, line, many, lat, lon, parallels, most, available, ids, far, best, found):
    """Go along many chains side by side, a car of each in a turn: so memory answers all at once."""
    places, chains, known, _, _ = grid
    here, south = math.cos(math.radians(lat)), math.sin(math.radians(lat))
    if best:
        most = min(most, far[0])
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
            north, east = car_lat - lat, abs(car_lon - lon)
            if _least(north) + parallels * _least(min(east, 360 - east)) > most:
                continue  # its haversine is as large, or larger
            if band >= 0 and part_of(car_lat + 90, 180, bands) != band:
                continue  # of another band, with the same head
            if column >= 0 and cell_of(bands, car_lat, car_lon)[1] != column:
                continue  # its own chain is this one once more
            id = known[row, ID]
            if len(available) > 0 and (id >= len(available) or not available[id]):
                continue
            north, east = _sine(north), _sine(east)
            there = here * (1 - 2 * north * north) - 2 * south * north * math.sqrt(
                1 - north * north
            )
            car = north * north + here * there * east * east
            if car > most:
                continue
            if not best:
                if found < len(ids):
                    ids[found], far[found] = id, car
            elif car < far[0] or id < ids[0]:
                _sink(ids, far, len(ids), id, car)
                most = min(most, far[0])
            found += 1
        many = kept
    return found


@compiled(counts=False)
def _ring(grid, bands, line, lat, lon, seen, reach, most, available, ids, far, best, found):
    """Look at all cars of the cells that a circle meets, and that a smaller one did not meet.

    How many cars have a haversine of at most `most`, with those found before: the nearest are
    kept in a heap if `best`, else all while there is room.
    """
    _, _, known, _, table = grid
    first, last, wide, parallels = reach
    first_in, last_in, wide_in, parallels_in = seen
    everywhere, many = first < 0, 0
    for band in range(first, last + 1):
        if everywhere:
            west, east, columns, shared = 0, len(known) - 1, len(known), False
            west_in, east_in = 1, 0
        else:
            columns, west_in, east_in = columns_in(band, bands), 1, 0
            west, east = _columns_near(band, bands, columns, lat, lon, wide, parallels)
            if first_in <= band <= last_in:
                west_in, east_in = _columns_near(
                    band, bands, columns, lat, lon, wide_in, parallels_in
                )
                if east - west == columns - 1 and west_in <= east_in:
                    west, east = west_in, west_in + columns - 1
            shared = columns > len(known)  # two columns may have one head, whose chain comes twice
        for turn in range(west, east + 1):
            if west_in <= turn <= east_in:
                continue
            column = turn + columns if turn < 0 else turn - columns if turn >= columns else turn
            row = table[turn if everywhere else head_of(band, column, len(known))]
            if row != 0:
                line[many, ROW], line[many, BAND] = row, band
                line[many, COLUMN] = column if shared else -1
                many += 1
            if many == LINE:
                found = _walk(
                    grid, bands, line, many, lat, lon, parallels, most, available, ids, far, best,
                    found,
                )  # fmt: skip
                many = 0
    return _walk(
        grid, bands, line, many, lat, lon, parallels, most, available, ids, far, best, found
    )


@compiled(f"int64({GRID}, int64, float64, float64, float64, int64[::1], float64[::1])")
def circle(grid, bands, lat, lon, radius_m, ids, far_m):
    """Fill a row with the cars of a circle and their metres: how many, or would be with room."""
    angle, line = min(radius_m / EARTH_M, math.pi), np.empty((LINE, 4), np.int64)
    reach = EVERYWHERE if _is_dear(grid, bands, angle) else _reach(bands, lat, angle)
    nobody = np.empty(0, np.bool_)
    found = _ring(
        grid, bands, line, lat, lon, NOWHERE, reach, _wide(angle), nobody, ids, far_m, False, 0
    )
    if found > len(ids):
        return found
    kept = 0
    for n in range(found):
        car_m = EARTH_M * _angle_of(far_m[n])
        if car_m <= radius_m:
            ids[kept], far_m[kept] = ids[n], car_m
            kept += 1
    return kept


@compiled(
    f"int64({GRID}, int64, float64, float64, float64, {READ_FLAGS}, int64[::1], float64[::1])"
)
def nearest(grid, bands, lat, lon, radius_m, available, ids, far):
    """Fill a row with the nearest cars and their metres, then -1 and infinity; how many there are.

    All within the angle `sure` have been seen, and some beyond. If the last of the row is within,
    no other can be nearer; else it says how far to look at most.
    """
    k, angle, line = len(ids), min(radius_m / EARTH_M, math.pi), np.empty((LINE, 4), np.int64)
    most, seen, found = _wide(angle), NOWHERE, 0
    sure = min(FIRST * math.pi / bands, angle)
    for n in range(k):
        ids[n], far[n] = -1, math.inf
    while True:
        reach = _reach(bands, lat, sure)
        if _is_dear(grid, bands, sure):
            seen, reach, sure, found = NOWHERE, EVERYWHERE, angle, 0
            for n in range(k):
                ids[n], far[n] = -1, math.inf
        found = _ring(
            grid, bands, line, lat, lon, seen, reach, most, available, ids, far, True, found
        )
        if far[0] < math.inf:  # there are k
            angle = min(_angle_of(far[0]), angle)
        if sure >= angle:
            break
        seen = reach
        sure = angle if far[0] < math.inf else min(2.5 * sure, angle)
    for end in range(k - 1, -1, -1):
        id, last = ids[0], far[0]
        _sink(ids, far, end, ids[end], far[end])
        ids[end], far[end] = id, last
    there = 0
    for n in range(min(found, k)):
        id, car_m = ids[n], EARTH_M * _angle_of(far[n])
        ids[n], far[n] = -1, math.inf
        if car_m <= radius_m:
            at = there
            while at > 0 and far[at - 1] == car_m and ids[at - 1] > id:
                ids[at], at = ids[at - 1], at - 1  # two haversines, one distance
            ids[at], far[there], there = id, car_m, there + 1
    return there


@compiled(
    f"void({GRID}, int64, {READ_FLOATS}, {READ_FLOATS}, float64, {READ_FLAGS}, int64[:, ::1], "
    "float64[:, ::1])"
)
def nearest_many(grid, bands, lat, lon, radius_m, available, ids, far_m):
    """The same for many points, a row each."""
    for n in range(len(lat)):
        nearest(grid, bands, lat[n], lon[n], radius_m, available, ids[n], far_m[n])
