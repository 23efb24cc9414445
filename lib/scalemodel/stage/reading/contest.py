"""A game against others who have played before: its frame, its tables, and what begins a round.

The reader takes a rule's place in the browser, and in the end their row stands among the others'.
Those play in Python, before the page is made; without a script their tables can be read at once.

`contest.js`, which lies beside, does what every game does: it finds the elements that bear a
`data-is`, begins anew, listens to buttons and digits, and ranks the reader. A game's own script
stands on it (`// needs: ../reading/contest.js`).

Left out: what is decided and how it is drawn, which is each game's own.
Sources: none.
"""

__all__ = ["Row", "check_names", "contest"]
__dir__ = lambda: __all__

from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import NamedTuple

from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind


class Row(NamedTuple):
    """What one of the others has found.

    >>> Row("65 %", 0.65, ["65", "3.1"]).drawing
    ''
    """

    told: object  # in the line that a notebook stores
    score: float  # the more, the better
    figures: Sequence[object]  # under the header, who apart
    drawing: str = ""  # HTML, beneath the name


def contest(
    file: str,
    rounds: Mapping[str, tuple[str, Mapping[str, Row]]],
    *,
    title: str,
    rules: str,
    pick: str,
    board: str,
    header: Sequence[str],
    data: Mapping,
    words: Mapping[str, str],
    unscripted: str,
    ahead: str = "",
    mine: str = "",
) -> Embed:
    """The game whose script lies beside the module `file`, with one of `rounds` to `pick`.

    `rounds` maps a name to a caption and to what each of the others has found there.
    `rules`, `board` and `mine`, the reader's drawing, are HTML. `ahead` names a switch that
    shows what comes. `words` have a `_` for each gap; the script gets them with the `data`.

    >>> place = __file__.replace("reading/contest", "netflix/stock")
    >>> found = {"a Tuesday": ("Everybody.", {"LRU": Row("3 hits", 3, [3])})}
    >>> contest(place, found, title="Can you?", rules="Press.", pick="Day", board="",
    ...         header=["who", "hits"], data={}, words={}, unscripted="This is LRU.").text
    'Can you?: a Tuesday · LRU 3 hits'
    """
    if not isinstance(title, str) or not title:
        raise ValueError(f"title={title!r} must be text")
    kind = Kind.beside(file)
    options = "".join(f"<option>{escape(name)}</option>" for name in rounds)
    switch = f'<button type="button" data-is="ahead" aria-pressed="false">{ahead}</button>'
    you = _row("you", [""] * len(header[1:]), mine, 'class="you" data-is="you" hidden')
    tables = [_table(*one, header, you * (n == 0)) for n, one in enumerate(rounds.values())]
    html = (
        f'<section class="sm-{kind.name} sm-contest" aria-label="{escape(title)}" '
        f'data-lm-suppress-shortcuts><p class="sm-title">{escape(title)}</p>'
        f'<div data-is="board" hidden><p>{rules}</p><div class="bar"><label>{pick} '
        f'<select data-is="pick" autocomplete="off">{options}</select></label>{switch if ahead else ""}'
        f'<button type="button" data-is="again">Start again</button></div>{board}</div>'
        f"<noscript><p>The game needs JavaScript. {unscripted}</p></noscript>{''.join(tables)}"
        f"{data_html({**data, 'words': words})}</section>"
    )  # fmt: skip
    told = {
        name: [f"{who} {row.told}" for who, row in rows.items()]
        for name, (_, rows) in rounds.items()
    }
    lines = [f"{name} · {', '.join(line)}" for name, line in told.items()]
    return Embed(kind, html, f"{title}: {'; '.join(lines)}")


def check_names(field: str, given: Mapping, taken: Collection[str] = ()) -> None:
    """Refuses what does not map names to something; none may be `taken`.

    >>> check_names("rows", {"you": [0, 1]}, taken=["you"])
    Traceback (most recent call last):
    ...
    ValueError: rows has the name 'you'; it must be text, and not a player's
    """
    if not isinstance(given, Mapping) or not given:
        raise ValueError(f"{field}={given!r} must map at least one name to what it stands for")
    for name in given:
        if not isinstance(name, str) or not name or name in taken:
            raise ValueError(f"{field} has the name {name!r}; it must be text, and not a player's")


# ── What the others find, which a reader without a script sees at once ──────
def _table(caption, rows, header, you):
    who, *others = header
    head = "".join(f'<th scope="col" class="sm-number">{word}</th>' for word in others)
    body = "".join(
        _row(who, row.figures, row.drawing, f'data-score="{row.score}" data-who="{escape(who)}"')
        for who, row in sorted(rows.items(), key=lambda found: -found[1].score)
    )
    return (
        f'<table class="sm-table"><caption>{escape(caption)}</caption><thead><tr>'
        f'<th scope="col">{who}</th>{head}</tr></thead><tbody>{body}{you}</tbody></table>'
    )


def _row(who, figures, drawing, marks):
    under = f"<br>{drawing}" if drawing else ""
    cells = "".join(f'<td class="sm-number">{figure}</td>' for figure in figures)
    return f'<tr {marks}><th scope="row">{escape(who)}{under}</th>{cells}</tr>'
