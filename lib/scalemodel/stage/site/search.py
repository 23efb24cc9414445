"""What the search knows beside Sphinx's index: the words of each page, and the field's names.

Sphinx finds a page by a word and cannot say how much the page is about it; so a list of names
comes before the chapter that explains them. Here is what pages say, section by section, for the
script `search.js` to weigh and to quote. A page opened from a folder may fetch nothing, so the
texts travel in the index, which only the search loads.

Left out: the reference, whose names Sphinx finds; code, pictures and the numbers of panels.
Sources: Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond", 2009.
"""

__all__ = [
    "MARK", "NAMES", "SKIPPED", "SKIPPED_CLASSES", "TABLES", "VOID", "kind_of", "parts_of", "write",
]  # fmt: skip
__dir__ = lambda: __all__

import json
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from scalemodel.stage.look import theme
from scalemodel.stage.reading import glossary

NAMES = "book/api/"  # pages that are lists of names; Sphinx's index serves them
TABLES = ("book/glossary", "book/notation")  # the glossary's rows are found one by one
MARK = "\nscalemodelSearch="
SKIPPED = {"script", "style", "pre", "svg", "button", "nav", "textarea", "select", "noscript"}
SKIPPED_CLASSES = {
    "sm-numbers",
    "sm-scroll",
    "sm-tip",
    "headerlink",
    "math",
    "sm-live",
    "sm-controls",
}
VOID = {"br", "img", "input", "hr", "meta", "link", "source", "wbr", "col"}


def write(site: Path, pages: Iterable[str], table: Path, anchors: dict[str, str]) -> None:
    """Adds the words of `pages` to the search index of `site`, and the glossary at `table`.

    `anchors` are the places of the glossary's terms on its page. A second time changes nothing.

    >>> import tempfile
    >>> site = Path(tempfile.mkdtemp())
    >>> _ = (site / "searchindex.js").write_text("Search.setIndex({})")
    >>> _ = (site / "a.html").write_text("<article><h1>A bus</h1><p>It comes.</p></article>")
    >>> write(site, ["a"], site / "none.yml", {})
    >>> (site / "searchindex.js").read_text().partition(MARK)[2]
    '{"pages":[["a",1,[["","A bus","It comes."]]]],"terms":[]}'
    """
    told = {
        "pages": [
            [name, kind_of(name), parts_of((site / f"{name}.html").read_text("utf-8"))]
            for name in sorted(pages)
            if not name.startswith((NAMES, *TABLES))
        ],
        "terms": [
            [term.term, anchors.get(term.term.lower(), ""), glossary.plain(term.means), term.others]
            for term in (glossary.read(table)[0] if table.is_file() else [])
        ],
    }
    index = site / "searchindex.js"
    text = index.read_text("utf-8").partition(MARK)[0]
    told = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    index.write_text(f"{text}{MARK}{told}", "utf-8")


def kind_of(name: str) -> int:
    """What the page called `name` is: 2 for a chapter, 0 for the sources, 1 for others.

    >>> [kind_of(f"book/{page}") for page in ("youtube/abr", "foundations/queues", "how-to", "bibliography")]
    [2, 2, 1, 0]
    """
    folder = name.rpartition("/")[0].rpartition("/")[2]
    return 2 if folder in theme.ACCENTS else int(not name.endswith("bibliography"))


def parts_of(html: str) -> list[list[str]]:
    """The sections of a page: the anchor, the title and the words of each, code left out.

    >>> parts_of('<article><section id="x"><h1>Buses<a class="headerlink">#</a></h1>'
    ...          '<p>One <b>comes</b>.</p><pre>x = 1</pre></section></article>')
    [['x', 'Buses', 'One comes.']]
    """
    article = re.search(r"(?s)<article\b.*</article>", html)
    reader = _Reader()
    reader.feed(article[0] if article else "")
    found = [[anchor, _line(title), _line(words)] for anchor, title, words in reader.parts]
    return [part for part in found if part[1] or part[2]]


def _line(pieces):
    return re.sub(r"\s+([.,;:?])", r"\1", " ".join("".join(pieces).split()))


class _Reader(HTMLParser):
    """Collects what is read, by section."""

    def __init__(self):
        super().__init__()
        self.parts, self.skipping, self.heading = [["", [], []]], [], False

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        classes = set((attrs.get("class") or "").split())
        if tag in VOID:
            return
        if self.skipping or tag in SKIPPED or classes & SKIPPED_CLASSES:
            self.skipping.append(tag)
        elif tag == "section" and "id" in attrs:
            self.parts.append([attrs["id"], [], []])
        self.heading = self.heading or (tag in ("h1", "h2", "h3") and not self.skipping)
        self._put(" " if tag not in ("b", "i", "em", "strong", "span", "a", "code", "sup") else "")

    def handle_endtag(self, tag):
        if self.skipping:
            self.skipping.pop()
        elif tag in ("h1", "h2", "h3"):
            self.heading = False

    def handle_data(self, data):
        if not self.skipping:
            self._put(data)

    def _put(self, text):
        self.parts[-1][1 if self.heading else 2].append(text)
