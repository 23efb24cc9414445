"""Claims of the text, held by the cells that prove them."""

import pytest

from scalemodel.stage.reading.prose import guard, tell


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("view", ["live", "digest", "site"])
def test_a_claim_that_holds_is_silent(monkeypatch, capsys, view):
    monkeypatch.setenv("SCALEMODEL_VIEW", view)
    guard(True, "it never stops")
    assert capsys.readouterr().out == ""


def test_a_learner_who_breaks_a_claim_is_told_and_goes_on(monkeypatch, capsys):
    monkeypatch.setenv("SCALEMODEL_VIEW", "live")
    guard(False, "it never stops")
    assert "no longer holds where it says: it never stops" in capsys.readouterr().out


@pytest.mark.parametrize(("view", "glued"), [("live", []), ("digest", ["90"]), ("site", ["90"])])
def test_a_number_for_the_text_is_glued_where_the_text_is_made_and_never_printed(
    monkeypatch, capsys, view, glued
):
    seen = []
    monkeypatch.setattr("myst_nb.glue", lambda name, value, display: seen.append(value))
    monkeypatch.setenv("SCALEMODEL_VIEW", view)
    assert tell(seats="90") is None, "the last line of a cell would show it"
    assert capsys.readouterr().out == "" and seen == glued


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("view", ["digest", "site"])
def test_a_book_with_a_broken_claim_is_not_made(monkeypatch, view):
    monkeypatch.setenv("SCALEMODEL_VIEW", view)
    with pytest.raises(AssertionError, match="the text says: it never stops"):
        guard(False, "it never stops")
