"""A record is shown where the book is made; in Jupyter the run is repeated beside it."""

import json

import pytest

from scalemodel.stage.reading.recorded import recorded, write

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


# ── In Jupyter ──────────────────────────────────────────────────────────────
def test_live_the_run_is_repeated_and_stands_beside_the_record(kettle, monkeypatch):
    boil, path, calls = kettle
    shown = []
    monkeypatch.setattr("scalemodel.stage.reading.recorded.display", shown.append)
    monkeypatch.delenv("SCALEMODEL_VIEW")
    tea = recorded("tea", boil, record=path, cups=3)
    assert shown == [tea], "at once, whatever the cell goes on to draw"
    assert calls == [3] and tea.fresh
    assert tea.numbers["wait_s"] == 180.0 and tea.record["wait_s"] == 120.0
    html = tea._repr_mimebundle_()["text/html"]
    assert "From here, and now; the text speaks of 2026-11-25" in html
    assert html.index("120") < html.index("180") and ">here</th>" in html


def test_live_without_a_server_the_record_is_shown_with_what_to_do(kettle, monkeypatch):
    _, path, _ = kettle
    monkeypatch.setenv("SCALEMODEL_VIEW", "live")

    def none_here(cups=2):
        raise RuntimeError("there is no <server>: install one")

    tea = recorded("tea", none_here, record=path)
    assert not tea.fresh and tea.numbers["wait_s"] == 120.0
    shown = tea._repr_mimebundle_()
    assert "Not run here, so this is the record. there is no <server>" in shown["text/plain"]
    assert "no &lt;server&gt;: install one" in shown["text/html"] and "120" in shown["text/html"]


def test_live_bad_sizes_are_an_error_as_everywhere(kettle, monkeypatch):
    boil, path, _ = kettle
    monkeypatch.setenv("SCALEMODEL_VIEW", "live")
    with pytest.raises(TypeError):
        recorded("tea", boil, record=path, mugs=3)


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
