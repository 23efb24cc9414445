"""The line under a title counts what is read, and nothing else."""

import pytest

from scalemodel.stage.reading.strip import reading_minutes, strip_line

PROSE = "One word after another. " * 200


def test_code_front_matter_and_exercises_do_not_count():
    cell = "```{code-cell} ipython3\n" + "x = 1\n" * 900 + "```\n"
    header = "---\n" + "key: value\n" * 500 + "---\n"
    tasks = "\n(abr-exercises)=\n## Exercises\n" + PROSE * 9
    assert reading_minutes(PROSE) == 4
    assert reading_minutes(header + PROSE + "\n" + cell + tasks) == 4


def test_a_note_counts():
    assert reading_minutes(PROSE + "\n:::{note}\n" + PROSE + ":::\n") == 8


@pytest.mark.parametrize("words, minutes", [(1, "1 minute "), (300, "2 minutes ")])
def test_the_line_counts_in_english(words, minutes):
    assert strip_line("word " * words, "nothing", "scalemodel.core").startswith(minutes)
