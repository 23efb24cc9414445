"""What a built site must be: each fault is found and named."""

import pytest

from scalemodel.stage.site import extension
from scalemodel.stage.site.extension import PanelRenderer, of_company, problems

CLEAN = '<link rel="stylesheet" href="a.css"><img src="data:image/png;base64,AA"><a href="https://other.example">x</a>'


@pytest.fixture
def site(tmp_path):
    (tmp_path / "a.css").write_text("body { color: red }")
    (tmp_path / "index.html").write_text(CLEAN)
    return tmp_path


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_clean_site_has_no_problem_and_links_may_lead_out(site):
    assert problems(site, ["index.html"]) == []


def test_a_companys_page_is_marked_and_no_other():
    page = '<!DOCTYPE html>\n<html lang="en"><p>&lt;html </p>'
    assert of_company(page, "book") == page
    assert of_company(page, "uber").count('<html lang="en" data-company="uber">') == 1


@pytest.mark.parametrize(
    "place, alone",
    [("youtube/upload/chunks.css", True), ("foundations/cache.css", True),
     ("youtube/game.css", False), ("panel/page.css", False)],
)  # fmt: skip
def test_which_styles_go_with_their_own_pages_alone(place, alone):
    assert extension._is_a_companys(extension.STAGE / place) is alone


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("html", "words"),
    [
        (
            '<script src="https://cdn.example/a.js"></script>',
            "loads https://cdn.example/a.js from another host",
        ),
        ('<script defer src="//cdn.example/a.js"></script>', "from another host"),
        ('<link rel="preload" href="https://fonts.example/f.woff2">', "from another host"),
        ("<iframe src='https://video.example/1'></iframe>", "from another host"),
        ('<img alt="" src="missing.png">', "loads missing.png, which does not exist"),
        ("<pre>Traceback (most <b>recent</b> call last)</pre>", "shows a traceback"),
        (
            '<script type="application/vnd.jupyter.widget-view+json">{}</script>',
            "holds a live widget",
        ),
    ],
)
def test_each_fault_of_a_page_is_named(site, html, words):
    (site / "page.html").write_text(html)
    (line,) = problems(site, ["index.html"])
    assert line.startswith("page.html ") and words in line


@pytest.mark.parametrize(
    "css", ["@import 'https://x.example/a.css';", "b { background: url(//x.example/i.png) }"]
)
def test_a_style_sheet_that_asks_elsewhere_is_named(site, css):
    (site / "a.css").write_text(css)
    assert "a.css loads" in problems(site, [])[0]


def test_a_page_that_was_not_built_is_named(site):
    assert problems(site, ["index.html", "gone.html"]) == ["gone.html was not built"]


def test_html_comes_before_a_widget_and_a_widget_is_noticed():
    order = {mime: rank for _, mime, rank in PanelRenderer.mime_priority_overrides}
    assert (
        order["application/vnd.jupyter.widget-view+json"] < order["application/vnd.plotly.v1+json"]
    )
