"""What each reader has on the screen by now: the newest post that a frame has brought.

Read off the events of `arrival.scene`, for the pictures.

Left out: what is on its way, which the log itself says.
Sources: none; the events are those of `scalemodel.twitter.live.arrival`.
"""

__all__ = ["BRINGS_POSTS", "READERS", "arrivals", "newest_seen"]
__dir__ = lambda: __all__

import re

from scalemodel.core import checks
from scalemodel.twitter.live.arrival import SceneReport

READERS = ("Ana", "Bo", "Cy")
BRINGS_POSTS = ("snapshot", "gap", "delta")


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

    A frame that was on a connection when it broke never came.

    >>> from scalemodel.twitter.live.arrival import SceneConfig, scene
    >>> arrivals(scene(SceneConfig(posts_per_s=0.001)), "Ana")[0][1]
    3
    """
    checks.instance("report", report, SceneReport)
    if reader not in READERS:
        raise ValueError(f"reader={checks.brief(reader)} must be one of {', '.join(READERS)}")
    lost = {(event.t_s, event.text) for event in report.events if event.kind == "lost"}
    came = []
    for event in report.events:
        if event.target != reader or event.kind not in BRINGS_POSTS:
            continue
        numbers = re.findall(r"\d+", event.text)
        if numbers and (event.until_s, event.text) not in lost:
            came.append((event.until_s, int(numbers[-1])))
    return came
