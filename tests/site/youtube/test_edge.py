"""The way of a request and the square of views on their page: they say what the engines say."""

import json
import re

import pytest

from scalemodel.stage.youtube.edge import eaten, way

pytestmark = pytest.mark.slow

PAGE = "book/youtube/edge.html"


@pytest.fixture
def page(site, home_of, visit):
    """The chapter, without motion."""
    visitor = visit(home_of(site), reduced_motion="reduce")
    yield visitor.open(PAGE)
    assert visitor.faults == []


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_each_way_is_told_to_its_end(page):
    html = way.way_moving().html
    ways = json.loads(re.search(r'data-is="data">(.+?)</script>', html)[1])["ways"]
    scene = page.locator(".sm-moving").first
    names = "nine quiet days", way.EACH, way.TOGETHER
    for name, steps in zip(names, ways, strict=True):
        scene.get_by_role("button", name=name, exact=True).click()
        for step in steps[1:]:
            scene.get_by_role("button", name="next ›").click()
            assert scene.locator("figcaption").inner_text() == step[0]
        assert scene.get_by_role("button", name="next ›").is_disabled()


def test_the_panel_says_the_formula_s_shares(page):
    page.get_by_text("Just show me").first.click()
    panel = page.locator(".sm-panel[data-ready]").first
    panel.scroll_into_view_if_needed()
    panel.get_by_label("Edge room").select_option(label="250")
    edge, hub, origin = (100 * share for share in eaten.split(250, 2_000, next(iter(eaten.GOOD_H))))
    said = (
        f"Of 100 views the edge answers {edge:.0f}, the hub {hub:.0f} and the origin {origin:.0f}."
    )
    page.wait_for_function(
        "said => document.body.innerText.replace(/\\u00a0/g, ' ').includes(said)", arg=said
    )
