"""A page of a home timeline: what was pushed to you, merged with what you pull.

The pushed part lies ready on your shelf, newest first. The pulled part is one pile
of tweets per account, and the newest of each pile lies on top. Taking the newest of
all tops, and then looking only at the pile it came from, is the lazy k-way merge:
it never looks at a tweet that cannot be on the page.

Left out: ranking, retweets, replies folded into threads.
Sources: Knuth, The Art of Computer Programming 3, 5.4.1 (merging with a heap).
"""

__all__ = [
    "LISTS", "MOST_IDS", "PAGES", "PULLED", "SCANNED", "SEEN", "copy_page", "cursor", "heapify",
    "link", "merge_page", "page_size", "read_page", "read_pages",
]  # fmt: skip
__dir__ = lambda: __all__

from scalemodel.core import checks
from scalemodel.core.compiled import compiled
from scalemodel.twitter.timeline.homes import (
    BOX,
    COUNT,
    FIRST,
    HORIZON,
    NEWEST,
    OLDER,
    ROWS,
    TOGETHER,
    TWEETS,
    slot_before,
)

MOST_IDS = 10**8  # on the pages of one call
PULLED, SCANNED, PAGES, SEEN = 0, 1, 2, 3  # `paid`: lists, entries, pages, look-ahead


LISTS = "int32[:, ::1], int32[::1]"  # `lists` and `slots` of `Homes`


@compiled(f"int64({LISTS}, {TWEETS}, {ROWS}, int64, int64, int64[::1], int64[::1], int64[::1])")
def read_page(
    lists, slots, latest, previous, shown, start, length, values,
    user, before, heap, page, paid,
):  # fmt: skip
    """Fill `page` with the newest rows below `before`; how many there are.

    `latest[author]` is an author's newest row and `previous[row]` that author's row
    before it, -1 for none; `shown[row]` is its id, -1 for a deleted one. The rows of
    `start, length, values` are the authors whom each reader pulls. `heap` is room to work in, as long as the longest of them.

    >>> import numpy as np
    >>> from scalemodel.twitter.timeline.homes import Homes
    >>> homes = Homes(1, cap=9)
    >>> homes.deliver(0, 1)
    >>> latest = np.array([2, 1], dtype=np.int32)  # author 0 wrote rows 0 and 2
    >>> previous = np.array([-1, -1, 0], dtype=np.int32)
    >>> pulls = np.array([0]), np.array([1]), np.array([0], dtype=np.int32)
    >>> tweets, page = (latest, previous, np.array([70, 71, 72])), np.zeros(9, dtype=int)
    >>> room = np.zeros(1, dtype=int), page, np.zeros(4, dtype=int)
    >>> found = read_page(homes.lists, homes.slots, *tweets, *pulls, 0, 3, *room)
    >>> page[:found].tolist()
    [2, 1, 0]
    """
    horizon = lists[user, HORIZON]
    left = lists[user, COUNT]
    slot = lists[user, NEWEST]
    while left > 0 and slots[slot] >= before:
        left -= 1
        paid[SCANNED] += 1
        if left > 0:
            slot = slot_before(slots, slot)
    tops = 0
    for at in range(start[user], start[user] + length[user]):
        row = latest[values[at]]
        while row >= before:
            row = previous[row]
            paid[SCANNED] += 1
        if row > horizon:
            heap[tops] = row
            tops += 1
    heapify(heap, tops)
    paid[PULLED] += length[user]
    found = 0
    while found < len(page) and (left > 0 or tops > 0):
        pushed = slots[slot] if left > 0 else -1
        pulled = heap[0] if tops > 0 else -1
        row = max(pushed, pulled)
        paid[SCANNED] += 1
        if pushed == row:
            left -= 1
            if slot % BOX > FIRST:
                slot -= 1
            elif left > 0:
                slot = slot_before(slots, slot)
        if pulled == row:  # the next of that pile goes to its place among the tops
            top = previous[row]
            if top <= horizon:
                tops -= 1
                top = heap[tops]
            at, child = 0, 1
            while child < tops:
                if child + 1 < tops and heap[child + 1] > heap[child]:
                    child += 1
                if heap[child] <= top:
                    break
                heap[at] = heap[child]
                at, child = child, 2 * child + 1
            heap[at] = top
        if shown[row] >= 0:
            page[found] = row
            found += 1
    return found


@compiled()
def heapify(heap, tops):
    """Order the first `tops` rows so that none is newer than the one at half its place.

    >>> heap = [3, 5, 7]
    >>> heapify(heap, 3)
    >>> heap
    [7, 5, 3]
    """
    for start in range(tops // 2 - 1, -1, -1):
        row = heap[start]
        at, child = start, 2 * start + 1
        while child < tops:
            if child + 1 < tops and heap[child + 1] > heap[child]:
                child += 1
            if heap[child] <= row:
                break
            heap[at] = heap[child]
            at, child = child, 2 * child + 1
        heap[at] = row


@compiled(f"int64({LISTS}, {TWEETS}, {ROWS}, int64, int64, int64[::1], int64[::1], int64[::1])")
def merge_page(
    lists, slots, latest, previous, shown, start, length, values, user, before, heap, page, paid
):  # fmt: skip
    """As `read_page`, and `page` is filled with ids; it counts as a page that was read.

    >>> import numpy as np
    >>> from scalemodel.twitter.timeline.homes import Homes
    >>> tweets = np.array([0], dtype=np.int32), np.array([-1], dtype=np.int32), np.array([77])
    >>> pulls = np.array([0]), np.array([1]), np.array([0], dtype=np.int32)
    >>> homes, page, paid = Homes(1, cap=9), np.zeros(1, dtype=int), np.zeros(4, dtype=int)
    >>> room = np.zeros(1, dtype=int), page, paid
    >>> merge_page(homes.lists, homes.slots, *tweets, *pulls, 0, 1, *room), page.tolist()
    (1, [77])
    """
    found = read_page(
        lists, slots, latest, previous, shown, start, length, values,
        user, before, heap, page, paid,
    )  # fmt: skip
    for place in range(found):
        page[place] = shown[page[place]]
    paid[PAGES] += 1
    return found


@compiled(
    f"void({LISTS}, {TWEETS}, {ROWS}, int64[::1], int64, int64[::1], int64[:, ::1], int64[::1])"
)
def read_pages(
    lists, slots, latest, previous, shown, start, length, values, users, before, heap, pages, paid
):  # fmt: skip
    """One page for each of `users`, as tweet ids; -1 where a page is shorter.

    Where nobody pulls anything, `values` is empty and a list is copied as it stands.
    A list lies anywhere in memory, and waiting for it is most of the work: so the
    lists of 32 readers are asked for together, with whom they pull, and then read.

    >>> import numpy as np
    >>> from scalemodel.twitter.timeline.homes import Homes
    >>> tweets = np.array([0], dtype=np.int32), np.array([-1], dtype=np.int32), np.array([77])
    >>> pulls = np.array([0]), np.array([1]), np.array([0], dtype=np.int32)
    >>> homes, pages = Homes(1, cap=9), np.zeros((1, 2), dtype=int)
    >>> rest = np.zeros(1, dtype=int), pages, np.zeros(4, dtype=int)
    >>> read_pages(homes.lists, homes.slots, *tweets, *pulls, np.array([0]), 1, *rest)
    >>> pages.tolist()
    [[77, -1]]
    """
    merging = len(values) > 0
    seen = 0
    for first in range(0, len(users), TOGETHER):
        last = min(first + TOGETHER, len(users))
        for at in range(first, last):
            slot = lists[users[at], NEWEST]
            if slot >= 0:
                seen += slots[slot - slot % BOX + OLDER]
            if merging and length[users[at]] > 0:
                seen += latest[values[start[users[at]]]]
        for at in range(first, last):
            user = users[at]
            if merging and length[user] > 0:
                found = merge_page(
                    lists, slots, latest, previous, shown, start, length, values,
                    user, before, heap, pages[at], paid,
                )  # fmt: skip
            else:
                found = copy_page(lists, slots, shown, user, before, pages[at], paid)
            pages[at, found:] = -1
    paid[SEEN] = seen


@compiled(f"int64({LISTS}, int64[::1], int64, int64, int64[::1], int64[::1])")
def copy_page(lists, slots, shown, user, before, page, paid):
    """Fill `page` with the ids of the newest rows below `before` of a list; how many there are.

    >>> import numpy as np
    >>> from scalemodel.twitter.timeline.homes import Homes
    >>> homes, page, paid = Homes(1, cap=9), np.zeros(2, dtype=int), np.zeros(4, dtype=int)
    >>> homes.deliver(0, 0)
    >>> copy_page(homes.lists, homes.slots, np.array([77]), 0, 1, page, paid), page.tolist()
    (1, [77, 0])
    """
    found = 0
    scanned = 0
    left = lists[user, COUNT]
    slot = lists[user, NEWEST]
    while left > 0 and slots[slot] >= before:
        left -= 1
        scanned += 1
        slot = slot - 1 if slot % BOX > FIRST or left == 0 else slot_before(slots, slot)
    while left > 0 and found < len(page):  # box by box
        stop = max(slot - slot % BOX + FIRST, slot - left + 1)
        left -= slot - stop + 1
        while slot >= stop and found < len(page):
            tweet = shown[slots[slot]]
            if tweet >= 0:
                page[found] = tweet
                found += 1
            slot -= 1
            scanned += 1
        if left > 0 and found < len(page):
            slot = slot_before(slots, stop)
    paid[SCANNED] += scanned
    paid[PAGES] += 1
    return found


@compiled("void(int32[::1], int64, int64, int32[::1], int32[::1])")
def link(authors, first, end, latest, previous):
    """Chain the rows from `first` up to `end` to their authors' earlier ones.

    >>> import numpy as np
    >>> latest, previous = np.array([-1], dtype=np.int32), np.zeros(2, dtype=np.int32)
    >>> link(np.array([0, 0], dtype=np.int32), 0, 2, latest, previous)
    >>> previous.tolist(), latest.tolist()
    ([-1, 0], [1])
    """
    for row in range(first, end):
        previous[row] = latest[authors[row]]
        latest[authors[row]] = row


# ── What comes in ───────────────────────────────────────────────────────────
def page_size(n: int, pages: int = 1) -> int:
    """`n` as an int, of ids on each of so many pages.

    >>> page_size(2**40)
    Traceback (most recent call last):
    ...
    ValueError: n=1099511627776 must be an integer of at least 1 and at most 100000000
    """
    return checks.whole("n", n, at_least=1, at_most=MOST_IDS // max(1, pages))


def cursor(before: int) -> int:
    """`before` as an int, the id that a page stays below.

    >>> cursor("x")
    Traceback (most recent call last):
    ...
    ValueError: before='x' must be an integer of at least -9223372036854775808 and at most 9223372036854775807
    """
    return checks.whole("before", before, at_least=-(2**63), at_most=2**63 - 1)
