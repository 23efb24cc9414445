"""The live panel: it follows its controls, keeps up with a hand, and survives an error."""

import asyncio

import plotly.graph_objects as go
import pytest

from scalemodel.stage.explore import Picture, axis, explore
from scalemodel.stage.live import LivePanel


def bars(n, high=False, name="a"):
    if n == 13:
        raise ZeroDivisionError("thirteen <is> unlucky")
    traces = [go.Bar(y=[n, 10 if high else 1], name=name)]
    if n > 5:
        traces.append(go.Scatter(y=[n, n]))
    return Picture(go.Figure(traces), {"n": (n, "count")}, f"Bars of {n}.")


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
    assert panel.figure.data[0].y == (3, 10) and "Bars of 3." in panel.text.value


@pytest.mark.parametrize(
    ("name", "move"), [("n", {"index": 1}), ("high", {"value": True}), ("name", {"index": 1})]
)
def test_every_control_changes_the_figure(name, move):
    panel = live()
    before = panel.figure.to_plotly_json()["data"]
    for trait, value in move.items():
        setattr(panel.controls[name], trait, value)
    assert panel.figure.to_plotly_json()["data"] != before


def test_traces_come_and_go():
    panel = live()
    panel.controls["n"].index = 2
    assert [trace.type for trace in panel.figure.data] == ["bar", "scatter"]
    panel.controls["n"].index = 0
    assert [trace.type for trace in panel.figure.data] == ["bar"]


def test_what_a_state_does_not_say_is_not_left_over_from_another():
    def marked(n):
        figure = go.Figure(go.Bar(y=[n], text=["many"] if n > 1 else None))
        figure.update_layout(shapes=[{"type": "line"}] if n > 1 else [])
        return Picture(figure, {}, "Bars.")

    panel = LivePanel(explore(marked, title="?", n=[1, 2]))
    panel.controls["n"].index = 1
    assert panel.figure.data[0].text == ("many",) and len(panel.figure.layout.shapes) == 1
    panel.controls["n"].index = 0
    assert panel.figure.data[0].text is None and len(panel.figure.layout.shapes) == 0


def test_a_time_axis_can_be_played():
    panel = LivePanel(explore(bars, title="?", n=axis(1, 5, 5, unit="s", time=True)))
    play, slider = panel.box.children[1].children[0].children
    assert play.max == 4 and slider is panel.controls["n"]


# ── Laws ────────────────────────────────────────────────────────────────────
def test_moves_that_come_together_are_one_call():
    async def drag(panel):
        for index in (1, 2, 0, 1, 2, 1):
            panel.controls["n"].index = index
        assert panel.calls == 1, "nothing is drawn while the hand moves"
        await asyncio.sleep(0.1)

    panel = live()
    asyncio.run(drag(panel))
    assert panel.calls == 2 and panel.figure.data[0].y == (3, 1)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_an_error_is_readable_and_the_panel_goes_on():
    panel = live()
    panel.controls["n"].index = 3
    assert "Not drawn at n = 13" in panel.problem.value
    assert "ZeroDivisionError: thirteen &lt;is&gt; unlucky" in panel.problem.value
    assert panel.figure.data[0].y == (1, 1), "the last good figure stays"
    panel.controls["n"].index = 1
    assert panel.problem.value == "" and panel.figure.data[0].y == (3, 1)


def test_a_picture_that_is_none_is_named():
    panel = LivePanel(explore(lambda n: None, title="?", n=[1]))
    assert "picture returned None; it must return a Picture" in panel.problem.value
