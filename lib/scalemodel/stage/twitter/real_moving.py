"""Requests that cross to a server and back: alone, and several in one pipeline.

Each crossing takes as long as it was measured to take; the words add up the time.

Left out: what happens in the server, which `scalemodel.twitter.real` times.
Sources: none.
"""

__all__ = ["CLIENT_X", "MOST", "REQUEST", "ROW_PX", "SERVER_X", "crossing", "crossing_us"]
__dir__ = lambda: __all__

from collections.abc import Mapping

from scalemodel.core import checks, units
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed

REQUEST = '<rect x="-9" y="-7" width="18" height="14" rx="2"/>'
CLIENT_X, SERVER_X, ROW_PX, MOST = 60, 300, 24, 8


def crossing(told: Mapping, deliveries: int) -> Embed:
    """So many deliveries, each sent when the one before is answered, and all in one pipeline.

    `told` is what `twitter.real.round_trips` gives; the times are those of scripts of one key,
    into the shortest lists.

    >>> told = {"keys_a_script": [1], "scripts_together": [1, 2],
    ...         "deliveries_per_s": [[[10_000.0, 16_000.0]]]}
    >>> crossing(told, 2).text
    'How do 2 deliveries reach the server?: one by one, 6 steps, in one pipeline, 4 steps'
    """
    deliveries = checks.whole("deliveries", deliveries, at_least=2, at_most=MOST)
    alone_us, together_us = (deliveries * each for each in crossing_us(told, deliveries))
    names = [f"request-{n}" for n in range(deliveries)]
    home = {name: (CLIENT_X, 30 + ROW_PX * row) for row, name in enumerate(names)}
    one_by_one, done = [Step(f"{deliveries} deliveries are to be made.", home)], {}
    for n, name in enumerate(names):
        sent = home | done | {name: (SERVER_X, home[name][1], "busy")}
        done |= {name: (*home[name], "good")}
        spent = _time(alone_us * (n + 1) / deliveries)
        one_by_one.append(Step(f"Request {n + 1} is on its way, and the others wait.", sent))
        one_by_one.append(Step(f"Its answer is back after {spent} in all.", home | done))
    one_by_one.append(
        Step(f"In all {_time(alone_us)}: {deliveries} times there and back.", home | done)
    )
    there = {name: (SERVER_X, y, "busy") for name, (_, y) in home.items()}
    pipeline = [
        one_by_one[0],
        Step(f"All {deliveries} are on their way.", there),
        Step("The answers are back together.", home | done),
        Step(
            f"In all {_time(together_us)}: there and back once, and the work of {deliveries}.",
            home | done,
        ),
    ]
    bottom = 20 + ROW_PX * deliveries
    ground = (
        f'<text x="8" y="14">client</text><text x="272" y="14">server</text>'
        f'<path d="M{CLIENT_X + 22} 20V{bottom}M{SERVER_X - 22} 20V{bottom}" stroke="var(--sm-line)"/>'
    )
    return moving(
        dict.fromkeys(names, REQUEST),
        {"one by one": one_by_one, "in one pipeline": pipeline},
        title=f"How do {deliveries} deliveries reach the server?",
        size_px=(360, bottom + 6),
        ground=ground,
    )


def crossing_us(told: Mapping, together: int) -> tuple[float, float]:
    """Microseconds a delivery, alone and with so many in a pipeline, a key a script.

    >>> told = {"keys_a_script": [1], "scripts_together": [1, 2],
    ...         "deliveries_per_s": [[[10_000.0, 16_000.0]]]}
    >>> crossing_us(told, 2)
    (100.0, 62.5)
    """
    row, depths = told["keys_a_script"].index(1), told["scripts_together"]
    if together not in depths or 1 not in depths:
        raise ValueError(f"together={together!r} must have been measured, as 1 too: {depths}")
    rates = told["deliveries_per_s"][0][row]
    return 1e6 / rates[depths.index(1)], 1e6 / rates[depths.index(together)]


def _time(microseconds):
    return units.quantity(float(f"{microseconds / 1000:.2g}"), "ms")
