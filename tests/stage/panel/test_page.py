"""A panel as HTML: labelled, safe, and readable before any script runs."""

import json
import re

import plotly.graph_objects as go

from scalemodel.stage.panel import page
from scalemodel.stage.panel.axes import axis
from scalemodel.stage.panel.explore import explore, show
from scalemodel.stage.panel.picture import Picture


def line(depth_m, dark):
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, depth_m], name="rope"))
    figure.update_layout(xaxis_title="time, s", yaxis_title="depth, m")
    return Picture(figure, {"deepest": (depth_m, "m")}, f"A rope to {depth_m} m.")


def html():
    return page.panel_html(
        explore(
            line,
            title="How deep & why?",
            start={"depth_m": 20},
            depth_m=axis(10, 30, 3, unit="m"),
            dark=[False, True],
        )
    )


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_start_state_stands_there_as_text_and_as_a_table():
    text = html()
    assert "How deep &amp; why?" in text and "A rope to 20.0\u00a0m." in text
    assert "<dt>deepest</dt><dd>20\u00a0m</dd>" in text
    assert '<th scope="col" class="sm-number">rope (depth, m)</th>' in text
    assert '<th scope="row" class="sm-number">1</th><td class="sm-number">20</td>' in text


def test_every_control_has_a_label_a_value_and_words_for_a_screen_reader():
    text = html()
    (ident,) = re.findall(r'<label for="([^"]+)">depth</label>', text)
    assert f'<input type="range" id="{ident}" data-axis="depth_m"' in text
    assert (
        'aria-valuetext="20 metres"' in text and f'<output for="{ident}">20\u00a0m</output>' in text
    )
    assert '<input type="checkbox"' in text and '<div class="sm-controls" hidden>' in text


def test_a_time_axis_has_back_play_and_next_with_names():
    panel = explore(lambda t: line(t, False), title="?", t=axis(0, 4, 5, unit="s", time=True))
    names = re.findall(
        r'data-do="(\w+)" data-for="[^"]+" aria-label="([^"]+)"', page.panel_html(panel)
    )
    assert names == [("back", "t: one step back"), ("play", "t: play"), ("next", "t: one step on")]


def test_traces_over_the_same_x_share_a_table():
    state = {
        "data": [{"x": [1, 2], "y": [3, 4]}, {"x": [1, 2], "y": [5]}, {"y": [0.00001]}],
        "layout": {},
    }
    assert page.series_tables(state) == [
        ("series 1, series 2", ["x", "series 1", "series 2"], [["1", "3", "5"], ["2", "4", "–"]]),
        ("series 3", ["x", "series 3"], [["0", "0.00001"]]),
    ]


def room_of(text):
    return tuple(map(int, re.search(r"--sm-high:(\d+)px;--sm-room:(\d+)px", text).groups()))


def test_a_figure_leaves_room_for_its_controls_and_its_readings():
    bare = Picture(go.Figure(), {}, "Nothing.")
    assert room_of(page.panel_html(show(bare))) == (380, 595)
    high = Picture(
        go.Figure(layout={"height": 240}), {f"n{n}": (n, "s") for n in range(4)}, "Four."
    )
    axes = {f"a{n}": [1, 2] for n in range(4)}
    four = explore(lambda **_: high, title="?", **axes)
    assert room_of(page.panel_html(four)) == (240, 595 - 2 * 80 - 80)
    three = explore(lambda a, b, t: bare, title="?", a=[1, 2], b=[1, 2],
                    t=axis(0, 4, 2, unit="s", time=True))  # fmt: skip
    assert room_of(page.panel_html(three)) == (380, 595 - 80 - 40)
    assert [page.room_px(0, n, False) for n in (0, 1, 4, 5, 8, 9)] == [595, 515, 515, 435, 435, 355]


def test_a_panel_is_named_by_its_title_and_a_bare_figure_has_none():
    text = html()
    ident = re.search(r'<figure class="sm-panel" id="([^"]+)"', text)[1]
    assert f'aria-labelledby="{ident}-title"' in text
    assert f'<p class="sm-title" id="{ident}-title">How deep &amp; why?</p>' in text
    bare = page.bare_figure_html({"data": [], "layout": {}}, "figure-1")
    assert "labelledby" not in bare and "sm-title" not in bare


def test_letters_of_any_alphabet_travel_as_they_are():
    payload = re.search(r'<script type="application/json">(.*)</script>', html())[1]
    assert "20.0\u00a0m" in payload and "\\u00a0" not in payload


# ── Laws ────────────────────────────────────────────────────────────────────
def test_a_heat_map_a_pie_and_a_sample_have_their_numbers():
    heat = {"z": [[1, 2], [3, None]], "x": ["a", "b"], "y": [10, 20], "name": "heat"}
    pie = {"labels": ["cat", "dog"], "values": [5, 6], "name": "pets"}
    sample = {"x": [7, 8]}
    assert page.series_tables({"data": [heat, pie, sample], "layout": {}}) == [
        ("heat", ["y", "x a", "x b"], [["10", "1", "2"], ["20", "3", "–"]]),
        ("pets", ["pets", "pets"], [["cat", "5"], ["dog", "6"]]),
        ("series 3", ["number", "series 3 (x)"], [["0", "7"], ["1", "8"]]),
    ]


def test_two_equal_panels_do_not_share_an_id():
    ids = [re.findall(r' id="([^"]+)"', html()) for _ in range(2)]
    assert not set(ids[0]) & set(ids[1])
    assert len(ids[0]) == len(set(ids[0]))


def test_text_from_the_author_cannot_end_the_script_or_open_a_tag():
    evil = "</script><script>alert(1)</script><!-- <b>"
    picture = Picture(go.Figure(go.Bar(y=[1], name=evil)), {evil: (1, "s")}, evil)
    text = page.panel_html(explore(lambda x: picture, title=evil, x=[evil, "b"]))
    assert (
        text.count("<script") == 1
        and text.count("</script>") == 1
        and "<b>" not in text.split("<script")[0]
    )
    payload = re.search(r'<script type="application/json">(.*)</script>', text, re.DOTALL)[1]
    assert json.loads(payload)["base"]["alt"] == evil


# ── Refusals ────────────────────────────────────────────────────────────────
def test_no_widget_and_no_address_of_another_host_is_ever_written():
    for text in (html(), page.panel_html(show(line(3, False)))):
        assert "widget" not in text and "http" not in text
