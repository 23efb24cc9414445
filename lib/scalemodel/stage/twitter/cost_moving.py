"""What moves at the head of the chapters on cost: coins for who works, counted as it goes.

`reader_day` has one reader, two authors and two ways to pay. The engine plays the day, and a
coin falls for each delivery and each list pulled that it counts: to the author, or to the
reader. `sleepers_day` has one author, and readers of whom some never look. `page_prices` has
pages, and a coin for each delivery that their work is worth.

Left out: everything that the engine does not count.
Sources: none.
"""

__all__ = [
    "COIN", "COINS_A_ROW", "COIN_PX", "LOOK", "MEASURED", "MOST_EVENTS", "OUTLINE", "PAUSE_S",
    "SLOT_PX", "TWEET", "ZZZ", "copies_of", "counted", "page_coins", "page_prices", "reader_day",
    "sleepers_day",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Mapping, Sequence
from itertools import takewhile

from scalemodel.core import checks
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnRead, FanOutOnWrite, Policy
from scalemodel.twitter.timeline.prices import Costs

LOOK, MEASURED = "look", "as measured"
COIN = '<circle r="7"/><circle r="4" fill="none" stroke="var(--sm-paper)" stroke-width="1.5"/>'
ZZZ = '<text x="-8" y="4">z z z</text>'
TWEET = '<rect x="-13" y="-8" width="26" height="16" rx="3"/>'
OUTLINE = 'fill="none" stroke="var(--sm-muted)" stroke-width="1.5"'
COIN_PX, SLOT_PX = 16, 29
MOST_EVENTS, COINS_A_ROW = 12, 15
PAUSE_S = 60.0  # after which a reader sleeps


# ── One reader, two ways to pay ─────────────────────────────────────────────
def reader_day(authors: Sequence[str], day: Sequence[str], reader: str) -> Embed:
    """A reader's day, paid by the authors and then by the reader; the engine counts.

    `day` is what happens: the name of one of two `authors` who posts, or "look".

    >>> reader_day(["Ann", "Bo"], ["Bo", "Bo", "look", "Ann", "look"], "Cy").text
    'Who pays for Cy’s page?: push: copied when written, 7 steps, pull: fetched when read, 7 steps'
    """
    rules = {
        "push: copied when written": FanOutOnWrite(),
        "pull: fetched when read": FanOutOnRead(),
    }
    ways = {way: _day(authors, day, reader, rule) for way, rule in rules.items()}
    coins = max(len(step.at) for steps in ways.values() for step in steps)
    posted = [n for n, who in enumerate(day) if who != LOOK]
    things = {
        f"{what}-{n}": TWEET for what in ("own", "tweet") for n in posted
    }  # what flies is on top
    things |= {f"coin-{n}": COIN for n in range(coins)}
    ground = "".join(
        f'<text x="{x}" y="{y}">{words}</text>'
        for x, y, words in (
            (4, 34, authors[0]), (4, 79, authors[1]), (40, 12, "own list"),
            (196, 12, f"{reader}’s home list, kept"), (196, 79, f"{reader}’s page, shown"),
            (4, 128, "the authors pay"), (196, 128, f"{reader} pays"),
        )
    )  # fmt: skip
    ground += "".join(  # what will be written
        f'<path d="M{41 + SLOT_PX * slot} {25 + 45 * row}h26v16h-26z" stroke-dasharray="2 3" {OUTLINE}/>'
        for row, author in enumerate(authors)
        for slot in range(list(day).count(author))
    )
    ground += "".join(
        f'<path d="M{x} {y}h148" stroke="var(--sm-line)"/>'
        for x, y in ((40, 44), (40, 89), (196, 44), (196, 108), (4, 156), (196, 156))
    )
    return moving(
        things, ways, title=f"Who pays for {reader}’s page?", size_px=(360, 166), ground=ground
    )


def counted(
    authors: Sequence[str], day: Sequence[str], rule: Policy
) -> list[tuple[int, int, list[int]]]:
    """After each event of the day: deliveries, lists pulled, and the events on the page.

    >>> counted(["Ann", "Bo"], ["Bo", "look", "Ann", "look"], FanOutOnRead())
    [(0, 0, []), (0, 2, [0]), (0, 2, []), (0, 4, [2, 0])]
    """
    if not 1 <= len(day) <= MOST_EVENTS or not set(day) <= {*authors, LOOK}:
        raise ValueError(f"day={day!r} must be 1 to {MOST_EVENTS} of {[*authors, LOOK]}")
    reader = len(authors)
    graph = SocialGraph.from_edges([reader] * reader, range(reader), reader + 1)
    homes, event_of, rows = HomeTimelines(graph, rule), {}, []
    for event, who in enumerate(day):
        page = []
        if who == LOOK:
            page = [event_of[tweet] for tweet in homes.timeline(reader).tolist()]
        else:
            event_of[homes.post(list(authors).index(who))] = event
        rows.append((homes.work.deliveries, homes.work.lists_pulled, page))
    return rows


def _day(authors, day, reader, rule):
    steps = [
        Step(
            f"{' and '.join(authors)} will write these, and {reader} follows both. Nothing is paid."
        )
    ]
    rows, own, copied = counted(authors, day, rule), {}, []
    paid = 0, 0
    for event, (who, (deliveries, lists, page)) in enumerate(zip(day, rows, strict=True)):
        new = deliveries - paid[0], lists - paid[1]
        paid = deliveries, lists
        if who != LOOK:
            own.setdefault(who, []).append(event)
            copied = [event, *copied] if new[0] else copied
        steps.append(Step(_told(who, reader, new, page), _places(authors, own, copied, page, paid)))
    last = steps[-1].at
    steps.append(Step(f"In all {_paid(*paid)}.", last))
    return steps


def _told(who, reader, new, page):
    if who != LOOK:
        where = f"and is copied to {reader}’s home list" if new[0] else f"and stays in {who}’s list"
        return f"{who} writes. The tweet is stored, {where}: {_paid(new[0], 0)}."
    seen = f"{len(page)} tweet{'' if len(page) == 1 else 's'}"
    return f"{reader} looks, and sees {seen}: {_paid(0, new[1])}."


def _paid(deliveries, lists):
    said = []
    if deliveries:
        said.append(f"{deliveries} deliver{'y' if deliveries == 1 else 'ies'}, paid by the authors")
    if lists:
        said.append(f"{lists} list{'' if lists == 1 else 's'} pulled, paid by the reader")
    return " and ".join(said) or "nothing to pay"


def _places(authors, own, copied, page, paid):
    at = {}
    for row, author in enumerate(authors):
        for slot, event in enumerate(own.get(author, [])):  # it stays, beneath what flies from it
            at[f"own-{event}"] = at[f"tweet-{event}"] = (54 + SLOT_PX * slot, 33 + 45 * row)
    for slot, event in enumerate(copied):
        at[f"tweet-{event}"] = (210 + SLOT_PX * slot, 33)
    for slot, event in enumerate(page):
        at[f"tweet-{event}"] = (210 + SLOT_PX * slot, 97, "good")
    for n in range(sum(paid)):
        side, place = (4, n) if n < paid[0] else (196, n - paid[0])
        at[f"coin-{n}"] = (side + 8 + COIN_PX * (place % 9), 142 + COIN_PX * (place // 9), "busy")
    return at


# ── Readers who never look ──────────────────────────────────────────────────
def sleepers_day(author: str, readers: Sequence[str], day: Sequence[str]) -> Embed:
    """An author's day, pushed to all and pushed to those who are awake; the engine counts.

    `day` is what happens: the author's name, who posts, or that of a reader, who looks. Who has
    not looked when the author first posts sleeps.

    >>> sleepers_day("Ann", ["Cy", "Dee"], ["Cy", "Ann", "Ann", "Dee"]).text
    'Who is this copied for?: to everybody, 6 steps, not to sleepers, 6 steps'
    """
    if not 1 <= len(day) <= MOST_EVENTS or not set(day) <= {author, *readers}:
        raise ValueError(f"day={day!r} must be 1 to {MOST_EVENTS} of {[author, *readers]}")
    ways = {
        "to everybody": _posts(author, readers, day, asleep=False),
        "not to sleepers": _posts(author, readers, day, asleep=True),
    }
    names = dict.fromkeys(name for way in ways.values() for step in way for name in step.at)
    kinds = {"tweet": TWEET, "coin": COIN, "zzz": ZZZ}
    things = {name: kinds[name.partition("-")[0]] for name in names}
    bottom = 26 + 30 * len(readers)
    ground = (
        f'<text x="4" y="{bottom // 2}">{author}</text><text x="4" y="{bottom + 18}">paid</text>'
    )
    ground += "".join(
        f'<text x="120" y="{24 + 30 * row}">{reader}</text>'
        f'<path d="M160 {32 + 30 * row}h190" stroke="var(--sm-line)"/>'
        for row, reader in enumerate(readers)
    )
    title, size = "Who is this copied for?", (360, bottom + 30)
    return moving(things, ways, title=title, size_px=size, ground=ground)


def copies_of(
    readers: int, day: Sequence[int | None], asleep: bool
) -> list[tuple[int, int, list[list[int]]]]:
    """After each event: deliveries, lists rebuilt, and how many tweets lie ready for each reader.

    An event is None for a post, or the number of a reader who looks.

    >>> copies_of(2, [0, None, 1], asleep=True)
    [(0, 0, [0, 0]), (1, 0, [1, 0]), (1, 1, [1, 1])]
    """
    graph = SocialGraph.from_edges(range(1, readers + 1), [0] * readers, readers + 1)
    homes = HomeTimelines(graph, FanOutOnWrite(), inactive_after_s=PAUSE_S if asleep else None)
    rows, now_s = [], PAUSE_S / 2
    for who in day:
        if who is None:
            now_s = max(now_s, PAUSE_S)
            homes.post(0, time_s=now_s)
        else:
            homes.timeline(who + 1, time_s=now_s)
        sleeping = set(homes.inactive().tolist()) if asleep else set()
        posts, work = homes.work.posts, homes.work
        ready = [0 if reader + 1 in sleeping else posts for reader in range(readers)]
        rows.append((work.deliveries, work.rebuilds, ready))
    return rows


def _posts(author, readers, day, asleep):
    events = [None if who == author else list(readers).index(who) for who in day]
    rows, steps, paid = copies_of(len(readers), events, asleep), [], (0, 0)
    all_of_them = f"{', '.join(readers[:-1])} and {readers[-1]}"
    steps.append(
        Step(
            f"{all_of_them} follow {author}. A box will be a tweet that lies ready, green when it is "
            "looked at; a coin is one piece of work.",
            _asleep(readers, day, 0),
        )
    )
    for event, (who, (deliveries, rebuilds, ready)) in enumerate(zip(day, rows, strict=True)):
        new = deliveries - paid[0], rebuilds - paid[1]
        paid = deliveries, rebuilds
        at = {
            f"coin-{n}": (50 + COIN_PX * n, 40 + 30 * len(readers), "busy")
            for n in range(sum(paid))
        }
        at |= _asleep(readers, day, event + 1)
        for reader, count in enumerate(ready):
            look = ("good",) if readers[reader] == who and count else ()
            at |= {
                f"tweet-{reader}-{n}": (176 + 30 * n, 20 + 30 * reader, *look) for n in range(count)
            }
        steps.append(Step(_woken(author, who, new, max(ready)), at))
    woken = f", and {paid[1]} list{'' if paid[1] == 1 else 's'} built anew" if paid[1] else ""
    steps.append(Step(f"In all {paid[0]} deliveries{woken}.", steps[-1].at))
    return steps


def _asleep(readers, day, so_far):
    """A sign beside each reader who sleeps: no look before the first post, nor since."""
    awake = day[: max(so_far, len(list(takewhile(lambda who: who in readers, day))))]
    return {f"zzz-{row}": (334, 20 + 30 * row, "faint")
            for row, reader in enumerate(readers) if reader not in awake}  # fmt: skip


def _woken(author, who, new, tweets):
    if who == author:
        return f"{author} writes: {new[0]} deliver{'y' if new[0] == 1 else 'ies'}."
    if new[1]:
        return (
            f"{who} wakes and looks: the list is built anew by a pull, and then it is as any other."
        )
    return f"{who} looks" + (", and the page lies ready: nothing to pay." if tweets else ".")


# ── One page on a processor ─────────────────────────────────────────────────
def page_prices(costs_us: Costs, pages: Mapping[str, int]) -> Embed:
    """What pages take that pull so many lists, in coins worth a delivery: as counted, as measured.

    `pages` maps who looks to the lists that their page pulls; `costs_us` are the prices that
    `twitter.cpu_bill` finds.

    >>> page_prices(Costs(delivery=0.02, pull=0.03, merge=0.24), {"Cy": 0, "Dee": 1}).text
    'What does a page cost?: as counted, 4 steps, as measured, 4 steps'
    """
    coins_of = {
        "as counted": lambda lists: lists,
        MEASURED: lambda lists: page_coins(costs_us, lists),
    }
    ways, most = {}, 0
    for way, coins in coins_of.items():
        steps = [Step("Nobody has looked yet. A coin is the work of one delivery.")]
        at, total = {}, 0
        for row, (who, lists) in enumerate(pages.items()):
            many = checks.whole(f"coins of {who}", coins(lists), at_least=0, at_most=COINS_A_ROW)
            for n in range(many):
                at[f"coin-{total + n}"] = (116 + COIN_PX * n, 34 + 34 * row, "busy")
            total += many
            pulled = f"{lists} list{'' if lists == 1 else 's'}" if lists else "no list"
            worth = (
                f"{many} coin{'' if many == 1 else 's'}" if many else "nothing beyond the bare page"
            )
            merging = round(costs_us.merge / costs_us.delivery) if way == MEASURED and lists else 0
            for_it = f", {merging} of them for merging at all" if merging else ""
            steps.append(
                Step(f"{who} looks, and the page pulls {pulled}: {worth}{for_it}.", dict(at))
            )
        steps.append(Step(f"In all {total} coins.", dict(at)))
        ways[way], most = steps, max(most, total)
    ground = '<text x="36" y="12">pulls lists</text><text x="108" y="12">costs</text>'
    ground += "".join(
        f'<text x="4" y="{38 + 34 * row}">{who}</text>'
        f'<path d="M104 {45 + 34 * row}h250" stroke="var(--sm-line)"/>'
        + "".join(
            f'<path d="M{38 + 12 * n} {28 + 34 * row}h8v12h-8z" fill="var(--sm-muted)"/>'
            for n in range(lists)
        )
        for row, (who, lists) in enumerate(pages.items())
    )
    return moving(
        {f"coin-{n}": COIN for n in range(most)}, ways, title="What does a page cost?",
        size_px=(360, 24 + 34 * len(pages)), ground=ground,
    )  # fmt: skip


def page_coins(costs_us: Costs, lists: int) -> int:
    """Deliveries that one page's pulled lists are worth on a processor, its merge included.

    >>> page_coins(Costs(delivery=0.02, pull=0.03, merge=0.24), 2), page_coins(Costs(), 0)
    (15, 0)
    """
    lists = checks.whole("lists", lists, at_least=0, at_most=10**6)
    merge_us = costs_us.merge if lists else 0.0
    return round((lists * costs_us.pull + merge_us) / costs_us.delivery)
