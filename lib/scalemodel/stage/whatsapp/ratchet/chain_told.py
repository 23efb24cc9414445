"""What `chain` is told: a first link, and the keys that the engine makes of it.

Left out: everything secret; the link is for all to see.
Sources: none.
"""

__all__ = ["told"]
__dir__ = lambda: __all__

import hashlib

from scalemodel.stage.whatsapp.ratchet.chain import MESSAGES
from scalemodel.whatsapp.encryption import keys


def told() -> dict:
    """The link and the keys, in hexadecimal.

    >>> len(told()["keys"]), len(told()["link"])
    (10, 64)
    """
    first = link = hashlib.sha256(b"anna to ben").digest()
    made = []
    for _ in range(MESSAGES):
        link, key = keys.step(link)
        made.append(key.hex())
    return {"link": first.hex(), "keys": made}
