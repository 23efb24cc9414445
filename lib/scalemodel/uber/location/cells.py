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

__all__ = [
    "BEFORE", "CARS", "DESK", "GRID", "ID", "LAT", "LINE", "LON", "LOW", "NEXT", "SEQ", "TIME_S",
    "USED", "cell_of", "columns_in", "find", "head_of", "part_of", "put", "put_many", "rebuild",
    "take", "take_silent", "tidy",
]  # fmt: skip
__dir__ = lambda: __all__

import math

from scalemodel.core.compiled import READ_FLOATS, READ_INTS, compiled

# A row has 32 bytes in three views, places, chains and ids; and 16 for what its last report said.
# Then a table: a head for each row, and rows by hashed id.
GRID = "Tuple((float64[:, ::1], int32[:, ::1], int64[:, ::1], float64[:, ::1], int32[::1]))"
LAT, LON = 0, 1  # columns of places
NEXT, BEFORE = 4, 5  # of chains: they are what is column 2 of places. The first `BEFORE` is ~head
ID = 3  # of ids
TIME_S, SEQ = 0, 1  # of news
LINE = 64  # cars that are looked up ahead
DESK, CARS, USED = 0, 0, 1  # a row, and its columns in ids
LOW = 0xFFFFFFFF  # 32 bits


# ── Where things stand ──────────────────────────────────────────────────────
@compiled(counts=False)
def _hashed(high, low, size):
    """A number below `size` for two numbers below 2**32."""
    mixed = (low * 0x5BD1E995) & LOW
    mixed = (((mixed ^ (mixed >> 15)) + high) * 0x2C1B3C6D) & LOW
    return ((mixed ^ (mixed >> 13)) * size) >> 32


@compiled(counts=False)
def columns_in(band, bands):
    """How many cells a band has.

    >>> [columns_in(band, 4) for band in range(4)]
    [1, 5, 8, 5]
    """
    return max(1, int(2 * bands * math.cos(math.pi * (band / bands - 0.5))))


@compiled(counts=False)
def part_of(degrees, turn, parts):
    """In which of equal parts of a turn an angle is.

    >>> part_of(90.0, 180, 4), part_of(180.0, 180, 4)
    (2, 3)
    """
    return min(int(degrees / turn * parts), parts - 1)


@compiled(counts=False)
def _is_same_cell(bands, lat, lon, to_lat, to_lon):
    """Whether two places are in one cell."""
    band = part_of(lat + 90, 180, bands)
    if part_of(to_lat + 90, 180, bands) != band:
        return False
    columns = columns_in(band, bands)
    return part_of(lon + 180, 360, columns) == part_of(to_lon + 180, 360, columns)


@compiled(counts=False)
def cell_of(bands, lat, lon):
    """The band and the column of a place.

    >>> cell_of(4, 0.0, 0.0)
    (2, 4)
    """
    band = part_of(lat + 90, 180, bands)
    return band, part_of(lon + 180, 360, columns_in(band, bands))


@compiled(f"int64({GRID}, int64)", counts=False)
def find(grid, id):
    """The slot of the table where the row of `id` stands, or would stand."""
    _, _, ids, _, table = grid
    slot = len(ids) + _hashed(id >> 32, id & LOW, len(table) - len(ids))
    while table[slot] != 0 and ids[table[slot], ID] != id:
        slot = slot + 1 if slot + 1 < len(table) else len(ids)
    return slot


@compiled(counts=False)
def head_of(band, column, size):
    """The head of a cell; neighbours in a band stand side by side, for the processor's sake.

    >>> head_of(2, 5, 100) - head_of(2, 4, 100)
    1
    """
    return (_hashed(0, band, size) + column) % size


# ── Moving ──────────────────────────────────────────────────────────────────
@compiled(counts=False)
def _link(grid, bands, row):
    """Put a row first into the chain of its cell."""
    places, chains, _, _, table = grid
    band, column = cell_of(bands, places[row, LAT], places[row, LON])
    head = head_of(band, column, len(places))
    first = table[head]
    chains[row, NEXT], chains[row, BEFORE] = first, ~head
    if first != 0:
        chains[first, BEFORE] = row
    table[head] = row


@compiled(counts=False)
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


@compiled(f"int64({GRID}, int64, int64, float64, float64, float64, int64)", counts=False)
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
    f"{READ_INTS}, int64, float64[::1])",
    counts=False,
)
def put_many(grid, bands, ids, lat, lon, time_s, seq, first, seen):
    """Put cars from number `first` on: where it ended, for want of room, and how many moved.

    The cars of a line are looked up before the first is put: so memory answers all at once.
    """
    _, _, _, news, table = grid
    moved = 0
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


@compiled(f"int64({GRID}, int64)", counts=False)
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


@compiled(f"int64({GRID}, float64, float64)", counts=False)
def take_silent(grid, now_s, ttl_s):
    """Take out all who were silent for longer than `ttl_s`; how many."""
    _, _, ids, news, _ = grid
    taken = 0
    for row in range(1, ids[DESK, USED] + 1):
        if ids[row, ID] >= 0 and now_s - news[row, TIME_S] > ttl_s:
            taken += take(grid, ids[row, ID])
    return taken


@compiled(f"void({GRID}, {GRID}, int64)", counts=False)
def rebuild(old, grid, bands):
    """Put all cars into empty arrays, cell by cell, so that neighbours lie side by side."""
    old_places, old_chains, old_ids, old_news, heads = old
    places, _, ids, news, table = grid
    row = 0
    for head in range(len(old_ids)):
        car = heads[head]
        while car != 0:
            row += 1
            places[row, LAT], places[row, LON] = old_places[car, LAT], old_places[car, LON]
            ids[row, ID] = old_ids[car, ID]
            news[row, TIME_S], news[row, SEQ] = old_news[car, TIME_S], old_news[car, SEQ]
            car = old_chains[car, NEXT]
    ids[DESK, CARS] = ids[DESK, USED] = row
    for row in range(ids[DESK, USED], 0, -1):  # so that chains run forwards
        table[find(grid, ids[row, ID])] = row
        _link(grid, bands, row)


@compiled(f"void({GRID}, {GRID}, int64)", counts=False)
def tidy(grid, other, bands):
    """Put all cars cell by cell, by way of empty arrays of the same size."""
    rebuild(grid, other, bands)
    for row in range(len(grid[0])):
        for column in range(4):
            grid[2][row, column] = other[2][row, column]  # the bits of all
        grid[3][row, TIME_S], grid[3][row, SEQ] = other[3][row, TIME_S], other[3][row, SEQ]
    for slot in range(len(grid[4])):
        grid[4][slot] = other[4][slot]
