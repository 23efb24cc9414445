"""What `score` is told: twelve maps, and who gets which car by the rules of the chapter.

Left out: riders around a hot spot.
Sources: none.
"""

__all__ = ["MAPS", "RIDERS", "RULES", "maps", "told"]
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.stage.uber.pairs import room
from scalemodel.stage.uber.yours.score import drive_min
from scalemodel.uber.matching import market_loop

MAPS, RIDERS = 12, 20  # and as many cars
RULES = {
    "first come": market_loop.first_come,
    "shortest line first": market_loop.edge_greedy,
    "the whole room": market_loop.optimal,
}


def maps() -> list[list]:
    """Where riders wait and cars stand, in hundredths of a km.

    >>> [len(places) for places in maps()[0]]
    [20, 20]
    """
    rooms = (room(RIDERS, RIDERS, "anywhere", stream(seed, "your score")) for seed in range(MAPS))
    return [[one.riders_km.round(2).tolist(), one.cars_km.round(2).tolist()] for one in rooms]


def told() -> dict:
    """The table, as plain numbers.

    >>> sorted(told())
    ['cars', 'maps']
    """
    all_maps, cars = maps(), {}
    for name, rule in RULES.items():
        cars[name] = []
        for places in all_maps:
            car_of = np.full(RIDERS, market_loop.NOBODY)
            rule.native(np.array(drive_min(*places)), np.array([1e6]), car_of)
            cars[name].append(car_of.tolist())
    return {"maps": all_maps, "cars": cars}
