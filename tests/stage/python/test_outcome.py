"""What came of a rule is said in words, and drawn in bars that are as high as it says."""

import re
from xml.etree import ElementTree

import pytest

from scalemodel.stage.look import theme
from scalemodel.stage.python.outcome import HIGH, WIDE, Outcome, columns, drawn, ink


def paths(svg):
    """The drawing's own paths: mine, lost, the base and the line of the best."""
    found = [path.attrib for path in ElementTree.fromstring(svg).findall(".//{*}path")]
    return found[1:]


# ── Examples ────────────────────────────────────────────────────────────────
def test_bars_stand_on_a_base_as_high_as_their_values():
    mine, lost, base, best = paths(columns(("rate", "a", "b"), [1, 2], [4, 2], [0, 3]))
    assert mine["d"] == "M0.5 75v-18.8h179.0V75zM180.5 75v-37.5h179.0V75z", "75 px are 4"
    assert lost["d"] == "M180.5 75v25.0h179.0V75z", "the longest takes the rest"
    assert base["d"] == "M0 75h360" and best["d"] == "M0 0.0V0.0h180.00V37.5h180.00"
    assert [mine["fill"], lost["fill"], base["stroke"], best["stroke"]] == [
        ink("gold"), ink("red"), ink("muted"), ink("ink"),
    ]  # fmt: skip
    assert (best["fill"], best["stroke-width"]) == ("none", "2")


def test_where_nothing_is_lost_the_bars_have_all_the_room():
    mine, lost, base, _ = paths(columns(("rate", "a", "b"), [1, 2], [2, 2]))
    assert re.findall(r"v(-[\d.]+)", mine["d"]) == ["-50.0", "-100.0"] and lost["d"] == ""
    assert base["d"].startswith(f"M0 {HIGH}h")


def test_words_stand_above_and_at_both_ends_of_what_is_drawn():
    svg = drawn(("a < b", "first", "last"), "<g/>")
    root = ElementTree.fromstring(svg)
    assert (root.get("viewBox"), root.get("width")) == (f"-8 0 {WIDE + 16} {HIGH + 64}", "540")
    assert root.get("style").startswith(
        "max-width:min(100%,540px);height:auto;font:12px sans-serif;fill:"
    )
    assert root[0].get("d") == f"M-8 0h{WIDE + 16}v{HIGH + 64}H-8z", "paper lies beneath"
    texts = root.findall(".//{*}text")
    assert [text.text for text in texts] == ["a < b", "first", "last"]
    assert [text.attrib for text in texts] == [
        {"y": "20"}, {"y": "152"}, {"x": "360", "y": "152", "text-anchor": "end"},
    ]  # fmt: skip
    assert '<g transform="translate(0 32)"><g/></g>' in svg


def test_an_outcome_shows_its_words_and_its_drawing():
    outcome = Outcome("1 < 2", "<svg><path/></svg>")
    assert repr(outcome) == str(outcome) == "1 < 2" and outcome._repr_svg_() == "<svg><path/></svg>"
    html = outcome._repr_html_()
    assert ">1 &lt; 2</pre>" in html and '<svg aria-hidden="true"><path/></svg>' in html


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["gold", "paper"])
def test_a_colour_is_the_pages_own_and_by_itself_the_light_one(name):
    assert ink(name) == f"var(--sm-{name},{(theme.COLOURS | theme.PAPER)[name].light})"


# ── Refusals ────────────────────────────────────────────────────────────────
def test_an_unknown_colour_is_refused():
    with pytest.raises(ValueError, match="name='pink' must be one of ink, muted"):
        ink("pink")
