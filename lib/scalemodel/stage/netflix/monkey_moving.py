"""A week of a monkey in a fleet of the reader's size, drawn from moment to moment.

The calendar runs from Monday to Sunday, and the hours at which people are at their desks are
shaded. Beneath it stand the fleet and the gates, in order.

Left out: what happens, and why; the moments come from `monkey_week`.
Sources: none.
"""

__all__ = ["EACH", "OPENS", "REGIONS", "ZONES", "monkey_moving"]
__dir__ = lambda: __all__

from html import escape
from itertools import product

from scalemodel.core import units
from scalemodel.netflix.chaos.monkey import GATES
from scalemodel.stage.netflix.monkey_week import BEASTS, DAYS, week
from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind

REGIONS, ZONES, EACH = (1, 2, 3), (1, 2, 3), (1, 2, 4)
OPENS = (2, 3, 2)


def monkey_moving() -> Embed:
    """The week of each beast in each fleet, with and without a leash.

    >>> monkey_moving().text[:48]
    'What does a monkey do in a week?: 189 weeks, 2 r'
    """
    title = "What does a monkey do in a week?"
    sizes = list(product(REGIONS, ZONES, EACH))
    runs = {}
    for beast, size in product(BEASTS, sizes):
        for leashed in (False, True) if BEASTS[beast] else (False,):
            key = f"{beast} {' '.join(map(str, size))}{' leashed' * leashed}"
            runs[key] = [_row(moment) for moment in week(beast, *size, leashed)]
    first = week("Monkey", *OPENS)
    data = {"runs": runs, "gates": len(GATES)}
    picks = "".join(
        f'<button type="button" data-beast="{beast}" aria-pressed="{str(beast == "Monkey").lower()}">'
        f"{beast}</button>"
        for beast in BEASTS
    )
    selects = "".join(
        f'<label>{name} <select autocomplete="off">{_options(values, start)}</select></label>'
        for name, values, start in zip(
            ("regions", "zones in each", "instances in each"),
            (REGIONS, ZONES, EACH),
            OPENS,
            strict=True,
        )
    )
    gates = "".join(f"<li>{gate}</li>" for gate in GATES)
    steps = "".join(f"<li>{escape(units.tied(moment.words))}</li>" for moment in first)
    html = (
        f'<figure class="sm-moving" data-ready="1" aria-label="{title}" data-lm-suppress-shortcuts>'
        f'<div class="sm-monkey_moving"><p class="sm-title">{title}</p>'
        f'<div class="sm-moving-ways" hidden>{picks}</div>'
        f'<div class="sm-moving-ways" hidden>{selects}'
        '<button type="button" data-leash aria-pressed="false">on its leash</button></div>'
        '<div class="sm-moving-buttons" hidden><button type="button" data-to="play">▶ play</button>'
        '<button type="button" data-to="back">‹ back</button>'
        '<button type="button" data-to="next">next ›</button><output></output></div>'
        f'<svg viewBox="0 0 360 168" aria-hidden="true">{_calendar()}<g data-fleet>{_fleet()}</g>'
        f'<g data-marks></g><path data-hand d="M5 20v38"/>{_beast()}</svg>'
        f'<ol aria-label="gates, in order">{gates}</ol>'
        f'<p data-said aria-live="polite">{escape(units.tied(first[0].words))}</p>'
        f"<details><summary>The steps in words</summary><ol>{steps}</ol></details>"
        f"{data_html(data)}</div></figure>"
    )
    regions, zones, each = OPENS
    text = f"{title}: {len(runs)} weeks, {regions} regions, {zones} zones, {each} each first"
    return Embed(Kind.beside(__file__), html, text)


def _row(moment):
    words = units.tied(moment.words)
    row = [
        moment.minute,
        words,
        list(moment.down),
        list(moment.struck),
        moment.passed,
        int(bool(moment.refused)),
    ]
    while len(row) > 2 and not row[-1]:
        row.pop()
    return row


def _options(values, start):
    return "".join(f"<option{' selected' * (value == start)}>{value}</option>" for value in values)


def _calendar():
    days = "".join(
        f'<text x="{5 + 50 * n + 25}" y="13" text-anchor="middle">{day[:3]}</text>'
        f'<rect x="{5 + 50 * n}" y="20" width="50" height="38" class="day"/>'
        + f'<rect x="{5 + 50 * n + 18.75}" y="20" width="12.5" height="38" class="desk"/>'
        * (n < 5)
        for n, day in enumerate(DAYS)
    )
    return days


def _fleet():
    """The fleet as it opens; the script draws it anew, by the same rule."""
    regions, zones, each = OPENS
    wide, parts = 350 / regions, []
    for region in range(regions):
        parts.append(
            f'<rect x="{5 + region * wide + 2:g}" y="70" width="{wide - 4:g}" height="94" rx="5"/>'
            f'<text x="{5 + region * wide + 9:g}" y="85">region {region + 1}</text>'
        )
        for zone in range(zones):
            x = 5 + region * wide + (zone + 0.5) * wide / zones
            parts.append(f'<text x="{x:g}" y="158" text-anchor="middle">{"abc"[zone]}</text>')
            for n in range(each):
                dx, dy = (
                    (0 if each == 1 else 16 * (n % 2) - 8),
                    16 * (n // 2) - (8 if each > 2 else 0),
                )
                parts.append(f'<circle cx="{x + dx:g}" cy="{118 + dy}" r="6"/>')
    return "".join(parts)


def _beast():
    return (
        '<g data-beast-drawn style="transform:translate(180px,150px);opacity:0"><g>'
        '<circle cx="-8" cy="-1" r="4"/><circle cx="8" cy="-1" r="4"/><circle r="8.5"/>'
        '<ellipse cy="3" rx="5.5" ry="4.5" class="face"/><circle cx="-3" cy="-2.5" r="1.3" class="eye"/>'
        '<circle cx="3" cy="-2.5" r="1.3" class="eye"/></g></g>'
    )
