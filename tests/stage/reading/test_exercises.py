"""The scissors: what is cut, and that nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.stage.reading.exercises import ends_inside, split_at_solutions, without_solutions

GATED = """# Tea

```{exercise} Brew
:label: brew
Why?
```

```{solution-start} brew
:class: dropdown
```

SECRET one.

```{code-cell} ipython3
secret = "SECRET two"
```

```{solution-end}
```

Next.
"""


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_gated_solution_goes_with_its_cells_and_the_rest_stays():
    left = without_solutions(GATED)
    assert "SECRET" not in left and "solution" not in left and "code-cell" not in left
    assert left.startswith("# Tea") and "Why?" in left and left.endswith("\nNext.\n")


@pytest.mark.parametrize("fence", ["```", "````", ":::", "::::"])
def test_a_solution_in_one_block_goes_whatever_its_fence(fence):
    inner = "```python\nSECRET\n```\n" if fence in ("````", ":::", "::::") else "SECRET\n"
    text = f"Why?\n{fence}{{solution}} brew\n{inner}{fence}\nNext.\n"
    assert without_solutions(text) == "Why?\nNext.\n"


def test_two_solutions_leave_what_stands_between():
    assert without_solutions(GATED + GATED).count("Next.") == 2


def test_a_cell_of_a_notebook_may_begin_inside():
    end = "Still SECRET.\n```{solution-end}\n```\nNext."
    assert list(split_at_solutions(end, inside=True)) == [
        (True, "Still SECRET.\n```{solution-end}\n```\n"), (False, "Next."),
    ]  # fmt: skip
    assert not ends_inside(end, inside=True) and ends_inside("nothing", inside=True)


# ── Laws ────────────────────────────────────────────────────────────────────
LINES = st.lists(
    st.sampled_from(
        ["Text.", "", "```python", "```", "```{solution-start} e", "```{solution-end}", ":::", ":::{solution} e"]
    ),
    max_size=30,
).map("\n".join)  # fmt: skip


@given(LINES, st.booleans())
def test_the_pieces_are_the_text_again(text, inside):
    assert "".join(piece for _, piece in split_at_solutions(text, inside)) == text


@given(LINES)
def test_what_is_cut_once_is_cut(text):
    once = without_solutions(text)
    assert without_solutions(once) == once
