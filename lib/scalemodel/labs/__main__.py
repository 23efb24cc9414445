"""The labs from the command line.

    python -m scalemodel.labs check twitter answer.py             practice, your own dice
    python -m scalemodel.labs replay twitter answer.py b:41       one run, event by event
    python -m scalemodel.labs report twitter answer.py --student ann
    python -m scalemodel.labs grade twitter submissions/ --key-file course.key --to grades/

Exit codes: 0 valid, 1 invalid, 2 unknown or could not run. For a class: 0 if every file
could run, else 2.

Left out: a server.
Sources: none needed.
"""

import argparse
import contextlib
import hashlib
import json
import shlex
import sys
from pathlib import Path

from scalemodel.core import checks
from scalemodel.labs.grade import SEEDS, grade, grade_stage
from scalemodel.labs.playing.player import Apart
from scalemodel.labs.report import as_class, as_data, as_markdown, as_table, folder_of
from scalemodel.labs.seeds import PRACTICE_KEY, seeds_of
from scalemodel.labs.shelf import LABS, lab_named
from scalemodel.labs.submission import one_line, read_submission

EXIT = {"valid": 0, "invalid": 1, "unknown": 2}


@checks.kinds
def main(words: list[str]) -> int:
    """Do what the command line says; the exit code.

    >>> main(["check", "twitter", "nowhere.py"])
    nowhere.py: there is no such file
    2
    """
    asked = _parser().parse_args(words)
    try:
        return asked.run(asked)
    except FileNotFoundError as error:
        print(f"{error.filename}: there is no such file")
    except OSError as error:
        print(f"{error.filename}: {error.strerror}")
    except ValueError as error:
        print(error)
    return 2


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
        command.add_argument("--key-file", type=Path)
        if name != "grade":
            command.add_argument("--student", default="practice")
        if name != "check":
            command.add_argument("--to", type=Path, default=Path())
    return parser


def _player(lab, submission):
    return Apart(submission.source, lab.subject, list(lab.service))


def _key(asked):
    return asked.key_file.read_text().strip() if asked.key_file else PRACTICE_KEY


def _again(lab, path):
    """What to type to see a run again."""
    name = shlex.quote(f"./{path.name}" if path.name.startswith("-") else path.name)
    return lambda stage, seed: f"python -m scalemodel.labs replay {lab.name} {name} {stage}:{seed}"


def _graded(asked, path, student):
    lab, submission = lab_named(asked.lab), read_submission(path)
    seeds = seeds_of(_key(asked), student, lab.name, asked.attempt, SEEDS)
    result = grade(lab, _player(lab, submission), seeds, _again(lab, path))
    return as_data(result, submission, student, asked.attempt)


def _check(asked):
    data = _graded(asked, asked.path, asked.student)
    print(as_markdown(data).encode(errors="backslashreplace").decode())
    return EXIT[data["outcome"]]


def _report(asked):
    data = _graded(asked, asked.path, asked.student)
    _write(asked.to, data)
    print(f"{data['points']} points, {data['outcome']}: see {asked.to / 'report.md'}")
    return EXIT[data["outcome"]]


def _replay(asked):
    lab, submission = lab_named(asked.lab), read_submission(asked.path)
    key, _, seed = asked.run_of.partition(":")
    if not seed.isdecimal():
        raise ValueError(f"stage:seed={asked.run_of!r} must be as b:41")
    player = _player(lab, submission)
    stage = grade_stage(lab, lab.stage(key), player, [int(seed)], _again(lab, asked.path))
    printed = player.printed and f"It printed:\n{player.printed}"
    print("\n".join(filter(None, [stage.verdict.story, printed, stage.verdict.sentence()])))
    return EXIT[stage.verdict.outcome]


def _write(folder, data):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(data, indent=1) + "\n")
    _save(folder / "report.md", as_markdown(data))


def _save(path, text):
    """Students' text may hold what no file can: it is written as an escape."""
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def _grade(asked):
    """Every file of the folder; what was graded before and has not changed is kept."""
    reports, students = [], set()
    for path in sorted(asked.path.iterdir()):
        if path.suffix.lower() not in (".py", ".ipynb"):
            print(f"{one_line(path.name)}: left out, for it ends neither in .py nor in .ipynb")
            continue
        try:
            if path.stem in students:
                raise ValueError(f"{path.stem} has handed in two files")
            reports.append(_kept_or_graded(asked, path))
        except Exception as error:  # one file never stops the rest
            trouble = {"student": path.stem, "trouble": f"{type(error).__name__}: {error}"}
            reports.append(trouble)
        students.add(path.stem)
        last = reports[-1]
        outcome = f"{last.get('outcome', 'could not run')}, {last.get('points', 0)} points"
        print(f"{one_line(path.stem)}: {outcome}")
    asked.to.mkdir(parents=True, exist_ok=True)
    _save(asked.to / "grades.csv", as_table(reports))
    _save(asked.to / "class.md", as_class(reports))
    return 0 if reports and all("trouble" not in report for report in reports) else 2


def _kept_or_graded(asked, path):
    """The report on one file, from last time if nothing has changed since."""
    if path.is_symlink() or not path.is_file():  # a link leads to whatever its maker names
        raise ValueError(f"{path.name} must be a file, and no link, folder or pipe")
    folder = asked.to / "reports" / folder_of(path.stem)
    version = LABS[asked.lab].version
    words = (_key(asked), str(asked.attempt), str(version))
    parts = [path.read_bytes(), *(word.encode() for word in words)]
    mark = hashlib.sha256(b"\0".join(parts)).hexdigest()
    done = folder / "graded"
    if done.is_file() and done.read_text() == mark:
        with contextlib.suppress(OSError, ValueError):
            return json.loads((folder / "report.json").read_text())
    for old in (done, folder / "report.json", folder / "report.md"):
        old.unlink(missing_ok=True)  # nothing old stands beside a new mark
    report = _graded(asked, path, path.stem)
    _write(folder, report)
    done.write_text(mark)
    return report


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
