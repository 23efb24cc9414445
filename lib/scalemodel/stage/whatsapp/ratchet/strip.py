"""Messages in a row, one after another: which of them open, and to whom.

Left out: why; that is counted where they are made.
Sources: none.
"""

__all__ = ["LOOKS", "strip"]
__dir__ = lambda: __all__

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from scalemodel.stage.look import theme

LOOKS = {  # what is said of a message: symbol and colour
    "was read": ("square", "green"),
    "opens": ("square", "red"),
    "stays locked": ("circle-open", "blue"),
    "is on its way": ("diamond", "gold"),
    "never opens": ("x", "grey"),
}


def strip(
    rows: Mapping[str, Sequence[str]], line: float | None = None, says: str = ""
) -> go.Figure:
    """A figure of one row a name, and one place a message, from 1; "" is an empty place.

    A dashed `line` stands before the message of that number, and says what it is.

    >>> figure = strip({"Anna": ["opens", ""], "Ben": ["", "stays locked"]}, 2, "copied")
    >>> [(trace.name, list(trace.x)) for trace in figure.data]
    [('opens', [1]), ('stays locked', [2])]
    """
    if not rows or len(set(map(len, rows.values()))) != 1:
        raise ValueError(f"rows={rows!r} must be rows of one length")
    names, length = list(rows), len(next(iter(rows.values())))
    places = {look: ([], []) for look in LOOKS}
    for height, name in enumerate(reversed(names)):
        for number, look in enumerate(rows[name], 1):
            if look:
                places[look][0].append(number)
                places[look][1].append(height)
    traces = [
        {"type": "scatter", "mode": "markers", "name": look, "x": x, "y": y,
         "marker": {"symbol": LOOKS[look][0], "size": 17, "line": {"width": 2},
                    "color": theme.colour(LOOKS[look][1])}}
        for look, (x, y) in places.items() if x
    ]  # fmt: skip
    marked = {} if line is None else {
        "shapes": [{"type": "line", "x0": line - 0.5, "x1": line - 0.5, "y0": -0.6, "y1": len(names) - 0.4,
                    "line": {"color": theme.colour("ink"), "width": 2, "dash": "dash"}}],
        "annotations": [{"x": line - 0.5, "y": len(names) - 0.4, "yanchor": "bottom", "showarrow": False,
                         "text": says, "xanchor": "left" if line <= length / 2 else "right"}],
    }  # fmt: skip
    layout = {
        "height": 105 + 42 * len(names), "showlegend": True, "legend": {"orientation": "h", "y": 1.35},
        "xaxis": {"title": {"text": "message"}, "range": [0.3, length + 0.7], "dtick": 1, "showgrid": False},
        "yaxis": {"tickvals": list(range(len(names))), "ticktext": names[::-1],
                  "range": [-0.6, len(names) - 0.4], "showgrid": False, "zeroline": False},
        **marked,
    }  # fmt: skip
    return go.Figure({"data": traces, "layout": layout})
