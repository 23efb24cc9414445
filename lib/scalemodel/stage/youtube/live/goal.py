"""A goal is shot, and the moment travels to two screens: yours, and one next door.

It goes in the time that it takes, so whoever presses ▶ waits as long as a viewer does. The bars
grow with it, a colour for each part of the way, and the one next door shouts earlier.

Left out: the way from the camera to the encoder; pictures that are not at the beginning of a unit.
Sources: none; the parts are those of `scalemodel.youtube.live.expected`.
"""

__all__ = [
    "COMES", "LEFT", "LONG_S", "MBPS", "NAMES", "NEXT_DOOR", "STATIONS", "TITLE", "WIDE", "WORDS",
    "goal", "parts", "told",
]  # fmt: skip
__dir__ = lambda: __all__

from html import escape

from scalemodel.core import units
from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind
from scalemodel.youtube.live.chain import LiveConfig, Parts
from scalemodel.youtube.live.expected import expected_parts

TITLE = "When do you see the goal?"
MBPS = 10.0
NEXT_DOOR = LiveConfig(chunk_s=0.5, buffer_s=1.0)
COMES = {  # how a stream comes to you; your player keeps two seconds
    "segments of 4 s": LiveConfig(),
    "segments of 2 s": LiveConfig(segment_s=2.0),
    "chunks of 0.5 s": LiveConfig(chunk_s=0.5),
}
STATIONS = {"camera": 18, "encoder": 96, "packager": 178, "CDN": 248, "player": 316}
NAMES = ("encoding", "unit", "way", "target")
WORDS = {  # the script fills the gaps, with seconds
    "start": "Press ▶ and wait, as long as a viewer does.",
    "run": "The ball is in the net.",
    "shout": "_ s: next door they shout, and you know. Your picture is still on its way.",
    "end": "_ s: now you see it, _ s after the shout next door.",
}
LONG_S = 8.0  # of the axis
LEFT, WIDE = 72, 280  # px of the bars


def parts(comes: str) -> Parts:
    """The parts of your latency, if the stream comes to you so.

    >>> round(parts("chunks of 0.5 s").latency_s, 3)
    3.325
    """
    return expected_parts(COMES[comes], MBPS)


def told(comes: str) -> str:
    """What the picture says at the end.

    >>> told("segments of 4 s").replace("\\xa0", " ")
    '7.7 s: now you see it, 5.4 s after the shout next door.'
    """
    yours_s, theirs_s = parts(comes).latency_s, expected_parts(NEXT_DOOR, MBPS).latency_s
    return units.tied(_filled("end", f"{yours_s:.1f}", f"{yours_s - theirs_s:.1f}"))


def _filled(key, *gaps):
    first, *rest = WORDS[key].split("_")
    return first + "".join(f"{gap}{part}" for gap, part in zip(gaps, rest, strict=True))


def goal() -> Embed:
    """The way of a moment, and the bars that it fills.

    >>> goal().text
    'When do you see the goal?: after 7.7, 5.2 or 3.3 s'
    """
    shares = [[round(part, 4) for part in parts(comes)] for comes in COMES]
    theirs = [round(part, 4) for part in expected_parts(NEXT_DOOR, MBPS)]
    data = {"yours": shares, "theirs": theirs, "words": WORDS, "stops": [*STATIONS.values(), 350],
            "scale": WIDE / LONG_S}  # fmt: skip
    picks = "".join(
        f'<button type="button" data-way="{n}" aria-pressed="{str(n == 0).lower()}">{units.tied(name)}</button>'
        for n, name in enumerate(COMES)
    )
    steps = "".join(f"<li>{units.tied(name)}: {_in_words(one)}</li>" for name, one in
                    [("next door", theirs), *zip(COMES, shares, strict=True)])  # fmt: skip
    html = (
        f'<figure class="sm-moving" data-ready="1" aria-label="{escape(TITLE)}" '
        f'data-lm-suppress-shortcuts><div class="sm-goal"><p class="sm-title">{escape(TITLE)}</p>'
        f'<div class="sm-moving-ways" hidden><button type="button" data-to="play">▶ shoot</button>{picks}</div>'
        f'<svg viewBox="0 0 360 162" aria-hidden="true">{_way()}{_row(0, "next door", theirs)}'
        f"{_row(1, 'you', shares[0])}{_axis()}</svg>"
        f'<p role="status" data-is="status">{WORDS["start"]}</p>'
        f"<details><summary>The parts in words</summary><ul>{steps}</ul></details>"
        f"{data_html(data)}</div></figure>"
    )
    *some, last = (f"{sum(one):.1f}" for one in shares)
    return Embed(Kind.beside(__file__), html, f"{TITLE}: after {', '.join(some)} or {last} s")


def _in_words(one):
    listed = ", ".join(f"{name} {part:.1f} s" for name, part in zip(NAMES, one, strict=True))
    return units.tied(f"{listed}; {sum(one):.1f} s in all")


def _way():
    stations = "".join(
        f'<path d="M{x} 26v8"/><text x="{x}" y="20" text-anchor="middle">{name}</text>'
        for name, x in STATIONS.items()
    )
    return (
        f'<path d="M18 30H350"/>{stations}'
        '<circle r="6" cx="18" cy="30" data-dot="0"/><circle r="6" cx="18" cy="42" data-dot="1"/>'
    )


def _row(row, name, shares):
    """Four bars end to end, as they are at the end; the script moves their ends."""
    y, at, bars = 58 + 36 * row, LEFT, ""
    for kind, part in zip(NAMES, shares, strict=True):
        wide = part * WIDE / LONG_S
        bars += f'<rect class="{kind}" data-row="{row}" x="{at:.1f}" y="{y}" width="{wide:.1f}" height="24"/>'
        at += wide
    return f'<circle r="4" cx="4" cy="{y + 12}" data-dot="{row}"/><text x="13" y="{y + 16}">{name}</text>{bars}'


def _axis():
    ticks = "".join(
        f'<text x="{LEFT + second * WIDE / LONG_S:.1f}" y="140" text-anchor="middle">{second}</text>'
        for second in range(0, 9, 2)
    )
    at, key = 0, ""
    for name, wide in zip(NAMES, (84, 110, 60, 0), strict=True):
        said = {"unit": "a segment or chunk", "target": "stored ahead"}.get(name, name)
        key += f'<rect class="{name}" x="{at}" y="148" width="9" height="9"/><text x="{at + 13}" y="157">{said}</text>'
        at += {"unit": 132, "way": 48}.get(name, wide)
    return f'{ticks}<text x="0" y="140">seconds</text><g>{key}</g>'
