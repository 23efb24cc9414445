"""The mechanism itself, moving: what a reader sees before anybody asks for a guess.

A chapter opens with the thing that it is about, drawn when the page is built, so that it is
there with the text and needs no drawing library: tweets that drop into lists, segments that
fly into a buffer. Things have names and stand somewhere at each step; the browser moves them
from one place to the next. One story may be told in several ways, on the same things.

Who asks for less motion gets the steps without the flight; who has no script reads them.

Left out: a model. Steps are data; the chapter takes them from an engine's run.
Sources: none.
"""

__all__ = ["BUTTONS", "LOOKS", "MOST_STEPS", "MOST_THINGS", "NAME", "Step", "moving"]
__dir__ = lambda: __all__

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from scalemodel.core import checks, units
from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind

LOOKS = ("plain", "busy", "good", "bad", "faint")
MOST_STEPS, MOST_THINGS = 40, 60
NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Step:
    """One moment: a sentence about it, and where each thing stands.

    `at` maps a thing's name to `(x, y)` or `(x, y, look)`, in px of the drawing; a thing that
    it leaves out is not to be seen. A look is one of plain, busy, good, bad and faint, and
    sets the colour in which `currentColor` is drawn.

    >>> Step("The tweet is stored.", {"tweet": (40, 20, "busy")}).at["tweet"]
    (40, 20, 'busy')
    >>> Step("", {})
    Traceback (most recent call last):
    ...
    ValueError: words='' must be a sentence
    """

    words: str
    at: Mapping[str, tuple] = field(default_factory=dict)

    def __post_init__(self):
        if not isinstance(self.words, str) or not self.words.strip():
            raise ValueError(f"words={self.words!r} must be a sentence")
        if not isinstance(self.at, Mapping):
            raise ValueError(f"at={self.at!r} must map things to places")
        for name, place in self.at.items():
            _check_place(name, place)


def moving(
    things: Mapping[str, str],
    ways: Mapping[str, Sequence[Step]],
    *,
    title: str,
    size_px: tuple[int, int] = (360, 160),
    ground: str = "",
) -> Embed:
    """A picture that moves, step by step, at the reader's pace or by itself.

    `things` maps a name to a piece of SVG drawn about the origin; `ground` is SVG that stands
    still behind them. `ways` maps what the reader may pick to that way's steps; with one way
    there is nothing to pick. `size_px` is the drawing's own size: on a phone 360 fill the
    page, so that letters of 12 stay readable. Later things lie on top of earlier ones.

    >>> steps = [Step("Stored.", {"dot": (20, 20)}), Step("Copied.", {"dot": (90, 20, "good")})]
    >>> moving({"dot": '<circle r="6"/>'}, {"on write": steps}, title="Where does it go?").text
    'Where does it go?: on write, 2 steps'
    """
    _check(things, ways, title, size_px, ground)
    data = {
        "things": list(things),
        "ways": [
            [[units.tied(step.words), *_places(step, things)] for step in steps]
            for steps in ways.values()
        ],
    }
    first = next(iter(ways.values()))[0]
    width, height = size_px
    drawn = "".join(_drawn(name, svg, first) for name, svg in things.items())
    html = (
        f'<figure class="sm-moving" aria-label="{escape(title)}" data-lm-suppress-shortcuts>'
        f'<p class="sm-title">{escape(title)}</p>{_picks(ways)}{BUTTONS}'
        f'<svg viewBox="0 0 {width} {height}" style="max-width:{2 * width}px" aria-hidden="true">'
        f"{ground}{drawn}</svg>"
        f'<figcaption aria-live="polite">{escape(units.tied(first.words))}</figcaption>'
        f"{_in_words(ways)}"
        f"{data_html(data)}</figure>"
    )
    told = ", ".join(f"{way}, {len(steps)} steps" for way, steps in ways.items())
    return Embed(Kind.beside(__file__), html, f"{title}: {told}")


BUTTONS = (
    '<div class="sm-moving-buttons" hidden><button type="button" data-to="play">▶ play</button>'
    '<button type="button" data-to="back">‹ back</button>'
    '<button type="button" data-to="next">next ›</button><output></output></div>'
)


def _picks(ways):
    if len(ways) == 1:
        return ""
    picks = "".join(
        f'<button type="button" data-way="{n}" aria-pressed="{str(n == 0).lower()}">'
        f"{escape(way)}</button>"
        for n, way in enumerate(ways)
    )
    return f'<div class="sm-moving-ways" hidden>{picks}</div>'


def _drawn(name, svg, step):
    x, y, look = _place(step.at.get(name))
    seen = 1 if name in step.at else 0
    return (
        f'<g data-look="{look}" style="transform:translate({x}px,{y}px);opacity:{seen}">{svg}</g>'
    )


def _in_words(ways):
    lists = "".join(
        f"<p>{escape(way)}</p><ol>{''.join(f'<li>{escape(units.tied(step.words))}</li>' for step in steps)}</ol>"
        for way, steps in ways.items()
    )
    return f"<details><summary>The steps in words</summary>{lists}</details>"


def _place(place):
    x, y, *look = (0, 0) if place is None else place
    return round(x, 1), round(y, 1), look[0] if look else LOOKS[0]


def _places(step, things):
    """One entry a thing: 0 where it is not to be seen."""
    order = list(things)
    row = [0] * len(order)
    for name, place in step.at.items():
        x, y, look = _place(place)
        row[order.index(name)] = [x, y, *([LOOKS.index(look)] if look != LOOKS[0] else [])]
    return row


def _check_place(name, place):
    if not isinstance(place, (tuple, list)) or len(place) not in (2, 3):
        raise ValueError(f"at[{name!r}]={place!r} must be (x, y) or (x, y, look)")
    for axis, value in zip("xy", place, strict=False):
        checks.real(f"at[{name!r}].{axis}", value, at_least=-10_000, at_most=10_000)
    if len(place) == 3 and place[2] not in LOOKS:
        raise ValueError(f"at[{name!r}] looks {place[2]!r}; it must be one of {', '.join(LOOKS)}")


def _check(things, ways, title, size_px, ground):
    if not isinstance(title, str) or not title.strip():
        raise ValueError(f"title={title!r} must be a question")
    if not isinstance(ground, str):
        raise ValueError(f"ground={ground!r} must be SVG")
    if not isinstance(size_px, (tuple, list)) or len(size_px) != 2:
        raise ValueError(f"size_px={size_px!r} must be (width, height)")
    for side in size_px:
        checks.whole("size_px", side, at_least=40, at_most=1_000)
    if not isinstance(things, Mapping) or not 1 <= len(things) <= MOST_THINGS:
        raise ValueError(f"things={things!r} must map 1 to {MOST_THINGS} names to SVG")
    for name, svg in things.items():
        if not isinstance(name, str) or not NAME.fullmatch(name) or not isinstance(svg, str):
            raise ValueError(f"things[{name!r}]={svg!r} must be SVG under a name of one word")
    if not isinstance(ways, Mapping) or not ways:
        raise ValueError(f"ways={ways!r} must map at least one name to its steps")
    for way, steps in ways.items():
        _check_way(way, steps, things)


def _check_way(way, steps, things):
    whole = isinstance(steps, Sequence) and all(isinstance(step, Step) for step in steps)
    if not isinstance(way, str) or not whole or not 2 <= len(steps) <= MOST_STEPS:
        raise ValueError(f"ways[{way!r}] must be 2 to {MOST_STEPS} steps")
    for number, step in enumerate(steps):
        for name in step.at:
            if name not in things:
                raise ValueError(
                    f"ways[{way!r}][{number}] places {name!r}; it must be one of {', '.join(things)}"
                )
