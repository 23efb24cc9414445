"""Who looks at a notebook in JupyterLab changes nothing, and finds folded what a page folds."""

import json
import re
import subprocess
import urllib.parse
import urllib.request

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel

from tests.conftest import ROOT
from tests.site.test_jupyter import WAIT_MS, jupyter, run_all  # noqa: F401, a fixture

BOOK = ROOT / "book"
NOTEBOOKS = [path.relative_to(BOOK).as_posix() for path in sorted(BOOK.rglob("*.ipynb"))]
FEW = ("index.ipynb", "foundations/copies.ipynb")  # one without solutions, one with three
EACH = [pytest.param(name, marks=[] if name in FEW else pytest.mark.thorough) for name in NOTEBOOKS]
SIZE = {"width": 1400, "height": 1000}

UNSAVED = """async () => {
  const { context, content } = window.jupyterapp.shell.currentWidget;
  await context.ready;
  await context.sessionContext.ready;
  const { kernel } = context.sessionContext.session;
  await Promise.all([kernel.info, kernel.spec]);
  await new Promise((done) => setTimeout(done, 1000));  // headings fold, plots and widgets draw
  return [context.model.dirty, content.widgets.filter((cell) => cell.model.isDirty).length];
}"""

# Of each cell whose page hides a part: its tags, and what of it can be seen.
SEEN = """() => window.jupyterapp.shell.currentWidget.content.widgets.map((cell) => {
  const seen = (selector) => [...cell.node.querySelectorAll(selector)].some(
    (part) => part.getClientRects().length && part.textContent.trim());
  return { tags: cell.model.getMetadata('tags') ?? [], title: cell.headingCollapsed ?? false,
    cell: cell.node.getClientRects().length > 0, source: seen('.jp-InputArea-editor'),
    output: seen('.jp-OutputArea-output') };
})"""


XSRF = {"Cookie": "_xsrf=0badcafe", "X-XSRFToken": "0badcafe"}


def contents(home, name, put=None, **asked):
    """What the server tells of a notebook, once it holds `put`, if that is given."""
    address = f"{home}/api/contents/{name}?{urllib.parse.urlencode(asked)}"
    if put:
        body = json.dumps({"type": "notebook", "format": "json", "content": put}).encode()
        request = urllib.request.Request(address, body, XSRF, method="PUT")
        urllib.request.urlopen(request, timeout=20).close()
    with urllib.request.urlopen(address, timeout=20) as reply:
        return json.load(reply)["content"]


def is_as_it_was(home, name):
    return contents(home, name, type="file", format="text") == (BOOK / name).read_text()


@pytest.fixture(scope="module")
def noted():
    """What JupyterLab notes in a notebook: the kernel that it was given."""
    manager, client = start_new_kernel()
    try:
        info = client.kernel_info(reply=True, timeout=60)["content"]["language_info"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    spec = manager.kernel_spec
    names = {"name": "python3", "display_name": spec.display_name, "language": spec.language}
    return {"kernelspec": names, "language_info": info}


@pytest.mark.slow
def test_the_server_hands_out_each_notebook_as_jupyterlab_will_have_it(jupyter, noted):  # noqa: F811
    """Where JupyterLab finds anything to add, the notebook is unsaved, and saved unasked."""
    for name in NOTEBOOKS:
        told = contents(jupyter, name)
        stored = nbformat.read(BOOK / name, as_version=4)
        for cell in told["cells"]:
            cell["metadata"].pop("trusted", None)  # never saved
        assert told["cells"] == stored.cells, name
        assert (told["nbformat"], told["nbformat_minor"]) == (4, 5) == (4, stored.nbformat_minor)
        assert told["metadata"] == noted, name
        assert stored.metadata.keys() == {"kernelspec"}, "the file names no version"
        assert len({cell["id"] for cell in told["cells"]}) == len(told["cells"]), name
        assert is_as_it_was(jupyter, name)


def test_a_notebook_for_another_kernel_is_left_alone(jupyter):  # noqa: F811
    other = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "r", "display_name": "R"}})
    told = contents(jupyter, "other.ipynb", put=other)
    assert told["metadata"] == {"kernelspec": {"name": "r", "display_name": "R"}}


@pytest.mark.slow
@pytest.mark.parametrize("name", EACH)
def test_looking_leaves_a_notebook_saved_and_its_file_as_it_was(jupyter, visit, name):  # noqa: F811
    visitor = visit(jupyter, apart=True, viewport=SIZE)
    page = visitor.open(f"lab/tree/{name}?reset")
    page.wait_for_function(
        "() => window.jupyterapp?.shell.currentWidget?.context?.isReady", timeout=WAIT_MS
    )
    assert page.evaluate(UNSAVED) == [False, 0], "marked as unsaved before anybody touched it"
    assert is_as_it_was(jupyter, name)


@pytest.mark.slow
def test_the_first_page_says_where_to_start_and_leads_there(jupyter, visit):  # noqa: F811
    visitor = visit(jupyter, apart=True, viewport=SIZE)
    page = visitor.open("")
    start = page.locator("strong", has_text="Where to start:")
    start.wait_for(timeout=WAIT_MS)
    assert start.bounding_box()["y"] < SIZE["height"], "it is on the first screen"
    page.get_by_role("link", name="the first of the foundations").click()
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.context?.path === 'foundations/queues.ipynb'",
        timeout=WAIT_MS,
    )
    assert page.evaluate("Boolean(window.jupyterapp.shell.currentWidget.content.widgets)")


@pytest.mark.slow
@pytest.mark.parametrize("name", EACH)
def test_after_run_all_what_is_folded_is_still_folded(jupyter, visit, name):  # noqa: F811
    visitor = visit(jupyter, apart=True, viewport=SIZE)
    page = visitor.open(f"lab/tree/{name}?reset")
    run_all(page)
    ran = "([{ model }]) => model.type !== 'code' || model.executionCount !== null"
    page.wait_for_function(
        f"() => window.jupyterapp.shell.currentWidget.content.widgets.every((w) => ({ran})([w]))",
        timeout=WAIT_MS,
    )
    for cell in page.evaluate(SEEN):
        tags = set(cell["tags"])
        if "solution" in tags:
            assert cell["cell"] == cell["title"], "a solution lies beneath its title"
        if tags & {"hide-input", "remove-input", "remove-cell", "remove-output"}:
            assert not cell["source"], tags
        if tags & {"remove-cell", "remove-output"}:
            assert not cell["output"], "guards and glue print nothing"
    assert page.get_by_text("As you run it").count() == 0

    aim = page.get_by_role("link", name="E2", exact=True).first
    if aim.count():
        aim.click()
        heading = page.locator("h3", has_text=re.compile("^E2, "))
        seen = "h => { const { y } = h.getBoundingClientRect(); return 0 < y && y < innerHeight; }"
        page.wait_for_function(seen, arg=heading.element_handle())  # the tag leads to its exercise


# ── The target ──────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("folder", "opens"), [("book", True), ("labs", False)])
def test_the_target_opens_the_first_page_where_there_is_one(folder, opens):
    command = ["make", "-n", "jupyter", f"DIR={folder}"]
    recipe = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"--notebook-dir={folder} " in recipe
    assert ("--LabApp.default_url=/lab/tree/index.ipynb" in recipe) == opens
    (path,) = re.findall(r"JUPYTER_CONFIG_PATH=([^$\s]+)", recipe)
    assert path == str(ROOT / "tools" / "for_jupyter")
