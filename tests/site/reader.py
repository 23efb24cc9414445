"""What a reader does on a page, and what keeps a reader out of it."""

import re
from html.parser import HTMLParser
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe

STATE = """panel => ({
  data: panel.querySelector('.sm-plot').data?.map(({x, y, type}) => ({x, y, type})),
  readings: panel.querySelector('.sm-readings')?.textContent,
  alt: panel.querySelector('.sm-alt').textContent,
  at: [...panel.querySelectorAll('[data-axis]')].map(
    (input) => (input.type === 'checkbox' ? Number(input.checked) : Number(input.value))),
})"""


def holds(html):
    """The scripts of ours in the one file that a page loads, by name, in order."""
    found = re.search(r'<script[^>]* data-holds="([^"]*)"', html)
    return found[1].split() if found else []


def plays_and_pauses(page, figure, reached, seen):
    """Press ▶, wait until `reached` holds, press it again, and look twice at what is `seen`."""
    play = figure.locator("[data-to=play]")
    play.click()
    page.wait_for_function(reached)
    play.click()
    stood = figure.evaluate(seen)
    page.wait_for_timeout(1800)
    assert figure.evaluate(seen) == stood and "play" in play.inner_text()


# ── Panels ──────────────────────────────────────────────────────────────────
def panels_of(page, most=None):
    """The panels of a page, each uncovered and drawn; no more than `most` if given."""
    for show in page.query_selector_all(".sm-predict:not([data-open]) [data-show]"):
        show.click()
    panels = page.query_selector_all(".sm-panel")[:most]
    for panel in panels:
        panel.evaluate("panel => panel.scrollIntoView({block: 'center'})")
        page.wait_for_function("panel => panel.dataset.ready === '1'", arg=panel)
    return panels


def state_of(panel):
    return panel.evaluate(STATE)


def drawn(page, panel):
    """The state after the frame in which a move is drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))")
    return state_of(panel)


def key_that_moves(control):
    """The key that moves a focused control away from where it stands."""
    kind = control.evaluate("c => c.type")
    if kind == "checkbox":
        return "Space"
    at, last = control.evaluate(
        "c => [Number(c.value), c.type === 'range' ? Number(c.max) : c.options.length - 1]"
    )
    up, down = ("ArrowRight", "ArrowLeft") if kind == "range" else ("ArrowDown", "ArrowUp")
    return down if at == last else up


def move_by_keyboard(page, panel, axis):
    control = panel.query_selector_all("[data-axis]")[axis]
    control.focus()
    page.keyboard.press(key_that_moves(control))
    return drawn(page, panel)


def unfolded(page):
    """The page with everything open that folds away."""
    folded = page.query_selector_all("main details:not(.sm-numbers)")
    for details in [*folded, *page.query_selector_all(".sm-numbers")[:1]]:  # one long table will do
        details.evaluate("details => { details.open = true; }")
    page.wait_for_timeout(700)  # the theme fades what it unfolds
    return page


# ── Tables ──────────────────────────────────────────────────────────────────
TABLES = """() => {
  const folded = [...document.querySelectorAll('.sm-numbers')];
  folded.forEach((details) => { details.open = true; });
  return new Promise((done) => setTimeout(() => {
    done([...document.querySelectorAll('.sm-numbers .sm-scroll')].map((place) => place.innerHTML));
    folded.forEach((details) => { details.open = false; });
  }, 200));
}"""


def tables_by_script(page):
    """The tables under each figure as the script writes them, piece by piece."""
    return [Pieces(table).seen for table in page.evaluate(TABLES)]


class Pieces(HTMLParser):
    """The tags and texts of a piece of HTML, however they are spelt."""

    def __init__(self, html):
        super().__init__()
        self.seen = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, *attrs))

    def handle_endtag(self, tag):
        self.seen.append(f"/{tag}")

    def handle_data(self, data):
        self.seen.append(data)


def scrolled(html):
    """The tables under each figure as Python wrote them into the page `html`, likewise."""
    found = re.findall(
        r'(?s)<details class="sm-numbers".*?<div class="sm-scroll"[^>]*>(.*?)</div></details>', html
    )
    assert len(found) == html.count('class="sm-panel"')
    return [Pieces(table).seen for table in found]


# ── Nobody shut out ─────────────────────────────────────────────────────────
# What stands on many pages is judged in both widths and both colours by two looks, in all four
# when thorough.
two_corners = pytest.mark.parametrize(
    ("width", "mode"),
    [
        (390, "dark"), (1280, "light"),
        pytest.param(390, "light", marks=pytest.mark.thorough),
        pytest.param(1280, "dark", marks=pytest.mark.thorough),
    ],
)  # fmt: skip


class Allowed(NamedTuple):
    """A finding of the theme's own that we cannot mend; never one of ours."""

    rule: str
    part: str  # of the selector that axe prints
    reason: str


ALLOWED = [
    Allowed("region", "sidebar-primary", "the theme's logo stands outside its landmarks"),
    Allowed("region", "'.title'", "the same logo, by another name"),
]  # fmt: skip
# What is many times the same: words of coloured code, each of whose colours `test_gates` judges
# on one page, the further rows of a table of numbers, the marks of a figure, which bear no words,
# and the further entries of a room in the list of names. It is taken out while axe looks, for
# what is hidden or left to others axe still compares with every element.
ALIKE = """
.highlight pre, .sig span, .sm-numbers tr:nth-child(n+6), .sm-plot path, dl.py ~ dl.py ~ dl.py
"""
TAKEN_OUT = """alike => [...document.querySelectorAll(alike)].map(element => {
  const place = document.createComment('');
  element.replaceWith(place);
  return [place, element];
})"""
PUT_BACK = "taken => taken.reverse().forEach(([place, element]) => place.replaceWith(element))"


def findings(page, where=None):
    """What axe finds and nobody allowed, but for what is `ALIKE`: one line each, rule and selector.

    With `where`, axe's context, all that is there.
    """
    # Over HTTP it asks for the style sheets too; a page from a folder may ask for nothing.
    options = {"resultTypes": ["violations"], "preload": page.url.startswith("http")}
    taken = None if where else page.evaluate_handle(TAKEN_OUT, ALIKE)
    found = Axe().run(page, where, options).response["violations"]
    if taken:
        taken.evaluate(PUT_BACK)
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['html'][:120]}"
        for violation in found
        for node in violation["nodes"]
        if not any(
            violation["id"] == allowed.rule and allowed.part in str(node["target"]).lower()
            for allowed in ALLOWED
        )
    ]
