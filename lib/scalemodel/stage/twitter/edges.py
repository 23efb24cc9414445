"""Edges from authors to readers as a table to decide on: press a cell, and the other side pays.

Each cell is one edge and one button. It says who pays now and how much, and what it would be
the other way; beneath stands the sum, beside the least there is.

Without a script the table shows what everything pushed would cost.

Left out: a model; the prices are a day's tweets and a day's looks.
Sources: none.
"""

__all__ = ["MOST_SIDE", "edges"]
__dir__ = lambda: __all__

from collections.abc import Mapping
from html import escape

from scalemodel.core import checks, units
from scalemodel.stage.views.embed import Embed
from scalemodel.stage.views.kinds import Kind

MOST_SIDE = 4


def edges(title: str, writes: Mapping[str, float], looks: Mapping[str, float]) -> Embed:
    """A table of buttons, one an edge; a delivery and a pulled list cost 1 each.

    `writes` and `looks` are what authors and readers do in a day.

    >>> edges("Who pays?", {"Bo": 100}, {"Cy": 10}).text
    'Who pays? Everything pushed 100 a day, the least 10'
    """
    if not isinstance(title, str) or not title.strip():
        raise ValueError(f"title={title!r} must be a question")
    for field, rates in (("writes", writes), ("looks", looks)):
        if not isinstance(rates, Mapping) or not 1 <= len(rates) <= MOST_SIDE:
            raise ValueError(f"{field}={rates!r} must map 1 to {MOST_SIDE} names to rates")
        for name, rate in rates.items():
            checks.real(f"{field}[{name!r}]", rate, at_least=0, at_most=1e9)
    pushed = sum(writes.values()) * len(looks)
    least = sum(min(rate, look) for rate in writes.values() for look in looks.values())
    head = "".join(
        f'<th scope="col">{escape(reader)} <span>looks {_rate(rate)} a day</span></th>'
        for reader, rate in looks.items()
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(author)} <span>writes {_rate(rate)} a day</span></th>'
        + "".join(_cell(author, rate, reader, look) for reader, look in looks.items())
        + "</tr>"
        for author, rate in writes.items()
    )
    html = (
        f'<figure class="sm-edges" data-least="{least:.12g}" data-lm-suppress-shortcuts>'
        f'<table><caption class="sm-title">{escape(title)}</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f'<p role="status">In all <b>{_rate(pushed)}</b> a day; the least is {_rate(least)}.</p>'
        "</figure>"
    )
    said = f"{title} Everything pushed {_rate(pushed)} a day, the least {_rate(least)}"
    return Embed(Kind.beside(__file__), html, said)


def _cell(author, rate, reader, look):
    name = f"{author} to {reader}"
    return (
        f'<td><button type="button" disabled data-edge="{escape(name)}" data-pushed="{rate:.12g}" '
        f'data-pulled="{look:.12g}" aria-label="{escape(name)}, pushed for {_rate(rate)}">'
        f"<b>pushed: {_rate(rate)}</b> <span>pulled it is {_rate(look)}</span></button></td>"
    )


def _rate(value):
    return units.number(float(value))
