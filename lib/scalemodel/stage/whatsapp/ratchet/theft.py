"""What a thief opens of ten messages, by the moment, the phone, the talk and the lock.

Left out: nothing of its own; each state is tried with real keys.
Sources: none; the talks are ours.
"""

__all__ = ["NAMES", "TALKS", "best", "theft_picture", "tried"]
__dir__ = lambda: __all__

import functools
from itertools import product

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.whatsapp.ratchet.strip import strip
from scalemodel.whatsapp.encryption.theft import opened

TALKS = {  # who sends, "A" or "B"
    "long turns": "AABBBBAABA",
    "strictly in turn": "ABABABABAB",
    "Ben answers once": "AAAABAAAAA",
    "Anna alone": "AAAAAAAAAA",
}
NAMES = {"Anna": "A", "Ben": "B"}


@functools.cache
def tried(turns: str, after: int, phone: str, kind: str) -> tuple[bool, ...]:
    """Which messages a copy opens, tried once with keys of this book's own seed.

    >>> tried("ABAB", 2, "B", "ratchet")
    (False, False, True, False)
    """
    return opened(turns, after, phone, kind, stream(1, "theft"))


def best(turns: str, kind: str = "ratchet") -> tuple[int, int, str]:
    """The most that one copy opens, and the first moment and phone at which it does.

    >>> best("AAABBBAABA")
    (5, 1, 'A')
    """
    moments = product(range(len(turns) + 1), "AB")
    return max(((sum(tried(turns, *one, kind)), *one) for one in moments), key=lambda row: row[0])


def theft_picture(talk: str, phone: str, after: int, lock: str) -> Picture:
    """Ten messages, and which of them a thief opens who copies a phone after some of them.

    >>> theft_picture("long turns", "Ben", 5, "ratchet").alt.replace("\\xa0", " ")
    'Ben’s phone is copied after 5 of 10 messages, and the copy opens 6, 7 and 8.'
    """
    turns, after = TALKS[talk], int(after)
    answers = tried(turns, after, NAMES[phone], lock)
    looks = ["opens" if one else "stays locked" for one in answers]
    rows = {
        name: [look if who == letter else "" for who, look in zip(turns, looks, strict=True)]
        for name, letter in NAMES.items()
    }
    read = [number for number, one in enumerate(answers, 1) if one]
    before = sum(answers[:after])
    readings = {
        "opened of before": (before, "count"),
        "opened of after": (len(read) - before, "count"),
        "of after, all": (len(turns) - after, "count"),
        "best moment would open": (best(turns, lock)[0], "count"),
    }
    opens = _listed(read)
    alt = units.tied(
        f"{phone}’s phone is copied after {after} of {len(turns)} messages, and the copy opens {opens}."
    )
    figure = strip({f"{name} sends": row for name, row in rows.items()}, after + 1, "copied here")
    return Picture(figure, readings, alt)


def _listed(numbers):
    words = [*map(str, numbers)]
    if len(words) < 2:
        return words[0] if words else "none"
    if len(words) > 3 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{words[0]} to {words[-1]}"
    return f"{', '.join(words[:-1])} and {words[-1]}"
