"""You at the dispatcher's desk: seven riders, seven cars, and a map.

The nearest car looks right until you have stood there. So the reader draws the lines: picks a
car for each rider, moves one to somebody else, and lets them drive. Beside the reader stand
who comes first, the shortest line first, and the best that there is.

The rivals play here, before the page is made. The reader plays in the browser, where all that
is counted is a sum of tenths of minutes from one table.

Left out: time; nobody else asks while you think.
Sources: none.
"""

__all__ = [
    "CAPTION", "EDGE_PX", "GAP_KM", "HEADER", "HIGH_KM", "LETTERS", "MOST_CARS", "PX_KM",
    "RULES_SAID", "UNSCRIPTED", "WIDE_KM", "WORDS", "match_by_hand", "rivals", "score",
    "small_room", "tenths",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Mapping, Sequence

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.stage.reading.contest import Row, check_names, contest
from scalemodel.stage.uber.pairs import RULES, Room, paired
from scalemodel.stage.views.embed import Embed
from scalemodel.uber.matching.assign import assign

LETTERS, MOST_CARS = "ABCDEFG", 9  # one digit each
WIDE_KM, HIGH_KM, PX_KM, EDGE_PX = 3.0, 1.9, 110, 16
GAP_KM = 0.36  # so that no two buttons touch
HEADER = ("who", "minutes in all", "the longest, min", "lines as the optimum")
RULES_SAID = (
    "Send each rider a car: press the car for the one who is marked, or press another rider first. "
    "A car that is taken leaves who had it. As few minutes in all as you can."
)
UNSCRIPTED = "This is what the others make of these maps."
CAPTION = "Everybody on “{}”, best first."
WORDS = {  # the script fills the gaps
    "asks": "Who goes to _? _ min so far.",
    "left": "_ has no car now. ",
    "all": "All have a car: _ min in all. Change it, or let them drive.",
    "car": "car _, _ min to _",
    "taken": ", on its way to _",
    "rider": "rider _",
    "place": "You: _ min in all. ",
    "best": "Nobody could have had less.",
    "cost": "The optimum has _ min; dashed is where it differs.",
}


def tenths(there: Room) -> np.ndarray:
    """Minutes from each car to each rider in whole tenths, shape (riders, cars).

    >>> tenths(Room(np.zeros((1, 2)), np.ones((2, 2))))
    array([[28, 28]])
    """
    return np.rint(10 * there.minutes).astype(int)


def score(there: Room, cars: Sequence[int]) -> tuple[int, int]:
    """Tenths of minutes in all, and the longest, if each rider gets the car of that place.

    >>> score(Room(np.zeros((2, 2)), np.array([[0.5, 0.0], [1.0, 0.0]])), [1, 0])
    (30, 20)
    """
    each = tenths(there)[np.arange(len(cars)), np.asarray(cars)]
    return int(each.sum()), int(each.max())


def rivals(there: Room) -> dict[str, list[int]]:
    """The cars that each rival gives to the riders.

    >>> line = Room(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[0.4, 0.0], [-2.0, 0.0]]))
    >>> rivals(line)
    {'first come': [0, 1], 'shortest line first': [0, 1], 'optimum': [1, 0]}
    """
    riders, cars = there.minutes.shape
    first, to = np.arange(riders + 1) * cars, np.tile(np.arange(cars), riders)
    best = assign(first, to, tenths(there).ravel().astype(float), cars=cars, penalty=1e6)
    greedy = [name for name in RULES if name != "the whole room"]
    found = {name: paired(there, RULES[name]).car.tolist() for name in greedy}
    return found | {"optimum": best.car.tolist()}


def small_room(riders: int, cars: int, layout: str, seed: int) -> Room:
    """A map for hands: nobody so near to another that a finger would press both.

    >>> small_room(riders=6, cars=9, layout="anywhere", seed=0).minutes.shape
    (6, 9)
    """
    rng, size_km = stream(seed, "by hand"), np.array([WIDE_KM, HIGH_KM])
    at_km = np.empty((0, 2))
    while len(at_km) < riders + cars:
        one = rng.uniform(0, 1, 2) * size_km
        if layout == "hot spot" and len(at_km) < riders:
            one = np.clip(rng.normal([0.8, 0.9], 0.6), 0, size_km)
        if (np.hypot(*(at_km - one).T) >= GAP_KM).all():
            at_km = np.vstack([at_km, one])
    return Room(at_km[:riders], at_km[riders:])


def match_by_hand(maps: Mapping[str, Room], *, title: str) -> Embed:
    """A game: the reader gives cars to the riders of one of `maps`, against three others.

    >>> game = match_by_hand({"a car each": small_room(7, 7, "anywhere", 1)}, title="Can you?")
    >>> game.text.split(",")[0]
    'Can you?: a car each · first come 12.3 min'
    """
    _check(maps)
    rounds, told = {}, []
    for name, there in maps.items():
        found = rivals(there)
        rows = {who: _row(there, cars, found["optimum"]) for who, cars in found.items()}
        rounds[name] = (CAPTION.format(name), rows)
        told.append({
            "riders": _px(there.riders_km), "cars": _px(there.cars_km),
            "tenths": tenths(there).tolist(), "best": found["optimum"],
        })  # fmt: skip
    return contest(
        __file__, rounds, title=title, rules=RULES_SAID, pick="Map", board=_board(), header=HEADER,
        data={"maps": told, "letters": LETTERS}, words=WORDS, unscripted=UNSCRIPTED,
    )  # fmt: skip


def _row(there, cars, best):
    total, longest = score(there, cars)
    same = sum(one == other for one, other in zip(cars, best, strict=True))
    figures = (f"{total / 10:.1f}", f"{longest / 10:.1f}", f"{same} of {len(best)}")
    return Row(f"{total / 10:.1f} min", -total, figures)


def _check(maps):
    check_names("maps", maps)
    for name, there in maps.items():
        if not isinstance(there, Room):
            raise ValueError(f"maps[{name!r}]={there!r} must be a Room")
        riders, cars = there.minutes.shape
        if not 2 <= riders <= len(LETTERS) or not riders <= cars <= MOST_CARS:
            raise ValueError(
                f"maps[{name!r}] has {riders} riders and {cars} cars; it must have 2 to "
                f"{len(LETTERS)} riders, and as many cars or more, at most {MOST_CARS}"
            )


def _px(at_km):
    return [[round(EDGE_PX + PX_KM * float(each)) for each in one] for one in at_km]


def _board():
    wide, high = (round(2 * EDGE_PX + PX_KM * side) for side in (WIDE_KM, HIGH_KM))
    riders, cars = (
        "".join(f'<button type="button">{one}</button>' for one in names)
        for names in (LETTERS, range(1, MOST_CARS + 1))
    )
    return (
        f'<div data-is="play"><div class="map" style="aspect-ratio:{wide}/{high};--w:{wide};--h:{high}">'
        f'<svg data-is="lines" viewBox="0 0 {wide} {high}" aria-hidden="true"></svg>'
        f'<div role="group" aria-label="Riders" data-is="riders">{riders}</div>'
        f'<div role="group" aria-label="Cars" data-is="cars">{cars}</div></div>'
        '<p role="status" data-is="status"></p><p data-is="place" tabindex="-1" hidden></p>'
        '<button type="button" data-is="go">Let them drive</button></div>'
    )
