"""Reports as tables: the one rule, and that every report of every room keeps it."""

import dataclasses
import importlib
import inspect
import math
import subprocess
import sys
import typing
from unittest.mock import patch

import numpy as np
import pytest

from scalemodel.core.frames import Tabular
from tests.house.test_docstrings import NAMES, public
from tests.laws.wrong_arguments import docs, run

ENDINGS = ("Report", "Session", "Sessions")
RUNS = {"simulate", "expected", "play", "play_many", "scene", "swing"}  # what they give is one too
NO_REPORT = {
    "scalemodel.uber.location.reports.Report": "what a car sends, not what a run found",
    "scalemodel.labs.playing.history.History": "a log, which tells itself as a story",
    "scalemodel.whatsapp.actors.sessions.Sessions": "who is on line, and not what a run found",
    "scalemodel.whatsapp.encryption.ratchet.Session": "one end of a talk",
}
NO_FIGURE = {"scalemodel.twitter.live.arrival.SceneReport": {"events"}}  # a log


@dataclasses.dataclass(frozen=True, slots=True)
class Cup:
    sugar: int
    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Tea(Tabular):
    wait_s: float
    ended: dict
    steps_s: np.ndarray
    places: np.ndarray
    rest: np.ndarray
    cups: tuple = ()

    @property
    def wait_min(self):
        return self.wait_s / 60


TEA = Tea(90.0, {"good": 2, "cold": 1}, np.array([1.0, 2.0]), np.arange(4).reshape(2, 2),
          np.array([7, 8, 9]), (Cup(1, "Ana"), Cup(0, "Bo <b>")))  # fmt: skip


def reports():
    """Every public class that is a report: by its name, or because a run gives it."""
    for name in NAMES:
        found = dict(public(importlib.import_module(name)))
        for path, thing in found.items():
            if inspect.isclass(thing) and path.endswith(ENDINGS):
                yield thing
            elif path.rpartition(".")[2] in RUNS and not inspect.isclass(thing):
                given = typing.get_type_hints(inspect.unwrap(thing)).get("return")
                if dataclasses.is_dataclass(given):
                    yield given


FOUND = {f"{kind.__module__}.{kind.__qualname__}": kind for kind in reports()}
REPORTS = sorted((name, kind) for name, kind in FOUND.items() if name not in NO_REPORT)


def made(kind):
    """A report of this kind, as the examples of its module make it."""
    module, kept, begin = importlib.import_module(kind.__module__), [], kind.__init__

    def noting(self, *places, **words):
        begin(self, *places, **words)
        kept.append(self)

    with patch.object(kind, "__init__", noting):
        for _, thing in public(module):
            for doc in docs(thing) if not kept else ():
                run(doc, module)
    assert kept, f"no example of {module.__name__} makes a {kind.__name__}"
    return kept[0]


def leaves(value, without=()):
    """Every number, word and switch that lies in `value`, in any order."""
    if dataclasses.is_dataclass(value):
        parts = [getattr(value, field.name) for field in dataclasses.fields(value)
                 if field.name not in without]  # fmt: skip
    elif isinstance(value, dict):
        parts = value.values()
    elif isinstance(value, list | tuple | np.ndarray):
        parts = value.tolist() if isinstance(value, np.ndarray) else value
        parts = [parts] if not isinstance(parts, list | tuple) else parts
        if isinstance(value, np.ndarray) and value.ndim == 0:
            return [str(value.item())]
    else:
        return [_printed(value)]
    return [leaf for part in parts for leaf in leaves(part)]


def _printed(value):
    number = isinstance(value, int | float | np.number | np.bool_)
    return (
        "none"
        if value is None or (number and math.isnan(value))
        else str(float(value))
        if number
        else str(value)
    )


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_is_one_number_stands_in_every_row_and_what_lies_inside_behind_a_dot():
    frame = TEA.to_frame()
    assert frame.to_dict("list") == {
        "wait_s": [90.0, 90.0], "ended.good": [2, 2], "ended.cold": [1, 1],
        "rest.0": [7, 7], "rest.1": [8, 8], "rest.2": [9, 9], "wait_min": [1.5, 1.5],
        "steps_s": [1.0, 2.0], "places.0": [0, 2], "places.1": [1, 3],
        "cups.sugar": [1, 0], "cups.name": ["Ana", "Bo <b>"],
    }  # fmt: skip


def test_in_jupyter_single_figures_stand_above_the_rows_and_names_are_no_markup():
    html = TEA._repr_html_()
    single, rows = html.split("</table>")[:2]
    assert "wait_min" in single and "wait_min" not in rows
    assert "places.1" in rows and "places.1" not in single
    assert "Bo &lt;b&gt;" in rows and "<b>" not in rows


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name, kind", REPORTS, ids=[name for name, _ in REPORTS])
def test_every_report_is_a_table_and_its_frame_holds_its_figures(name, kind):
    assert issubclass(kind, Tabular), f"{name} must be Tabular"
    report = made(kind)
    frame = report.to_frame()
    assert len(frame) >= 1 and frame.columns.is_unique
    there = {_printed(value) for column in frame for value in frame[column].tolist()}
    assert set(leaves(report, NO_FIGURE.get(name, ()))) <= there
    told = {key for key, part in vars(kind).items() if isinstance(part, property)}
    assert all(any(column == key or column.startswith(f"{key}.") for column in frame)
               for key in told - {"_"})  # fmt: skip
    assert report._repr_html_().count("<table") in (1, 2)


def test_the_law_sees_every_room_with_reports():
    assert {name.split(".")[1] for name, _ in REPORTS} == {
        "parts",
        "netflix",
        "twitter",
        "uber",
        "whatsapp",
        "youtube",
    }
    assert len(REPORTS) >= 16 and set(NO_REPORT) <= set(FOUND)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_frame_of_one_row_is_what_pandas_makes_of_the_nested_words():
    import pandas as pd

    tea = dataclasses.replace(
        TEA, steps_s=np.array(1.0), places=np.array(2), rest=np.array(3), cups=()
    )
    nested = {
        "wait_s": 90.0,
        "ended": tea.ended,
        "steps_s": 1.0,
        "places": 2,
        "rest": 3,
        "wait_min": 1.5,
    }
    pd.testing.assert_frame_equal(tea.to_frame(), pd.json_normalize(nested)[list(tea.to_frame())])


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_model_does_without_pandas_until_it_is_asked_for_a_frame():
    program = (
        "import sys\n"
        "from scalemodel.parts.one_server import OneServerConfig, expected\n"
        "report = expected(OneServerConfig())\n"
        "assert 'pandas' not in sys.modules\n"
        "report.to_frame()\n"
        "assert 'pandas' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
