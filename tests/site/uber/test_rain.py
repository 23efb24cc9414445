"""The evening on its own page: by keyboard it goes on, and says what the run says."""

import pytest

from scalemodel.stage.uber.evening import PRICE, evening
from scalemodel.stage.uber.rain_map import OPENS, frames
from tests.site.reader import panels_of

pytestmark = pytest.mark.slow


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_evening_goes_on_by_keyboard_with_a_price_and_without(site, home_of, visit):
    visitor = visit(home_of(site), reduced_motion="reduce")
    page = visitor.open("book/uber/rain.html")
    town = page.locator(".sm-rain_map")
    price, minute = town.locator("[data-is=price]"), town.locator("input")
    ways = [evening(None), evening(PRICE)]
    told = [frames(way) for way in ways]

    def same(way, at):
        idle, status = ways[way].idle[at].sum(), town.locator("p[role=status]").inner_text()
        assert f"{idle:.0f}\xa0idle" in status and f"{told[way]['drive'][at]}\xa0s away" in status
        for n, cell in enumerate(town.locator("[data-row=served] td").all()):
            assert cell.inner_text() == f"{told[n]['served'][at]:,}"
        dots = town.locator(".map g path").evaluate_all("all => all.map(p => p.getAttribute('d'))")
        shown = [min(cars, 8) for cars in ways[way].idle[at]]
        assert [dot.count("h0") for dot in dots] == shown
        prices = town.locator(".map g text").evaluate_all("all => all.map(t => t.textContent)")
        assert prices == [f"{m:.1f}" if m > 1 else "" for m in ways[way].shown[at]]

    same(0, OPENS)
    town.get_by_role("button", name="play the evening").focus()
    page.keyboard.press("Enter")  # who wants no motion goes on by leaps
    leapt = int(minute.input_value())
    assert leapt > OPENS
    same(0, leapt)
    price.focus()
    page.keyboard.press("Enter")
    assert price.get_attribute("aria-pressed") == "true" and price.inner_text().endswith("on")
    same(1, leapt)
    minute.focus()
    page.keyboard.press("End")
    same(1, 119)
    price.focus()
    page.keyboard.press("Space")
    same(0, 119)
    assert visitor.faults == []


def test_a_car_of_the_chase_is_drawn_for_each_that_is_counted(site, home_of, visit):
    page = visit(home_of(site), reduced_motion="reduce").open("book/uber/rain.html")
    chase = panels_of(page, most=1)[0] and page.locator(".sm-chase")
    drawn = lambda kind: chase.locator(f"path.sm-{kind}").get_attribute("d").count("h0")
    idle, way, trip = (int(one.text_content()) for one in chase.locator("tspan").all())
    assert (drawn("idle"), drawn("way"), drawn("rider")) == (idle, way, way)
    assert idle + way + trip == 600
