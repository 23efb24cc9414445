"""What the page of the Twitter lab is told: the worlds of practice, drawn beforehand.

Left out: other dice than everybody's.
Sources: none needed.
"""

__all__ = ["told"]
__dir__ = lambda: __all__

from scalemodel.labs.grade import SEEDS
from scalemodel.labs.seeds import PRACTICE_KEY, seeds_of
from scalemodel.labs.twitter.lab import LAB
from scalemodel.labs.twitter.world import as_plain


def told() -> dict[str, list]:
    """The worlds of practice as plain data, stage by stage.

    >>> [len(worlds) for worlds in told().values()]
    [8, 8, 8]
    """
    seeds = seeds_of(PRACTICE_KEY, "practice", LAB.name, 1, SEEDS)
    return {stage.key: [as_plain(stage.draw(seed)) for seed in seeds] for stage in LAB.stages}
