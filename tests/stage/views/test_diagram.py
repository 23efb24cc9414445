"""A diagram draws every part and flow of its system, and says its state without colour."""

import base64
import re
import xml.etree.ElementTree as ElementTree

import pytest

from scalemodel.parts.system import Flow, Part, State, System
from scalemodel.stage.panel import grid, page
from scalemodel.stage.panel.axes import axis
from scalemodel.stage.panel.explore import explore
from scalemodel.stage.panel.live import LivePanel
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.panel.sketching.sketch import sketch
from scalemodel.stage.views.diagram import BOX_H, diagram

PAIR = System(
    (Part("a", "sends & waits", 0, 0), Part("b", "takes", 0, 1)), (Flow("a", "b", "post"),)
)
LOOP = System(
    (Part("shop", "sells", 0, 0), Part("road", "", 1, 0), Part("shelf", "holds", 1, 1)),
    (
        Flow("shop", "road"), Flow("road", "shelf", "bread"), Flow("shelf", "shop", "order", light=True),
        Flow("road", "shop"),
    ),
)  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"


def words_of(drawn):
    return [text.text for text in ElementTree.fromstring(drawn.svg).iter(f"{SVG}text")]


# ── Examples ────────────────────────────────────────────────────────────────
def test_it_can_be_read_without_seeing_it():
    drawn = diagram(PAIR, "From a & to b.")
    assert 'role="img" aria-label="From a &amp; to b."' in drawn.svg
    assert words_of(drawn) == ["post", "a", "sends & waits", "b", "takes"]


def test_a_state_is_said_in_words_and_shapes_and_not_by_colour_alone():
    state = State(
        load={"a": 0.5}, says={"b": "stopped"}, failed=frozenset({"b"}), running=frozenset({("a", "b")})
    )  # fmt: skip
    calm, drawn = diagram(PAIR, "Calm.").svg, diagram(PAIR, "Stopped.", state).svg
    assert "stopped" in drawn and "takes" not in drawn
    assert drawn.count("stroke-dasharray") == 1 + calm.count("stroke-dasharray")
    assert 'stroke-width="4"' in drawn and 'stroke-width="4"' not in calm
    assert f"v{BOX_H / 2:.1f}" in drawn  # filled by half


# ── Laws ────────────────────────────────────────────────────────────────────
def test_every_part_and_flow_of_the_model_is_drawn():
    drawn = diagram(LOOP, "The loop.")
    assert {part.name for part in LOOP.parts} <= set(words_of(drawn))
    assert drawn.svg.count("marker-end") == len(LOOP.flows)


def test_the_pieces_of_two_states_pair_up():
    states = [State(), State(failed=frozenset({"a"})), State(load={"b": 1.0})]
    assert len({len(diagram(PAIR, "One.", state).pieces) for state in states}) == 1


def test_a_panel_holds_only_what_changes_and_draws_without_a_library():
    def at(level):
        return Picture(diagram(PAIR, f"At {level}.", State(load={"a": level})), {}, f"At {level}.")

    panel = explore(at, title="How full?", level=axis(0, 1, 5, unit="ratio", time=True))
    states = grid.states_of(panel)
    packed = grid.pack(panel, states)
    changed = {tuple(path) for change in packed["changes"] for path, _ in change}
    assert changed == {("svg", "0"), ("svg", "2"), ("alt",)}  # the head with its words, part a
    html = page.panel_html(panel)
    assert '<div class="sm-plot sm-diagram" aria-hidden="true"><svg' in html
    assert re.search(r'<details class="sm-numbers" open hidden>', html)


@pytest.mark.parametrize("view", ["live", "digest"])
def test_alone_in_a_notebook_it_is_a_picture_on_white_that_any_host_shows(view, monkeypatch):
    monkeypatch.setenv("SCALEMODEL_VIEW", view)
    html = diagram(PAIR, "From a & to b.")._repr_mimebundle_()["text/html"]
    (data,) = re.findall(
        '<img alt="From a &amp; to b." .*src="data:image/svg.xml;base64,(.*)">', html
    )
    svg = base64.b64decode(data).decode()
    assert "{background:#fff" in svg and ElementTree.fromstring(svg).tag == f"{SVG}svg"


def test_in_a_live_panel_and_its_still_it_lies_on_white():
    panel = LivePanel(
        explore(lambda n: Picture(diagram(PAIR, "Two."), {}, "Two."), title="?", n=[1])
    )
    assert panel.figure.figure["svg"].startswith('<div style="background:#fff">')
    assert "{background:#fff" in sketch(panel.state)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_state_of_another_system_is_refused():
    with pytest.raises(ValueError, match="failed names 'c'; it must be one of the parts a, b"):
        diagram(PAIR, "Alt.", State(failed=frozenset({"c"})))


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_a_diagram_without_words_is_refused(alt):
    with pytest.raises(ValueError, match=r"alt=.* must be a sentence"):
        diagram(PAIR, alt)
