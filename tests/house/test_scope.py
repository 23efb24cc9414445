"""What `make fast ROOM=...` and `make test` hand to pytest."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, tool

scope = tool("scope")


@pytest.mark.parametrize("room", scope.ROOMS)
def test_a_room_has_its_docstrings_its_tests_and_its_notebooks(room):
    places = list(map(str, scope.of_room(room)))
    assert {f"lib/scalemodel/{room}", f"tests/{room}"} <= set(places)
    notebooks = sorted(str(p.relative_to(ROOT)) for p in (ROOT / "book" / room).glob("*.ipynb"))
    assert [place for place in places if place.endswith(".ipynb")] == notebooks
    assert ("--nbval" in places) == bool(notebooks)
    assert all((ROOT / place).exists() for place in places if place != "--nbval")


def test_what_stage_draws_for_a_company_belongs_to_its_room():
    places = {str(place) for place in scope.of_room("twitter")}
    assert any(place.startswith("lib/scalemodel/stage/twitter") for place in places)
    assert any(place.startswith("tests/stage/") for place in places)


def test_a_room_that_is_none_is_refused_with_those_that_are():
    with pytest.raises(SystemExit) as refusal:
        scope.of_room("myspace")
    for room in ("core", "labs", "stage", "twitter"):
        assert room in str(refusal.value)


def test_an_edited_chapter_brings_its_notebook(tmp_path, monkeypatch):
    git = lambda *words: subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=tmp_path, check=True
    )
    for name in ("one", "two", "three"):
        for ending in ("md", "ipynb"):
            (tmp_path / "book" / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / "book" / name / f"{name}.{ending}").write_text("before")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "before"]):
        git(*words)
    monkeypatch.setattr(scope, "ROOT", tmp_path)
    assert scope.changed("HEAD") == []
    (tmp_path / "book/one/one.md").write_text("after")
    (tmp_path / "book/two/two.ipynb").write_text("after")
    assert scope.changed("HEAD") == [Path("book/one/one.ipynb"), Path("book/two/two.ipynb")]
    assert scope.changed("no such commit") == []
