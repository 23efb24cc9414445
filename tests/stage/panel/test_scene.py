"""A scene of ten lines, in a folder of its own, plays in every view, and no panel knows it."""

from pathlib import Path

import plotly.graph_objects as go
import pytest

from scalemodel.stage.panel import grid, page
from scalemodel.stage.panel.explore import explore
from scalemodel.stage.panel.live import LivePanel
from scalemodel.stage.panel.picture import Picture, Scene
from tests.stage.panel.dot.dot import DOT

ROOT = Path(__file__).parents[3]


def at(x):
    return Picture(go.Figure(), {"x": (x, "count")}, f"A dot at {x}.", Scene(DOT, {"x": x}))


def sometimes(x):
    return at(x) if x > 5 else Picture(go.Figure(), {}, "No dot.")


# ── Examples ────────────────────────────────────────────────────────────────
def test_it_stands_on_the_page_with_every_states_data():
    panel = explore(at, title="Where?", x=[10, 90])
    assert f'<div class="sm-dot" data-scene="dot" hidden>{DOT.html}</div>' in page.panel_html(panel)
    assert [state["dot"] for state in grid.states_of(panel)] == [{"x": 10}, {"x": 90}]


def test_it_follows_the_control_in_jupyter():
    panel = LivePanel(explore(at, title="Where?", x=[10, 90]))
    assert panel.scene.kind == "dot" and panel.scene.data == {"x": 10}
    assert "scalemodelScenes ??= {}).dot" in panel.scene.script and DOT.html in panel.scene.html
    panel.controls["x"].index = 1
    assert panel.scene.data == {"x": 90}


def test_a_state_without_one_hides_it_and_brings_it_back():
    panel = LivePanel(explore(sometimes, title="Where?", start={"x": 9}, x=[1, 9]))
    for index, data in ((0, None), (1, {"x": 9})):
        panel.controls["x"].index = index
        assert panel.scene.data == data


def test_the_notebooks_line_changes_with_what_moves():
    def still(x):
        return Picture(go.Figure(), {"x": (x, "count")}, f"A dot at {x}.")

    lines = {
        grid.digest_line(explore(picture, title="Where?", x=[10, 90])) for picture in (at, still)
    }
    assert len(lines) == 2


# ── Laws ────────────────────────────────────────────────────────────────────
def test_neither_the_panel_nor_the_assets_know_any_scene():
    files = [
        *(ROOT / "lib/scalemodel/stage/panel").rglob("*.*"),
        *(ROOT / "site_assets").glob("*.*"),
    ]
    files = [path for path in files if path.suffix in {".py", ".js", ".mjs", ".css"}]
    assert len(files) > 10
    for path in files:
        words = path.read_text()
        assert "sm-dot" not in words and "film" not in words and "youtube" not in words, path


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_panel_whose_start_has_no_scene_has_none_later():
    with pytest.raises(ValueError, match="its start state must have one of that kind, too"):
        grid.states_of(explore(sometimes, title="Where?", x=[1, 9]))


@pytest.mark.parametrize("wrong", ["dot", None, 3])
def test_a_scene_has_a_kind_and_data(wrong):
    with pytest.raises(ValueError, match=f"kind={wrong!r} must be a Kind"):
        Scene(wrong, {})
    with pytest.raises(ValueError, match=f"data={wrong!r} must be a dictionary"):
        Scene(DOT, wrong)
