"""The Twitter lab, in worlds that are drawn from a seed.

Left out: what its stages are; see `labs.twitter.stages`.
Sources: none needed.
"""

__all__ = ["LAB", "practice_worlds"]
__dir__ = lambda: __all__

from scalemodel.labs.grade import SEEDS
from scalemodel.labs.seeds import PRACTICE_KEY, seeds_of
from scalemodel.labs.twitter.draws import crashing, skewed, small
from scalemodel.labs.twitter.stages import lab_of
from scalemodel.labs.twitter.world import as_plain

LAB = lab_of(small, crashing, skewed)


def practice_worlds() -> dict[str, list]:
    """The worlds of practice, stage by stage: plain data for a page, which cannot draw them.

    >>> worlds = practice_worlds()
    >>> [len(worlds[key]) for key in "abc"]
    [8, 8, 8]
    """
    seeds = seeds_of(PRACTICE_KEY, "practice", LAB.name, 1, SEEDS)
    return {stage.key: [as_plain(stage.draw(seed)) for seed in seeds] for stage in LAB.stages}
