"""All labs, by name.

Left out: a lab that is not finished.
Sources: none needed.
"""

__all__ = ["LABS", "lab_named"]
__dir__ = lambda: __all__

from scalemodel.core import checks
from scalemodel.labs.lab import Lab
from scalemodel.labs.twitter import lab as twitter

LABS = {lab.name: lab for lab in (twitter.LAB,)}


@checks.kinds
def lab_named(name: str) -> Lab:
    """The lab of that name.

    >>> lab_named("twitter").subject
    'Timelines'
    """
    if name not in LABS:
        raise ValueError(f"lab={checks.brief(name)} must be one of {sorted(LABS)}")
    return LABS[name]
