"""A notebook's cells as Python: what only a notebook can do does nothing, and all else stays."""

import sys

import pytest

from scalemodel.labs.playing import origin
from scalemodel.labs.reading import cells
from scalemodel.labs.reading.cells import as_python, names_in, with_what_it_needs
from tests.laws.lab_laws import strangers_taken

CELLS = {  # as it is written, and as it is run
    "plain": ("x = 1", "x = 1"),
    "no python": ("class Diary(:", "class Diary(:\n"),
    "a magic": ("%matplotlib inline\nx = 1", "None\nx = 1\n"),
    "a magic that times": ("%time x = 1", "x = 1\n"),
    "one that times nothing": ("%time", "None\n"),
    "one that times no python": ("%time x =", "None\n"),
    "a command": ("!ls\nx = 1", "None\nx = 1\n"),
    "a command's words": ("x = !ls", "x = []\n"),
    "a question": ("Diary?", "None\n"),
    "a cell that is timed": ("%%time\nx = 1", "x = 1"),
    "one that is kept from printing": ("%%capture words\nx = 1", "x = 1"),
    "one that is timed twice": ("%%time\n%%prun\nx = 1", "x = 1"),
    "one that is timed a thousand times": ("%%time\n" * 1000 + "x = 1", "x = 1"),
    "a cell of another language": ("%%bash\nls", ""),
    "shown": ("display(x)\ny = 2", "None\ny = 2"),
    "shown in a line of letters": ("a = 'é'; display(a); b = [display(a), 7]", "a = 'é'; None; b = [None, 7]"),
    "shown over two lines": ("x = 1\nif x:\n    display(\n        x)\ny = 2", "x = 1\nif x:\n    None\ny = 2"),
    "shown within what is shown": ("display(display(1))", "None"),
    "a function of that name": ("def display(x): pass\ndisplay(7)", "def display(x): pass\ndisplay(7)"),
    "a value of that name": ("display = print\ndisplay(7)", "display = print\ndisplay(7)"),
    "a word that has it": ("x = 'display'", "x = 'display'"),
    "the notebook itself": ("get_ipython().system('ls')", "None"),
    "what it answers": ("x = get_ipython().getoutput('ls')", "x = []"),
    "a timed line": ("get_ipython().run_line_magic('time', 'x = 1')", "x = 1"),
    "another line": ("get_ipython().run_line_magic('cd', 'time')", "None"),
    "a line of three": ("get_ipython().run_line_magic('time', 'x = 1', 2)", "None"),
    "a cell's own call": ("get_ipython().system('time', 'x = 1')", "None"),
}  # fmt: skip


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", CELLS)
def test_a_cell_as_python(name):
    written, run = CELLS[name]
    assert as_python("ann.ipynb", written) == run


def test_a_hundred_magics_are_too_many_and_stay():
    many = "%time " * 400 + "x"
    assert as_python("ann.ipynb", many) in (many, "None\n")


def test_without_ipython_a_magic_is_told_and_plain_python_is_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython.core.inputtransformer2", None)
    with pytest.raises(ValueError, match="has a cell with lines for IPython"):
        as_python("ann.ipynb", "%cd")
    assert as_python("ann.ipynb", "display(7)") == "None"


@pytest.mark.parametrize(
    ("source", "made", "used"),
    [
        ("x = y", {"x"}, {"y"}),
        ("import a.b, c as d", {"a", "d"}, set()),
        ("def f(p):\n    q = p\n    return g(q)", {"f"}, {"g"}),
        ("class A(B):\n    def m(self): return C", {"A"}, {"B", "C"}),
        ("for i in row: pass", {"i"}, {"row"}),
        ("class Diary(:", set(), set()),
        ("x = '\0'", set(), set()),
    ],
)
def test_the_names_of_a_cell(source, made, used):
    assert names_in(source) == (made, used)


def test_what_a_cell_needs_stands_above_it_in_the_order_in_which_it_was_run():
    others = ["b = 1", "c = 2", "b = c", "d = 4", "e = a"]
    assert with_what_it_needs("a = b", others) == "c = 2\n\nb = c\n\na = b"
    assert with_what_it_needs("b = 7\na = b", others) == "b = 7\na = b"
    assert with_what_it_needs("a = 7", others) == "a = 7"


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_what_a_cell_needs_gives_it_what_all_cells_together_give():
    others = ["one = 1", "def two(): return one + 1", "three = 3", "one = 2", "import math as m"]
    source = "a = m.sqrt(two() * 3)"
    alone, whole = {}, {}
    exec(with_what_it_needs(source, others), alone)
    exec("\n".join([*others, source]), whole)
    assert alone["a"] == whole["a"] == 3.0 and "three" not in alone


def test_what_python_has_of_itself_is_brought_only_by_who_defines_it():
    assert with_what_it_needs("x = set(y)", ["set = 0", "y = 1"]) == "y = 1\n\nx = set(y)"
    for define in ("def set(row): pass", "class set: pass", "from mine import set"):
        assert with_what_it_needs("x = set()", [define, "set = 7"]) == f"{define}\n\nx = set()"


CLASS = "class Diary:\n    def read(self): return helped(self)"
HELPER = "LIMIT = 7\ndef helped(diary): return LIMIT"
SCRATCH = {  # cells below the answer that make a name anew, and what they need
    "tries the class": [HELPER + "\nassert helped(Diary())"],
    "in a class": [HELPER + "\nclass More(Diary): pass"],
    "in a list": [HELPER + "\nrows = [Diary() for _ in range(7)]"],
    "as a default": [HELPER + "\ndef tried(diary=Diary()): pass"],
    "by another's function": ["def tried(): return Diary()", HELPER + "\ntried()"],
    "by another's value": ["first = Diary()", HELPER + "\nfirst.read()"],
    "what is nowhere": [HELPER + "\nfor page in pages: helped(page)"],
    "the import alone": ["LIMIT = 9\nDiary()"],
}  # fmt: skip


@pytest.mark.parametrize("name", SCRATCH)
def test_a_cell_that_tries_the_answer_does_not_hide_what_stands_above_it(name):
    assert with_what_it_needs(CLASS, [HELPER, *SCRATCH[name]]) == f"{HELPER}\n\n{CLASS}"


def test_a_later_cell_is_taken_if_it_does_not_need_the_answer_when_it_is_run():
    later = HELPER + "\ndef tried(): return Diary()"
    assert with_what_it_needs(CLASS, [HELPER, later]) == f"{later}\n\n{CLASS}"
    only = HELPER + "\nDiary()"
    assert with_what_it_needs(CLASS, [only]) == f"{only}\n\n{CLASS}", "it says what is wrong"


def test_what_a_helper_uses_at_once_may_be_imported_above_it_and_in_the_answer():
    helper, answer = "LIMIT = math.floor(7.5)", "import math\nx = math.ceil(LIMIT)"
    whole = with_what_it_needs(answer, ["import math", helper])
    assert whole == f"import math\n\n{helper}\n\n{answer}"
    assert with_what_it_needs("import math\nx = math.pi", ["import math"]).count("import") == 1


def test_thousands_of_cells_that_need_each_other_are_brought():
    others = [f"def f{number}(): return f{number - 1}()" for number in range(3000)]
    assert with_what_it_needs("x = f2999()", others).count("def") == 3000


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("module", [cells, origin])
def test_a_stranger_is_refused(module):
    assert strangers_taken(module) == []
