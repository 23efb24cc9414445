"""Chance, by name.

One integer seed is a whole evening of dice. Each part of a model asks for its
own stream by name, so a part that starts to roll more often leaves the luck of
the others alone, and two policies meet exactly the same weather.

Left out: any global generator. Chance is always an argument.
Sources: NumPy's `SeedSequence`, which keeps streams of different keys apart.
"""

__all__ = ["stream"]
__dir__ = lambda: __all__

import hashlib

import numpy as np

from scalemodel.core import checks


def stream(seed: int, name: str) -> np.random.Generator:
    """The generator that belongs to `name` under `seed`.

    `seed` is an integer of at least 0 and `name` any non-empty string. The same
    pair gives the same numbers in every process and on every machine.

    >>> arrivals, prices = stream(7, "arrivals"), stream(7, "prices")
    >>> int(arrivals.integers(100)), int(prices.integers(100))
    (74, 27)
    >>> int(stream(7, "arrivals").integers(100))
    74
    """
    number = checks.whole("seed", seed, at_least=0)
    digest = hashlib.blake2b(checks.text("name", name).encode(), digest_size=16).digest()
    words = np.frombuffer(digest, dtype="<u4")
    return np.random.default_rng([number, *words.tolist()])
