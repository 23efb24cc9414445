"""The built site: how fast a panel answers, what a page weighs, how long a build takes.

    python benchmarks/pages.py

A move is timed in Chromium from the key to the frame after the figure is drawn. Beside
it stands the floor: plotly drawing the same figure anew with no panel around it, in the
same page. Bytes are what a server with gzip really sent, to a browser that has seen
nothing and to the same browser when it comes back; a host that lets files be kept for
ten minutes is assumed. Builds run on a copy of the sources, with everything installed.
"""

import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))
import chromium  # noqa: E402 - the tools are scripts and lie in a folder of their own

MOVES = 60  # a slider
SLIDERS = ".sm-control input[type=range]"
# Notes, for the figure `plot`, the time from each key to the frame after the drawing.
WATCH = """plot => {
  window.redrawn = [];
  let key = 0;
  document.addEventListener("keydown", (event) => (key = event.timeStamp), true);
  const drawn = () => requestAnimationFrame(() => window.redrawn.push(performance.now() - key));
  if (plot.on) plot.on("plotly_afterplot", drawn);
  else new MutationObserver(drawn).observe(plot, { childList: true });
}"""
# The same figure, drawn by plotly alone; copies, lest it sees that nothing changed.
FLOOR = """async ([plot, count]) => {
  const times = [];
  for (let turn = 0; turn < count; turn++) {
    const [data, layout] = [structuredClone(plot.data), structuredClone(plot.layout)];
    data[0].opacity = 1 - 0.001 * (turn % 2);
    const began = performance.now();
    await (window.Plotly ?? (await window.scalemodelPlotly)).react(plot, data, layout, { displayModeBar: false, responsive: true });
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - began);
  }
  return times;
}"""


def main():
    program = chromium.find()
    if program is None:
        sys.exit(f"not run: Chromium: {chromium.HOW}")
    with tempfile.TemporaryDirectory() as folder:
        site = built(Path(folder))
        with sync_playwright() as browsers:
            browser = browsers.chromium.launch(executable_path=program, args=sandbox())
            answers(browser, site)
            weights(browser, site)
            pythons(browser, site)
            browser.close()


def sandbox():
    """What Chromium needs to start here, and to ask nobody anything."""
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [*root, "--disable-background-networking"]


def quantiles(times):
    """Median and 95th percentile, as text."""
    return f"{statistics.median(times):6.0f} {statistics.quantiles(times, n=20)[-1]:6.0f}"


# ── Builds ──────────────────────────────────────────────────────────────────
def built(folder):
    """Builds a copy of the sources in `folder`, cold and warm, and returns the site."""
    copy = folder / "project"
    ignored = shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, copy, ignore=ignored)
    print("\nBuild, everything installed                                  seconds")
    print(f"cold: every chapter executed, code compiled           {seconds(copy):14.1f}")
    print(f"warm: nothing changed                                 {seconds(copy):14.1f}")
    chapter = copy / "book" / "youtube" / "abr.md"
    chapter.write_text(chapter.read_text() + "\nOne more line.\n")
    print(f"warm: a sentence more in one chapter                  {seconds(copy):14.1f}")
    shutil.copy(ROOT / "book" / "youtube" / "abr.md", chapter)
    seconds(copy)
    return copy / "_build" / "html"


def seconds(project):
    """The time that one build of `project` takes."""
    environment = os.environ | {"PYTHONPATH": str(project / "lib")}
    began = time.perf_counter()
    command = [sys.executable, project / "tools" / "book.py"]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.perf_counter() - began


# ── Answers ─────────────────────────────────────────────────────────────────
def answers(browser, site):
    """Prints, for each slider of the chapter, the time from key to frame."""
    print(f"\nStatic page, key to frame, ms ({MOVES} moves)        median    p95   × plotly alone")
    every = []
    count = len(open_chapter(browser, site).query_selector_all(SLIDERS))
    for number in range(count):
        page = open_chapter(browser, site)  # a fresh page, so that each is watched once
        slider = page.query_selector_all(SLIDERS)[number]
        panel = slider.evaluate_handle("e => e.closest('.sm-panel')").as_element()
        panel.scroll_into_view_if_needed()
        panel.wait_for_selector(":scope[data-ready='1']")
        page.wait_for_timeout(1500)  # the page draws its other figures
        plot = panel.query_selector(".sm-plot")
        times = moved(page, slider, plot)
        every += times
        title = panel.query_selector(".sm-title").inner_text()
        ratio = ""
        if plot.query_selector(".main-svg"):
            floor = page.evaluate(FLOOR, [plot, MOVES])
            ratio = f"{statistics.median(times) / statistics.median(floor):10.1f}"
        print(f"{title:<46}{quantiles(times)} {ratio}")
        page.context.close()
    print(f"{'all':<46}{quantiles(every)}")


def open_chapter(browser, site):
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto((site / "book" / "youtube" / "abr.html").as_uri())
    for button in page.query_selector_all(".sm-predict [data-show]"):
        button.click()
    return page


def moved(page, slider, plot):
    """The times of MOVES presses of an arrow key on `slider`."""
    plot.evaluate(WATCH)
    slider.focus()
    for move in range(MOVES):
        page.keyboard.press("ArrowLeft" if move % 6 < 3 else "ArrowRight")
        try:
            page.wait_for_function("n => window.redrawn.length > n", arg=move, timeout=3000)
        except PlaywrightTimeout:  # at the slider's end a key moves nothing
            page.evaluate("window.redrawn.push(null)")
        page.wait_for_timeout(20)
    return [taken for taken in page.evaluate("window.redrawn") if taken is not None]


# ── Bytes ───────────────────────────────────────────────────────────────────
class Host(SimpleHTTPRequestHandler):
    """A static host with gzip that lets every file be kept for ten minutes."""

    sent: ClassVar[Counter] = Counter()

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return self.send_error(404)
        content = path.read_bytes()
        packed = path.suffix == ".woff2"
        body = content if packed else gzip.compress(content, mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if not packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)
        Host.sent[path.suffix] += len(body)

    def log_message(self, *args):
        pass


def weights(browser, site):
    """Prints what a browser is sent for each page, the first time and the next."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Host(*a, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}"
    print("\nPage, kB sent                          first visit   next visit    its own HTML")
    for path in sorted((site / "book").rglob("*.html")):
        name = path.relative_to(site).as_posix()
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        first, own = visited(context, f"{home}/{name}")
        again, _ = visited(context, f"{home}/{name}")
        print(f"{name:<38}{first / 1000:11.0f} {again / 1000:12.1f} {own / 1000:15.1f}")
        context.close()
    server.shutdown()


def visited(context, address):
    """The bytes sent while `address` was opened and read to its end, and those of HTML."""
    Host.sent.clear()
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(300)
    page.wait_for_load_state("networkidle")
    page.close()
    return sum(Host.sent.values()), Host.sent[".html"]


# ── Python on a page ────────────────────────────────────────────────────────
def pythons(browser, site):
    """Prints how long a page's Python takes until it is ready; beside it, CPython's own start."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Host(*a, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    alone = re.compile(
        'class="sm-code" id="[^"]+" data-modules="[^"]+">'
    )  # nothing is run behind it
    pages = [path for path in sorted(site.rglob("*.html")) if alone.search(path.read_text())]
    print(f"\n{'Python on a page':<48}   seconds      kB sent")
    for how, home in (
        ("over HTTP", f"http://127.0.0.1:{server.server_port}"),
        ("from a folder", site.as_uri()),
    ):
        context = browser.new_context()
        for visit, path in zip(("first page", "second page"), pages, strict=False):
            Host.sent.clear()
            page = context.new_page()
            page.goto(f"{home}/{path.relative_to(site).as_posix()}")
            page.wait_for_load_state("networkidle")
            before = sum(Host.sent.values())
            page.click(".sm-code button")
            took = ready(page, "Python is ready.")
            sent = (sum(Host.sent.values()) - before) / 1000
            print(f"{how}, {visit:<34}{took:14.2f} {sent:12.0f}")
        page.fill(".sm-desk textarea", "while True: pass")
        page.click("text='Run'")
        page.click("text='Stop'")
        page.fill(".sm-desk textarea", "1")
        page.click("text='Run'")
        print(f"{how}, {'anew after Stop':<34}{ready(page, 'Done.'):14.2f}")
        context.close()
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import ast, base64, traceback"], check=True)
    print(f"{'CPython here':<40}{time.perf_counter() - began:14.2f}")
    server.shutdown()


def ready(page, words):
    """The seconds until the page says `words`."""
    began = time.perf_counter()
    page.locator(".sm-desk [role=status]").filter(has_text=words).first.wait_for()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
