"""What a place for a reader's rule knows beforehand: the rides, the rivals, what they came to.

Engines need numpy, and a page has none. So what they made of the same task is written down
beside the plain module that plays the reader's rule: `rule.py` is told what the function
`told` of `rule_told.py` returns. A page carries it along as a file; in a notebook it is
made when somebody asks.

Left out: anything of the reader's.
Sources: none.
"""

__all__ = ["told", "written"]
__dir__ = lambda: __all__

import functools
import importlib
import json
from pathlib import Path


@functools.cache
def told(module: str) -> dict:
    """What the module of that name is told, as carried along or made now.

    >>> sorted(told("scalemodel.stage.foundations.yours.eviction"))
    ['places', 'requests', 'rivals']
    """
    file = importlib.import_module(module).__file__
    carried = Path(file).with_suffix(".json")
    return json.loads(carried.read_text(encoding="utf-8") if carried.is_file() else written(module))


def written(module: str) -> str:
    """The same as the text of a file.

    >>> written("scalemodel.stage.foundations.yours.eviction")[:12]
    '{"places":10'
    """
    made = importlib.import_module(f"{module}_told").told()
    return json.dumps(made, separators=(",", ":"))
