"""The restart storm: how far up a fault climbs that does not go away.

A worker crashes every few seconds. Its supervisor starts it again until that is too often, and
then gives up: its own supervisor has a crash of its own, and a fresh supervisor below. So each
level makes of n restarts and one more a single crash of the next, which is n + 1 times as rare;
where that is rare enough, the storm ends. `contained_at` says where, `simulate` runs it.

OTP counts in whole seconds, at both ends of its window. So whether two crashes share a window
hangs on the phase of the clock: `expected_shared_ratio` says how often they do.

Left out: start-up that takes time; crashes at random instants.
Sources: Erlang/OTP 25, `supervisor.erl`, `add_restart`; two intervals of whole seconds, by hand.
"""

__all__ = [
    "LEVELS", "StormConfig", "StormReport", "contained_at", "expected_shared_ratio", "shared_ratio",
    "simulate",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.whatsapp.actors.processes import Clock, System
from scalemodel.whatsapp.actors.supervisors import Child, Intensity, Supervisor, children

LEVELS = 6  # of supervisors at most: a storm through n of them takes (restarts + 1)^n crashes

_THREE = Intensity(max_restarts=3, window="exact")


@dataclass(frozen=True, slots=True, kw_only=True)
class StormConfig:
    """A worker that crashes every `gap_s` under `levels` of supervisors, all alike.

    >>> StormConfig(levels=0)
    Traceback (most recent call last):
    ...
    ValueError: levels=0 must be an integer of at least 1 and at most 6
    """

    gap_s: float = 1.0
    levels: int = 3
    intensity: Intensity = _THREE
    crashes: int = 300
    phase_s: float = 0.0  # of the first crash, after a whole second

    def __post_init__(self):
        checks.plain(self)
        checks.real("gap_s", self.gap_s, above=0, at_most=1e6)
        checks.whole("levels", self.levels, at_least=1, at_most=LEVELS)
        checks.instance("intensity", self.intensity, Intensity)
        checks.whole("crashes", self.crashes, at_least=1, at_most=100_000)
        checks.real("phase_s", self.phase_s, at_least=0, at_most=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StormReport(Tabular):
    """Crashes until all was down, or None; and by level, lowest first, who gave up how often.

    >>> StormReport(crashes=4, gave_up=(1,)).crashes
    4
    """

    crashes: int | None
    gave_up: tuple[int, ...]


def simulate(config: StormConfig) -> StormReport:
    """The storm, through real supervisors on a clock of our own.

    >>> simulate(StormConfig(gap_s=1.0, levels=3))
    StormReport(crashes=None, gave_up=(75, 0, 0))
    >>> simulate(StormConfig(gap_s=0.01, levels=3))
    StormReport(crashes=64, gave_up=(16, 4, 1))
    """
    checks.instance("config", config, StormConfig)
    clock, gave_up = Clock(1000.0 + config.phase_s), [0] * config.levels
    system = System(clock)

    def heard_at(level):
        def heard(what, _):
            gave_up[level] += what == "give up"

        return heard

    below = Child(id="worker", start=lambda system, me: system.spawn(print, link=me))
    for level in range(config.levels):
        tree = Supervisor(children=[below], intensity=config.intensity, told=heard_at(level))
        below = Child(id="below", start=tree, shutdown_s=None)
    top = tree.start(system)
    for crash in range(config.crashes):
        one = top
        for _ in range(config.levels):
            one = next(iter(children(one).values()))
        system.exit(one, "crash")
        system.run()
        if top.exit_reason is not None:
            return StormReport(crashes=crash + 1, gave_up=tuple(gave_up))
        system.advance(config.gap_s)
    return StormReport(crashes=None, gave_up=tuple(gave_up))


def shared_ratio(gap_s: float, window_s: int, rng: np.random.Generator, draws: int = 1000) -> float:
    """The share of `draws` phases of the clock at which OTP's rule puts two crashes together.

    >>> shared_ratio(0.8, 1, np.random.default_rng(0)), shared_ratio(2.1, 1, np.random.default_rng(0))
    (1.0, 0.0)
    """
    checks.real("gap_s", gap_s, at_least=0, at_most=1e6)
    checks.whole("window_s", window_s, at_least=1, at_most=10**6)
    checks.instance("rng", rng, np.random.Generator)
    checks.whole("draws", draws, at_least=1, at_most=10**5)
    rule, shared = Intensity(max_restarts=1, window_s=window_s), 0
    for phase_s in rng.random(draws):
        _, stamps = rule.exceeded([], phase_s)
        shared += rule.exceeded(stamps, phase_s + gap_s)[0]
    return shared / draws


# ── The closed forms ────────────────────────────────────────────────────────
def expected_shared_ratio(gap_s: float, window_s: int) -> float:
    """The share of phases at which two crashes `gap_s` apart share a window: clip(T + 1 - g, 0, 1).

    >>> [round(expected_shared_ratio(gap_s, 1), 3) for gap_s in (0.8, 1.25, 1.5, 2.1)]
    [1.0, 0.75, 0.5, 0.0]
    """
    checks.real("gap_s", gap_s, at_least=0, at_most=1e6)
    checks.whole("window_s", window_s, at_least=1, at_most=10**6)
    return min(1.0, max(0.0, window_s + 1 - gap_s))


def contained_at(config: StormConfig) -> int | None:
    """The level that stays up and ends the storm, from 0; None if no level does. Exact windows.

    The crash that level k sees comes every (n + 1)^k g seconds, and it gives up where n such
    gaps fit into its window: n (n + 1)^k g <= T.

    >>> contained_at(StormConfig(gap_s=1.0)), contained_at(StormConfig(gap_s=0.01))
    (1, None)
    """
    checks.instance("config", config, StormConfig)
    if config.intensity.window != "exact":
        raise ValueError(f"window={config.intensity.window!r} must be 'exact'")
    most = config.intensity.max_restarts
    for level in range(config.levels):
        if most * (most + 1) ** level * config.gap_s > config.intensity.window_s:
            return level
    return None
