"""The gates themselves: each sees what it is there for."""

import re

import pytest

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
    visitor.open("asks.html").wait_for_load_state("networkidle")
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
