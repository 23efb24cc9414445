"""A table is found from anywhere: in the book around a folder, else in the one that travels."""

from pathlib import Path

import pytest

from scalemodel.stage.reading.carried import table_path
from scalemodel.stage.reading.facts import fact
from scalemodel.stage.reading.quiz import quiz
from scalemodel.stage.reading.recorded import recorded
from scalemodel.twitter import real as twitter
from scalemodel.uber import real as uber


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """An empty folder in which a notebook runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_book_around_the_folder_comes_first(elsewhere, monkeypatch):
    mine = elsewhere / "book" / "uber" / "real.json"
    mine.parent.mkdir(parents=True)
    mine.write_text("{}")
    for folder in (elsewhere, mine.parent.parent, mine.parent):
        monkeypatch.chdir(folder)
        assert table_path("uber/real.json") == mine


def test_two_chapters_of_one_name_keep_their_tables_apart_in_an_empty_folder(elsewhere):
    quizzes = {repr(quiz(f"{company}/real.quiz.yml")) for company in ("twitter", "uber")}
    assert len(quizzes) == 2
    assert 'data-name="uber/real"' in quiz("uber/real.quiz.yml").html
    records = [recorded("round trips", twitter.round_trips), recorded("rounds", uber.rounds)]
    assert set(records[0].record).isdisjoint(records[1].record)
    assert fact("youtube.puffer_users") == 63_508


def test_a_file_of_that_name_in_a_folder_above_is_none_of_the_book(elsewhere, monkeypatch):
    (elsewhere / "real.json").write_text("not a record")
    (elsewhere / "notebooks").mkdir()
    monkeypatch.chdir(elsewhere / "notebooks")
    assert recorded("rounds", uber.rounds).record


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_is_nowhere_is_refused_by_its_reader(elsewhere):
    assert table_path("uber/lost.quiz.yml") == Path("uber/lost.quiz.yml")
    with pytest.raises(ValueError, match=r"lost\.quiz\.yml must be a file"):
        quiz("uber/lost.quiz.yml")
    with pytest.raises(ValueError, match=r"record='.*lost.json' must be a file"):
        recorded("rounds", uber.rounds, record="lost.json")
