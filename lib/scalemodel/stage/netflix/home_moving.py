"""Your own home page, beside the services that put it together: slow one down, and watch.

To the left the rows that a viewer sees, to the right who makes them, each with its workers and
its line. The reader picks a service, and whether it is slow or dead, and whether there are
walls between the services; ▶ plays the seconds around it. Each frame is half a second of a run
of `netflix.services`, and the page is what most viewers got whose wait ended in it.

Left out: the viewers apart from each other; what passes between the services.
Sources: none; the runs are those of `scalemodel.netflix.services`.
"""

__all__ = [
    "BEGINS_S", "BEHIND", "ENDS_S", "EVERY_S", "FACTOR", "FIRST", "FROM_S", "LETTERS", "PER_S",
    "RUN", "SWITCHES", "TITLE", "TROUBLES", "UNTIL_S", "WALLS", "home_moving", "home_run",
    "in_words",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
from html import escape

import numpy as np

from scalemodel.core import units
from scalemodel.netflix.services.changes import Down, Slow
from scalemodel.netflix.services.graph import ALONE, home_page
from scalemodel.netflix.services.moments import ERROR, FALLBACK, HANGS, LIVE, Moments, watch
from scalemodel.netflix.services.run import RunConfig
from scalemodel.parts.resilience.guards import UNGUARDED
from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind

TITLE = "What is left of your page?"
FROM_S, UNTIL_S, EVERY_S = 1.5, 11.0, 0.5
BEGINS_S, ENDS_S, FACTOR, PER_S = 2.0, 8.0, 100.0, 100.0
WALLS = {"off": UNGUARDED, "on": ALONE}
TROUBLES = ("slow", "dead")
LETTERS = {LIVE: "L", FALLBACK: "F", ERROR: "E", HANGS: "H"}  # as the script knows them
FIRST = ("billing", "slow", "off")
BEHIND = ("billing", "user", "playback", "encoding", "content", "recommendation", "personalization",
          "discovery", "analytics")  # fmt: skip


@functools.cache
def home_run(service: str, trouble: str, walls: str) -> Moments:
    """Half seconds of a run in which `service` is in `trouble`; with an empty name nobody is.

    >>> home_run("billing", "slow", "off").rows["playback"][13].tolist()
    [0, 0, 0, 62]
    """
    slow = Slow(service=service, at_s=BEGINS_S, until_s=ENDS_S, factor=FACTOR) if service else None
    changes = {
        "slow": (slow,), "dead": (Down(service=service or None, at_s=BEGINS_S),)
    }  # fmt: skip
    config = RunConfig(
        graph=home_page(WALLS[walls]), arrivals_per_s=PER_S, until_s=UNTIL_S, warm_up_s=0.0,
        changes=changes[trouble] if service else (),
    )  # fmt: skip
    return watch(config, EVERY_S)


def home_moving() -> Embed:
    """A home page that the reader takes apart.

    >>> home_moving().text
    'What is left of your page?: 9 services, slow or dead, walls off or on, 20 frames each'
    """
    graph = home_page()
    shows = {call.callee: call.shows for call in graph.calls_of("gateway")}
    names = [graph.entry, *BEHIND]
    workers = [graph.service(name).instances * graph.service(name).workers for name in names]
    states = [("", "slow", walls) for walls in WALLS]
    states += [(name, how, walls) for name in BEHIND for how in TROUBLES for walls in WALLS]
    runs = {" ".join(state).strip(): _frames(home_run(*state), names, shows) for state in states}
    at_s = home_run(*FIRST).at_s[_shown(home_run(*FIRST))].tolist()
    data = {"names": names, "workers": workers, "rows": list(shows), "at_s": at_s, "runs": runs}
    data |= {"begins_s": BEGINS_S, "ends_s": ENDS_S}
    html = (
        '<figure class="sm-moving" data-ready="1" data-lm-suppress-shortcuts '
        f'aria-label="{TITLE}"><div class="sm-home_moving">'
        f'<div class="top"><p class="sm-title">{TITLE}</p>{SWITCHES}</div>{RUN}'
        f'<div class="both">{_page(shows)}{_services(names, workers, shows)}</div>'
        '<p role="status" data-is="status">Everything is well.</p>'
        f"{_in_words(names, shows)}{data_html(data)}</div></figure>"
    )
    told = f"{len(BEHIND)} services, slow or dead, walls off or on, {len(at_s)} frames each"
    return Embed(Kind.beside(__file__), html, f"{TITLE}: {told}")


SWITCHES = (
    '<div class="sm-controls"><button type="button" data-is="trouble" disabled>It is '
    "<b>100 times as slow</b></button>"
    '<button type="button" data-is="walls" disabled>Walls: <b>off</b></button></div>'
)
RUN = (
    '<div class="run" data-is="run"><button type="button" aria-label="play the run" disabled>'
    '<span aria-hidden="true">▶</span></button><input type="range" min="0" max="19" value="0" '
    'step="1" aria-label="moment of the run" disabled><output></output></div>'
)


def _shown(moments):
    return moments.at_s >= FROM_S - 1e-9


def _frames(moments, names, shows):
    """Of each frame: what is held, how the rows are, how many pages ended and how many came."""
    frames = []
    for n in np.flatnonzero(_shown(moments)):
        rows = [moments.rows[name][n] for name in shows]
        how = "".join(LETTERS[int(np.argmax(row))] if row.sum() else "H" for row in rows)
        play = moments.rows["playback"][n]
        held = [int(moments.held[name][n]) for name in names]
        frames.append([held, how, int(play.sum()), int(play[LIVE] + play[FALLBACK])])
    return frames


def _page(shows):
    rows = "".join(
        f'<li data-row="{name}" data-how="L"><span>{escape(shown)}</span><i></i><small></small></li>'
        for name, shown in shows.items()
    )
    return (
        '<div class="page" data-is="page" data-how="L"><p>your home page</p>'
        f'<ul>{rows}</ul><b data-is="cover"></b></div>'
    )


def _services(names, workers, shows):
    inner = {"encoding": "for ▶", "personalization": "for you"}
    boxes = []
    for name, many in zip(names, workers, strict=True):
        about = escape(shows.get(name) or inner.get(name, "asks all of them"))
        tag, kind = ("div", "") if name == names[0] else ("button", ' type="button" disabled')
        boxes.append(
            f'<{tag}{kind} data-service="{name}"><b>{name}</b> <span>{about}</span><i></i>'
            f"<small>0 of {many}</small></{tag}>"
        )
    return f'<div class="behind"><p>services, their workers</p>{"".join(boxes)}</div>'


def _in_words(names, shows):
    """The two stories that the page is about, for who has no script, or listens."""
    lists = []
    for walls in WALLS:
        run = home_run("billing", "slow", walls)
        at_s, frames = run.at_s[_shown(run)].tolist(), _frames(run, names, shows)
        steps = "".join(
            f"<li>{units.tied(in_words(at_s[n], frames[n], names))}</li>"
            for n in range(1, len(at_s), 2)
        )
        lists.append(
            f"<p>billing is 100 times as slow from 2 s to 8 s, walls {walls}</p><ol>{steps}</ol>"
        )
    return f"<details><summary>The steps in words</summary>{''.join(lists)}</details>"


def in_words(at_s: float, frame: list, names: list[str]) -> str:
    """A frame as a sentence.

    >>> in_words(6.0, [[252, 150], "HH", 33, 2], ["gateway", "billing"])
    '6 s: the gateway holds 252 pages, billing 150 calls; 2 of 33 pages came.'
    """
    held = dict(zip(names, frame[0], strict=True))
    return (
        f"{at_s:g} s: the gateway holds {held['gateway']} pages, billing {held['billing']} calls; "
        f"{frame[3]} of {frame[2]} pages came."
    )
