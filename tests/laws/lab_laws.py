"""What each lab must show: that right answers pass, and wrong ones fail for their own fault.

A lab joins by a subclass of `LabLaws` that names it, in tests/labs/test_<company>.py. What
became of each answer is printed after the tests, under "labs".
"""

import dataclasses
import importlib
import inspect
import linecache
import math
import statistics
import sys
import types
from pathlib import Path

import jupytext
import pytest
from scipy.special import bdtrc

from scalemodel.labs.grade import SEEDS, first_wrong, grade, grade_stage
from scalemodel.labs.lab import QUANTILE, Lab
from scalemodel.labs.playing.apart import Apart, Limits
from scalemodel.labs.playing.player import Here
from scalemodel.labs.seeds import seeds_of
from scalemodel.labs.submission import read_submission
from scalemodel.labs.verdict import INVALID, VALID
from tests.house.test_docstrings import public

ROOT = Path(__file__).parents[2]
MARGIN = 0.75  # of a budget's limit, that the reference may use
DEAREST = 0.9  # the same of one student's worlds, for whom the dice may have been dear
LUCK = 1e-3  # more seldom than this a wrong answer may pass an attempt


# ── Answers ─────────────────────────────────────────────────────────────────
def folder_of(lab):
    """Where the lab's notebook lies, with its mutants and its other answers."""
    return ROOT / "labs" / lab.folder


def reference_of(lab):
    """The source of the answer key."""
    return read_submission(folder_of(lab) / "lab.py").source


def mutant_of(lab, name):
    """The reference with the methods that the mutant has in place of its own."""
    return f"{reference_of(lab)}\n\n{(folder_of(lab) / 'mutants' / name).read_text()}"


def caught_by(path):
    """The stage and the check that catch a mutant, as it says itself."""
    return path.read_text().split("Caught by: ")[1].splitlines()[0].split(", ", 1)


def bare(lab, **bodies):
    """A source whose methods take anything and do nothing, but for those with a body here."""
    lines = [f"class {lab.subject}:"]
    for name, body in ({"__init__": "pass"} | dict.fromkeys(lab.methods, "pass") | bodies).items():
        lines += [f"    def {name}(self, *asked):", *(f"        {row}" for row in body.split("\n"))]
    return "\n".join(lines)


def here(lab, source):
    """A player of `source` in this process."""
    module = sys.modules["answer"] = types.ModuleType("answer")
    exec(compile(source, "answer.py", "exec"), module.__dict__)
    return Here(vars(module)[lab.subject], list(lab.service))


def apart(lab, source, **limits):
    """A player of `source` in a process of its own."""
    return Apart(source, lab.subject, list(lab.service), Limits(**limits))


def first_verdict(lab, stage, player, seeds):
    """The verdict on the first run that breaks a promise, as it was played; else on the last.

    Grading says the same of a shorter run, which costs ten times as many.
    """
    for seed in seeds:
        verdict = first_wrong(stage, lab.play(stage.draw(seed), player))
        if verdict.outcome == INVALID:
            break
    return verdict


def run_cell(source, space):
    """Run a cell as a notebook does, which keeps its source for tracebacks."""
    name = f"<cell {hash(source)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    exec(compile(source, name, "exec"), space)


def told(record_property, lab, kind, name, outcome):
    """A line of the table that is printed after the tests."""
    record_property("lab", f"{lab.name}  {kind:10}{name:24}{outcome[:90]}")


def tool(name):
    """A module of `tools`, whose scripts import each other."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.pop(0)


def strangers_taken(module):
    """The public functions of `module` that take what is of no kind that they ask for."""
    return [f"{path} {name}".rstrip() for path, name, function in _functions(module)
            if not _is_refused(function, bool(name))]  # fmt: skip


def _functions(module):
    for path, thing in public(module):
        for name, function in vars(thing).items() if inspect.isclass(thing) else [("", thing)]:
            begins = name == "__init__" and not dataclasses.is_dataclass(thing)
            if inspect.isfunction(function) and (begins or not name.startswith("_")):
                yield path, name, function


def _is_refused(function, is_method):
    """Whether a stranger in every place is told of the first."""
    places = [*inspect.signature(function).parameters.values()][is_method:]
    asked = [place.name for place in places if place.kind == place.POSITIONAL_OR_KEYWORD]
    if not asked:
        return True
    try:
        function(*[None] * is_method, **{name: object() for name in asked})
    except ValueError as error:
        return str(error).startswith(f"{asked[0]}=")
    except Exception:
        return False
    return False


# ── The laws ────────────────────────────────────────────────────────────────
class LabLaws:
    """A subclass has a `lab`; the laws look for the rest in the lab's folder."""

    lab: Lab

    def pytest_generate_tests(self, metafunc):
        """A test for each file in the folder that an argument is named after."""
        for argument, folder in (("mutant", "mutants"), ("different", "different")):
            if argument in metafunc.fixturenames:
                paths = sorted((folder_of(self.lab) / folder).glob("*.py"))
                metafunc.parametrize(argument, paths, ids=[path.stem for path in paths])

    @property
    def seeds(self):
        return seeds_of("practice", "ann", self.lab.name, count=SEEDS)

    # What is right passes.
    @pytest.mark.slow
    def test_the_reference_passes_and_keeps_its_margin(self, record_property):
        result = grade(self.lab, here(self.lab, reference_of(self.lab)), self.seeds)
        outcome = f"{result.points} points, {result.outcome}"
        told(record_property, self.lab, "reference", "lab.py", outcome)
        assert (result.points, result.outcome) == (100, VALID)
        self.margin_holds(result.stages, DEAREST)

    @pytest.mark.slow
    @pytest.mark.parametrize("count", [1, pytest.param(SEEDS, marks=pytest.mark.thorough)])
    def test_the_reference_gets_the_same_grade_here_and_apart(self, count):
        one, other = (
            grade(self.lab, player(self.lab, reference_of(self.lab)), self.seeds[:count])
            for player in (here, apart)
        )
        assert one.outcome == VALID and one.digest() == other.digest()

    @pytest.mark.slow
    @pytest.mark.parametrize("count", [2, pytest.param(SEEDS, marks=pytest.mark.thorough)])
    def test_a_correct_answer_of_another_kind_passes(self, different, count, record_property):
        result = grade(self.lab, here(self.lab, different.read_text()), self.seeds[:count])
        outcome = f"{result.points} points, {result.outcome}"
        told(record_property, self.lab, "different", different.stem, outcome)
        assert (result.points, result.outcome) == (100, VALID)

    def test_there_are_three_answers_of_another_kind_and_eight_wrong_ones(self):
        counts = [
            len([*(folder_of(self.lab) / name).glob("*.py")]) for name in ("different", "mutants")
        ]
        assert counts[0] >= 3 and counts[1] >= 8

    def test_the_catch_up_file_passes_the_first_stage_and_no_other(self):
        player = here(self.lab, read_submission(folder_of(self.lab) / "catch_up.py").source)
        first, *later = [
            first_verdict(self.lab, stage, player, self.seeds).outcome for stage in self.lab.stages
        ]
        assert first == VALID and set(later) == {INVALID}

    @pytest.mark.thorough
    def test_the_reference_keeps_its_margin_on_fifty_seeds(self):
        player = here(self.lab, reference_of(self.lab))
        self.margin_holds(
            grade_stage(self.lab, stage, player, list(range(50))) for stage in self.lab.stages
        )

    def margin_holds(self, results, share=MARGIN):
        for result in results:
            assert result.outcome == VALID
            for measured in result.budgets:
                assert measured.value <= share * measured.budget.limit, measured.sentence()

    @pytest.mark.thorough
    def test_worlds_are_level_for_two_hundred_students(self):
        rows, failed = tool("lab_spread").spread(self.lab, 200)
        assert failed == 0
        for budget, values in rows.items():
            assert statistics.median(values) <= MARGIN * budget.limit, budget.name
            assert max(values) <= DEAREST * budget.limit, budget.name

    # What is wrong fails, for its own fault.
    @pytest.mark.slow
    def test_a_wrong_answer_is_caught_by_the_check_that_it_names(
        self, mutant, record_property, monkeypatch
    ):
        monkeypatch.setattr("scalemodel.labs.grade.TRIES", 0)
        key, check = caught_by(mutant)
        stage, player = self.lab.stage(key), here(self.lab, mutant_of(self.lab, mutant.name))
        of_a_budget = check in {budget.name for budget in stage.budgets}  # nothing stops it
        seeds = self.seeds[: 2 if of_a_budget else SEEDS]
        result = grade_stage(self.lab, stage, player, seeds)
        assert result.outcome == INVALID
        over = [measured.budget.name for measured in result.budgets if not measured.kept]
        assert check in (result.verdict.check, *over)
        told(record_property, self.lab, "mutant", mutant.stem, f"stage {key}, {check}")

    def test_every_check_and_every_budget_is_needed(self):
        caught = {caught_by(path)[1] for path in (folder_of(self.lab) / "mutants").glob("*.py")}
        checks = {check.__name__ for stage in self.lab.stages for check in stage.checks}
        budgets = {budget.name for stage in self.lab.stages for budget in stage.budgets}
        assert caught == checks | budgets

    @pytest.mark.thorough
    def test_no_wrong_answer_passes_by_luck(self, mutant):
        key, check = caught_by(mutant)
        stage, player = self.lab.stage(key), here(self.lab, mutant_of(self.lab, mutant.name))
        histories = [self.lab.play(stage.draw(seed), player) for seed in range(100)]
        passed = sum(self.passes(stage, check, history) for history in histories) / 100
        of_a_budget = check in {budget.name for budget in stage.budgets}
        needed = math.ceil(QUANTILE * SEEDS) if of_a_budget else SEEDS
        assert bdtrc(needed - 1, SEEDS, passed) < LUCK

    def passes(self, stage, check, history):
        """Whether a run shows nothing wrong, or keeps the budget called `check`."""
        for budget in stage.budgets:
            if budget.name == check:
                return budget.of([budget.measure(history)]).kept
        return first_wrong(stage, history).outcome == VALID

    @pytest.mark.slow
    def test_a_counterexample_is_the_same_here_and_apart(self, monkeypatch):
        monkeypatch.setattr("scalemodel.labs.grade.TRIES", 8)
        stage = self.lab.stages[1]
        paths = sorted((folder_of(self.lab) / "mutants").glob("*.py"))
        source = mutant_of(
            self.lab, next(path.name for path in paths if caught_by(path)[0] == stage.key)
        )
        one, other = (
            grade_stage(self.lab, stage, player(self.lab, source), self.seeds).verdict
            for player in (here, apart)
        )
        assert one.outcome == INVALID and one.story and one == other

    @pytest.mark.thorough
    def test_every_grade_is_the_same_here_and_apart(self, mutant):
        source = mutant_of(self.lab, mutant.name)
        one, other = (
            grade(self.lab, player(self.lab, source), self.seeds) for player in (here, apart)
        )
        assert one.outcome == INVALID and one.digest() == other.digest()

    # What is no answer fails in words.
    @pytest.mark.parametrize("name", ["nothing", "no class", "syntax", "stub", "signature"])
    def test_what_is_no_answer_fails_in_words(self, name, record_property):
        source, words = {
            "nothing": ("", f"the file defines no {self.lab.subject}"),
            "no class": ("x = 1", f"the file defines no {self.lab.subject}"),
            "syntax": (f"class {self.lab.subject}(:", "SyntaxError: invalid syntax (line 1)"),
            "stub": (self.stub(), "NotImplementedError"),
            "signature": (self.of_seven_arguments(), "required positional argument"),
        }[name]
        sentence = self.fails(source)
        assert words in sentence
        told(record_property, self.lab, "no answer", name, sentence)

    def test_a_method_that_is_missing_is_named(self):
        for name in self.lab.methods:
            source = bare(self.lab).replace(f"def {name}(", f"def {name}_(")
            words = f"{self.lab.subject} has no method {name}"
            history = self.lab.play(self.lab.stages[0].draw(1), here(self.lab, source))
            faults = [event.payload["words"] for event in history.of("fault")]
            assert any(words in fault for fault in faults), name

    def of_seven_arguments(self):
        """A class whose methods ask for more than they get."""
        begins, methods = bare(self.lab).split("pass", 1)
        return f"{begins}pass{methods.replace('*asked', 'a, b, c, d, e, f, g')}"

    def stub(self):
        """The answer cell as students get it."""
        written = jupytext.read(folder_of(self.lab) / "lab.py")
        (cell,) = [
            cell
            for cell in tool("lab_notebooks").student(written).cells
            if "answer" in cell.metadata.get("tags", [])
        ]
        return cell.source

    def fails(self, source):
        first = self.lab.stages[0]
        verdict = first_verdict(self.lab, first, apart(self.lab, source), self.seeds[:1])
        assert verdict.outcome == INVALID
        return verdict.sentence()
