"""You with a van at two in the morning: what lies on tomorrow's shelf?

A rule is judged too fast by whoever has never stood in its place. So the reader fills the box:
sees what each film weighs and who watched it yesterday, and, if they like, the forecast. Then
the evening comes. Beside the reader stand yesterday's favourites, a cache on demand, the
engine's plan, and the best that anybody could have done who knew the evening.

The rivals play here, before the page is made. The reader plays in the browser, on `night.js`,
a twin of `score`.

Left out: hours and links; all that is on the shelf is there by the evening.
Sources: none.
"""

__all__ = [
    "CAPTION", "HEADER", "NAMES", "RIVALS", "RULES", "UNSCRIPTED", "VIEWERS", "WORDS", "Evening",
    "evening", "fill_the_shelf", "optimum", "rivals", "score",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.netflix.edge.catalogue import GB, CatalogueConfig, catalogue
from scalemodel.netflix.edge.placement import PERFECT, YESTERDAY, place
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.policies import LRU
from scalemodel.stage.reading.contest import Row, check_names, contest
from scalemodel.stage.views.embed import Embed

NAMES = (
    "Harbour", "Nine Winters", "The Beekeeper", "Orbit", "Salt", "Quiet Street", "Comet",
    "Paper Boats", "Last Tram", "Umbrellas", "Wolf Hill", "Low Tide", "First Snow", "Meridian",
)  # fmt: skip
VIEWERS = 100  # of an evening
RIVALS = ("optimum", "the plan", "on demand", "yesterday's favourites")
HEADER = ("who", "from the box, %", "carried in by night, GB", "fetched in the evening, GB")
RULES = (
    "It is two in the morning. Press a film to put it on the shelf or take it off. What lies "
    "there already costs only room; what does not must be carried in, too."
)
UNSCRIPTED = "This is what the others make of these evenings."
CAPTION = "Everybody on “{}”, best first. The optimum knew the evening."
WORDS = {  # the script fills the gaps
    "room": "On the shelf: _ of _ GB. Carried in: _ of _ GB.",
    "full": "_ does not fit: it has _ GB, and there is room for _. ",
    "tired": "_ cannot be carried in: it has _ GB, and the night leaves _. ",
    "past": "yesterday _×",
    "new": "new: no yesterday",
    "coming": "forecast _×",
    "came": "asked for _×",
    "place": "You: _ % of the bytes come from the box",
    "cost": "What cost you most was _: _ times _ GB.",
    "best": "Nobody could have had more.",
}


@dataclass(frozen=True, slots=True)
class Evening:
    """A shelf at two in the morning, and who comes for what. Sizes are whole GB.

    >>> Evening(["Salt"], [4], [1], [1.5], [2], [True], disk_gb=3, carry_gb=9)
    Traceback (most recent call last):
    ...
    ValueError: on_shelf holds 4 GB; it must be at most disk_gb=3
    """

    names: Sequence[str]
    size_gb: Sequence[int]
    before: Sequence[int]  # how often each was asked for yesterday
    forecast: Sequence[float]  # how often it will be, so far as anybody can know
    asked: Sequence[int]  # and how often it is
    on_shelf: Sequence[bool]  # already
    disk_gb: int
    carry_gb: int  # in one night

    def __post_init__(self):
        films = len(self.names)
        for field in ("size_gb", "before", "forecast", "asked", "on_shelf"):
            if len(getattr(self, field)) != films or not films:
                raise ValueError(f"{field} must have one entry for each of names, 1 or more")
        for one in self.size_gb:
            checks.whole("size_gb", one, at_least=1, at_most=1000)
        there = sum(size for size, held in zip(self.size_gb, self.on_shelf, strict=True) if held)
        checks.whole("carry_gb", self.carry_gb, at_least=0)
        if there > checks.whole("disk_gb", self.disk_gb, at_least=1):
            raise ValueError(
                f"on_shelf holds {there} GB; it must be at most disk_gb={self.disk_gb}"
            )


def score(evening: Evening, kept: Sequence[int]) -> dict[str, int | bool]:
    """What comes of keeping some films, by their numbers: GB served, fetched and carried.

    >>> night = Evening(["Salt", "Orbit"], [4, 5], [1, 3], [2, 2], [2, 3], [True, False], 9, 5)
    >>> score(night, [1])
    {'served': 15, 'fetched': 8, 'carried': 5, 'room': 4, 'left': 0, 'fits': True}
    """
    room, left, served, fetched, carried = evening.disk_gb, evening.carry_gb, 0, 0, 0
    for one, size in enumerate(evening.size_gb):
        if one in kept:
            room -= size
            served += size * evening.asked[one]
            carried += 0 if evening.on_shelf[one] else size
        else:
            fetched += size * evening.asked[one]
    left -= carried
    return {
        "served": served, "fetched": fetched, "carried": carried, "room": room, "left": left,
        "fits": room >= 0 and left >= 0,
    }  # fmt: skip


def optimum(evening: Evening) -> list[int]:
    """What to keep if the evening were known: the best of all ways, tried one by one.

    >>> optimum(Evening(["Salt", "Orbit"], [4, 5], [1, 3], [2, 2], [2, 3], [True, False], 8, 5))
    [1]
    """
    size, asked = np.array(evening.size_gb), np.array(evening.asked)
    ways = (np.arange(2 ** len(size))[:, None] >> np.arange(len(size))) & 1
    carried = ways @ (size * ~np.array(evening.on_shelf))
    fits = (ways @ size <= evening.disk_gb) & (carried <= evening.carry_gb)
    return np.flatnonzero(ways[np.argmax(ways @ (size * asked) * fits)]).tolist()


def evening(shop: CatalogueConfig, disk_gb: int, carry_gb: int, seed: int = 0) -> Evening:
    """An evening drawn from the engine's catalogue, of one region and one encoding, on day 1.

    >>> evening(CatalogueConfig(titles=6, regions=1, days=2, gb_per_h=(3.0,), watched_ratio=(1.0,)),
    ...         disk_gb=12, carry_gb=5).size_gb
    [8, 5, 6, 4, 4, 5]
    """
    films, rng = catalogue(shop), stream(seed, "evening")
    there, wanted = np.flatnonzero(films.there(1)), PERFECT(films, 1)[0]
    before, asked = (rng.multinomial(VIEWERS, films.demand(n)[0]) for n in (0, 1))
    size = np.maximum(np.rint(films.bytes_of / GB), 1).astype(int)
    held = place(YESTERDAY(films, 1)[0], size, [disk_gb])[0]
    return Evening(
        [NAMES[one] for one in there], size[there].tolist(), before[there].tolist(),
        np.rint(VIEWERS * wanted[there]).astype(int).tolist(), asked[there].tolist(), held[there].tolist(), disk_gb, carry_gb,
    )  # fmt: skip


def rivals(night: Evening, seed: int = 0) -> dict[str, tuple[int, int, int]]:
    """GB served, carried in by night and fetched in the evening, by each rival.

    >>> night = Evening(["Salt", "Orbit"], [4, 5], [1, 3], [2, 2], [2, 3], [True, False], 8, 5)
    >>> rivals(night)["optimum"]
    (15, 5, 8)
    """
    size, held = np.array(night.size_gb), [list(map(bool, night.on_shelf))]

    def planned(shares):
        return np.flatnonzero(
            place(shares, size, [night.disk_gb], held, night.carry_gb)[0]
        ).tolist()

    plans = {
        "optimum": optimum(night), "the plan": planned(night.forecast),
        "yesterday's favourites": planned(night.before),
    }  # fmt: skip
    found = {name: score(night, kept) for name, kept in plans.items()}
    told = {name: (one["served"], one["carried"], one["fetched"]) for name, one in found.items()}
    luck = stream(seed, "in turn")
    rows = [
        luck.permutation(np.repeat(np.arange(len(size)), asked))
        for asked in (night.before, night.asked)
    ]
    films = np.concatenate(rows)
    hit = simulate(films, LRU(capacity=night.disk_gb), sizes=size[films]).hit_mask
    tonight = slice(len(rows[0]), None)
    served, fetched = (int(size[films[tonight]] @ one[tonight]) for one in (hit, ~hit))
    return {name: (served, 0, fetched) if name == "on demand" else told[name] for name in RIVALS}


def fill_the_shelf(nights: Mapping[str, Evening], *, title: str) -> Embed:
    """A game: the reader fills the shelf for one of `nights`, against four others.

    >>> night = Evening(["Salt", "Orbit"], [4, 5], [1, 3], [2, 2], [2, 3], [True, False], 8, 5)
    >>> fill_the_shelf({"a Tuesday": night}, title="What stays?").text
    "What stays?: a Tuesday · optimum 65 %, the plan 35 %, on demand 22 %, yesterday's favourites 65 %"
    """
    _check(nights)
    found = {name: rivals(night) for name, night in nights.items()}
    told = [
        {"names": [*night.names], "size": [*night.size_gb], "before": [*night.before],
         "forecast": [*night.forecast], "asked": [*night.asked],
         "onShelf": [int(held) for held in night.on_shelf], "disk": night.disk_gb, "carry": night.carry_gb,
         "best": found[name]["optimum"][0]}
        for name, night in nights.items()
    ]  # fmt: skip
    return contest(
        __file__, {name: (CAPTION.format(name), {who: _row(*row) for who, row in rows.items()}) for name, rows in found.items()},
        title=title, rules=RULES, pick="Tomorrow", ahead="Show the forecast",
        board=_board(max(len(night.names) for night in nights.values())), header=HEADER,
        data={"nights": told}, words=WORDS, unscripted=UNSCRIPTED,
    )  # fmt: skip


def _row(served, carried, fetched):
    percent = round(100 * served / (served + fetched))
    return Row(f"{percent} %", served, (percent, carried, fetched))


def _check(nights):
    check_names("nights", nights)
    for name, night in nights.items():
        if not isinstance(night, Evening):
            raise ValueError(f"nights[{name!r}]={night!r} must be an Evening")
        checks.whole(f"films of nights[{name!r}]", len(night.names), at_least=2, at_most=len(NAMES))


def _board(films):
    film = '<button type="button" aria-pressed="false"><b></b> <span></span><i></i><small></small></button>'
    return (
        '<p role="status" data-is="status"></p><p data-is="place" tabindex="-1" hidden></p>'
        f'<div class="films" role="group" aria-label="Films" data-is="films">{film * films}</div>'
        '<button type="button" data-is="go">Let the evening come</button>'
    )
