"""One video in four towns: the way of each request, and the copies that stay and grow old.

A request is a dot that starts in its town and goes up to the first place that has a good copy.
In the two other ways a thousand press play within a second, a dot for 25 of them, before any
copy is there: each asks for itself, or all wait for the first.

Left out: how long the way takes; a step is a view, or one tier of the crowd's way.
Sources: none; what answers is told by `scalemodel.youtube.edge.tiers`.
"""

__all__ = [
    "ASKS", "AT_ONCE", "BOX", "COPY", "CROWD", "DOT", "DOTS", "EACH", "EDGE_Y", "HUB_Y", "MIDDLE_X",
    "OLD", "ORIGIN_Y", "SLOW", "TOGETHER", "TOWNS", "TOWN_X", "TOWN_Y", "WEEK", "crowd",
    "way_moving",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import replace

from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed
from scalemodel.youtube.edge.demand import DAY_S, DemandConfig, views
from scalemodel.youtube.edge.tiers import BY, Tier, TiersConfig, answers, simulate

TOWNS = ("Ulm", "Linz", "Graz", "Bonn")
WEEK = TiersConfig(
    demand=DemandConfig(videos=1, views=13, regions=1, edges=4, span_s=9 * DAY_S, seed=1736)
)
SLOW = Tier(fetch_s=2.0)
AT_ONCE = replace(WEEK.demand, views=1, crowd_views=1_000, crowd_s=1.0, seed=0)
CROWD = {
    coalesce: TiersConfig(demand=AT_ONCE, edge=SLOW, hub=SLOW, coalesce=coalesce)
    for coalesce in (False, True)
}
DOTS = 40
EACH, TOGETHER = "1,000 at once, each alone", "1,000 at once, and they wait"
ORIGIN_Y, HUB_Y, EDGE_Y, TOWN_Y, MIDDLE_X = 26, 84, 142, 186, 180
TOWN_X = (45, 135, 225, 315)
OLD = 2 / 3  # of its time: from then on a copy is drawn faint
BOX = '<rect x="{}" y="{}" width="{}" height="30" rx="6" fill="none" stroke="currentColor"/>'
COPY = '<rect x="-11" y="-7" width="22" height="14" rx="3" style="fill:currentColor"/>'
DOT = '<circle r="4" style="fill:currentColor"/>'
ASKS = '<circle r="6" style="fill:currentColor"/>'


def way_moving() -> Embed:
    """The nine days and the crowd, in three ways.

    >>> way_moving().text[:64]
    'Which copy do you get?: nine quiet days, 27 steps, 1,000 at once'
    """
    things = {"at-hub": COPY} | {f"at-{town}": COPY for town in TOWNS}
    things |= {f"dot-{n}": DOT for n in range(DOTS)} | {f"asks-{n}": ASKS for n in range(5)}
    ways = {"nine quiet days": _days(), EACH: _crowd(False), TOGETHER: _crowd(True)}
    return moving(
        things, ways, title="Which copy do you get?", size_px=(360, 236), ground=_ground()
    )


def crowd(coalesce: bool) -> tuple[int, int]:
    """How many requests of the thousand reach the hub, and how many the origin.

    >>> crowd(coalesce=False), crowd(coalesce=True)
    ((1000, 1000), (4, 1))
    """
    config = CROWD[coalesce]
    lone = replace(config, demand=replace(AT_ONCE, crowd_views=0))  # the one old view
    with_, without = simulate(config), simulate(lone)
    return tuple(
        getattr(with_, field) - getattr(without, field)
        for field in ("hub_requests", "origin_requests")
    )


# ── Nine days ───────────────────────────────────────────────────────────────
def _days():
    watched, by = views(WEEK.demand), answers(WEEK)
    steps = [Step("Four towns, each with an edge; one hub, and far away the origin. Press ▶.", {})]
    fetched_s = {}  # when the copy of each place came
    for turn, (now_s, edge, which) in enumerate(zip(watched.time_s, watched.edge, by, strict=True)):
        town, answered = TOWNS[edge], BY[which]
        before_s = fetched_s.get(town)
        if answered != "edge":
            fetched_s[town] = now_s
        if answered == "origin":
            fetched_s["hub"] = now_s
        dot = f"asks-{turn % 2}"
        when = f"Day {now_s // DAY_S + 1:.0f}, {_clock(now_s)}"
        at = _copies({**fetched_s, town: before_s}, now_s)
        if answered == "origin":
            at.pop("at-hub", None)
        steps.append(Step(f"{when}: somebody in {town} asks.", {**at, dot: (TOWN_X[edge], TOWN_Y)}))
        ends = {"edge": (TOWN_X[edge], EDGE_Y - 20, "good"), "hub": (MIDDLE_X, HUB_Y - 20, "busy"),
                "origin": (MIDDLE_X + 40, ORIGIN_Y, "bad")}  # fmt: skip
        words = _said(answered, town, before_s, now_s, first=turn == 0)
        steps.append(Step(f"{when}: {words}", {**_copies(fetched_s, now_s), dot: ends[answered]}))
    return steps


def _said(answered, town, before_s, now_s, first):
    if answered == "edge":
        return f"the edge in {town} has a copy, {(now_s - before_s) / 3600:.0f} hours old."
    old = (
        f"the copy in {town} was older than a day and a half"
        if before_s is not None
        else f"{town} has none"
    )
    if answered == "hub":
        return f"{old}; the hub has one, and {town} keeps a copy of it."
    where = "nobody has one yet" if first else "that of the hub was older than a week"
    return f"{old}, and {where}: from the origin. Both keep a copy."


def _clock(now_s):
    hour = int(now_s % DAY_S // 3600)
    return f"{hour}:00"


def _copies(fetched_s, now_s):
    """The copies that are good, and how they look."""
    at = {}
    for place, since_s in fetched_s.items():
        tier = WEEK.hub if place == "hub" else WEEK.edge
        if since_s is not None and now_s - since_s < tier.ttl_s:
            x, y = _place(place)
            look = "faint" if now_s - since_s > OLD * tier.ttl_s else "good"
            at[f"at-{place}"] = (x, y, look)
    return at


def _place(name):
    return (MIDDLE_X, HUB_Y) if name == "hub" else (TOWN_X[TOWNS.index(name)], EDGE_Y)


# ── A thousand at once ──────────────────────────────────────────────────────
def _crowd(coalesce):
    hub, origin = crowd(coalesce)
    dots = lambda place: {f"dot-{n}": place(n) for n in range(DOTS)}
    in_town = lambda look: dots(
        lambda n: (TOWN_X[n % 4] - 18 + 9 * (n // 4 % 5), TOWN_Y + 9 * (n // 20), look)
    )
    heap = lambda x, y: dots(lambda n: (x - 59 + 13 * (n % 10), y - 14 + 9 * (n // 10), "bad"))
    everywhere = {"at-hub": (MIDDLE_X, HUB_Y, "good")} | {
        f"at-{town}": (x, EDGE_Y, "good") for town, x in zip(TOWNS, TOWN_X, strict=True)
    }
    steps = [
        Step("A new video: within a second 1,000 press play. A dot is 25 of them.", in_town("plain")),
        Step("No edge has a copy, and a fetch takes two seconds.", in_town("busy")),
    ]  # fmt: skip
    if coalesce:
        asks = {f"asks-{n}": (x, EDGE_Y - 20, "bad") for n, x in enumerate(TOWN_X)}
        ups = {f"asks-{n}": (MIDDLE_X - 36 + 24 * n, HUB_Y - 20, "bad") for n in range(4)}
        one = {"asks-4": (MIDDLE_X + 40, ORIGIN_Y, "bad")}
        steps += [
            Step("Each edge asks once, and all others there wait for that answer.", in_town("faint") | asks),
            Step(f"{hub} requests reach the hub, and three of them wait for the first.", in_town("faint") | ups),
            Step(f"{origin} request reaches the origin.", in_town("faint") | ups | one),
        ]  # fmt: skip
    else:
        steps += [
            Step(f"Each asks for itself: {hub:,} requests reach the hub, which has no copy either.", heap(MIDDLE_X, HUB_Y)),
            Step(f"{origin:,} requests reach the origin, for one video.", heap(MIDDLE_X, ORIGIN_Y - 3)),
        ]  # fmt: skip
    return [*steps, Step("Now everybody has it.", in_town("good") | everywhere)]


# ── The drawing ─────────────────────────────────────────────────────────────
def _ground():
    lines = "".join(f"M{MIDDLE_X} {HUB_Y + 15}L{x} {EDGE_Y - 15}" for x in TOWN_X)
    boxes = BOX.format(MIDDLE_X - 70, ORIGIN_Y - 18, 140) + BOX.format(
        MIDDLE_X - 70, HUB_Y - 15, 140
    )
    names = f'<g transform="translate({MIDDLE_X} {ORIGIN_Y - 3})" style="color:var(--sm-good)">{COPY}</g>'
    for x, town in zip(TOWN_X, TOWNS, strict=True):
        boxes += BOX.format(x - 32, EDGE_Y - 15, 64)
        names += f'<text x="{x}" y="{TOWN_Y + 34}" text-anchor="middle">{town}</text>'
    return (
        f'<g style="color:var(--sm-muted)">{boxes}<path d="{lines}M{MIDDLE_X} {ORIGIN_Y + 12}V{HUB_Y - 15}" '
        'fill="none" stroke="currentColor" stroke-dasharray="4 4"/></g>'
        '<g style="fill:var(--sm-muted)">'
        f'<text x="4" y="{ORIGIN_Y}">origin:</text><text x="4" y="{ORIGIN_Y + 14}">everything</text>'
        f'<text x="4" y="{HUB_Y}">hub: a copy</text><text x="4" y="{HUB_Y + 14}">is good a week</text>'
        f'<text x="258" y="{HUB_Y}">below: edges,</text><text x="258" y="{HUB_Y + 14}">a day and a half</text>'
        f"{names}</g>"
    )
