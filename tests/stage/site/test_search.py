"""What the search knows of a page: its sections, without what is not read."""

import json

from sphinx.search import js_index

from scalemodel.stage.site import search
from scalemodel.stage.site.extension import SEARCH_TOOLS, mend_search, restore_search

PAGE = """<nav>Around</nav><article class="bd-article">
<section id="buses"><h1>Buses<a class="headerlink" href="#">#</a></h1><p>One <b>comes</b>, late.</p>
<div class="highlight"><pre>x = 1</pre></div><script>{"a": 1}</script><br>
<section id="trams"><span id="t"></span><h2>Trams</h2><p>None<sup>1</sup>.<img src="a.png"> At all.</p>
<figure class="sm-panel"><p class="sm-title">How many?</p><div class="sm-controls"><label>n</label></div>
<details class="sm-numbers"><div><table><tr><td>7</td></tr></table></div></details><p>Seven.</p></figure>
</section></section></article>"""


def test_a_page_is_its_sections_without_code_controls_and_numbers():
    assert search.parts_of(PAGE) == [
        ["buses", "Buses", "One comes, late."],
        ["trams", "Trams", "None1. At all. How many? Seven."],
    ]
    assert search.parts_of("<p>No article</p>") == []


def test_the_index_gets_pages_but_no_lists_and_each_word_with_its_other_names(tmp_path):
    for name in (
        "book/youtube/abr",
        "book/api/core",
        "book/glossary",
        "book/notation",
        "book/how-to",
    ):
        path = tmp_path / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE)
    names = ["book/how-to", "book/youtube/abr", "book/api/core", "book/glossary", "book/notation"]
    table = tmp_path / "glossary.yml"
    table.write_text("terms: [{term: Bus, also: 'coach, omnibus', means: A *car*.}]\nnotation: []")
    (tmp_path / "searchindex.js").write_text("Search.setIndex({})")
    for _ in range(2):  # a second build changes nothing
        search.write(tmp_path, names, table, {"bus": "term-Bus"})
        index, _, told = (tmp_path / "searchindex.js").read_text().partition(search.MARK)
        told = json.loads(told)
        assert index == "Search.setIndex({})"
        assert [page[:2] for page in told["pages"]] == [["book/how-to", 1], ["book/youtube/abr", 2]]
        assert told["terms"] == [["Bus", "term-Bus", "A car.", ["coach", "omnibus"]]]


def test_sphinx_reads_its_index_again_where_one_page_has_changed(tmp_path):
    """Else a second build, after an edit to a text, ends with a warning and no book."""
    (tmp_path / "_static").mkdir()
    told = {"docnames": ["a"], "terms": {"bus": 0, "__proto__": 0}}
    index = tmp_path / "searchindex.js"
    index.write_text(js_index.dumps(told))
    (tmp_path / "_static" / "searchtools.js").write_text("".join(SEARCH_TOOLS))
    (tmp_path / "a.html").write_text(PAGE)
    mend_search(tmp_path)
    search.write(tmp_path, ["a"], tmp_path / "none.yml", {})
    assert not index.read_text().endswith(js_index.SUFFIX)
    for _ in range(2):
        restore_search(tmp_path)
        assert js_index.loads(index.read_text()) == told
