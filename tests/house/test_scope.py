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


@pytest.fixture
def git(tmp_path, monkeypatch):
    """A repository of three chapters, one of each company, committed; `git(*words)` acts on it."""
    act = lambda *words: subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=tmp_path, check=True
    )
    for name in ("one", "two", "three"):
        for ending in ("md", "ipynb"):
            (tmp_path / "book" / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / "book" / name / f"{name}.{ending}").write_text("before")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "before"]):
        act(*words)
    monkeypatch.setattr(scope, "ROOT", tmp_path)
    return act


def test_an_edited_chapter_brings_its_notebook(git, tmp_path):
    assert scope.changed("HEAD") == []
    (tmp_path / "book/one/one.md").write_text("after")
    (tmp_path / "book/two/two.ipynb").write_text("after")
    assert scope.changed("HEAD") == [Path("book/one/one.ipynb"), Path("book/two/two.ipynb")]
    assert scope.changed("no such commit") == []


def test_a_page_differs_with_its_text_its_quiz_and_its_companys_pictures(git, tmp_path):
    assert scope.pages("HEAD") == []
    drawn = tmp_path / "lib/scalemodel/stage/three/waves.py"
    drawn.parent.mkdir(parents=True)
    for path in (drawn, tmp_path / "book/two/two.quiz.yml", tmp_path / "book/one/facts.yml"):
        path.write_text("after")
    git("add", ".")
    assert scope.pages("HEAD") == ["book/three/three", "book/two/two"]


def test_without_a_base_pages_are_compared_with_the_last_merge(git, tmp_path):
    assert scope.pages("no such commit") is None
    git("checkout", "-q", "-b", "side")
    (tmp_path / "book/one/one.md").write_text("after")
    git("commit", "-qam", "after")
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-ff", "side")
    assert scope.pages("no such commit") == []
    (tmp_path / "book/two/two.md").write_text("later")
    assert scope.pages("no such commit") == ["book/two/two"]
