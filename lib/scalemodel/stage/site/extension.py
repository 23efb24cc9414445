"""The Sphinx extension that makes the site stand alone.

It puts the panels' script on the pages that have a panel, draws bare plotly
figures through the same script, takes out whatever the theme would fetch from
elsewhere, and refuses to finish a build that a reader could not use.

Left out: executing and styling the pages, which Jupyter Book and the theme do.
Sources: the Sphinx event reference; MyST-NB's mime renderer plugins.
"""

__all__ = [
    "FETCHED", "FIRST_LOOK", "FIRST_SCRIPTS", "LIVE_WIDGET", "MATHS", "NOT_TEXT", "OUTDATED_ROLES",
    "PANEL_SCRIPTS", "PLOTLY_FIGURE", "REMOVED", "SEARCH_INDEX", "SEARCH_PAGE", "SEARCH_SCRIPT",
    "SEARCH_TOOL", "SEARCH_TOOLS", "SOURCE_MAP", "STAGE", "STYLES", "STYLE_URL", "TOOLTIPS",
    "TOUCHED", "TRACEBACK", "UNWANTED", "UPPER_HEADER", "WINGS", "PanelRenderer", "before_all",
    "bundle", "finish", "folders_of", "lead_to_panel", "logger", "mend_search", "minify_assets",
    "of_company", "own_assets", "problems", "read_again_after_an_edit", "restore_search",
    "reuse_executions", "scripts_of", "setup", "tidy_page", "tie_numbers", "write_styles",
]  # fmt: skip
__dir__ = lambda: __all__

import hashlib
import json
import os
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import rcssmin
import rjsmin
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util import logging

from scalemodel.core import units
from scalemodel.core.compiled import source_digest
from scalemodel.stage.look import theme
from scalemodel.stage.panel import page
from scalemodel.stage.python import desk
from scalemodel.stage.site import markup, search
from scalemodel.stage.views.kinds import kinds_in

STAGE = Path(__file__).parents[1]
PANEL_SCRIPTS = ("theme.js", "page.js")  # on pages with a panel, in this order
SEARCH_TOOL = "search.js"  # on the search page alone
STYLES = "scalemodel.css"  # all of ours in one file, which weighs less than many
WINGS = (
    "look",
    "views",
    "panel",
    "reading",
    "site",
    "youtube",
)  # small, and together smaller
# A part of the theme that asks another host, and looks that ours replace.
UNWANTED = ("thebe", "THEBE", "exercise.css")
MATHS = ("MathJax", "mathjax")  # for pages with formulas
SEARCH_PAGE = "search.html"
SEARCH_SCRIPT = r'<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>'
REMOVED = (
    r'<script defer src="[^"]*fontawesome\.js[^"]*"></script>',
    r'<link rel="preload"[^>]*fontawesome\.js[^>]*>',
    r'<script type="text/x-thebe-config">.*?</script>\s*<script>kernelName = .*?</script>',
)
# The theme wires the first button of each kind: never one in its upper header, which we hide.
UPPER_HEADER = re.compile(r'(?s)(<header id="pst-header"[^>]*>).*?(</header>)')
# A tip of the theme's stays after a tap and lies on its neighbours; a title does not.
TOOLTIPS = re.compile(r'\s+data-bs-(?:toggle="tooltip"|placement="\w+")')
# What a reader may touch, in the order in which a page has them.
TOUCHED = re.compile(r'<\w+ class="sm-(?:moving|predict|panel)"')
# Roles that docutils writes and browsers' accessibility trees no longer know.
OUTDATED_ROLES = re.compile(r' role="(?:doc-biblioentry|doc-backlink|list(?=" class="citation))"')
LIVE_WIDGET = "application/vnd.jupyter.widget-view+json"
PLOTLY_FIGURE = "application/vnd.plotly.v1+json"

# At a first visit the theme has neither mode nor colours until its scripts have come: it complains
# on the console, and the page is painted without them first, and then jumps.
FIRST_LOOK = {
    'localStorage.getItem("mode") || ""': 'localStorage.getItem("mode") || "auto"',
    'localStorage.getItem("theme") || ""': 'localStorage.getItem("theme") || '
    '(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")',
}
# Before the theme's first, which stands in the page and trusts the browser; so do these, too.
FIRST_SCRIPTS = ("storage.js", "fonts.js")
# Sphinx looks words up in plain objects, where "constructor" and "__proto__" always stand.
SEARCH_TOOLS = {
    **{f"files: {table}[word]": f"files: {table}.hasOwnProperty(word) ? {table}[word] : undefined"
       for table in ("terms", "titleTerms")},
    "scoreMap.set(file, {})": "scoreMap.set(file, Object.create(null))",
}  # fmt: skip
SEARCH_INDEX = {'"__proto__":': '["__proto__"]:'}  # a key, and not the parent of the others
SOURCE_MAP = re.compile(r"(//|/\*)# sourceMappingURL=\S+?\.map( \*/)?")

logger = logging.getLogger(__name__)


def setup(app) -> dict:
    """Connects the extension; Sphinx calls this."""
    os.environ["SCALEMODEL_VIEW"] = "site"  # the kernels that execute the chapters inherit it
    os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"
    app.add_css_file(STYLES, priority=800)  # after the theme's
    app.add_config_value("scalemodel_made_of", "", "env")
    app.add_config_value("scalemodel_scripts", [], "env")  # folders with kinds beside the stage's
    markup.setup(app)
    app.connect("config-inited", read_again_after_an_edit)
    app.connect("config-inited", reuse_executions)
    app.connect("builder-inited", write_styles)
    app.connect("doctree-read", desk.offer_to_run)
    app.connect("html-page-context", desk.bring_along)
    app.connect("builder-inited", lambda app: restore_search(Path(app.outdir)))
    app.connect("html-page-context", tidy_page, priority=900)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class PanelRenderer:
    """What becomes of a notebook's output on a page: MyST-NB asks this class."""

    mime_priority_overrides = (
        ("*", PLOTLY_FIGURE, 4),
        ("*", "text/html", 5),
        ("*", LIVE_WIDGET, 3),
    )

    @staticmethod
    def handle_mime(renderer, data, inline):
        """Nodes for a plotly figure; a warning, fatal in a build, for a live widget."""
        if data.mime_type == PLOTLY_FIGURE:
            figure = data.content if isinstance(data.content, dict) else json.loads(data.content)
            ident = f"figure-{data.cell_index or 0}-{data.output_index or 0}"
            return [nodes.raw(text=page.bare_figure_html(figure, ident), format="html")]
        if data.mime_type == LIVE_WIDGET:
            logger.warning("a live widget is dead on a page: use explore(...)", type="scalemodel")
            return [nodes.paragraph(text="A live widget stood here.")]
        return None


# ── While the site is built ─────────────────────────────────────────────────
def read_again_after_an_edit(app, config) -> None:
    """An edit in lib, of a script or style, or another lock file makes every page be read again."""
    own = b"".join(path.read_bytes() for path in own_assets(app.confdir, config))
    digest = hashlib.sha256(own).hexdigest()
    config.scalemodel_made_of = source_digest() + os.environ.get("SCALEMODEL_REUSE", "") + digest


def folders_of(confdir, config) -> list[Path]:
    """Where the kinds of this book lie: on the stage, and where the configuration says."""
    return [STAGE, *(Path(confdir) / folder for folder in config.scalemodel_scripts)]


def own_assets(confdir, config) -> list[Path]:
    """Our scripts and styles: those that no Python writes for, then those beside Python."""
    given = [Path(confdir) / folder for folder in config.html_static_path]  # the theme's, too
    files = [path for folder in given if folder.name == "site_assets" for path in folder.glob("*")]
    files = [path for path in sorted(files) if path.suffix in (".js", ".css")]
    for folder in folders_of(confdir, config):
        files += sorted([*folder.rglob("*.js"), *folder.rglob("*.css")])
    return files


def reuse_executions(app, config) -> None:
    """Lets executions serve again from the folder that `SCALEMODEL_REUSE` names, if it does.

    Whoever sets it names another folder whenever something that a chapter depends on
    changes; without it every chapter is executed.
    """
    folder = os.environ.get("SCALEMODEL_REUSE")
    if folder:
        config.nb_execution_mode = "cache"
        config.nb_execution_cache_path = folder


def write_styles(app) -> None:
    """Writes all styles that any page may need, the colours first, into one file."""
    if app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    static.mkdir(parents=True, exist_ok=True)
    sheets = [path for path in own_assets(app.confdir, app.config) if path.suffix == ".css"]
    sheets = [path for path in sheets if not _is_a_companys(path)]
    rules = [theme.style_sheet(), *(path.read_text(encoding="utf-8") for path in sheets)]
    (static / STYLES).write_text(rcssmin.cssmin("\n".join(rules)), encoding="utf-8")
    desk.write(static)


def _is_a_companys(path):
    """Whether a style goes with the pages that hold what it is for, and with no other."""
    inside = path.relative_to(STAGE).parts if path.is_relative_to(STAGE) else ()
    return len(inside) > 2 or (len(inside) > 1 and inside[0] not in WINGS)


NOT_TEXT = re.compile(
    r"((?:<(?:pre|script|style|code|textarea)\b.*?</(?:pre|script|style|code|textarea)>|<[^>]+>)+)",
    re.DOTALL,
)


def tidy_page(app, pagename, templatename, context, doctree) -> None:
    """Gives a page the scripts of what it holds, and takes out whatever asks elsewhere."""
    raws = [raw.astext() for raw in doctree.findall(nodes.raw)] if doctree is not None else []
    folders, static = folders_of(app.confdir, app.config), Path(app.outdir) / "_static"
    names = scripts_of(raws, folders)
    sheets = dict.fromkeys(path for kind in _kinds_of(raws, folders) for path in kind.sheets)
    styles = [path.read_text(encoding="utf-8") for path in sheets if _is_a_companys(path)]
    if styles and app.builder.format == "html":
        app.add_css_file(bundle(static, styles, ".css"), priority=801)
    if any("sm-panel" in raw for raw in raws):  # last, for it wakes what came before
        names += PANEL_SCRIPTS
    if pagename == "search":
        names = [SEARCH_TOOL]
    if names and app.builder.format == "html":
        holds = " ".join(name.removesuffix(".js") for name in names)
        name = bundle(static, _texts(app, names))
        app.add_js_file(name, loading_method="defer", **{"data-holds": holds})
    if "metatags" in context and 'name="description"' not in context["metatags"] and doctree:
        context["metatags"] += _description(doctree)
    formulas = doctree is not None and any(doctree.findall(_is_formula))
    other = () if formulas else MATHS
    if pagename != "search":
        other = (
            *other,
            "sphinx_highlight",
        )  # which is for the search's findings, and trusts storage
    for key in ("script_files", "css_files"):
        context[key] = [file for file in context.get(key, []) if not _unwanted(file, other)]


def bundle(static: Path, pieces: list[str], suffix: str = ".js") -> str:
    """Writes the scripts or the styles `pieces` as one file, which weighs less than many; its name.

    The name is made from what it holds, so that a browser never keeps an old one.

    >>> import tempfile
    >>> static = Path(tempfile.mkdtemp())
    >>> (static / bundle(static, ["one = 1; // note", "two = 2;"])).read_text()
    'one=1;\\ntwo=2;\\n'
    """
    shorter = rjsmin.jsmin if suffix == ".js" else rcssmin.cssmin
    text = "".join(f"{shorter(piece)}\n" for piece in pieces)
    name = f"sm-{hashlib.sha256(text.encode()).hexdigest()[:10]}{suffix}"
    static.mkdir(parents=True, exist_ok=True)
    (static / name).write_text(text, encoding="utf-8")
    return name


def _texts(app, names):
    """Our scripts called `names`, the colours of figures among them."""
    colours = json.dumps(theme.for_the_page(), separators=(",", ":"))
    paths = {path.name: path for path in own_assets(app.confdir, app.config)}
    given = {"theme.js": f"window.scalemodelTheme={colours};"}
    return [given.get(name) or paths[name].read_text(encoding="utf-8") for name in names]


def scripts_of(raws: list[str], folders: list[Path]) -> list[str]:
    """The scripts that the elements in `raws`, pieces of a page's HTML, need: each once, in order.

    >>> scripts_of(['<p class="sm-quiz">', '<div class="wide sm-film">'], [STAGE])
    ['memory.js', 'typed.js', 'quiz.js', 'train.js', 'film.js']
    """
    found = _kinds_of(raws, folders)
    return list(dict.fromkeys(path.name for kind in found for path in kind.scripts))


def _kinds_of(raws, folders):
    kinds = {name: kind for folder in folders for name, kind in kinds_in(folder).items()}
    return [
        kind
        for name, kind in kinds.items()
        if any(re.search(rf'class="[^"]*\bsm-{name}\b', raw) for raw in raws)
    ]


def finish(app, exception) -> None:
    """Strips what templates wrote by hand, then refuses a site with a problem."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    markup.cut_sources(app)
    mend_search(site)
    terms = app.env.get_domain("std").objects.items()
    search.write(
        site, app.env.found_docs, Path(app.srcdir) / "book" / "glossary.yml",
        {word.lower(): anchor for (kind, word), (_, anchor) in terms if kind == "term"},
    )  # fmt: skip
    guard = "\n".join(map(rjsmin.jsmin, _texts(app, FIRST_SCRIPTS)))
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        tidy = re.sub(r"\s*(?:" + "|".join(REMOVED) + ")", "", text, flags=re.DOTALL)
        for theirs, ours in FIRST_LOOK.items():
            tidy = tidy.replace(theirs, ours)
        tidy = OUTDATED_ROLES.sub("", tidy)
        tidy = TOOLTIPS.sub("", UPPER_HEADER.sub(r"\1\2", tidy)).replace("data-bs-title", "title")
        if path.name != SEARCH_PAGE:
            tidy = re.sub(rf"\s*{SEARCH_SCRIPT}", "", tidy)
        tidy = tie_numbers(lead_to_panel(tidy))
        tidy = before_all(of_company(tidy, path.parent.name), guard)
        if tidy != text:
            path.write_text(tidy, encoding="utf-8")
    useless_files = ("fontawesome.js*", "*.map", "sphinx-thebe.*", "*webpack-macros.html")
    for useless in {path for pattern in useless_files for path in site.rglob(pattern)}:
        useless.unlink()
    for path in [*site.rglob("*.js"), *site.rglob("*.css")]:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        if SOURCE_MAP.search(text):
            tidy = SOURCE_MAP.sub("", text)
            path.write_text(tidy, encoding="utf-8", errors="surrogateescape")
    minify_assets(site / "_static", app)
    found = problems(site, [f"{name}.html" for name in app.env.found_docs])
    if found:
        raise ExtensionError("the site has problems:\n" + "\n".join(found))


def mend_search(site: Path) -> None:
    """Lets the search look for any word; a second time changes nothing.

    >>> import tempfile
    >>> site = Path(tempfile.mkdtemp())
    >>> (site / "_static").mkdir()
    >>> _ = (site / "_static" / "searchtools.js").write_text("another")
    >>> mend_search(site)
    Traceback (most recent call last):
    ...
    sphinx.errors.ExtensionError: searchtools.js is not the one that is mended here: files: terms[word]
    """
    tools, index = site / "_static" / "searchtools.js", site / "searchindex.js"
    text = tools.read_text(encoding="utf-8")
    for old, new in SEARCH_TOOLS.items():
        if old not in text and new not in text:
            raise ExtensionError(f"{tools.name} is not the one that is mended here: {old}")
        text = text.replace(old, new)
    tools.write_text(text, encoding="utf-8")
    text = index.read_text(encoding="utf-8")
    for old, new in SEARCH_INDEX.items():
        text = text.replace(old, new)
    index.write_text(text, encoding="utf-8")


def restore_search(site: Path) -> None:
    """Gives Sphinx back the index that it wrote, to go on with where few pages have changed.

    >>> import tempfile
    >>> site = Path(tempfile.mkdtemp())
    >>> restore_search(site)  # nothing was built yet
    >>> _ = (site / "searchindex.js").write_text(f'Search.setIndex({{["__proto__"]:1}}){search.MARK}2')
    >>> restore_search(site)
    >>> (site / "searchindex.js").read_text()
    'Search.setIndex({"__proto__":1})'
    """
    index = site / "searchindex.js"
    if index.is_file():
        text = index.read_text(encoding="utf-8").partition(search.MARK)[0]
        for old, new in SEARCH_INDEX.items():
            text = text.replace(new, old)
        index.write_text(text, encoding="utf-8")


def before_all(html: str, script: str) -> str:
    """The page `html` with `script` before all others, if it has any.

    >>> before_all("<html><script>1</script>", "0")
    '<html><script>0</script>\\n<script>1</script>'
    """
    first = f"<script>{script}</script>"
    return html if first in html else html.replace("<script", f"{first}\n<script", 1)


def lead_to_panel(html: str) -> str:
    """The page `html` with a second link at its top, which skips to the first thing to touch.

    >>> top = '<a href="#main-content">Skip to main content</a>'
    >>> lead_to_panel(top + '<figure class="sm-panel">')[48:]
    '<a href="#first-panel" data-skip>Skip to the first panel</a>\
<span id="first-panel" tabindex="-1"></span><figure class="sm-panel">'
    >>> lead_to_panel(top) == top
    True
    """
    place = '<span id="first-panel" tabindex="-1"></span>'
    if place in html or not TOUCHED.search(html):
        return html
    link = '<a href="#first-panel" data-skip>Skip to the first panel</a>'
    html = TOUCHED.sub(lambda first: place + first[0], html, count=1)
    return re.sub(r'(<a href="#main-content">[^<]*</a>)', rf"\1{link}", html, count=1)


def tie_numbers(html: str) -> str:
    """The page `html` with each number on one line with its unit, code and data as they were.

    >>> tie_numbers("<b>80</b> % of <code>x = 3 s</code>") == "<b>80</b>\u00a0% of <code>x = 3 s</code>"
    True
    """
    pieces = NOT_TEXT.split(html)
    texts = units.tied("\0".join(pieces[::2]), break_at="\0").split("\0")
    tied = [piece for pair in zip(texts, [*pieces[1::2], ""], strict=True) for piece in pair]
    return "".join(tied)


def minify_assets(static: Path, app) -> None:
    """Takes comments and blanks out of what travels by itself, and drops what travels in another
    file; a second time changes nothing."""
    for path in own_assets(app.confdir, app.config):
        copy = static / path.name
        if path.suffix == ".css" or path.name in FIRST_SCRIPTS:
            copy.unlink(missing_ok=True)  # in the one style sheet, or in the page itself
        elif copy.is_file():
            copy.write_text(rjsmin.jsmin(copy.read_text(encoding="utf-8")), encoding="utf-8")


def of_company(html: str, folder: str) -> str:
    """The page `html`, marked with its company if `folder` is the name of one.

    >>> of_company('<html lang="en">', "youtube")
    '<html lang="en" data-company="youtube">'
    """
    if folder not in theme.ACCENTS:
        return html
    return re.sub(r"(<html\b[^>]*?)\s*>", rf'\1 data-company="{folder}">', html, count=1)


def _is_formula(node):
    return isinstance(node, (nodes.math, nodes.math_block))


def _unwanted(file, other):
    """Whether a file is unwanted everywhere, or one of those of which a page has no need."""
    text = f"{getattr(file, 'filename', file)} {getattr(file, 'attributes', {}).get('body', '')}"
    return any(part in text for part in (*UNWANTED, *other))


def _description(doctree):
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if len(text) > 40:
            short = text if len(text) <= 160 else text[:157].rsplit(" ", 1)[0] + " …"
            return f'<meta name="description" content="{short.replace(chr(34), "&quot;")}" />\n'
    return ""


# ── What a built site must be ───────────────────────────────────────────────
FETCHED = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*?"
    r"\b(?:src|poster|data)=[\"']?([^\"'\s>]+)"
    r"|<link\b(?=[^>]*rel=[\"'](?:stylesheet|preload|icon|shortcut icon|modulepreload|preconnect))"
    r"[^>]*?\bhref=[\"']([^\"']+)",
    re.IGNORECASE,
)
# Not one that an example in the reference expects: it goes on with three dots.
TRACEBACK = re.compile(r"Traceback \(most recent call last\)(?!:\s*\n\s*\.\.\.\n)")
STYLE_URL = re.compile(r"(?:url\(|@import\s+)[\"']?((?:https?:)?//[^\"')\s]+)")


def problems(site: Path, pages: list[str]) -> list[str]:
    """One line for each thing in the built `site` that would fail a reader.

    Every one of `pages` exists; none shows a traceback or a dead widget; nothing
    that a page loads lies on another host or is missing.

    >>> import tempfile
    >>> site = Path(tempfile.mkdtemp())
    >>> _ = (site / "a.html").write_text('<script src="https://cdn.example/x.js"></script>')
    >>> for line in problems(site, ["a.html", "b.html"]):
    ...     print(line)
    b.html was not built
    a.html loads https://cdn.example/x.js from another host
    """
    found = [f"{name} was not built" for name in pages if not (site / name).is_file()]
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        text = path.read_text(encoding="utf-8")
        if TRACEBACK.search(re.sub(r"<[^>]+>", "", text)):
            found.append(f"{name} shows a traceback")
        if "widget-view+json" in text or "widget-state+json" in text:
            found.append(f"{name} holds a live widget, which is dead on a page")
        for address in (one or other for one, other in FETCHED.findall(text)):
            found.extend(_load_problem(path, name, address))
    for path in sorted([*site.rglob("*.css"), *site.rglob("*.html")]):
        name = path.relative_to(site).as_posix()
        for address in STYLE_URL.findall(path.read_text(encoding="utf-8", errors="replace")):
            found.append(f"{name} loads {address} from another host")
    return found


def _load_problem(path, name, address):
    parts = urlsplit(unescape(address))
    if parts.scheme == "data":
        return []
    if parts.scheme or parts.netloc:
        return [f"{name} loads {address} from another host"]
    if parts.path and not (path.parent / unquote(parts.path)).exists():
        return [f"{name} loads {address}, which does not exist"]
    return []
