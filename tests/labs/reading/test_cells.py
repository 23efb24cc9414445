"""A notebook's cells as Python: what only a notebook can do does nothing, and all else stays."""

import itertools
import sys

import pytest
from IPython.core import inputtransformer2

from scalemodel.labs.playing import origin
from scalemodel.labs.reading import cells, commands, formats
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
    "a parameter of that name": ("def shown(display):\n    display(7)", "def shown(display):\n    display(7)"),
    "all parameters": ("f = lambda a, /, b, *display, c: display(7)", "f = lambda a, /, b, *display, c: display(7)"),
    "an import by that name": ("import pprint as display\ndisplay(7)", "import pprint as display\ndisplay(7)"),
    "one that only names it": ("import display as shown\ndisplay(7)", "import display as shown\nNone"),
    "a part by that name": ("from pprint import pp as display\ndisplay(7)", "from pprint import pp as display\ndisplay(7)"),
    "a catch": ("try: f()\nexcept E as display: display(7)", "try: f()\nexcept E as display: display(7)"),
    "a match": ("match x:\n    case {**display}: display(7)", "match x:\n    case {**display}: display(7)"),
    "a loop's": ("[display(7) for display in row]; display(7)", "[display(7) for display in row]; None"),
    "a function's own, and outside": ("def f():\n    import g as display\n    display(7)\ndisplay(7)",
                                      "def f():\n    import g as display\n    display(7)\nNone"),
    "a function's, and inside": ("def f(display):\n    return lambda: display(7)",
                                 "def f(display):\n    return lambda: display(7)"),
    "a method's": ("class A:\n    def display(self):\n        display(self)\n    display(7)\ndisplay(A)",
                   "class A:\n    def display(self):\n        None\n    display(7)\nNone"),
    "a global": ("def f():\n    global display\n    display = 7\ndisplay(7)",
                 "def f():\n    global display\n    display = 7\ndisplay(7)"),
    "an argument by that name": ("f(display=7); display(8)", "f(display=7); None"),
    "another that IPython brings": ("def f(get_ipython): return get_ipython().x()",
                                    "def f(get_ipython): return get_ipython().x()"),
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


def test_what_hides_what_stands_below_it_is_told(monkeypatch):
    monkeypatch.setattr(commands, "MOST_ROUNDS", 3)
    assert as_python("ann.ipynb", "!x (\n" + "!x\n" * 9).count("None") == 10
    with pytest.raises(
        ValueError, match=r"ann.ipynb has a cell with 3 commands of a notebook, or m"
    ):
        as_python("ann.ipynb", "!x (\n" * 3)


@pytest.mark.parametrize(
    "line", ["!x", "x = !ls", "y = %time 3", "x?", "!ls \\\n -l", "!x [a]", "%who 'b'"]
)
def test_many_commands_are_read_in_a_few_rounds(monkeypatch, line):
    rounds, read = [], inputtransformer2.make_tokens_by_line
    count = lambda lines: (rounds.append(len(lines)), read(lines))[1]
    monkeypatch.setattr(inputtransformer2, "make_tokens_by_line", count)
    as_python("ann.ipynb", f"{line}\n" * 400)
    assert sum(size > 200 for size in rounds) == 2  # and each command by itself
    assert as_python("ann.ipynb", f"{line}\n" * 500).startswith(line), "IPython gives up, too"


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
PIECES = (
    *("x = 1", "!ls", "x = !ls", "y = %time 3", "x?", "!ls \\\n  -l", "x \\\n = !ls", "x \\\n = %who"),
    *("x = \\\n  %who", "!echo )(", "!echo (\n)", "x \\\n.a?"),
    *("if x:\n    !ls", "!echo (", "!echo )", "!echo {", "!echo ]", "!echo }}{{", "!echo '''", "!echo it's"),
    *("x = (7,\n% 3)", "(\n!ls)", "'''\n!ls\n'''", "# x?", "%x?", "!echo [\n]"),
)  # fmt: skip


def test_many_commands_at_once_are_what_ipython_makes_of_each_after_the_other():
    count = 0
    for pieces in itertools.product(PIECES, PIECES):
        cell = "\n".join([*pieces, "!ls"])
        each = inputtransformer2.TransformerManager().transform_cell(cell)
        if commands.tree_of(each):
            count += 1
            assert commands.transformed("ann.ipynb", cell) == each
    assert count > 300


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


FUTURE = "from __future__ import annotations"
DATED = {  # above the answer, the answer, and what is run
    "below another cell": (["import math"], FUTURE + "\nx: Later = math.pi",
                           FUTURE + "\nimport math\n\npass\nx: Later = math.pi"),
    "in a cell of its own": ([FUTURE], "x = 1", FUTURE + "\nx = 1"),
    "in both": ([FUTURE + "\nimport math"], FUTURE + "\nx = math",
                FUTURE + "\nimport math\n\npass\nx = math"),
    "above alone": ([FUTURE + "\nimport math"], "x = math", FUTURE + "\nimport math\n\nx = math"),
    "alone": ([], "\n" + FUTURE + "\nx = 1", "\n" + FUTURE + "\nx = 1"),
    "below a text": ([], "'words'\n" + FUTURE, FUTURE + "\n'words'\npass"),
    "of two": (["y = 1"], "from __future__ import (\n    division,\n    annotations); x = y",
               "from __future__ import division, annotations\ny = 1\n\npass; x = y"),
    "late, as IPython allows": (["y = 1"], "x = y\n" + FUTURE, FUTURE + "\ny = 1\n\nx = y\npass"),
    "late and alone": ([], "x = 1\n" + FUTURE, FUTURE + "\nx = 1\npass"),
    "a word": (["y = 1"], "x = y, '__future__'", "y = 1\n\nx = y, '__future__'"),
}  # fmt: skip


@pytest.mark.parametrize("name", DATED)
def test_what_is_imported_from_the_future_stands_first(name):
    others, source, whole = DATED[name]
    assert with_what_it_needs(source, others) == whole
    exec(compile(whole, "cell", "exec"), {})


AGAIN = {  # cells below the one that imports `math`, and whether they come along
    "plots": ("import math\nplot(math.pi)", False),
    "among others": ("import os, math\nopen(os.devnull)", False),
    "errs": ("import math\n1 / 0", False),
    "as itself": ("import math as math\n1 / 0", False),
    "another": ("import cmath as math", True),
    "in another way": ("import math\nmath = 7", True),
    "if need be": ("if 1:\n    import math", True),
    "from elsewhere": ("from mine import math", True),
}


@pytest.mark.parametrize("name", AGAIN)
def test_an_import_that_is_repeated_below_brings_no_cell(name):
    again, comes = AGAIN[name]
    others, answer = ["import math\nLIMIT = 7", again], "x = math.floor(7.5)"
    assert with_what_it_needs(answer, others) == f"{others[comes]}\n\n{answer}"
    between = ["import math", "math = 7", "import math; y = 1"]
    assert with_what_it_needs(answer, between) == f"{between[2]}\n\n{answer}"
    assert with_what_it_needs("x = floor(7.5)", ["from math import floor", "from math import floor, pi\npi()"]
                              ).startswith("from math import floor\n\n")  # fmt: skip


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


def test_a_cell_that_needs_the_answer_twice_is_one_cell():
    others = ["helped = 0", "y = 1", "def y(): return A + B", "helped = y"]
    answer = "A = 1\nB = 2\nx = helped"
    assert with_what_it_needs(answer, others) == "\n\n".join([*others[2:], answer])


def test_what_is_imported_in_a_function_is_not_there_for_others():
    answer = "LIMIT = 7\ndef f():\n    import LIMIT\nx = helped"
    others = ["LIMIT = 9", "helped = 1", "helped = LIMIT"]
    assert with_what_it_needs(answer, others) == f"helped = 1\n\n{answer}"


def test_thousands_of_cells_that_need_each_other_are_brought():
    others = [f"def f{number}(): return f{number - 1}()" for number in range(3000)]
    assert with_what_it_needs("x = f2999()", others).count("def") == 3000


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("module", [cells, commands, formats, origin])
def test_a_stranger_is_refused(module):
    assert strangers_taken(module) == []
