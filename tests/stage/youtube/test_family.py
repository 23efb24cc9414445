"""A family of rules: what is drawn and said is what was measured."""

import numpy as np
import pytest

from scalemodel.stage.look import theme
from scalemodel.stage.panel.grid import encode
from scalemodel.stage.youtube.family import family_picture

CUSHIONS = [10, 25, 40]
RESULTS = [(0.59, 0.57), (0.741, 0.28), (0.74, 0.12)]
RIVALS = {"BOLA": (0.73, 0.13), "RobustMPC": (0.76, 0.66)}


# ── Examples ────────────────────────────────────────────────────────────────
def test_each_line_has_its_numbers_and_its_colour():
    lines = family_picture(CUSHIONS, RESULTS, RIVALS).figure.data
    assert [line.name for line in lines] == ["follow buffer"] * 2 + ["BOLA"] * 2 + ["RobustMPC"] * 2
    assert [line.yaxis for line in lines] == ["y", "y2"] * 3
    assert [line.showlegend for line in lines] == [True, False] * 3
    assert [list(line.x) for line in lines] == [CUSHIONS] * 2 + [[10, 40]] * 4
    assert np.allclose(np.transpose([lines[0].y, lines[1].y]), 100 * np.array(RESULTS))
    assert [list(line.y) for line in lines[2:]] == [[73, 73], [13, 13], [76, 76], [66, 66]]
    assert [line.line.color for line in lines[::2]] == [
        theme.policy_colour(name) for name in ("follow buffer", "BOLA", "RobustMPC")
    ]
    assert [line.line.dash for line in lines[::2]] == [None, "dash", "dot"]


def test_the_best_is_read_off_and_both_ends_are_said():
    picture = family_picture(CUSHIONS, RESULTS, RIVALS)
    assert list(picture.readings) == [
        "best cushion", "of the ceiling, there", "share of rides that rebuffered, there"
    ]  # fmt: skip
    shown = [text for _, text, _ in encode(picture)["readings"]]
    assert shown == ["25\N{NO-BREAK SPACE}s", "0.74", "0.28"]
    assert picture.alt.replace("\xa0", " ") == (
        "With a cushion of 10 s, follow buffer reaches 59 % of the ceiling and rebuffers on 57 % of "
        "the rides; with 40 s it is 74 % and 12 %. BOLA: 73 % and 13 %. RobustMPC: 76 % and 66 %."
    )
    alone = family_picture([1, 2], [(-0.5, 1), (0, 0)], {}).alt.replace("\xa0", " ")
    assert " reaches −50 % of the ceiling" in alone and alone.endswith("it is 0 % and 0 %.")


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([10], RESULTS[:1], {}), "cushions_s"),
        (([10, 10], RESULTS[:2], {}), "cushions_s must rise|cushions_s"),
        (([0, 10], RESULTS[:2], {}), "cushions_s"),
        ((CUSHIONS, RESULTS[:2], {}), "results has 2 pairs; it must have one a cushion, 3"),
        ((CUSHIONS, [(0.5, 57)] * 3, {}), "results"),
        ((CUSHIONS, [(0.5, 0.1, 0.2)] * 3, {}), "results=.* must be .part of the ceiling, share"),
        ((CUSHIONS, RESULTS, {"BOLA": (0.7,)}), r"rivals\['BOLA'\]"),
    ],
)
def test_a_slip_is_named(given, words):
    with pytest.raises(ValueError, match=words):
        family_picture(*given)
