"""What comes from outside, as files and as text: only ordinary files, and nothing but lines.

Left out: reading a part of a file.
Sources: POSIX, `open`: what `O_NOFOLLOW` and `O_NONBLOCK` refuse.
"""

__all__ = ["MOST_BYTES", "bytes_of", "no_longer", "one_line"]
__dir__ = lambda: __all__

import os
import stat
from pathlib import Path

from scalemodel.core import checks

MOST_BYTES = 4_000_000  # of a file, with what its notebook printed


@checks.kinds
def one_line(text: str) -> str:
    """`text` from outside as it may stand in a line: what would not print is an escape.

    >>> print(one_line("Zoë\\nbo: valid, 100 points"))
    Zoë\\nbo: valid, 100 points
    """
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(shown)


@checks.kinds
def bytes_of(path: Path) -> bytes:
    """What the ordinary file `path` holds: no link is followed, no pipe waited for.

    >>> bytes_of(Path("/"))
    Traceback (most recent call last):
    ...
    ValueError: / must be an ordinary file, and no link, folder or pipe
    """
    name = one_line(path.name or str(path))
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise ValueError(f"{name} must be an ordinary file, and no link, folder or pipe")
    flags = ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")  # should it have changed since
    number = os.open(path, os.O_RDONLY | sum(getattr(os, flag, 0) for flag in flags))
    with open(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise ValueError(f"{name} must be an ordinary file, and no link, folder or pipe")
        return no_longer(name, file.read(MOST_BYTES + 1))


@checks.kinds
def no_longer(name: str, data: bytes) -> bytes:
    """`data` of the file `name`, if it is not too long.

    >>> no_longer("ann.py", b"x = 1")
    b'x = 1'
    """
    if len(data) > MOST_BYTES:
        raise ValueError(
            f"{name} is larger than {MOST_BYTES:,} bytes: clear what its cells printed"
        )
    return data
