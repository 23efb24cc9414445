"""A small tree of supervisors that the reader breaks: click a worker, and see who starts again.

Each run is one of the real supervisors of `scalemodel.whatsapp.actors`, whose every event is a
step. The strategy is that of all three supervisors, and each allows three restarts in five
seconds. Names and tree are ours.

Left out: shutdowns that take time; here all go at once when they are asked to.
Sources: none.
"""

__all__ = ["NODES", "TIMES", "TREE", "Moment", "broken", "supervision"]
__dir__ = lambda: __all__

from html import escape
from typing import NamedTuple

from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind
from scalemodel.whatsapp.actors.processes import Clock, System
from scalemodel.whatsapp.actors.supervisors import (
    STRATEGIES,
    Child,
    Intensity,
    Supervisor,
    children,
)  # fmt: skip

TREE = {"sessions": ("Ada", "Bo", "Cy"), "storage": ("log", "index", "inbox")}
TIMES = {"once": 1, "four times at once": 4}
NODES = ("app", *(one for name, row in TREE.items() for one in (name, *row)))


class Moment(NamedTuple):
    """A step: what happened in words, to whom, and the nodes that are down after it.

    >>> Moment("Bo crashes.", "Bo", "crash", ("Bo",)).down
    ('Bo',)
    """

    words: str
    node: str
    what: str  # "", "crash", "shutdown", "start" or "give up"
    down: tuple[str, ...]


def broken(strategy: str, victim: str, times: int = 1) -> list[Moment]:
    """The steps of a run in which `victim` crashes so often within a second.

    >>> [moment.words for moment in broken("rest_for_one", "index")][1:]
    ['index crashes.', 'inbox is asked to go.', 'index is started again.', 'inbox is started again.']
    """
    moments, down = [Moment("All nine are up. Click a worker to crash it.", "", "", ())], []

    def told(what, id):
        if what == "give up":
            down.append(id)
            says = f"{id}: a fourth restart within five seconds is too many. It gives up."
        elif what == "shutdown":
            down.append(id)
            says = f"{id} is asked to go{', and its workers with it' if id in TREE else ''}."
        else:
            if id in down:
                down.remove(id)
            says = f"{id} is started again." if id not in TREE else f"{id} is up again, a new one."
        moments.append(Moment(says, id, what, tuple(down)))

    def worker(system, me):
        return system.spawn(print, link=me)

    few = Intensity(max_restarts=3)
    branches = [
        Child(
            id=name,
            shutdown_s=None,
            start=Supervisor(
                name=name, strategy=strategy, intensity=few, told=told,
                children=[Child(id=one, start=worker) for one in row],
            ),
        )
        for name, row in TREE.items()
    ]  # fmt: skip
    system = System(Clock())
    top = Supervisor(
        name="app", strategy=strategy, intensity=few, told=told, children=branches
    ).start(system)
    del moments[1:]
    branch = next((name for name, row in TREE.items() if victim in row), None)
    if branch is None:
        raise ValueError(f"victim={victim!r} must be a worker")
    for n in range(times):
        down.append(victim)
        again = "" if n == 0 else " again"
        moments.append(Moment(f"{victim} crashes{again}.", victim, "crash", tuple(down)))
        system.exit(children(children(top)[branch])[victim], "crash")
        system.run()
    return moments


def supervision() -> Embed:
    """The tree, with every crash of every worker by every strategy.

    >>> supervision().text[:17]
    'Who starts again?'
    """
    title = "Who starts again?"
    runs = {
        f"{strategy} {victim} {times}": [_row(one) for one in broken(strategy, victim, times)]
        for strategy in STRATEGIES
        for row in TREE.values()
        for victim in row
        for times in TIMES.values()
    }
    picks = "".join(
        f'<button type="button" data-strategy="{name}" aria-pressed="{str(name == "one_for_one").lower()}">'
        f"{name}</button>"
        for name in STRATEGIES
    )
    often = "".join(f'<option value="{n}">{words}</option>' for words, n in TIMES.items())
    branches = "".join(
        f'<div class="branch"><b data-node="{name}">{name}</b><div class="kids">'
        + "".join(f'<button type="button" data-node="{one}">{one}</button>' for one in row)
        + "</div></div>"
        for name, row in TREE.items()
    )
    steps = "".join(f"<li>{escape(one.words)}</li>" for one in broken("one_for_one", "index"))
    html = (
        f'<figure class="sm-moving" data-ready="1" aria-label="{title}" data-lm-suppress-shortcuts>'
        f'<div class="sm-supervision"><p class="sm-title">{title}</p>'
        f'<div class="sm-moving-ways" hidden>{picks}<label>it crashes <select autocomplete="off">{often}</select></label></div>'
        '<div class="sm-moving-buttons" hidden><button type="button" data-to="play">▶ play</button>'
        '<button type="button" data-to="back">‹ back</button>'
        '<button type="button" data-to="next">next ›</button><output></output></div>'
        f'<div class="tree"><b data-node="app">app</b><div class="kids">{branches}</div></div>'
        '<p data-said aria-live="polite">All nine are up. Click a worker to crash it.</p>'
        f"<details><summary>The steps in words</summary><ol>{steps}</ol></details>"
        f"{data_html({'runs': runs})}</div></figure>"
    )
    return Embed(Kind.beside(__file__), html, f"{title}: {len(runs)} runs")


def _row(moment):
    return [moment.words, moment.node, moment.what, list(moment.down)]
