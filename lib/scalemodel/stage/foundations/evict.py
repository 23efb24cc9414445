"""You before a full shelf, with the next request in your hand: who has to go?

A rule is judged too fast by whoever has never stood in its place. So the reader throws things
out, knowing what a cache knows: what was asked for, how often, and when last. With a switch the
reader sees what comes, as nobody can. At the end stand FIFO, LRU and Belady on the same requests.

The rivals play here, before the page is made. The reader plays in the browser, on `shelf.js`,
a twin of `scalemodel.parts.caches` with the same three rules.

Left out: a clock, and things of different sizes.
Sources: none.
"""

from collections.abc import Mapping, Sequence
from html import escape

from scalemodel.core import checks
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.policies import FIFO, LRU, Belady
from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind

RIVALS = {"Belady": Belady, "LRU": LRU, "FIFO": FIFO}
NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_PLACES, MOST_REQUESTS = 9, 40  # one digit each, and nobody chooses more often
HEADER = ("who", "hits", "misses")
RULES = (
    "You are the rule. What is asked for and is not on the shelf is fetched, and if the shelf is "
    "full, you say what has to leave. Every request that finds its thing is a hit."
)
WITHOUT_SCRIPT = "The game needs JavaScript. This is what the three rules find that you would meet."
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
    _check(rows, places, title)
    found = {
        name: {rival: simulate(row, rule(capacity=places)) for rival, rule in RIVALS.items()}
        for name, row in rows.items()
    }
    lines = [
        f"{name} · {', '.join(f'{rival} {report.hits}' for rival, report in reports.items())}"
        for name, reports in found.items()
    ]
    tables = [
        _table(name, rows[name], reports, with_you=n == 0)
        for n, (name, reports) in enumerate(found.items())
    ]
    data = {
        "rows": [list(map(int, row)) for row in rows.values()], "places": places,
        "names": NAMES, "words": WORDS,
    }  # fmt: skip
    html = (
        f'<section class="sm-evict" aria-label="{escape(title)}" data-lm-suppress-shortcuts>'
        f'<p class="sm-title">{escape(title)}</p>{_board(rows, places)}'
        f"<noscript><p>{WITHOUT_SCRIPT}</p></noscript>{''.join(tables)}"
        f"{data_html(data)}</section>"
    )
    return Embed(Kind.beside(__file__), html, f"{title}: {'; '.join(lines)}")


def _check(rows, places, title):
    places = checks.whole("places", places, at_least=2, at_most=MOST_PLACES)
    if not isinstance(rows, Mapping) or not rows:
        raise ValueError(f"rows={rows!r} must map at least one name to what is asked for")
    for name, row in rows.items():
        if not isinstance(name, str) or not name:
            raise ValueError(f"rows has the name {name!r}; it must be text")
        if not isinstance(row, Sequence) or isinstance(row, str):
            raise ValueError(f"rows[{name!r}]={row!r} must be a list of numbers")
        checks.whole(f"requests of rows[{name!r}]", len(row), at_least=1, at_most=MOST_REQUESTS)
        for one in row:
            checks.whole(f"rows[{name!r}]", one, at_least=0, at_most=len(NAMES) - 1)
        checks.whole(f"things of rows[{name!r}]", len(set(row)), at_least=places + 1)
    if not isinstance(title, str) or not title:
        raise ValueError(f"title={title!r} must be text")


# ── The board: there from the start, and empty until the script fills it ───
def _board(rows, places):
    options = "".join(f"<option>{escape(name)}</option>" for name in rows)
    keys = '<button type="button"><b></b><br><small></small></button>' * places
    return (
        f'<div data-is="board" hidden><p>{RULES}</p>'
        '<div class="bar"><label>Requests '
        f'<select data-is="row" autocomplete="off">{options}</select></label>'
        '<button type="button" data-is="ahead" aria-pressed="false">Show what comes</button>'
        '<button type="button" data-is="again">Start again</button></div>'
        '<p class="strip" data-is="strip" role="img"></p>'
        '<p class="bar"><span><span class="strip"><span class="hit">A</span></span> a hit</span>'
        '<span><span class="strip"><span class="miss">A</span></span> a miss</span>'
        f"<span>Under each: last asked for, and how often. Keys: 1 to {places}.</span></p>"
        '<div data-is="play"><p role="status" data-is="status"></p>'
        f'<div class="keys" role="group" aria-label="On the shelf" data-is="keys">{keys}</div></div>'
        '<div data-is="end" hidden><p class="sm-title" data-is="place" tabindex="-1"></p>'
        '<p data-is="words"></p></div></div>'
    )  # fmt: skip


# ── What the others find, which a reader without a script sees at once ──────
def _table(name, row, reports, with_you):
    ranked = sorted(reports, key=lambda rival: -reports[rival].hits)
    body = "".join(_row(rival, row, reports[rival]) for rival in ranked)
    you = (
        '<tr class="you" data-is="you" hidden><th scope="row">you<br><span class="strip" '
        'data-is="mine" aria-hidden="true"></span></th><td class="sm-number"></td>'
        '<td class="sm-number"></td></tr>'
    )
    kinds = ["", *[' class="sm-number"'] * (len(HEADER) - 1)]
    head = "".join(
        f'<th scope="col"{kind}>{word}</th>' for word, kind in zip(HEADER, kinds, strict=True)
    )
    caption = (
        f"Everybody on “{name}”, best first; beneath each name the requests. Belady knew what "
        "comes, and nobody finds more."
    )
    return (
        f'<table class="sm-table"><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}{you if with_you else ''}</tbody></table>"
    )


def _row(rival, row, report):
    marks = "".join(
        f'<span class="{"hit" if hit else "miss"}">{NAMES[one]}</span>'
        for one, hit in zip(row, report.hit_mask.tolist(), strict=True)
    )
    return (
        f'<tr data-hits="{report.hits}" data-who="{rival}"><th scope="row">{rival}<br>'
        f'<span class="strip" aria-hidden="true">{marks}</span></th>'
        f'<td class="sm-number">{report.hits}</td><td class="sm-number">{report.misses}</td></tr>'
    )
