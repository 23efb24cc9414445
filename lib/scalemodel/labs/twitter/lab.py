"""The Twitter lab, in worlds that are drawn from a seed.

Left out: what its stages are; see `labs.twitter.stages`.
Sources: none needed.
"""

__all__ = ["LAB"]
__dir__ = lambda: __all__

from scalemodel.labs.twitter.draws import crashing, skewed, small
from scalemodel.labs.twitter.stages import lab_of

LAB = lab_of(small, crashing, skewed)
