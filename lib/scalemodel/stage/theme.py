"""One look for every figure, in light and in dark.

Each colour is a pair that was chosen together: the first on white paper, the
second on a dark page. Figures are made with the light one; the page's own
script puts the dark one in its place when the reader asks for dark.

Left out: per-company accents.
Sources: hues after Okabe and Ito's colour-blind safe set, darkened or lightened
until text and thin lines reach a contrast of 4.5 on their background.
"""

from typing import NamedTuple


class Pair(NamedTuple):
    """A colour on light paper and the same colour on a dark page.

    >>> COLOURS["blue"].light
    '#0a5f9e'
    """

    light: str
    dark: str


COLOURS = {
    "ink": Pair("#1f2a33", "#e6eaee"),
    "muted": Pair("#56636e", "#a9b4bd"),
    "grid": Pair("#e2e7eb", "#343e47"),
    "field": Pair("#b7cfe3", "#2d5268"),  # areas behind lines
    "shade": Pair("#e9e6de", "#33383d"),  # a stretch of time set apart
    "alarm_field": Pair("#f2bdb6", "#7a3732"),  # where something is wrong
    "blue": Pair("#0a5f9e", "#6db9f7"),
    "orange": Pair("#a94f00", "#f4a650"),
    "green": Pair("#08715c", "#4fd1ae"),
    "magenta": Pair("#9c2a72", "#f08ec6"),
    "red": Pair("#b0261c", "#ff8d80"),
    "grey": Pair("#5d6975", "#9fabb6"),
}

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def colour(name: str) -> str:
    """The light half of the pair called `name`; a `ValueError` lists the names.

    >>> colour("orange")
    '#a94f00'
    """
    if name not in COLOURS:
        raise ValueError(f"colour={name!r} must be one of {', '.join(COLOURS)}")
    return COLOURS[name].light


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
    names = ("blue", "orange", "green", "magenta", "red", "grey")
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
    """What the page's script needs: both templates, and the dark twin of each light colour.

    >>> sorted(for_the_page())
    ['dark', 'darkOf', 'light']
    """
    dark_of = {pair.light: pair.dark for pair in COLOURS.values()}
    return {"light": template("light"), "dark": template("dark"), "darkOf": dark_of}
