"""The search of the index: who is in a circle, and who is nearest.

You look at your own cell first, and then at those around it, until nobody whom you have not
seen could be nearer. The best so far stand in a heap with the furthest on top; whoever comes
is held against that one. Most cars are passed by without a sine: a bound below their distance
costs a few multiplications.

Left out: an order in which cells are visited, nearest first.
Sources: Roussopoulos, Kelley, Vincent, "Nearest Neighbor Queries", SIGMOD 1995 (the bound);
Williams, "Algorithm 232", 1964 (the heap).
"""

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
from scalemodel.uber.location.sphere import EARTH_M, angle_of, haversine

READ_FLAGS = "Array(boolean, 1, 'C', readonly=True)"
ROW, BAND, COLUMN, AFTER, LINE = 0, 1, 2, 3, 64  # columns of a line of chains, and its length
NOTHING = -1.0  # an angle that no circle has


@compiled()
def _more(angle):
    """An angle and a hair."""
    return angle * (1 + 1e-9) + 1e-9


@compiled()
def _wide(angle):
    """The haversine of an angle, wider by a hair than any rounding."""
    half = min(_more(angle), math.pi) / 2
    return math.sin(half) * math.sin(half) * (1 + 1e-9)


@compiled()
def _least(north, east, parallels):
    """No more than the haversine of the angle between two places: sin x is at least x - x³/6.

    They are so many degrees apart; the cosines of their latitudes have at least this product.
    """
    north, east = math.radians(north) / 2, math.radians(min(abs(east), 360 - abs(east))) / 2
    north *= 1 - north * north / 6
    east *= 1 - east * east / 6
    return (north * north + parallels * east * east) * (1 - 1e-9)


@compiled()
def _parallels(bands, lat, angle):
    """The least product of two cosines of latitudes, of a place and of a cell that a circle meets."""
    phi = math.radians(lat)
    return math.cos(phi) * math.cos(min(abs(phi) + angle + math.pi / bands, math.pi / 2))


@compiled()
def _bands_near(bands, lat, angle):
    """The first and the last band that a circle meets."""
    at, reach = (lat + 90) / 180 * bands, _more(angle) / math.pi * bands
    return max(int(at - reach), 0), min(int(at + reach), bands - 1)


@compiled()
def _columns_near(band, bands, columns, lat, lon, wide, parallels):
    """The first and the last column of a band that a circle meets; turn them round the globe.

    It reaches so far east and west as where the band is nearest to its middle, if the parallel
    there were the shortest that it meets: that is seldom a cell too much.
    """
    south = (band / bands - 0.5) * 180
    gap = max(south - lat, lat - south - 180 / bands, 0.0)
    room = max(wide - _least(gap, 0.0, 0.0), 0.0)
    if room < parallels:
        # the angle whose sine is √(room / parallels) is less than the one whose tangent is this
        reach = math.sqrt(room / (parallels - room)) / math.pi * columns
        if 2 * reach + 2 < columns:
            at = (lon + 180) / 360 * columns
            return math.floor(at - reach), math.floor(at + reach)
    return 0, columns - 1


@compiled()
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


@compiled()
def _is_dear(grid, bands, angle):
    """Whether a circle has more cells than there are cars."""
    reach = 2 * angle / math.pi * bands
    return reach * reach > grid[2][DESK, CARS] + 9


@compiled()
def _walk(grid, bands, line, many, lat, lon, parallels, most, available, ids, far, best, found):
    """Go along many chains side by side, a car of each in a turn: so memory answers all at once."""
    places, chains, known, _, _ = grid
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
            if _least(car_lat - lat, car_lon - lon, parallels) > most:
                continue
            if band >= 0 and part_of(car_lat + 90, 180, bands) != band:
                continue  # of another band, with the same head
            if column >= 0 and cell_of(bands, car_lat, car_lon)[1] != column:
                continue  # its own chain is this one once more
            id = known[row, ID]
            if len(available) > 0 and (id >= len(available) or not available[id]):
                continue
            car = haversine(car_lat, car_lon, lat, lon)
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


@compiled()
def _ring(grid, bands, line, lat, lon, seen, sure, most, available, ids, far, best, found):
    """Look at all cars of the cells that a circle meets, and that a smaller one did not meet.

    Angles say how large they are. How many cars have a haversine of at most `most`, with those
    that were found: the nearest of them are kept in a heap if `best`, else all while there is room.
    """
    _, _, known, _, table = grid
    everywhere = sure >= math.pi
    parallels, inside, many = _parallels(bands, lat, sure), _parallels(bands, lat, seen), 0
    wide, narrow = _wide(sure), _wide(seen)
    first, last = _bands_near(bands, lat, sure)
    first_in, last_in = _bands_near(bands, lat, seen)
    if everywhere:
        first, last = -1, -1
    for band in range(first, last + 1):
        if everywhere:
            west, east, columns, shared = 0, len(known) - 1, len(known), False
            west_in, east_in = 1, 0
        else:
            columns, west_in, east_in = columns_in(band, bands), 1, 0
            west, east = _columns_near(band, bands, columns, lat, lon, wide, parallels)
            if seen >= 0 and first_in <= band <= last_in:
                west_in, east_in = _columns_near(band, bands, columns, lat, lon, narrow, inside)
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
    """Keep the cars of a circle while there is room, or say how much they would need."""
    angle, line = min(radius_m / EARTH_M, math.pi), np.empty((LINE, 4), np.int64)
    sure = math.pi if _is_dear(grid, bands, angle) else angle
    nobody = np.empty(0, np.bool_)
    found = _ring(
        grid, bands, line, lat, lon, NOTHING, sure, _wide(angle), nobody, ids, far_m, False, 0
    )
    if found > len(ids):
        return found
    kept = 0
    for n in range(found):
        car_m = EARTH_M * angle_of(far_m[n])
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
    most, seen, sure, found = _wide(angle), NOTHING, 0.0, 0
    while True:
        if _is_dear(grid, bands, sure):
            seen, sure = NOTHING, math.pi
        if seen < 0:
            found = 0
            for n in range(k):
                ids[n], far[n] = -1, math.inf
        found = _ring(
            grid, bands, line, lat, lon, seen, sure, most, available, ids, far, True, found
        )
        full = far[0] < math.inf
        if sure >= angle or (full and angle_of(far[0]) <= sure):
            break
        seen = sure
        if full:
            angle = min(angle_of(far[0]), angle)
            sure = angle
        else:
            sure = min(max(2 * sure, math.pi / bands), angle)
    for end in range(k - 1, -1, -1):
        id, last = ids[0], far[0]
        _sink(ids, far, end, ids[end], far[end])
        ids[end], far[end] = id, last
    there = 0
    for n in range(min(found, k)):
        id, car_m = ids[n], EARTH_M * angle_of(far[n])
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
