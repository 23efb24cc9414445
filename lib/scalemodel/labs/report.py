"""The report of one submission, and of a class: Markdown for people, JSON for gradebooks.

`report.json` has a schema with a version; nothing in it depends on the time of day.

Left out: PDF.
Sources: none needed.
"""

__all__ = ["SCHEMA", "as_class", "as_data", "as_markdown", "as_table", "folder_of", "one_line"]
__dir__ = lambda: __all__

import csv
import io
import platform
import re

import numpy as np

from scalemodel.core import checks
from scalemodel.labs.grade import Grade
from scalemodel.labs.submission import Submission

SCHEMA = "scalemodel-lab-report/1"


@checks.kinds
def folder_of(label: str) -> str:
    """The name of a folder for `label`, which comes from outside and is no path; no two share one.

    >>> folder_of("ann"), folder_of(".."), folder_of("../bo")
    ('ann', '%2E.', '%2E.%2Fbo')
    """
    return re.sub(r"^\.|[%/\\\0]", lambda sign: f"%{ord(sign[0]):02X}", label)


@checks.kinds
def one_line(text: str) -> str:
    """`text` from outside as it may stand in a line: what would not print is an escape.

    >>> print(one_line("Zoë\\nbo: valid, 100 points"))
    Zoë\\nbo: valid, 100 points
    """
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(shown)


@checks.kinds
def as_data(grade: Grade, submission: Submission, student: str, attempt: int) -> dict:
    """The report as plain data, the contract for other systems.

    >>> from scalemodel.labs.shelf import lab_named
    >>> empty = Grade(lab_named("twitter"), (1,), ())
    >>> as_data(empty, Submission("..."), "ann", 1)["incomplete"]
    ['prediction', 'explanation']
    """
    return {
        "schema": SCHEMA,
        "lab": grade.lab.name,
        "lab_version": grade.lab.version,
        "student": student,
        "attempt": attempt,
        "seeds": list(grade.seeds),
        "outcome": grade.outcome,
        "points": grade.points,
        "stages": [
            {
                "key": stage.stage.key,
                "outcome": stage.outcome,
                "points": stage.points,
                "of": stage.stage.all_points,
                "check": stage.verdict.check,
                "sentence": stage.verdict.sentence(),
                "anonymous": stage.verdict.named(where="", replay="").sentence(),
                "story": stage.verdict.story,
                "budgets": [
                    {
                        "name": measured.budget.name,
                        "unit": measured.budget.unit,
                        "value": None if measured.value != measured.value else measured.value,
                        "limit": measured.budget.limit,
                        "reference": measured.budget.reference,
                        "kept": measured.kept,
                        "sentence": measured.sentence(),
                    }
                    for measured in stage.budgets
                ],
            }
            for stage in grade.stages
        ],
        "prediction": submission.prediction.strip(),
        "explanation": submission.explanation.strip(),
        "incomplete": submission.missing(),
        "caught_up": submission.caught_up(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "digest": grade.digest(),
    }


@checks.kinds
def as_markdown(data: dict) -> str:
    """The report for people, from `as_data`.

    >>> from scalemodel.labs.shelf import lab_named
    >>> empty = Grade(lab_named("twitter"), (1,), ())
    >>> as_markdown(as_data(empty, Submission("..."), "ann", 1)).splitlines()[0]
    '# twitter: ann, attempt 1'
    """
    lines = [
        f"# {data['lab']}: {one_line(data['student'])}, attempt {data['attempt']}",
        "",
        f"{data['points']} points, {data['outcome']}",
        "",
        "| stage | outcome | points |",
        "|---|---|---|",
        *(f"| {s['key']} | {_outcome(s)} | {s['points']} of {s['of']} |" for s in data["stages"]),
    ]
    for stage in data["stages"]:
        if stage["sentence"] != "valid":
            lines += ["", f"**{stage['key']}.** {stage['sentence']}"]
        if stage["story"]:
            lines += ["", "```text", stage["story"], "```"]
        lines += [""] * bool(stage["budgets"])
        lines += [f"- {row['sentence']}" for row in stage["budgets"]]
    for field in ("prediction", "explanation"):
        lines += ["", f"**The {field}.** {data[field] or 'Missing.'}"]
    if data["caught_up"]:
        lines += ["", "It began from the catch-up file."]
    seeds = ", ".join(map(str, data["seeds"]))
    lines += ["", f"Seeds {seeds}. Digest `{data['digest']}`.", ""]
    return "\n".join(lines)


def _outcome(stage):
    """The stage's outcome, where a correct program that costs too much is not called invalid."""
    correct = stage["sentence"] == "valid"
    return "over budget" if correct and stage["outcome"] != "valid" else stage["outcome"]


@checks.kinds
def as_table(reports: list[dict]) -> str:
    """`grades.csv`: a line a student, those whose file could not run with why.

    >>> print(as_table([{"student": "bo", "trouble": "bo.py has no answer"}]).splitlines()[1])
    bo,could not run,0,,bo.py has no answer
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["student", "outcome", "points", "digest", "remark"])
    for report in reports:
        if "trouble" in report:
            writer.writerow([_cell(report["student"]), "could not run", 0, "", report["trouble"]])
        else:
            caught_up = ["began from the catch-up file"] * report["caught_up"]
            remark = "; ".join([*(f"no {name}" for name in report["incomplete"]), *caught_up])
            row = [report[name] for name in ("outcome", "points", "digest")]
            writer.writerow([_cell(report["student"]), *row, remark])
    return out.getvalue()


def _cell(label):
    """`label` in one line, and never a formula where a spreadsheet opens the table."""
    return "'" * label.startswith(("=", "+", "-", "@")) + one_line(label)


@checks.kinds
def as_class(reports: list[dict]) -> str:
    """`class.md`: which check failed how often, each with one counterexample without a name.

    >>> as_class([]).splitlines()[2]
    '0 submissions.'
    """
    failed, examples = {}, {}
    for report in reports:
        for stage in report.get("stages", []):
            if stage["outcome"] != "valid":
                over = [row["name"] for row in stage["budgets"] if not row["kept"]]
                for name in [stage["check"]] if stage["check"] else over:
                    key = f"{stage['key']}, {name}"
                    failed[key] = failed.get(key, 0) + 1
                    examples.setdefault(key, stage["anonymous"])
    lines = ["# The class", "", f"{len(reports)} submissions.", ""]
    for key, count in sorted(failed.items(), key=lambda item: -item[1]):
        lines += [f"## {key}: {count} of {len(reports)}", ""]
        if examples[key] != "valid":
            lines += [examples[key], ""]
    return "\n".join(lines)
