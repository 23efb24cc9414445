"""The same panel, live: a real JupyterLab, driven by a real browser."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.site.conftest import ROOT

WAIT_MS = 90_000  # the first kernel of a cold machine
FIGURE = "() => document.querySelector('.js-plotly-plot')?.data?.map(({x, y}) => [[...x], [...y]])"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab over a copy of the book, as `make lab` starts it; its address."""
    if importlib.util.find_spec("jupyterlab") is None:
        pytest.skip("not run: JupyterLab: pip install -r requirements-lab.txt")
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "book", folder / "book")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "config")}
    environment.pop("SCALEMODEL_VIEW", None)  # live, as a learner has it
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", f"--notebook-dir={folder / 'book'}", "--IdentityProvider.token=",
        "--LabApp.expose_app_in_browser=True", "--LabApp.check_for_updates_class="
        "jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=",
    ]  # fmt: skip
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/api", server, folder / "log")
            yield address
        finally:
            server.terminate()
            server.wait(20)


def wait_for(address, server, log):
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.25)
    raise AssertionError(f"JupyterLab did not answer:\n{log.read_text()}")


def test_a_control_of_the_live_panel_changes_its_figure(lab, visit):
    visitor = visit(lab, apart=True, viewport={"width": 1400, "height": 1000})
    page = visitor.open("lab/tree/youtube/abr.ipynb?reset")
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.context?.isReady", timeout=WAIT_MS
    )
    page.evaluate("window.jupyterapp.shell.currentWidget.context.sessionContext.ready")
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.get_by_role("button", name="Just show me").first.click(timeout=WAIT_MS)
    page.wait_for_selector(".js-plotly-plot .main-svg", timeout=WAIT_MS, state="attached")
    page.wait_for_function(f"({FIGURE})()?.length > 1", timeout=WAIT_MS)

    start = page.evaluate(FIGURE)
    slider = page.locator(".widget-slider [role=slider]").first
    slider.scroll_into_view_if_needed()
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        f"start => JSON.stringify(({FIGURE})()) !== start", arg=as_json(page, start)
    )
    longer = page.evaluate(FIGURE)

    rule = page.locator(".widget-dropdown select").first
    rule.select_option("follow throughput")
    page.wait_for_function(
        f"start => JSON.stringify(({FIGURE})()) !== start", arg=as_json(page, longer)
    )
    page.wait_for_selector("text=once started, never stopped")
    assert [fault for fault in visitor.faults if "another host" in fault] == []


def as_json(page, value):
    return page.evaluate("value => JSON.stringify(value)", value)
