"""What came of a reader's rule: in words, and as a drawing of where it was lost.

It is drawn where the rule was played, on the page too, and there is no library for it. So a
drawing is text: words above, words below, and between them what has to be seen. Mostly these
are columns, a step each, under a line of the best that there is.

Left out: scales with numbers; what counts is said in words.
Sources: none.
"""

__all__ = ["HIGH", "LETTERS", "WIDE", "Outcome", "columns", "drawn", "ink"]
__dir__ = lambda: __all__

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from scalemodel.stage.look.theme import COLOURS, PAPER

WIDE, HIGH = 360, 100  # px; so wide is a phone, and there letters stay letters
LETTERS = 12  # px


class Outcome(NamedTuple):
    """Words, and a drawing of where they come from.

    >>> Outcome("Nobody waits.", drawn(("who waits", "first", "last"), ""))
    Nobody waits.
    """

    words: str
    svg: str

    def __repr__(self):
        return self.words

    __str__ = __repr__

    def _repr_svg_(self):
        return self.svg

    def _repr_html_(self):
        words = f'<pre style="white-space:pre-wrap">{escape(self.words)}</pre>'
        svg = self.svg.replace("<svg", '<svg aria-hidden="true"', 1)  # it says what the words say
        return f'{words}<div class="sm-diagram">{svg}</div>'


def ink(name: str) -> str:
    """A colour of the book: that of the page, and in a picture by itself the light one.

    >>> ink("gold")
    'var(--sm-gold,#5a4700)'
    """
    known = COLOURS | PAPER
    if name not in known:
        raise ValueError(f"name={name!r} must be one of {', '.join(known)}")
    return f"var(--sm-{name},{known[name].light})"


def drawn(says: tuple[str, str, str], inside: str) -> str:
    """A picture: words above, then `inside`, `WIDE` by `HIGH`, then words at its left and right end.

    >>> drawn(("a & b", "first", "last"), "<circle r='3'/>").count("<text")
    3
    """
    above, left, right = map(escape, says)
    high = HIGH + 64
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 0 {WIDE + 16} {high}" width="{WIDE * 3 // 2}" '
        f'style="max-width:min(100%,{WIDE * 3 // 2}px);height:auto;font:{LETTERS}px sans-serif;fill:{ink("ink")}">'
        f'<path d="M-8 0h{WIDE + 16}v{high}H-8z" fill="{ink("paper")}"/><text y="20">{above}</text>'
        f'<g transform="translate(0 32)">{inside}</g><text y="{high - 12}">{left}</text>'
        f'<text x="{WIDE}" y="{high - 12}" text-anchor="end">{right}</text></svg>'
    )


def columns(
    says: tuple[str, str, str],
    mine: Sequence[float],
    best: Sequence[float],
    lost: Sequence[float] = (),
) -> str:
    """A picture of what was reached step by step, in bars, and of the best as a line; red: what was lost.

    >>> columns(("rate", "first", "last"), [1, 2], [2, 2], [0, 1]).count("<path")
    5
    """
    step, worst = WIDE / len(mine), max(lost, default=0)
    base = 0.75 * HIGH if worst else HIGH
    scale = base / max(*mine, *best)

    def bars(values, scale):
        return "".join(
            f"M{n * step + 0.5:.1f} {base:g}v{scale * value:.1f}h{step - 1:.1f}V{base:g}z"
            for n, value in enumerate(values) if value
        )  # fmt: skip

    line = "".join(f"V{base - scale * value:.1f}h{step:.2f}" for value in best)
    return drawn(
        says,
        f'<path d="{bars(mine, -scale)}" fill="{ink("gold")}"/>'
        f'<path d="{bars(lost, (HIGH - base) / (worst or 1))}" fill="{ink("red")}"/>'
        f'<path d="M0 {base:g}h{WIDE}" stroke="{ink("muted")}"/>'
        f'<path d="M0 {base - scale * best[0]:.1f}{line}" fill="none" stroke="{ink("ink")}" stroke-width="2"/>',
    )
