"""Every page, opened twice: at a desk from a folder, and on a phone over HTTP; lists of names once.

All tests of a look share one visit, those that only look before those that move. Two looks
differ in width, address and colours; the accessibility of a page is judged in one, which
turns from page to page through all four corners of width and colours, so that `make test`
sees each corner of some chapter. `make thorough` adds three looks, one of them at a width between
the two, and judges in all. A page whose source differs from BASE is seen at that width, and walked
through all its states, in `make test`, too; where no base is known, two pages drawn by the day.
"""

import gzip
import os
import random
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import TimeoutError

from scalemodel.stage.look import theme
from tests.conftest import tool
from tests.site import gates
from tests.site.reader import (
    findings,
    move_by_keyboard,
    panels_of,
    scrolled,
    state_of,
    tables_by_script,
    unfolded,
)  # fmt: skip
from tests.site.test_built import PAGES

DESK, PHONE, NARROW, BETWEEN = 1280, 390, 320, 800  # px wide
HIGH = {DESK: 800, PHONE: 844, BETWEEN: 1100}  # px
LONGEST = 14_000  # px from a chapter's title to its end, on a desk
TO_WRITE = 700  # px more where a reader writes Python: a screen to work at, not to read
FIRST_PICTURE_MS = 1000  # also on a phone four times slower
PROSE_BYTES = 350_000  # a page without formulas and panels, first visit
CHAPTER_BYTES = 1_300_000  # a page with both
WOFF2 = ".woff2"  # compressed already

CHAPTERS = [name for name in PAGES if name.count("/") == 2 and name.split("/")[1] in theme.ACCENTS]
INTERACTIVE = [*CHAPTERS, PAGES[0]]
DIFFERING = tool("scope").pages(os.environ.get("BASE") or "origin/main")
if DIFFERING is None:
    DIFFERING = random.Random(date.today().toordinal()).sample(CHAPTERS, 2)
# Pages of running text; the others are lists to look things up in, too short of lines to count.
READ_THROUGH = [
    *CHAPTERS, *(name for name in PAGES if name.count("/") == 1 and name.split("/")[1] not in
                 ("glossary", "notation", "bibliography", "offline"))
]  # fmt: skip

# The number of characters on each line of the article's paragraphs, but for the last lines.
LINES = """() => {
  const counts = [];
  for (const p of document.querySelectorAll('.bd-article section > p')) {
    const lines = new Map();
    const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (let n = 0; n < node.length; n += 1) {
        const range = document.createRange();
        range.setStart(node, n);
        range.setEnd(node, n + 1);
        const box = range.getBoundingClientRect();
        const line = Math.round((box.top + box.bottom) / 20);
        lines.set(line, (lines.get(line) ?? 0) + 1);
      }
    }
    counts.push(...[...lines.values()].slice(0, -1));
  }
  return counts;
}"""

# What is wider than its place, but for code, formulas, tables and the numbers of a figure: these
# scroll.
TOO_WIDE = """() => [...document.querySelectorAll('.sm-panel, .bd-article *')].filter((part) =>
  part.scrollWidth > part.clientWidth + 1
  && (part.matches('.sm-panel') || /auto|scroll/.test(getComputedStyle(part).overflowX))
  && !part.matches(':has(> .sm-table)')
  && !part.closest('pre, mjx-container, .sm-scroll')).map((part) => part.outerHTML.slice(0, 200))"""

# Words of a table that go on in another line, but for those that have a hyphen there.
BROKEN_WORDS = """() => {
  const broken = [], range = document.createRange();
  for (const cell of document.querySelectorAll('.sm-table :is(th, td)')) {
    for (const node of cell.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE) continue;
      for (const word of node.data.matchAll(/[^\\s\u2010-\u2014-]+/g)) {
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const tops = [...range.getClientRects()].filter((box) => box.width).map((box) => Math.round(box.top));
        if (new Set(tops).size > 1) broken.push(word[0]);
      }
    }
  }
  return broken;
}"""

# Pairs of numbers that stand on each other at one axis of a figure.
CROWDED = """() => {
  const crowded = [];
  for (const axis of document.querySelectorAll('.xaxislayer-above, .yaxislayer-above')) {
    const ticks = [...axis.querySelectorAll('text')].map((t) => [t.textContent, t.getBoundingClientRect()]);
    ticks.forEach(([text, a], n) => {
      for (const [other, b] of ticks.slice(n + 1)) {
        const [wide, high] = [["left", "right"], ["top", "bottom"]].map(
          ([from, to]) => Math.min(a[to], b[to]) - Math.max(a[from], b[from]));
        if (wide > 1 && high > 4) crowded.push(`${text} on ${other}`);
      }
    });
  }
  return crowded;
}"""


# ── Looks ───────────────────────────────────────────────────────────────────
class Look(NamedTuple):
    """How a page is opened."""

    width: int
    mode: str
    scheme: str

    def other(self):
        """The same width, in the other colours and from the other address."""
        mode = {"light": "dark", "dark": "light"}[self.mode]
        return Look(self.width, mode, {"http": "file", "file": "http"}[self.scheme])


def looks_of(name):
    """Five looks at a page: which is judged, its fellow, the two others of either, one between."""
    corner = [page for page in PAGES if (page in CHAPTERS) == (name in CHAPTERS)].index(name) % 4
    mode, other = ("light", "dark") if corner < 2 else ("dark", "light")
    if corner % 2:
        pair = Look(DESK, mode, "file"), Look(PHONE, other, "http")
    else:
        pair = Look(PHONE, mode, "http"), Look(DESK, other, "file")
    return [*pair, *(look.other() for look in pair), pair[0]._replace(width=BETWEEN)]


def look_at(pages, width=None, at_once=2):
    """`pages`, each in every look, of that `width` if given; the first `at_once` in `make test`.

    Of a room's list of names the first alone: it is long, and like the next room's. Of a page
    that differs from the base also the one between.
    """
    most = lambda name: 1 if name.startswith("book/api/") else at_once
    soon = lambda name, look, n: n < most(name) or (look.width == BETWEEN and name in DIFFERING)
    rows = [
        pytest.param(
            (name, look),
            id="-".join([name, *map(str, look)]),
            marks=[pytest.mark.thorough] * (not soon(name, look, n)),
        )
        for name in pages
        for n, look in enumerate(looks_of(name))
        if width in (None, look.width)
    ]
    return pytest.mark.parametrize("opened", rows, indirect=True)


@pytest.fixture(scope="module")
def opened(request, site, visitors, serve):
    """The visitor of a page, every panel drawn, and what its browser asked for until then."""
    name, look = request.param
    with visitors(
        serve(site) if look.scheme == "http" else site.as_uri(),
        viewport={"width": look.width, "height": HIGH[look.width]}, color_scheme=look.mode,
        reduced_motion="reduce" if look.width == PHONE else "no-preference",
    ) as visitor:  # fmt: skip
        for _ in range(5):  # a browser that has just started, or a busy machine, may be late
            page = visitor.open(f"{name}.html")
            if gates.own_typefaces(page):
                break
        visitor.told_too_soon = gates.told_too_soon(page)
        panels_of(page)
        gates.come_to_rest(page)
        visitor.shifts = gates.shifts(visitor.page)
        visitor.name, visitor.first_visit = name, set(visitor.asked)
        yield visitor


def test_every_corner_is_seen_by_a_chapter():
    judged = {(look.width, look.mode) for look, *_ in map(looks_of, CHAPTERS)}
    assert len(judged) == min(4, len(CHAPTERS)) == 4


# ── What is seen ────────────────────────────────────────────────────────────
@look_at(PAGES)
def test_a_page_asks_nobody_and_complains_of_nothing(opened):
    assert opened.faults == []


@look_at(PAGES)
def test_a_first_visit_is_light(opened, site):
    weights = weights_of(opened, site)
    heavy = {"plotly.min.js", "tex-chtml.js"} & set(weights)
    assert sum(weights.values()) <= (CHAPTER_BYTES if heavy else PROSE_BYTES), weights
    formulas = 'class="math' in (site / f"{opened.name}.html").read_text()
    assert ("tex-chtml.js" in weights) == formulas  # a quarter of a megabyte


def weights_of(visitor, site):
    """Bytes of each file that a visitor's browser asked for, gzipped as a server would."""
    paths = [
        Path(site) / unquote(urlsplit(url.removeprefix(visitor.home)).path).lstrip("/")
        for url in visitor.first_visit
        if url.startswith(visitor.home)
    ]
    return {path.name: weight(path) for path in paths}


@lru_cache
def weight(path):
    content = path.read_bytes()
    return len(content if path.suffix == WOFF2 else gzip.compress(content, mtime=0))


@look_at(PAGES)
def test_a_page_is_set_in_its_own_typefaces_and_waits_for_no_font_of_icons(opened):
    page = opened.page
    assert {"Source Serif 4", "Source Sans 3"} <= set(gates.own_typefaces(page))
    assert "Awesome" not in page.evaluate(
        "[...document.fonts].filter(face => face.status === 'loaded').map(face => face.family).join()"
    )
    signs = "i => getComputedStyle(i, '::before').maskImage"
    for sign in page.query_selector_all(".fa-solid, .fas"):
        assert "svg" in sign.evaluate(signs), sign.get_attribute("class")


@look_at(READ_THROUGH, width=DESK)
def test_a_line_of_text_has_65_to_75_characters(opened):
    """Measured on whole lines: the last of a paragraph is short, and one alone is no measure."""
    counts = opened.page.evaluate(LINES)
    assert len(counts) >= 5 and 65 <= sum(counts) / len(counts) <= 75


@look_at(CHAPTERS)
def test_no_two_numbers_of_an_axis_stand_on_each_other(opened):
    assert opened.page.evaluate(CROWDED) == []


@look_at(CHAPTERS)
def test_the_numbers_of_a_figure_are_written_as_people_write_them(opened):
    assert gates.ill_ticks(opened.page) == []


@look_at(PAGES)
def test_a_page_keeps_its_place_while_it_loads(opened):
    assert sum(value for value, _ in opened.shifts) <= gates.MOST_SHIFT, opened.shifts


@look_at(INTERACTIVE)
def test_no_answer_is_told_before_the_guess_and_every_one_after_it(opened):
    assert opened.told_too_soon == [] and gates.still_covered(opened.page) == []


@look_at(CHAPTERS, width=DESK)
def test_a_chapter_is_not_too_long(opened):
    longest = LONGEST + TO_WRITE * (opened.page.locator(".sm-code").count() > 0)
    assert opened.page.evaluate("document.documentElement.scrollHeight") <= longest


@look_at(INTERACTIVE, width=DESK)
def test_a_panel_fits_the_screen(opened):
    assert gates.tall_panels(opened.page) == []


@look_at(INTERACTIVE, width=PHONE)
def test_a_phone_shows_controls_or_readings_beside_the_picture(opened):
    assert gates.lost_panels(opened.page) == []


@look_at(INTERACTIVE, width=PHONE)
def test_the_words_in_a_picture_can_be_read_on_a_phone(opened):
    assert gates.small_letters(opened.page) == []
    assert gates.cut_letters(opened.page) == []


@look_at(PAGES, width=PHONE)
def test_a_phone_never_scrolls_sideways(opened):
    page = opened.page
    for width in (NARROW, PHONE):  # and so it is again as it was
        page.set_viewport_size({"width": width, "height": 844})
        with suppress(TimeoutError):  # plotly draws anew a moment later
            page.wait_for_function(f"({TOO_WIDE})().length === 0", timeout=20_000)
        assert page.evaluate(TOO_WIDE) == page.evaluate(BROKEN_WORDS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@look_at(PAGES, at_once=1)
def test_nobody_is_shut_out(opened):
    before = list(opened.faults)
    found = findings(unfolded(opened.page))
    opened.faults[:] = before  # axe looks for style sheets where there are none
    assert found == []


# ── What is moved ───────────────────────────────────────────────────────────
@look_at(PAGES)
def test_the_script_writes_the_same_table_as_python(opened, site):
    by_python = scrolled((site / f"{opened.name}.html").read_text(encoding="utf-8"))
    assert tables_by_script(opened.page) == by_python


@look_at(PAGES)
def test_every_control_moved_by_keyboard_changes_what_is_shown(opened):
    page = opened.page
    for panel in panels_of(page):
        for axis in range(len(panel.query_selector_all("[data-axis]"))):
            before = state_of(panel)
            after = move_by_keyboard(page, panel, axis)
            assert after["at"] != before["at"], f"control {axis} did not move"
            changed = (after["data"], after["readings"]) != (before["data"], before["readings"])
            assert changed, f"control {axis} is dead"
    assert opened.faults == []


@look_at(INTERACTIVE)
def test_a_keyboard_soon_reaches_the_first_control(opened):
    assert gates.stops_to_first_control(opened.page) <= gates.MOST_STOPS


@look_at(PAGES, at_once=1)
def test_every_control_does_something_where_a_hand_reaches_it(opened):
    """The theme's, too; last, for it leaves the page in disorder."""
    assert gates.dead_controls(opened.page) == []
    assert opened.faults == []


# ── All states, and a slow machine ──────────────────────────────────────────
walked = pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n in DIFFERING else pytest.mark.thorough) for n in INTERACTIVE],
)


@walked
def test_every_state_is_drawn_at_once(site, visit, name):
    """A state that was slow is drawn again: the least is what it takes, the rest is the machine's."""
    page = visit(site.as_uri(), viewport={"width": DESK, "height": HIGH[DESK]}).open(f"{name}.html")
    for panel in panels_of(page):
        slow = {
            s: ms for s, ms in gates.redraws_ms(page, panel).items() if ms > gates.MOST_REDRAW_MS
        }
        for _ in range(3 if slow else 0):
            again = gates.redraws_ms(page, panel)
            slow = {s: min(ms, again.get(s, ms)) for s, ms in slow.items()}
        assert {s: ms for s, ms in slow.items() if ms > gates.MOST_REDRAW_MS} == {}


YARD = """() => {
  const began = performance.now();
  let sum = 0;
  for (let n = 0; n < 2e7; n++) sum += n % 7;
  return sum && performance.now() - began;
}"""
YARD_MS = 190  # on two free cores, four times slowed


@walked
def test_a_slow_phone_shows_the_first_picture_within_a_second(site, visit, name):
    """The least of some openings is what the page takes; the rest is the machine's."""
    visitor = visit(site.as_uri(), apart=True, viewport={"width": PHONE, "height": HIGH[PHONE]})
    slow = visitor.context.new_cdp_session(visitor.page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    took = []
    while len(took) < 12 and min(took, default=2) > 1:
        visitor.page.goto("about:blank")
        before = visitor.page.evaluate(YARD)
        took_ms = gates.first_picture_ms(visitor.open(f"{name}.html"))
        busy = (
            max(before, visitor.page.evaluate(YARD)) / YARD_MS
        )  # with something else, by a factor
        took.append(took_ms / max(1.0, busy) / FIRST_PICTURE_MS)
    assert min(took) <= 1, took
