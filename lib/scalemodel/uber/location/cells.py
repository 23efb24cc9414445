"""The loops of the index: cars in the cells of a globe, each cell a chain.

The globe is cut into bands of latitude, and each band into about as many columns as are as wide
as it is high; a polar band has one or a few. A cell has no place of its own: its numbers are
hashed to the head of a chain of cars, forwards and backwards, so that one leaves without a
search. Two cells may share a head; whoever walks the chain passes by the other's cars.

Row 0 of the arrays is no car but the desk: how many cars there are, how many rows were ever
used, and where the chain of free rows begins. So 0 is nobody in all of them.

Left out: cells that split where it is crowded.
Sources: Knuth, "The Art of Computer Programming", 3, 6.4, algorithm R (how a hash closes a gap).
"""

import math

import numpy as np

from scalemodel.core.compiled import READ_FLOATS, READ_INTS, compiled
from scalemodel.uber.location.sphere import EARTH_M, great_circle_m

# A row has 32 bytes in three views, places, chains and ids; and 16 for what its last report said.
# Then a table: a head for each row, and rows by hashed id.
GRID = "Tuple((float64[:, ::1], int32[:, ::1], int64[:, ::1], float64[:, ::1], int32[::1]))"
READ_FLAGS = "Array(boolean, 1, 'C', readonly=True)"
LAT, LON = 0, 1  # columns of places
NEXT, BEFORE = 4, 5  # of chains: they are what is column 2 of places. The first `BEFORE` is ~head
ID = 3  # of ids
TIME_S, SEQ = 0, 1  # of news
ROW, BAND, COLUMN, AFTER, LINE = 0, 1, 2, 3, 64  # columns of a line of chains, and its length
DESK, CARS, USED = 0, 0, 1  # a row, and its columns in ids
LOW = 0xFFFFFFFF  # 32 bits
FARTHEST_M = 1.001 * math.pi * EARTH_M


# ── Where things stand ──────────────────────────────────────────────────────
@compiled()
def _hashed(high, low, size):
    """A number below `size` for two numbers below 2**32."""
    mixed = (low * 0x5BD1E995) & LOW
    mixed = (((mixed ^ (mixed >> 15)) + high) * 0x2C1B3C6D) & LOW
    return ((mixed ^ (mixed >> 13)) * size) >> 32


@compiled()
def _columns_in(band, bands):
    """How many cells a band has."""
    return max(1, int(2 * bands * math.cos(math.pi * (band / bands - 0.5))))


@compiled()
def _part(degrees, turn, parts):
    """In which of equal parts of a turn an angle is."""
    return min(int(degrees / turn * parts), parts - 1)


@compiled()
def _is_same_cell(bands, lat, lon, to_lat, to_lon):
    """Whether two places are in one cell."""
    band = _part(lat + 90, 180, bands)
    if _part(to_lat + 90, 180, bands) != band:
        return False
    columns = _columns_in(band, bands)
    return _part(lon + 180, 360, columns) == _part(to_lon + 180, 360, columns)


@compiled()
def _cell(bands, lat, lon):
    """The band and the column of a place."""
    band = _part(lat + 90, 180, bands)
    return band, _part(lon + 180, 360, _columns_in(band, bands))


@compiled(f"int64({GRID}, int64)")
def find(grid, id):
    """The slot of the table where the row of `id` stands, or would stand."""
    _, _, ids, _, table = grid
    slot = len(ids) + _hashed(id >> 32, id & LOW, len(table) - len(ids))
    while table[slot] != 0 and ids[table[slot], ID] != id:
        slot = slot + 1 if slot + 1 < len(table) else len(ids)
    return slot


@compiled()
def _head_of(band, column, size):
    """The head of a cell; neighbours in a band stand side by side, for the processor's sake."""
    return (_hashed(0, band, size) + column) % size


# ── Moving ──────────────────────────────────────────────────────────────────
@compiled()
def _link(grid, bands, row):
    """Put a row first into the chain of its cell."""
    places, chains, _, _, table = grid
    band, column = _cell(bands, places[row, LAT], places[row, LON])
    head = _head_of(band, column, len(places))
    first = table[head]
    chains[row, NEXT], chains[row, BEFORE] = first, ~head
    if first != 0:
        chains[first, BEFORE] = row
    table[head] = row


@compiled()
def _unlink(grid, row):
    """Take a row out of its chain."""
    _, chains, _, _, table = grid
    after, before = chains[row, NEXT], chains[row, BEFORE]
    if before < 0:
        table[~before] = after
    else:
        chains[before, NEXT] = after
    if after != 0:
        chains[after, BEFORE] = before


@compiled(f"int64({GRID}, int64, int64, float64, float64, float64, int64)")
def put(grid, bands, id, lat, lon, time_s, seq):
    """Put one car where it is: 1, or 0 where it is old news, or -1 where there is no room."""
    places, chains, ids, news, table = grid
    slot = find(grid, id)
    row = table[slot]
    moves = True
    if row == 0:
        row = chains[DESK, NEXT]
        if row != 0:
            chains[DESK, NEXT] = chains[row, NEXT]
        elif ids[DESK, USED] + 1 < len(ids):
            ids[DESK, USED] += 1
            row = ids[DESK, USED]
        else:
            return -1
        table[slot] = row
        ids[row, ID], news[row, SEQ] = id, -1
        ids[DESK, CARS] += 1
    elif 0 <= seq <= news[row, SEQ]:
        return 0
    else:
        moves = not _is_same_cell(bands, places[row, LAT], places[row, LON], lat, lon)
        if moves:
            _unlink(grid, row)
    news[row, SEQ] = seq if seq >= 0 else news[row, SEQ] + 1
    news[row, TIME_S], places[row, LAT], places[row, LON] = time_s, lat, lon
    if moves:
        _link(grid, bands, row)
    return 1


@compiled(
    f"UniTuple(int64, 2)({GRID}, int64, {READ_INTS}, {READ_FLOATS}, {READ_FLOATS}, {READ_FLOATS}, "
    f"{READ_INTS}, int64)"
)
def put_many(grid, bands, ids, lat, lon, time_s, seq, first):
    """Put cars from number `first` on: where it ended, for want of room, and how many moved.

    The cars of a line are looked up before the first is put: so memory answers all at once.
    """
    _, _, _, news, table = grid
    moved, seen = 0, np.empty(LINE)
    for n in range(first, len(ids)):
        if (n - first) % LINE == 0:
            for ahead in range(n, min(n + LINE, len(ids))):
                seen[ahead - n] = news[table[find(grid, ids[ahead])], SEQ]
        done = put(
            grid, bands, ids[n], lat[n], lon[n],
            time_s[n] if len(time_s) > 0 else 0.0, seq[n] if len(seq) > 0 else -1,
        )  # fmt: skip
        if done < 0:
            return n, moved
        moved += done
    return len(ids), moved


@compiled(f"int64({GRID}, int64)")
def take(grid, id):
    """Take a car out: 1, or 0 where there is none."""
    _, chains, known, _, table = grid
    gap = find(grid, id)
    row = table[gap]
    if row == 0:
        return 0
    _unlink(grid, row)
    known[row, ID] = -1
    chains[row, NEXT], chains[DESK, NEXT] = chains[DESK, NEXT], row
    known[DESK, CARS] -= 1
    slots, at = len(table) - len(known), gap
    while table[at] != 0:  # whoever stands further from home than the gap moves into it
        at = at + 1 if at + 1 < len(table) else len(known)
        other = known[table[at], ID]
        home = len(known) + _hashed(other >> 32, other & LOW, slots)
        if table[at] != 0 and (at - home) % slots >= (at - gap) % slots:
            table[gap], gap = table[at], at
    table[gap] = 0
    return 1


@compiled(f"int64({GRID}, float64, float64)")
def take_silent(grid, now_s, ttl_s):
    """Take out all who were silent for longer than `ttl_s`; how many."""
    _, _, ids, news, _ = grid
    taken = 0
    for row in range(1, ids[DESK, USED] + 1):
        if ids[row, ID] >= 0 and now_s - news[row, TIME_S] > ttl_s:
            taken += take(grid, ids[row, ID])
    return taken


@compiled(f"void({GRID}, int64)")
def rebuild(grid, bands):
    """Fill an empty table and chain all rows that are used; each is a car."""
    _, _, ids, _, table = grid
    for row in range(ids[DESK, USED], 0, -1):  # so that chains run forwards
        table[find(grid, ids[row, ID])] = row
        _link(grid, bands, row)


# ── Asking ──────────────────────────────────────────────────────────────────
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
            if band >= 0 and _part(car_lat + 90, 180, bands) != band:
                continue  # of another band, with the same head
            if column >= 0 and _cell(bands, car_lat, car_lon)[1] != column:
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
            columns = _columns_in(band, bands)
            west, east = _columns_near(band, bands, columns, lat, lon, angle)
            # round the globe two columns of one band may have one head, whose chain comes twice
            shared = west < 0 or east >= columns or east - west >= len(known)
        for turn in range(west, east + 1):
            column = turn + columns if turn < 0 else turn - columns if turn >= columns else turn
            row = table[turn if everywhere else _head_of(band, column, len(known))]
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
