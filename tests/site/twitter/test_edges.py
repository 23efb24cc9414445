"""The table of edges on the page: pressed by keyboard, it adds up as Python does."""

import re

import pytest

from scalemodel.twitter.timeline.expected import expected_cost
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import PerEdge
from scalemodel.twitter.timeline.prices import Costs

pytestmark = pytest.mark.slow


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_three_cells_pressed_are_the_least_and_one_pressed_again_is_not(site, home_of, visit):
    graph = SocialGraph.from_edges([2, 2, 3, 3], [0, 1, 0, 1], n_users=4)
    rates = [1, 100, 0, 0], [0, 0, 10, 0.1]
    least = expected_cost(graph, *rates, PerEdge(Costs(), *rates))
    visitor = visit(home_of(site))
    page = visitor.open("book/twitter/cost.html")
    table = page.locator(".sm-edges[data-ready]")
    status = table.get_by_role("status")

    def press(edge):
        table.get_by_role("button", name=re.compile(f"^{edge}, ")).focus()
        page.keyboard.press("Enter")

    for edge in ("Ann to Dee", "Bo to Cy", "Bo to Dee"):
        press(edge)
    assert status.inner_text() == f"In all {least:.1f} a day. That is the least."
    press("Bo to Cy")
    assert status.inner_text() == f"In all {least + 90:.1f} a day. The least is {least:.1f}."
    assert table.get_by_role("button", name="Bo to Cy, pushed for 100").is_visible()
    assert visitor.faults == []
