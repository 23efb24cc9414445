"""The ledgers and the bibliography: every fact is used, and every source is there."""

import importlib.util
import re
from pathlib import Path

import pytest
from pybtex.database import parse_file

from scalemodel.stage.reading.facts import ledger

ROOT = Path(__file__).parents[2]
LEDGERS = sorted((ROOT / "book").glob("*/facts.yml"))
KEYS = set(parse_file(ROOT / "book" / "references.bib").entries)
CARDS = re.compile(r"^(?:`{3,}|:{3,})\{fact\} (.+)$", re.MULTILINE)
INLINE = re.compile(r"""\{fact\}`([\w.]+)`|\bfact\(["']([\w.]+)["']\)""")


def used_in(page):
    """The names of all facts that a page shows or computes with."""
    text = page.read_text()
    cards = [name for names in CARDS.findall(text) for name in names.split()]
    return {*cards, *(one or other for one, other in INLINE.findall(text))}


def company(path):
    return path.parent.name


@pytest.mark.parametrize("page", sorted((ROOT / "book").rglob("*.md")), ids=lambda page: page.stem)
def test_every_fact_that_a_page_uses_exists(page):
    for name in used_in(page):
        room, _, ident = name.partition(".")
        assert ident in ledger(ROOT / "book" / room / "facts.yml"), f"{page.name} uses {name}"


@pytest.mark.parametrize("path", LEDGERS, ids=company)
def test_every_fact_is_used_in_a_chapter_of_its_company(path):
    used = set().union(*(used_in(page) for page in path.parent.glob("*.md")))
    unused = {f"{company(path)}.{ident}" for ident in ledger(path)} - used
    assert not unused, f"no chapter of {company(path)} uses {', '.join(sorted(unused))}"


@pytest.mark.parametrize("path", LEDGERS, ids=company)
def test_every_source_is_in_the_bibliography(path):
    for fact in ledger(path).values():
        assert fact.source in KEYS, f"{fact.id} names {fact.source}: add it to references.bib"


def test_every_reference_says_where_it_is_found():
    for key, entry in parse_file(ROOT / "book" / "references.bib").entries.items():
        assert {"title", "year"} <= set(entry.fields) and entry.persons["author"], key
        assert {"doi", "url"} & set(entry.fields), f"{key} has neither doi nor url"


def test_a_date_that_passes_is_reported_and_is_no_failure(tmp_path):
    _spec = importlib.util.spec_from_file_location("facts", ROOT / "tools" / "facts.py")
    tool = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(tool)
    (tmp_path / "tram").mkdir()
    (tmp_path / "tram" / "facts.yml").write_text(
        "- {id: seats, claim: It has 90 seats., value: 90, unit: count, as_of: 2019,\n"
        "   source: maker2019, confidence: press, review_by: 2027-03}\n"
    )
    assert tool.report(tmp_path, "2027-03-31") == ["No fact is overdue."]
    assert tool.report(tmp_path, "2027-04-01") == ["tram.seats: review was due 2027-03 (maker2019)"]
