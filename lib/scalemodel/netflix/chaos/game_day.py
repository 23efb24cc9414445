"""A game day: an instance, a zone and a region are lost, and everybody watches the numbers.

A fire drill with the brigade present: it is said how many of each group have to be up, then one
thing after another is lost, with time between for replacements. `game_day` is an `Experiment`,
`Ground` the fleet as one sees it, and what comes of it a journal. A day of six steps is 2 ms.

The rollback is to wait, for the fleet mends itself. No gate of the monkey's is asked: whoever
holds a game day watches it, and is the gate.

Left out: an end at the first answer that is not normal; traffic, and what a user notices.
Sources: vocabulary and order are the Chaos Toolkit's; principlesofchaos.org.
"""

__all__ = ["Ground", "game_day"]
__dir__ = lambda: __all__

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from scalemodel.core import checks
from scalemodel.netflix.chaos.fleet import Fleet
from scalemodel.netflix.chaos.monkey import SCOPES
from scalemodel.parts.experiment import Action, Between, Experiment, Probe, pause


class Ground:
    """A fleet with the functions that a game day asks for.

    >>> from scalemodel.netflix.chaos.fleet import Group
    >>> ground = Ground(Fleet(groups=[Group("api", instances=12)]))
    >>> ground.lose("zone", rng=np.random.default_rng(1)); ground.healthy("api")
    10
    >>> ground.wait(duration_s=60.0); ground.now_s(), ground.healthy("api")
    (60.0, 10)
    """

    def __init__(self, fleet: Fleet):
        self.fleet = checks.instance("fleet", fleet, Fleet)
        self.start = fleet.now

    def now_s(self) -> float:
        """Seconds since the day began."""
        return (self.fleet.now - self.start).total_seconds()

    def healthy(self, group: str) -> int:
        """How many are up of the group of that name."""
        groups = {one.name: one for one in self.fleet.groups}
        if not isinstance(group, str) or group not in groups:
            raise ValueError(f"group={checks.brief(group)} must be one of {', '.join(groups)}")
        return len(self.fleet.healthy(groups[group]))

    def lose(self, scope: str, rng: np.random.Generator) -> None:
        """End an instance, a zone or a region that is drawn among those where somebody is up."""
        if not isinstance(scope, str) or scope not in SCOPES:
            raise ValueError(f"scope={checks.brief(scope)} must be one of {', '.join(SCOPES)}")
        names = sorted({getattr(one, SCOPES[scope]) for one in self.fleet.healthy()})
        rng = checks.instance("rng", rng, np.random.Generator)
        if names:
            self.fleet.terminate(names[rng.integers(len(names))])

    def wait(self, duration_s: float) -> None:
        """Let the fleet's clock go on."""
        duration_s = checks.real("duration_s", duration_s, at_least=0, at_most=1e7)
        self.fleet.advance(self.fleet.now + timedelta(seconds=duration_s))


def game_day(fleet: Fleet, scopes: Sequence[str] = ("instance", "zone", "region")) -> Experiment:
    """The drill in which each group of the fleet should keep its minimum, whatever is lost.

    >>> from scalemodel.netflix.chaos.fleet import Group
    >>> fleet = Fleet(groups=[Group("api", instances=12, minimum=9)])
    >>> journal = game_day(fleet, scopes=["zone"]).run(Ground(fleet), seed=4)
    >>> journal.verdict, journal.entries[2].words
    ('completed', '0 s: healthy(group="api") answers 10, which is between 9 and 12')
    """
    groups = checks.instance("fleet", fleet, Fleet).groups
    known = isinstance(scopes, list | tuple) and all(isinstance(one, str) for one in scopes)
    if not known or not scopes or not set(scopes) <= set(SCOPES):
        raise ValueError(f"scopes={checks.brief(scopes)} must be a row of {', '.join(SCOPES)}")
    until_back, enough, method = pause(fleet.replace_s), [], []
    for one in groups:
        enough.append(Probe("healthy", Between(one.minimum, one.instances), {"group": one.name}))
    for scope in scopes:
        method += [Action("lose", {"scope": scope}, random=True), until_back]
    return Experiment(enough, method, rollbacks=[until_back], title="A game day")
