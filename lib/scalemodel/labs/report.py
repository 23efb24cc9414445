"""The report of one submission, and of a class: Markdown for people, JSON for gradebooks.

`report.json` has a schema with a version; nothing in it depends on the time of day.

Left out: PDF.
Sources: none needed.
"""

__all__ = ["ONLY_ASKED", "SCHEMA", "as_class", "as_data", "as_markdown", "as_table", "without_name"]
__dir__ = lambda: __all__

import csv
import html
import io
import platform
import re
import unicodedata

import numpy as np

from scalemodel.core import checks
from scalemodel.labs.grade import Grade
from scalemodel.labs.playing.nursery import PYTHON, guarded_by
from scalemodel.labs.reading.files import one_line
from scalemodel.labs.submission import Submission

SCHEMA = "scalemodel-lab-report/1"
ONLY_ASKED = (
    "Here Python alone refused what a submission may not do, and the system did not: "
    "whoever tries hard gets past that. A mark that counts needs Linux, or a container."
)


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
                "anonymous": _anonymous(stage.verdict, student),
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
        "refused_by": guarded_by(),
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "digest": grade.digest(),
    }


def _anonymous(verdict, student):
    """The sentence as a class may read it, whatever the student's own words say."""
    happened = without_name(verdict.happened, student)
    return verdict.named(where="", replay="", happened=happened).sentence()


@checks.kinds
def without_name(text: str, student: str) -> str:
    """`text` without the words of the id `student`, where they stand alone or begin with a capital.

    >>> without_name("KeyError: 'ann' (annual), AnnError, s1234567", "Ann_1234567")
    "KeyError: '…' (annual), …Error, s…"
    """
    text, student = (unicodedata.normalize("NFC", words) for words in (text, student))
    for word in re.findall(r"[^\W\d_]{2,}|\d{4,}", student):
        begins = r"(?<!\d)" if word.isdecimal() else r"(?:(?<![^\W\d_])|(?=[A-Z]))"
        text = re.sub(rf"{begins}(?i:{word})(?![a-z\d])", "…", text)
    return text


@checks.kinds
def as_markdown(data: dict) -> str:
    """The report for people, from `as_data`.

    >>> from scalemodel.labs.shelf import lab_named
    >>> empty = Grade(lab_named("twitter"), (1,), ())
    >>> as_markdown(as_data(empty, Submission("..."), "ann", 1)).splitlines()[0]
    '# twitter: ann, attempt 1'
    """
    lines = [
        f"# {data['lab']}: {_marked(data['student'])}, attempt {data['attempt']}",
        "",
        f"{data['points']} points, {data['outcome']}",
        "",
        "| stage | outcome | points |",
        "|---|---|---|",
        *(f"| {s['key']} | {_outcome(s)} | {s['points']} of {s['of']} |" for s in data["stages"]),
    ]
    for stage in data["stages"]:
        if stage["sentence"] != "valid":
            lines += ["", f"**{stage['key']}.** {_marked(stage['sentence'])}"]
        if stage["story"]:
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", stage["story"])), default=0))
            lines += ["", f"{fence}text", *map(one_line, stage["story"].split("\n")), fence]
        lines += [""] * bool(stage["budgets"])
        lines += [f"- {row['sentence']}" for row in stage["budgets"]]
    for field in ("prediction", "explanation"):
        lines += ["", f"**The {field}.**{' Missing.' * (not data[field])}"]
        lines += ["", *(f"> {_marked(line)}" for line in data[field].split("\n") if data[field])]
    if data["caught_up"]:
        lines += ["", "It began from the catch-up file."]
    if data["refused_by"] == PYTHON:
        lines += ["", ONLY_ASKED]
    seeds = ", ".join(map(str, data["seeds"]))
    lines += ["", f"Seeds {seeds}. Digest `{data['digest']}`.", ""]
    return "\n".join(lines)


def _marked(text):
    """A line from outside as it may stand in Markdown: no HTML, no link, no picture."""
    text = html.escape(one_line(text), quote=False)
    return re.sub(r"\](?=[(:])", "] ", text)  # a link, and where the links of a text are defined


def _outcome(stage):
    """The stage's outcome, where a correct program that costs too much is not called invalid."""
    correct = stage["sentence"] == "valid"
    return "over budget" if correct and stage["outcome"] != "valid" else stage["outcome"]


@checks.kinds
def as_table(reports: list[dict]) -> str:
    """`grades.csv`: a line a student, those whose file could not run with why.

    >>> print(as_table([{"student": "bo", "trouble": "bo.py has no answer"}]).splitlines()[1])
    "bo","could not run",0,"","bo.py has no answer"
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(["student", "outcome", "points", "digest", "remark"])
    for report in reports:
        if "trouble" in report:
            row = [report["student"], "could not run", 0, "", report["trouble"]]
        else:
            caught_up = ["began from the catch-up file"] * report["caught_up"]
            remark = "; ".join([*(f"no {name}" for name in report["incomplete"]), *caught_up])
            row = [*(report[name] for name in ("student", "outcome", "points", "digest")), remark]
        writer.writerow([_cell(value) if isinstance(value, str) else value for value in row])
    return out.getvalue()


def _cell(label):
    """`label` in one line, and never a formula where a spreadsheet opens the table."""
    sign = unicodedata.normalize("NFKC", label.lstrip()[:1])  # a wide one may be taken for it
    return "'" * sign.startswith(("=", "+", "-", "@")) + one_line(label)


@checks.kinds
def as_class(reports: list[dict], remark: str = "") -> str:
    """`class.md`: which check failed how often, each with one counterexample without a name.

    What fails in several stages in the same words is one failure.

    >>> as_class([]).splitlines()[2]
    '0 submissions.'
    """
    counts, examples = {}, {}
    for report in reports:
        for name, words in _failures(report):
            counts[name] = counts.get(name, 0) + 1
            examples.setdefault(name, words)
    lines = ["# The class", "", f"{len(reports)} submissions.{remark and f' {remark}'}", ""]
    for name, count in sorted(counts.items(), key=lambda item: -item[1]):
        lines += [f"## {name}: {count} of {len(reports)}", ""]
        if examples[name] != "valid":
            lines += [_marked(examples[name]), ""]
    return "\n".join(lines)


def _failures(report):
    """Each failure of one submission with its words, the stages in one row that have the same."""
    if "trouble" in report:
        words = report["trouble"]
        for file in report.get("files", ()):  # which say who has handed them in
            words = words.replace(file, "…")
        yield "could not be graded", without_name(words, report["student"])
    stages = {}
    for stage in report.get("stages", []):
        if stage["outcome"] != "valid":
            over = [row["name"] for row in stage["budgets"] if not row["kept"]]
            for name in [stage["check"]] if stage["check"] else over:
                stages.setdefault((name, stage["anonymous"]), []).append(stage["key"])
    for (name, words), keys in stages.items():
        yield f"{', '.join(keys)}, {name}", words
