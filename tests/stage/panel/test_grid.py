"""States on a page: nothing lost, nothing wasted, nothing unnoticed."""

import copy
import gzip
import json
from functools import partial

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.stage.panel import grid
from scalemodel.stage.panel.explore import explore, show
from scalemodel.stage.panel.picture import Picture


def wave(amplitude, series, marked):
    x = np.linspace(0, 6, 30)
    figure = go.Figure([go.Scatter(x=x, y=amplitude * np.sin(x + n)) for n in range(series)])
    if marked:
        figure.update_layout(shapes=[{"type": "line", "x0": 1, "x1": 2, "y0": 0, "y1": 0}])
    return Picture(figure, {"top": (amplitude, "m")}, f"{series} waves of {amplitude}.")


AXES = {"amplitude": [1, 2.5], "series": [1, 3], "marked": [False, True]}


def panel(picture=wave, title="How high?", **axes):
    return explore(picture, title=title, start={"amplitude": 2.5}, **(axes or AXES))


def unpacked(packed, number):
    """What the page's script makes of state `number`: the same few lines as there."""

    def full(value):
        if isinstance(value, list):
            return [full(item) for item in value]
        if isinstance(value, dict):
            return (
                packed["rows"][value["$row"]]
                if list(value) == ["$row"]
                else {k: full(v) for k, v in value.items()}
            )
        return value

    state = full(packed["base"])
    for path, value in packed["changes"][number]:
        place = state
        for key in path[:-1]:
            if isinstance(place, dict) and place.get(key) is None:
                place[key] = {}
            place = place[key]
        if value is None:
            place.pop(path[-1], None)
        else:
            place[path[-1]] = full(value)
    return state


def without_none(value):
    if isinstance(value, dict):
        return {k: without_none(v) for k, v in value.items() if v is not None}
    return [without_none(v) for v in value] if isinstance(value, list) else value


# ── Examples ────────────────────────────────────────────────────────────────
def test_no_digit_of_a_reading_stands_below_its_noise():
    readings = {"wait": (8.26, "s", 2), "share": (0.5, "ratio", 0.02), "exact": (8.26, "s")}
    shown = grid.encode(Picture(go.Figure(), readings, "Some wait."))["readings"]
    assert shown == [
        ["wait", "8\N{NO-BREAK SPACE}s", "8 seconds"], ["share", "0.50", "0.50"],
        ["exact", "8.26\N{NO-BREAK SPACE}s", "8.26 seconds"],
    ]  # fmt: skip


def test_typed_arrays_become_plain_numbers():
    figure = go.Figure(go.Heatmap(z=np.arange(6.0).reshape(2, 3)))
    wire = json.loads(figure.to_json())
    assert "bdata" in json.dumps(wire), "plotly sends arrays as base64 blocks"
    assert grid.plain(wire)["data"][0]["z"] == [[0, 1, 2], [3, 4, 5]]
    assert grid.encode(Picture(figure, {}, "Heat."))["data"][0]["z"] == [[0, 1, 2], [3, 4, 5]]


def test_numbers_keep_five_digits_and_nothing_is_not_a_number():
    assert grid.plain([1 / 3, 12345.678, 1e-9 / 3, 2.0, np.nan, np.inf, np.float32(0.1), np.int8(3), np.bool_(True)]) == [
        0.33333, 12346, 3.3333e-10, 2, None, None, 0.1, 3, True]  # fmt: skip


def test_the_start_state_is_whole_and_differs_from_itself_in_nothing():
    states = grid.states_of(panel())
    packed = grid.pack(panel(), states)
    number = grid.start_number(panel())
    assert packed["changes"][number] == [] and unpacked(packed, number) == states[number]
    assert packed["start"] == [1, 0, 0]


def test_a_long_row_that_states_share_is_held_once():
    packed = grid.pack(panel(), grid.states_of(panel()))
    assert len(packed["rows"]) == len({json.dumps(row) for row in packed["rows"]}) == 1 + 2 * 3


def test_a_row_of_more_than_eight_is_long_and_one_of_pairs_is_not():
    bars = lambda n: Picture(
        go.Figure([
            go.Bar(y=list(range(8))), go.Bar(y=list(range(9))), go.Bar(y=[[n, n]] * 9),
        ]), {}, "Bars.",
    )  # fmt: skip
    one = explore(bars, title="?", n=[1, 2])
    packed = grid.pack(one, grid.states_of(one))
    eight, nine, pairs = [bar["y"] for bar in packed["base"]["data"]]
    assert (eight, nine, pairs) == (list(range(8)), {"$row": 0}, [[1, 1]] * 9)
    assert packed["rows"] == [list(range(9))]


def test_the_line_of_a_notebook_names_each_control_three_values_at_most_and_the_start():
    shown = lambda few, many: Picture(
        go.Figure(), {name: (n, "count") for n, name in enumerate("abcd")}, "Some."
    )
    line = grid.digest_line(explore(shown, title="Which?", few=[1, 2, 3], many=[7, 5, 8, 6]))
    head, _, tail = line.partition(" · grid ")
    assert head + tail[12:] == (
        'explore "Which?" · few: 1, 2, 3 · many: 7 … 6 (4) · 12 states · start: a 0, b 1, c 2'
    )


# ── Laws ────────────────────────────────────────────────────────────────────
def test_every_state_comes_back():
    states = grid.states_of(panel())
    packed = json.loads(json.dumps(grid.pack(panel(), states)))
    for number, state in enumerate(states):
        assert without_none(unpacked(packed, number)) == without_none(state)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text("ab", max_size=2)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from("pqr"), JSON), st.dictionaries(st.sampled_from("pqr"), JSON))
def test_differences_turn_any_state_into_any_other(one, two):
    packed = {
        "base": copy.deepcopy(one),
        "rows": [],
        "changes": [[[list(p), v] for p, v in grid.differences(one, two)]],
    }
    assert without_none(unpacked(packed, 0)) == without_none(two)


def test_the_digest_notices_any_state_and_any_control():
    def digest(p):
        return grid.digest(p, grid.states_of(p))

    def bent(**values):
        shown = wave(**values)
        if values == {
            "amplitude": 1,
            "series": 3,
            "marked": True,
        }:  # one state of eight, not the start
            shown.figure.data[2].y = [*shown.figure.data[2].y[:-1], 0.001]
        return shown

    same = digest(panel())
    assert digest(panel()) == same
    assert digest(panel(bent)) != same
    assert digest(panel(title="How low?")) != same
    assert digest(explore(wave, title="How high?", **AXES)) != same


def test_the_digest_forgives_what_rounding_hides():
    nudged = lambda **v: wave(**{**v, "amplitude": v["amplitude"] * (1 + 1e-12)})
    states, other = grid.states_of(panel()), grid.states_of(panel(nudged))
    assert [s["data"] for s in states] == [s["data"] for s in other]


# ── Refusals ────────────────────────────────────────────────────────────────
def noise(n, m=1, points=2000):
    sound = np.random.default_rng([n, m]).random(points)
    return Picture(go.Figure(go.Scatter(y=sound)), {}, "Noise.")


def bytes_of(panel, monkeypatch):
    """What a panel would weigh on its page, were anything allowed."""
    monkeypatch.setattr(grid, "MOST_BYTES", 10**9)
    packed = json.dumps(
        grid.pack(panel, grid.states_of(panel)), separators=(",", ":"), ensure_ascii=False
    )
    return len(gzip.compress(packed.encode(), mtime=0))


def test_a_panel_too_heavy_for_a_page_is_refused_with_the_figures(monkeypatch):
    heavy = explore(partial(noise, points=1_100), title="How loud?", n=list(range(20)), m=[1, 2])
    weight = bytes_of(heavy, monkeypatch)
    states = grid.states_of(heavy)
    for most in (99_900, 1_000):
        monkeypatch.setattr(grid, "MOST_BYTES", most)
        with pytest.raises(ValueError) as caught:
            grid.pack(heavy, states)
        assert str(caught.value) == (
            f'explore "How loud?" weighs {weight / 1000:,.0f} kB gzipped, {weight / 40_000:.2g} kB for each '
            f"of 40 states (n 20 × m 2); at most {most // 1000} kB fit: thin n to "
            f"{int(20 * most / weight) or 1} values or draw fewer points"
        )


def test_a_single_figure_too_heavy_is_refused_too_and_one_that_just_fits_is_not(monkeypatch):
    loud = show(noise(1, points=3_000), title="loud")
    weight = bytes_of(loud, monkeypatch)
    monkeypatch.setattr(grid, "MOST_BYTES", weight)
    grid.pack(loud, grid.states_of(loud))
    monkeypatch.setattr(grid, "MOST_BYTES", weight - 1)
    with pytest.raises(ValueError) as caught:
        grid.digest_line(loud)
    least = (weight - 1) // 1000
    assert str(caught.value) == (
        f'explore "loud" weighs {weight / 1000:,.0f} kB gzipped; at most {least} kB fit: draw fewer points'
    )


def test_a_picture_that_is_none_is_refused_with_its_state():
    with pytest.raises(ValueError, match="picture returned None") as caught:
        grid.states_of(explore(lambda n: None, title="?", n=[1, 2]))
    assert "in the state n=1" in caught.value.__notes__
