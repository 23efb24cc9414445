"""Solutions, and the scissors that cut them out.

A solution is folded away beneath its exercise like an answer printed upside down. In a
class it must not be there at all: not on the page, not in the source or the notebook
that the page offers, not in the search. So a class build cuts it out of the text before
anything else reads it.

In a chapter a solution is what stands between `{solution-start}` and `{solution-end}`,
or one block `{solution}`.

Left out: the exercises' looks, which sphinx-exercise and the style sheet give.
Sources: none.
"""

__all__ = [
    "FENCE", "TAG", "ends_inside", "notebook_without_solutions", "split_at_solutions",
    "without_solutions",
]  # fmt: skip
__dir__ = lambda: __all__

import re
from collections.abc import Iterator

TAG = "solution"  # on a notebook's cell that belongs to one
FENCE = re.compile(r"(?P<fence>`{3,}|:{3,})\{(?P<name>solution(?:-start|-end)?)\}")


def split_at_solutions(text: str, inside: bool = False) -> Iterator[tuple[bool, str]]:
    """Pieces of `text` in order, each with whether it is part of a solution.

    `inside` says whether a solution is open where the text begins.

    >>> text = "Why?\\n```{solution-start} e\\n```\\nBecause.\\n```{solution-end}\\n```\\nNext."
    >>> [(inside, piece.splitlines()[-1]) for inside, piece in split_at_solutions(text)]
    [(False, 'Why?'), (True, '```'), (False, 'Next.')]
    """
    piece: list[str] = []
    closing = None  # the fence that ends the block at hand
    ends_after = False
    for line in text.splitlines(keepends=True):
        opens = FENCE.match(line) if closing is None else None
        if opens:
            if opens["name"] != "solution-end" and piece:
                yield inside, "".join(piece)
                piece = []
            closing, inside = opens["fence"], True
            ends_after = opens["name"] != "solution-start"
            piece.append(line)
            continue
        piece.append(line)
        if closing and re.fullmatch(rf"{closing[0]}{{{len(closing)},}}\s*", line):
            closing = None
            if ends_after:
                yield True, "".join(piece)
                piece, inside = [], False
    if piece:
        yield inside, "".join(piece)


def ends_inside(text: str, inside: bool = False) -> bool:
    """Whether a solution is still open where `text` ends.

    >>> ends_inside("```{solution-start} e\\n```\\nBecause."), ends_inside("Why?")
    (True, False)
    """
    names = [found["name"] for line in text.splitlines() if (found := FENCE.match(line))]
    gates = [name for name in names if name != "solution"]
    return gates[-1] == "solution-start" if gates else inside


def without_solutions(text: str) -> str:
    """`text` of a chapter with every solution cut out.

    >>> without_solutions("Why?\\n:::{solution} e\\nBecause.\\n:::\\nNext.")
    'Why?\\nNext.'
    """
    return "".join(piece for inside, piece in split_at_solutions(text) if not inside)


def notebook_without_solutions(notebook: dict) -> dict:
    """`notebook`, as JSON, without the cells that are tagged as part of a solution.

    >>> cells = [{"metadata": {}}, {"metadata": {"tags": ["solution"]}}]
    >>> notebook_without_solutions({"cells": cells})
    {'cells': [{'metadata': {}}]}
    """
    kept = [cell for cell in notebook["cells"] if TAG not in cell["metadata"].get("tags", [])]
    return {**notebook, "cells": kept}
