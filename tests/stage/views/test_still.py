"""What a saved notebook shows: words and a picture that any host lets through, and how to go on."""

import base64
import re

import plotly.graph_objects as go
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from scalemodel.stage.panel.explore import explore
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.panel.predict import guess_number
from scalemodel.stage.views import embed, still

STATE = "application/vnd.jupyter.widget-state+json"
GUESS = guess_number("How far?", unit="km", low=0, high=9, answer=2)


def picture(n, points=2):
    if n == 13:
        raise ZeroDivisionError("thirteen")
    return Picture(go.Figure(go.Scatter(y=[n, 7] * (points // 2))), {}, f"From {n}.")


def shown(thing, monkeypatch, view="live"):
    """The outputs that Jupyter is given."""
    told = []
    monkeypatch.setenv("SCALEMODEL_VIEW", view)
    monkeypatch.setattr(still, "publish_display_data", told.append)
    try:
        thing._ipython_display_()
    except NotImplementedError:
        told.append(thing._repr_mimebundle_())
    return told


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_live_panel_has_its_picture_before_it(monkeypatch):
    first, live = shown(explore(picture, title="Where?", n=[1, 2]), monkeypatch)
    assert "From 1." in first["text/html"] and still.TELL in first["text/html"]
    assert live[still.WIDGET]["model_id"]
    assert re.sub("<[^>]*>", "", live["text/html"]) == live["text/plain"] == ""


def test_a_picture_that_ends_a_cell_has_its_still_as_a_panel_has(monkeypatch):
    first, live = shown(picture(1), monkeypatch)
    assert "From 1." in first["text/html"] and live[still.WIDGET]["model_id"]
    (bundle,) = shown(picture(1), monkeypatch, "digest")
    assert "From 1." in bundle["text/html"] and "grid" in bundle["text/plain"]


@pytest.mark.parametrize("view", ["site", "digest"])
def test_site_and_notebook_tell_by_one_line_which_still_it_is(view, monkeypatch):
    steps = [Step("Stored.", {"dot": (20, 20)}), Step("Gone.", {"dot": (90, 20)})]
    things = [
        explore(picture, title="Where?", n=[1, 2]),
        moving({"dot": "<b/>"}, {"a": steps}, title="?"),
    ]
    lines = [shown(thing, monkeypatch, view)[0]["text/plain"] for thing in things]
    stills = [shown(thing, monkeypatch, "digest")[0]["text/html"] for thing in things]
    proved = [
        still.proved(line.rpartition(" · ")[0], html)
        for line, html in zip(lines, stills, strict=True)
    ]
    assert lines == proved


def test_a_committed_notebook_has_the_picture_beside_its_line(monkeypatch):
    (bundle,) = shown(explore(picture, title="Where?", n=[1, 2]), monkeypatch, "digest")
    assert "grid" in bundle["text/plain"] and "data:image/svg+xml" in bundle["text/html"]
    assert "<style" not in bundle["text/html"]


def test_the_site_has_neither(monkeypatch):
    (bundle,) = shown(explore(picture, title="Where?", n=[1, 2]), monkeypatch, "site")
    assert "sm-still" not in bundle["text/html"]


def test_an_answer_is_folded_behind_its_question(monkeypatch):
    panel = explore(picture, title="Where?", n=[1, 2], predict=GUESS)
    for view in ("live", "digest"):
        html = shown(panel, monkeypatch, view)[0]["text/html"]
        (folded,) = re.findall("<details><summary>How far.</summary>(.*?)</details>", html)
        assert "From 1." in folded and "From 1." not in html.replace(folded, "")


def test_a_picture_that_fails_is_told_in_words(monkeypatch):
    first, _ = shown(explore(picture, title="Where?", n=[13]), monkeypatch)
    assert "ZeroDivisionError: thirteen" in first["text/html"] and "<img" not in first["text/html"]


def test_a_thing_that_moves_shows_where_it_begins(monkeypatch):
    steps = [Step("Stored.", {"dot": (20, 20)}), Step("Copied.", {"dot": (90, 20, "good")})]
    ball = moving({"dot": '<circle r="6"/>'}, {"on write": steps}, title="Where does it go?")
    html = shown(ball, monkeypatch)[0]["text/html"]
    svg = base64.b64decode(re.findall('base64,([^"]*)', html)[0]).decode()
    assert (
        "translate(20px,20px)" in svg and "--sm-ink:#" in svg and "Run this cell to use it." in html
    )


@pytest.mark.parametrize("executed", [False, True])
def test_nbconvert_shows_the_picture_alone(executed, monkeypatch):
    """Also where it executes, and keeps the state of widgets that nothing answers for."""
    told = shown(explore(picture, title="Where?", n=[1, 2]), monkeypatch)
    cell = new_code_cell("", outputs=[new_output("display_data", data) for data in told])
    state = {told[1][still.WIDGET]["model_id"]: {"model_name": "VBoxModel", "state": {}}}
    kept = {"widgets": {STATE: {"state": state, "version_major": 2, "version_minor": 0}}}
    book = new_notebook(cells=[cell], metadata=kept if executed else {})
    html, _ = HTMLExporter().from_notebook_node(book)
    _, first, second = html.split('<div class="jp-OutputArea-child')
    assert "data:image/svg+xml" in first and still.TELL in first and still.STYLE in first
    assert executed == (still.WIDGET in second)
    assert ".jp-OutputArea-child:not(.lm-Widget):has(.sm-still) + .jp-OutputArea-child{" in first


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("points", [2, 500, 5_000, 100_000])
def test_a_still_is_light_and_the_same_each_time(points, monkeypatch):
    panel = explore(lambda n: picture(n, points), title="Where?", n=[1])
    one, two = (shown(panel, monkeypatch)[0]["text/html"] for _ in range(2))
    assert one == two and len(panel._still(*started(panel)).encode()) <= still.MOST_BYTES


def started(panel):
    from scalemodel.stage.panel.live import LivePanel

    live = LivePanel(panel)
    return live.state, live.state["alt"]


def test_no_text_ends_the_words():
    html = still.still_html('<img onerror="x">', "<svg/>", ask="<b>?")
    assert html.count("<img") == 1 and 'onerror="' not in html and "<b>" not in html


# ── Refusals ────────────────────────────────────────────────────────────────
def test_elsewhere_ipython_makes_the_one_output(monkeypatch):
    monkeypatch.setenv("SCALEMODEL_VIEW", "digest")
    with pytest.raises(NotImplementedError):
        still.publish(lambda: pytest.fail("nothing is to be made"))
    assert embed.Embed._ipython_display_
