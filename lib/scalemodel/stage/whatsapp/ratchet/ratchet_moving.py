"""Two phones and ten messages, step by step, and a thief who copies a phone when the reader says.

Along the middle runs the root. At each change of speaker it takes in a new key, a wheel turns, and
a chain begins; each of its links locks a message, and goes. What opens to the thief is open here.

Left out: how it is locked; which messages open was tried with real keys.
Sources: none; the talk is ours.
"""

__all__ = ["LANE", "LEFT", "NAMES", "ROOT", "STEP", "TURNS", "ratchet_moving", "said"]
__dir__ = lambda: __all__

from html import escape

from scalemodel.core import units
from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind
from scalemodel.stage.whatsapp.ratchet.theft import TALKS, best, tried
from scalemodel.whatsapp.encryption.theft import KINDS

TURNS = TALKS["long turns"]
NAMES = {"A": "Anna", "B": "Ben"}
LEFT, STEP = 62, 31  # px of the first message, and from one to the next
LANE = {"A": 44, "B": 144}  # px down
ROOT = 96


def said(kind: str) -> list[str]:
    """What happens before any message and at each, in words.

    >>> said("ratchet")[2]
    'Message 2, from Anna: the chain goes one link on. This key, too, is used once and thrown away.'
    """
    first = {
        "one key": "Anna and Ben have one key. It locks every message.",
        "chain": "Anna and Ben have two chains, one each to write with.",
        "ratchet": "Anna and Ben have a first secret, the root. Nobody has written yet.",
    }[kind]
    words, last = [units.tied(first)], ""
    for number, who in enumerate(TURNS, 1):
        begins, last = who != last, who
        say = {
            "one key": "the same key again.",
            "chain": "its link gives a key, which is used once, and the link behind is thrown away.",
            "ratchet": "a new key is mixed into the root, and a new chain begins. Its first link locks this message."
            if begins
            else "the chain goes one link on. This key, too, is used once and thrown away.",
        }[kind]
        words.append(f"Message {number}, from {NAMES[who]}: {say}")
    return words


def ratchet_moving() -> Embed:
    """The talk under each kind of lock, and what a copy of each phone opens at each moment.

    >>> ratchet_moving().text
    'Who reads along? 10 messages, 3 kinds of lock, and a thief who copies a phone at one of 11 moments.'
    """
    title = "Who reads along?"
    opens = {
        f"{kind} {phone} {after}": "".join(
            str(int(one)) for one in tried(TURNS, after, phone, kind)
        )
        for kind in KINDS
        for phone in NAMES
        for after in range(len(TURNS) + 1)
    }
    data = {
        "turns": TURNS,
        "says": {kind: said(kind) for kind in KINDS},
        "opens": opens,
        "best": {kind: best(TURNS, kind)[0] for kind in KINDS},
    }
    locks = "".join(
        f'<button type="button" data-lock="{kind}" aria-pressed="{str(kind == KINDS[-1]).lower()}">{words}</button>'
        for kind, words in zip(KINDS, ("one key", "a chain each", "the ratchet"), strict=True)
    )
    copies = "".join(
        f'<button type="button" data-copy="{phone}" aria-pressed="false">copy {name}’s phone</button>'
        for phone, name in NAMES.items()
    )
    steps = "".join(f"<li>{escape(words)}</li>" for words in said(KINDS[-1]))
    html = (
        f'<figure class="sm-moving" data-ready="1" aria-label="{title}" data-lm-suppress-shortcuts>'
        f'<div class="sm-ratchet_moving"><p class="sm-title">{title}</p>'
        f'<div class="sm-moving-ways" hidden>{locks}</div>'
        '<div class="sm-moving-buttons" hidden><button type="button" data-to="play">▶ play</button>'
        '<button type="button" data-to="back">‹ back</button>'
        f'<button type="button" data-to="next">next ›</button>{copies}<output></output></div>'
        f'<svg viewBox="0 0 360 178" aria-hidden="true" data-kind="{KINDS[-1]}">{_drawn()}</svg>'
        f'<p data-said aria-live="polite">{escape(said(KINDS[-1])[0])}</p>'
        '<p data-thief aria-live="polite">The thief waits.</p>'
        f"<details><summary>The steps in words</summary><ol>{steps}</ol></details>"
        f"{data_html(data)}</div></figure>"
    )
    text = (
        f"{title} {len(TURNS)} messages, {len(KINDS)} kinds of lock, and a thief who copies a phone at "
        f"one of {len(TURNS) + 1} moments."
    )
    return Embed(Kind.beside(__file__), html, text)


def _drawn():
    """Lanes, root, wheels, links and messages; the script says how each looks."""
    end = LEFT + STEP * (len(TURNS) - 1)
    parts = [
        f'<text x="4" y="{LANE["A"] + 6}">Anna</text><text x="4" y="{LANE["B"] + 6}">Ben</text>',
        f'<path class="root" d="M{LEFT - 22} {ROOT}H{end + 12}"/>'
        f'<text class="root" x="4" y="{ROOT + 4}">root</text>'
        f'<text class="one" x="{LEFT - 20}" y="{ROOT + 4}">one key, for all of them</text>',
        *(f'<path class="each" d="M{LEFT - 14} {_link(who)}H{end}"/>' for who in NAMES),
    ]
    for number, who in enumerate(TURNS):
        x, begins = LEFT + STEP * number, number == 0 or TURNS[number - 1] != who
        if begins:
            length = len(TURNS[number:]) - len(TURNS[number:].lstrip(who))
            parts.append(
                f'<path class="run" d="M{x} {ROOT}V{_link(who)}H{x + STEP * (length - 1)}"/>'
                f'<g data-wheel="{number}" style="transform-origin:{x}px {ROOT}px">'
                f'<circle cx="{x}" cy="{ROOT}" r="9"/><circle cx="{x}" cy="{ROOT}" r="3"/></g>'
            )
        y = LANE[who]
        parts.append(
            f'<circle data-link="{number}" cx="{x}" cy="{_link(who)}" r="4.5"/>'
            f'<g data-message="{number}"><rect x="{x - 12}" y="{y - 9}" width="24" height="23" rx="2"/>'
            f'<path d="M{x - 12} {y - 9}l12 7l12 -7"/><text x="{x}" y="{y + 11}">{number + 1}</text></g>'
        )
    parts.append(
        '<g data-mask><path class="when" d="M0 16V164"/><text x="0" y="12" text-anchor="middle">copied</text>'
        '<g class="mask"><path d="M-13 -6h26q0 12 -9 12q-3 0 -4 -4q-1 4 -4 4q-9 0 -9 -12z"/>'
        '<circle cx="-5" cy="-1" r="2"/><circle cx="5" cy="-1" r="2"/></g></g>'
    )
    return "".join(parts)


def _link(who):
    return ROOT + (-24 if who == "A" else 24)
