"""A post that goes over connections to three phones, one of them slow, step by step.

Each phone has a connection and an outbox at the gateway. When a copy is put there, when it
leaves and when it has arrived is read off the log of a run of `live.arrival.scene`. What found
no room, or no connection, is asked for later, and comes from the store.

Left out: acknowledgements.
Sources: none; the run is that of `scalemodel.twitter.live.arrival`.
"""

__all__ = [
    "APART", "CLOSE_S", "HEIGHT", "INKS", "LEAVES", "OUTBOX", "ROWS", "SCREEN", "SHOWN", "STAR",
    "THERE", "WIDTH", "Way", "answers_of", "arrival_moving", "ways_of",
]  # fmt: skip
__dir__ = lambda: __all__

import re
from typing import NamedTuple

from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed
from scalemodel.twitter.live.arrival import OLD_POSTS, SceneConfig, SceneReport, scene
from scalemodel.twitter.live.flow import READERS, newest_seen

SHOWN = SceneConfig(
    posts_per_s=1.0, duration_s=5.0, drain_per_s=0.5, queue_posts=2, cut_at_s=2.0, cut_s=3.0,
    seed=8,
)  # fmt: skip
CLOSE_S = 0.001  # just after, or just before
WIDTH, HEIGHT = 360, 180
ROWS = dict(zip(READERS, (72, 112, 152), strict=True))
STAR, OUTBOX, SCREEN, APART = (36, 22), 62, 254, 20  # the star; the first place of each; apart
LEAVES, THERE = 120, 216  # the ends of a connection
INKS = {"Ana": "good", "Bo": "busy", "Cy": "plain"}


class Way(NamedTuple):
    """The way of one post to one reader: when it came to the outbox, left, and arrived.

    >>> Way(1.0, 1.5, 3.5).left_s
    1.5
    """

    came_s: float
    left_s: float
    there_s: float


def arrival_moving() -> Embed:
    """Five posts by a star, until everybody has them.

    >>> arrival_moving().text
    'Where is each post?: five posts, 20 steps'
    """
    return _drawn({"five posts": _steps(scene(SHOWN))})


# ── The run ─────────────────────────────────────────────────────────────────
def ways_of(report: SceneReport) -> dict[tuple[str, int], Way]:
    """The way of each post that a frame of new posts brings, by reader and post.

    The star's first post is 1; those of before the scene are not counted.

    >>> ways = ways_of(scene(SHOWN))
    >>> ways["Ana", 1].came_s == ways["Ana", 1].left_s < ways["Bo", 1].left_s
    True
    """
    posted_s = _posted_s(report)
    lost = {(event.t_s, event.text) for event in report.events if event.kind == "lost"}
    ways = {}
    for event in report.events:
        if event.kind == "delta" and (event.until_s, event.text) not in lost:
            for post in _posts_of(event):
                way = Way(posted_s[post], event.t_s, event.until_s)
                ways[event.target, post] = way
    return ways


def answers_of(report: SceneReport) -> dict[tuple[str, int], Way]:
    """The way of each post that comes later, in an answer to a reader who asks.

    >>> sorted(answers_of(scene(SHOWN)))
    [('Bo', 3), ('Bo', 4), ('Bo', 5), ('Cy', 4), ('Cy', 5)]
    """
    return {
        (event.target, post): Way(event.t_s, event.t_s, event.until_s)
        for event in report.events
        if event.kind == "gap"
        for post in _posts_of(event)
    }


def _posts_of(event):
    """The posts of a frame, as `posts 4 to 5` or `post 4` names them."""
    first, *last = (int(number) - OLD_POSTS for number in re.findall(r"\d+", event.text))
    return range(first, (last or [first])[-1] + 1)


def _posted_s(report):
    posts = (event for event in report.events if event.kind == "post")
    return {int(event.text.split()[1]) - OLD_POSTS: event.t_s for event in posts}


# ── The steps ───────────────────────────────────────────────────────────────
def _steps(report):
    posted_s, ways = _posted_s(report), ways_of(report)
    first = (
        "Three phones have a connection each, and at the gateway an outbox with room for "
        f"{SHOWN.queue_posts}. Bo's phone takes {1 / SHOWN.drain_per_s:.0f} s for a frame, and is "
        "still loading its first page."
    )
    steps = [Step(first, _places(report, ways, min(posted_s.values()) - CLOSE_S))]
    for post, at_s in posted_s.items():
        until_s = posted_s.get(post + 1, SHOWN.cut_at_s + SHOWN.cut_s) - CLOSE_S
        stored = _places(report, ways, at_s - CLOSE_S) | {f"post-{post}": _stored(post)}
        words = f"{at_s:.1f} s: post {post} is stored, and the gateway hears of it."
        steps.append(Step(words, stored))
        under_way = _places(report, ways, at_s + CLOSE_S) | _turned_away(ways, post)
        steps.append(Step(f"{at_s:.1f} s: {_offered(ways, post)}", under_way))
        steps.append(Step(_on_screens(report, until_s), _places(report, ways, until_s)))
    for answer in (event for event in report.events if event.kind == "gap"):
        on_it_s, there_s = (answer.t_s + answer.until_s) / 2, answer.until_s + CLOSE_S
        steps.append(Step(_asked(answer), _places(report, ways, on_it_s)))
        steps.append(Step(_on_screens(report, there_s), _places(report, ways, there_s)))
    if not all(reader.complete for reader in report.readers):
        raise ValueError("SHOWN must end with everybody having every post")
    all_there = (
        f"{steps[-1].words} Nothing is lost: all were stored, and each phone asked for its own."
    )
    return [*steps[:-1], Step(all_there, steps[-1].at)]


def _asked(answer):
    """Who asks for what, just before it is on its way."""
    posts = _posts_of(answer)
    why = "is back" if answer.target == "Cy" else "is told that posts are missing"
    return (
        f"{answer.t_s:.1f} s: {answer.target} {why}, and asks what came after post {posts[0] - 1}. "
        f"Posts {posts[0]} to {posts[-1]} come from the store."
    )


def _offered(ways, post):
    """What becomes of the copies of a post at the gateway."""
    cy_there = ("Cy", post) in ways
    told = ["the copies for Ana and Cy leave at once" if cy_there else "Ana's copy leaves at once"]
    if ("Bo", post) in ways:
        place = _ahead(ways, "Bo", post, ways["Bo", post].came_s) + 1
        told.append(f"Bo's is number {place} in the outbox, for the connection is taken")
    else:
        missed = min(set(_numbers(ways)) - {p for who, p in ways if who == "Bo"})
        why = "finds no room" if post == missed else f"is counted too, for post {missed} is missing"
        told.append(f"Bo's {why}")
    if not cy_there:
        told.append("Cy is in a tunnel and has no connection")
    return "; ".join(told) + "."


def _on_screens(report, at_s):
    newest = {name: newest_seen(report, name, at_s) - OLD_POSTS for name in READERS}
    told = ", ".join(f"{name} {post if post > 0 else 'none'}" for name, post in newest.items())
    words = f"{at_s:.1f} s: the newest post on each screen: {told}."
    for event in _to_bo(report, at_s):
        words += f" On its way to Bo: '{event.text}'." if event.kind == "missed" else ""
    return words


def _to_bo(report, at_s):
    """What is on Bo's connection at a moment that is not a frame of posts."""
    for event in report.events:
        on_it = event.target == "Bo" and event.t_s <= at_s < event.until_s
        if on_it and event.kind in ("snapshot", "missed"):
            yield event


def _numbers(ways):
    return sorted(post for who, post in ways if who == "Ana")


def _ahead(ways, reader, post, at_s):
    """How many earlier posts lie in the outbox at a moment."""
    return sum(
        who == reader and earlier < post and way.came_s <= at_s < way.left_s
        for (who, earlier), way in ways.items()
    )


def _places(report, ways, at_s):
    """Where everything stands at a moment."""
    at, ways = {}, ways | answers_of(report)
    for post, posted_s in _posted_s(report).items():
        at[f"post-{post}"] = _stored(post) if posted_s <= at_s else STAR
        for reader in READERS:
            place = STAR if at_s < posted_s else _place(ways, reader, post, at_s)
            if place:
                at[f"{reader}-{post}"] = (*place, INKS[reader])
    at["star"] = STAR
    if SHOWN.cut_at_s <= at_s < SHOWN.cut_at_s + SHOWN.cut_s:
        at["cut"] = ((LEAVES + THERE) / 2, ROWS["Cy"], "bad")
    for event in _to_bo(report, at_s):
        at[event.kind] = (_along(event.t_s, event.until_s, at_s), ROWS["Bo"], "faint")
    return at


def _place(ways, reader, post, at_s):
    """Where the copy for a reader is once it is posted: outbox, connection, screen or nowhere."""
    way, row = ways.get((reader, post)), ROWS[reader]
    if way is None or at_s < way.came_s:
        return None
    if at_s < way.left_s:
        return OUTBOX + APART * _ahead(ways, reader, post, at_s), row
    if at_s < way.there_s:
        frame = [
            p for (who, p), each in ways.items() if who == reader and each.left_s == way.left_s
        ]
        middle = frame.index(post) - (len(frame) - 1) / 2
        return _along(way.left_s, way.there_s, at_s) + APART * middle, row
    return SCREEN + APART * (post - 1), row


def _along(left_s, there_s, at_s):
    """Between the gateway and the phone, so far as the time is."""
    return LEAVES + (THERE - LEAVES) * (at_s - left_s) / (there_s - left_s)


def _stored(post):
    return SCREEN + APART * (post - 1), STAR[1]


def _turned_away(ways, post):
    """A copy that found no room, beside the outbox."""
    if ("Bo", post) in ways:
        return {}
    return {f"Bo-{post}": (OUTBOX - APART / 2, ROWS["Bo"] + 20, "bad")}


# ── The drawing ─────────────────────────────────────────────────────────────
def _drawn(ways):
    posts = range(1, len(_posted_s(scene(SHOWN))) + 1)
    things = {"snapshot": _box(44, "page"), "missed": _box(44, "more")}
    things |= {f"{reader}-{post}": _chip(post) for reader in READERS for post in posts}
    things |= {f"post-{post}": _chip(post) for post in posts}
    things |= {
        "star": _box(60, "the star"),
        "cut": '<path d="M-8-8 8 8M8-8-8 8" stroke="currentColor" stroke-width="3"/>',
    }
    ground = "".join(_row(reader, y) for reader, y in ROWS.items())
    ground += _word(OUTBOX - 12, 50, "outbox") + _word(136, 50, "connection")
    ground += _word(SCREEN - 12, 50, "on the screen") + _word(SCREEN - 54, STAR[1] + 4, "stored")
    return moving(things, ways, title="Where is each post?", size_px=(WIDTH, HEIGHT), ground=ground)


def _row(reader, y):
    line = 'fill="none" stroke="var(--sm-muted)"'
    return (
        _word(6, y + 4, reader)
        + f'<rect x="{OUTBOX - 12}" y="{y - 12}" width="46" height="24" rx="4" {line}/>'
        + f'<path d="M{OUTBOX + 34} {y}H{SCREEN - 14}" {line}/>'
        + f'<rect x="{SCREEN - 14}" y="{y - 14}" width="112" height="28" rx="6" {line}/>'
    )


def _word(x, y, word):
    return f'<text x="{x}" y="{y}">{word}</text>'


def _chip(post):
    return (
        '<circle r="9" fill="var(--sm-paper)" stroke="currentColor" stroke-width="1.5"/>'
        f'<text y="4" text-anchor="middle">{post}</text>'
    )


def _box(width, word):
    return (
        f'<rect x="{-width / 2:g}" y="-11" width="{width}" height="22" rx="4" '
        f'fill="var(--sm-paper)" stroke="currentColor" stroke-width="1.5"/>'
        f'<text y="4" text-anchor="middle">{word}</text>'
    )
