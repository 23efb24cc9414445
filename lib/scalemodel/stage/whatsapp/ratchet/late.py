"""Messages that are late: their keys wait, for whoever opens them first.

Twelve messages come from Anna, some of the first of which are still on their way when Ben's phone is
copied. A key waits for each, as many as the bound allows, the oldest given up first.

Left out: time; a real phone also throws away what waits too long.
Sources: none; keys are kept and thrown away by `scalemodel.whatsapp.encryption.ratchet`.
"""

__all__ = ["FIRST", "MESSAGES", "kept", "late_picture"]
__dir__ = lambda: __all__

import functools

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.whatsapp.ratchet.strip import strip
from scalemodel.whatsapp.encryption import keys
from scalemodel.whatsapp.encryption.handshake import Shared
from scalemodel.whatsapp.encryption.ratchet import Session

MESSAGES, FIRST = 12, 2  # the second message is the first that may be late


@functools.cache
def kept(late: int, bound: int) -> tuple[list[int], list[int]]:
    """Which late messages Ben opens in the end, and which a copy of his phone does, from 1.

    >>> kept(4, 2)
    ([4, 5], [4, 5])
    """
    rng = stream(1, "late")
    shared, secret = Shared(secret=keys.fresh(rng), who=b"Anna Ben"), keys.fresh(rng)
    anna = Session.opening(shared, keys.public_of(secret), rng)
    ben = Session.accepting(shared, secret, rng)
    ben.most_kept = bound
    sent = {number: anna.lock(b"tea") for number in range(1, MESSAGES + 1)}
    waits = range(FIRST, FIRST + late)
    for number, message in sent.items():
        if number not in waits:
            ben.unlock(message)
    thief = ben.copied()
    return tuple([number for number in waits if _opens(end, sent[number])] for end in (ben, thief))


def _opens(end, message):
    try:
        return bool(end.unlock(message))
    except ValueError:
        return False


def late_picture(late: int, bound: int) -> Picture:
    """Twelve messages, some late, and what opens to Ben in the end and to a thief.

    >>> late_picture(4, 2).alt.replace("\\xa0", " ")
    '4 of 12 messages are late and 2 keys are kept: 2 open to Ben when they come, and 2 to the thief.'
    """
    late, bound = int(late), int(bound)
    ben, thief = kept(late, bound)
    waits = range(FIRST, FIRST + late)
    rows = {
        "to Ben": [
            ("is on its way" if number in ben else "never opens") if number in waits else "was read"
            for number in range(1, MESSAGES + 1)
        ],
        "to the thief": [
            "opens" if number in thief else "stays locked" for number in range(1, MESSAGES + 1)
        ],
    }
    readings = {
        "late": (late, "count"),
        "keys that wait": (min(late, bound), "count"),
        "late ones that open to Ben": (len(ben), "count"),
        "that open to the thief": (len(thief), "count"),
    }
    alt = units.tied(
        f"{late} of {MESSAGES} messages are late and {bound} keys are kept: {len(ben)} open to Ben when "
        f"they come, and {len(thief)} to the thief."
    )
    return Picture(strip(rows), readings, alt)
