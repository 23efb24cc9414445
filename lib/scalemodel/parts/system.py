"""A system as a drawing and a model both see it: parts, what flows between them, a state.

A model names its parts once. The diagram of the chapter is drawn from that very object,
and so is the state that a run is in at some moment; a part that the model renames or
drops cannot live on in the drawing.

Left out: how a system behaves, which is the model's own business; positions finer than
a grid.
Sources: none.
"""

__all__ = ["Flow", "Part", "State", "System"]
__dir__ = lambda: __all__

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from scalemodel.core import checks


class Part(NamedTuple):
    """One part: its name, a few words about it, and its place on the grid.

    >>> Part("buffer", "seconds of video", column=1, row=0).name
    'buffer'
    """

    name: str
    about: str
    column: int
    row: int


class Flow(NamedTuple):
    """What goes from one part to another; `light` where it is a word and not a load.

    >>> Flow("line", "buffer", "segments").light
    False
    """

    start: str
    end: str
    carries: str = ""
    light: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """How a system is at one moment; a part or flow that is not named is as always.

    `load` is how full a part is, from 0 to 1; `says` what it shows in place of its
    few words; `failed` the parts that do nothing now; `running` the flows, as pairs of
    names, on which something is under way.

    >>> State(load={"buffer": 1.5})
    Traceback (most recent call last):
    ...
    ValueError: load['buffer']=1.5 must be a finite number of at least 0 and at most 1
    """

    load: Mapping[str, float] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()
    running: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self):
        checks.plain(self)
        for name in ("load", "says"):
            checks.instance(name, getattr(self, name), Mapping)
        for name, share in self.load.items():
            checks.real(f"load[{name!r}]", share, at_least=0, at_most=1)
        for name, words in self.says.items():
            if not isinstance(words, str):
                raise ValueError(f"says[{name!r}]={checks.brief(words)} must be a string")
        for name in ("failed", "running"):
            if not isinstance(getattr(self, name), (set, frozenset)):
                raise ValueError(f"{name}={checks.brief(getattr(self, name))} must be a set")


@dataclass(frozen=True, slots=True)
class System:
    """Parts on a grid, each with a name of its own, and the flows between them.

    >>> both = (Part("line", "", 0, 0), Part("buffer", "", 1, 0))
    >>> System(both, (Flow("line", "bufer"),))
    Traceback (most recent call last):
    ...
    ValueError: flows[0] names 'bufer'; it must be one of the parts line, buffer
    """

    parts: tuple[Part, ...]
    flows: tuple[Flow, ...] = ()

    def __post_init__(self):
        checks.plain(self)
        for name in ("parts", "flows"):
            checks.instance(name, getattr(self, name), tuple)
        names = [part.name for part in self.parts]
        places = [(part.column, part.row) for part in self.parts]
        if not names:
            raise ValueError("parts=() must hold at least one part")
        for what, values in (("name", names), ("place", places)):
            for value in values:
                if values.count(value) > 1:
                    raise ValueError(
                        f"parts have the {what} {checks.brief(value)} twice; each must be its own"
                    )
        for number, flow in enumerate(self.flows):
            for name in (flow.start, flow.end):
                _known(f"flows[{number}]", name, names)

    @checks.kinds
    def checked(self, state: State) -> State:
        """`state`, if every name in it is one of this system's; else a `ValueError`.

        >>> System((Part("line", "", 0, 0),)).checked(State(failed={"lime"}))
        Traceback (most recent call last):
        ...
        ValueError: failed names 'lime'; it must be one of the parts line
        """
        names = [part.name for part in self.parts]
        for what in ("load", "says", "failed"):
            for name in getattr(state, what):
                _known(what, name, names)
        flows = [(flow.start, flow.end) for flow in self.flows]
        for pair in state.running:
            if pair not in flows:
                raise ValueError(f"running names {checks.brief(pair)}; it must be one of {flows}")
        return state


def _known(what, name, names):
    if name not in names:
        raise ValueError(
            f"{what} names {checks.brief(name)}; it must be one of the parts {', '.join(names)}"
        )
