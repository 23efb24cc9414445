"""You before a full shelf, with the next request in your hand: who has to go?

A rule is judged too fast by whoever has never stood in its place. So the reader throws things
out, knowing what a cache knows: what was asked for, how often, and when last. With a switch the
reader sees what comes, as nobody can. At the end stand FIFO, LRU and Belady on the same requests.

The rivals play here, before the page is made. The reader plays in the browser, on `shelf.js`,
a twin of `scalemodel.parts.caches` with the same three rules.

Left out: a clock, and things of different sizes.
Sources: none.
"""

__all__ = [
    "CAPTION", "HEADER", "MOST_PLACES", "MOST_REQUESTS", "NAMES", "RIVALS", "RULES", "UNSCRIPTED",
    "WORDS", "beat_belady",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Mapping, Sequence

from scalemodel.core import checks
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.policies import FIFO, LRU, Belady
from scalemodel.stage.reading.contest import Row, check_names, contest
from scalemodel.stage.views.embed import Embed

RIVALS = {"Belady": Belady, "LRU": LRU, "FIFO": FIFO}
NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_PLACES, MOST_REQUESTS = 9, 40  # one digit each, and nobody chooses more often
HEADER = ("who", "hits", "misses")
RULES = (
    "You are the rule. What is asked for and is not on the shelf is fetched, and if the shelf is "
    "full, you say what has to leave. Every request that finds its thing is a hit."
)
UNSCRIPTED = "This is what the three rules find that you would meet."
CAPTION = (
    "Everybody on “{}”, best first; beneath each name the requests. Belady knew what comes, and "
    "nobody finds more."
)
WORDS = {  # the script fills the gaps
    "found": "_ hits in between. ",
    "one": "One hit in between. ",
    "ask": "Request _ is for _, which is not on the shelf. What leaves?",
    "past": "_ ago, _×",
    "coming": "again in _",
    "never": "never again",
    "strip": "Requests so far: _.",
    "hit": "_ hit",
    "miss": "_ miss",
    "place": "You: _ hits of _ requests",
    "other": "_ _",
    "told": "The others: _. ",
    "like": "Of _ things that you threw out, LRU would have thrown out _, and Belady _. ",
    "cost": "The first that cost you something: at request _ you threw out _, asked for again at _; ",
    "later": "_ was asked for at _.",
    "gone": "nobody asked for _ again.",
    "best": "Nobody can find more.",
}


def beat_belady(rows: Mapping[str, Sequence[int]], places: int, *, title: str) -> Embed:
    """A game: the reader evicts by hand, on a shelf for so many things, against three rules.

    `rows` maps a name to what is asked for, in turn: numbers of things, 0 for A.

    >>> beat_belady({"a round": [0, 1, 2, 0, 1, 2]}, 2, title="Who goes?").text
    'Who goes?: a round · Belady 2, LRU 0, FIFO 0'
    """
    _check(rows, places)
    rounds = {
        name: (
            CAPTION.format(name),
            {who: _row(row, rule(capacity=places)) for who, rule in RIVALS.items()},
        )
        for name, row in rows.items()
    }
    data = {
        "rows": [list(map(int, row)) for row in rows.values()],
        "places": places,
        "names": NAMES,
    }
    return contest(
        __file__, rounds, title=title, rules=RULES, pick="Requests", ahead="Show what comes",
        board=_board(places), header=HEADER, data=data, words=WORDS, unscripted=UNSCRIPTED,
        mine='<span class="strip" data-is="mine" aria-hidden="true"></span>',
    )  # fmt: skip


def _row(row, rule):
    report = simulate(row, rule)
    marks = "".join(
        f'<span class="{"hit" if hit else "miss"}">{NAMES[one]}</span>'
        for one, hit in zip(row, report.hit_mask.tolist(), strict=True)
    )
    strip = f'<span class="strip" aria-hidden="true">{marks}</span>'
    return Row(report.hits, report.hits, (report.hits, report.misses), strip)


def _check(rows, places):
    places = checks.whole("places", places, at_least=2, at_most=MOST_PLACES)
    check_names("rows", rows)
    for name, row in rows.items():
        if not isinstance(row, Sequence) or isinstance(row, str):
            raise ValueError(f"rows[{name!r}]={row!r} must be a list of numbers")
        checks.whole(f"requests of rows[{name!r}]", len(row), at_least=1, at_most=MOST_REQUESTS)
        for one in row:
            checks.whole(f"rows[{name!r}]", one, at_least=0, at_most=len(NAMES) - 1)
        checks.whole(f"things of rows[{name!r}]", len(set(row)), at_least=places + 1)


def _board(places):
    keys = '<button type="button"><b></b><br><small></small></button>' * places
    return (
        '<p class="strip" data-is="strip" role="img"></p>'
        '<p class="bar"><span><span class="strip"><span class="hit">A</span></span> a hit</span>'
        '<span><span class="strip"><span class="miss">A</span></span> a miss</span>'
        f"<span>Under each: last asked for, and how often. Keys: 1 to {places}.</span></p>"
        '<div data-is="play"><p role="status" data-is="status"></p>'
        f'<div class="keys" role="group" aria-label="On the shelf" data-is="keys">{keys}</div></div>'
        '<div data-is="end" hidden><p class="sm-title" data-is="place" tabindex="-1"></p>'
        '<p data-is="words"></p></div>'
    )
