"""Numbers and claims of a chapter's text, kept true by its cells.

A chapter says "it never stops" because a run showed it. `guard` holds the run to
the sentence: where the book is made a broken guard stops the making; where a
learner has just changed the model, or asked for times of another machine, it is news, and
the notebook goes on.

Left out: the fact cards of a company.
Sources: none.
"""

__all__ = ["guard", "tell"]
__dir__ = lambda: __all__

from scalemodel.stage.views.view import view


def guard(holds: bool, sentence: str) -> None:
    """Nothing where `holds`; else an `AssertionError`, or a line of news in a live notebook.

    `sentence` is the claim in the text, as the reader sees it.

    >>> guard(2 > 1, "two is more than one")
    >>> guard(1 > 2, "one is more than two")
    Traceback (most recent call last):
    ...
    AssertionError: the text says: one is more than two
    """
    if holds:
        return
    if view() == "live":
        print(f"As you run it, the text no longer holds where it says: {sentence}.")
        return
    raise AssertionError(f"the text says: {sentence}")


def tell(**values: object) -> None:
    """Fills the gaps that the text leaves for these names; prints nothing.

    In the chapter a gap is `{glue:text}` and the name. A notebook's text has been filled
    when it was made, so live nothing happens.

    >>> tell(seats="90")
    """
    if view() == "live":
        return
    from myst_nb import glue  # the site's own part, which only a chapter needs

    for name, value in values.items():
        glue(name, value, display=False)
