"""The site in a real browser with no network: one panel of every kind, every way in.

What holds for every page is in `test_pages`.
"""

import re

import pytest

from tests.site import gates
from tests.site.reader import (
    drawn,
    move_by_keyboard,
    panels_of,
    scrolled,
    state_of,
    tables_by_script,
)


def test_the_start_page_arrives_at_the_book(site, home_of, visit):
    visitor = visit(home_of(site))
    page = visitor.open("index.html")
    page.wait_for_url(re.compile(r"book/index\.html$"))
    assert "Scale Models" in page.title() and visitor.faults == []


def test_the_search_finds_and_complains_of_nothing(site, home_of, visit):
    visitor = visit(home_of(site))
    page = visitor.open("search.html?q=tunnel")
    page.wait_for_selector("#search-results li")
    page.wait_for_timeout(500)
    assert visitor.faults == []


@pytest.mark.parametrize("width", [390, 1280])
def test_typefaces_that_come_late_move_nothing(specimens, serve, visit, width):
    visitor = visit(serve(specimens, late=".woff2"), viewport={"width": width, "height": 844})
    page = visitor.open("book/room/reading.html")
    assert gates.own_typefaces(page) == []
    gates.come_to_rest(page)
    assert sum(value for value, _ in gates.shifts(page)) < 0.01


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_first_visitor_has_the_colours_before_any_script_comes(specimens, serve, visit, mode):
    page = visit(serve(specimens), color_scheme=mode).page
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{serve(specimens)}/book/room/reading.html")
    assert page.evaluate("document.documentElement.dataset.theme") == mode
    page.unroute("**/*.js")


# ── One panel of every kind ─────────────────────────────────────────────────
@pytest.fixture
def specimen(specimens, home_of, visit):
    """The page of specimens, open: its visitor, page, and the two equal panels, drawn."""
    visitor = visit(home_of(specimens))
    page = visitor.open("book/panels.html")
    return visitor, page, panels_of(page, most=2)


@pytest.fixture
def drawn_whole(specimen):
    """The same with every panel drawn."""
    visitor, page, _ = specimen
    return visitor, page, panels_of(page)


def test_every_kind_of_control_works_by_keyboard(specimen):
    visitor, page, panels = specimen
    for panel in panels[:2]:
        for axis in range(5):
            before, after = state_of(panel), move_by_keyboard(page, panel, axis)
            assert after["data"] != before["data"] and after["readings"] != before["readings"]
    assert visitor.faults == []


def test_home_and_end_reach_the_ends(specimen):
    _, page, (panel, *_) = specimen
    panel.query_selector("[data-axis=level]").focus()
    page.keyboard.press("End")
    assert drawn(page, panel)["at"][0] == 2
    page.keyboard.press("Home")
    assert drawn(page, panel)["at"][0] == 0


def test_a_control_says_its_value_and_unit(specimen):
    _, page, (panel, *_) = specimen
    slider = panel.query_selector("[data-axis=step_s]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "2 seconds"
    assert slider.evaluate("s => s.parentElement.querySelector('output').textContent") == "2\u00a0s"
    assert page.get_by_label("step", exact=True).count() == 2  # one in each of the equal panels


def test_two_equal_panels_move_apart(specimen):
    _, page, (one, two, *_) = specimen
    other = state_of(two)
    move_by_keyboard(page, one, 0)
    assert state_of(two) == other
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_a_bare_plotly_figure_is_drawn_by_the_same_script(drawn_whole):
    _, _, panels = drawn_whole
    bare = state_of(panels[5])
    assert bare["data"] == [{"x": [0, 1, 2, 3, 4], "y": [0, 1, 4, 9, 16], "type": "bar"}]
    assert bare["alt"] == "Squares"


def test_the_readings_are_said_once_the_hand_rests(specimen):
    _, page, (panel, *_) = specimen
    live = panel.query_selector(".sm-live")
    assert live.get_attribute("aria-live") == "polite" and live.text_content() == ""
    move_by_keyboard(page, panel, 2)
    assert live.text_content() == ""
    page.wait_for_function("l => l.textContent.includes('highest: ')", arg=live)
    assert "metres" in live.text_content() and "A wave at 2\u00a0s." in live.text_content()


def test_the_state_survives_a_reload_by_its_address(specimen):
    visitor, page, (one, two, *_) = specimen
    moved = [move_by_keyboard(page, one, axis) for axis in (0, 2, 3, 4)][-1]
    also = move_by_keyboard(page, two, 1)
    page.wait_for_function(
        "location.hash.includes('1.level=1.5') && location.hash.includes('2.decades=')"
    )
    page.reload()
    one, two = panels_of(page, most=2)
    assert state_of(one) == moved and state_of(two) == also
    assert visitor.faults == []


def test_an_address_of_nonsense_opens_the_start(specimen):
    visitor, page, (panel, *_) = specimen
    start = state_of(panel)
    page.goto("about:blank")
    page.goto(f"{visitor.home}/book/panels.html#explore&1.level=99&7.x=1&1.nothing=2&%")
    (panel,) = panels_of(page, most=1)
    assert state_of(panel) == start and visitor.faults == []


def test_start_again_brings_back_the_start(specimen):
    _, page, (panel, *_) = specimen
    start = state_of(panel)
    move_by_keyboard(page, panel, 0)
    panel.query_selector("[data-do=reset]").focus()
    page.keyboard.press("Enter")
    assert drawn(page, panel) == start
    page.wait_for_function("!location.hash.includes('level')")


def test_the_copied_link_opens_the_same_state(specimens, serve, visit):
    home = serve(specimens)
    visitor = visit(home, permissions=["clipboard-read", "clipboard-write"])
    page = visitor.open("book/panels.html")
    (panel,) = panels_of(page, most=1)
    moved = move_by_keyboard(page, panel, 3)
    panel.query_selector("[data-do=link]").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{home}/book/panels.html#explore&1.kind=tall")
    page.goto("about:blank")
    page.goto(link)
    assert state_of(panels_of(page, most=1)[0]) == moved


def test_the_numbers_are_those_of_the_figure(specimen):
    _, page, (panel, *_) = specimen
    move_by_keyboard(page, panel, 0)
    panel.query_selector("summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("p => p.querySelector('.sm-table tbody tr')", arg=panel)
    move_by_keyboard(page, panel, 3)
    rows = panel.evaluate(
        "p => [...p.querySelectorAll('tbody tr')].map(r => [...r.cells].map(c => c.textContent))"
    )
    trace = drawn(page, panel)["data"][0]
    assert [[float(cell) for cell in row] for row in rows] == [
        [x, y] for x, y in zip(trace["x"], trace["y"], strict=True)
    ]
    assert panel.evaluate("p => [...p.querySelectorAll('thead th')].map(h => h.textContent)") == [
        "time, s", "wave (height, m)",
    ]  # fmt: skip


def test_playing_steps_to_the_end_and_can_be_stopped(specimen):
    _, page, (panel, *_) = specimen
    play = panel.query_selector("[data-do=play]")
    play.focus()
    page.keyboard.press("Enter")
    assert play.get_attribute("aria-pressed") == "true"
    page.wait_for_function("p => p.querySelector('[data-axis=step_s]').value === '3'", arg=panel)
    page.wait_for_function("b => !b.hasAttribute('aria-pressed')", arg=play)
    panel.query_selector("[data-do=back]").click()
    assert drawn(page, panel)["at"][2] == 2
    panel.query_selector("[data-do=next]").click()
    assert drawn(page, panel)["at"][2] == 3


def test_who_asks_for_less_motion_gets_single_steps(specimens, serve, visit):
    visitor = visit(serve(specimens), reduced_motion="reduce")
    page = visitor.open("book/panels.html")
    (panel,) = panels_of(page, most=1)
    panel.query_selector("[data-do=play]").click()
    assert drawn(page, panel)["at"][2] == 2
    page.wait_for_timeout(1000)
    assert state_of(panel)["at"][2] == 2


def test_states_of_different_parts_are_drawn_as_they_are(drawn_whole):
    visitor, page, panels = drawn_whole
    kind = panels[2].query_selector("select")
    for index, (data, last) in enumerate(
        [([1, 2], True), ([3, 4], True), ([5, 6], True), (None, False)]
    ):
        kind.select_option(index=index)
        state = drawn(page, panels[2])
        assert [trace["y"] for trace in state["data"]] == ([data] if data else [])
        assert bool(state["readings"]) == last
        assert panels[2].query_selector(".sm-numbers").is_visible() == last
    kind.select_option(index=0)
    assert drawn(page, panels[2])["data"][0]["y"] == [1, 2]
    assert panels[2].query_selector(".sm-problem").is_hidden() and visitor.faults == []


def test_a_link_within_the_page_loses_no_state(specimen):
    _, page, (one, two, *_) = specimen
    moved = move_by_keyboard(page, one, 0)
    page.wait_for_function("location.hash.includes('1.level')")
    page.evaluate("location.hash = '#specimens'")
    also = move_by_keyboard(page, two, 3)
    page.wait_for_function("location.hash.includes('2.kind') && location.hash.includes('1.level')")
    page.reload()
    one, two = panels_of(page, most=2)
    assert state_of(one) == moved and state_of(two) == also


def test_going_back_brings_back_the_start(specimen):
    _, page, (panel, *_) = specimen
    start = state_of(panel)
    page.wait_for_load_state("load")  # before that a browser writes over where it came from
    page.evaluate("location.hash = '#explore&1.kind=tall'")
    page.wait_for_function("p => p.querySelector('select').value === '1'", arg=panel)
    page.go_back()
    page.wait_for_function("p => p.querySelector('select').value === '0'", arg=panel)
    assert drawn(page, panel) == start


def test_an_address_that_was_followed_is_not_written_over(specimen):
    """A browser on its way back, or a page as slow as that, would stay where it is."""
    _, page, (panel, *_) = specimen
    page.evaluate("() => { history.replaceState = () => { window.written = true; }; }")
    page.evaluate("location.hash = '#explore&1.kind=tall'")
    page.wait_for_function("p => p.querySelector('.sm-live').textContent", arg=panel)  # at rest
    assert not page.evaluate("window.written")
    move_by_keyboard(page, panel, 0)
    page.wait_for_function("window.written")


# ── Colours, paper, no script, no library ───────────────────────────────────
def test_the_colour_switch_redraws_the_figure(specimen):
    _, page, (panel, *_) = specimen
    ink = "p => p.querySelector('.sm-plot').layout.template.layout.font.color"
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.wait_for_function(f"p => ({ink})(p) === '#1f2a33'", arg=panel)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(f"p => ({ink})(p) === '#e6eaee'", arg=panel)


def test_a_colour_scale_turns_dark_too(drawn_whole):
    _, page, panels = drawn_whole
    scale = "p => p.querySelector('.sm-plot').data[0].colorscale[0][1]"
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(f"p => ({scale})(p) === '#2d5268'", arg=panels[4])


def test_the_themes_own_switch_does_it(site, serve, visit):
    visitor = visit(serve(site), color_scheme="light")
    page = visitor.open("book/youtube/abr.html")
    (panel,) = panels_of(page, most=1)
    line = "p => p.querySelector('.sm-plot').data[3].line.color"
    light = panel.evaluate(line)
    for _ in range(3):  # it turns through automatic, light and dark
        if page.evaluate("document.documentElement.dataset.theme") != "dark":
            page.locator("button.theme-switch-button:visible").first.click()
    page.wait_for_function(f"args => ({line})(args[0]) !== args[1]", arg=[panel, light])
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_paper_shows_the_state_at_hand_without_controls(specimen):
    _, page, (panel, *_) = specimen
    after = move_by_keyboard(page, panel, 3)
    page.emulate_media(media="print")
    assert not panel.query_selector(".sm-buttons").is_visible()
    assert not panel.query_selector("input[type=range]").is_visible()
    assert panel.query_selector(".sm-alt").is_visible()
    shown = panel.evaluate("p => p.querySelector('.sm-readings').textContent")
    assert shown == after["readings"]
    assert panel.query_selector("select").evaluate("s => s.selectedOptions[0].text") == "tall"
    assert panel.query_selector(".sm-plot svg").is_visible()


def test_a_dark_page_is_printed_in_light_colours(site, serve, visit):
    visitor = visit(serve(site), color_scheme="dark")
    page = visitor.open("book/youtube/abr.html")
    (panel,) = panels_of(page, most=1)
    ink = "p => p.querySelector('.sm-plot').layout.template.layout.font.color"
    assert panel.evaluate(ink) == "#e6eaee"
    for event, mode, colour in [
        ("beforeprint", "light", "#1f2a33"),
        ("afterprint", "dark", "#e6eaee"),
    ]:
        page.evaluate(f"window.dispatchEvent(new Event('{event}'))")
        assert page.evaluate("document.documentElement.dataset.theme") == mode
        page.wait_for_function(f"p => ({ink})(p) === '{colour}'", arg=panel)


def test_every_figure_is_drawn_for_paper_even_if_nobody_scrolled_there(specimens, serve, visit):
    page = visit(serve(specimens), viewport={"width": 1280, "height": 300}).open("book/panels.html")
    page.wait_for_function("document.querySelectorAll('.sm-panel:not([data-ready])').length === 0")
    assert page.evaluate("window.scrollY") == 0


def test_without_javascript_the_start_state_can_be_read(specimens, home_of, visit):
    visitor = visit(home_of(specimens), java_script_enabled=False)
    page = visitor.open("book/panels.html")
    panel = page.query_selector(".sm-panel")
    assert panel.query_selector(".sm-title").is_visible()
    assert panel.query_selector(".sm-alt").inner_text() == "A wave at 1\u00a0s."
    assert "highest" in panel.query_selector(".sm-readings").inner_text()
    assert panel.query_selector(".sm-table tbody td").is_visible()
    assert not panel.query_selector(".sm-plot").is_visible(), "a hole where the figure would be"
    for control in panel.query_selector_all("input, select, button"):
        assert not control.is_visible(), "a control that cannot work must not be shown"


def test_the_script_writes_the_same_table_as_python(drawn_whole, specimens):
    _, page, _ = drawn_whole
    by_python = scrolled((specimens / "book/panels.html").read_text(encoding="utf-8"))
    assert tables_by_script(page) == by_python


def test_without_the_drawing_library_text_and_table_still_work(specimens, serve, visit):
    visitor = visit(serve(specimens), apart=True)
    visitor.context.route("**/plotly.min.js", lambda route: route.abort())
    page = visitor.open("book/panels.html")
    page.wait_for_selector(".sm-panel[data-ready='text']")
    panel = page.query_selector(".sm-panel")
    assert "Text and table still work" in panel.query_selector(".sm-problem").inner_text()
    before = state_of(panel)
    assert move_by_keyboard(page, panel, 0)["readings"] != before["readings"]
