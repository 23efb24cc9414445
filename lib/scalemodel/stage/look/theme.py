"""One look for every figure, in light and in dark.

Each colour is a pair that was chosen together: the first on warm paper, the
second on a page of deep ink. Figures are made with the light one; the page's own
script puts the dark one in its place when the reader asks for dark. What the style
sheets need is written for them from the same tables, so no colour stands twice.

Left out: the pages' shapes and sizes, which are in `site_assets/book.css`.
Sources: hues after Okabe and Ito's colour-blind safe set, darkened or lightened
until text and thin lines reach a contrast of 4.5 on their background. The accents
are this book's own, no company's.
"""

__all__ = [
    "ACCENT", "ACCENTS", "COLOURS", "FONT", "NEWCOMER", "PAPER", "SHARED_COLOURS", "Pair", "colour",
    "for_the_page", "policy_colour", "policy_hues", "style_sheet", "template",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
from typing import NamedTuple

from scalemodel.core.declared import gathered


class Pair(NamedTuple):
    """A colour on light paper and the same colour on a dark page.

    >>> COLOURS["blue"].light
    '#0a5f9e'
    """

    light: str
    dark: str


PAPER = {
    "paper": Pair("#fbf8f3", "#141920"),  # the page
    "surface": Pair("#f3eee4", "#1c232d"),  # code, cards, whatever lies on the page
    "line": Pair("#ddd5c6", "#333e4a"),
}

COLOURS = {
    "ink": Pair("#1f2a33", "#e6eaee"),
    "muted": Pair("#56636e", "#a9b4bd"),
    "grid": Pair("#e6e0d4", "#323c47"),
    "field": Pair("#b7cfe3", "#2d5268"),  # areas behind lines
    "shade": Pair("#e9e6de", "#33383d"),  # a stretch of time set apart
    "alarm_field": Pair("#f2bdb6", "#7a3732"),  # where something is wrong
    "blue": Pair("#0a5f9e", "#6db9f7"),
    "orange": Pair("#a94f00", "#f4a650"),
    "green": Pair("#08715c", "#4fd1ae"),
    "magenta": Pair("#8a1560", "#ffb0dc"),
    "violet": Pair("#43218f", "#a78bff"),
    "gold": Pair("#5a4700", "#fbe9a0"),
    "red": Pair("#b0261c", "#ff8d80"),
    "grey": Pair("#5d6975", "#9fabb6"),
}

ACCENTS = {  # one a company: its card, its pages, its diagrams
    "foundations": Pair("#5a5a2a", "#cfcf8a"),
    "youtube": Pair("#a8323e", "#ff9a94"),
    "netflix": Pair("#7c3145", "#f2a3b5"),
    "uber": Pair("#2c5364", "#8fc6dc"),
    "whatsapp": Pair("#1f6b4a", "#6fd3a4"),
    "amazon": Pair("#8a5200", "#f2b35e"),
    "twitter": Pair("#235f9c", "#86bdf5"),
    "spotify": Pair("#4d6612", "#b5d36a"),
    "papers": Pair("#5b478f", "#bfaef2"),
    "outages": Pair("#8f3f14", "#f7a47a"),
}
ACCENT = Pair("#0b6272", "#6fcbd9")  # of the pages that belong to no company

# Who decides always has the same colour, in every figure of every chapter. What a policy
# is called and its hue are in its room's `room.toml`; these two are everybody's.
SHARED_COLOURS = {"optimum": "ink", "you": "gold"}
NEWCOMER = "gold"  # a policy that a reader has just written

FONT = "'Source Sans 3', system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif"


def colour(name: str) -> str:
    """The light half of the pair called `name`; a `ValueError` lists the names.

    >>> colour("orange")
    '#a94f00'
    """
    if name not in COLOURS:
        raise ValueError(f"colour={name!r} must be one of {', '.join(COLOURS)}")
    return COLOURS[name].light


def policy_colour(policy: str) -> str:
    """The light half of a policy's own colour; one that is not in the table gets "you"'s.

    >>> policy_colour("follow buffer") == colour("orange")
    True
    """
    return colour(policy_hues().get(policy, NEWCOMER))


@functools.cache
def policy_hues() -> dict[str, str]:
    """The name of each policy's colour, from all rooms.

    >>> policy_hues()["BOLA"], policy_hues()["you"]
    ('magenta', 'gold')
    """
    hues = dict(SHARED_COLOURS)
    for chapter in gathered("colours").values():
        hues |= chapter
    return hues


def template(mode: str = "light") -> dict:
    """Plotly's layout template for `mode`, "light" or "dark".

    >>> template("dark")["layout"]["font"]["color"]
    '#e6eaee'
    """
    if mode not in Pair._fields:
        raise ValueError(f"mode={mode!r} must be one of {', '.join(Pair._fields)}")
    ink, muted, grid = (getattr(COLOURS[name], mode) for name in ("ink", "muted", "grid"))
    line = {
        "gridcolor": grid, "zerolinecolor": grid, "linecolor": muted, "tickcolor": muted,
        "tickfont": {"color": muted}, "automargin": True, "ticks": "outside", "ticklen": 4,
    }  # fmt: skip
    names = ("blue", "orange", "green", "magenta", "violet", "grey")
    return {
        "layout": {
            "font": {"family": FONT, "size": 14, "color": ink},
            "colorway": [getattr(COLOURS[name], mode) for name in names],
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": line,
            "yaxis": line,
            "hoverlabel": {"font": {"family": FONT}},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        }
    }


def for_the_page() -> dict:
    """What the page's script needs: the light template, and the dark twin of each light colour.

    >>> sorted(for_the_page())
    ['darkOf', 'template']
    """
    dark_of = {pair.light: pair.dark for pair in COLOURS.values()}
    return {"template": template("light"), "darkOf": dark_of}


def style_sheet() -> str:
    """The colours as CSS variables, `--sm-<name>`, for light, dark and each company.

    >>> style_sheet().splitlines()[0][:48]
    'html[data-theme="light"]{--sm-paper:#fbf8f3;--sm'
    """
    names, lines = {**PAPER, **COLOURS}, []
    for mode in Pair._fields:
        page = f'html[data-theme="{mode}"]'
        values = (f"--sm-{name.replace('_', '-')}:{getattr(p, mode)}" for name, p in names.items())
        lines.append(f"{page}{{{';'.join(values)}}}")
        accent = f"var(--sm-{mode},{getattr(ACCENT, mode)})"
        lines.append(f"{page},{page} [data-company]{{--sm-accent:{accent}}}")
    for company, pair in ACCENTS.items():
        values = f"--sm-light:{pair.light};--sm-dark:{pair.dark}"
        lines.append(f'[data-company="{company}"]{{{values}}}')
    return "\n".join(lines) + "\n"
