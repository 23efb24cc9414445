"""A table of edges says what each costs either way, and the least of all."""

import re

import pytest

from scalemodel.stage.twitter.edges import edges
from scalemodel.twitter.timeline.expected import expected_cost
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnWrite, PerEdge
from scalemodel.twitter.timeline.prices import Costs

WRITES, LOOKS = {"Ann": 1, "Bo": 100}, {"Cy": 10, "Dee": 0.1}


# ── Examples ────────────────────────────────────────────────────────────────
def test_without_a_script_everything_is_pushed_and_each_cell_says_both_prices():
    html = edges("Who pays?", WRITES, LOOKS).html
    cells = re.findall(r"<b>pushed: ([\d.]+)</b> <span>pulled it is ([\d.]+)</span>", html)
    assert cells == [("1", "10"), ("1", "0.1"), ("100", "10"), ("100", "0.1")]
    assert html.count("disabled") == 4, "until a script can answer"
    assert 'aria-label="Bo to Dee, pushed for 100"' in html
    assert "Bo <span>writes 100 a day</span>" in html and "Dee <span>looks 0.1 a day</span>" in html


def test_names_are_text_and_not_markup():
    assert "<i>" not in edges("<i>?", {"<i>": 1}, {"<i>": 1}).html


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_sum_and_the_least_are_the_closed_forms():
    graph = SocialGraph.from_edges([2, 2, 3, 3], [0, 1, 0, 1], n_users=4)
    rates = [1, 100, 0, 0], [0, 0, 10, 0.1]
    embed = edges("Who pays?", WRITES, LOOKS)
    pushed = expected_cost(graph, *rates, FanOutOnWrite())
    least = expected_cost(graph, *rates, PerEdge(Costs(), *rates))
    assert f"In all <b>{pushed:g}</b> a day; the least is {least:.3g}." in embed.html
    assert f'data-least="{least:.12g}"' in embed.html


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: edges(" ", WRITES, LOOKS), "title=' ' must be a question"),
        (lambda: edges("Who?", {}, LOOKS), r"writes=\{\} must map 1 to 4 names to rates"),
        (lambda: edges("Who?", WRITES, {n: 1 for n in "abcde"}), "looks=.* must map 1 to 4"),
        (lambda: edges("Who?", {"Ann": -1}, LOOKS), r"writes\['Ann'\]=-1"),
    ],
)
def test_what_cannot_be_drawn_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
