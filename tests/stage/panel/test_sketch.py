"""The sketch of a state: what is seen stands where it should, in few bytes, the same each time."""

import re
import xml.etree.ElementTree as ET

import plotly.graph_objects as go
import pytest

from scalemodel.parts.system import Part, System
from scalemodel.stage.panel.grid import encode
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.panel.sketching.scales import Scale, scale_of
from scalemodel.stage.panel.sketching.sketch import sketch
from scalemodel.stage.views.diagram import WHITE, diagram

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*traces, **layout):
    return ET.fromstring(sketch(encode(Picture(go.Figure(list(traces), layout), {}, "Drawn."))))


def words(svg):
    return [text.text for text in svg.iter(f"{SVG}text")]


def boxes(svg):
    """The bars, as x, y, width and height; the paper is the first of all boxes."""
    rows = list(svg.iter(f"{SVG}rect"))[1:]
    return [tuple(float(row.get(key)) for key in ("x", "y", "width", "height")) for row in rows]


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_line_goes_from_corner_to_corner():
    svg = drawn(go.Scatter(x=[0, 10], y=[0, 5]), xaxis={"range": [0, 10]}, yaxis={"range": [0, 5]})
    *_, line = svg.iter(f"{SVG}path")
    assert line.get("d") == "M64 296L620 14"


def test_steps_gaps_and_dashes_are_seen():
    step = {"shape": "hv", "dash": "dot"}
    svg = drawn(go.Scatter(x=[0, 1, None, 2, 3], y=[0, 1, None, 1, 0], line=step))
    *_, line = svg.iter(f"{SVG}path")
    assert re.sub(r"[\d. ]+", "", line.get("d")) == "MHVMHV" and line.get("stroke-dasharray")


def test_what_is_lost_is_piled_below_nothing():
    svg = drawn(
        go.Bar(y=["Ana"], x=[3], orientation="h"), go.Bar(y=["Ana"], x=[-1], orientation="h"),
        barmode="relative", xaxis={"range": [-1, 3]},
    )  # fmt: skip
    (won, *_), (lost, *_) = boxes(svg)
    assert (won, lost) == (203.0, 64.0) and "Ana" in words(svg)


def test_bars_side_by_side_do_not_overlap():
    svg = drawn(go.Bar(x=["a", "b"], y=[1, 2]), go.Bar(x=["a", "b"], y=[2, 1]), barmode="group")
    (a, _, wide, _), _, (beside, *_), _ = boxes(svg)
    assert beside == pytest.approx(a + wide, abs=0.2)


def test_names_ticks_and_words_are_there():
    word = {"text": "<b>here</b> & now", "x": 1, "y": 1}
    svg = drawn(
        go.Scatter(y=[1, 1000], name="Ana"), go.Scatter(y=[1, 10], name="Bo"),
        yaxis={"type": "log", "title": {"text": "posts"}}, annotations=[word],
    )  # fmt: skip
    assert {"Ana", "Bo", "posts", "1,000", "here & now"} <= set(words(svg))


def test_a_diagram_is_its_own_sketch():
    pair = System((Part("line", "", 0, 0), Part("buffer", "", 1, 0)))
    picture = Picture(diagram(pair, "Two."), {}, "Two.")
    _, drawn = picture.figure.svg.split(">", 1)
    assert sketch(encode(picture)).endswith(f"<style>{WHITE}</style>{drawn}")


# ── Laws ────────────────────────────────────────────────────────────────────
def test_fewer_points_keep_both_ends():
    state = encode(Picture(go.Figure(go.Scatter(y=list(range(200)))), {}, "A line."))
    whole, thin = (re.findall(r'd="(M64[^"]*)"', sketch(state, n))[-1] for n in (1, 8))
    assert len(thin) < len(whole) / 4
    ends = lambda path: (path.split("L")[0], path.split("L")[-1])
    assert ends(thin) == ends(whole)


@pytest.mark.parametrize("kind", ["linear", "log"])
def test_the_marks_of_an_axis_stand_where_its_values_do(kind):
    scale = Scale("x", kind, 0, 4, 100, 500)
    for at, text in scale.ticks():
        assert scale(float(text.replace(",", ""))) == pytest.approx(at)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_has_no_place_is_left_out():
    scale = scale_of(
        "y", [{"type": "scatter", "y": [1, 0, None]}], {"yaxis": {"type": "log"}}, 9, 0
    )
    assert scale(0) is scale(None) is scale("tea") is None
    svg = drawn(go.Scatter(y=[1, 0, 10]), yaxis={"type": "log"})
    assert "nan" not in ET.tostring(svg).decode().lower()
