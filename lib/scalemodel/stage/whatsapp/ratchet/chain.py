"""A step of a chain of the reader's own, for ten messages, and two thieves: with numpy or without.

One thief copies the link after five messages, the other finds the key of the fifth alone. Both
know the reader's step, as everybody knows how a lock is built, and try what can be tried: to go on,
to count back, to take a key for a link.

Left out: the lock itself; a message is open to whoever has its key.
Sources: none; the keys to compare with are the engine's.
"""

__all__ = ["AFTER", "COUNTED", "MESSAGES", "Opened", "judge", "opened"]
__dir__ = lambda: __all__

from collections.abc import Callable
from typing import NamedTuple

from scalemodel.stage.python.outcome import HIGH, WIDE, Outcome, drawn, ink
from scalemodel.stage.python.told import told

MESSAGES, AFTER = 10, 5
COUNTED = 20  # so far a thief counts a link back


class Opened(NamedTuple):
    """Which of the messages, from 1, open to whom, and whether the keys are the engine's.

    >>> Opened({1}, set(), False).same
    False
    """

    by_link: set[int]
    by_key: set[int]
    same: bool


def opened(step: Callable) -> Opened:
    """What the two thieves open, where `step(link)` gives the next link and a key.

    >>> opened(lambda link: (link, link)).by_link == set(range(1, 11))
    True
    """
    here = told(__name__)
    links, keys = [bytes.fromhex(here["link"])], []
    for _ in range(MESSAGES):
        link, key = _stepped(step, links[-1])
        links.append(link)
        keys.append(key)
    held = links[AFTER]
    counted = [(int.from_bytes(held, "big") - n) % 2 ** (8 * len(held)) for n in range(COUNTED)]
    starts = [number.to_bytes(len(held), "big") for number in counted]
    return Opened(_found(step, starts, keys), _found(step, [keys[AFTER - 1]], keys),
                  [key.hex() for key in keys] == here["keys"])  # fmt: skip


def _found(step, starts, keys):
    """The messages whose key comes from one of these links, or is one."""
    seen = set(starts)
    for link in starts:
        for _ in range(MESSAGES):
            link, key = _stepped(step, link)
            seen |= {link, key}
    return {number for number, key in enumerate(keys, 1) if key in seen}


def _stepped(step, link):
    answer = step(link)
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise ValueError(f"your step returned {answer!r}; it must return the next link and a key")
    for name, value in zip(("link", "key"), answer, strict=True):
        if not isinstance(value, bytes) or not value:
            raise ValueError(f"your step returned {value!r} as a {name}; it must be bytes")
    return answer


def judge(step: Callable) -> Outcome:
    """What opens to the two thieves, in words and as ten messages.

    >>> print(judge(lambda link: (link, link)).words.splitlines()[1])
    of the 5 before, 5 open; of the 5 after, 5.
    """
    by_link, by_key, same = opened(step)
    before = sum(number <= AFTER for number in by_link)
    words = [
        f"A thief copies the link after {AFTER} of {MESSAGES} messages:",
        f"of the {AFTER} before, {before} open; of the {MESSAGES - AFTER} after, {len(by_link) - before}.",
        f"A thief finds the key of message {AFTER} alone: {len(by_key)} of {MESSAGES} open.",
        "",
        "Nothing of before, and one key is one message: a chain that turns one way."
        if not before and len(by_key) == 1
        else "A chain that turns one way opens nothing of before, and one message to one key.",
    ]
    if same:
        words.append("These are the engine’s own keys, byte for byte.")
    return Outcome("\n".join(words), _messages(by_link, by_key))


def _messages(by_link, by_key):
    """Two rows of ten messages: a full square is open, an empty one is not."""
    step, paths = WIDE / MESSAGES, {True: "", False: ""}
    for row, numbers in enumerate((by_link, by_key)):
        for number in range(1, MESSAGES + 1):
            place = f"M{(number - 0.5) * step - 9:.1f} {row * HIGH / 2 + 14:g}h18v18h-18z"
            paths[number in numbers] += place
    return drawn(
        (
            "Opened by the link after five; below, by the fifth key. ■ open",
            "message 1",
            "message 10",
        ),
        f'<path d="M{AFTER * step:g} 4v{HIGH - 8}" stroke="{ink("muted")}" stroke-dasharray="4 3"/>'
        f'<path d="{paths[False]}" fill="none" stroke="{ink("blue")}" stroke-width="2"/>'
        f'<path d="{paths[True]}" fill="{ink("red")}"/>',
    )
