"""Every state of a panel, as small as it gets.

A figure is mostly the same from one state to the next. So the page holds the
start state whole, and for each other state only what differs from it; rows of
numbers that several states share are held once.

Left out: interpolation between states. A state was drawn or it does not exist.
Sources: Plotly's JSON chart schema for the shape of a figure.
"""

__all__ = [
    "DIGITS", "MOST_BYTES", "SHARED_LENGTH", "STATE", "differences", "digest", "digest_line",
    "encode", "pack", "plain", "start_number", "states_of",
]  # fmt: skip
__dir__ = lambda: __all__

import base64
import functools
import gzip
import hashlib
import json
import math
from collections.abc import Mapping

import numpy as np

from scalemodel.core import units
from scalemodel.core.sweep import size, sweep
from scalemodel.stage.panel.panel import Drawn, Panel, times
from scalemodel.stage.views.diagram import Diagram

MOST_BYTES = 100_000  # gzipped, a panel
DIGITS = 5  # that count, in every stored number
STATE = ("data", "layout", "svg", "readings", "alt")  # what else there is, is a scene
SHARED_LENGTH = 8  # rows longer than this are held once


# ── One state ───────────────────────────────────────────────────────────────
def encode(picture: Drawn) -> dict:
    """`picture` as plain JSON: data, layout, readings `[name, text, spoken]` and alt.

    A picture with a diagram has its `svg`, and no data; a scene's data stands under its kind.

    >>> import plotly.graph_objects as go
    >>> from scalemodel.stage.panel.picture import Picture
    >>> state = encode(Picture(go.Figure(go.Bar(y=np.array([1 / 3, 2]))), {"n": (2, "s")}, "Two bars."))
    >>> state["data"], state["readings"]
    ([{'y': [0.33333, 2], 'type': 'bar'}], [['n', '2 s', '2 seconds']])
    """
    if not isinstance(picture, Drawn):
        raise ValueError(f"picture returned {picture!r}; it must return a Picture")
    readings = [
        [units.tied(name), units.quantity(*reading), units.spoken(*reading)]
        for name, reading in picture.readings.items()
    ]
    said = {"readings": readings, "alt": units.tied(picture.alt)}
    if picture.scene is not None:
        said[picture.scene.kind.name] = picture.scene.data
    if isinstance(picture.figure, Diagram):
        pieces = {str(n): piece for n, piece in enumerate(picture.figure.pieces)}
        return {"svg": pieces, "data": [], "layout": {}, **said}
    figure = picture.figure.to_plotly_json()
    layout = {key: value for key, value in figure.get("layout", {}).items() if key != "template"}
    return {"data": plain(figure["data"]), "layout": plain(layout), **said}


def plain(value):
    """`value` as JSON that any browser reads: no typed arrays, no NaN, five digits.

    >>> plain({"y": {"dtype": "f8", "bdata": "AAAAAAAA8D8="}, "name": None, "x": float("nan")})
    {'y': [1], 'name': None, 'x': None}
    """
    match value:
        case {"bdata": data, "dtype": dtype, **rest}:
            array = np.frombuffer(base64.b64decode(data), dtype=dtype)
            shape = [int(n) for n in str(rest.get("shape", array.size)).split(",")]
            return plain(array.reshape(shape))
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case np.ndarray() | list() | tuple():
            return [plain(item) for item in value]
        case bool() | np.bool_():
            return bool(value)
        case int() | np.integer():
            return int(value)
        case float() | np.floating():
            return _rounded(float(value))
        case None:
            return None
        case str():
            return units.tied(value)
        case _:
            return str(value)


def _rounded(value):
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() else short


# ── All states ──────────────────────────────────────────────────────────────
def states_of(panel: Panel) -> list[dict]:
    """Every state of `panel`, encoded, the last axis fastest.

    >>> from scalemodel.stage.panel.explore import explore
    >>> import plotly.graph_objects as go
    >>> from scalemodel.stage.panel.picture import Picture
    >>> panel = explore(lambda n: Picture(go.Figure(), {}, f"{n}."), title="?", n=[1, 2])
    >>> [state["alt"] for state in states_of(panel)]
    ['1.', '2.']
    """
    states = sweep(functools.partial(_encoded, panel.picture), panel.values)
    known = set(STATE).union(*(states[start_number(panel)],))
    for state in states:
        if not known.issuperset(state):
            kind = next(name for name in state if name not in known)
            raise ValueError(
                f'explore "{panel.title}" has a scene of the kind {kind!r}; '
                "its start state must have one of that kind, too"
            )
    return states


def _encoded(picture, /, **values):
    return encode(picture(**values))


def start_number(panel: Panel) -> int:
    """The position of the start state among `states_of(panel)`.

    >>> from scalemodel.stage.panel.explore import explore
    >>> start_number(explore(print, title="?", start={"a": 2, "b": 5}, a=[1, 2], b=[4, 5, 6]))
    4
    """
    number = 0
    for name, count in panel.shape.items():
        number = number * count + panel.start[name]
    return number


def digest(panel: Panel, states: list[dict]) -> str:
    """Twelve hex digits over every rounded state and every control.

    >>> from scalemodel.stage.panel.explore import show
    >>> import plotly.graph_objects as go
    >>> from scalemodel.stage.panel.picture import Picture
    >>> panel = show(Picture(go.Figure(), {}, "Nothing."))
    >>> len(digest(panel, states_of(panel)))
    12
    """
    controls = [[name, axis.label, axis.texts, axis.control] for name, axis in panel.axes.items()]
    whole = [panel.title, controls, panel.start, states]
    return hashlib.sha256(_compact(whole).encode()).hexdigest()[:12]


def digest_line(panel: Panel, states: list[dict] | None = None) -> str:
    """One line that changes with any state: what a committed notebook stores.

    `states` are those of `panel`, if they are at hand.

    >>> from scalemodel.stage.panel.explore import explore
    >>> import plotly.graph_objects as go
    >>> from scalemodel.stage.panel.picture import Picture
    >>> picture = lambda n: Picture(go.Figure(), {"n": (n, "count")}, "A number.")
    >>> digest_line(explore(picture, title="Which?", n=[1, 2]))
    'explore "Which?" · n: 1, 2 · 2 states · grid 1d6afd823a34 · start: n 1'
    """
    states = states or states_of(panel)
    pack(panel, states)  # refuses a panel that is too heavy for a page
    start = states[start_number(panel)]
    parts = [f'explore "{panel.title}"' if panel.axes else f'figure "{panel.title}"']
    for name, axis in panel.axes.items():
        few = len(axis.texts) <= 3
        texts = (
            ", ".join(axis.texts)
            if few
            else f"{axis.texts[0]} … {axis.texts[-1]} ({len(axis.texts)})"
        )
        parts.append(f"{name}: {texts}")
    if panel.predict:
        parts.append(f'asks "{panel.predict.question}" {panel.predict.shown}')
    parts.append(f"{len(states)} states")
    parts.append(f"grid {digest(panel, states)}")
    readings = ", ".join(f"{name} {text}" for name, text, _ in start["readings"][:3])
    return " · ".join([*parts, *([f"start: {readings}"] if readings else [])])


# ── Packing ─────────────────────────────────────────────────────────────────
def pack(panel: Panel, states: list[dict]) -> dict:
    """What the page needs to draw any state; more than 100 kB gzipped is a `ValueError`.

    `base` is the start state, `changes` for each state a list of `[path, value]`
    from the base, and `rows` the long rows that a value `{"$row": n}` stands for.

    >>> from scalemodel.stage.panel.explore import explore
    >>> import plotly.graph_objects as go
    >>> from scalemodel.stage.panel.picture import Picture
    >>> picture = lambda n: Picture(go.Figure(go.Bar(y=[n, 5])), {}, "Bars.")
    >>> panel = explore(picture, title="?", n=[1, 2])
    >>> pack(panel, states_of(panel))["changes"]
    [[], [[['data', 0, 'y'], [2, 5]]]]
    """
    rows: dict[str, int] = {}
    base = states[start_number(panel)]
    packed = {
        "axes": [
            {"name": name, "texts": axis.texts, "spoken": axis.spoken}
            for name, axis in panel.axes.items()
        ],
        "start": list(panel.start.values()),
        "base": _share(base, rows),
        "changes": [
            [[path, _share(value, rows)] for path, value in differences(base, state)]
            for state in states
        ],
    }
    packed["rows"] = [json.loads(row) for row in rows]
    weight = len(gzip.compress(_compact(packed).encode(), mtime=0))
    if weight > MOST_BYTES:
        raise ValueError(_too_heavy(panel, weight))
    return packed


def differences(base, other, path=()):
    """The `(path, value)` pairs that turn `base` into `other`; a missing key becomes null.

    >>> list(differences({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 3]}))
    [(['b'], [1, 3])]
    """
    if base == other:
        return
    if isinstance(base, dict) and isinstance(other, dict):
        for key in [*base, *(key for key in other if key not in base)]:
            yield from differences(base.get(key), other.get(key), (*path, key))
    elif _records(base) and _records(other) and len(base) == len(other):
        for index, (one, two) in enumerate(zip(base, other, strict=True)):
            yield from differences(one, two, (*path, index))
    else:
        yield list(path), other


def _records(value):
    return isinstance(value, list) and value and all(isinstance(item, dict) for item in value)


def _share(value, rows):
    if isinstance(value, dict):
        return {key: _share(item, rows) for key, item in value.items()}
    if isinstance(value, list):
        if len(value) > SHARED_LENGTH and not isinstance(value[0], (dict, list)):
            return {"$row": rows.setdefault(_compact(value), len(rows))}
        return [_share(item, rows) for item in value]
    return value


def _too_heavy(panel, weight):
    count = size(panel.values)
    text = f'explore "{panel.title}" weighs {weight / 1000:,.0f} kB gzipped'
    if not panel.axes:
        return f"{text}; at most {MOST_BYTES // 1000} kB fit: draw fewer points"
    longest = max(panel.shape, key=panel.shape.get)
    fewer = max(int(panel.shape[longest] * MOST_BYTES / weight), 1)
    return (
        f"{text}, {weight / 1000 / count:.2g} kB for each of {count:,} states ({times(panel.shape)}); "
        f"at most {MOST_BYTES // 1000} kB fit: thin {longest} to {fewer} values or draw fewer points"
    )


def _compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
