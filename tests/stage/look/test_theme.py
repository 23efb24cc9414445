"""Colours that can be read, in light and in dark; tables and diagrams with names."""

import itertools
import json

import numpy as np
import pytest

from scalemodel.core.declared import gathered
from scalemodel.stage.look import tables, theme

PAPER = {
    mode: [getattr(theme.PAPER[name], mode) for name in ("paper", "surface")]
    for mode in theme.Pair._fields
}
FIELDS = {"grid", "field", "shade", "alarm_field"}  # areas: seen behind lines, never read
READ = {name: pair for name, pair in theme.COLOURS.items() if name not in FIELDS}
READ |= {**theme.ACCENTS, "accent": theme.ACCENT}
# How the three kinds of cone see linear red, green and blue where one of them is missing,
# after Machado, Oliveira, Fernandes, IEEE TVCG 2009, at full severity.
EYES = {
    "all three": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    channels = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return float(linear(colour) @ TO_XYZ[1])


def seen(colour, eye):
    """The place of a colour in CIE L*a*b*, as `eye` sees it."""
    xyz = TO_XYZ @ np.clip(EYES[eye] @ linear(colour), 0, 1) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one, two):
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", sorted(READ))
def test_every_line_and_word_stands_out_from_its_paper(name, mode):
    for paper in PAPER[mode]:
        assert contrast(getattr(READ[name], mode), paper) >= 4.5


def test_no_two_colours_share_a_light_half():
    assert len(theme.for_the_page()["darkOf"]) == len(theme.COLOURS)


def test_the_dark_template_is_the_light_one_in_the_twins_of_its_colours():
    light, dark = json.dumps(theme.template("light")), json.dumps(theme.template("dark"))
    for one, other in theme.for_the_page()["darkOf"].items():
        light = light.replace(one, other)
    assert light == dark


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("mode", theme.Pair._fields)
def test_no_two_policies_look_alike_to_any_eye(mode, eye):
    """A difference of 2.3 can just be noticed side by side; lines ask for several times that."""
    names = dict.fromkeys(theme.policy_hues().values())  # chapters share them
    hues = [getattr(theme.COLOURS[name], mode) for name in names]
    for one, two in itertools.combinations(hues, 2):
        assert np.linalg.norm(seen(one, eye) - seen(two, eye)) > 9, (one, two)


@pytest.mark.parametrize("together", gathered("colours").values(), ids=gathered("colours"))
def test_policies_of_one_chapter_have_different_colours(together):
    drawn = [theme.policy_hues()[policy] for policy in (*together, "optimum", "you")]
    assert len(set(drawn)) == len(drawn) and set(drawn) <= set(theme.COLOURS)


def test_every_company_has_its_accent_in_both_modes_on_its_pages_and_on_its_card():
    css = theme.style_sheet()
    for company, pair in theme.ACCENTS.items():
        rule = f'[data-company="{company}"]{{--sm-light:{pair.light};--sm-dark:{pair.dark}}}'
        assert rule in css
    for mode in theme.Pair._fields:
        page, own = f'html[data-theme="{mode}"]', getattr(theme.ACCENT, mode)
        assert f"{page},{page} [data-company]{{--sm-accent:var(--sm-{mode},{own})}}" in css


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_policy_keeps_its_colour_and_a_new_one_gets_yours():
    assert theme.policy_colour("follow buffer") == theme.colour("orange")
    assert theme.policy_colour("my own idea") == theme.policy_colour("you")


def test_a_table_names_itself_its_columns_and_its_rows():
    html = tables.table({"rule": ["a<b"], "wait, s": [1.5]}, caption="Waits.")._repr_mimebundle_()[
        "text/html"
    ]
    assert "<caption>Waits.</caption>" in html and '<th scope="row">a&lt;b</th>' in html
    assert '<th scope="col" class="sm-number">wait, s</th>' in html


@pytest.mark.parametrize(
    ("cells", "lines_up"),
    [
        (["1,200", "−3.5"], True),
        (["52 ± 1", "131.1 ± 0.4"], True),
        (["3", ""], True),
        (["", ""], False),
        (["3 of 12", "4 of 12"], False),
        (["1 → 2", "2 → 3"], False),
        (["car 7", "8"], False),
    ],
)
def test_what_is_printed_as_a_number_lines_up_and_is_never_broken(cells, lines_up):
    html = tables.table({"way": ["a", "b"], "trips": cells}, "Trips.")._repr_mimebundle_()[
        "text/html"
    ]
    assert ('<th scope="col" class="sm-number">trips</th>' in html) == lines_up


# ── Refusals ────────────────────────────────────────────────────────────────
def test_unknown_names_are_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"colour='pink' must be one of .*blue"):
        theme.colour("pink")
    with pytest.raises(ValueError, match="mode='sepia' must be one of light, dark"):
        theme.template("sepia")
    with pytest.raises(ValueError, match="caption='' must say"):
        tables.table({"a": [1]}, caption="")
