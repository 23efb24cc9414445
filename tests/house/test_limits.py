"""What each public name allows stands in its room's table, and has not moved unseen."""

import tomllib

import pytest

from tests.conftest import ROOT
from tests.house.test_docstrings import NAMES
from tests.laws.limits import allowed

ROOMS = {path.parent.name: path for path in sorted((ROOT / "tests").glob("*/limits.toml"))}
MODULES = [name for name in NAMES if name.split(".")[1] in ROOMS]


@pytest.mark.parametrize("name", MODULES)
def test_what_is_allowed_stands_in_the_table(name):
    room, module = name.split(".")[1], name.removeprefix("scalemodel.")
    table = tomllib.loads(ROOMS[room].read_text()).get(module, {})
    assert allowed(name) == table, f"read it, then write it: python -m tests.laws.limits {room}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_table_speaks_of_modules_that_are_there(room):
    there = {name.removeprefix("scalemodel.") for name in NAMES}
    assert tomllib.loads(ROOMS[room].read_text()).keys() <= there
