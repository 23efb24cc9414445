"""The live panel: it follows its controls, keeps up with a hand, and survives an error."""

import asyncio
import gzip

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs

from scalemodel.parts.system import Part, State, System
from scalemodel.stage.look import theme
from scalemodel.stage.panel import grid
from scalemodel.stage.panel.axes import axis
from scalemodel.stage.panel.explore import explore
from scalemodel.stage.panel.live import LiveFigure, LivePanel, live_scene
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.views.diagram import diagram
from tests.stage.panel.dot.dot import DOT


def bars(n, high=False, name="a"):
    if n == 13:
        raise ZeroDivisionError("thirteen <is> unlucky")
    traces = [go.Bar(y=[n, 10 if high else 1], name=name)]
    if n > 5:
        traces.append(go.Scatter(y=[n, n]))
    return Picture(go.Figure(traces), {"n": (n, "count")}, f"Bars of {n}.")


def heights(panel):
    """The y values of each trace that the browser is told to draw."""
    return [trace["y"] for trace in panel.figure.figure["data"]]


def live(**start):
    return LivePanel(
        explore(
            bars,
            title="How many?",
            start=start,
            n=[1, 3, 9, 13],
            high=[False, True],
            name=["a", "b"],
        )
    )


# ── Examples ────────────────────────────────────────────────────────────────
def test_it_opens_at_its_start():
    panel = live(n=3, high=True)
    assert panel.values() == {"n": 3, "high": True, "name": "a"}
    assert heights(panel) == [[3, 10]] and "Bars of 3." in panel.text.value


@pytest.mark.parametrize(
    ("name", "move"), [("n", {"index": 1}), ("high", {"value": True}), ("name", {"index": 1})]
)
def test_every_control_changes_the_figure(name, move):
    panel = live()
    before = panel.figure.figure["data"]
    for trait, value in move.items():
        setattr(panel.controls[name], trait, value)
    assert panel.figure.figure["data"] != before


def test_the_browser_gets_the_figure_of_the_built_site():
    panel = live(n=9)
    site, *_ = grid.states_of(explore(bars, title="?", n=[9]))
    assert panel.figure.figure["data"] == site["data"]
    assert panel.figure.figure["layout"]["template"] == theme.template("light")


def test_the_drawing_library_travels_with_the_figure():
    """A browser that comes late, or comes again, asks for the whole state."""
    panel = live(n=1)
    panel.controls["n"].index = 2
    state = panel.figure.get_state()
    assert [trace["type"] for trace in state["figure"]["data"]] == ["bar", "scatter"]
    assert gzip.decompress(state["library"]).decode() == get_plotlyjs()


def test_jupyter_never_has_to_wait_for_the_script():
    """It gives up on a widget whose script takes over two seconds to load, and says nothing."""
    assert len(str(LiveFigure._esm)) < 10_000


def test_a_time_axis_can_be_played():
    panel = LivePanel(explore(bars, title="?", n=axis(1, 5, 5, unit="s", time=True)))
    play, slider = panel.box.children[1].children[0].children
    assert (play.min, play.max, play.value, play.interval) == (0, 4, 0, 300)
    assert slider is panel.controls["n"]


def test_a_switch_stands_where_the_others_stand():
    assert live().controls["high"].indent is False


def test_a_diagram_is_drawn_anew_and_needs_no_library():
    pair = System((Part("line", "", 0, 0), Part("buffer", "", 1, 0)))
    full = lambda n: Picture(diagram(pair, "Two.", State(load={"line": n})), {}, f"At {n}.")
    panel = LivePanel(explore(full, title="How full?", n=[0.1, 0.9]))
    for index, share in enumerate((0.1, 0.9)):
        panel.controls["n"].index = index
        assert full(share).figure.svg in panel.figure.figure["svg"]
    assert panel.figure.library == b""


def test_the_browser_gets_all_of_a_scene():
    state = live_scene(DOT).get_state()
    assert [state[key] for key in ("kind", "script")] == ["dot", DOT.script]
    assert state["sheet"].startswith(".sm-dot{--sm-ink:#") and state["sheet"].endswith(DOT.style)
    assert "--sm-orange:#" in state["sheet"], "else a scene is black in Jupyter"
    assert state["html"] == f'<div class="sm-dot" hidden>{DOT.html}</div>'


# ── Laws ────────────────────────────────────────────────────────────────────
def test_moves_that_come_together_are_one_call():
    async def drag(panel):
        for index in (1, 2, 0, 1, 2, 1):
            panel.controls["n"].index = index
        assert panel.calls == 1, "nothing is drawn while the hand moves"
        await asyncio.sleep(0.1)

    panel = live()
    asyncio.run(drag(panel))
    assert panel.calls == 2 and heights(panel) == [[3, 1]]


def test_a_hand_that_comes_again_is_followed_again():
    async def twice(panel):
        for index in (2, 1):
            panel.controls["n"].index = index
            await asyncio.sleep(0.1)

    panel = live()
    asyncio.run(twice(panel))
    assert panel.calls == 3 and heights(panel) == [[3, 1]]


# ── Refusals ────────────────────────────────────────────────────────────────
def test_an_error_is_readable_and_the_panel_goes_on():
    panel = live()
    panel.controls["n"].index = 3
    assert "Not drawn at n = 13" in panel.problem.value
    assert "ZeroDivisionError: thirteen &lt;is&gt; unlucky" in panel.problem.value
    hidden = [part.layout.display for part in (panel.figure, panel.text)]
    assert hidden == ["none"] * 2, "what it raised stands in the place of the picture"
    panel.controls["n"].index = 1
    assert panel.problem.value == "" and heights(panel) == [[3, 1]]
    assert panel.figure.layout.display is panel.text.layout.display is None


def test_a_picture_that_is_none_is_named():
    panel = LivePanel(explore(lambda n: None, title="?", n=[1]))
    assert "picture returned None; it must return a Picture" in panel.problem.value
