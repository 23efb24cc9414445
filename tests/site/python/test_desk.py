"""A cell that is changed and run on its page: the editor, Python in its worker, and what ends it."""

import json
import re

import pytest

from tests.site.conftest import PYTHON_MS
from tests.site.hostile import firefox
from tests.site.reader import findings

PAGE = "book/python.html"
READY = "Python is ready."
LIMIT_S = 4  # of the first cell
ABORTED = "Aborted|fatal error|unreachable"  # what the interpreter itself says of its end
PYTHON_BYTES = 19_000_000  # what a page loads for who wants to run a cell
ODD = {  # a text, and what is said in the end
    "a syntax error": ("a = 3\nif a\n    pass", "Line 2: SyntaxError: expected ':'"),
    "numpy": ("import numpy", "Line 1: numpy is not here"),
    "files": (
        "import os\nos.remove('/book/scalemodel/stage/python/inside.py')\nos.listdir('/')",
        "Done.",
    ),
    "a program": ("import subprocess\nsubprocess.run(['ls'])", "Line 2: OSError"),
    "a host": (
        "import urllib.request as r\nr.urlopen('http://127.0.0.1:9')",
        "Line 2: urllib.error",
    ),
    "the page": ("import js", "Line 1: js is not here"),
    "text made JavaScript": ("from pyodide.code import run_js", "Line 1: pyodide"),
    "a gigabyte": ("a = []\nwhile True:\n    a.append(bytearray(10**7))", "Line 3: MemoryError"),
    "a long list": ("a = [0] * 10**9", "Line 1: MemoryError"),
    "a million lines": ("for n in range(1_000_000): print(n)", "Done."),
    "an abrupt end": ("import os\nos.abort()", "Python broke off"),
    "without end": ("while True: pass", f"It was ended after {LIMIT_S} seconds."),
    "markup": ("print('<img src=x onerror=alert(1)>')", "Done."),
}


class Desk:
    """The first cell of a page, as its reader has it."""

    def __init__(self, page, number=1):
        self.page = page
        self.cell = page.locator(f"#code-{number}")

    def open(self):
        self.cell.get_by_role("button", name="Change it and run it, here").click()
        self.says(READY)
        return self

    def says(self, words):
        self.cell.get_by_role("status").filter(has_text=words).wait_for(timeout=PYTHON_MS)

    def press(self, name):
        self.cell.get_by_role("button", name=name, exact=True).click()

    def run(self, text, said):
        self.cell.locator("textarea").fill(text)
        self.press("Run")
        self.says(re.compile(r"^(?!It runs|Python is)"))
        self.cell.get_by_role("button", name="Run", exact=True, disabled=False).wait_for(
            timeout=PYTHON_MS
        )
        words = self.cell.get_by_role("status").text_content()
        assert said in words, words

    @property
    def printed(self):
        return self.cell.get_by_label("what it printed").text_content()


@pytest.fixture
def visitor(specimens, home_of, visit):
    visitor = visit(home_of(specimens))
    visitor.open(PAGE)
    yield visitor
    assert visitor.faults == []


@pytest.fixture(scope="module")
def shared(specimens, visitors):
    """One page with Python started, from a folder, for all tests that leave it as they found it."""
    with visitors(specimens.as_uri()) as visitor:
        page = visitor.open(PAGE)
        page.locator("#code-1").evaluate(f"cell => {{ cell.dataset.limit = {LIMIT_S}; }}")
        yield Desk(page).open()
        assert [fault for fault in visitor.faults if not re.search(ABORTED, fault)] == []


@pytest.fixture
def desk(shared):
    shared.press("Reset")
    return shared


# ── Examples ────────────────────────────────────────────────────────────────
def test_who_does_not_ask_loads_nothing_of_python(visitor):
    visitor.page.wait_for_timeout(300)
    assert [url for url in visitor.asked if "python/" in url] == []
    assert visitor.page.get_by_text("return 2 * number").is_visible()


def test_a_cell_is_run_and_its_stored_output_makes_room(desk):
    folded, stored = (desk.page.locator(name).first for name in ("details", "details .cell_output"))
    assert folded.is_visible() and not stored.is_visible()
    folded.locator("summary").click()
    assert stored.is_visible()
    desk.press("Run")
    desk.says("Done.")
    assert desk.printed == "0 0\n1 2\n2 4\n42\n" and not folded.is_visible()
    desk.press("Reset")
    assert stored.is_visible() and not desk.cell.get_by_label("what it printed").is_visible()


def test_the_wrong_line_is_marked(desk):
    desk.run("a = 1\nb = a + c\nprint(b)", "Line 2: NameError: name 'c' is not defined")
    assert desk.cell.locator("mark").text_content() == "b = a + c"


def test_odd_texts_end_in_words_and_the_page_lives_on(desk):
    for name, (text, said) in ODD.items():
        desk.run(text, said)
        assert len(desk.printed) < 20_100, name
    assert desk.cell.locator("img").count() == 0
    desk.run("21 * 2", "Done.")
    assert desk.printed == "42\n"


def test_stop_ends_it_also_while_python_starts(desk):
    for words in ("It runs", None):
        desk.cell.locator("textarea").fill("while True: pass")
        desk.press("Run")
        if words:
            desk.says(words)
        desk.press("Stop")  # the second time, what was ended starts anew
        desk.says("Stopped.")
    desk.run("1 + 1", "Done.")


def test_two_cells_share_one_python_and_take_turns(desk):
    other = Desk(desk.page, 2).open()
    desk.cell.locator("textarea").fill("while True: pass")
    desk.press("Run")
    desk.says("It runs")
    other.press("Run")
    other.says("Another cell of this page is running")
    desk.press("Stop")
    other.press("Run")
    other.says("Done.")
    assert other.printed == "a dot\n"
    assert other.cell.locator("img").get_attribute("alt") == "a dot"


def test_what_stands_behind_a_cell_is_run_with_it(desk):
    mine = Desk(desk.page, 3).open()
    mine.press("Run")
    mine.says("Done.")
    assert mine.printed == "'not yet'\n"
    mine.run("def half(n):\n    return n / 2", "Done.")
    assert mine.printed == "'right'\n"


def test_what_was_typed_is_there_again_until_it_is_reset(visitor):
    Desk(visitor.page).open().cell.locator("textarea").fill("mine = 1")
    visitor.page.reload()
    again = Desk(visitor.page).open()
    assert again.cell.locator("textarea").input_value() == "mine = 1"
    again.press("Reset")
    assert again.cell.locator("textarea").input_value().startswith("def double(number):")
    with visitor.page.expect_download() as download:
        again.press("Download")
    assert download.value.suggested_filename == "code-1.py"
    assert download.value.path().read_text().endswith("double(21)")


def test_code_from_an_address_waits_for_its_reader(visitor):
    page = visitor.page
    page.goto("about:blank")
    page.goto(f"{visitor.home}/{PAGE}#code-1=print(%22sent%22)")
    desk = Desk(page)
    desk.says("This came with the address. Read it, and then run it.")
    page.wait_for_timeout(300)
    assert not any("vendor/python" in url for url in visitor.asked) and desk.printed == ""
    desk.press("Run")
    desk.says("Done.")
    assert desk.printed == "sent\n"


def test_by_keyboard_alone(visitor):
    page = visitor.page
    desk = Desk(page)
    desk.cell.get_by_role("button", name="Change it and run it, here").focus()
    page.keyboard.press("Enter")
    desk.says(READY)
    page.keyboard.press("Control+A")
    page.keyboard.type("for n in range(2):\nprint(n)")  # the line is indented by itself
    page.keyboard.press("Control+Enter")
    desk.says("Done.")
    assert desk.printed == "0\n1\n"
    page.keyboard.press("Tab")
    assert desk.cell.locator("textarea").input_value().endswith("print(n)    ")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run"


@pytest.mark.parametrize("missing", ["Worker", "WebAssembly"])
def test_where_there_can_be_no_python_a_sentence_leads_to_the_notebook(
    specimens, home_of, visitors, missing
):
    with visitors(home_of(specimens), apart=True) as visitor:
        blob = "" if missing == "Worker" else "self.WebAssembly = undefined;"
        visitor.context.add_init_script(
            f"delete window.{missing}; const B = Blob; window.Blob = function (parts, ...rest) "
            f"{{ return new B([{json.dumps(blob)}, ...parts], ...rest); }};"
        )
        page = visitor.open(PAGE)
        desk = Desk(page)
        desk.cell.get_by_role("button").click()
        desk.says("Python can't be had here")
        assert desk.cell.get_by_role("link", name="The notebook of this page").count() <= 1


@pytest.mark.parametrize(
    ("width", "mode"), [(390, "dark"), pytest.param(1280, "light", marks=pytest.mark.thorough)]
)
def test_axe_finds_nothing_at_an_open_desk(specimens, home_of, visit, width, mode):
    visitor = visit(home_of(specimens), viewport={"width": width, "height": 844}, color_scheme=mode)
    visitor.open(PAGE)
    desk = Desk(visitor.page).open()
    desk.run("# a note\nprint('a text', 1 if True else 0)\nc", "Line 3")
    assert findings(visitor.page) == []
    assert visitor.page.evaluate("document.body.scrollWidth") <= width


# ── Laws ────────────────────────────────────────────────────────────────────
def test_what_python_weighs(specimens):
    static = specimens / "_static"
    files = [path for name in ("python", "vendor/python") for path in (static / name).rglob("*.*s")]
    assert len(files) == 7 and sum(path.stat().st_size for path in files) < PYTHON_BYTES


@pytest.mark.thorough
def test_in_firefox_too(specimens, home_of):
    if firefox.find() is None:
        pytest.skip(f"not run: Firefox: {firefox.HOW}")
    with firefox.started() as reader:
        reader.open(f"{home_of(specimens)}/{PAGE}")
        cell = "document.querySelector('#code-1')"
        button = f"[...{cell}.querySelectorAll('button')].find((b) => b.textContent === '%s')"
        until = "new Promise((done) => { const look = () => (%s) ? done(%s) : setTimeout(look, 50); look(); })"
        said = f"{cell}.querySelector('[role=status]')?.textContent"
        reader.run(
            f"(() => {{ {cell}.dataset.limit = {LIMIT_S}; {cell}.querySelector('button').click(); }})()"
        )
        reader.run(until % (f"{said} === {json.dumps(READY)}", "true"))
        for name, (text, words) in ODD.items():
            area = f"{cell}.querySelector('textarea')"
            reader.run(
                f"(() => {{ {area}.value = {json.dumps(text)}; {button % 'Run'}.click(); }})()"
            )
            told = reader.run(until % (f"!{button % 'Run'}.disabled", said))
            assert words in told, (name, told)
