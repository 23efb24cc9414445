"""A lab on a page, with one Python and no numpy: what the command says, or unknown in words."""

import collections
import contextlib
import dataclasses
import gc
import json
import subprocess
import sys
from unittest.mock import Mock

import pytest

from scalemodel.labs import grade
from scalemodel.labs.alone import page
from scalemodel.labs.alone.harmless import doubt_of
from scalemodel.labs.alone.lent import LENT, OF_C, names_for
from scalemodel.labs.alone.player import Alone, Doubtful
from scalemodel.labs.grade import grade_stage
from scalemodel.labs.playing.anew import Anew
from scalemodel.labs.playing.apart import Apart
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.lives import Lives
from scalemodel.labs.playing.store import Store
from scalemodel.labs.submission import submission_in
from scalemodel.labs.twitter import page as twitter_page
from scalemodel.labs.twitter.lab import LAB
from scalemodel.labs.twitter.page import practice
from scalemodel.stage.python import carried
from tests.labs import diary, test_forged, test_refusals
from tests.labs.diary import KEEPS
from tests.labs.playing import test_player
from tests.laws import lab_laws

CALM, STORM = diary.LAB.stages
SEEDS = list(range(3))
CARRIED = """
import json, sys
sys.path.insert(0, sys.argv[1])
from dataclasses import asdict
from scalemodel.labs import grade
from scalemodel.labs.alone import page
from scalemodel.labs.twitter.page import practice

grade.TRIES, grade.SLOW_S, grade.SHRINK_S = json.loads(sys.argv[2])
lab, seeds = practice()
for key, count, source in json.load(sys.stdin):
    result, printed = page.judged(lab, key, source, seeds[:count])
    print(json.dumps([asdict(result.verdict), [str(m.value) for m in result.budgets]]))
"""


def alone(source):
    return Alone(source, "Diary", list(diary.LAB.service))


def verdict(stage, source, seeds=SEEDS):
    """What the page makes of a diary: the verdict, or the doubt."""
    try:
        return lab_laws.first_verdict(diary.LAB, stage, alone(source), seeds)
    except Doubtful as doubt:
        return str(doubt)


@pytest.fixture(scope="module")
def on_page(tmp_path_factory):
    """Judges (stage, seeds, source) rows where there is only Python and what a page brings."""
    folder = tmp_path_factory.mktemp("page")
    script = carried.modules_js({f"scalemodel.labs.{LAB.name}.page"})
    brought = json.loads(script.partition(", ")[2].rpartition(")")[0])
    for path, text in brought["modules"].items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)

    def judge(rows):
        limits = grade.TRIES, grade.SLOW_S, grade.SHRINK_S
        done = subprocess.run(
            [sys.executable, "-S", "-P", "-c", CARRIED, folder, json.dumps(limits)],
            input=json.dumps(rows), capture_output=True, text=True, env={},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return judge


def answers():
    """Every answer of the lab by its kind and name: those who are right, lazy, and wrong."""
    folder = lab_laws.folder_of(LAB)
    yield "reference", lab_laws.reference_of(LAB)
    yield "catch up", submission_in("x.py", (folder / "catch_up.py").read_bytes()).source
    for path in sorted([*folder.glob("different/*.py"), *folder.glob("lazy/*.py")]):
        yield f"{path.parent.name} {path.stem}", path.read_text()
    for path in sorted(folder.glob("mutants/*.py")):
        yield f"mutant {path.stem}", lab_laws.mutant_of(LAB, path.name)


def patient(lab, source):
    """The command's player, on a machine that is busy."""
    return lab_laws.apart(lab, source, call_s=60.0)


def said(player, key, count, source):
    """What somebody else says of the same worlds."""
    _, seeds = practice()
    result = grade_stage(LAB, LAB.stage(key), player(LAB, source), seeds[:count])
    return [dataclasses.asdict(result.verdict), [str(m.value) for m in result.budgets]]


def unhurried(monkeypatch, tries):
    """No clock ends a search for the shortest run, only a count of its tries."""
    for name, value in (("TRIES", tries), ("SLOW_S", 3600.0), ("SHRINK_S", 3600.0)):
        monkeypatch.setattr(grade, name, value)


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_is_right_is_told_and_what_is_still_to_write(capsys):
    text = "PREDICTION = 'forty'\n" + KEEPS
    page.check(diary.LAB, "b", text, SEEDS)
    assert capsys.readouterr().out == (
        "Playing 3 worlds ...\nb. Storm: passed on 3 seeds, with practice dice\n"
        "Still to write: EXPLANATION\n"
    )


def test_what_is_wrong_has_a_sentence_and_its_shortest_run_and_what_that_printed(capsys):
    source = diary.FORGETS.replace("def read(self):", "def read(self):\n        print('read')")
    page.check(diary.LAB, "b", source, SEEDS)
    sentence, run, printed = capsys.readouterr().out.split("\n\n", 2)
    told = grade_stage(diary.LAB, STORM, lab_laws.apart(diary.LAB, source), SEEDS).verdict
    assert sentence.partition("\n")[2] == told.sentence()
    assert run == f"The shortest run that shows it:\n{told.story}"
    assert printed == "It printed:\nread\n\n"


def test_the_page_has_the_notebook_s_cells_and_a_button_a_stage():
    written = lab_laws.tool("pair").unexecuted(lab_laws.ROOT / "book" / LAB.name / "lab.md")
    (cell,) = [cell for cell in written.cells if carried.TAG in cell.metadata.get("tags", [])]
    notebook = lab_laws.tool("lab_notebooks").student(
        lab_laws.jupytext.read(lab_laws.folder_of(LAB) / "lab.py")
    )
    tagged = {tag: row.source for row in notebook.cells for tag in row.metadata.get("tags", [])}
    parts = [tagged[tag] for tag in ("prediction", "answer", "explanation")]
    assert cell.source == "\n\n\n".join(parts)
    here = cell.metadata["here"]
    assert [*here["runs"]] == [stage.key for stage in LAB.stages]
    assert here["module"] == twitter_page.__name__


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_wrong_answers_are_judged_on_a_page_as_they_are_here(on_page, monkeypatch):
    unhurried(monkeypatch, tries=2)
    rows = [(key, 1, lab_laws.reference_of(LAB)) for key in "ab"]
    for path in sorted((lab_laws.folder_of(LAB) / "mutants").glob("*.py")):
        key, _ = lab_laws.caught_by(path)
        rows += [(key, 1, lab_laws.mutant_of(LAB, path.name))] * (key in "ab")
    told = on_page(rows)
    assert told == [said(lab_laws.here, *row) for row in rows]
    assert {verdict["outcome"] for verdict, _ in told} == {"valid", "invalid"}


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "source"), [*answers()], ids=[name for name, _ in answers()])
def test_every_answer_is_judged_on_a_page_as_by_the_command(name, source, on_page, monkeypatch):
    unhurried(monkeypatch, tries=8)
    rows = [(stage.key, grade.SEEDS, source) for stage in LAB.stages]
    for row, told in zip(rows, on_page(rows), strict=True):
        assert told == said(patient, *row)


def odd_answers():
    """Of all that plays in a lab, what must not come out otherwise: by kind, with its stage."""
    for name, source in test_player.ODD.items():
        yield f"odd: {name}", CALM, source
    for name, (source, _) in test_player.CHEATS.items():
        yield f"cheat: {name}", CALM, source
    yield "hog: recurses", CALM, test_player.diary(read=test_player.HOGS["recurses"])
    for name in test_refusals.MEMORIES:
        yield f"memory: {name}", STORM, test_refusals.remembers(name)
    for name, log in test_refusals.logs(lab_laws.ROOT / "nowhere").items():
        yield f"log: {name}", STORM, test_refusals.diary(log)
    for name, hook in test_refusals.HOOKS.items():
        yield f"hook: {name}", STORM, test_refusals.diary(hook + test_refusals.OPENS)
    log = "def keep(word): pass\ndef recall(): return []"
    for name, reach in test_refusals.REACHES.items():
        yield f"reach: {name}", STORM, test_refusals.diary(log, write=reach)
    for name, use in test_refusals.USES.items():
        use = "\n".join(f"        {row}" for row in use.splitlines())
        source = KEEPS.replace("def read(self):", f"def read(self):\n{use}")
        yield f"use: {name}", CALM, source
    for name, line in test_forged.HARD.items():
        yield f"hard: {name}", CALM, f"{line}\n{KEEPS}"
    for name, body in CATCHES.items():
        yield f"catches: {name}", STORM, CAUGHT.replace("BODY", body)
    for name, body in CHANGED.items():
        yield f"changed: {name}", CALM, test_player.diary(read=body)
    for name, value in VALUES.items():
        yield f"value: {name}", CALM, test_player.diary(read=f"return {value}")
        write = f"self.store.put('x', {value})"
        yield f"stored: {name}", CALM, test_player.diary(write=write)


CAUGHT = """class Hides:
    def __enter__(self): return self
    def __exit__(self, *error): return True

class Diary:
    def __init__(self, store):
        self.store, self.words = store, store.get("words") or []

    def write(self, word):
        self.words.append(word)
        try:
            self.store.put("words", self.words)
        BODY

    def read(self):
        return self.words
"""
CATCHES = {  # who hears of its death
    "nothing": "except Exception: pass",
    "and goes on": "except BaseException: pass",
    "and asks again": "except BaseException: self.store.put('words', self.words)",
    "and says so": "finally: self.store.get('x')",
    "and asks for ever": "except: pass\n        while True:\n            try:\n"
    "                self.store.put('words', self.words)\n                break\n"
    "            except: pass",
    "and goes on in the end": "finally: done = 0\n        while not done:\n            try:\n"
    "                self.store.put('words', self.words)\n                done = 1\n"
    "            finally: continue",
    "and a manager hides it": "except: pass\n        while not self.hidden(): pass\n\n"
    "    def hidden(self):\n        with Hides(): return self.store.put('words', self.words) or 1",
}
CHANGED = {  # what is in the store is nobody's to change
    "what was given": "self.store.push('x', [1])\nself.store.newest('x', 1)[0].append(2)\n"
    "return self.store.newest('x', 1)",
    "a record": "self.store.put('x', {'a': [1]})\nself.store.get('x')['a'].append(2)\n"
    "return self.store.get('x')",
    "what was put": "row = [1]\nself.store.put('x', row)\nrow.append(2)\nreturn self.store.get('x')",
}
VALUES = {
    "a set": "{1}", "an object": "object()", "a tuple": "(17, (18,))", "a record": "{1: [2]}",
    "no number": "float('nan')", "a large number": "10**30", "a larger one": "10**5000",
    "half a letter": "'\\ud800'", "much": "['x' * 1000] * 101", "much in many": "['x' * 999] * 999",
    "a little too much": "['x' * 66] * 286", "as much as can be": "['x' * 66] * 285",
    "true": "[True, None]",
    "itself": "(lambda row: row.append(row) or row)([])",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "stage", "source"), [*odd_answers()], ids=[name for name, *_ in odd_answers()]
)
def test_what_is_odd_is_unknown_or_what_the_command_says(name, stage, source):
    seeds = SEEDS if stage is STORM else SEEDS[:1]
    mine = verdict(stage, source, seeds)
    if isinstance(mine, str):
        assert mine.endswith("The notebook and the command can judge it")
        assert not name.startswith(("memory", "catches", "changed", "value", "stored")), mine
    else:
        told = lab_laws.first_verdict(diary.LAB, stage, lab_laws.apart(diary.LAB, source), seeds)
        assert mine == told


def test_a_counter_that_is_lent_counts_as_python_s():
    names = names_for(print)
    exec("from collections import Counter\nimport collections, itertools, functools", names)
    mine, yours = names["Counter"], collections.Counter
    for kind in (mine, yours):
        one, two = kind("hello"), kind(l=2, x=1)
        one.update("lo")
        del one["h"], one["nobody"]
        assert isinstance(one, kind) and str(one) == "Counter({'l': 3, 'o': 2, 'e': 1})"
        assert (one + two)["x"] == 1 and (one - two)["l"] == 1 and one != two == two.copy()
        assert one.most_common(1) == [("l", 3)] and one["z"] == 0 and one & two == kind(l=2)
        assert (+one).total() == 6 and [*two.elements()] == ["l", "l", "x"]
        with pytest.raises(NotImplementedError):
            kind.fromkeys("ab")
    assert mine is not yours and mine.most_common is not yours.most_common
    of_c = [names[module].__dict__[name] for module in ("collections", "itertools", "functools")
            for name in LENT[module][1].split()]  # fmt: skip
    changed = [kind for kind in of_c if isinstance(kind, type) and not kind.__flags__ & OF_C]
    assert changed == [names["collections"].Counter]


# ── Refusals ────────────────────────────────────────────────────────────────
LEADS_OUT = {
    "a frame": "(x for x in ()).gi_frame", "a class": "().__class__", "its parents": "int.mro()",
    "a method's names": "print.__globals__", "a text that asks": "'{0.__class__}'.format(1)",
    "a text made before": "('{0.' + 'mro}').format(1)", "by its function": "str.format('{0.x}', 1)",
    "by the place of a field": "'{:{0.x}}'.format(1)", "a map of names": "'{x.y}'.format_map({})",
    "a class with a name in pieces": "type('K', (), {'__d' + 'el__': f})",
    "its parts in a star": "type(*parts)", "who makes one": "[type]",
    "the built-in names": "__builtins__", "the loader": "__loader__", "an import": "__import__('os')",
}  # fmt: skip
LEADS_OUT_STATED = {
    "a pattern": "match 1:\n    case int(real=x): pass", "a method": "class A:\n    def __del__(self): pass",
    "an alias": "import math as __builtins__", "an error": "try: 1\nexcept ValueError as __x__: pass",
    "a pattern's name": "match 1:\n    case __x__: pass", "an argument": "def f(__class__): pass",
    "a global": "def f():\n    global __builtins__", "a keyword": "class A(__x__=1): pass",
    "a module": "from math.__x__ import y",
}  # fmt: skip
ASKED_FOR = {  # as the program runs
    "an attribute in pieces": "getattr(1, '__cl' + 'ass__')", "to look": "hasattr(1, '__x__')",
    "to set": "setattr(A, '__x' + '__', 1)", "to take away": "delattr(A, '__x' + '__')",
    "a format": "getattr('', 'for' + 'mat')", "a text of its own kind": "getattr(1, S('x'))",
    "open": "[*map(open, 'x')]", "eval": "eval('1')", "vars": "vars()", "globals": "globals()",
    "who makes classes": "type(type(0))('X', (), {})", "the class of one's own": "type(A)",
    "id": "id(1)", "input": "input()", "a module": "__builtins__ and 0", "os": "exec('import os')",
}  # fmt: skip
HANGS = {  # what may be left on what is lent; a list that the next life finds, or not
    "a module": "import math\nplace = math", "a function of a module": "import json\nplace = json.dumps",
    "another": "from heapq import merge\nplace = merge", "a cache": "from functools import cache\nplace = cache",
    "a built-in function": "place = getattr", "what prints": "place = print",
    "a class of Python's": "from collections import deque\nplace = deque",
    "a class that is made": "from collections import namedtuple\nplace = namedtuple('A', 'b')",
    "another of Python's": "from collections import Counter\nplace = Counter",
    "a method of it": "from collections import Counter\nplace = Counter.most_common",
    "a group of errors": "place = ExceptionGroup",
    "what makes a group": "place = type(BaseExceptionGroup('', [ValueError()]))",
    "a group that is caught": "try: 1 / 0\nexcept* ZeroDivisionError as e: place = type(e)",
    "a cache's figures": "import functools\nplace = type(functools.cache(len).cache_info())",
    "another cache's": "from functools import lru_cache\nplace = type(lru_cache(len).cache_info())",
    "json's error": "import json\ntry: json.loads('')\nexcept ValueError as e: place = type(e)",
    "an error": "place = GeneratorExit", "the kind of a module": "import math\nplace = type(math)",
}  # fmt: skip


@pytest.mark.parametrize("name", LEADS_OUT)
def test_what_leads_out_is_unknown(name):
    assert "line 1 uses" in doubt_of(f"x = {LEADS_OUT[name]}")


@pytest.mark.parametrize("name", LEADS_OUT_STATED)
def test_what_is_named_as_only_python_names_is_unknown(name):
    assert "which may lead out of the program" in doubt_of(LEADS_OUT_STATED[name])


@pytest.mark.parametrize(
    "line",
    [
        "'{}: {:.2f}, {0!r:>5}'.format(1, 2)",
        "f'{x.y:.2f}'",
        "x.__init__()",
        "x.__name",
        "_x_",
        "type(x)",
    ],
)
def test_what_leads_nowhere_is_judged(line):
    assert doubt_of(line) == ""


@pytest.mark.parametrize("name", ASKED_FOR)
def test_what_is_asked_for_as_it_runs_is_unknown(name):
    before = "class A: pass\nclass S(str): pass\n"
    write = f"try:\n    {ASKED_FOR[name]}\nexcept BaseException: pass"
    assert isinstance(verdict(CALM, before + test_player.diary(write=write)), str)


@pytest.mark.parametrize("name", HANGS)
def test_nothing_that_is_lent_keeps_what_is_hung_onto_it(name):
    log = f"""{HANGS[name]}
def recall(): return [*getattr(place, "words", [])]
def keep(word): place.words = [*recall(), word]
"""
    found = verdict(STORM, test_refusals.diary(log, write="if word in recall(): return"))
    assert isinstance(found, str) or found.outcome == "invalid"


def handed(names):
    """Everything that a life is lent, by its name, with what hangs on it and what it gives."""
    lent, given = names["__builtins__"], []
    things = dict(lent)
    for module in LENT:
        for name in LENT[module][1].split():
            things[f"{module}.{name}"] = getattr(lent["__import__"](module), name)
    for name, thing in [*things.items()]:
        for part in dir(thing):
            if part[:2] != "__":
                things[f"{name}.{part}"] = getattr(thing, part, None)
    exec(GIVES, names | {"of_itertools": LENT["itertools"][1].split(), "things": given})
    return things | {f"given {place}": thing for place, thing in enumerate(given)}


GIVES = """
import collections, functools, heapq, itertools, json, math, operator
def tries(f, *words, **more):
    try: got = f(*words, **more)
    except BaseException as error: got = error
    things.append(got)
    return got
def f(x=1): return x
for made in (functools.cache(f), functools.lru_cache(f), functools.lru_cache(3)(f)):
    things += [made, made.cache_info(), made.cache_parameters(), made.cache_parameters]
things += [functools.partial(f), functools.cmp_to_key(f)(1), operator.itemgetter(0)]
for text in ("x", "[", "{", "1.5"): tries(json.loads, text)
tries(json.dumps, f), tries(json.dumps, [float("nan")], allow_nan=False), tries(math.sqrt, -1)
for name in of_itertools:
    for words in (([1, 2],), ([1, 2], 2), (2,), (f, [1, 2]), ([1], [1])):
        tries(getattr(itertools, name), *words)
N = collections.namedtuple("N", "a b")
things += [N, N(1, 2), N.a, N._fields, N._field_defaults, N(1, 2)._asdict, N._make]
tries(collections.namedtuple, "1", "a")
for kind in (collections.deque, collections.OrderedDict, collections.Counter):
    things += [kind([(1, 2)]), iter(kind([(1, 2)])), reversed(kind([(1, 2)]))]
tries(collections.Counter("ab").elements), tries(collections.Counter("ab").most_common)
things += [heapq.merge([1], [2]), {}.items(), {}.keys(), iter({}), (x for x in []), lambda: 0]
things += [property(f), classmethod(f), staticmethod(f), slice(1), bytearray(), object()]
for name in ("e", "x" * 99): tries(lambda: [][name]), tries(lambda: {}[name]), tries(int, name)
def deep(): return deep()
tries(deep), tries(next, iter([])), tries(chr, -1), tries(bytes.decode, bytes([255]))
class A:
    __slots__ = ("s",)
    def m(self): pass
things += [A, A(), A().m, A.m, A.s]
"""


def test_nothing_that_two_lives_are_handed_can_be_written_to():
    one, two = (handed(names_for(lambda words: None)) for _ in range(2))
    assert one.keys() == two.keys() and len(one) > 1000
    kept = set()
    for name, thing in one.items():
        for mine, other in ((thing, two[name]), (type(thing), type(two[name]))):
            if mine is other:
                assert not isinstance(mine, (list, dict, set, bytearray, collections.deque)), name
                with contextlib.suppress(AttributeError, TypeError):
                    mine.words_ = 1
                    del mine.words_
                    kept.add(name)
    assert not kept


def test_the_operations_of_a_store_say_the_same_of_themselves_everywhere():
    source = """class Diary:
    def __init__(self, store): self.store = store
    def say(self): return [self.store.push.__name__, repr(self.store.push).partition(" at ")[0]]
"""
    players = Alone(source, "Diary", ["push"]), Apart(source, "Diary", ["push"])
    for player in (*players, Anew(source, "Diary", ["push"])):
        player.begin([], serve=None)
        assert player.call("say") == ["push", "<function push"]
        player.end()


def test_who_is_dead_asks_for_nothing_more_in_a_later_life():
    source = """class Diary:
    def __init__(self, store):
        self.last = self.say(store)
        next(self.last)

    def say(self, store):
        try:
            yield
        finally:
            store.put("last", "word")

    def write(self, word):
        return self
"""
    player, store = Alone(source, "Diary", ["put"]), Store(History(None))
    with Lives(player, store, []) as lives:
        lives.start()
        store.kill_at(0)
        assert lives.call("write", 17) is None
        gc.collect()
    assert store.records == {}


def test_what_was_answered_is_not_the_program_s_any_more():
    source = "class Echo:\n    row = [1]\n    def __init__(self, store): pass\n"
    player = Alone(source + "    def say(self): return self.row", "Echo", [])
    player.begin([], None)
    player.call("say").append(2)
    assert player.call("say") == [1]


def test_a_life_that_is_over_asks_for_nothing():
    asked = []
    player = Alone(KEEPS, "Diary", ["put"])
    player.begin([], lambda *words: asked.append(words))
    put = player._life.subject.store.put
    put("x", 1)
    player.end()
    with pytest.raises(GeneratorExit):
        put("x", 2)
    assert asked == [("put", ["x", 1])]


@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_what_cannot_be_looked_through_is_unknown(error, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("ast.parse", Mock(side_effect=error))
        told = doubt_of(KEEPS)
    assert "too deep to be looked through" in told


def test_a_module_from_beside_the_program_is_unknown():
    source = f"from .math import floor\n{KEEPS}"
    assert "it imports math, and on a page" in verdict(CALM, source, SEEDS[:1])


def test_a_store_that_is_asked_too_deep_in_a_program_is_unknown():
    deeper = "try:\n    self.read()\nexcept RecursionError:\n    self.store.put('x', 1)\n"
    source = test_player.diary(read=f"{deeper}return [17, 18, 19, 20, 21]")
    assert verdict(CALM, source, SEEDS[:1]) == (
        "it asks its store too deep in itself. The notebook and the command can judge it"
    )


def test_much_that_is_printed_is_cut_and_a_file_of_the_program_s_own_has_its_words():
    class Paper:
        """Whatever is written to it is asked back."""

    source = """class Paper:
    words = ""
    def write(self, text): self.words += text

class Echo:
    def __init__(self, store): print("x" * 100_000)
    def say(self):
        paper = Paper()
        print("ha", 2, sep="-", end="!", file=paper)
        print("ha")
        return paper.words
"""
    player = Alone(source, "Echo", [])
    player.begin([], None)
    assert len(player.printed) == 64_000 and player.call("say") == "ha-2!"
    player.printed = ""
    player.call("say")
    assert player.printed == "ha\n"


def test_who_hands_in_too_much_or_nothing_is_told(capsys):
    page.check(diary.LAB, "a", "x" * 100_001, SEEDS)
    assert "more than 100,000 characters" in capsys.readouterr().out
    page.check(diary.LAB, "a", "", SEEDS[:2])
    printed = capsys.readouterr().out
    assert "Playing 2 worlds ." in printed and "the file defines no Diary" in printed


@pytest.mark.parametrize("module", [page])
def test_a_stranger_is_refused(module):
    assert lab_laws.strangers_taken(module) == []
