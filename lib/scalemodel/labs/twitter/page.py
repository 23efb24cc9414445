"""The Twitter lab on a page: `run` is what its buttons call.

Left out: the worlds, which `tools/lab_notebooks.py` writes beside this file when a book is built.
Sources: none needed.
"""

__all__ = ["WORLDS", "run"]
__dir__ = lambda: __all__

import json
from pathlib import Path

from scalemodel.core import checks
from scalemodel.labs import page
from scalemodel.labs.twitter.stages import lab_of
from scalemodel.labs.twitter.world import of_plain

WORLDS = Path(__file__).with_name("worlds.json")


@checks.kinds
def run(text: str, key: str) -> None:
    """Prints what stage `key` makes of the answer `text`, in the worlds of practice."""
    drawn = {
        stage: {row[0]: of_plain(row) for row in rows}
        for stage, rows in json.loads(WORLDS.read_text()).items()
    }
    lab = lab_of(*(worlds.__getitem__ for worlds in drawn.values()))
    page.check(lab, key, text, [*drawn[key]])
