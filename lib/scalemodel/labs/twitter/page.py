"""The Twitter lab on a page: `run` is what its buttons call.

The worlds of practice lie beside this file where it was carried; elsewhere `page_told` draws them.

Left out: any other worlds, which need numpy.
Sources: none needed.
"""

__all__ = ["practice", "run"]
__dir__ = lambda: __all__

import importlib
import json
from pathlib import Path

from scalemodel.core import checks
from scalemodel.labs.alone import page
from scalemodel.labs.lab import Lab
from scalemodel.labs.twitter.stages import lab_of
from scalemodel.labs.twitter.world import of_plain


def practice() -> tuple[Lab, list[int]]:
    """The lab in the worlds of practice, and their seeds.

    >>> lab, seeds = practice()
    >>> lab.stage("a").draw(seeds[0]).seed == seeds[0]
    True
    """
    drawn = {key: {row[0]: of_plain(row) for row in rows} for key, rows in _worlds().items()}
    return lab_of(*(worlds.__getitem__ for worlds in drawn.values())), [*drawn["a"]]


def _worlds():
    carried = Path(__file__).with_suffix(".json")
    if carried.is_file():
        return json.loads(carried.read_text(encoding="utf-8"))
    return importlib.import_module("scalemodel.labs.twitter.page_told").told()


@checks.kinds
def run(text: str, key: str) -> None:
    """Prints what the stage makes of an answer, in the worlds of practice.

    >>> run("import os", "a")
    ... # doctest: +ELLIPSIS
    Playing 8 worlds .
    unknown: it imports os, and on a page there are ...
    """
    lab, seeds = practice()
    page.check(lab, key, text, seeds)
