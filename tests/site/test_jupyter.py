"""The same panel, live: a real JupyterLab, driven by a real browser."""

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.site.conftest import ROOT, SPECIMENS
from tests.site.jupyter.measured import OURS, PALE, PLAIN, STALE, unreachable

WAIT_MS = 90_000  # the first kernel of a cold machine
FIGURE = "() => document.querySelector('.js-plotly-plot')?.data?.map(({x, y}) => [[...x], [...y]])"


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """A JupyterLab over a copy of the book, as `make jupyter` starts it; its address."""
    if importlib.util.find_spec("jupyterlab") is None:
        pytest.skip("not run: JupyterLab: pip install -r requirements-jupyter.txt")
    folder = tmp_path_factory.mktemp("jupyter")
    shutil.copytree(ROOT / "book", folder / "book")
    for name in ("scene", "moving"):
        nbformat.write(specimen(name), folder / "book" / f"{name}.ipynb")
    nbformat.write(notebook([*OURS, *PLAIN]), folder / "book" / "ours.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "config")}
    environment.pop("SCALEMODEL_VIEW", None)  # live, as a learner has it
    environment["JUPYTER_CONFIG_PATH"] = str(ROOT / "tools" / "for_jupyter")
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")])
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", f"--notebook-dir={folder / 'book'}", "--IdentityProvider.token=",
        "--LabApp.default_url=/lab/tree/index.ipynb", "--LabApp.expose_app_in_browser=True", "--LabApp.check_for_updates_class="
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


CHOICE = (
    "from scalemodel.stage.reading.choose import choose\n"
    'choose("room.scene", question="Which?", options={"tea": "At four.", "milk": "At six."})'
)


def specimen(name):
    """A notebook with the first cell of a page of specimens, and a pick."""
    source, *_ = re.findall(
        r"(?s)```{code-cell}[^\n]*\n(.*?)```", (SPECIMENS / f"{name}.md").read_text()
    )
    return notebook([source, CHOICE])


def notebook(sources):
    kernel = {"name": "python3", "display_name": "Python 3"}
    cells = [new_code_cell(source) for source in sources]
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def run_all(page):
    """Runs all cells of the notebook that is open, once its kernel is there."""
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.context?.isReady", timeout=WAIT_MS
    )
    page.evaluate("window.jupyterapp.shell.currentWidget.context.sessionContext.ready")
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")


DONE = """() => {
  const { content, context } = window.jupyterapp.shell.currentWidget;
  const cells = content.widgets.filter(({ model }) => model.type === 'code');
  return context.sessionContext.session?.kernel?.status === 'idle'
    && cells.every(({ model }) => model.executionCount);
}"""
THEME = "name => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })"


def in_theme(page, name):
    page.evaluate(THEME, name)
    page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)


# How far below the title the first panel begins, in heights of the notebook's window.
SCREENS = """() => {
  const { content } = window.jupyterapp.shell.currentWidget;
  const panel = content.widgets.find(({ model }) => /^explore\\(/m.test(model.sharedModel.source));
  const title = content.node.querySelector('h1').getBoundingClientRect().top;
  const output = panel.node.querySelector('.jp-Cell-outputWrapper').getBoundingClientRect().top;
  return (output - title) / content.node.clientHeight;
}"""


def test_a_control_of_the_live_panel_changes_its_figure(jupyter, visit):
    visitor = visit(jupyter, apart=True, viewport={"width": 1400, "height": 1000})
    page = visitor.open("lab/tree/youtube/abr.ipynb?reset")
    run_all(page)
    page.get_by_role("button", name="Just show me").first.click(timeout=WAIT_MS)
    page.wait_for_selector(".js-plotly-plot .main-svg", timeout=WAIT_MS, state="attached")
    page.wait_for_function(f"({FIGURE})()?.length > 1", timeout=WAIT_MS)
    assert 0 < page.evaluate(SCREENS) < 2, "plumbing stands before the first panel"

    widths = page.locator(".slider-container").evaluate_all("all => all.map(s => s.clientWidth)")
    assert min(widths) > 100, "a long label leaves no room to move the slider"

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


def test_a_dot_that_nobody_knows_rolls_in_jupyter_and_a_pick_is_made_by_keyboard(jupyter, visit):
    visitor = visit(jupyter, apart=True, viewport={"width": 1400, "height": 1000})
    page = visitor.open("lab/tree/scene.ipynb?reset")
    run_all(page)
    place = "() => Number(document.querySelector('.sm-dot circle')?.getAttribute('cx'))"
    page.wait_for_function(f"({place})() === 10", timeout=WAIT_MS)
    page.locator(".widget-dropdown select").first.select_option("90")
    page.wait_for_function(f"({place})() === 90", timeout=WAIT_MS)
    picks = page.locator(".sm-choose input")
    picks.first.focus(timeout=WAIT_MS)
    page.keyboard.press("ArrowDown")
    assert picks.last.is_checked()
    assert page.locator(".sm-choose [role=status]").inner_text() == "Noted, on this device only."


def test_a_picture_that_moves_is_stepped_in_jupyter(jupyter, visit):
    visitor = visit(jupyter, apart=True, viewport={"width": 1400, "height": 1000})
    page = visitor.open("lab/tree/moving.ipynb?reset")
    run_all(page)
    figure = page.wait_for_selector(".sm-moving[data-ready]", timeout=WAIT_MS)
    thing = figure.query_selector("svg > g")
    busy = thing.evaluate("g => getComputedStyle(g).color")
    figure.query_selector("[data-to=next]").focus()
    page.keyboard.press("Enter")  # which would run the cell, if Jupyter heard it
    assert figure.query_selector("figcaption").inner_text() == "A copy lies in Bo's list."
    page.keyboard.press("Space")
    assert figure.query_selector("output").inner_text() == "step 3 of 3"
    assert busy != thing.evaluate("g => getComputedStyle(g).color"), "each look has its colour"
    figure.query_selector("[data-way='1']").click()
    page.wait_for_function(
        "f => f.querySelector('output').textContent === 'step 2 of 2'", arg=figure
    )


def test_what_is_ours_is_read_reached_and_kept(jupyter, visit):
    """In light and dark; by mouse; and in a notebook that is opened again without its kernel."""
    visitor = visit(jupyter, apart=True, viewport={"width": 900, "height": 900})
    page = visitor.open("lab/tree/ours.ipynb?reset")
    run_all(page)
    page.wait_for_function(DONE, timeout=WAIT_MS)
    page.wait_for_selector(".sm-moving[data-ready]", timeout=WAIT_MS)
    assert unreachable(page) == []
    assert not page.locator(".sm-still").first.is_visible(), "a picture beside what moves"
    page.locator(".widget-dropdown select").first.select_option("nowhere")
    page.wait_for_selector("text=KeyError: 'a place called <nowhere>'")
    assert not page.locator(".js-plotly-plot").first.is_visible(), "it would be of another state"
    for button in page.get_by_role("button", name="Reveal").all():
        button.click()
    assert page.locator("text=any guess will do").count() == 2
    page.locator(".sm-game .rungs button").first.click()
    for name in ("JupyterLab Light", "JupyterLab Dark"):
        in_theme(page, name)
        assert page.evaluate(PALE) == [], name
    assert [fault for fault in visitor.faults if "exception" in fault] == []

    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
    page = visitor.open("lab/tree/ours.ipynb?reset")
    page.wait_for_selector(f"text={STALE}", timeout=WAIT_MS, state="attached")
    page.wait_for_selector(".sm-still img", timeout=WAIT_MS)
    shown = page.locator(".jp-OutputArea-output").filter(visible=True).all_inner_texts()
    moved = [words for words in shown if "Run this cell to" in words]
    assert len(moved) == len(OURS) and len(shown) == len([*OURS, *PLAIN])
    assert page.locator(".sm-still img").first.evaluate("image => image.naturalWidth") == 640
    for name in ("JupyterLab Light", "JupyterLab Dark"):
        in_theme(page, name)
        assert page.evaluate(PALE) == [], name


@pytest.mark.thorough
@pytest.mark.parametrize("width", [1400, 900])
@pytest.mark.parametrize(
    "path", sorted((ROOT / "book").rglob("*/*.ipynb")), ids=lambda path: path.stem
)
def test_every_panel_of_every_notebook_is_read_and_reached(path, width, jupyter, visit):
    visitor = visit(jupyter, apart=True, viewport={"width": width, "height": 1000})
    page = visitor.open(f"lab/tree/{path.parent.name}/{path.name}?reset")
    run_all(page)
    page.wait_for_function(DONE, timeout=4 * WAIT_MS)
    page.evaluate("window.jupyterapp.commands.execute('notebook:expand-all-headings')")
    assert page.locator(".jp-OutputArea-output.jupyter-widgets").count(), "nothing of ours is here"
    for button in page.get_by_role("button", name="Just show me").all():
        button.click()
    assert unreachable(page) == []
    for select in page.locator(".widget-dropdown select").all():
        for place in range(select.locator("option").count()):
            select.select_option(index=place)
    for switch in page.locator(".widget-checkbox input").all():
        switch.click()
    page.wait_for_timeout(500)
    assert page.locator("text=Not drawn at").count() == 0
    for name in ("JupyterLab Light", "JupyterLab Dark"):
        in_theme(page, name)
        assert page.evaluate(PALE) == [], name
    assert [fault for fault in visitor.faults if "exception" in fault] == []
    page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")


def as_json(page, value):
    return page.evaluate("value => JSON.stringify(value)", value)
