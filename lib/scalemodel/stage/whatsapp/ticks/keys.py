"""A key of the reader's own: what makes two messages the same, on an evening of repetitions.

What arrives is told beforehand, with what each of them really was; one repetition is of a plug that
was pulled between commit and tick. The reader's key decides: a message whose key came before is
taken for a repetition, and not shown.

Left out: the server around it; who else does how well is told by `scalemodel.whatsapp`.
Sources: none.
"""

__all__ = ["Arrival", "judged", "race"]
__dir__ = lambda: __all__

from collections.abc import Callable
from typing import NamedTuple

from scalemodel.stage.python.outcome import Outcome, drawn, ink
from scalemodel.stage.python.told import told


class Arrival(NamedTuple):
    """A message as it arrives at the server.

    >>> Arrival("ana", "phone", 3, "bo", "ok", 12.5, 14.0).number
    3
    """

    sender: str
    device: str
    number: int  # that the device gave it, and gives it again
    to: str
    body: str
    sent_s: float  # when this try was sent
    arrived_s: float


def race(key: Callable) -> Outcome:
    """What Bo and the others see if the reader's `key` says which messages are the same.

    >>> print(race(lambda message: message.body).words.splitlines()[0])
    59 arrive, of 40 that were written: 5 shown, 0 twice, 35 swallowed.
    """
    rows, fates = _arrivals(), judged(key)
    swallowed, doubled = ([n for n, fate in enumerate(fates) if fate == one] for one in ("swallowed", "twice"))  # fmt: skip
    written = len({row[:3] for row in rows})
    words = [
        f"{len(rows)} arrive, of {written} that were written: {written - len(swallowed)} shown, "
        f"{len(doubled)} twice, {len(swallowed)} swallowed."
    ]
    for n in (*swallowed[:1], *doubled[:1]):
        one = rows[n]
        what = (
            "is taken for another and never shown"
            if n in swallowed
            else "is a repetition and shown again"
        )
        words.append(f"{_named(one)}, {one.body!r} to {one.to.title()}, {what}.")
    plug = tuple(told(__name__)["plug"])
    (first, *_) = those = [n for n, row in enumerate(rows) if row[:3] == plug]
    times = sum(fates[n] in ("shown", "twice") for n in those)
    asked = ("never", "once", "twice")[min(times, 2)]
    words.append(
        f"The plug was pulled at {_named(rows[first])}: {rows[first].to.title()} sees it {asked}."
    )
    if not swallowed and not doubled:
        words.append("Each message is shown once.")
    hues = {"shown": "blue", "known": "line", "twice": "red", "swallowed": "red"}
    step = 360 / len(rows)
    marks = "".join(
        f'<path d="M{n * step + 1:.1f} {60 - (30 if fate in ("shown", "twice") else 0)}h{step - 2:.1f}v28h{2 - step:.1f}z" '
        f'fill="{ink(hues[fate])}"/>'
        for n, fate in enumerate(fates)
    )  # fmt: skip
    says = "above: shown; below: taken for a repetition; red: wrong", "first arrival", "last"
    return Outcome("\n".join(words), drawn(says, marks))


def judged(key: Callable) -> list[str]:
    """Of each arrival: shown, known, twice (shown again) or swallowed (never shown).

    >>> sorted(set(judged(lambda m: (m.sender, m.device, m.number))))
    ['known', 'shown']
    """
    rows, keys, known = _arrivals(), set(), []
    for row in rows:
        mine = key(row)
        try:
            known.append(mine in keys)
            keys.add(mine)
        except TypeError:
            raise ValueError(
                f"your key returned {mine!r}; it must be text, a number or a tuple of them"
            ) from None
    shown = {row[:3] for row, was in zip(rows, known, strict=True) if not was}
    fates, seen = [], set()
    for row, was in zip(rows, known, strict=True):
        again = row[:3] in seen
        if was:
            fates.append("known" if again or row[:3] in shown else "swallowed")
        else:
            fates.append("twice" if again else "shown")
        if not was or row[:3] not in shown:
            seen.add(row[:3])
    return fates


def _named(one):
    return f"{one.sender.title()}'s {one.device}'s number {one.number}"


def _arrivals():
    return [Arrival(*row) for row in told(__name__)["arrivals"]]
