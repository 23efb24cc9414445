"""The film on the built page: it blurs, it stops, it plays, and its cursor keeps step."""

import pytest

from tests.site.reader import panels_of

PIXELS = """film => {
  const canvas = film.querySelector("canvas");
  const { width, height } = canvas;
  const copy = Object.assign(document.createElement("canvas"), { width, height });
  const pen = copy.getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvas, 0, 0);
  const { data } = pen.getImageData(0, 0, width, height);
  let edges = 0, light = 0;
  for (let at = 4; at < data.length; at += 4) {
    edges += Math.abs(data[at] - data[at - 4]);
    light += data[at];
  }
  return { edges: edges / data.length, light: light / data.length };
}"""


def first_film(page):
    """The page's first panel, which has a film."""
    (panel,) = panels_of(page, most=1)
    assert panel.query_selector(".sm-film:not([hidden])")
    return panel


@pytest.fixture
def film(site, home_of, visit):
    """The first panel of the chapter, its rule and tunnel at their start."""
    visitor = visit(home_of(site))
    page = visitor.open("book/youtube/abr.html")
    panel = first_film(page)
    yield page, panel
    assert visitor.faults == []


def to(page, panel, second):
    """Moves the film to `second`; what the screen says and how it looks."""
    panel.query_selector(".sm-film input").evaluate(
        "(e, at) => { e.value = at; e.dispatchEvent(new Event('input', { bubbles: true })); }",
        second,
    )
    page.wait_for_timeout(60)
    looks = panel.query_selector(".sm-film").evaluate(PIXELS)
    return panel.query_selector(".sm-film output").inner_text(), looks


def choose(panel, text):
    panel.query_selector("select").select_option(label=text)


def test_a_low_rung_is_blurry_and_a_stop_is_dim(film):
    page, panel = film
    said, sharp = to(page, panel, 40)
    assert said == "40\u00a0s: 720p"
    said, stopped = to(page, panel, 100)
    assert said == "100\u00a0s: stopped" and stopped["light"] < 0.7 * sharp["light"]
    choose(panel, "follow throughput")
    said, blurry = to(page, panel, 112)
    assert said == "112\u00a0s: 240p" and blurry["edges"] < 0.8 * sharp["edges"]


def test_it_opens_on_a_sharp_picture_before_the_tunnel_and_plays_from_there(film):
    page, panel = film
    output = panel.query_selector(".sm-film output")
    assert output.inner_text() == "52\u00a0s: 720p"
    at_first = panel.query_selector(".sm-film").evaluate(PIXELS)
    sharpest = panel.query_selector(".sm-film canvas").evaluate(
        "canvas => { scalemodelTrain.paint(canvas, 2160, 50, false); }"
    ) or panel.query_selector(".sm-film").evaluate(PIXELS)
    assert (
        at_first["edges"] > 0.9 * sharpest["edges"] and at_first["light"] > 0.9 * sharpest["light"]
    )
    to(page, panel, 230)  # beyond the end, so that ▶ begins anew
    panel.query_selector(".sm-film button").click()
    page.wait_for_timeout(100)
    panel.query_selector(".sm-film button").click()
    assert 52 <= int(output.inner_text().split()[0]) <= 70


def test_it_keeps_its_moment_when_the_rule_changes(film):
    page, panel = film
    assert to(page, panel, 100)[0] == "100\u00a0s: stopped"
    choose(panel, "follow throughput")
    assert panel.query_selector(".sm-film output").inner_text() == "100\u00a0s: 360p"


def test_the_cursor_stands_on_the_figures_own_clock(film):
    page, panel = film
    page.wait_for_selector(".sm-panel[data-ready='1'] .sm-cursor", state="attached")
    for second in (0, 50, 150):
        to(page, panel, second)
        here, there = panel.query_selector(".sm-plot").evaluate(
            "(plot, at) => [parseFloat(plot.querySelector('.sm-cursor').style.left),"
            " plot._fullLayout.xaxis._offset + plot._fullLayout.xaxis._length * at / 200]",
            second,
        )
        assert here == pytest.approx(there, abs=1)


def test_it_plays_pauses_and_is_moved_by_keyboard(film):
    page, panel = film
    to(page, panel, 20)
    output, button = (panel.query_selector(f".sm-film {tag}") for tag in ("output", "button"))
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(700)
    page.keyboard.press("Enter")
    second = int(output.inner_text().split()[0])
    assert 22 <= second <= 45
    page.wait_for_timeout(200)
    assert int(output.inner_text().split()[0]) == second
    slider = panel.query_selector(".sm-film input")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert int(output.inner_text().split()[0]) == second + 1
    assert slider.get_attribute("aria-valuetext") == output.inner_text()


def test_where_motion_is_unwanted_it_goes_on_step_by_step(site, home_of, visit):
    visitor = visit(home_of(site), reduced_motion="reduce")
    page = visitor.open("book/youtube/abr.html")
    panel = first_film(page)
    to(page, panel, 20)
    for _ in range(2):
        panel.query_selector(".sm-film button").click()
    page.wait_for_timeout(300)
    assert panel.query_selector(".sm-film output").inner_text() == "28\u00a0s: 720p"
