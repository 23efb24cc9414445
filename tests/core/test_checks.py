"""The doorkeeper's words."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest

from scalemodel.core import checks
from scalemodel.labs.playing.history import Event


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_passes_comes_back_in_one_form():
    assert type(checks.real("x", np.float32(2))) is float
    assert type(checks.whole("n", np.int8(2), at_least=0)) is int
    row = checks.numbers_row("row", [1, 2])
    assert row.dtype == np.float64 and not row.flags.writeable


def test_a_row_is_a_copy():
    mine = np.array([1.0, 2.0])
    row = checks.numbers_row("row", mine)
    mine[0] = 9.0
    assert row[0] == 1.0


@dataclasses.dataclass(frozen=True, slots=True)
class Shop:
    """Cups, and what each costs."""

    cups: object
    price: object = 1


def test_a_config_keeps_numbers_of_python_s_own():
    for given, kept in (
        (np.uint8(200), 200), (np.float32(0.5), 0.5), (Fraction(1, 2), 0.5), (True, True),
        (7, 7), (0.5, 0.5), ("7", "7"), (None, None), (Decimal(2), Decimal(2)),
        (Fraction(10**400), Fraction(10**400)),
    ):  # fmt: skip
        shop = Shop(given)
        checks.plain(shop)
        assert shop == Shop(kept) and type(shop.cups) is type(kept)


def test_a_bound_that_is_not_above_lies_within():
    assert checks.real("x", 1, at_least=1, at_most=1) == 1
    assert checks.whole("n", 1, at_least=1, at_most=1) == 1
    assert checks.numbers_row("row", [1, 2], at_least=1, at_most=2, length=2).tolist() == [1, 2]


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("bounds", "words"),
    [({}, ""), ({"above": 0}, "above 0"), ({"at_least": 1}, "of at least 1"),
     ({"at_most": 5}, "of at most 5"), ({"above": 0, "at_most": 1}, "above 0 and at most 1")],
)  # fmt: skip
def test_the_refusal_says_exactly_what_is_allowed(bounds, words):
    with pytest.raises(
        ValueError, match=rf"^x=nan must be a finite number{words and ' ' + words}$"
    ):
        checks.real("x", float("nan"), **bounds)


def test_what_can_only_be_looked_at_shows_what_its_owner_writes():
    row = np.zeros(3)
    seen = checks.read_only(row)
    with pytest.raises(ValueError, match="read-only"):
        seen[0] = 1.0
    row[0] = 2.0
    assert seen[0] == 2.0 and row.flags.writeable


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["", 3, None, "half of \ud83d"])
def test_a_name_is_text_that_can_be_written_down(name):
    with pytest.raises(ValueError, match=r"name=.* must be a non-empty string of whole"):
        checks.text("name", name)


def test_a_row_that_can_be_looked_at_only_once_is_no_sequence():
    seen = checks.kinds(_sum_of)
    assert seen([1, 2]) == seen((1, 2)) == 3
    with pytest.raises(ValueError, match=r"row=.* must be a row"):
        seen(iter([1, 2]))


def _sum_of(row: Sequence[int]):
    return sum(row)


@pytest.mark.parametrize("value", ["1", None, True, [1], 1j, float("inf"), 10**400])
def test_what_is_no_real_number_is_refused(value):
    with pytest.raises(ValueError, match=r"^x=.* must be a finite number$"):
        checks.real("x", value)


def test_the_bound_above_which_it_lies_is_refused():
    with pytest.raises(ValueError, match=r"^x=0 must be a finite number above 0$"):
        checks.real("x", 0, above=0)
    with pytest.raises(ValueError, match=r"^row\[1\]=0.0 must be a finite number above 0$"):
        checks.numbers_row("row", [1, 0], above=0)


@pytest.mark.parametrize("value", ["1", None, True, 1.0, 1.5, [1], 0, 4])
def test_what_is_no_integer_within_the_bounds_is_refused(value):
    with pytest.raises(ValueError, match=r"^n=.* must be an integer of at least 1 and at most 3$"):
        checks.whole("n", value, at_least=1, at_most=3)


def test_a_row_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match=r"^row has the shape \(1,\); .* at least 2 numbers"):
        checks.numbers_row("row", [1], length=2)


@pytest.mark.parametrize(
    "values", ["abc", [[1, 2]], [], 3, ["a"], ["1", "2"], [10**400], [1, None, 2]]
)
def test_what_is_no_row_is_refused(values):
    with pytest.raises(ValueError, match=r"^row"):
        checks.numbers_row("row", values)


def test_the_first_bad_entry_is_named():
    with pytest.raises(ValueError, match=r"^row\[2\]=inf must be"):
        checks.numbers_row("row", [1, 2, float("inf"), float("nan")])


class Tea(Protocol):
    """Whatever has a pot and can pour."""

    pot: str

    def pour(self): ...


class Samovar:
    pot = "brass"

    def pour(self):
        return 1


@checks.kinds
def ask(number: float = 1.0, count: int = 1, name: str = "", on: bool = True, row: np.ndarray = (),
        words: Sequence[str] = (), table: Mapping[str, int] = {}, call: Callable = len,
        path: Path = Path(), tea: Tea | None = None, day: Event | None = None, kind: type = int,
        anything=None, *more: int):  # fmt: skip
    return "asked"


RIGHT = {
    "number": [1, 2.5, np.float32(1), np.inf, 2**70], "count": [1, np.int8(1), 2**70],
    "name": ["", "x"], "on": [True, np.True_], "row": [[], (1,), np.zeros(2), range(3)],
    "words": [["a"], ()], "table": [{}, {"a": 1}], "call": [len, int, ask],
    "path": ["a", Path("a")], "tea": [None, Samovar()], "day": [None, Event(0.0, "a", "b", {})],
    "kind": [int, Samovar], "anything": [None, 1, "x", [], ask],
}  # fmt: skip
WRONG = {
    "number": [None, "1", np.nan, True, [1.0], 1j], "count": [None, 1.0, "1", np.nan, True],
    "name": [None, 1, b"x", ["x"]], "on": [None, 0, 1, "no"], "row": [None, 1, "ab", b"ab"],
    "words": [None, "ab", 1], "table": [None, [], "a"], "call": [None, 1, "len"],
    "path": [None, 1, ""], "tea": [1, "tea", object()], "day": [1, {}, object()], "kind": [None, 1],
}  # fmt: skip


@pytest.mark.parametrize("field", RIGHT)
def test_what_the_annotations_say_is_what_comes_in(field):
    for value in RIGHT[field]:
        assert ask(**{field: value}) == "asked"
    for value in WRONG.get(field, []):
        with pytest.raises(ValueError, match=rf"(?s)^{field}=.* must be "):
            ask(**{field: value})


def test_places_count_as_names_do():
    with pytest.raises(ValueError, match=r"^count='2' must be an integer$"):
        ask(1.0, "2")
    with pytest.raises(TypeError, match="unexpected keyword"):
        ask(sugar=2)
    assert ask.__name__ == "ask" and "name" in str(inspect.signature(ask))


@pytest.mark.parametrize("function", [lambda: 0, lambda a: 0, lambda a, b, c: 0, lambda *, a, b: 0])
def test_a_function_of_other_arguments_is_refused_before_it_is_called(function):
    with pytest.raises(ValueError, match=r"^policy=<lambda> must be a function of \(level, rate\)"):
        checks.takes("policy", function, "level", "rate")
    for right in (lambda a, b: 0, lambda *all: 0, lambda a, b, c=1: 0, max):
        assert checks.takes("policy", right, "level", "rate") is right


@pytest.mark.parametrize("call", [
    lambda long: checks.text("body", long.encode()), lambda long: checks.text("body", long + "\ud800"),
    lambda long: checks.instance("body", long, dict), lambda long: checks.numbers_row("body", long),
    lambda long: checks.numbers_row("body", np.ma.masked_array([long])), lambda long: checks.real("body", long),
    lambda long: checks.whole("body", long, at_least=0), lambda long: checks.takes("body", Silent(long)),
    lambda long: needs_a_number(long),
])  # fmt: skip
def test_who_sends_a_megabyte_gets_none_back(call):
    with pytest.raises(ValueError, match=r"^body=.{1,90} must be") as caught:
        call("x" * 10**6)
    assert len(str(caught.value)) < 200


@checks.kinds
def needs_a_number(body: int):
    return body


class Silent:
    """A function without a name that takes something, and says at length what it is."""

    def __init__(self, words):
        self.words = words

    def __repr__(self):
        return self.words

    def __call__(self, something):
        return something
