"""The clip on its page: moved by the reader, it says what the engine's run says."""

import pytest

from scalemodel.stage.youtube.upload import chunks

pytestmark = pytest.mark.slow

PAGE = "book/youtube/upload.html"


@pytest.fixture
def clip(site, home_of, visit):
    """The first screen, without motion."""
    visitor = visit(home_of(site), reduced_motion="reduce")
    page = visitor.open(PAGE)
    yield page.locator(".sm-chunks[data-ready]")
    assert visitor.faults == []


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("way", chunks.WAYS)
def test_each_way_ends_as_the_engine_does(clip, way):
    clip.get_by_role("button", name=way, exact=True).click()
    slider, said = clip.locator("input"), clip.locator("output")
    assert said.inner_text() == "0.0\xa0s: nothing can be watched yet"
    tries = chunks.run(way)
    moments = sorted({0, *(one.end_s for one in tries)})
    assert slider.get_attribute("max") == str(len(moments) - 1)
    ends = [max(one.end_s for one in tries if one.rung == rung) for rung in range(6)]
    for at in (1, len(moments) // 2, len(moments) - 1):
        slider.fill(str(at))
        ready = sum(end <= moments[at] + 1e-6 for end in ends)
        first = f"{chunks.NAMES[ends.index(min(ends))]} since {min(ends):.1f}\xa0s"
        owed = (
            f"{first}; {ready} of 6 rungs can be watched" if ready else "nothing can be watched yet"
        )
        assert said.inner_text() == f"{moments[at]:.1f}\xa0s: {owed}"
        done = sum(one.end_s <= moments[at] + 1e-6 for one in tries)
        assert clip.locator("rect.done").count() == done
        assert clip.locator("text.whole").count() == ready


def test_a_worker_is_at_what_the_run_says(clip):
    """Halfway to the fourth moment."""
    clip.locator("input").fill("3.5")
    tries = chunks.run("lowest rung first")
    moments = sorted({0, *(one.end_s for one in tries)})
    now_s = (moments[3] + moments[4]) / 2
    at_it = {one.worker: chunks.NAMES[one.rung] for one in tries if one.start_s < now_s < one.end_s}
    shown = clip.locator("svg").text_content()
    for worker in range(chunks.WORKERS):
        assert f"{worker + 1}: {at_it.get(worker, 'idle')}" in shown
    assert clip.locator("rect.busy").count() == len(at_it)
