"""The gates themselves: each sees what it is there for."""

import re

import pytest

from tests.site import gates
from tests.site.reader import findings, unfolded

# A word of each colour at the end of each piece of code.
COLOURED = """([place, names]) => document.querySelectorAll(place).forEach((code) => {
  const word = (name) => Object.assign(document.createElement('span'),
    { className: name, textContent: ` coloured ${name}` });
  code.append(...names.map(word));
})"""
CODE = {  # where pages have coloured code: how it begins and ends in the HTML
    ".highlight pre": '<div class="highlight">(.*?)</pre>',
    "dt.sig": '<dt class="sig(.*?)</dt>',
}


def test_the_gate_sees_what_is_wrong(serve, visit, tmp_path):
    (tmp_path / "bad.html").write_text(
        '<!doctype html><html lang="en"><title>Bad</title><main><h1>Bad</h1><input>'
        '<p style="color:#aaa;background:#fff">Too pale to read.</p></main></html>'
    )
    found = findings(visit(serve(tmp_path)).open("bad.html"))
    assert {line.split(":")[0] for line in found} == {"label", "color-contrast"}


def colours_of(code, site):
    """The classes that the words of a kind of code have on any page of `site`."""
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    pieces = [piece for html in pages for piece in re.findall(f"(?s){CODE[code]}", html)]
    found = {name for piece in pieces for name in re.findall(r'<span class="([\w -]+)">', piece)}
    return sorted(found)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("code", CODE)
def test_code_can_be_read_in_each_colour_that_some_page_gives_it(site, serve, visit, code, mode):
    """Every page is judged without its code, so that all colours of code are judged here."""
    colours = colours_of(code, site)
    assert {"n", "p", "o"} <= set(colours)
    page = visit(serve(site), color_scheme=mode).open("book/api/parts.html")
    assert page.query_selector(code)
    page.evaluate(COLOURED, [code, colours])
    assert findings(unfolded(page), {"include": [[code]]}) == []


@pytest.mark.parametrize("address", ["https://pictures.example/a.png", "http://192.0.2.1/a.png"])
def test_the_visitor_notes_who_asks_elsewhere_and_reaches_nobody(serve, visit, tmp_path, address):
    (tmp_path / "asks.html").write_text(f'<!doctype html><img alt="" src="{address}">')
    visitor = visit(serve(tmp_path))
    gates.come_to_rest(visitor.open("asks.html"))
    assert f"asked another host: {address}" in visitor.faults
    assert any(fault.startswith("net::ERR_NAME_NOT_RESOLVED") for fault in visitor.faults)


def test_a_visitor_comes_again_without_a_memory(specimens, serve, visit, visitors):
    for _ in range(2):
        with visitors(serve(specimens)) as visitor:
            page = visitor.open("book/predict.html")
            page.wait_for_selector(".sm-predict form:not([hidden])")
            page.query_selector(".sm-predict [data-show]").click()
            assert page.evaluate("localStorage.length + sessionStorage.length")
            assert len(visitor.asked) > 10 and visitor.faults == []


# ── A page with a fault, for each gate of `gates` ───────────────────────────
@pytest.fixture
def planted(serve, visit, tmp_path):
    """Opens a page with the given body: `planted(body, width=..., height=...)`."""

    def plant(body, width=1280, height=800):
        (tmp_path / "planted.html").write_text(
            '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
            f"<meta charset='utf-8'><title>Planted</title><body style='margin:0'>{body}</body></html>"
        )
        viewport = {"width": width, "height": height}
        return visit(serve(tmp_path), viewport=viewport).open("planted.html")

    return plant


ALIVE = "<button onclick=\"this.textContent += '.'\">alive</button>"


def test_a_control_is_found_that_does_nothing_or_lies_under_something(planted):
    page = planted(
        f'{ALIVE}<button title="Contents"></button><details><summary>More</summary>Text</details>'
        '<div style="position:relative"><button id="a" onclick="print()">paper</button>'
        '<i style="position:absolute;inset:0"></i></div>'
        "<button disabled>not yet</button><button hidden>unseen</button>"
        '<button onclick="box.showModal()">open</button>'
        "<dialog id='box'><button>dead in the drawer</button></dialog>"
    )
    dead = [line.partition(":") for line in gates.dead_controls(page)]
    assert [(name, words[:12]) for name, _, words in dead] == [
        ("Contents", " changes not"), ("paper", " lies under "), ("dead in the drawer", " changes not"),
    ]  # fmt: skip


@pytest.mark.parametrize("width", [390, 1280])
def test_the_themes_buttons_die_if_another_of_their_kind_comes_first(site, serve, visit, width):
    """As they did: the theme wires the first of each kind, and that one was hidden."""
    visitor = visit(serve(site), viewport={"width": width, "height": 844})
    first = '<header id="pst-header" hidden><button class="primary-toggle"></button>'

    def with_another(route):
        html = route.fetch().text()
        route.fulfill(body=re.sub(r'<header id="pst-header"[^>]*>', first, html, count=1))

    visitor.page.route("**/offline.html", with_another)
    page = visitor.open("book/offline.html")
    gates.come_to_rest(page)
    assert gates.dead_controls(page) == ["Toggle primary sidebar: changes nothing"]
    visitor.page.unroute("**/offline.html")


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    page = tmp_path / "a.html"
    page.write_text(
        '<a href="b.html#there">1</a><a href="b.html#not">2</a><a href="#no">3</a>'
        '<a href="c.html">4</a><a href="https://x.example/d">5</a><a href="../a.html">6</a>'
    )
    (tmp_path / "b.html").write_text('<p id="there">')
    assert gates.broken_links(page, tmp_path) == ["b.html#not", "#no", "c.html", "../a.html"]


def test_stops_before_the_first_control_are_counted(planted):
    links = "".join(f'<a href="#{n}">{n}</a> ' for n in range(9))
    panel = (
        '<p id="first" tabindex="-1"></p><figure class="sm-controls"><input data-axis="n"></figure>'
    )
    assert gates.stops_to_first_control(planted(links + panel)) == 10
    skip = '<a href="#first" data-skip>Skip</a>'
    assert gates.stops_to_first_control(planted(skip + links + panel)) == 3
    hidden = '<div class="sm-predict"><form hidden><button>Reveal</button></form></div>'
    assert gates.stops_to_first_control(planted(skip + hidden + links + panel)) == 3


def panel_of(controls, plot, readings, sticky=""):
    return (
        f'<figure class="sm-panel" style="margin:0"><p class="sm-title">Which?</p>'
        f'<div class="sm-controls" style="height:{controls}px;top:0;background:#fff;{sticky}"></div>'
        f'<div class="sm-plot" style="height:{plot}px"></div>'
        f'<div class="sm-readings" style="height:{readings}px"></div></figure><p style="height:2000px">'
    )


def test_a_panel_that_fits_no_screen_is_found(planted):
    assert gates.tall_panels(planted(panel_of(100, 420, 100))) == []
    assert gates.tall_panels(planted(panel_of(100, 421, 100))) == ["Which?: 621 px"]


def test_a_panel_is_found_that_loses_controls_and_readings_on_a_phone(planted):
    phone = {"width": 390, "height": 844}
    assert gates.lost_panels(planted(panel_of(200, 400, 100), **phone)) == []
    assert gates.lost_panels(planted(panel_of(200, 900, 100), **phone)) == ["Which?"]
    assert gates.lost_panels(planted(panel_of(200, 900, 100, "position:sticky"), **phone)) == []


def test_a_page_that_jumps_is_found(planted):
    page = planted('<p id="late"></p><p style="height:400px">Text</p>')
    page.wait_for_timeout(100)
    assert gates.shifts(page) == []
    page.evaluate("late.style.height = '300px'")
    page.wait_for_timeout(100)
    (value, what), *_ = gates.shifts(page)
    assert value > gates.MOST_SHIFT and "height" in what[0]


def lock(attributes="", panel="inert"):
    return (
        f'<div class="sm-predict" {attributes}><form><button>Reveal</button></form>'
        f'<figure class="sm-panel" {panel}><p class="sm-title">Which?</p></figure></div>'
    )


def test_an_answer_is_found_that_stands_open_under_a_guess(planted):
    hidden = "inert style='visibility:hidden'"
    page = planted(
        f"<article><p>before</p><div>{lock()}<p {hidden}>covered</p><p>beside it</p></div>"
        f"<p inert>seen <b>bold</b></p><p {hidden[:5]} style='opacity:0'>pale</p>"
        f"<p style='visibility:hidden'>found</p><p inert><svg width='9' height='9'></svg></p>{lock()}"
        "<div><h2>Next</h2><p>another matter</p></div></article><p>foot</p>"
    )
    assert gates.told_too_soon(page) == [
        "beside it", "seen", "bold", "found", '<svg width="9" height="9"></svg>',
    ]  # fmt: skip
    assert gates.still_covered(page) == []  # nobody has guessed


def test_an_answer_is_found_that_a_guess_does_not_uncover(planted):
    page = planted(
        f"<article>{lock('data-open', '')}<p>open</p><p style='visibility:hidden'>lost</p>"
        "<p inert>not heard</p><details><summary>Code</summary>folded</details><h3>Next</h3></article>"
    )
    assert gates.still_covered(page) == ["lost", "not heard"]
    assert gates.told_too_soon(page) == []


def test_a_figure_is_found_that_shows_through(planted):
    drawn = '<div class="sm-plot" style="filter:blur(9px)"><svg width="9" height="9"></svg></div>'
    page = planted(f"<article>{lock().replace('</figure>', drawn + '</figure>')}</article>")
    assert gates.told_too_soon(page) == ['<svg width="9" height="9"></svg>']


def test_a_state_that_is_drawn_slowly_is_found_among_all(planted):
    page = planted(
        '<figure class="sm-panel"><select data-axis="a"><option value="0"><option value="1"></select>'
        '<input type="range" data-axis="b" min="0" max="2" value="0"></figure><script>'
        "addEventListener('input', () => { const end = performance.now() + 400; const [a, b] ="
        " document.querySelectorAll('[data-axis]'); while (a.value === '1' && b.value === '2'"
        " && performance.now() < end); });</script>"
    )
    panel = page.query_selector(".sm-panel")
    took = gates.redraws_ms(page, panel)
    assert list(took) == [(0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]  # (0, 0) is the start
    assert [state for state, ms in took.items() if ms > gates.MOST_REDRAW_MS] == [(1, 2)]
    assert len(gates.redraws_ms(page, panel, most=3)) <= 3


def test_a_first_picture_that_comes_late_is_found(planted):
    slow = "<script>const end = performance.now() + 1100; while (performance.now() < end);</script>"
    assert gates.first_picture_ms(planted(f"{slow}<p>Text</p>")) > 1000


def test_letters_that_are_small_or_cut_off_are_found(planted):
    text = '<text font-size="12" y="20"'
    page = planted(
        f'<article class="bd-article"><svg width="360" viewBox="0 0 360 40">{text}>readable</text></svg>'
        f'<svg width="360" height="40" viewBox="0 0 720 80">{text} x="0">half as large</text></svg>'
        f'<svg width="360" viewBox="0 0 360 40">{text} x="340">cut off</text>'
        f'{text} x="800" opacity="0">unseen</text></svg></article>',
        width=390,
    )
    assert gates.small_letters(page) == ["half as large: 6.0 px"]
    assert [line.partition(":")[0] for line in gates.cut_letters(page)] == ["cut off"]


def test_a_number_is_found_that_nobody_would_write_so(planted):
    data = '{"alt": "It waits 3 s.", "readings": [["n", "5e-05", ""]], "svg": "<path 1e-3>"}'
    page = (
        '<article class="bd-article"><p>5\u00a0s, <b>7</b> % and 1/day; <code>9 s 1e5</code></p>'
        f'<script type="application/json" data-is="x">{data}</script></article>'
    )
    found = [text.strip() for text in gates.ill_numbers(page)]
    assert [next(w for w in ("7 %", "1/day", "3 s", "5e-05") if w in text) for text in found] == [
        "7 %", "7 %", "3 s", "5e-05",
    ]  # fmt: skip
    opened = planted('<div class="sm-plot"><svg><text>20µ</text><text>1M</text></svg></div>')
    assert gates.ill_ticks(opened) == ["20µ"]
