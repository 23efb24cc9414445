"""The labs from the command line.

    python -m scalemodel.labs check twitter answer.py             practice, your own dice
    python -m scalemodel.labs replay twitter answer.py b:41       one run, event by event
    python -m scalemodel.labs report twitter answer.py --student ann
    python -m scalemodel.labs grade twitter submissions/ --key-file course.key --to grades/
    python -m scalemodel.labs grade twitter class.zip --key-file course.key --to grades/

Exit codes: 0 valid, 1 invalid, 2 unknown or could not run. For a class: 0 if every file
could run, else 2.

Left out: a server.
Sources: none needed.
"""

import os
import sys

if __name__ == "__main__":
    # Python looks for modules where its caller stands, too. There an `html.py` may lie that was
    # handed in, and it would run in the grader.
    sys.path[:] = [place for place in sys.path if place not in ("", os.getcwd())]

import argparse
import contextlib
import html
import shlex
import signal
from pathlib import Path

from scalemodel.core import checks
from scalemodel.labs.classroom.kept import Kept, write_report
from scalemodel.labs.classroom.sent import sent_in
from scalemodel.labs.classroom.workers import cores, each_done
from scalemodel.labs.grade import GRADE_S, SEEDS, grade, grade_stage
from scalemodel.labs.playing.apart import Apart
from scalemodel.labs.playing.patience import Patient
from scalemodel.labs.reading.files import bytes_of, one_line
from scalemodel.labs.report import as_class, as_data, as_markdown, as_table
from scalemodel.labs.seeds import PRACTICE_KEY, seeds_of
from scalemodel.labs.shelf import LABS, lab_named
from scalemodel.labs.submission import submission_in

EXIT = {"valid": 0, "invalid": 1, "unknown": 2}
NEEDED = ("fork", "killpg", "set_blocking")  # of `os`, for a process of its own
NOT_HERE = """This system cannot run a submission in a process of its own, as the command does: \
Windows has no fork.
Do the lab in its notebook: the cells below your answer check it with the same worlds.
In the Windows Subsystem for Linux the command works, too."""
LEAST_KEY = 16  # characters
KEY_FILE = "holds the course's key; left out, the practice dice, which every student can roll"
STANDS = """You are in the folder of submissions, where Python may take one of them for a module of \
its own.
Go elsewhere first, as `cd ..` does, and name the folder."""
TO = "the folder that reports are written to; left out, the one you are in"
PRACTICE = "Graded with the practice dice, which every student can roll: there was no --key-file."


@checks.kinds
def main(words: list[str]) -> int:
    """Do what the command line says; the exit code.

    >>> main(["check", "twitter", "nowhere.py"])
    nowhere.py: there is no such file
    2
    """
    asked = _parser().parse_args(words)
    try:
        if not all(hasattr(os, name) for name in NEEDED):
            raise ValueError(NOT_HERE)
        return asked.run(asked)
    except FileNotFoundError as error:
        _say(f"{one_line(str(error.filename))}: there is no such file")
    except OSError as error:
        _say(f"{one_line(str(error.filename or 'the system'))}: {error.strerror}")
    except ValueError as error:
        _say(str(error))
    except KeyboardInterrupt:
        _say("Stopped. What a class was graded before is kept: the same command goes on.")
    return 2


def _say(text):
    """Print `text`, in which names and students' words may stand: nothing moves the cursor."""
    with _heard():
        print("\n".join(map(one_line, text.split("\n"))), flush=True)


@contextlib.contextmanager
def _heard():
    """What is printed to a reader who has gone, as `head` does, is said to nobody; all else is done."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser():
    parser = argparse.ArgumentParser(prog="python -m scalemodel.labs", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, run in (
        ("check", _check),
        ("replay", _replay),
        ("report", _report),
        ("grade", _grade),
    ):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        command.add_argument("lab", choices=sorted(LABS))
        command.add_argument("path", type=Path)
        if name == "replay":
            command.add_argument("run_of", metavar="stage:seed")
            continue
        command.add_argument("--attempt", type=int, default=1)
        command.add_argument("--key-file", type=Path, help=KEY_FILE)
        if name != "grade":
            command.add_argument("--student", default="practice")
        if name != "check":
            command.add_argument("--to", type=Path, default=Path(), help=TO)
    return parser


def _player(lab, submission):
    return Apart(submission.source, lab.subject, list(lab.service))


def _key(asked):
    """The key of the dice, from its file: what is wrong with it is told before any grading."""
    if asked.key_file is None:
        return PRACTICE_KEY
    key = bytes_of(asked.key_file).decode("utf-8-sig", errors="replace").strip()
    if len(key) < LEAST_KEY:
        raise ValueError(
            f"{one_line(str(asked.key_file))} holds {len(key)} characters; a key that nobody finds by "
            f"trying has at least {LEAST_KEY}, as python -c 'import secrets; "
            "print(secrets.token_hex())' writes it"
        )
    return key


def _again(lab, name):
    """What to type to see a run again."""
    name = one_line(shlex.quote(f"./{name}" if name.startswith("-") else name))
    return lambda stage, seed: f"python -m scalemodel.labs replay {lab.name} {name} {stage}:{seed}"


def _graded(asked, key, student, name, handed_in):
    lab = lab_named(asked.lab)
    submission = submission_in(name, handed_in, lab.subject)
    seeds = seeds_of(key, student, lab.name, asked.attempt, SEEDS, handed_in)
    result = grade(lab, _player(lab, submission), seeds, _again(lab, name))
    return as_data(result, submission, student, asked.attempt)


def _graded_alone(asked):
    key, path = _key(asked), asked.path
    return _graded(asked, key, asked.student, path.name, bytes_of(path))


def _check(asked):
    data = _graded_alone(asked)
    _say(html.unescape(as_markdown(data)))
    return EXIT[data["outcome"]]


def _report(asked):
    data = _graded_alone(asked)
    write_report(asked.to, data)
    _say(f"{data['points']} points, {data['outcome']}: see {asked.to / 'report.md'}")
    return EXIT[data["outcome"]]


def _replay(asked):
    lab, name = lab_named(asked.lab), asked.path.name
    submission = submission_in(name, bytes_of(asked.path), lab.subject)
    key, _, seed = asked.run_of.partition(":")
    if not seed.isdecimal():
        raise ValueError(f"stage:seed={checks.brief(asked.run_of)} must be as b:41")
    player = Patient(_player(lab, submission), GRADE_S)
    stage = grade_stage(lab, lab.stage(key), player, [int(seed)], _again(lab, name))
    printed = player.printed and "\n    ".join(["It printed:", *player.printed.splitlines()])
    _say(
        "\n".join(filter(None, [stage.verdict.story, printed, one_line(stage.verdict.sentence())]))
    )
    return EXIT[stage.verdict.outcome]


# ── A class ─────────────────────────────────────────────────────────────────
def _grade(asked):
    """Every student of the folder; what was graded before and has not changed is kept."""
    lab, key, to = lab_named(asked.lab), _key(asked), asked.to.resolve()
    if Path.cwd().is_relative_to(asked.path.resolve()):
        raise ValueError(STANDS)
    if to.is_relative_to(asked.path.resolve()):
        raise ValueError(f"--to={asked.to} must lie outside the folder of submissions")
    seeds_of(key, "anybody", lab.name, asked.attempt, SEEDS)  # a wrong attempt is told at once
    students, left_out = sent_in(asked.path, lab.folder.rsplit("_", 1)[-1])
    to.mkdir(parents=True, exist_ok=True)
    remark = PRACTICE * (asked.key_file is None)
    for line in filter(None, [*left_out, remark]):
        _say(line)
    kept = Kept(to / "reports", key, (lab.name, str(asked.attempt), str(lab.version)))
    reports = _reports(asked, key, kept, students)
    _save(to / "grades.csv", as_table(reports))
    _save(to / "class.md", as_class(reports, remark))
    return 0 if reports and all("trouble" not in report for report in reports) else 2


def _reports(asked, key, kept, students):
    """The report on each of them, or the trouble with it, in their order; one a line as it comes."""
    reports, fresh, done = {}, [], 0

    def tell(sent, report):
        nonlocal done
        done, reports[sent.student] = done + 1, report
        outcome = f"{report.get('outcome', 'could not run')}, {report.get('points', 0)} points"
        _say(f"{done} of {len(students)}  {one_line(sent.student)}: {outcome}")

    for sent in students:
        try:
            handed_in = sent.read()
            report = kept.report(sent.student, handed_in)
            fresh += [(sent, handed_in)] * (report is None)
        except (OSError, ValueError) as error:
            report = _troubled(sent, getattr(error, "strerror", None) or str(error))
        if report is not None:
            tell(sent, report)
    act = lambda row: _graded(asked, key, row[0].student, row[0].name, row[1])
    for place, report, trouble in each_done(fresh, act, cores()):
        sent, handed_in = fresh[place]
        if trouble:
            kept.forget(sent.student)
            report = _troubled(sent, trouble)
        else:
            kept.keep(sent.student, handed_in, report)
        tell(sent, report)
    return [reports[sent.student] for sent in students]


def _troubled(sent, words):
    return {"student": sent.student, "files": sent.files, "trouble": words}


def _save(path, text):
    """Students' text may hold what no file can: it is written as an escape."""
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # a terminal may lack a letter
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = main(sys.argv[1:])
    finally:
        with _heard():
            sys.stdout.flush()
    sys.exit(code)
