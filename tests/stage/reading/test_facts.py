"""The ledger: what an entry may be, where it is found, and how a slip is named."""

import pytest

from scalemodel.stage.reading.facts import Fact, entry, fact, ledger, ledger_path, overdue

SEATS = """
- id: seats
  claim: The tram has 90 seats.
  value: 90
  unit: count
  as_of: 2019
  source: maker2019
  confidence: press
  review_by: 2027-03
"""


@pytest.fixture
def tram(tmp_path, monkeypatch):
    """A book with one company, and a reader in its folder; writes its ledger."""
    folder = tmp_path / "book" / "tram"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)

    def write(text=SEATS):
        (folder / "facts.yml").write_text(text)
        return folder / "facts.yml"

    write()
    return write


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_fact_is_a_number_that_knows_its_unit(tram):
    seats = fact("tram.seats")
    assert seats == 90 and seats * 2 == 180 and seats.unit == "count" and seats.high is None
    assert f"{seats:,.0f}" == "90"


@pytest.mark.parametrize("place", [".", "..", "../.."])
def test_it_is_found_from_anywhere_inside_the_book(tram, tmp_path, monkeypatch, place):
    monkeypatch.chdir(place)
    assert ledger_path("tram") == tmp_path / "book" / "tram" / "facts.yml"
    assert entry("tram.seats").as_of == "2019"


def test_a_reader_elsewhere_has_the_book_beside_the_package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fact("youtube.puffer_users") == 63_508


def test_a_card_prints_shares_in_percent_and_both_ends_of_a_range():
    assert entry("youtube.bba_trial").printed == "10 to 20\u00a0%"
    assert fact("youtube.bba_trial").high == 0.2
    assert entry("foundations.four_nines_goal").printed == "99.99\u00a0%"
    assert entry("netflix.java").printed == "1\u00a0language"
    assert entry("youtube.upload_2160p").printed == "35 to 45\u00a0Mbit/s"
    assert entry("youtube.hlsjs_up").line.startswith("70\u00a0% · stated by the company (hls.js")


def test_what_is_due_in_a_month_is_overdue_in_the_next(tram):
    facts = ledger(tram())
    assert overdue(facts, "2027-03-31") == []
    assert [late.id for late in overdue(facts, "2027-04-01")] == ["seats"]


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("unit: count", "unit: seats"), "facts.yml: seats unit='seats' must be one of"),
        (("value: 90", "value: many"), "facts.yml: seats value='many' must be a number"),
        (("value: 90", "value: 90\n  value_high: 80"), "value_high=80 must be above value=90"),
        (("press", "rumour"), "confidence='rumour' must be one of measured by a third party"),
        (("as_of: 2019", "as_of: lately"), "as_of='lately' must be YYYY, YYYY-MM or"),
        (("  as_of: 2019\n", ""), "facts.yml: seats lacks as_of"),
        (("seats.\n", "seats\n"), "claim='The tram has 90 seats' must be a sentence"),
        (("source:", "sauce: x\n  source:"), "has the field 'sauce'; it must be one of id, claim"),
        (("id: seats", "id: Seats"), "id='Seats' must be small letters"),
        (("\n- id", "\n- 7\n- id"), "facts.yml: entry 1 is 7; it must have fields"),
        (("- id", "  id"), "facts.yml must be a list of entries"),
        (("id: seats", "id: ["), "facts.yml: while parsing"),
    ],
)
def test_a_slip_names_file_entry_and_field(tram, change, words):
    with pytest.raises(ValueError) as refusal:
        ledger(tram(SEATS.replace(*change)))
    assert words in str(refusal.value)


def test_the_same_id_twice_is_refused(tram):
    with pytest.raises(ValueError, match="seats is there twice"):
        ledger(tram(SEATS + SEATS))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tram.doors", "tram/facts.yml: id='doors' must be one of seats"),
        ("seats", "fact='seats' must be a company and an id"),
        ("../tram.seats", "must be a company and an id"),
        ("boat.seats", "company='boat' must have a ledger, book/boat/facts.yml"),
        (None, "fact=None must be a company and an id"),
    ],
)
def test_a_fact_that_is_not_there_is_named(tram, name, words):
    with pytest.raises(ValueError) as refusal:
        fact(name)
    assert words in str(refusal.value)


def test_a_fact_made_by_hand_obeys_the_same_rules():
    with pytest.raises(ValueError, match="review_by='soon'"):
        Fact(
            id="a", claim="It is.", value=1, unit="s", as_of="2020", source="b",
            confidence="press", review_by="soon",
        )  # fmt: skip
