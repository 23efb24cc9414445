"""What `keys` is told: an evening of messages over a bad network, repetitions and all.

Left out: crashes; a lost acknowledgement is enough for a repetition.
Sources: none.
"""

__all__ = ["DROP", "PEOPLE", "WORDS", "WRITTEN", "told"]
__dir__ = lambda: __all__

from scalemodel.core.rng import stream

WRITTEN, DROP = 40, 0.35
PEOPLE, WORDS = ("ana", "bo", "cy"), ("ok", "tea?", "where are you", "yes", "at five")


def told() -> dict:
    """What arrives at the server, in order, as plain rows.

    >>> len(told()["arrivals"])
    46
    """
    rng, rows, numbers = stream(3, "keys"), [], dict.fromkeys(PEOPLE, 0)
    for n in range(WRITTEN):
        sender, to = (PEOPLE[i] for i in rng.choice(3, 2, replace=False))
        numbers[sender] += 1
        body, at_s, heard = WORDS[rng.integers(len(WORDS))], 3.0 * n, False
        while not heard:
            if rng.random() >= DROP:  # it arrives
                rows.append(
                    (sender, numbers[sender], to, body, round(at_s, 1), round(at_s + 0.2, 1))
                )
                heard = rng.random() >= DROP
            at_s += 1.0 + 4.0 * rng.random()
    return {"arrivals": sorted(rows, key=lambda row: row[-1])}
