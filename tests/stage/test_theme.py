"""Colours that can be read, in light and in dark; tables and diagrams with names."""

import pytest

from scalemodel.stage import diagram, tables, theme

PAPER = {"light": ("#ffffff", "#f3f4f5"), "dark": ("#121212", "#29313d")}  # page, panel
FIELDS = {"grid", "field", "shade", "alarm_field"}  # areas: seen behind lines, never read


def luminance(colour):
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, two):
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", sorted(set(theme.COLOURS) - FIELDS))
def test_every_line_and_word_stands_out_from_its_paper(name, mode):
    for paper in PAPER[mode]:
        assert contrast(getattr(theme.COLOURS[name], mode), paper) >= 4.5


def test_no_two_colours_share_a_light_half():
    assert len(theme.for_the_page()["darkOf"]) == len(theme.COLOURS)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_table_names_itself_its_columns_and_its_rows():
    html = tables.table({"rule": ["a<b"], "wait, s": [1.5]}, caption="Waits.")._repr_mimebundle_()[
        "text/html"
    ]
    assert "<caption>Waits.</caption>" in html and '<th scope="row">a&lt;b</th>' in html
    assert '<th scope="col" class="sm-number">wait, s</th>' in html


def test_a_diagram_can_be_read_without_seeing_it():
    drawn = diagram.diagram(
        [diagram.Box("a", "", 0, 0), diagram.Box("b", "", 0, 1)],
        [diagram.Arrow("a", "b", "x")],
        "From a & to b.",
    )
    assert 'role="img" aria-label="From a &amp; to b."' in drawn.svg


# ── Refusals ────────────────────────────────────────────────────────────────
def test_unknown_names_are_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"colour='pink' must be one of .*blue"):
        theme.colour("pink")
    with pytest.raises(ValueError, match="mode='sepia' must be one of light, dark"):
        theme.template("sepia")
    with pytest.raises(ValueError, match="names 'c'; it must be one of a"):
        diagram.diagram([diagram.Box("a", "", 0, 0)], [diagram.Arrow("a", "c")], "alt")
    with pytest.raises(ValueError, match="caption='' must say"):
        tables.table({"a": [1]}, caption="")
