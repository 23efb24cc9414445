"""Fourteen requests and a shelf with three places: what is there, what is fetched, what leaves.

Ten things lie in a store. Whatever is asked for is put on the shelf; if that is full, the thing
that was not used for longest goes back (LRU). Once all are asked for alike, and once a few more
often than the others; both ways have the same luck.

Left out: large shelves, other rules, and the long run; all are in `cache`.
Sources: none; what is found is read off `scalemodel.parts.caches`.
"""

__all__ = [
    "COMING_X", "COMING_Y", "DONE_X", "GROUND", "HIT_Y", "MISS_Y", "NAMES", "PITCH", "PLACES",
    "REQUESTS", "SEED", "SHELF_PITCH", "SHELF_X", "SHELF_Y", "STORE_PITCH", "STORE_X", "STORE_Y",
    "WAYS", "asked", "cache_moving", "shelves",
]  # fmt: skip
__dir__ = lambda: __all__

from scalemodel.core.rng import stream
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.expected import zipf_trace
from scalemodel.parts.caches.policies import LRU
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed

NAMES = "ABCDEFGHIJ"
REQUESTS, PLACES, SEED = 14, 3, 175  # whose hits are about as many as the law says
WAYS = {"all alike": 0.0, "some more often": 1.2}  # and Zipf's exponent
COMING_X, COMING_Y, DONE_X, HIT_Y, MISS_Y, PITCH = 110, 16, 62, 139, 165, 22
SHELF_X, SHELF_Y, SHELF_PITCH = 42, 74, 44
STORE_X, STORE_Y, STORE_PITCH = 215, 56, 30
GROUND = (
    '<path d="M18 90h136M198 38v64h154V38" fill="none" stroke="currentColor" stroke-width="3" '
    'style="color:var(--sm-muted)"/><path d="M4 152h352" fill="none" stroke="currentColor" '
    'style="color:var(--sm-line)"/><g style="fill:var(--sm-muted)">'
    '<text x="4" y="20">next requests</text><text x="86" y="106" text-anchor="middle">the shelf</text>'
    '<text x="275" y="118" text-anchor="middle">the store</text>'
    f'<text x="4" y="{HIT_Y + 4}">hits</text><text x="4" y="{MISS_Y + 4}">misses</text></g>'
)


def asked(alpha: float) -> list[int]:
    """What is asked for, from the same luck for every exponent.

    >>> asked(1.2)
    [5, 0, 7, 2, 1, 0, 0, 1, 0, 2, 1, 3, 5, 1]
    """
    return zipf_trace(len(NAMES), REQUESTS, alpha, stream(SEED, "requests")).tolist()


def cache_moving() -> Embed:
    """One shelf and fourteen requests, in two ways to ask.

    >>> cache_moving().text[:62]
    'Is it on the shelf?: all alike, 15 steps, some more often, 15 '
    """
    things = {name: _thing(name) for name in NAMES}
    for n, alpha in enumerate(WAYS.values()):
        for at, one in enumerate(asked(alpha)):
            things[f"request-{n}-{at}"] = _request(NAMES[one])
    ways = {way: _steps(n, alpha) for n, (way, alpha) in enumerate(WAYS.items())}
    return moving(things, ways, title="Is it on the shelf?", size_px=(360, 182), ground=GROUND)


def shelves(requests: list[int]) -> list[tuple[list[int | None], int | None]]:
    """After each request, what lies in the three places, and what had to leave for it.

    >>> shelves([0, 1, 2, 0, 3])[-1]
    ([0, 3, 2], 1)
    """
    places, used, told = [None] * PLACES, {}, []
    for at, one in enumerate(requests):
        left = None
        if one not in places:
            empty = None in places
            place = places.index(None) if empty else places.index(min(places, key=used.get))
            left, places[place] = places[place], one
        used[one] = at
        told.append((places.copy(), left))
    return told


def _steps(n, alpha):
    requests = asked(alpha)
    found = simulate(requests, LRU(capacity=PLACES)).hit_mask.tolist()
    steps = []
    for now, (places, left) in enumerate(shelves(requests)):
        at = {name: _at_home(one) for one, name in enumerate(NAMES)}
        for place, one in enumerate(places):
            if one is not None:
                at[NAMES[one]] = (SHELF_X + SHELF_PITCH * place, SHELF_Y, "plain")
        one = requests[now]
        at[NAMES[one]] = (*at[NAMES[one]][:2], "good" if found[now] else "bad")
        for past in range(now + 1):
            y, look = (HIT_Y, "good") if found[past] else (MISS_Y, "bad")
            at[f"request-{n}-{past}"] = (DONE_X + PITCH * past, y, look)
        for later in range(now + 1, min(REQUESTS, now + 10)):
            x = COMING_X + PITCH * (later - now - 1)
            at[f"request-{n}-{later}"] = (x, COMING_Y, "faint")
        steps.append(Step(_told(NAMES[one], found[now], left), at))
    last = f"{sum(found)} of {REQUESTS} requests found what they asked for on the shelf."
    return [*steps, Step(last, steps[-1].at)]


def _told(name, found, left):
    if found:
        return f"{name} is asked for, and lies on the shelf: a hit."
    fetched = f"{name} is asked for and is not there: a miss. It is fetched"
    return (
        f"{fetched}." if left is None else f"{fetched}; {NAMES[left]} leaves, unused for longest."
    )


def _at_home(one):
    return STORE_X + STORE_PITCH * (one % 5), STORE_Y + STORE_PITCH * (one // 5), "faint"


def _thing(name):
    return (
        '<rect x="-13" y="-13" width="26" height="26" rx="3" style="fill:var(--sm-paper)" '
        f'stroke="currentColor" stroke-width="2.5"/><text y="4" text-anchor="middle">{name}</text>'
    )


def _request(name):
    return (
        '<circle r="10" style="fill:var(--sm-paper)" stroke="currentColor" stroke-width="2"/>'
        f'<text y="4" text-anchor="middle">{name}</text>'
    )
