"""What the scenes of the foundations share: ▶ and a slider through the moments of a picture.

`player.js`, which lies beside, moves them.

Left out: what is drawn at a moment, which is each scene's own.
Sources: none.
"""

__all__ = ["played"]
__dir__ = lambda: __all__

from scalemodel.stage.views.kinds import Kind


def played(
    file: str, svg: str, *, play: str, slider: str, last: int, step: float = 1, opens: int = 0
) -> Kind:
    """The kind whose script lies beside the module `file`: `svg`, a button and a slider beneath.

    `play` and `slider` are what the two are called, and `opens` is where the slider stands first.

    >>> place = __file__.replace("player", "storm")
    >>> played(place, "<svg/>", play="play it", slider="second", last=9).html[6:57]
    '<div><button type="button" aria-label="play it"><sp'
    """
    return Kind.beside(
        file,
        f'{svg}<div><button type="button" aria-label="{play}"><span aria-hidden="true">▶</span>'
        f'</button><input type="range" min="0" max="{last}" step="{step}" value="{opens}" '
        f'aria-label="{slider}"><output></output></div>',
    )
