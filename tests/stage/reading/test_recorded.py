"""A record is shown wherever the book is read; in Jupyter a run of one's own stands beside it."""

import json

import pytest

from scalemodel.stage.reading.recorded import WHY_OTHER, recorded, write

WHEN = {"date": "2026-11-25", "machine": "a kettle", "Redis": "6"}


@pytest.fixture
def kettle(tmp_path):
    """A run that counts how often it is run, and the path of its record."""
    calls = []

    def boil(cups=2):
        calls.append(cups)
        return {"wait_s": 60.0 * cups, "cups_per_s": [0.1, 0.2], "curve": list(range(9))}

    path = tmp_path / "real.json"
    write(path, {"tea": boil}, WHEN)
    calls.clear()
    return boil, path, calls


# ── On the site and in a committed notebook ─────────────────────────────────
@pytest.mark.parametrize("view", ["site", "digest"])
def test_the_record_is_shown_and_nothing_runs(kettle, monkeypatch, view):
    boil, path, calls = kettle
    monkeypatch.setenv("SCALEMODEL_VIEW", view)
    tea = recorded("tea", boil, record=path)
    assert calls == [] and not tea.fresh
    assert tea.numbers == tea.record == {
        "wait_s": 120.0, "cups_per_s": [0.1, 0.2], "curve": list(range(9)),
    }  # fmt: skip
    text = repr(tea)
    assert text.startswith("Tea. Recorded on 2026-11-25: a kettle, Redis 6.\n")
    assert "wait, s" in text and "cups, 1/s" in text and "curve" not in text and "here" not in text


def test_a_chapter_that_asks_for_other_sizes_must_be_recorded_anew(kettle, monkeypatch):
    boil, path, calls = kettle
    monkeypatch.setenv("SCALEMODEL_VIEW", "site")
    with pytest.raises(ValueError, match=r"'cups': 2.*asks for.*'cups': 3.*make real"):
        recorded("tea", boil, record=path, cups=3)
    assert calls == []


def test_a_function_whose_sizes_have_changed_must_be_recorded_anew(kettle, monkeypatch):
    _, path, _ = kettle
    monkeypatch.setenv("SCALEMODEL_VIEW", "digest")
    with pytest.raises(ValueError, match="make real"):
        recorded("tea", lambda cups=5: {}, record=path)


@pytest.mark.parametrize("view", ["site", "digest"])
def test_a_page_is_never_measured_anew(kettle, monkeypatch, view):
    boil, path, calls = kettle
    monkeypatch.setenv("SCALEMODEL_VIEW", view)
    assert not recorded("tea", boil, record=path, anew=True).fresh and calls == []


# ── In Jupyter ──────────────────────────────────────────────────────────────
@pytest.fixture
def shown(monkeypatch):
    """What is displayed in a live notebook."""
    seen = []
    monkeypatch.setattr("scalemodel.stage.reading.recorded.display", seen.append)
    monkeypatch.delenv("SCALEMODEL_VIEW")
    return seen


def test_live_and_untouched_nothing_runs_and_the_figures_are_the_record_s(kettle, shown):
    boil, path, calls = kettle
    tea = recorded("tea", boil, record=path)
    assert calls == [] and shown == [] and not tea.fresh
    assert tea.numbers["wait_s"] == 120.0
    assert tea.stamp == "Recorded on 2026-11-25: a kettle, Redis 6."


def test_live_other_sizes_ask_for_a_run_of_one_s_own(kettle, shown):
    boil, path, calls = kettle
    with pytest.raises(ValueError, match=r"'cups': 3.*in Jupyter say anew=True"):
        recorded("tea", boil, record=path, cups=3)
    assert calls == []


def test_asked_anew_the_run_is_repeated_and_stands_beside_the_record(kettle, shown):
    boil, path, calls = kettle
    tea = recorded("tea", boil, record=path, anew=True, cups=3)
    assert shown == [tea], "at once, whatever the cell goes on to draw"
    assert calls == [3] and tea.fresh
    assert tea.numbers["wait_s"] == 180.0 and tea.record["wait_s"] == 120.0
    html = tea._repr_mimebundle_()["text/html"]
    assert "From here, and now; the text speaks of 2026-11-25" in html
    assert html.count(WHY_OTHER) == 1
    assert html.index("120") < html.index("180") and ">here</th>" in html


def test_without_a_server_the_record_is_shown_with_what_to_do(kettle, shown):
    _, path, _ = kettle

    def none_here(cups=2):
        raise RuntimeError("there is no <server>: install one")

    tea = recorded("tea", none_here, record=path, anew=True)
    assert not tea.fresh and tea.numbers["wait_s"] == 120.0
    seen = tea._repr_mimebundle_()
    assert "Not run here, so this is the record. there is no <server>" in seen["text/plain"]
    assert "no &lt;server&gt;: install one" in seen["text/html"] and "120" in seen["text/html"]


def test_figures_that_make_no_sense_are_told_as_such_and_the_record_stands(kettle, shown):
    _, path, _ = kettle

    def boiled(numbers):
        if numbers["wait_s"] < 1:
            raise ValueError(f"wait_s={numbers['wait_s']} must be at least 1")

    run = lambda wait_s: lambda cups=2: {"wait_s": wait_s}
    cold = recorded("tea", run(0.0), record=path, anew=True, check=boiled)
    assert not cold.fresh and cold.numbers["wait_s"] == 120.0
    said = cold._repr_mimebundle_()["text/plain"]
    assert "makes no sense, so this is the record" in said and "wait_s=0.0 must be" in said
    assert "Recorded on 2026-11-25" in said and "here" not in said.splitlines()[2]
    hot = recorded("tea", run(90.0), record=path, anew=True, check=boiled)
    assert hot.fresh and hot.numbers["wait_s"] == 90.0
    assert shown == [cold, hot]


def test_bad_sizes_and_switches_are_an_error_as_everywhere(kettle, shown):
    boil, path, _ = kettle
    with pytest.raises(TypeError):
        recorded("tea", boil, record=path, anew=True, mugs=3)
    with pytest.raises(ValueError, match=r"^anew='yes' must be a bool"):
        recorded("tea", boil, record=path, anew="yes")


# ── The file ────────────────────────────────────────────────────────────────
def test_the_file_holds_sizes_numbers_and_where_from(kettle):
    _, path, _ = kettle
    kept = json.loads(path.read_text())
    assert kept["when"] == WHEN
    assert kept["runs"]["tea"]["sizes"] == {"cups": 2}


def test_what_cannot_be_read_is_named(kettle, tmp_path):
    boil, path, _ = kettle
    with pytest.raises(ValueError, match="name='cocoa' must be one of tea"):
        recorded("cocoa", boil, record=path)
    with pytest.raises(ValueError, match=r"nowhere.json.*make real"):
        recorded("tea", boil, record=tmp_path / "nowhere.json")
    with pytest.raises(ValueError, match="machine"):
        write(path, {"tea": boil}, {"date": "2026-11-25"})
