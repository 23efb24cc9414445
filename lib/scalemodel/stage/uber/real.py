"""How the chapter on the real log looks: reports on their way, and what waits when one dies.

Left out: the runs, which are in `scalemodel.uber.real`.
Sources: none.
"""

__all__ = [
    "BEGINS", "BOX", "DOT", "GROUND", "READERS", "ROWS", "STORE", "TAPE", "TICK", "WAYS",
    "dying_moving", "rounds_picture", "waiting_picture",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.views.embed import Embed

ROWS, TAPE, STORE = (34, 66, 106, 138), (92, 208), (326, 84)
READERS = {"A": (256, 50), "B": (256, 122)}
DOT = '<circle r="6" fill="currentColor"/>'
TICK = '<path d="M0 -15V15" stroke="currentColor" stroke-width="3"/>'
BOX = (
    '<rect x="-{0}" y="-16" width="{1}" height="32" rx="6" style="fill:var(--sm-surface)" stroke='
    '"currentColor" stroke-width="2"/><text y="5" text-anchor="middle" fill="currentColor">{2}</text>'
)
GROUND = "".join(
    f'<path d="M{TAPE[0]} {y - 11}H{TAPE[1]}V{y + 11}H{TAPE[0]}" fill="none" stroke="var(--sm-muted)"/>'
    for y in ROWS
) + "".join(
    f'<text x="{x}" y="14" style="fill:var(--sm-muted)">{name}</text>'
    for x, name in ((8, "door"), (TAPE[0], "log"), (228, "readers"))
)  # fmt: skip
WAYS = ("a reader is killed", "the store is killed")
BEGINS = {
    "Cars report: four batches are at the door, each a dot.": "door",
    "Each goes to the end of a tape, its partition, which its id says.": "log",
    "A and B are a group: each reads two of the partitions.": "reader",
    "They tell the store, and then write down in the log how far they came: the bars move.": "store",
}


def dying_moving(reader: Mapping, store: Mapping) -> Embed:
    """Reports from the door to the store; a reader is killed on the way, or the store.

    `reader` and `store` are what `uber.real.killed` gives for each.

    >>> told = {"came_again": [1, 2], "waiting": [[0], [7]], "taken": 10}
    >>> dying_moving(told, told).text
    'What happens to the reports?: a reader is killed, 9 steps, the store is killed, 7 steps'
    """
    things = {f"link-{row}-{name}": _link(row, name) for row in range(4) for name in READERS}
    things |= {name: BOX.format(18, 36, name) for name in READERS}
    things |= {"store": BOX.format(27, 54, "store")} | {f"far-{row}": TICK for row in range(4)}
    things |= {f"r{n}": DOT for n in range(16)} | {"again": DOT}
    pile = max(np.sum(store["waiting"], axis=0))
    begins = [
        Step(words, _at(dict.fromkeys(range(4), there), far=[int(there == "store")] * 4))
        for words, there in BEGINS.items()
    ]
    first, full = dict.fromkeys(range(4), "store"), dict.fromkeys(range(4, 16), "log")
    held, done = dict.fromkeys(range(4, 8), "reader"), dict.fromkeys(full, "store")
    one = first | {4: "log", 5: "log", 6: "both", 7: "log"}
    half = one | full | {4: "store", 5: "store", 6: "both"}
    killed, gone = {"B": "bad"}, {"store": "bad"}
    dying = {
        "B has told the store of one more batch, and is killed before it writes that down.": (one, killed),
        "Nobody tells the group. The door takes reports, and A reads its own partitions.":
            (half | {8: "reader", 9: "reader"}, killed, "AABB", (2, 2, 1, 1)),
        "After some silence B is given up. All is shared anew, and meanwhile A stops too.":
            (half, killed | {"A": "faint"}, "", (2, 2, 1, 1)),
        "A has all four, and begins at the bar of each partition.":
            (half, killed, "AAAA", (2, 2, 1, 1)),
        f"B's last {reader['came_again'][1]:,} come again, and the store drops them. All "
        f"{reader['taken']:,} are there.": (first | done, killed, "AAAA", (4, 4, 4, 4)),
    }  # fmt: skip
    away = {
        "The store is killed. Each reader keeps what it holds, and tries again.": (held, gone),
        f"The log takes what comes, up to {pile:,} reports.": (full | held, gone),
        f"An empty store takes its place, and is told all that waited: {store['taken']:,} have come.":
            (done, {}, "AABB", (4, 4, 4, 4)),
    }  # fmt: skip
    ends = [[Step(words, _at(*how)) for words, how in told.items()] for told in (dying, away)]
    return moving(
        things, {way: begins + end for way, end in zip(WAYS, ends, strict=True)},
        title="What happens to the reports?", size_px=(360, 160), ground=GROUND,
    )  # fmt: skip


def _link(row, name):
    x, y = READERS[name]
    return f'<path d="M{TAPE[1] + 4} {ROWS[row]}L{x - 20} {y}" stroke="currentColor"/>'


def _at(dots, looks=None, readers="AABB", far=(1, 1, 1, 1)):
    """Where all stand: a batch in the partition of its number, whose readers are given.

    `far` is how many batches of each partition are written down as told.
    """
    looks = looks or {}
    at = {f"link-{row}-{name}": (0, 0, "faint") for row, name in enumerate(readers)
          if looks.get(name) != "bad"}  # fmt: skip
    at |= {name: (*place, looks.get(name, "plain")) for name, place in READERS.items()}
    at["store"] = (*STORE, looks.get("store", "plain"))
    at |= {f"far-{row}": (TAPE[1] - 5 - 18 * many, ROWS[row]) for row, many in enumerate(far)}
    for n, where in dots.items():
        row, turn = n % 4, n // 4
        x, y = READERS["AABB"[row]]
        there = {
            "door": (24, ROWS[row], "busy"),
            "log": (TAPE[1] - 14 - 18 * turn, ROWS[row], "busy"),
            "reader": (x - 8 + 16 * (row % 2), y + 26, "busy"),
            "store": (STORE[0] - 18 + 12 * row, STORE[1] + 26 + 13 * turn, "good"),
        }
        if where == "both":  # in the store, and not written down in the log
            at |= {f"r{n}": there["log"], "again": there["store"]}
        else:
            at[f"r{n}"] = there[where]
    return at


def waiting_picture(told: Mapping, what: str) -> Picture:
    """How many reports wait at each moment, in the partitions of each of two readers.

    `told` maps each of `WAYS` to what `uber.real.killed` gives.

    >>> one = {"each_s": 1.0, "waiting": [[0, 1], [0, 9]], "silent_s": [1.0, 2.0], "came_again": [0, 3],
    ...        "at_an_older_place": 0}
    >>> waiting_picture({"a reader is killed": one}, "a reader is killed").alt
    'a reader is killed: up to 9 reports wait in partitions of B, up to 1 in those of A.'
    """
    one = told[what]
    at_s = one["each_s"] * np.arange(len(one["waiting"][0]))
    most = [max(row) for row in one["waiting"]]
    lines = zip(("of A", "of B"), ("blue", "orange"), (3, 2), one["waiting"], strict=True)
    figure = _figure(
        [
            {"mode": "lines", "name": f"in partitions {name}", "x": at_s.tolist(), "y": row,
             "line": {"color": theme.colour(ink), "width": width}}
            for name, ink, width, row in lines
        ],
        {"title": {"text": "time, s"}}, "reports that wait",
    )  # fmt: skip
    readings = {
        "longest silence, partitions of A": (one["silent_s"][0], "s"),
        "longest silence, partitions of B": (one["silent_s"][1], "s"),
        "reports that came twice": (sum(one["came_again"]), "count"),
        "cars at an older place": (one["at_an_older_place"], "count"),
    }
    alt = f"{what}: up to {most[1]:,} reports wait in partitions of B, up to {most[0]:,} in those of A."
    return Picture(figure, readings, alt)


def rounds_picture(told: Mapping, expected: list, messages_a_round: int) -> Picture:
    """Messages a second by how many a round takes: measured, and by the formula.

    `told` is what `uber.real.rounds` gives, `expected` a rate for each size.

    >>> told = {"messages_a_round": [1, 10], "messages_per_s": [1000.0, 8000.0]}
    >>> rounds_picture(told, [1000.0, 8000.0], 10).alt
    'With 10 messages a round 8,000 messages a second, 8 times as many as one by one.'
    """
    sizes, rates = told["messages_a_round"], told["messages_per_s"]
    rate = rates[sizes.index(messages_a_round)]
    marks = {
        "formula": {"mode": "lines", "y": expected, "line": {"color": theme.colour("ink"), "width": 2}},
        "measured": {"y": rates, "marker": {"size": 10, "color": theme.colour("orange")}},
        "chosen": {"x": [messages_a_round], "y": [rate],
                   "marker": {"size": 18, "symbol": "circle-open", "color": theme.colour("magenta")}},
    }  # fmt: skip
    figure = _figure(
        [{"mode": "markers", "x": sizes, "name": name, **mark, "y": [round(v) for v in mark["y"]]}
         for name, mark in marks.items()],
        {"title": {"text": "messages a round (log)"}, "type": "log", "dtick": 1}, "messages a second",
    )  # fmt: skip
    readings = {
        "messages a second": (rate, "count"),
        "times as many as one by one": (round(rate / rates[0], 1), "count"),
        "of the dead one's may come twice": (messages_a_round, "count"),
    }
    alt = (
        f"With {messages_a_round} messages a round {rate:,.0f} messages a second, "
        f"{units.number(rate / rates[0])} times as many as one by one."
        if messages_a_round > 1
        else f"One by one {rate:,.0f} messages a second."
    )
    return Picture(figure, readings, units.tied(alt))


def _figure(data, xaxis, y):
    layout = {
        "height": 270, "legend": {"orientation": "h", "y": 1.15}, "xaxis": xaxis,
        "yaxis": {"title": {"text": y}, "rangemode": "tozero"},
    }  # fmt: skip
    return go.Figure({"data": [{"type": "scatter", **each} for each in data], "layout": layout})
