"""A city of hexagons, minute by minute: who asks, which cars are idle, and what a ride costs.

The hexagons are H3's, drawn here from their corners; the city beneath them is generated. The
reader plays the evening, without a price and with one, and sees both beside each other.

Left out: the cars that are busy.
Sources: none; the runs are those of `evening`.
"""

__all__ = [
    "CHART_H", "CHART_W", "DIGITS", "HIGH", "KEY", "OPENS", "RUN", "SWITCH", "TITLE", "UNTIL",
    "WAYS", "WIDE", "WINDOW", "corners", "dots", "frames", "in_words", "over", "rain_map",
]  # fmt: skip
__dir__ = lambda: __all__

import h3.api.basic_int as h3
import numpy as np

from scalemodel.core import units
from scalemodel.stage.uber.evening import KM_A_DEGREE, MINUTES, PRICE, SHOWN_H, TOWN, evening
from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind

TITLE = "A concert lets out. Who gets a car?"
WAYS = {"without a price": None, "with a price": PRICE}
OPENS, WINDOW = 28, 5  # minute at which it opens; minutes over which are counted
WIDE, HIGH = 340, 330  # px of the map
CHART_W, CHART_H = 340, 92
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # no small e, lest 1e9 be read in them


def rain_map() -> Embed:
    """The evening of the concert, without and with a price.

    >>> rain_map().text
    'A concert lets out. Who gets a car?: 91 hexagons, 120 minutes, without a price, with a price'
    """
    runs = {way: evening(price) for way, price in WAYS.items()}
    data = {"minutes": MINUTES, "from": 60 * SHOWN_H, "opens": OPENS}
    data["ways"] = [frames(run) for run in runs.values()]
    html = (
        f'<figure class="sm-moving" data-ready="1" data-lm-suppress-shortcuts aria-label="{TITLE}">'
        f'<div class="sm-rain_map"><div class="top"><p class="sm-title">{TITLE}</p>'
        f'{SWITCH}</div><div class="both">{_map(runs)}'
        f'<div>{RUN}<p role="status" data-is="status">A generated city, no real one.</p>'
        f"{_table(data['ways'], runs.values())}{_chart(runs)}</div></div>{KEY}{_in_words(runs)}{data_html(data)}</div></figure>"
    )
    told = f"{len(next(iter(runs.values())).cells)} hexagons, {MINUTES} minutes, {', '.join(WAYS)}"
    return Embed(Kind.beside(__file__), html, f"{TITLE}: {told}")


SWITCH = (
    '<button type="button" data-is="price" aria-pressed="false" disabled>A price for each hexagon: '
    "<b>off</b></button>"
)
RUN = (
    '<div class="run" data-is="run"><button type="button" aria-label="play the evening" disabled>'
    f'<span aria-hidden="true">▶</span></button><input type="range" min="0" max="{MINUTES - 1}" '
    f'value="{OPENS}" step="1" aria-label="minute of the evening" disabled><output></output></div>'
)
KEY = (
    '<p class="key"><i class="many"></i> many ask here · <i class="car"></i> an idle car · '
    "<b>1.6</b> the multiplier · outlined: the concert. A generated city; all sizes are ours.</p>"
)


def frames(run) -> dict:
    """What the script needs of a run: three rows of digits a minute, and what is told in numbers.

    >>> told = frames(evening(None))
    >>> len(told["asked"]), len(told["asked"][0]), told["lost"][-1]
    (120, 91, 337)
    """
    asked = over(run.asked)
    tenths = np.rint(10 * (run.shown - 1))
    served = np.maximum(over(run.served), 1)
    return {
        "asked": _digits(asked), "idle": _digits(run.idle), "shown": _digits(tenths),
        "served": np.cumsum(run.served).astype(int).tolist(),
        "lost": np.cumsum(run.lost).astype(int).tolist(),
        "away": np.cumsum(run.wanted - run.served - run.lost).astype(int).tolist(),
        "drive": np.rint(over(run.drive_s) / served).astype(int).tolist(),
    }  # fmt: skip


def over(rows: np.ndarray) -> np.ndarray:
    """Sums over the last minutes, fewer at the beginning.

    >>> over(np.ones(7)).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0]
    """
    total = np.cumsum(rows, axis=0)
    total[WINDOW:] -= total[:-WINDOW].copy()
    return total


def corners(cells: list[int]) -> list[np.ndarray]:
    """Where each hexagon's corners stand in the map, in px.

    >>> len(corners(evening(None).cells)), corners(evening(None).cells)[0].shape
    (91, (6, 2))
    """
    lat, lon = np.array([h3.cell_to_boundary(cell) for cell in cells]).transpose(2, 0, 1)
    x = (lon - TOWN.lon) * np.cos(np.radians(TOWN.lat)) * KM_A_DEGREE
    y = (TOWN.lat - lat) * KM_A_DEGREE
    wide, high = (axis.max() - axis.min() for axis in (x, y))
    scale = min((WIDE - 4) / wide, (HIGH - 4) / high)
    middle = [(axis.max() + axis.min()) / 2 for axis in (x, y)]
    return list(np.stack([(x - middle[0]) * scale + WIDE / 2, (y - middle[1]) * scale + HIGH / 2], axis=2))  # fmt: skip


def _digits(rows):
    return ["".join(DIGITS[int(min(one, 35))] for one in row) for row in rows]


def _map(runs):
    first = next(iter(runs.values()))
    asked, places = over(first.asked)[OPENS], corners(first.cells)
    drawn = []
    for n, place in enumerate(places):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in place)
        x, y = place.mean(axis=0)
        drawn.append(
            f'<g><polygon points="{points}" style="--n:{min(asked[n] / 12, 1):.2f}"/>'
            f'<path d="{dots(x, y, int(first.idle[OPENS, n]))}"/><text x="{x:.0f}" y="{y - 1:.0f}"/></g>'
        )
    hall = places[int(first.asked[30:60].sum(axis=0).argmax())]  # where most ask when it is over
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in hall)
    note = f'<polygon class="venue" points="{points}"/>'
    return f'<svg class="map" viewBox="0 0 {WIDE} {HIGH}" aria-hidden="true">{"".join(drawn)}{note}</svg>'


def dots(x: float, y: float, cars: int) -> str:
    """A path with a dot for each idle car, eight at most, in two rows beneath the middle.

    >>> dots(10, 10, 2)
    'M4 15h0M8 15h0'
    """
    return "".join(f"M{x - 6 + 4 * (n % 4):.0f} {y + 5 + 4 * (n // 4):.0f}h0" for n in range(min(cars, 8)))  # fmt: skip


def _table(told, runs):
    heads = "".join(f'<th scope="col">{way}</th>' for way in WAYS)
    rows = {
        "served": "trips", "lost": "found no car", "away": "thought it too dear",
        "drive": "drive now", "idle": "idle cars now",
    }  # fmt: skip
    now = [
        {**{key: f"{one[key][OPENS]:,}" for key in ("served", "lost", "away")},
         "drive": f"{one['drive'][OPENS]} s", "idle": f"{run.idle[OPENS].sum():.0f}"}
        for one, run in zip(told, runs, strict=True)
    ]  # fmt: skip
    body = "".join(
        f'<tr data-row="{key}"><th scope="row">{name}</th>'
        + "".join(f"<td>{units.tied(one[key])}</td>" for one in now)
        + "</tr>"
        for key, name in rows.items()
    )
    return f'<table><thead><tr><th scope="col">since six</th>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _chart(runs):
    """The drive to a rider, both ways, and a mark for the moment."""
    drives = [over(run.drive_s) / np.maximum(over(run.served), 1) for run in runs.values()]
    most = max(row.max() for row in drives)
    left, bottom = 4, CHART_H - 18
    x = lambda minute: left + minute * (CHART_W - 8) / (MINUTES - 1)
    lines = []
    for n, row in enumerate(drives):
        points = " ".join(
            f"{x(m):.0f},{bottom - count / most * (bottom - 18):.0f}"
            for m, count in enumerate(row) if m >= WINDOW
        )  # fmt: skip
        lines.append(f'<polyline class="way-{n}" points="{points}"/>')
    words = "".join(
        f'<text x="{x(m):.0f}" y="{CHART_H - 4}" text-anchor="{how}">{SHOWN_H + m // 60}:{m % 60:02d}</text>'
        for m, how in ((0, "start"), (30, "middle"), (60, "middle"), (90, "middle"), (MINUTES - 1, "end"))
    ).replace(f"{UNTIL - 1}:59", f"{UNTIL}:00")  # fmt: skip
    title = (
        f'<text x="{left}" y="12">drive <tspan class="way-0">without</tspan> and '
        '<tspan class="way-1">with a price</tspan>, up to ' + f"{most:.0f} s</text>"
    )
    return (
        f'<svg class="chart" viewBox="0 0 {CHART_W} {CHART_H}" aria-hidden="true">{title}{words}'
        f'<path d="M{left} {bottom}H{CHART_W - left}"/>{"".join(lines)}'
        f'<path data-is="mark" d="M{x(OPENS):.1f} 18V{bottom}"/></svg>'
    )


UNTIL = SHOWN_H + MINUTES // 60


def _in_words(runs):
    lists = "".join(
        f"<p>{way}</p><ol>"
        + "".join(f"<li>{units.tied(in_words(run, m))}</li>" for m in range(9, MINUTES, 10))
        + "</ol>"
        for way, run in runs.items()
    )
    return f"<details><summary>The evening in words</summary>{lists}</details>"


def in_words(run, minute: int) -> str:
    """A moment as a sentence.

    >>> in_words(evening(None), 60)
    '19:00: of 186 who came in five minutes 122 got a car, 372 s away; 8 idle cars; the highest multiplier is 1.'
    """
    wanted, served, drive_s = (int(over(row)[minute]) for row in (run.wanted, run.served, run.drive_s))  # fmt: skip
    idle = int(run.idle[minute].sum())
    return (
        f"{SHOWN_H + minute // 60}:{minute % 60:02d}: of {wanted} who came in five minutes {served} got a car, "
        f"{drive_s / max(served, 1):.0f} s away; {idle} idle car{'s' * (idle != 1)}; "
        f"the highest multiplier is {run.shown[minute].max():.3g}."
    )
