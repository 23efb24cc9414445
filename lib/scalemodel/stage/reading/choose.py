"""A pick among the designs that a chapter has compared: which of them would you build?

A shop window with a few things side by side, and a word on when each is the right one.
Nobody says that a pick is wrong. The reader's own device keeps it under company and chapter,
where it is allowed to, so that the picks of several chapters can be looked at together.

Without a script it is a plain group of buttons; on paper the mark stands where it was put.

Left out: what others picked. Nothing leaves the reader's machine.
Sources: WCAG 2.2, technique H71 (fieldset and legend).
"""

__all__ = ["CHAPTER", "MOST_OPTIONS", "choose"]
__dir__ = lambda: __all__

import re
from collections.abc import Mapping
from html import escape

from scalemodel.stage.views.embed import Embed
from scalemodel.stage.views.kinds import Kind

CHAPTER = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
MOST_OPTIONS = 6


def choose(chapter: str, *, question: str, options: Mapping[str, str]) -> Embed:
    """One of `options` to pick, for the `chapter` that is named "company.chapter".

    `options` maps the name of a design to one sentence on when it is the right one.

    >>> choose("tea.leaves", question="Which tea?", options={
    ...     "green": "When you have an hour.", "black": "When you must be awake."}).text
    'Which tea?: green, black'
    """
    _check(chapter, question, options)
    rows = "".join(
        f'<label><input type="radio" name="choose-{chapter}" value="{escape(name)}" '
        f'autocomplete="off"> <span><strong>{escape(name)}</strong> {escape(why)}</span></label>'
        for name, why in options.items()
    )
    html = (
        f'<fieldset class="sm-choose" data-name="{chapter}" data-lm-suppress-shortcuts>'
        f"<legend>{escape(question)}</legend>{rows}"
        '<p><span role="status"></span> <button type="button" hidden>Take it back</button></p>'
        "</fieldset>"
    )
    return Embed(Kind.beside(__file__), html, f"{question}: {', '.join(options)}")


def _check(chapter, question, options):
    if not isinstance(chapter, str) or not CHAPTER.fullmatch(chapter):
        raise ValueError(f"chapter={chapter!r} must be company.chapter, in small letters")
    if not _is_text(question):
        raise ValueError(f"question={question!r} must be a question")
    if not isinstance(options, Mapping) or not 2 <= len(options) <= MOST_OPTIONS:
        raise ValueError(f"options={options!r} must map 2 to {MOST_OPTIONS} designs to a sentence")
    for name, why in options.items():
        if not _is_text(name) or not _is_text(why):
            raise ValueError(f"options[{name!r}]={why!r} must be a sentence under a design's name")


def _is_text(value):
    return isinstance(value, str) and bool(value.strip())
