"""Shelves of home lists: for each reader the newest tweets, as row numbers.

A list is a chain of small boxes of two cache lines: two links (the older box, the
newer box) and thirty entries, oldest first. A delivery writes one entry at the
end of the newest box. Entries stand in the order of the tweets, not of arrival:
one that comes late is moved to its place, one that comes twice is seen there and
dropped. When a list is full its oldest entry goes, and the *horizon* remembers
the newest tweet that went.

Left out: tweets themselves, threads, disks. A row number is 4 bytes, so one shelf
holds two thousand million entries.
Sources: the home lists of 800 entries in Krikorian, "Timelines at Scale", 2012;
unrolled linked lists.
"""

__all__ = [
    "AFTER", "BOX", "COUNT", "DELIVERED", "DONE", "FIRST", "FREE", "HORIZON", "IN_ORDER", "KNOWN",
    "LEFT", "LISTS", "NEWER", "NEWEST", "NO_ROOM", "OLDER", "OLDEST", "READERS", "REPEATED", "ROW",
    "ROWS", "SEEN", "TOGETHER", "TWEETS", "USED", "Homes", "backfill", "chance", "clear", "deliver",
    "entries", "evict", "fan_out", "first_after", "holds", "new_box", "slot_before",
]  # fmt: skip
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core.compiled import compiled

BOX = 32  # ints in a box: two links and thirty entries
OLDER, NEWER, FIRST = 0, 1, 2  # where the links and the first entry stand
NEWEST, OLDEST, COUNT, HORIZON = 0, 1, 2, 3  # columns of `lists`
TOGETHER = 32  # lists that are asked for before the first is used
FREE, USED = 0, 1  # `shelf`: first box given back, slots handed out so far
DONE, KNOWN, NO_ROOM = 1, 0, -1  # what a delivery answers


class Homes:
    """Empty home lists for `n_users` readers, of at most `cap` entries each.

    `lists` is of shape (users, 4): slot of the newest and the oldest entry, count,
    horizon. `slots` holds the boxes. Rows are ints from 0, in order of time.

    >>> homes = Homes(n_users=2, cap=3)
    >>> for row in (0, 2, 1, 2, 3):
    ...     homes.deliver(0, row)
    >>> homes.entries(0).tolist(), homes.horizon(0)
    ([3, 2, 1], 0)
    """

    def __init__(self, n_users: int, cap: int):
        self.cap = cap
        self.lists = np.full((n_users, 4), -1, dtype=np.int32)
        self.lists[:, COUNT] = 0
        self.slots = np.zeros(BOX, dtype=np.int32)
        self.shelf = np.array([-1, 0], dtype=np.int64)

    def deliver(self, user: int, row: int) -> None:
        """Put the tweet into the reader's list; a second time changes nothing.

        >>> homes = Homes(1, cap=3)
        >>> homes.deliver(0, 5)
        >>> homes.deliver(0, 5)
        >>> homes.entries(0).tolist()
        [5]
        """
        while deliver.native(self.lists, self.slots, self.shelf, self.cap, user, row) == NO_ROOM:
            self.grow()

    def entries(self, user: int) -> np.ndarray:
        """The rows in the reader's list, newest first.

        >>> Homes(1, cap=3).entries(0).tolist()
        []
        """
        rows = np.empty(self.lists[user, COUNT], dtype=np.int64)
        entries.native(self.lists, self.slots, user, rows)
        return rows

    def horizon(self, user: int) -> int:
        """The newest row that this list has lost, or -1.

        >>> Homes(1, cap=3).horizon(0)
        -1
        """
        return int(self.lists[user, HORIZON])

    def replace(self, user: int, rows: np.ndarray, horizon: int) -> None:
        """Let the list be these `rows`, oldest first, and nothing up to the `horizon`.

        >>> homes = Homes(1, cap=3)
        >>> homes.deliver(0, 2)
        >>> homes.replace(0, [5, 7], horizon=4)
        >>> homes.entries(0).tolist(), homes.horizon(0)
        ([7, 5], 4)
        """
        self.clear(user)
        self.lists[user, HORIZON] = horizon
        for row in rows:
            self.deliver(user, row)

    def clear(self, user: int) -> None:
        """Give the reader's boxes back and forget the horizon.

        >>> homes = Homes(1, cap=3)
        >>> homes.deliver(0, 5)
        >>> homes.clear(0)
        >>> homes.entries(0).tolist()
        []
        """
        clear.native(self.lists, self.slots, self.shelf, user)

    def grow(self) -> None:
        """Make the shelf longer by an eighth.

        >>> homes = Homes(1, cap=3)
        >>> homes.grow()
        >>> len(homes.slots) > BOX
        True
        """
        boxes = len(self.slots) // BOX
        self.slots.resize((boxes + max(16, boxes // 8)) * BOX, refcheck=False)  # moves no byte

    @property
    def bytes_held(self) -> int:
        """Bytes of all lists, boxes given back or not yet used included."""
        return self.lists.nbytes + self.slots.nbytes + self.shelf.nbytes

    def check(self) -> None:
        """Assert what must hold: rising, distinct, beyond the horizon, no box lost.

        >>> Homes(1, cap=3).check()
        """
        boxes = 0
        for user in np.flatnonzero(self.lists[:, COUNT]):
            rows = self.entries(user)
            assert (np.diff(rows) < 0).all(), f"list of {user} does not rise: {rows}"
            assert len(rows) <= self.cap and rows[-1] > self.horizon(user)
            newest, oldest = self.lists[user, NEWEST], self.lists[user, OLDEST]
            box, boxes = newest - newest % BOX, boxes + 1
            while box != oldest - oldest % BOX:
                older = self.slots[box + OLDER]
                assert self.slots[older + NEWER] == box, "the links disagree"
                box, boxes = older, boxes + 1
        free = int(self.shelf[FREE])
        while free >= 0:
            free, boxes = int(self.slots[free + OLDER]), boxes + 1
        assert boxes * BOX == self.shelf[USED], "a box is lost"


# ── The loops ───────────────────────────────────────────────────────────────
LISTS = "int32[:, ::1], int32[::1], int64[::1]"


@compiled(f"int64({LISTS}, int64, int64, int64)")
def deliver(lists, slots, shelf, cap, user, row):
    """`DONE` if the row went into the list, `KNOWN` if it was there or is too old.

    `NO_ROOM` if a box was needed and the shelf is full; then nothing has changed.

    >>> homes = Homes(1, cap=3)
    >>> homes.grow()
    >>> [deliver(homes.lists, homes.slots, homes.shelf, 3, 0, row) for row in (4, 4)]
    [1, 0]
    """
    if row <= lists[user, HORIZON]:
        return KNOWN
    count = lists[user, COUNT]
    newest = lists[user, NEWEST]
    if count > 0 and slots[newest] >= row and holds(slots, newest, count, row):
        return KNOWN
    end = newest + 1
    if count == 0 or end % BOX == 0:
        box = new_box(slots, shelf)
        if box < 0:
            return NO_ROOM
        if count > 0:
            older = newest - newest % BOX
            slots[box + OLDER] = older
            slots[older + NEWER] = box
        end = box + FIRST
        if count == 0:
            lists[user, OLDEST] = end
    place = end
    left = count
    while left > 0 and slots[newest] > row:  # a late one: the newer ones move up
        slots[place] = slots[newest]
        place = newest
        left -= 1
        if left > 0:
            newest = slot_before(slots, newest)
    slots[place] = row
    lists[user, NEWEST] = end
    lists[user, COUNT] = count + 1
    if count + 1 > cap:
        evict(lists, slots, shelf, user)
    return DONE


@compiled()
def holds(slots, slot, count, row):
    """Whether the list that ends at `slot` has the row.

    >>> bool(holds(np.array([-1, -1, 4, 6], dtype=np.int32), 3, 2, 6))
    True
    """
    for left in range(count, 0, -1):
        if slots[slot] <= row:
            return slots[slot] == row
        if left > 1:
            slot = slot_before(slots, slot)
    return False


@compiled()
def evict(lists, slots, shelf, user):
    """Drop the oldest entry of a list of two or more and move the horizon to it.

    >>> homes = Homes(1, cap=3)
    >>> homes.deliver(0, 4)
    >>> homes.deliver(0, 6)
    >>> evict(homes.lists, homes.slots, homes.shelf, 0)
    >>> homes.entries(0).tolist(), homes.horizon(0)
    ([6], 4)
    """
    oldest = lists[user, OLDEST]
    lists[user, HORIZON] = slots[oldest]
    if (oldest + 1) % BOX == 0:
        box = oldest + 1 - BOX
        lists[user, OLDEST] = slots[box + NEWER] + FIRST
        slots[box + OLDER] = shelf[FREE]
        shelf[FREE] = box
    else:
        lists[user, OLDEST] = oldest + 1
    lists[user, COUNT] -= 1


@compiled()
def new_box(slots, shelf):
    """The start of a box nobody uses, or -1.

    >>> int(new_box(np.zeros(2 * BOX, dtype=np.int32), np.array([-1, BOX])))
    32
    """
    box = shelf[FREE]
    if box >= 0:
        shelf[FREE] = slots[box + OLDER]
        return box
    box = shelf[USED]
    if box + BOX > len(slots):
        return -1
    shelf[USED] = box + BOX
    return box


@compiled()
def slot_before(slots, slot):
    """Where the next older entry stands.

    >>> slot_before(np.zeros(9, dtype=np.int32), 8)
    7
    >>> int(slot_before(np.array([64, 0, 0], dtype=np.int32), 2))
    95
    """
    if slot % BOX > FIRST:
        return slot - 1
    return slots[slot - FIRST + OLDER] + BOX - 1


TWEETS = "int32[::1], int32[::1], int64[::1]"  # latest by author, previous, shown
ROWS = "int64[::1], int64[::1], int32[::1]"  # start, length, values of a `Rows`
READERS = "uint8[::1], float64[::1]"  # asleep, share kept
ROW, AFTER, DELIVERED, REPEATED, LEFT, IN_ORDER, SEEN = range(7)  # `progress`


@compiled(f"int64({LISTS}, int64, int32[::1], int64, {ROWS}, {READERS}, int64[::1])")
def fan_out(
    lists, slots, shelf, cap, authors, end, start, length, values, asleep, kept, progress
):  # fmt: skip
    """Deliver the tweets from `progress[ROW]` up to `end` to their authors' followers.

    `start, length, values` are the followers to whom each author is pushed. They stand in
    order of number, so `progress[AFTER]`, the last one seen, is all that a restart
    needs to know. `progress[LEFT]` followers are looked at, at most. Those `asleep` are
    passed over (an empty row: nobody sleeps); `kept` is each reader's share of what comes
    (an empty row: all of it). `progress[IN_ORDER]` says that every row is newer than all
    that the lists hold; then nothing is looked at but where a list ends.

    Answers `DONE`, `KNOWN` when none are left to look at, or `NO_ROOM`; call again
    after that and it goes on where it stopped.

    >>> homes = Homes(2, cap=3)
    >>> homes.grow()
    >>> progress = np.array([0, -1, 0, 0, 99, 0, 0])
    >>> followers = np.array([0, 0]), np.array([2, 0]), np.array([0, 1], dtype=np.int32)
    >>> shelf = homes.lists, homes.slots, homes.shelf
    >>> readers = np.empty(0, dtype=np.uint8), np.empty(0)
    >>> fan_out(*shelf, 3, np.array([0], dtype=np.int32), 1, *followers, *readers, progress)
    1
    >>> homes.entries(1).tolist(), progress[:5].tolist()
    ([0], [1, -1, 2, 0, 97])
    """
    left = progress[LEFT]
    lossy, sleepers = len(kept) > 0, len(asleep) > 0
    in_order = progress[IN_ORDER] > 0
    delivered = 0
    seen = 0
    while progress[ROW] < end:
        row = progress[ROW]
        author = authors[row]
        at = start[author]
        stop = at + length[author]
        if progress[AFTER] >= 0:
            at = first_after(values, at, stop, progress[AFTER])
        outcome = DONE
        ready = stop if in_order else at
        while at < stop and left > 0:
            if at == ready:  # a list lies anywhere: ask for the next few together
                ready = min(at + TOGETHER, stop)
                for ahead in range(at, ready):
                    slot = lists[values[ahead], NEWEST]
                    if slot >= 0:
                        seen += slots[slot]
            follower = values[at]
            newest, count = lists[follower, NEWEST], lists[follower, COUNT]
            if (sleepers and asleep[follower] > 0) or (
                lossy and chance(follower, row) >= kept[follower]
            ):
                pass
            elif in_order and count < cap:  # the usual cases, without a call or a look at entries
                place = newest + 1
                if place % BOX == 0:  # a box is full, or this is the first entry
                    box = new_box(slots, shelf)
                    if box < 0:
                        outcome = NO_ROOM
                        break
                    place = box + FIRST
                    if count > 0:
                        slots[box + OLDER] = newest + 1 - BOX
                        slots[newest + 1 - BOX + NEWER] = box
                    else:
                        lists[follower, OLDEST] = place
                slots[place] = row
                lists[follower, NEWEST] = place
                lists[follower, COUNT] = count + 1
                delivered += 1
            elif (  # room left or an entry to give up for it
                newest % BOX < BOX - 1
                and (in_order or slots[newest] < row)
                and (count < cap or lists[follower, OLDEST] % BOX < BOX - 1)
            ):
                slots[newest + 1] = row
                lists[follower, NEWEST] = newest + 1
                if count < cap:
                    lists[follower, COUNT] = count + 1
                else:
                    lists[follower, HORIZON] = slots[lists[follower, OLDEST]]
                    lists[follower, OLDEST] += 1
                delivered += 1
            else:
                outcome = deliver(lists, slots, shelf, cap, follower, row)
                if outcome == NO_ROOM:
                    break
                if outcome == DONE:
                    delivered += 1
                else:
                    progress[REPEATED] += 1
            left -= 1
            at += 1
        if at < stop:
            if at > start[author]:
                progress[AFTER] = values[at - 1]
            progress[LEFT] = left
            progress[DELIVERED] += delivered
            return NO_ROOM if outcome == NO_ROOM else KNOWN
        progress[ROW] = row + 1
        progress[AFTER] = -1
    progress[LEFT] = left
    progress[SEEN] = seen
    progress[DELIVERED] += delivered
    return DONE


@compiled()
def first_after(values, at, stop, follower):
    """The place of the first of `values[at:stop]`, which rise, that is above `follower`.

    >>> first_after([1, 4, 7], 0, 3, 4)
    2
    """
    while at < stop:
        middle = (at + stop) // 2
        if values[middle] <= follower:
            at = middle + 1
        else:
            stop = middle
    return at


@compiled(f"int64({LISTS}, int64, {TWEETS}, int64, int64, float64, int64[::1])")
def backfill(lists, slots, shelf, cap, latest, previous, shown, author, follower, share, rows):
    """Deliver what an author has written so far; how many there were, or `NO_ROOM`.

    At most `len(rows)`, one more than a list holds, so that the horizon learns of the
    rest. `latest[author]` is the newest row, `previous[row]` the one before it, `shown[row]`
    the id or -1 for a deleted one; `share` of the tweets are kept. After `NO_ROOM` it can be called again.

    >>> homes = Homes(1, cap=3)
    >>> homes.grow()
    >>> latest, previous = np.array([1], dtype=np.int32), np.array([-1, 0], dtype=np.int32)
    >>> tweets, rows = (latest, previous, np.array([77, 78])), np.zeros(4, dtype=int)
    >>> backfill(homes.lists, homes.slots, homes.shelf, 3, *tweets, 0, 0, 1.0, rows)
    2
    """
    found = 0
    row = latest[author]
    while row >= 0 and found < len(rows):
        if shown[row] >= 0 and (share >= 1.0 or chance(follower, row) < share):
            rows[found] = row
            found += 1
        row = previous[row]
    for at in range(found - 1, -1, -1):
        if deliver(lists, slots, shelf, cap, follower, rows[at]) == NO_ROOM:
            return NO_ROOM
    return found


@compiled("void(int32[:, ::1], int32[::1], int64, int64[::1])")
def entries(lists, slots, user, rows):
    """Fill `rows`, as long as the list, with its entries, newest first.

    >>> homes, rows = Homes(1, cap=3), np.zeros(1, dtype=int)
    >>> homes.deliver(0, 4)
    >>> entries(homes.lists, homes.slots, 0, rows)
    >>> rows.tolist()
    [4]
    """
    slot = lists[user, NEWEST]
    for at in range(len(rows)):
        if at > 0:
            slot = slot_before(slots, slot)
        rows[at] = slots[slot]


@compiled("float64(int64, int64)")
def chance(reader, row):
    """A number from 0 up to 1 that belongs to this reader and this tweet.

    A retry meets the same number, so it decides the same.

    >>> round(chance(3, 7), 3), chance(3, 7) == chance(3, 7)
    (0.578, True)
    >>> draws = [chance(reader, row) for reader in range(100) for row in range(100)]
    >>> abs(sum(draws) / len(draws) - 0.5) < 0.01
    True
    """
    prime = 2147483647
    mixed = (int(reader) * 48271 + int(row) * 16807 + 1) % prime
    mixed = (mixed * mixed + 1013904223) % prime
    mixed = (mixed * mixed + 305419896) % prime
    return mixed / prime


@compiled(f"void({LISTS}, int64)")
def clear(lists, slots, shelf, user):
    """Give all boxes of a list back.

    >>> homes = Homes(1, cap=3)
    >>> homes.deliver(0, 4)
    >>> clear(homes.lists, homes.slots, homes.shelf, 0)
    >>> homes.entries(0).tolist()
    []
    """
    if lists[user, COUNT] > 0:
        box = lists[user, NEWEST] - lists[user, NEWEST] % BOX
        last = lists[user, OLDEST] - lists[user, OLDEST] % BOX
        while True:
            older = slots[box + OLDER]
            slots[box + OLDER] = shelf[FREE]
            shelf[FREE] = box
            if box == last:
                break
            box = older
    lists[user, NEWEST] = -1
    lists[user, OLDEST] = -1
    lists[user, COUNT] = 0
    lists[user, HORIZON] = -1
