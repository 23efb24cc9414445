"""The machine and the door on their page: moved by the reader, they say what the engines say."""

import pytest

from scalemodel.stage.whatsapp.phones import door, fill
from scalemodel.whatsapp.capacity.server import AS_IT_WAS, BOX, CHANGES, after, first_wall

pytestmark = pytest.mark.slow

PAGE = "book/whatsapp/phones.html"
NAMES = [*CHANGES]


@pytest.fixture
def page(site, home_of, visit):
    """The chapter, without motion."""
    visitor = visit(home_of(site), reduced_motion="reduce")
    yield visitor.open(PAGE)
    assert visitor.faults == []


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_each_choice_of_changes_fills_the_machine_as_the_engine_does(page):
    machine = page.locator(".sm-fill[data-ready]")
    said = lambda: machine.locator("[role=status]").inner_text()
    press = lambda name: machine.get_by_role("button", name=name, exact=True).click()
    assert said() == fill.WORDS["empty"]
    for chosen in ([], [0, 2, 5], [6, 5, 4, 3]):
        press("▶ fill it")
        for n in chosen:
            press(NAMES[n])
            if machine.get_by_role("button", name="▶ fill it").is_enabled():
                press("▶ fill it")
        names = [NAMES[n] for n in sorted(chosen)]
        assert said() == fill.told(names)
        phones = first_wall(BOX, after(AS_IT_WAS, names))[1]
        dots = machine.locator("[data-is=dots] .on").count()
        assert dots == int(phones / fill.DOT + 0.5)
        full = len(chosen) == fill.MOST_CHANGES
        assert machine.locator("[data-change]:disabled").count() == (len(NAMES) - 4) * full
        press("start again")
    assert said() == fill.WORDS["empty"]


def test_a_change_that_is_taken_back_leaves_no_more_than_the_machine_holds(page):
    machine = page.locator(".sm-fill[data-ready]")
    fill_it = machine.get_by_role("button", name="▶ fill it")
    fill_it.click()
    machine.get_by_role("button", name="fewer locks", exact=True).click()
    fill_it.click()
    assert machine.locator("[role=status]").inner_text() == fill.told(["fewer locks"])
    machine.get_by_role("button", name="fewer locks", exact=True).click()
    assert machine.locator("[role=status]").inner_text() == fill.told([])


def test_the_door_has_the_dots_of_the_night(page):
    page.get_by_text("Just show me").first.click()
    scene = page.locator(".sm-door")
    told = door.moments(door.night("full jitter", "any length", "230,000 logins a second")[1])
    dots = lambda kind: scene.locator(f"path.{kind}").get_attribute("d").count("h0")
    slider = scene.locator("input")
    for minute in (5, door.OPENS_MIN, 40):
        slider.fill(str(minute))
        at = 2 * minute
        assert dots("in") == told["in"][at] and dots("line") == told["line"][at]
        assert dots("away") == door.DOTS - told["in"][at] - told["line"][at]
        assert dots("left") == min(told["left"][at], 120 - told["line"][at])
        assert f"{minute}\xa0min: of 100 phones {told['in'][at]} are in" in scene.inner_text()
