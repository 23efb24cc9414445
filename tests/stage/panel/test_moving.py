"""A picture that moves: what is drawn at build, what the script gets, and slips that are named."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.stage.panel.moving import LOOKS, MOST_STEPS, Step, moving

DOT = {"dot": '<circle r="6"/>', "box": '<rect width="9" height="9"/>'}
STEPS = [
    Step("Stored.", {"dot": (20, 20)}),
    Step("Copied.", {"dot": (90, 20.04, "good"), "box": (1, 2)}),
]


def drawn(**changes):
    given = {"things": DOT, "ways": {"on write": STEPS}, "title": "Where does it go?"}
    given |= changes
    return moving(given.pop("things"), given.pop("ways"), **given)


def data_of(embed):
    return json.loads(re.search(r'data-is="data">(.*?)</script>', embed.html)[1])


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_first_step_is_there_without_a_script():
    svg = ET.fromstring(re.search(r"<svg.*?</svg>", drawn().html)[0])
    dot, box = svg.findall("g")
    assert dot.get("style") == "transform:translate(20px,20px);opacity:1"
    assert (
        box.get("style") == "transform:translate(0px,0px);opacity:0"
        and dot.find("circle") is not None
    )
    assert svg.get("viewBox") == "0 0 360 160"
    words = re.findall(r"<li>(.*?)</li>", drawn().html)
    assert (
        words == ["Stored.", "Copied."]
        and '<figcaption aria-live="polite">Stored.<' in drawn().html
    )


def test_the_script_gets_a_row_a_step_with_a_place_or_nothing_for_each_thing():
    assert data_of(drawn()) == {
        "things": ["dot", "box"],
        "ways": [[["Stored.", [20, 20], 0], ["Copied.", [90, 20.0, LOOKS.index("good")], [1, 2]]]],
    }


def test_there_is_nothing_to_pick_in_one_way():
    two = drawn(ways={"on write": STEPS, "on <read>": STEPS[::-1]})
    assert "data-way" not in drawn().html
    assert re.findall(r'data-way="(\d)" aria-pressed="(\w+)">(.*?)<', two.html) == [
        ("0", "true", "on write"), ("1", "false", "on &lt;read&gt;"),
    ]  # fmt: skip
    assert two.text == "Where does it go?: on write, 2 steps, on <read>, 2 steps"


def test_words_cannot_end_the_script_or_open_a_tag():
    steps = [Step("</script><b>", {}), Step("b", {})]
    assert drawn(ways={"a": steps}, title="<i>").html.count("</script>") == 1
    assert "<b>" not in drawn(ways={"a": steps}).html and "<i>" not in drawn(title="<i>").html


def test_the_ground_lies_under_the_things_and_the_drawing_has_the_size_it_is_given():
    html = drawn(ground="<path/>", size_px=(200, 50)).html
    assert html.index("<path/>") < html.index("<circle") and 'viewBox="0 0 200 50"' in html
    assert 'style="max-width:400px"' in html


# ── Laws ────────────────────────────────────────────────────────────────────
places = st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)) | st.tuples(
    st.integers(-10_000, 10_000), st.integers(-10_000, 10_000), st.sampled_from(LOOKS)
)


@given(
    st.lists(st.dictionaries(st.sampled_from(list(DOT)), places), min_size=2, max_size=MOST_STEPS)
)
def test_every_step_comes_back_from_the_page(at):
    """What the script reads is what was given, to a tenth of a px."""
    (rows,) = data_of(drawn(ways={"a": [Step("Now.", each) for each in at]}))["ways"]
    for given_at, (_, *row) in zip(at, rows, strict=True):
        for name, place in zip(DOT, row, strict=True):
            if name not in given_at:
                assert place == 0
                continue
            x, y, *look = given_at[name]
            assert abs(place[0] - x) <= 0.051 and abs(place[1] - y) <= 0.051
            assert LOOKS[place[2] if len(place) == 3 else 0] == (look[0] if look else "plain")


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": " "}, "title=' ' must be a question"),
        ({"ground": None}, "ground=None must be SVG"),
        ({"size_px": (360,)}, r"size_px=\(360,\) must be \(width, height\)"),
        ({"size_px": (39, 160)}, "size_px=39 must be"),
        ({"size_px": (360, 1001)}, "size_px=1001 must be"),
        ({"things": {}}, "things={} must map 1 to 60 names"),
        ({"things": {f"t{n}": "" for n in range(61)}}, "must map 1 to 60 names"),
        ({"things": {"two words": ""}}, "under a name of one word"),
        ({"things": {"dot": 3}}, r"things\['dot'\]=3 must be SVG"),
        ({"ways": {}}, "ways={} must map at least one name"),
        ({"ways": {"a": STEPS[:1]}}, r"ways\['a'\] must be 2 to 40 steps"),
        ({"ways": {"a": STEPS * 21}}, "must be 2 to 40 steps"),
        ({"ways": {"a": ["x", "y"]}}, "must be 2 to 40 steps"),
        ({"ways": {"a": [STEPS[0], "y"]}}, "must be 2 to 40 steps"),
        ({"ways": {1: STEPS}}, r"ways\[1\] must be"),
        ({"things": {"box": ""}}, r"ways\['on write'\]\[0\] places 'dot'; it must be one of box"),
    ],
)
def test_a_slip_is_named(changes, words):
    with pytest.raises(ValueError, match=words):
        drawn(**changes)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (3, "at=3 must map things to places"),
        ({"dot": 3}, r"at\['dot'\]=3 must be \(x, y\)"),
        ({"dot": (1,)}, r"must be \(x, y\) or"),
        ({"dot": (1, 2, "good", 4)}, r"must be \(x, y\) or"),
        ({"dot": (1, "2")}, r"at\['dot'\]\.y='2' must be"),
        ({"dot": (10_001, 2)}, r"at\['dot'\]\.x=10001 must be"),
        ({"dot": (1, 2, "loud")}, r"at\['dot'\] looks 'loud'; it must be one of plain, busy"),
    ],
)
def test_a_slip_of_a_step_is_named(at, words):
    with pytest.raises(ValueError, match=words):
        Step("Now.", at)


def test_forty_steps_and_sixty_things_are_not_too_many():
    things = {f"t{n}": "" for n in range(60)}
    steps = [Step("Now.", dict.fromkeys(things, (1, 1))) for _ in range(40)]
    assert drawn(things=things, ways={"a": steps}, size_px=(40, 1000)).text.endswith("40 steps")
