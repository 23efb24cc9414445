"""The table of words: what it says of code is true of code."""

import re
from pathlib import Path

import pytest

from scalemodel.stage.reading.glossary import read

ROOT = Path(__file__).parents[2]
TERMS, SYMBOLS = read(ROOT / "book" / "glossary.yml")
LIBRARY = "\n".join(path.read_text() for path in sorted((ROOT / "lib").rglob("*.py")))
LINKS = re.compile(r"\{term\}`([^`<]+?)(?: *<([^>`]+)>)?`")


@pytest.mark.parametrize("row", [*TERMS, *SYMBOLS], ids=lambda row: row.means[:24])
def test_the_code_spells_it_so(row):
    for name in re.findall(r"\*?[A-Za-z_]\w*\*?", re.sub(r"\(.*?\)|\[.*?\]", "", row.code)):
        pattern = re.escape(name).replace(r"\*", r"\w+")
        assert re.search(rf"\b{pattern}\b", LIBRARY), f"no code says {name}"


def test_every_word_that_a_page_links_is_in_the_table():
    words = {term.term for term in TERMS}
    for page in sorted((ROOT / "book").rglob("*.md")):
        for shown, target in LINKS.findall(page.read_text()):
            assert (target or shown) in words, f"{page.name} links {target or shown}"


@pytest.mark.parametrize("chapter", sorted((ROOT / "book").glob("*/*.md")), ids=lambda p: p.stem)
def test_every_symbol_of_a_formula_is_explained(chapter):
    text = re.sub(r"(?ms)^```.*?^```", "", chapter.read_text())
    formulas = re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", text, re.DOTALL)
    known = set(re.findall(r"[A-Za-z]|\\[a-z]+", " ".join(symbol.symbol for symbol in SYMBOLS)))
    for one, other in formulas:
        bare = re.sub(
            r"\\(frac|cdot|times|ge|le|sum|ln|max|min|left|right|text\{.*?\})", " ", one or other
        )
        for symbol in re.findall(r"\\[a-z]+|[A-Za-z]", re.sub(r"\\,|_\{.*?\}|_\w", "", bare)):
            assert symbol in known, f"{chapter.name} uses {symbol}: add it to the notation"
