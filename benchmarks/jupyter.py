"""The live panel: from a key in JupyterLab to the figure that it changes.

    python benchmarks/jupyter.py

A JupyterLab is started on a copy of the chapter, all cells are run, and the first slider
is moved by keyboard. Timed is what a learner feels: the key, the message to the kernel,
the model, the message back, and the drawing, up to the frame after it. The floor beside
it is plotly drawing the same figure anew in the same page.
"""

import contextlib
import importlib.util
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from pages import FLOOR, MOVES, ROOT, chromium, moved, quantiles, sandbox
from playwright.sync_api import sync_playwright

PATIENCE_MS = 120_000


def main():
    program = chromium.find()
    if importlib.util.find_spec("jupyterlab") is None:
        sys.exit("not run: JupyterLab: pip install -r requirements-jupyter.txt")
    if program is None:
        sys.exit(f"not run: Chromium: {chromium.HOW}")
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyter(Path(folder)) as address,
        sync_playwright() as browsers,
    ):
        browser = browsers.chromium.launch(executable_path=program, args=sandbox())
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        measure(opened(page, f"{address}/lab/tree/youtube/abr.ipynb?reset"))
        browser.close()


@contextlib.contextmanager
def jupyter(folder):
    """A JupyterLab over a copy of the book; its address."""
    shutil.copytree(ROOT / "book", folder / "book")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "config")}
    environment.pop("SCALEMODEL_VIEW", None)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", f"--notebook-dir={folder / 'book'}", "--IdentityProvider.token=",
        "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    server = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api", timeout=1).close()
                break
            time.sleep(0.25)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def opened(page, address):
    """The notebook at `address`, all cells run and its first panel uncovered."""
    page.goto(address)
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.context?.isReady", timeout=PATIENCE_MS
    )
    page.evaluate("window.jupyterapp.shell.currentWidget.context.sessionContext.ready")
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.get_by_role("button", name="Just show me").first.click(timeout=PATIENCE_MS)
    page.wait_for_selector(".js-plotly-plot .main-svg", state="attached", timeout=PATIENCE_MS)
    page.wait_for_function(  # until the last cell has run
        "() => window.jupyterapp.shell.currentWidget.context.sessionContext"
        ".session.kernel.status === 'idle'",
        timeout=PATIENCE_MS,
    )
    page.wait_for_timeout(2000)
    return page


def measure(page):
    slider = page.query_selector(".widget-slider [role=slider]")
    slider.scroll_into_view_if_needed()
    plot = page.query_selector(".js-plotly-plot")
    times = moved(page, slider, plot)
    floor = page.evaluate(FLOOR, [plot, MOVES])
    ratio = statistics.median(times) / statistics.median(floor)
    print(f"\nJupyterLab, key to frame, ms ({MOVES} moves)         median    p95   × plotly alone")
    print(f"{'Who stops, and who goes blurry?':<46}{quantiles(times)} {ratio:10.1f}")


if __name__ == "__main__":
    main()
