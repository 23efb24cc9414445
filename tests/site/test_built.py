"""The built site as files: what is there, what it weighs, and what would have stopped it."""

import gzip
import re

import pytest
import yaml

from scalemodel.stage.look import theme
from scalemodel.stage.site.extension import problems
from tests.conftest import ROOT, tool
from tests.site import gates
from tests.site.conftest import jupyter_book, write_book
from tests.site.reader import holds

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
PAGES = [TOC["root"], *(c["file"] for part in TOC["parts"] for c in part["chapters"])]

OURS = re.compile(r"scalemodel\.css|paper\.js|drawer\.js|sm-\w+\.(?:js|css)")


def gzipped(*paths):
    return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in paths)


# ── Examples ────────────────────────────────────────────────────────────────
def test_every_title_became_a_page_without_a_problem(site):
    assert problems(site, [f"{name}.html" for name in PAGES]) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_is(site, name):
    html = (site / f"{name}.html").read_text()
    assert re.search(r"<title>[^<]{5,}</title>", html) and '<html lang="en"' in html
    assert re.search(r'<meta name="description" content="[^"]{40,}"', html)


def test_the_start_page_leads_to_the_book(site):
    assert f"url={TOC['root']}.html" in (site / "index.html").read_text()


def test_only_pages_with_a_panel_load_its_script(site):
    for name in PAGES:
        html = (site / f"{name}.html").read_text()
        assert ('class="sm-panel"' in html) == (holds(html)[-2:] == ["theme", "page"])


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(site, name):
    assert gates.broken_links(site / f"{name}.html", site) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_number_is_written_as_people_write_it(site, name):
    assert gates.ill_numbers((site / f"{name}.html").read_text()) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_companys_page_wears_its_colour(site, name):
    folder = name.split("/")[1]
    company = folder if folder in theme.ACCENTS else None
    found = re.search(r'<html [^>]*data-company="(\w+)"', (site / f"{name}.html").read_text())
    assert (found[1] if found else None) == company


# ── Budgets ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", PAGES)
def test_a_page_weighs_at_most_120_kb(site, name):
    assert gzipped(site / f"{name}.html") <= 120_000


@pytest.mark.parametrize("name", PAGES)
def test_a_pages_own_scripts_and_styles_weigh_at_most_20_kb(site, name):
    loaded = re.findall(
        r'(?:src|href)="[^"]*_static/([\w-]+\.(?:js|css))', (site / f"{name}.html").read_text()
    )
    names = [each for each in dict.fromkeys(loaded) if OURS.fullmatch(each)]
    files = [site / "_static" / each for each in names]
    assert {"scalemodel.css", "paper.js", "drawer.js"} <= set(names) and gzipped(*files) <= 20_000
    assert not [path for path in files if "/*" in path.read_text()], "a comment travels along"


def test_the_typefaces_weigh_at_most_120_kb(site):
    fonts = list((site / "_static/vendor/fonts").iterdir())
    assert fonts and sum(path.stat().st_size for path in fonts) <= 120_000


def test_what_a_page_brings_for_a_readers_python_weighs_at_most_half_a_megabyte(site):
    brought = list((site / "_static/python/book").rglob("*.js"))
    assert brought and max(path.stat().st_size for path in brought) <= 500_000


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_build_with_a_dead_widget_or_a_foreign_image_fails(tmp_path):
    write_book(
        tmp_path / "source",
        {
            "widget": "# A widget\n\n```{code-cell} ipython3\nimport ipywidgets\nipywidgets.IntSlider()\n```\n",
            "foreign": "# An image\n\n![From elsewhere](https://pictures.example/a.png)\n",
        },
    )
    done = jupyter_book(tmp_path / "source", tmp_path)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "a live widget is dead on a page: use explore(...)" in said
    assert "foreign.html loads https://pictures.example/a.png from another host" in said


BROKEN = "# Broken\n\n```{code-cell} ipython3\n1 / 0\n```\n"
SOUND = "# Sound\n\n```{code-cell} ipython3\n1\n```\n"


def test_a_chapter_that_fails_stops_the_build_with_its_traceback_in_sight(
    tmp_path, monkeypatch, capfd
):
    write_book(tmp_path, {"broken": BROKEN, "sound": SOUND})
    (tmp_path / "requirements.txt").touch()
    book = tool("book")
    monkeypatch.setattr(book, "ROOT", tmp_path)
    assert book.build_site(tmp_path, tmp_path / "_build") == 1
    said = re.sub(r"\x1b\[[\d;]*m", "", capfd.readouterr().err)  # the traceback is coloured
    assert "broken.md fails where it is executed" in said and "sound.md" not in said
    assert "----> 1 1 / 0" in said and "ZeroDivisionError" in said
    assert not (tmp_path / "_build" / "html").exists()


@pytest.mark.thorough
def test_a_build_that_executes_by_itself_fails_likewise(tmp_path):
    write_book(tmp_path / "source", {"broken": BROKEN})
    done = jupyter_book(tmp_path / "source", tmp_path)
    assert done.returncode != 0 and "ZeroDivisionError" in done.stdout + done.stderr


def test_a_class_build_executes_no_solution():
    execute, pair = tool("execute"), tool("pair")
    chapter = next(
        c for c in pair.chapter_files(ROOT / "book") if "{solution-start}" in c.read_text()
    )
    whole, cut = (execute.as_the_site_reads(chapter, for_class) for for_class in (False, True))
    assert len(cut.cells) < len(whole.cells)
