"""Axes, starts and limits of a panel."""

import itertools
import os
import subprocess
import sys

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.stage.panel.axes import axis
from scalemodel.stage.panel.explore import explore, show
from scalemodel.stage.panel.panel import too_many_states
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.panel.predict import guess_number
from scalemodel.stage.views.view import view


def picture(**values):
    return Picture(go.Figure(), {}, "Nothing to see.")


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_values_of_an_axis_are_the_round_numbers_one_expects():
    assert axis(0.5, 1.0, 11, unit="ratio").values == (
        0.5,
        0.55,
        0.6,
        0.65,
        0.7,
        0.75,
        0.8,
        0.85,
        0.9,
        0.95,
        1.0,
    )
    assert axis(1, 10_000, 5, unit="count", log=True).values == (1, 10, 100, 1000, 10_000)


def test_what_is_given_picks_the_control():
    panel = explore(
        picture, title="?", n=axis(0, 1, 2, unit="s"), t=axis(0, 9, 4, unit="s", time=True),
        trace=["bus", "train"], seed=[1, 2, 3], jitter=[False, True],
    )  # fmt: skip
    assert [a.control for a in panel.axes.values()] == [
        "slider",
        "time",
        "choice",
        "choice",
        "switch",
    ]
    assert panel.shape == {"n": 2, "t": 4, "trace": 2, "seed": 3, "jitter": 2}


@pytest.mark.parametrize("values", [[0, 1], [0, True], [1, False], [True], [False]])
def test_a_switch_is_off_and_on_and_both_of_them(values):
    assert explore(picture, title="?", x=values).axes["x"].control == "choice"


def test_a_label_is_the_name_without_its_unit_unless_given():
    panel = explore(picture, title="?", tunnel_s=[1, 2], hit_ratio=[1, 2], s=[1, 2], s_first=[1, 2],
                    cap_s=axis(1, 2, 2, unit="s", label="buffer cap"))  # fmt: skip
    assert [a.label for a in panel.axes.values()] == ["tunnel", "hit", "s", "s first", "buffer cap"]


def test_a_start_is_found_although_floats_are_floats():
    panel = explore(picture, title="?", start={"x": 0.1 + 0.2}, x=axis(0, 1, 11, unit="ratio"))
    assert panel.start == {"x": 3}


def test_without_a_start_an_axis_opens_at_its_first_value():
    panel = explore(picture, title="?", x=axis(0, 1, 3, unit="ratio"), y=[5, 6, 7])
    assert panel.start == {"x": 0, "y": 0}


def test_a_guess_is_drawn_where_the_panel_has_something_of_that_name():
    guess = guess_number("How far?", unit="s", low=0, high=1, answer=1, drawn="y2")
    with pytest.raises(ValueError, match="drawn='y2' must be one of x, y"):
        explore(picture, title="?", predict=guess, x=[1, 2])


def test_a_switch_given_as_on_and_off_starts_on():
    assert explore(print, title="?", on=[True, False]).start == {"on": 1}
    assert explore(print, title="?", on=[False, True]).start == {"on": 0}


def test_a_switch_starts_where_it_is_told():
    assert explore(picture, title="?", start={"on": True}, on=[False, True]).start == {"on": 1}
    assert explore(picture, title="?", start={"on": True}, on=[True, False]).start == {"on": 1}


def test_the_view_picks_the_form(monkeypatch):
    panel = show(picture())
    monkeypatch.setenv("SCALEMODEL_VIEW", "digest")
    assert list(panel._repr_mimebundle_()) == ["text/html", "text/plain"]
    monkeypatch.setenv("SCALEMODEL_VIEW", "site")
    assert panel._repr_mimebundle_()["text/html"].startswith("<figure")
    for live in ("", "live"):
        monkeypatch.setenv("SCALEMODEL_VIEW", live)
        assert "application/vnd.jupyter.widget-view+json" in panel._repr_mimebundle_()


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.floats(0.01, 100), st.floats(0.1, 1000), st.integers(2, 20), st.booleans())
def test_an_axis_runs_from_start_to_stop_in_even_steps(start, length, steps, log):
    try:
        values = axis(start, start + length, steps, unit="s", log=log).values
    except ValueError as error:
        assert "no two print alike" in str(error)
        return
    assert values[0] == pytest.approx(start) and values[-1] == pytest.approx(start + length)
    pairs = list(itertools.pairwise(values))
    gaps = [b / a if log else b - a for a, b in pairs]
    assert gaps == pytest.approx([gaps[0]] * len(gaps), rel=1e-6, abs=1e-7)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_grid_past_the_limit_is_refused_with_the_axis_to_thin():
    with pytest.raises(ValueError, match=r"1,111 states \(a 101 × b 11\).*thin a to 54 values"):
        explore(picture, title="?", a=list(range(101)), b=list(range(11)))
    explore(picture, title="?", a=list(range(54)), b=list(range(11)))


def test_a_grid_that_no_thinning_saves_says_so():
    axes = {name: [1, 2] for name in "abcdefghijklm"}
    with pytest.raises(ValueError, match=r"8,192 states .* leave out an axis"):
        explore(picture, title="?", **axes)


def test_six_hundred_states_fit_and_not_one_more():
    assert explore(print, title="?", a=list(range(600))).start == {"a": 0}
    with pytest.raises(ValueError, match=r"601 states .* thin a to 600 values"):
        explore(picture, title="?", a=list(range(601)))


@pytest.mark.parametrize(
    ("shape", "count", "advice"),
    [
        ({"a": 4, "b": 3}, 800, "thin a to 3 values"),
        ({"a": 3, "b": 3}, 900, "thin a to 2 values"),
        ({"a": 3, "b": 3}, 901, "leave out an axis"),
        ({"a": 2, "b": 2}, 1_024, "leave out an axis"),
    ],
)
def test_an_axis_is_thinned_to_two_values_at_least(shape, count, advice):
    assert too_many_states("?", shape, count).endswith(f"at most 600 fit: {advice}")


@pytest.mark.parametrize("start", ["c", 3, None, True])
def test_a_start_of_another_kind_is_refused_as_any_other(start):
    with pytest.raises(ValueError, match=f"start x={start!r} must be one of a, 2.5"):
        explore(picture, title="?", start={"x": start}, x=["a", 2.5])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: axis("0", 1, 3, unit="s"), r"start='0' must be"),
        (lambda: axis(1, 1, 3, unit="s"), r"stop=1 must be a finite number above 1"),
        (lambda: axis(0, 1, 1, unit="s"), r"steps=1 must"),
        (lambda: axis(0, 1, 3, unit="parsec"), r"unit='parsec' must be one of"),
        (lambda: axis(0, 1, 3, unit="s", log=True), r"start of a log axis=0 must"),
        (lambda: axis(1000, 1001, 9, unit="s"), r"no two print alike"),
        (lambda: explore(picture, title="?", x=[]), r"axis x=\[\] must be"),
        (lambda: explore(picture, title="?", x="bus"), r"axis x='bus' must be"),
        (lambda: explore(picture, title="?", x=[1, 1]), r"axis x=\[1, 1\] must not print"),
        (lambda: explore(picture, title="?", start={"x": 3}, x=[1, 2]), r"start x=3 must be one of 1, 2"),
        (lambda: explore(picture, title="?", start={"y": 1}, x=[1]), r"start names 'y'; it must be one of x"),
        (lambda: explore(3, title="?"), r"picture=3 must be a function"),
        (lambda: explore(picture, title=None), r"title=None must be a string"),
        (lambda: Picture("svg", {}, "a"), r"figure='svg' must be a plotly Figure"),
        (lambda: Picture(go.Figure(), {"x": 3}, "a"), r"readings\['x'\]=3 must be \(number, unit\)"),
        (lambda: Picture(go.Figure(), {"x": (3, "foo")}, "a"), r"readings\['x'\].*unit='foo'"),
        (lambda: Picture(go.Figure(), {"x": (3, "s", -1)}, "a"), r"readings\['x'\].*within=-1"),
        (lambda: Picture(go.Figure(), {"x": (3, "s", 1, 1)}, "a"), r"readings\['x'\].*must be \(number"),
        (lambda: Picture(go.Figure(), {}, " "), r"alt=' ' must be a sentence"),
    ],
)  # fmt: skip
def test_what_makes_no_panel_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("view", ["site", "digest"])
def test_a_picture_that_is_not_written_yet_stops_the_build(monkeypatch, view):
    """IPython passes over this one exception in silence."""

    def later(n):
        raise NotImplementedError("later")

    monkeypatch.setenv("SCALEMODEL_VIEW", view)
    with pytest.raises(RuntimeError, match="the picture is not implemented: later"):
        explore(later, title="?", n=[1, 2])._repr_mimebundle_()


def test_an_axis_may_be_called_what_the_code_calls_something(monkeypatch):
    monkeypatch.setenv("SCALEMODEL_VIEW", "digest")
    panel = explore(lambda picture: Picture(go.Figure(), {}, "One."), title="?", picture=[1, 2])
    assert "2 states" in panel._repr_mimebundle_()["text/plain"]


def test_readings_are_named_by_words():
    for readings in ({1: (2, "s")}, None, [("a", (1, "s"))]):
        with pytest.raises(ValueError, match="readings"):
            Picture(go.Figure(), readings, "Words.")


def test_an_axis_is_named_as_an_argument_is():
    with pytest.raises(ValueError, match="must be named by an identifier"):
        explore(print, title="?", **{'a"b': [1, 2]})


def test_a_view_that_does_not_exist_is_refused(monkeypatch):
    monkeypatch.setenv("SCALEMODEL_VIEW", "print")
    with pytest.raises(ValueError, match="SCALEMODEL_VIEW='print' must be live, site or digest"):
        view()


# ── A picture as a cell's last value ────────────────────────────────────────
@pytest.mark.parametrize("asked", ["live", "site", "digest"])
def test_a_picture_draws_itself_as_a_panel_without_controls_does(monkeypatch, asked):
    monkeypatch.setenv("SCALEMODEL_VIEW", asked)
    one = Picture(go.Figure(go.Bar(y=[1, 2])), {"n": (2, "count")}, "Two bars.")
    drawn, shown = one._repr_mimebundle_(), show(one)._repr_mimebundle_()
    kind = {"live": "application/vnd.jupyter.widget-view+json", "site": "text/html"}.get(asked)
    assert set(drawn) == set(shown) and (kind in drawn or asked == "digest")
    if asked != "live":  # where each is a widget of its own
        assert drawn["text/plain"] == shown["text/plain"]


def test_a_picture_that_nobody_asked_a_panel_for_draws_itself_too():
    """Alone: whoever makes it need not have imported what draws."""
    program = (
        "import sys, plotly.graph_objects as go\n"
        "from scalemodel.stage.panel.picture import Picture\n"
        "assert 'scalemodel.stage.panel.explore' not in sys.modules\n"
        "bundle = Picture(go.Figure(), {}, 'Nothing to see.')._repr_mimebundle_()\n"
        "assert 'grid' in bundle['text/plain'], bundle"
    )
    environment = {**os.environ, "SCALEMODEL_VIEW": "digest"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr.decode()
