"""What `keys` is told: an evening of messages over a bad network, repetitions and all.

Ana has a laptop, too, which numbers its own messages. Once the plug is pulled between commit and
tick: that message arrives a second time, as in the scene at the top of the page.

Left out: what else a crash does.
Sources: none.
"""

__all__ = ["DEVICES", "DROP", "PEOPLE", "PLUG", "WORDS", "WRITTEN", "told"]
__dir__ = lambda: __all__

from scalemodel.core.rng import stream

WRITTEN, DROP, PLUG = 40, 0.35, 12  # the plug is pulled at the first of Ana's from this one on
PEOPLE, WORDS = ("ana", "bo", "cy"), ("ok", "tea?", "where are you", "yes", "at five")
DEVICES = (("ana", "phone"), ("ana", "laptop"), ("bo", "phone"), ("cy", "phone"))


def told() -> dict:
    """What arrives at the server, in order, as plain rows.

    >>> len(told()["arrivals"])
    59
    """
    rng, rows, numbers = stream(3, "keys"), [], dict.fromkeys(DEVICES, 0)
    plug = None
    for n in range(WRITTEN):
        who = DEVICES[rng.integers(len(DEVICES))]
        to = rng.choice([user for user in PEOPLE if user != who[0]])
        numbers[who] += 1
        body, at_s, heard = WORDS[rng.integers(len(WORDS))], 3.0 * n, False
        pulled = plug is None and n >= PLUG and who == DEVICES[0]
        while not heard:
            if pulled or rng.random() >= DROP:  # it arrives
                row = (*who, numbers[who], str(to), body, round(at_s, 1), round(at_s + 0.2, 1))
                rows.append(row)
                heard = not pulled and rng.random() >= DROP
                plug, pulled = row[:3] if pulled else plug, False
            at_s += 1.0 + 4.0 * rng.random()
    return {"arrivals": sorted(rows, key=lambda row: row[-1]), "plug": plug}
