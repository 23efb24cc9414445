"""What a viewer sees, moment by moment: sharp, blurry, or standing still.

A chart of rungs says "240p for 48 seconds"; a film lets you look at it. A small scene of
our own, a train on a viaduct, is painted as it would look at each rung, and stands still
with a spinner where the buffer ran dry. The screen on the page is small: a rung of 720 lines
fills it. Below that the difference is exaggerated: one of 144, a fifth as many, gets a fifth of those.

Its figure has the viewer's clock as its x axis, in seconds, for the cursor.

Left out: sound, and what a codec really does to a picture with few bits.
Sources: none; the scene is drawn in `train.js`.
"""

__all__ = ["FILM", "Film"]
__dir__ = lambda: __all__

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.stage.panel.picture import Scene
from scalemodel.stage.views.kinds import Kind

FILM = Kind.beside(
    __file__,
    '<canvas width="640" height="360" aria-hidden="true"></canvas>'
    '<div><button type="button" aria-label="play what the viewer saw">'
    '<span aria-hidden="true">▶</span></button>'
    '<input type="range" min="0" step="1" value="0" aria-label="moment of the session">'
    "<output></output></div>",
)


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """When each segment of a session began on the screen, and the height of its picture.

    Both rows have shape (segments,). Where the next segment does not begin as soon as
    one is over, the picture stands still. The film opens, and plays, from `opens_s` on.

    >>> Film([1.0, 5.0, 11.0], [720, 240, 240], segment_s=4).stops_s
    [(9.0, 11.0)]
    """

    seen_s: Sequence[float]
    height_px: Sequence[int]
    segment_s: float
    opens_s: float = 0.0

    def __post_init__(self):
        seen_s = checks.numbers_row("seen_s", self.seen_s, at_least=0)
        heights = checks.numbers_row("height_px", self.height_px, above=0)
        segment_s = checks.real("segment_s", self.segment_s, above=0)
        checks.real("opens_s", self.opens_s, at_least=0)
        if len(seen_s) != len(heights):
            raise ValueError(
                f"height_px has {len(heights)} entries; it must have one a segment, {len(seen_s)}"
            )
        early = np.flatnonzero(np.diff(seen_s) < segment_s * (1 - 1e-9))
        if early.size:
            raise ValueError(
                f"seen_s[{early[0] + 1}]={seen_s[early[0] + 1]:g} must be at least {segment_s:g} s "
                f"after seen_s[{early[0]}]={seen_s[early[0]]:g}"
            )

    @property
    def stops_s(self) -> list[tuple[float, float]]:
        """From when to when the picture stood still, the wait before the first one left out."""
        ends_s = np.asarray(self.seen_s[:-1]) + self.segment_s
        pairs = zip(ends_s.tolist(), np.asarray(self.seen_s[1:]).tolist(), strict=True)
        return [(end_s, next_s) for end_s, next_s in pairs if next_s - end_s > 1e-6]

    def scene(self) -> Scene:
        """The film as its script plays it; times in tenths of a second.

        >>> Film([1.04, 5.04], [720, 240], segment_s=4).scene().data
        {'seen': [1.0, 5.0], 'px': [720, 240], 'each': 4, 'opens': 0.0}
        """
        seen_s = [round(float(at_s), 1) for at_s in self.seen_s]
        heights = [int(height) for height in self.height_px]
        rows = {"seen": seen_s, "px": heights}
        return Scene(FILM, {**rows, "each": self.segment_s, "opens": self.opens_s})
