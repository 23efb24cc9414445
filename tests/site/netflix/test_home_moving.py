"""The home page on the page: moved by keyboard, it says what the engine's runs say."""

import numpy as np
import pytest

from scalemodel.stage.netflix.home_moving import home_run

pytestmark = pytest.mark.slow


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_slow_service_takes_the_page_and_a_dead_one_a_row(site, home_of, visit):
    visitor = visit(home_of(site), reduced_motion="reduce")
    page = visitor.open("book/netflix/services.html")
    home = page.locator(".sm-home_moving[data-ready]")
    moment, status = home.locator("input"), home.locator("p[role=status]")
    shown = lambda name: home.locator(f'[data-row="{name}"]').get_attribute("data-how")

    def at(last_s):
        moment.focus()
        page.keyboard.press("End")
        for _ in range(round((11.0 - last_s) / 0.5)):
            page.keyboard.press("ArrowLeft")
        return status.inner_text().replace("\xa0", " ")

    def press(name):
        home.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")

    def came(service, trouble, walls, second):
        run = home_run(service, trouble, walls)
        row = run.rows["playback"][int(np.searchsorted(run.at_s, second))]
        return f"{row[:2].sum()} of {row.sum()} pages came."

    assert at(7.0).endswith(came("billing", "slow", "off", 7.0)) and shown("playback") == "H"
    assert "still loading" in home.inner_text()
    press("Walls:")
    assert at(7.0).endswith(came("billing", "slow", "on", 7.0))
    assert (shown("billing"), shown("playback")) == ("F", "L")
    press("Walls:")
    press("It is")
    assert "billing is dead" in at(7.0) and (shown("billing"), shown("playback")) == ("F", "L")
    press("playback")
    assert at(7.0).endswith(came("playback", "dead", "off", 7.0)) and shown("billing") == "E"
    press("playback")
    assert "everybody is well" in at(7.0) and shown("billing") == "L"
    assert visitor.faults == []
