"""Every live panel of every notebook, moved once all cells have run, solutions included.

A picture reads names of its notebook. So what it draws when it is moved at the end must be what
it would have drawn when its cell ran; and no move may end in an exception.
"""

import ast

import nbformat
import pytest

from scalemodel.stage.panel import grid
from scalemodel.stage.panel.explore import Explorable
from scalemodel.stage.panel.live import LivePanel
from tests.conftest import ROOT

FEW = ("youtube-abr", "uber-rain", "netflix-services")  # the others are for `make thorough`
NOTEBOOKS = [
    pytest.param(path, id=name, marks=[] if name in FEW else pytest.mark.thorough)
    for path in sorted((ROOT / "book").rglob("*.ipynb"))
    for name in (f"{path.parent.name}-{path.stem}",)
]
BETWEEN = """
from scalemodel.stage.panel.explore import explore
from scalemodel.stage.panel.picture import Picture
import plotly.graph_objects as go
played = {1: 10, 2: 20}
explore(lambda n: Picture(go.Figure(), {"played": (played[n], "s")}, "Played."), title="?", n=[1, 2])
"""


def run(sources):
    """The live panels that the cells `sources` end in, each with its states when its cell ran."""
    names, panels = {"__name__": "__main__"}, []
    for name, source in sources.items():
        *body, last = ast.parse(source or "0").body
        value = isinstance(last, ast.Expr)
        exec(compile(ast.Module([*body, *([] if value else [last])], []), name, "exec"), names)
        shown = eval(compile(ast.Expression(last.value), name, "eval"), names) if value else None
        if isinstance(shown, Explorable):
            panels.append((name, LivePanel(shown), [drawn(shown, move) for move in moves(shown)]))
    return panels


def moves(panel):
    """The states that are one move away from the start: each control at its first and last place."""
    for name, axis in panel.axes.items():
        for place in sorted({0, len(axis.values) - 1} - {panel.start[name]}):
            yield name, place


def drawn(panel, move):
    at = {**panel.start, move[0]: move[1]}
    return grid.encode(panel.picture(**{n: panel.axes[n].values[place] for n, place in at.items()}))


def put(live, name, place):
    """Moves a control as a reader does, and what the panel shows then."""
    axis, control = live.panel.axes[name], live.controls[name]
    if axis.control == "switch":
        control.value = axis.values[place]
    else:
        control.index = place
    return live.problem.value or live.state


def changed(panels):
    """The moves that end in another picture than they would have when their cell ran."""
    for name, live, states in panels:
        for (axis, place), state in zip(moves(live.panel), states, strict=True):
            if put(live, axis, place) != state:
                yield f"{name}: {axis} at {place}: {live.problem.value}"
            put(live, axis, live.panel.start[axis])


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_panel_moves_after_all_cells_have_run(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    panels = run({cell.id: cell.source for cell in cells})
    asked = [cell.id for cell in cells if "\nexplore(" in f"\n{cell.source}"]
    assert [name for name, live, _ in panels if live.controls] == asked
    assert list(changed(panels)) == []


@pytest.mark.parametrize(
    ("later", "told"),
    [
        ("", []),
        ("played = {1: 10, 2: 30}", ["panel: n at 1: "]),
        ("del played", ["panel: n at 1: <p role="]),
    ],
)
def test_a_later_cell_that_changes_a_picture_is_found(later, told):
    found = list(changed(run({"panel": BETWEEN, "later": later})))
    assert [line[: len(start)] for line, start in zip(found, told, strict=True)] == told
