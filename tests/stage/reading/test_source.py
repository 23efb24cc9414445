"""Quotations of the library: they are the source, and what cannot be quoted is named."""

import inspect

import pytest

from scalemodel.stage.reading.source import show_source
from scalemodel.youtube.abr.choices import highest_rung
from scalemodel.youtube.abr.ladder import LADDER, select_rung
from scalemodel.youtube.abr.policies import BufferBased, ThroughputRule


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_quotation_is_the_source_in_the_words_of_both_page_and_notebook():
    shown = show_source(select_rung)
    assert shown.code == inspect.getsource(select_rung).rstrip()
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {"text/markdown", "text/plain"}
    assert bundle["text/markdown"].startswith("```python\ndef select_rung(")
    assert bundle["text/markdown"].endswith("*From* `scalemodel.youtube.abr.ladder.select_rung`")


def test_a_compiled_function_is_quoted_as_it_is_written():
    assert "def highest_rung(budget_kbps, ladder_kbps):" in show_source(highest_rung).code


def test_parts_of_a_policy_with_their_marks_and_without_docstrings():
    code = show_source(ThroughputRule, "memory", "choose", docstring=False).code
    assert code.startswith("class ThroughputRule:\n    ...\n    def memory(")
    assert "@staticmethod" in code and "highest_rung(" in code and '"""' not in code
    assert "__post_init__" not in code
    compile(code, "quotation", "exec")


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("thing", "parts", "words"),
    [
        (LADDER, (), "must be a function or a class"),
        (select_rung, ("choose",), "must be empty for select_rung"),
        (BufferBased, ("chooses",), "part='chooses' must be one of __post_init__, memory"),
    ],
)
def test_what_cannot_be_quoted_is_named(thing, parts, words):
    with pytest.raises(ValueError) as refusal:
        show_source(thing, *parts)
    assert words in str(refusal.value)
