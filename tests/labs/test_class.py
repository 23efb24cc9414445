"""A class's folder: what is read, what is written, and that one bad file stops nothing."""

import csv
import json
import os
import subprocess
import sys

import pytest

from scalemodel.labs.__main__ import main
from scalemodel.labs.classroom import kept
from scalemodel.labs.classroom.kept import Kept, folder_of
from scalemodel.labs.report import SCHEMA
from scalemodel.labs.seeds import seeds_of
from scalemodel.labs.shelf import LABS
from scalemodel.labs.submission import read_submission
from tests.labs.diary import FORGETS, KEEPS, LAB
from tests.laws.lab_laws import ROOT, strangers_taken


@pytest.fixture(autouse=True)
def on_the_shelf(monkeypatch):
    """The smallest lab stands beside the others; a file is tried on few seeds."""
    monkeypatch.setitem(LABS, LAB.name, LAB)
    monkeypatch.setattr("scalemodel.labs.__main__.SEEDS", 3)


def notebook(*cells):
    """A notebook with these (tags, source) code cells."""
    return json.dumps(
        {
            "cells": [
                {"cell_type": "code", "metadata": {"tags": tags}, "source": source.splitlines(True)}
                for tags, source in cells
            ],
            "nbformat": 4,
        }
    )


@pytest.fixture
def folder(tmp_path):
    """Four students: right, wrong, one who removed the cell, one with an empty notebook."""
    sent = tmp_path / "sent"
    sent.mkdir()
    explained = (["explanation"], 'EXPLANATION = "It looks before it writes."')
    (sent / "ann.ipynb").write_text(notebook((["answer"], KEEPS), explained))
    (sent / "bo.py").write_text(FORGETS)
    (sent / "cy.ipynb").write_text(notebook(([], KEEPS)))
    (sent / "di.ipynb").write_text("")
    return sent


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_class_is_graded_and_no_file_stops_the_rest(folder, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["grade", "diary", str(folder), "--to", str(out)]
    assert main(command) == 2  # two could not run
    rows = {
        row["student"]: row for row in csv.DictReader((out / "grades.csv").read_text().splitlines())
    }
    assert [rows[name]["points"] for name in ("ann", "bo", "cy", "di")] == ["100", "40", "0", "0"]
    assert "no cell tagged answer" in rows["cy"]["remark"] and "no notebook" in rows["di"]["remark"]
    assert rows["ann"]["remark"] == "no prediction"
    assert "b, no_lost_word_in_a_storm: 1 of 4" in (out / "class.md").read_text()
    assert "bo" not in (out / "class.md").read_text().split()
    report = json.loads((out / "reports/bo/report.json").read_text())
    assert report["schema"] == SCHEMA
    assert report["seeds"] == seeds_of("practice", "bo", "diary", 1, len(report["seeds"]))
    assert "the worker died at" in (out / "reports/bo/report.md").read_text()


def test_what_was_graded_is_kept_until_the_file_changes(folder, tmp_path, monkeypatch):
    out, sent = tmp_path / "out", folder / "bo.py"
    for name in ("ann.ipynb", "cy.ipynb", "di.ipynb"):
        (folder / name).unlink()
    command = ["grade", "diary", str(folder), "--to", str(out)]
    assert main(command) == 0
    told = out / "reports/bo/report.json"
    with monkeypatch.context() as broken:
        broken.delattr("scalemodel.labs.__main__.grade")
        assert main(command) == 0  # it was not run again
    told.write_text(told.read_text().replace('"points": 40', '"points": 41'))
    assert main(command) == 0
    assert '"points": 40' in told.read_text()  # what somebody has rewritten is not believed
    sent.write_text(KEEPS)
    main(command)
    assert '"points": 100' in told.read_text()
    with monkeypatch.context() as broken:
        broken.delattr("scalemodel.labs.__main__.grade")
        assert main([*command, "--attempt", "2"]) == 2
    assert not told.exists()  # nothing old stands where nothing new could be made


def test_the_next_file_rolls_dice_that_no_report_has_told(folder, tmp_path):
    out, key = tmp_path / "out", tmp_path / "course.key"
    key.write_text("a secret of the course")
    command = ["grade", "diary", str(folder), "--to", str(out), "--key-file", str(key)]

    def rolled():
        main(command)
        return json.loads((out / "reports" / "bo" / "report.json").read_text())["seeds"]

    first = rolled()
    (folder / "bo.py").write_text(KEEPS)
    second = rolled()
    (folder / "bo.py").write_text(FORGETS)
    assert not {*first} & {*second} and rolled() == first, "the same file, the same dice"


def test_a_key_that_can_be_found_by_trying_stops_the_command(folder, tmp_path, capsys):
    key = tmp_path / "course.key"
    key.write_text("fall2026")
    command = ["grade", "diary", str(folder), "--to", str(tmp_path / "out"), "--key-file", str(key)]
    assert main(command) == 2 and "holds 8 characters" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_a_seal_is_broken_before_its_report_is_written_anew(folder, tmp_path, monkeypatch):
    assert main(["report", "diary", str(folder / "bo.py"), "--to", str(tmp_path)]) == 1
    text = (tmp_path / "report.json").read_text()
    data = json.loads(text)
    assert text == json.dumps(data, indent=1) + "\n"
    mine = Kept(tmp_path / "kept", "secret", ("diary", "1"))
    for _ in range(2):
        mine.keep("bo", b"x = 1", data)
        assert mine.report("bo", b"x = 1") == data
    monkeypatch.delattr("scalemodel.labs.classroom.kept.write_report")
    with pytest.raises(NameError):
        mine.keep("bo", b"x = 2", data)
    assert not [*(tmp_path / "kept" / "bo").iterdir()]


# ── Names from outside ──────────────────────────────────────────────────────
HIDDEN = ["...py", "..py", "....py", "..\\x.py"]
HOSTILE = ["%2E..py", "=1+1.py", " =1+1.py", "a\nbo: valid, 100 points.py", "-x.py", "*.py", "a b;$(c).py",
           "\udcff.py", "\x1b[2Kbo.py", "<b>.py", "@x.py", "%" * 252 + ".py"]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:20]))
def test_a_file_s_name_is_a_label_and_no_path_and_nothing_else_is_touched(tmp_path, capsys, name):
    out, sent = tmp_path / "class", tmp_path / "class" / "sent"
    sent.mkdir(parents=True)
    kept = [out / "course.key", out / "reports" / "al" / "report.md", out / "reports" / "notes.txt"]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("the teacher's own, unread")
    (sent / name).write_text(KEEPS)
    command = ["grade", "diary", str(sent), "--to", str(out), "--key-file", str(kept[0])]
    for _ in range(2):
        assert main(command) == 0
    assert [path.read_text() for path in kept] == ["the teacher's own, unread"] * 3 and (
        sent / name
    ).is_file()
    fresh = {p.relative_to(out / "reports").parts for p in (out / "reports").rglob("*.json")}
    assert [len(parts) for parts in fresh] == [2], "a folder of its own, right under `reports`"
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2 and all(line.endswith(": valid, 100 points") for line in told)
    row = list(csv.reader((out / "grades.csv").read_text("utf-8").splitlines()))[1]
    assert row[1:3] == ["valid", "100"] and row[0].strip()[0] not in "=+-@"


def test_no_two_labels_share_a_folder():
    stems = [name.removesuffix(".py") for name in HIDDEN + HOSTILE]
    labels = [*stems, "", "%", "%25", "/", "%2F", "../..", "%2E%2E"]
    labels += [sign * count for sign in "x%é\udcff\U0001f600" for count in (80, 81, 100, 3000)]
    folders = [folder_of(label) for label in labels]
    assert len({*folders}) == len(labels) == len({*map(folder_of, folders)})
    assert not any(set(folder) & set("/\\\0") for folder in folders)
    assert max(len(os.fsencode(folder)) for folder in folders) < 256, "what a file system takes"


def test_a_link_or_a_pipe_is_not_followed(tmp_path):
    sent, key = tmp_path / "sent", tmp_path / "course.key"
    sent.mkdir()
    key.write_text("abracadabra, open")
    (sent / "al.py").symlink_to(key)
    os.mkfifo(sent / "bo.py")
    assert main(["grade", "diary", str(sent), "--to", str(tmp_path / "out")]) == 2
    table = (tmp_path / "out" / "grades.csv").read_text()
    assert table.count("must be an ordinary file, and no link") == 2
    assert not (tmp_path / "out" / "reports").exists()


def test_a_replay_is_of_the_file_also_where_its_name_looks_like_an_option(folder, capsys):
    (folder / "bo.py").rename(folder / "-bo.py")
    assert main(["check", "diary", str(folder / "-bo.py")]) == 1
    assert "replay diary ./-bo.py b:" in capsys.readouterr().out


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_replay_shows_the_counterexample_of_the_report(folder, tmp_path, capsys):
    assert main(["report", "diary", str(folder / "bo.py"), "--to", str(tmp_path)]) == 1
    stage = json.loads((tmp_path / "report.json").read_text())["stages"][1]
    capsys.readouterr()
    command = stage["sentence"].split("`")[-2].split()[3:]
    command[2] = str(folder / command[2])
    assert main(command) == 1
    assert stage["story"] in capsys.readouterr().out


def test_a_notebook_and_a_file_are_the_same_submission(folder):
    assert read_submission(folder / "ann.ipynb").source == KEEPS
    assert read_submission(folder / "ann.ipynb").explanation == "It looks before it writes."


@pytest.mark.parametrize("first", ["--help", "check", "grade"])
def test_whoever_hears_no_more_stops_nothing(folder, tmp_path, first):
    """Below `head`, which has read enough and is gone."""
    sent = {"check": "bo.py", "grade": "."}
    words = (
        ["diary", str(folder / sent[first]), "--to", str(tmp_path / "out")] if first in sent else []
    )
    words = [first, *words[: 2 if first == "check" else 4]]
    run = f"""
import runpy, sys
from scalemodel.labs.shelf import LABS
from tests.labs.diary import LAB
LABS[LAB.name], sys.argv = LAB, ["labs", *{words}]
runpy.run_module("scalemodel.labs", run_name="__main__")
"""
    gone, its = os.pipe()
    os.close(gone)
    done = subprocess.run([sys.executable, "-c", run], stdout=its, stderr=subprocess.PIPE, cwd=ROOT)
    os.close(its)
    assert (done.returncode, done.stderr) == ({"--help": 0, "check": 1, "grade": 2}[first], b"")
    assert first != "grade" or (tmp_path / "out" / "class.md").exists()


def test_what_was_handed_in_is_no_module_of_the_grader(tmp_path):
    for name in ("html", "numpy", "IPython"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('this ran in the grader')")
    cells = [{"cell_type": "code", "metadata": {"tags": ["answer"]}, "source": "%cd x\nx = 7"}]
    (tmp_path / "bo.ipynb").write_text(json.dumps({"cells": cells}))
    command = [sys.executable, "-m", "scalemodel.labs", "replay", "twitter", "bo.ipynb", "a:1"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and "the file defines no Timelines" in done.stdout
    assert done.stderr == ""


# ── Refusals ────────────────────────────────────────────────────────────────
def test_whoever_stands_among_the_submissions_is_told_to_go_elsewhere(folder, monkeypatch, capsys):
    (folder / "below").mkdir()
    for place in (folder, folder / "below"):
        monkeypatch.chdir(place)
        assert main(["grade", "diary", str(folder), "--to", str(folder.parent / "out")]) == 2
        assert "You are in the folder of submissions" in capsys.readouterr().out
    assert not (folder.parent / "out").exists()


def test_a_stranger_is_refused():
    assert strangers_taken(kept) == []


def test_whatever_lies_in_the_folder_the_others_are_graded(tmp_path, capsys):
    sent, out = tmp_path / "sent", tmp_path / "out"
    for name in ("al.py", "bo.ipynb"):
        (sent / name).mkdir(parents=True)
    (sent / "cy.txt").write_text("")
    (sent / "di.py").symlink_to(tmp_path / "nowhere")
    (sent / "ed.py").write_text(
        "\ufeff" + KEEPS.replace("return self", "return ['\\ud800'] or self"), "utf-8"
    )
    (sent / "ed.ipynb").write_text("")
    (sent / "fay.PY").write_text("x = 1")
    command = ["grade", "diary", str(sent), "--to", str(out)]
    assert main(command) == 2
    assert "cy.txt: left out" in capsys.readouterr().out
    table = (out / "grades.csv").read_text()
    rows = {(row["student"], row["outcome"]) for row in csv.DictReader(table.splitlines())}
    lost = {(name, "could not run") for name in ("al.py", "bo.ipynb", "di", "ed")}
    assert len(rows) == 5
    assert lost | {("fay", "invalid")} <= rows
    assert "Replay" not in (out / "class.md").read_text()
    (out / "reports/fay/report.json").unlink()  # it is made again
    assert main(command) == 2
    assert (out / "reports/fay/report.json").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["check", "diary", "nowhere.py"], "there is no such file"),
        (["replay", "diary", "{}/bo.py", "b"], "must be as b:41"),
        (["replay", "diary", "{}/bo.py", "z:1"], "must be one of"),
        (["check", "diary", "{}/di.ipynb"], "is no notebook"),
        (["check", "diary", "{}/bo.py", "--attempt", "0"], "attempt=0"),
        (["check", "diary", "{}/bo.py", "--key-file", "{}"], "must be an ordinary file"),
        (["grade", "diary", "{}/bo.py"], "must be a folder, or an archive"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(folder, capsys, words, message):
    assert main([word.format(folder) for word in words]) == 2
    assert message in capsys.readouterr().out
