"""The built book, a book of specimens, a real browser, and a network that is not there."""

import fcntl
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import ROOT, tool

SPECIMENS = Path(__file__).parent / "specimens"
# A machine may be busy; a page that hangs fails. Python in a page starts in seconds where nobody
# else computes, and its answers are judged by what they say, never by when they come.
WAIT_MS, PYTHON_MS = 120_000, 300_000


chromium, pair = tool("chromium"), tool("pair")

# Chromium would otherwise call home, and be refused, many times a start. No name leads anywhere,
# and a request to another host is a fault whether it leads anywhere or not.
QUIET = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic", "--in-process-gpu",
]  # fmt: skip


# ── Sites ───────────────────────────────────────────────────────────────────
def once(name, build):
    """Calls `build` once a test run, even if several workers ask; others wait for it."""
    folder = ROOT / "_build" / "test"
    folder.mkdir(parents=True, exist_ok=True)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = folder / f"{name}.run"
        if not stamp.is_file() or stamp.read_text() != run:
            build(folder / name)
            stamp.write_text(run)
    return folder / name / "_build" / "html"


@pytest.fixture(scope="session")
def site():
    """The whole book, built from nothing with every chapter executed and -W."""

    def build(folder):
        command = [sys.executable, ROOT / "tools" / "book.py", "--fresh", "--out", folder]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr

    return once("book", build)


@pytest.fixture(scope="session")
def unpacked(site, tmp_path_factory):
    """The archive of the built book, unpacked."""
    folder = tmp_path_factory.mktemp("zip")
    command = [sys.executable, ROOT / "tools" / "zip.py", "--site", site, "--out", folder / "b.zip"]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(folder / "b.zip") as archive:
        archive.extractall(folder)
    return folder / "scale-models"


def jupyter_book(source, out, **environment):
    """A build of the little book in `source`, with this project's extension and assets."""
    command = [
        Path(sys.executable).with_name("jupyter-book"),
        "build",
        source,
        "--path-output",
        out,
    ]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])  # for a scene of ours
    return subprocess.run(
        [*command, "-W", "-n", "--keep-going"], capture_output=True, text=True,
        env=os.environ | {"SCALEMODEL_CLASS": "", "PYTHONPATH": paths} | environment,
    )  # fmt: skip


def write_book(folder, chapters):
    """A book of `chapters`, name to Markdown, under this project's configuration."""
    (folder / "book").mkdir(parents=True, exist_ok=True)
    config = (ROOT / "_config.yml").read_text().replace("site_assets", str(ROOT / "site_assets"))
    scripts = f"    scalemodel_scripts: [{ROOT / 'tests/stage/panel/dot'}]\n"
    config = config.replace("    language: en\n", f"    language: en\n{scripts}")
    (folder / "_config.yml").write_text(re.sub(r"(?m)^ *bibtex.*\n", "", config))
    first, *others = chapters
    toc = f"format: jb-book\nroot: book/{first}\n"
    toc += (
        "".join(["chapters:\n", *(f"  - file: book/{name}\n" for name in others)]) if others else ""
    )
    (folder / "_toc.yml").write_text(toc)
    header = "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n"
    header += "kernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\n---\n"
    for name, text in chapters.items():
        (folder / "book" / f"{name}.md").write_text(header + text)


def write_specimens(folder, pages=("panels", "game", "moving", "predict", "scene", "python")):
    """The source of a little book: `pages` of this folder, one to read, and a glossary."""
    texts = {name: (SPECIMENS / f"{name}.md").read_text() for name in (*pages, "reading")}
    texts["room/reading"] = texts.pop("reading")
    texts["glossary"] = "# Words\n\n```{book-glossary}\n```\n"
    room = folder / "book" / "room"
    room.mkdir(parents=True, exist_ok=True)
    write_book(folder, texts)
    with (folder / "_config.yml").open("a") as config:
        config.write("bibtex_bibfiles: [book/references.bib]\n")
    for name in ("references.bib", "glossary.yml"):
        shutil.copy(ROOT / "book" / name, folder / "book")
    shutil.copy(SPECIMENS / "reading.quiz.yml", room)
    nbformat.write(pair.unexecuted(room / "reading.md"), room / "reading.ipynb")


@pytest.fixture(scope="session")
def specimens():
    """A site with every kind of control, two equal panels, a bare figure, and a page to read."""

    def build(folder):
        write_specimens(folder / "source")
        done = jupyter_book(folder / "source", folder)
        assert done.returncode == 0, done.stdout + done.stderr

    return once("specimens", build)


class _Quiet(SimpleHTTPRequestHandler):
    def __init__(self, *args, late, **options):
        self.late = late
        super().__init__(*args, **options)

    def do_GET(self):
        if self.late and self.path.endswith(self.late):
            time.sleep(1)
        super().do_GET()

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def serve():
    """Serves a folder on a free port of this machine: `serve(folder) -> address`.

    What ends with `late` comes a second later than it could.
    """
    servers = {}

    def start(folder, late=None):
        if (folder, late) not in servers:
            handler = functools.partial(_Quiet, directory=folder, late=late)
            servers[folder, late] = ThreadingHTTPServer(("127.0.0.1", 0), handler)
            threading.Thread(target=servers[folder, late].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[folder, late].server_port}"

    yield start
    for server in servers.values():
        server.shutdown()
        server.server_close()


# ── The browser ─────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")  # its event loop must end before the live panels' tests begin
def browser():
    """A headless Chromium."""
    path = chromium.find()
    if path is None:
        pytest.skip(f"not run: Chromium: {chromium.HOW}")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as browsers:
        started = browsers.chromium.launch(executable_path=path, args=[*QUIET, *sandbox])
        yield started
        started.close()


# A page's storage is kept by another process, and what was cleared may be told to the next
# page only after that one has written something.
FORGET = """() => {
  if (!localStorage.length && !sessionStorage.length) return null;
  localStorage.clear();
  sessionStorage.clear();
  return new Promise((done) => setTimeout(done, 200));
}"""


class Visitor:
    """A reader's browser that notes what it asks for and every fault; see `visitors`."""

    def __init__(self, browser, **options):
        self.home, self.faults, self.asked = "", [], set()
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("request", self._request)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._response)

    def open(self, path):
        self.page.goto(f"{self.home}/{path}")
        return self.page

    def leave(self):
        """Goes away and forgets: who comes next is here for the first time."""
        self.page.evaluate(FORGET)
        self.page.emulate_media(media="null")
        self.page.mouse.move(0, 0)
        self.page.goto("about:blank")
        self.faults, self.asked = [], set()

    def _request(self, request):
        self.asked.add(request.url)
        if not request.url.startswith((self.home, "data:", "blob:", "about:")):
            self.faults.append(f"asked another host: {request.url}")

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text}")

    def _failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # a page that was left before it had loaded all
            self.faults.append(f"{request.failure}: {request.url}")

    def _response(self, response):
        if response.status >= 400:
            self.faults.append(f"status {response.status}: {response.url}")


@pytest.fixture(scope="module")
def visitors(browser):
    """Lends a `Visitor` at a site: `with visitors(home, **context_options) as visitor`.

    A new browser context costs more than most pages do, so a visitor comes again, without
    its memory, unless the test is to have it `apart`, for it changes the browser itself.
    """
    idle = defaultdict(list)

    @contextmanager
    def lend(home, apart=False, **options):
        kept = idle[json.dumps(options, sort_keys=True)]
        visitor = kept.pop() if kept and not apart else Visitor(browser, **options)
        visitor.home = home
        yield visitor
        if apart:
            visitor.context.close()
        else:
            visitor.leave()
            kept.append(visitor)

    return lend


@pytest.fixture
def visit(visitors):
    """A `Visitor` for as long as a test lasts: `visit(home, **context_options)`."""
    with ExitStack() as stack:
        yield lambda home, **options: stack.enter_context(visitors(home, **options))


@pytest.fixture
def picture(site, home_of, visit):
    """A picture on its page, without motion: `picture(page, kind)`; in the end nothing complains."""
    visitors = []

    def opened(page, kind):
        visitors.append(visit(home_of(site), reduced_motion="reduce"))
        found = visitors[-1].open(page).locator(f".sm-{kind}[data-ready]")
        found.wait_for()
        return found

    yield opened
    assert [fault for one in visitors for fault in one.faults] == []


def pytest_generate_tests(metafunc):
    """A test opens its page over HTTP or from a folder, by its name's length; a deep run in both."""
    if "scheme" in metafunc.fixturenames:
        one, other = ("http", "file") if len(metafunc.function.__name__) % 2 else ("file", "http")
        deep = pytest.param(other, marks=pytest.mark.thorough)
        metafunc.parametrize("scheme", [one, deep])


@pytest.fixture
def home_of(scheme, serve):
    """The address of a built site under the scheme at hand."""
    return lambda folder: serve(folder) if scheme == "http" else folder.as_uri()
