"""Twelve messages in a group, of which one member leaves: what opens to her, and what it costs.

Left out: whether the server would still send her anything; she is taken to hold the wire.
Sources: none; the group is `scalemodel.whatsapp.encryption.groups`.
"""

__all__ = ["MESSAGES", "REMEDIES", "group_picture", "parted"]
__dir__ = lambda: __all__

import functools

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.whatsapp.ratchet.strip import strip
from scalemodel.whatsapp.encryption.groups import Group

MESSAGES = 12
REMEDIES = {"they go on as before": False, "they hand out new keys": True}


@functools.cache
def parted(phones: int, leaves_after: int, remedy: str) -> tuple[tuple[bool, ...], int]:
    """Which of the messages, sent in turn by all who are in, Carla opens, and sendings over sessions.

    >>> parted(3, 2, "they go on as before")
    ((True, True, True, True, True, True, True, True, True, True, True, True), 4)
    """
    names = ["Anna", "Ben", *(f"friend {number}" for number in range(phones - 3))]
    group = Group({**dict.fromkeys(names, 1), "Carla": 1}, stream(1, "group"), REMEDIES[remedy])
    opens = []
    for number in range(MESSAGES):
        if number == leaves_after:
            group.leave("Carla")
        message = group.write(names[number % 2], b"tea")
        try:
            opens.append(group.read("Carla", message) == b"tea")
        except ValueError:
            opens.append(False)
    return tuple(opens), group.over_sessions


def group_picture(phones: int, leaves_after: int, remedy: str) -> Picture:
    """Twelve messages of two who write, and which of them open to Carla, who leaves.

    >>> group_picture(3, 4, "they hand out new keys").alt.replace("\\xa0", " ")[:60]
    'Carla leaves after 4 of 12 messages; 4 open to her, and 0 of'
    """
    phones, leaves_after = int(phones), int(leaves_after)
    opens, over_sessions = parted(phones, leaves_after, remedy)
    after = sum(opens[leaves_after:])
    rows = {
        "Carla, who is in": ["was read" if one and number < leaves_after else "" for number, one in enumerate(opens)],
        "Carla, who left": ["" if number < leaves_after else "opens" if one else "stays locked"
                            for number, one in enumerate(opens)],
    }  # fmt: skip
    readings = {
        "opened since she left": (after, "count"),
        "messages since she left": (MESSAGES - leaves_after, "count"),
        "keys handed out": (over_sessions, "count"),
        "sent in all": (MESSAGES + over_sessions, "count"),
    }
    alt = units.tied(
        f"Carla leaves after {leaves_after} of {MESSAGES} messages; {sum(opens)} open to her, and {after} of "
        f"them were sent since; {over_sessions} sendings handed out keys."
    )
    return Picture(strip(rows, leaves_after + 1, "Carla leaves"), readings, alt)
