"""The goal on its page: moved by the reader, it says when the engine says that it is seen."""

import pytest

from scalemodel.stage.youtube.live import goal
from scalemodel.youtube.live.expected import expected_parts

pytestmark = pytest.mark.slow

PAGE = "book/youtube/live.html"
ENDS = "(bars) => bars.map((bar) => +bar.getAttribute('x') + +bar.getAttribute('width'))"


def at_rest(page):
    return page.locator(".sm-goal[data-ready]")


@pytest.fixture
def page(site, home_of, visit):
    """The chapter, without motion."""
    visitor = visit(home_of(site), reduced_motion="reduce")
    yield visitor.open(PAGE)
    assert visitor.faults == []


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_each_stream_ends_where_the_engine_says(page):
    scene = at_rest(page)
    assert scene.locator("[role=status]").inner_text() == goal.WORDS["start"]
    for comes in goal.COMES:
        scene.get_by_role("button", name=comes.replace(" s", "\xa0s"), exact=True).click()
        scene.get_by_role("button", name="▶ shoot").click()
        assert scene.locator("[role=status]").inner_text() == goal.told(comes)
        assert scene.locator("circle.seen").count() == 2
        for row, parts in enumerate((expected_parts(goal.NEXT_DOOR, goal.MBPS), goal.parts(comes))):
            ends = scene.locator(f'[data-row="{row}"]').evaluate_all(ENDS)
            per_s = goal.WIDE / goal.LONG_S
            owed = [goal.LEFT + per_s * sum(parts[: n + 1]) for n in range(4)]
            assert ends == pytest.approx(owed, abs=0.1)


def test_it_takes_the_time_that_a_viewer_waits(site, home_of, visit):
    visitor = visit(home_of(site))
    page = visitor.open(PAGE)
    scene = at_rest(page)
    scene.get_by_role("button", name="chunks of 0.5\xa0s", exact=True).click()
    scene.get_by_role("button", name="▶ shoot").click()
    status = scene.locator("[role=status]")
    assert status.inner_text() == goal.WORDS["run"]
    page.wait_for_function("() => document.querySelector('.sm-goal circle.seen')", timeout=20_000)
    assert status.inner_text().startswith("2.3\xa0s: next door they shout")
    page.wait_for_function(
        "() => document.querySelectorAll('.sm-goal circle.seen').length === 2", timeout=20_000
    )
    assert status.inner_text() == goal.told("chunks of 0.5 s")
    assert scene.get_by_role("button", name="▶ shoot").is_visible()
    assert visitor.faults == []
