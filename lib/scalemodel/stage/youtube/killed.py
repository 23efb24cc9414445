"""How the chapter on the real pipeline looks: a task that comes back, and what is done again.

Left out: the runs, which are in `scalemodel.youtube.real`.
Sources: none.
"""

__all__ = [
    "BLOBS_X", "BOARD_X", "BOX", "FIRST_Y", "GROUND", "HEIGHTS", "ROW", "ROW_PX", "SHELF_X", "A",
    "B", "again_picture", "played_picture", "task_comes_back",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from scalemodel.core import checks
from scalemodel.stage.look import theme
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.views.embed import Embed

BOX = (
    '<rect x="-{0}" y="-12" width="{1}" height="24" rx="5" style="fill:var(--sm-surface)" stroke='
    '"currentColor" stroke-width="2"/><text y="5" text-anchor="middle" fill="currentColor">{2}</text>'
)
HEIGHTS = (240, 480, 720)
BOARD_X, BLOBS_X, SHELF_X, FIRST_Y, ROW_PX = 62, 180, 298, 40, 29
A, B, ROW = (62, 152), (180, 152), (298, 152)
GROUND = "".join(
    f'<rect x="{x}" y="22" width="{width}" height="94" rx="6" fill="none" stroke="var(--sm-line)"/>'
    f'<text x="{x + 4}" y="15" style="fill:var(--sm-muted)">{name}</text>'
    for x, width, name in ((10, 104, "tasks"), (128, 104, "blobs"), (246, 104, "shelf"))
)  # fmt: skip


def task_comes_back() -> Embed:
    """A film's rungs and two workers, one of whom is killed; and the same with a plain queue.

    >>> task_comes_back().text[:60]
    'What becomes of the film?: a task that comes back, 7 steps, '
    """
    things = {
        "A": BOX.format(14, 28, "A"),
        "B": BOX.format(14, 28, "B"),
        "row": BOX.format(48, 96, "published"),
    }
    things |= {f"{kind}-{height}": BOX.format(30, 60, f"{height}p") for kind in ("task", "blob", "seen")
               for height in HEIGHTS}  # fmt: skip
    workers = {"A": (*A, "plain"), "B": (*B, "plain")}
    dead = {"A": (*A, "bad"), "B": (*B, "plain")}
    tasks = {f"task-{h}": _slot(BOARD_X, n) for n, h in enumerate(HEIGHTS)}
    blobs = {f"blob-{h}": (*_slot(BLOBS_X, n), "good") for n, h in enumerate(HEIGHTS)}
    seen = {f"seen-{h}": (*_slot(SHELF_X, n), "good") for n, h in enumerate(HEIGHTS)}
    turned = tasks | {"task-240": (*_slot(BOARD_X, 0), "faint")}
    halfway = {"blob-240": (*_slot(BLOBS_X, 0), "good")}
    hidden = {name: (*place[:2], "faint") for name, place in seen.items()}
    comes_back = [
        Step("The film is stored, and there is a task for each of its copies.", workers | tasks),
        Step("A takes the lowest. The slip is only turned over, for a minute.", workers | turned | {"A": (*A, "busy")}),
        Step("A makes the copy, and is killed before it can say so.", dead | turned | halfway),
        Step("Nobody has to notice. The minute is over, and the slip shows again.", dead | tasks | halfway),
        Step("B makes it again. The same bytes have the same name, so there is one.",
             dead | {"B": (*B, "busy")} | turned | halfway),
        Step("All copies are there, and on the shelf, behind a curtain.", dead | blobs | hidden),
        Step("One row in a table draws the curtain. However often, it is one row.",
             dead | blobs | seen | {"row": (*ROW, "good")}),
    ]  # fmt: skip
    gone = {f"task-{h}": _slot(BOARD_X, n) for n, h in enumerate(HEIGHTS)}
    first = {"seen-240": (*_slot(SHELF_X, 0), "bad")}
    plain = [
        Step("The film is stored, and there are tasks in a plain queue.", workers | gone),
        Step("A takes them out of the queue.", workers | {"A": (*A, "busy")}),
        Step("A shows the lowest copy at once, and is killed.", dead | first),
        Step(
            "The queue is empty, and nobody comes. A third of a film is seen, for ever.",
            dead | first,
        ),
    ]
    return moving(
        things, {"a task that comes back": comes_back, "a plain queue": plain},
        title="What becomes of the film?", size_px=(360, 172), ground=GROUND,
    )  # fmt: skip


def _slot(x, n):
    return x, FIRST_Y + ROW_PX * n


def again_picture(told: Mapping, killed_at: int) -> Picture:
    """How many acts are done again, by the act at which a worker was killed.

    `told` is what `youtube.real.killed` gives, or its record.

    >>> told = {"acts": ["take: have a task taken", "do rung 240: write a blob"],
    ...         "killed_at": [1, 2], "again": [1, 2], "published": [1, 1]}
    >>> again_picture(told, 2).alt
    'Killed at act 2 of 2 (do rung 240: write a blob), 2 acts are done again; it is published once.'
    """
    places = told["killed_at"]
    killed_at = checks.whole("killed_at", killed_at, at_least=places[0], at_most=places[-1])
    n = places.index(killed_at)
    act, again = told["acts"][killed_at - 1], told["again"][n]
    colours = [theme.colour("magenta" if place == killed_at else "blue") for place in places]
    figure = go.Figure(
        {
            "data": [
                {"type": "bar", "x": places, "y": told["again"], "marker": {"color": colours}}
            ],
            "layout": {
                "height": 250,
                "xaxis": {"title": {"text": f"killed at act {killed_at}: {act}"}},
                "yaxis": {"title": {"text": "acts done again"}},
            },
        }
    )
    readings = {
        "acts done again": (again, "count"),
        "published": (told["published"][n], "count"),
    }
    times = "once" if told["published"][n] == 1 else f"{told['published'][n]} times"
    alt = (
        f"Killed at act {killed_at} of {len(told['acts'])} ({act}), {again} "
        f"{'act is' if again == 1 else 'acts are'} done again; "
        f"it is published {times}."
    )
    return Picture(figure, readings, alt)


def played_picture(rows: Sequence, line_mbps: float) -> Picture:
    """Which rungs a player shows over lines of other rates; one line is marked.

    `rows` has `(line in Mbit/s, heights of the segments, seconds that the picture stood still)`.

    >>> played_picture([(0.5, [240, 240], 1.0), (4.0, [240, 720], 0.0)], 4.0).alt
    'Over 4 Mbit/s the player shows 240, 720p and stands still for 0.0 s.'
    """
    chosen = [row for row in rows if row[0] == line_mbps]
    if not chosen:
        raise ValueError(f"line_mbps={line_mbps} must be one of {[row[0] for row in rows]}")
    _, heights, still_s = chosen[0]
    figure = go.Figure(
        {
            "data": [
                {"type": "bar", "x": [*range(1, len(heights) + 1)], "y": heights,
                 "marker": {"color": theme.colour("blue")}}
            ],
            "layout": {
                "height": 250, "xaxis": {"title": {"text": "segment, a second each"}, "dtick": 1},
                "yaxis": {"title": {"text": "height, px"}, "range": [0, 760]},
            },
        }
    )  # fmt: skip
    readings = {
        "mean height": (sum(heights) / len(heights), "px"),
        "stands still after the start": (still_s, "s"),
    }
    alt = (
        f"Over {line_mbps:g} Mbit/s the player shows {', '.join(map(str, heights))}p and stands "
        f"still for {still_s:.1f} s."
    )
    return Picture(figure, readings, alt)
