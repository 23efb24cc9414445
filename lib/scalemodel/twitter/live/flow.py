"""The live line as a drawing: who is told of a post, and what each reader has by now.

Drawn from the events of `arrival.scene`; what stands on the screen of a reader is the
newest post that a frame has brought.

Left out: what happens inside the parts.
Sources: none; the events are those of `scalemodel.twitter.live.arrival`.
"""

import re

from scalemodel.core import checks
from scalemodel.parts.system import Flow, Part, State, System
from scalemodel.twitter.live.arrival import SceneReport

READERS = ("Ana", "Bo", "Cy")
SEEN_S = 0.3  # how long a crossing is shown at least
BRINGS_POSTS = ("snapshot", "gap", "delta")

LIVE_LINE = System(
    parts=(
        Part("the star", "posts", 0, 0),
        Part("tweet processing", "stores, then tells", 1, 0),
        Part("timeline service", "knows all", 2, 0),
        Part("gateway", "an outbox a socket", 1, 1),
        Part("Ana", "reads at once", 0, 2),
        Part("Bo", "reads slowly", 1, 2),
        Part("Cy", "in and out of a tunnel", 2, 2),
    ),
    flows=(
        Flow("the star", "tweet processing"),
        Flow("tweet processing", "timeline service"),
        Flow("tweet processing", "gateway", "told"),
        Flow("timeline service", "gateway", "gaps", light=True),
        Flow("gateway", "Ana"),
        Flow("gateway", "Bo", "frames"),
        Flow("gateway", "Cy"),
    ),
)


def newest_seen(report: SceneReport, reader: str, at_s: float) -> int:
    """The number of the newest post that a frame had brought to `reader` by then; 0 for none.

    >>> from scalemodel.twitter.live.arrival import SceneConfig, scene
    >>> report = scene(SceneConfig())
    >>> newest_seen(report, "Ana", 0.0), newest_seen(report, "Bo", 3.0)
    (0, 3)
    """
    at_s = checks.real("at_s", at_s, at_least=0)
    return max((post for end_s, post in arrivals(report, reader) if end_s <= at_s), default=0)


def arrivals(report: SceneReport, reader: str) -> list[tuple[float, int]]:
    """When frames with posts came to `reader`, and the newest post of each.

    A frame that was on the line when it broke never came.

    >>> from scalemodel.twitter.live.arrival import SceneConfig, scene
    >>> arrivals(scene(SceneConfig(posts_per_s=0.001)), "Ana")[0][1]
    3
    """
    checks.instance("report", report, SceneReport)
    if reader not in READERS:
        raise ValueError(f"reader={reader!r} must be one of {', '.join(READERS)}")
    lost = {(event.t_s, event.text) for event in report.events if event.kind == "lost"}
    came = []
    for event in report.events:
        if event.target != reader or event.kind not in BRINGS_POSTS:
            continue
        numbers = re.findall(r"\d+", event.text)
        if numbers and (event.until_s, event.text) not in lost:
            came.append((event.until_s, int(numbers[-1])))
    return came


def line_state(report: SceneReport, at_s: float) -> State:
    """What is under way at a moment, what each reader has, and who is cut off.

    >>> from scalemodel.twitter.live.arrival import SceneConfig, scene
    >>> line_state(scene(SceneConfig()), 5.0).failed
    frozenset({'Cy'})
    """
    checks.instance("report", report, SceneReport)
    at_s = checks.real("at_s", at_s, at_least=0)
    flows = {(flow.start, flow.end) for flow in LIVE_LINE.flows}
    running, cut = set(), False
    for event in report.events:
        if event.t_s > at_s:
            break
        if event.kind in ("cut", "hello") and event.source == "Cy":
            cut = event.kind == "cut"
        if at_s <= max(event.until_s, event.t_s + SEEN_S):
            running.add((event.source, event.target))
            if event.kind == "gap":
                running.add(("timeline service", "gateway"))
    says = {name: f"has post {newest_seen(report, name, at_s)}" for name in READERS}
    posted = [event.text for event in report.events if event.kind == "post" and event.t_s <= at_s]
    return State(
        says={**says, "the star": posted[-1] if posted else "nothing yet"},
        failed=frozenset({"Cy"} if cut else ()),
        running=frozenset(running & flows),
    )
