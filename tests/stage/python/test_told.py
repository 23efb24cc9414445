"""What a place is told comes from the file beside it, or is made by its engine."""

import json
import sys

import pytest

from scalemodel.stage.python.told import told, written

PLACE = "played_here"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A module in which a rule is played, and what tells it."""
    (tmp_path / f"{PLACE}.py").write_text("")
    (tmp_path / f"{PLACE}_told.py").write_text("def told():\n    return {'row': (1, 2.5)}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    told.cache_clear()
    for name in (PLACE, f"{PLACE}_told"):
        sys.modules.pop(name, None)


# ── Examples ────────────────────────────────────────────────────────────────
def test_without_a_file_it_is_made_and_is_what_the_file_would_say(place):
    assert told(PLACE) == json.loads(written(PLACE)) == {"row": [1, 2.5]}


def test_a_file_beside_the_module_is_believed(place):
    (place / f"{PLACE}.json").write_text('{"row": []}')
    assert told(PLACE) == {"row": []}
