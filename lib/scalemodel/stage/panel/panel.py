"""A picture with its axes and its start, as data; `explore` and the views show it.

Left out: showing it.
Sources: none; the limit is this project's own budget for a page.
"""

__all__ = ["MOST_STATES", "Drawn", "Panel", "times", "too_many_states"]
__dir__ = lambda: __all__

import math
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from scalemodel.core.sweep import size
from scalemodel.stage.panel.predict import check_drawn

MOST_STATES = 600


@runtime_checkable
class Drawn(Protocol):
    """What a panel's function gives, a `Picture`, as those know it who bring it onto a screen.

    >>> isinstance("a figure", Drawn)
    False
    """

    figure: Any
    readings: Mapping[str, tuple]
    alt: str
    scene: Any


class Panel:
    """A pure function to pictures, a title, its axes by name, and where it starts.

    `start` maps an axis to one of its values; `predict` is a guess to ask for, or None.

    >>> from scalemodel.stage.panel.axes import as_axis
    >>> Panel(lambda n: None, "Any?", {"n": as_axis("n", [1, 2])}, {}).shape
    {'n': 2}
    """

    def __init__(self, picture, title, axes, start, predict=None):
        if not callable(picture):
            raise ValueError(f"picture={picture!r} must be a function")
        if not isinstance(title, str):
            raise ValueError(f"title={title!r} must be a string")
        self.picture, self.title, self.axes = picture, title, axes
        self.start = {name: _start_index(name, axis, start) for name, axis in axes.items()}
        for name in start:
            if name not in axes:
                raise ValueError(
                    f"start names {name!r}; it must be one of {', '.join(axes) or 'no axes'}"
                )
        count = size(self.values)
        if count > MOST_STATES:
            raise ValueError(too_many_states(title, self.shape, count))
        self.predict = predict
        if predict is not None:
            check_drawn(predict, axes)

    @property
    def values(self) -> dict[str, tuple]:
        """The values of each axis, by name."""
        return {name: axis.values for name, axis in self.axes.items()}

    @property
    def shape(self) -> dict[str, int]:
        """The number of values of each axis, by name."""
        return {name: len(axis.values) for name, axis in self.axes.items()}

    def __repr__(self):
        return f'<panel "{self.title}" with {size(self.values)} states>'

    def start_picture(self):
        """The picture that the panel opens with."""
        at = self.start.items()
        return self.picture(**{name: self.axes[name].values[index] for name, index in at})


def too_many_states(title: str, shape: Mapping[str, int], count: int) -> str:
    """The refusal of a grid with `count` states, with the axis to thin.

    >>> too_many_states("Why?", {"a": 100, "b": 7}, 700)
    'explore "Why?" has 700 states (a 100 × b 7); at most 600 fit: thin a to 85 values'
    """
    longest = max(shape, key=shape.get)
    fewer = MOST_STATES * shape[longest] // count
    advice = f"thin {longest} to {fewer} values" if fewer >= 2 else "leave out an axis"
    return f'explore "{title}" has {count:,} states ({times(shape)}); at most {MOST_STATES} fit: {advice}'


def times(shape: Mapping[str, int]) -> str:
    """The axes and their numbers of values, in words.

    >>> times({"safety": 11, "seed": 3})
    'safety 11 × seed 3'
    """
    return " × ".join(f"{name} {count}" for name, count in shape.items())


def _start_index(name, axis, start):
    if name not in start:
        return 0
    for index, value in enumerate(axis.values):
        if value == start[name] or _close(value, start[name]):
            return index
    raise ValueError(
        f"start {name}={start[name]!r} must be one of {', '.join(map(str, axis.values))}"
    )


def _close(value, other):
    numeric = all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in (value, other))
    return numeric and math.isclose(value, other, rel_tol=1e-9)
