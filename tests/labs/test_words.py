"""Told in words, on one line, and harmless: what a grading says of whatever students write."""

import csv
import json
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scalemodel.labs import __main__ as command
from scalemodel.labs import report
from scalemodel.labs.classroom import workers
from scalemodel.labs.classroom.workers import each_done
from scalemodel.labs.grade import Grade, StageGrade, grade, grade_stage
from scalemodel.labs.lab import Measured
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.patience import Patient
from scalemodel.labs.playing.store import Store
from scalemodel.labs.practice import check
from scalemodel.labs.reading import files
from scalemodel.labs.reading.files import one_line
from scalemodel.labs.report import as_class, as_data, as_table, without_name
from scalemodel.labs.shelf import LABS, lab_named
from scalemodel.labs.submission import Submission, read_submission, submission_in
from scalemodel.labs.verdict import valid
from tests.labs.diary import FORGETS, KEEPS, LAB
from tests.labs.playing.test_player import diary
from tests.laws.lab_laws import apart, here, run_cell, strangers_taken

main = command.main
EVIL = "<script>alert(1)</script> [x](javascript:1) ann, AnnError\\x1b[2K & \\r\\n# ann: 100 points\\n[x]: javascript:1"


@pytest.fixture(autouse=True)
def on_the_shelf(monkeypatch):
    """The smallest lab stands beside the others; a file is tried on few seeds."""
    monkeypatch.setitem(LABS, LAB.name, LAB)
    monkeypatch.setattr(command, "SEEDS", 3)


@pytest.fixture
def graded(tmp_path, capsys):
    """A function that grades these files, and gives the exit code, the table and what was said."""

    def grade_all(files, *words):
        sent, out = tmp_path / "sent", tmp_path / "out"
        sent.mkdir(exist_ok=True)
        for name, text in files.items():
            (sent / name).write_text(text, "utf-8", "surrogateescape")
        code = main(["grade", "diary", str(sent), "--to", str(out), *words])
        rows = csv.DictReader((out / "grades.csv").read_text("utf-8").splitlines())
        return code, {row["student"]: row for row in rows}, capsys.readouterr().out

    grade_all.out = tmp_path / "out"
    return grade_all


# ── Examples ──────────────────────────────────────────────────────────────────
def test_progress_is_told_and_all_cores_work(graded, monkeypatch):
    asked = []
    monkeypatch.setattr(command, "cores", lambda: 3)
    real = command.each_done
    monkeypatch.setattr(command, "each_done", lambda *a: (asked.append(a[2]), real(*a))[1])
    names = [f"s{number}" for number in range(5)]
    _, rows, said = graded({f"{name}.py": "" for name in names})
    assert asked == [3] and [*rows] == names
    told = [line.split("  ")[0] for line in said.splitlines() if " points" in line]
    assert told == [f"{number} of 5" for number in range(1, 6)]


def test_practice_dice_are_said_aloud_and_the_course_s_are_not(tmp_path, graded):
    key = tmp_path / "course.key"
    key.write_bytes(b"\xef\xbb\xbfa secret of the course\r\n")
    _, _, said = graded({"ann.py": KEEPS})
    assert "practice dice" in said and "practice dice" in (graded.out / "class.md").read_text()
    seeds = json.loads((graded.out / "reports/ann/report.json").read_text())["seeds"]
    _, _, said = graded({}, "--key-file", str(key))
    assert "practice" not in said + (graded.out / "class.md").read_text()
    report = json.loads((graded.out / "reports/ann/report.json").read_text())
    assert report["seeds"] != seeds
    key.write_bytes(b"secret")
    graded({}, "--key-file", str(key))
    assert json.loads((graded.out / "reports/ann/report.json").read_text()) == report


@pytest.mark.parametrize(
    ("name", "value"), [("SCALEMODEL_COURSE_KEY", "secret"), ("NBGRADER_EXECUTION", "autograde")]
)
def test_in_a_graded_notebook_all_checks_find_one_program(name, value, monkeypatch, capsys):
    first, second = {}, {}
    run_cell(KEEPS, first)
    run_cell(KEEPS.replace("word)", "word )"), second)

    def checked(student):
        check("diary", "a", first["Diary"], student)
        check("diary", "a", first["Diary"], student)
        check("diary", "b", second["Diary"], student)

    checked("who practises may change a program")
    monkeypatch.setenv(name, value)
    with pytest.raises(
        ValueError, match=r"defines the class Diary, or .*, in two cells, and which"
    ):
        checked(f"graded by {name}")
    assert capsys.readouterr().out.count("passed") == 5


def test_a_notebook_says_which_dice_it_rolled(monkeypatch, capsys):
    space = {}
    run_cell(KEEPS, space)
    for key, dice in ((None, "practice"), ("practice\n", "practice"), ("secret\n", "the course's")):
        if key:
            monkeypatch.setenv("SCALEMODEL_COURSE_KEY", key)
        check("diary", "a", space["Diary"])
        assert f"passed on 8 seeds, with {dice} dice" in capsys.readouterr().out
    monkeypatch.setenv("SCALEMODEL_COURSE_KEY", " \n")
    with pytest.raises(ValueError, match="SCALEMODEL_COURSE_KEY is empty"):
        check("diary", "a", space["Diary"])


def test_a_failure_is_counted_once_for_each_submission(graded):
    graded({"ann.py": "class Diary(:", "bo.py": FORGETS, "cy.ipynb": "", "di.py": "class Diary(:"})
    told = (graded.out / "class.md").read_text().splitlines()
    assert [line for line in told if line.startswith("## ")] == [
        "## a, b, runs_through: 2 of 4",
        "## b, no_lost_word_in_a_storm: 1 of 4",
        "## could not be graded: 1 of 4",
    ]


def test_a_class_reads_no_file_s_name(graded, tmp_path):
    two, cell = tmp_path / "sent" / "s1", '{"cells": []}'
    two.mkdir(parents=True)
    for name in ("lee.py", "lee_old.ipynb"):
        (two / name).write_text(cell)
    (tmp_path / "sent" / "s2").mkdir()
    _, rows, _ = graded({"s2/lee.ipynb": cell, "s3.ipynb": cell})
    assert rows["s1"]["remark"] == "handed in more than one file: s1/lee.py, s1/lee_old.ipynb"
    assert rows["s2"]["remark"].startswith("lee.ipynb has no cell tagged answer")
    told = (graded.out / "class.md").read_text()
    assert "lee" not in told and "could not be graded: 3 of 3" in told
    assert as_class([{"student": "s1", "trouble": "handed in x", "files": ["x"]}]).count("…") == 1


def test_a_sign_that_is_struck_through_begins_a_formula_too():
    row = as_table([{"student": "=\u03381", "trouble": "x"}]).splitlines()[1]
    assert row.startswith("\"'=")


def test_what_was_not_measured_has_no_value():
    budget = lab_named("twitter").stage("c").budgets[0]
    rows = tuple(Measured(budget, value, True) for value in (math.nan, 3.0))
    graded = Grade(LAB, (1,), (StageGrade(LAB.stages[0], valid(), rows),))
    (stage,) = as_data(graded, Submission(""), "ann", 1)["stages"]
    assert [row["value"] for row in stage["budgets"]] == [None, 3.0]


def test_an_empty_class_is_a_class(tmp_path):
    assert as_class([]).splitlines()[2] == "0 submissions."
    (tmp_path / "sent").mkdir()
    assert main(["grade", "diary", str(tmp_path / "sent"), "--to", str(tmp_path / "out")]) == 2


# ── Oracle ────────────────────────────────────────────────────────────────────
def test_a_name_forges_no_line_no_formula_and_no_cell(graded):
    names = [
        "a\nbo: valid, 100 points",
        "=1+1",
        " =1",
        "+1",
        "@x",
        "a,b",
        'a"b',
        "a;=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "﹦1",
        "\u3000⁺1",
        "\ta",
        "\x1b[2K",
    ]
    _, rows, said = graded({f"{name}.py": "" for name in names})
    assert len(rows) == len(names)
    for name in names:
        label = "'" * name.strip().startswith(tuple("=+@＝＋－＠﹦⁺")) + one_line(name)
        assert rows[label]["points"] == "0"
    lines = [line for line in said.splitlines() if " of " in line]
    assert len(lines) == len(names) and all(line.endswith("invalid, 0 points") for line in lines)
    assert said.replace("\n", "").isprintable()
    assert '"a;=1"' in (graded.out / "grades.csv").read_text()


def test_a_name_is_taken_out_as_a_word_and_no_more():
    told = without_name(
        "ann and Annual, AnnError, byAnn, ANN_7, annals; 1234567", "ann_Lee-1234567"
    )
    assert told == "… and Annual, …Error, by…, …_7, annals; …"
    assert without_name("Zoe\u0308, bo and 1234", "Zoë 1234, Bo") == "…, … and …"
    assert without_name("page 17, 123", "17_123") == "page 17, 123"
    assert without_name("page 17", "17") == "page 17" and without_name("a b", "b") == "a b"


# ── Refusals ──────────────────────────────────────────────────────────────────
# Of notebooks and files of any kind.
def cell(source=KEEPS, tags=("answer",), **more):
    return {"cell_type": "code", "metadata": {"tags": [*tags]}, "source": source, **more}


DEEP = "[" * 200_000 + "]" * 200_000
STRANGE = {
    "a deep notebook": f'{{"cells": {DEEP}}}',
    "a deep cell": f'{{"cells": [{{"metadata": {DEEP}}}]}}',
    "a list": "[]",
    "a number": "7",
    "nothing": "",
    "no text": "\udcff\udcfe",
    "cells that are text": json.dumps({"cells": "answer"}),
    "cells that are a number": json.dumps({"cells": 7}),
    "a cell that is a number": json.dumps({"cells": [7]}),
    "metadata that is a list": json.dumps({"cells": [cell(metadata=["answer"])]}),
    "metadata that is text": json.dumps({"cells": [cell(metadata="answer")]}),
    "tags that are text": json.dumps({"cells": [cell(metadata={"tags": "answer"})]}),
    "tags that are lists": json.dumps({"cells": [cell(tags=[["answer"]])]}),
    "source that is a number": json.dumps({"cells": [cell(source=7)]}),
    "source of numbers": json.dumps({"cells": [cell(source=[7])]}),
    "format 3": json.dumps({"worksheets": [{"cells": [cell()]}], "nbformat": 3}),
    "a long answer": json.dumps({"cells": [cell(source="#" * 200_000)]}),
}


def test_no_notebook_ends_in_an_error_of_ours(graded):
    files = {f"{name}.ipynb": text for name, text in STRANGE.items()}
    code, rows, _ = graded(files)
    assert code == 2 and len(rows) == len(STRANGE)
    for name, row in rows.items():
        assert row["outcome"] == "could not run"
        assert row["remark"].startswith(f"{name}.ipynb ") and "Error" not in row["remark"]


HARD = {
    "terms": "x = " + "+".join(["1"] * 200_000),
    "lambdas": "x = " + "lambda: " * 12_000 + "0",
    "broken": "class Diary(:",
}


def test_no_source_ends_in_an_error_of_ours_and_no_text_is_lost(graded):
    texts = 'PREDICTION = """\nboth "twice"\n"""\nEXPLANATION: str = ("It " "looks.")\n'
    code, rows, _ = graded({f"{name}.py": f"{texts}{source}\n" for name, source in HARD.items()})
    assert code == 2 and len(rows) == len(HARD)
    for name, row in rows.items():
        if name == "terms":
            assert "more than 100,000 characters" in row["remark"]
            continue
        report = json.loads((graded.out / "reports" / name / "report.json").read_text())
        assert report["prediction"] == 'both "twice"' and report["explanation"] == "It looks."
        assert row["outcome"] == "invalid"


def test_half_a_character_is_an_error_of_the_program_s_own():
    text = json.dumps({"cells": [cell("x = '\ud800'")]})
    assert submission_in("ann.ipynb", text.encode()).source.strip() == "x = '\ud800'"


@pytest.mark.parametrize("name", ["rot13", "zlib", "hex", "undefined", "idna"])
def test_a_file_that_names_no_encoding_of_text_is_read_all_the_same(tmp_path, name):
    (tmp_path / "ann.py").write_text(f"# coding: {name}\n{KEEPS}")
    assert read_submission(tmp_path / "ann.py").source == f"# coding: {name}\n{KEEPS}"


def test_a_tag_that_is_no_word_is_no_tag(tmp_path):
    cells = [cell(tags=["answer", ["x"], {}]), cell("x = 1", [["answer"]])]
    (tmp_path / "ann.ipynb").write_text(json.dumps({"cells": cells}))
    assert read_submission(tmp_path / "ann.ipynb").source == KEEPS


def test_a_text_that_is_no_python_is_the_text(tmp_path):
    cells = [
        cell(),
        cell("I think 40, because it's so.", ["prediction"]),
        {**cell("It looks *before* it writes.", ["explanation"]), "cell_type": "markdown"},
    ]
    (tmp_path / "ann.ipynb").write_text(json.dumps({"cells": cells}))
    submission = read_submission(tmp_path / "ann.ipynb")
    assert submission.prediction == "I think 40, because it's so."
    assert submission.explanation == "It looks *before* it writes."


# ── What students write, where others read it ───────────────────────────────
@pytest.mark.parametrize("where", ["raise", "reply", "print"])
def test_a_student_s_words_are_words_in_every_report(tmp_path, graded, capsys, where):
    body = {"raise": f'raise ValueError("{EVIL}")', "reply": f'return ["{EVIL}"]',
            "print": f'print("{EVIL}"); return "{EVIL}"'}[where]  # fmt: skip
    source = KEEPS.replace('return self.store.newest("words", 30)[::-1]', body)
    source += f'\nEXPLANATION = "{EVIL}"\n'
    graded({"ann.py": source})
    told = (graded.out / "class.md").read_text("utf-8")
    report = (graded.out / "reports" / "ann" / "report.md").read_text("utf-8")
    (tmp_path / "ann.py").write_text(source)
    main(["check", "diary", str(tmp_path / "ann.py")])
    main(["replay", "diary", str(tmp_path / "ann.py"), "a:1"])
    for text in (told, report, capsys.readouterr().out):
        assert text.replace("\n", "").isprintable()
        assert not [line for line in text.splitlines() if line.startswith("# ann: 100")]
    for text in (told, report.split("```")[0], report.split("```")[-1]):
        assert "<script>" not in text and "](" not in text and "]:" not in text
    assert "&lt;script&gt;" in told and "ann" not in told and "Ann" not in told


# ── The key ─────────────────────────────────────────────────────────────────
def test_what_is_wrong_with_the_command_is_told_before_anybody_is_graded(tmp_path, capsys):
    sent, out = tmp_path / "sent", tmp_path / "out"
    sent.mkdir()
    (sent / "ann.py").write_text(KEEPS)
    (tmp_path / "empty.key").write_text(" \n")
    os.mkfifo(tmp_path / "pipe.key")
    for words, told in (
        (["--key-file", "nowhere.key"], "nowhere.key: there is no such file"),
        (
            ["--key-file", str(tmp_path / "empty.key")],
            "holds 0 characters; a key that nobody finds by trying has at least 16",
        ),
        (["--key-file", str(tmp_path / "pipe.key")], "must be an ordinary file"),
        (["--key-file", str(sent)], "must be an ordinary file"),
        (["--attempt", "0"], "attempt=0 must be"),
        (["--to", str(sent)], "must lie outside the folder of submissions"),
        (["--to", str(sent / "x" / "y")], "must lie outside the folder of submissions"),
        (["--to", str(sent / "ann.py" / "x")], "must lie outside"),
    ):
        assert main(["grade", "diary", str(sent), "--to", str(out), *words]) == 2
        said = capsys.readouterr().out
        assert told in said and "points" not in said
        assert not out.exists() and [*sent.iterdir()] == [sent / "ann.py"]


@pytest.mark.parametrize("seeds", [[], ()])
def test_no_seed_is_no_grade(seeds):
    with pytest.raises(ValueError, match="seeds"):
        grade(LAB, here(LAB, KEEPS), seeds=seeds)


# ── Bounds of time ──────────────────────────────────────────────────────────────────
def test_all_calls_of_a_grading_have_a_bound_together_and_a_slow_run_is_not_shrunk(monkeypatch):
    monkeypatch.setattr("scalemodel.labs.grade.GRADE_S", 0.2)
    slow = KEEPS.replace(
        "def write(self, word):", "def write(self, word):\n        __import__('time').sleep(0.05)"
    )
    begun = time.monotonic()
    result = grade(LAB, apart(LAB, slow), [1, 2, 3])
    assert result.outcome == "unknown" and result.points == 0
    told = "all calls of this grading together took more than 0.6 s"
    assert told in result.stages[1].verdict.happened
    assert "the computer was too busy" in result.stages[1].verdict.happened
    assert time.monotonic() - begun < 60, "it went on"


def test_who_computes_too_long_is_wrong_and_who_waits_for_a_busy_computer_is_unknown(monkeypatch):
    for doing, outcome, busy in (
        ("while True: pass", "invalid", 99),  # whatever else this computer does
        ("time.sleep(9)", "unknown", 3),
    ):
        monkeypatch.setattr("scalemodel.labs.playing.apart.BUSY", busy)
        source = "import time\n" + diary(read=f"{doing}\nreturn self.words")
        stage = grade_stage(LAB, LAB.stages[0], apart(LAB, source, call_s=0.3), [1, 2])
        assert stage.verdict.outcome == outcome and not stage.points
        limit = "0.3" if outcome == "invalid" else "0.9"
        assert f"read: no answer within {limit} s" in stage.verdict.happened


def test_a_right_answer_that_has_to_wait_keeps_its_points(monkeypatch):
    monkeypatch.setattr("scalemodel.labs.playing.patience.BUSY", 99)  # as busy as it may be here
    waits = "def write(self, word):\n        __import__('time').sleep(0.3)"
    source = KEEPS.replace("def write(self, word):", waits)
    stage = grade_stage(LAB, LAB.stages[0], Patient(apart(LAB, source), 1.0), [1])
    assert stage.verdict.outcome == "valid" and stage.points


def test_a_slow_run_is_not_shrunk(monkeypatch):
    for seconds, tried in ((0.0, False), (60.0, True)):
        monkeypatch.setattr("scalemodel.labs.grade.SLOW_S", seconds)
        begins = []
        player = here(LAB, FORGETS)
        monkeypatch.setattr(
            player, "begin", lambda *a, b=begins, p=player: (b.append(1), type(p).begin(p, *a))
        )
        assert grade(LAB, player, [1]).outcome == "invalid"
        assert (len(begins) > 12) is tried
    monkeypatch.setattr("scalemodel.labs.grade.SHRINK_S", 0.0)
    assert grade(LAB, here(LAB, FORGETS), [1]).outcome == "invalid"


def test_the_bound_counts_calls_alone():
    player = Patient(here(LAB, KEEPS), 1e-9)
    for _ in range(2):
        history = LAB.play(LAB.stages[0].draw(1), player)
    (fault,) = history.of("fault")
    assert fault.payload["hung"] and "took more than 1e-09 s" in fault.payload["words"]


def test_pushes_without_end_are_bounded(monkeypatch):
    monkeypatch.setattr("scalemodel.labs.playing.store.MOST_IN_A_RUN", 500)
    many = "for _ in range(120): self.store.push('x', 'y' * 150)"
    source = KEEPS.replace("def write(self, word):", f"def write(self, word):\n        {many}")
    history = LAB.play(LAB.stages[0].draw(1), here(LAB, source))
    (fault,) = history.of("fault")
    assert "more than 500 operations in one run" in fault.payload["words"]
    assert len([*history.of("push")]) < 500
    store = Store(History(None))
    for _ in range(500):
        store.serve("get", ["x"])
    with pytest.raises(ValueError, match="more than 500 operations in one run"):
        store.serve("get", ["x"])
    assert len(store.history) == 500


# ── Processes that die ───────────────────────────────────────────────────────────────
FAULTS = {
    "finds nothing": FileNotFoundError(2, "No such file or directory", "x"),
    "has no number": OSError("the disk is odd"),
    "is refused": ValueError("seeds=[] must hold one"),
}


def _strange(task):
    if task == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "leaves":
        os._exit(0)
    if task == "sleeps":
        time.sleep(60)
    if task == "is terminated":
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    if task == "is interrupted":
        os.kill(os.getpid(), signal.SIGINT)
    if task in FAULTS:
        raise FAULTS[task]
    if task == "recurses":
        return _strange(task)
    return task * 3


def test_a_grader_that_dies_or_hangs_is_told_and_stops_no_other():
    tasks = [
        "killed",
        "leaves",
        "sleeps",
        "recurses",
        "ok",
        7,
        *FAULTS,
        "is interrupted",
        "is terminated",
    ]
    before, others, held = (
        len(os.listdir("/dev/fd")),
        set(multiprocessing.active_children()),
        signal.signal(signal.SIGTERM, signal.default_int_handler),
    )
    try:
        rows = {tasks[place]: row for place, *row in each_done(tasks, _strange, 2, within_s=2.0)}
    finally:
        signal.signal(signal.SIGTERM, held)
    assert len(os.listdir("/dev/fd")) == before
    assert rows["finds nothing"] == [None, "No such file or directory"]
    assert rows["has no number"] == [None, "the disk is odd"]
    assert rows["is refused"] == [None, "seeds=[] must hold one"]
    assert rows["is interrupted"] == ["is interrupted" * 3, ""]
    assert rows["is terminated"] == [None, "its grader was ended, by the signal SIGTERM"]
    assert rows["killed"] == [None, "its grader was ended, by the signal SIGKILL"]
    assert rows["leaves"] == [None, "its grader was ended, by itself"]
    assert rows["sleeps"] == [None, "it took more than 2 s"]
    assert rows["recurses"][1].startswith("RecursionError: ")
    assert rows["ok"] == ["okokok", ""] and rows[7] == [21, ""]
    assert set(multiprocessing.active_children()) <= others


def test_whoever_has_heard_enough_leaves_no_grader():
    others = set(multiprocessing.active_children())
    rows = each_done(["ok", "sleeps"], _strange, 2)
    assert next(rows) == (0, "okokok", "")
    assert set(multiprocessing.active_children()) > others
    rows.close()
    assert set(multiprocessing.active_children()) <= others


def test_where_nobody_counts_the_cores_there_is_one(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    for count, told in ((None, 1), (3, 3)):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        assert workers.cores() == told


@pytest.mark.parametrize("module", [command, workers, files, report])
def test_a_stranger_is_refused(module):
    assert strangers_taken(module) == []


def test_what_does_not_take_a_task_is_refused_before_any_is_begun():
    with pytest.raises(ValueError, match="act="):
        next(each_done([7], lambda: 7))


def test_a_file_whose_grader_is_killed_is_told_and_the_others_are_graded(graded, monkeypatch):
    real = command.grade

    def killed(lab, player, *more):
        if player.source == FORGETS:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)
        return real(lab, player, *more)

    monkeypatch.setattr(command, "grade", killed)
    code, rows, _ = graded({"ann.py": KEEPS, "bo.py": FORGETS, "cy.py": KEEPS})
    assert code == 2 and "ended, by the signal SIGTERM" in rows["bo"]["remark"]
    assert rows["ann"]["points"] == rows["cy"]["points"] == "100"


def test_whoever_stops_a_class_is_told_that_it_goes_on(graded, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "each_done", stopped)
    with pytest.raises(FileNotFoundError):
        graded({"ann.py": KEEPS})
    assert main(["grade", "diary", str(graded.out.parent / "sent"), "--to", str(graded.out)]) == 2


# ── Where there is no fork ──────────────────────────────────────────────────
WINDOWS = """
import os, signal, socket, sys
for module, names in {
    os: "fork forkpty killpg set_blocking setsid sched_getaffinity O_NOFOLLOW O_NONBLOCK",
    signal: "SIGKILL SIGXCPU", socket: "send_fds recv_fds",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
from scalemodel.labs.__main__ import main
from scalemodel.labs.practice import check
codes = [main([command, "twitter", sys.argv[1], *more]) for command, *more in
         (["check"], ["report"], ["replay", "b:41"], ["grade"])]
print(codes)
sys.path.insert(0, "")
from answer import Timelines
try:
    check("twitter", "a", Timelines)
except AssertionError as error:
    print("notebook:", error)
"""


def test_where_the_system_cannot_isolate_the_command_offers_the_notebook(tmp_path):
    (tmp_path / "answer.py").write_text("class Timelines:\n    def post(self): ...")
    library = Path(command.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS, "answer.py"], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(library)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Do the lab in its notebook") == 4
    assert "[2, 2, 2, 2]" in done.stdout and "Traceback" not in done.stdout + done.stderr
    assert "notebook: stage a" in done.stdout
