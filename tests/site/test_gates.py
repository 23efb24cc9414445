"""The gates that a page must pass: nobody shut out, and nobody made to wait.

Accessibility is judged by axe-core in the browser, in both colour modes and at two
widths. What a page weighs is what the browser really asked for, each file gzipped.
"""

import gzip
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.conftest import Visitor
from tests.site.test_browser import panels_of
from tests.site.test_built import PAGES

PROSE_BYTES = 350_000  # a page without formulas and panels, first visit
CHAPTER_BYTES = 1_300_000  # a page with both
WOFF2 = ".woff2"  # compressed already


class Allowed(NamedTuple):
    """A finding of the theme's own that we cannot mend; never one of ours."""

    rule: str
    part: str  # of the selector that axe prints
    reason: str


ALLOWED = [
    Allowed("region", "sidebar-primary", "the theme's logo stands outside its landmarks"),
    Allowed("region", "'.title'", "the same logo, by another name"),
]  # fmt: skip


def findings(page):
    """What axe finds and nobody allowed: one line each, rule and selector."""
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['html'][:120]}"
        for violation in found
        for node in violation["nodes"]
        if not any(
            violation["id"] == allowed.rule and allowed.part in str(node["target"]).lower()
            for allowed in ALLOWED
        )
    ]


# A page is opened once in each mode, on a phone; the last test that looks at it makes it wide.
@pytest.fixture(scope="module")
def looked_at(request, site, browser, serve):
    """The visitor of a page on a phone, in light or dark, every panel drawn."""
    name, mode = request.param
    visitor = Visitor(
        browser, serve(site), viewport={"width": 390, "height": 844}, color_scheme=mode,
        reduced_motion="reduce",
    )  # fmt: skip
    panels_of(visitor.open(f"{name}.html"))
    yield visitor
    visitor.context.close()


def looks(*reference_modes):
    """Every page in light and in dark; of the long lists of reference, all made alike, these."""
    rows = [
        (name, mode)
        for name in PAGES
        for mode in (reference_modes if "/api/" in name else ("light", "dark"))
    ]
    return pytest.mark.parametrize("looked_at", rows, ids="-".join, indirect=True)


@looks("light", "dark")
def test_a_phone_never_scrolls_sideways(looked_at):
    page = looked_at.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for panel in page.query_selector_all(".sm-panel"):
        assert panel.evaluate("p => p.scrollWidth <= p.clientWidth + 1")
    assert looked_at.faults == []


@looks("light")
def test_nobody_with_a_phone_is_shut_out(looked_at):
    assert findings(unfolded(looked_at.page)) == []


@looks("dark")
def test_nobody_at_a_desk_is_shut_out(looked_at):
    looked_at.page.set_viewport_size({"width": 1280, "height": 844})
    assert findings(unfolded(looked_at.page)) == []


def unfolded(page):
    """The page with everything open that folds away."""
    folded = page.query_selector_all("main details:not(.sm-numbers)")
    for details in [*folded, *page.query_selector_all(".sm-numbers")[:1]]:  # one long table will do
        details.evaluate("details => { details.open = true; }")
    page.wait_for_timeout(700)  # the theme fades what it unfolds
    return page


def test_the_gate_sees_what_is_wrong(serve, visit, tmp_path):
    (tmp_path / "bad.html").write_text(
        '<!doctype html><html lang="en"><title>Bad</title><main><h1>Bad</h1><input>'
        '<p style="color:#aaa;background:#fff">Too pale to read.</p></main></html>'
    )
    found = findings(visit(serve(tmp_path)).open("bad.html"))
    assert {line.split(":")[0] for line in found} == {"label", "color-contrast"}


# ── Bytes ───────────────────────────────────────────────────────────────────
def weigh(site, home, visitor, name):
    """Bytes of each file that a visitor's browser asks for, gzipped as a server would."""
    asked = set()
    visitor.page.on("request", lambda request: asked.add(request.url))
    panels_of(visitor.open(f"{name}.html"))
    visitor.page.wait_for_load_state("networkidle")
    weights = {}
    for url in asked:
        if url.startswith(home):
            path = Path(site) / unquote(urlsplit(url).path).lstrip("/")
            content = path.read_bytes()
            packed = path.suffix == WOFF2
            weights[path.name] = len(content if packed else gzip.compress(content, mtime=0))
    return weights


@pytest.mark.parametrize("name", PAGES)
def test_a_first_visit_is_light(site, serve, visit, name):
    home = serve(site)
    weights = weigh(site, home, visit(home), name)
    heavy = {"plotly.min.js", "tex-chtml.js"} & set(weights)
    assert sum(weights.values()) <= (CHAPTER_BYTES if heavy else PROSE_BYTES), weights
    formulas = 'class="math' in (site / f"{name}.html").read_text()
    assert ("tex-chtml.js" in weights) == formulas  # a quarter of a megabyte
