"""What comes from outside, as files and as text: only ordinary files, and nothing but lines.

Left out: reading a part of a file.
Sources: POSIX, `open`: what `O_NOFOLLOW` and `O_NONBLOCK` refuse.
"""

__all__ = ["MOST_BYTES", "MOST_NAME", "bytes_of", "no_longer", "one_line", "one_name"]
__dir__ = lambda: __all__

import os
import stat
from pathlib import Path

from scalemodel.core import checks
from scalemodel.parts.storage.trouble import a_path

MOST_BYTES = 4_000_000  # of a file, with what its notebook printed
MOST_NAME = 255  # letters of a file's name: only an archive has longer ones


@checks.kinds
def one_line(text: str) -> str:
    """`text` from outside as it may stand in a line: what would not print is an escape.

    >>> print(one_line("Zoë\\nbo: valid, 100 points"))
    Zoë\\nbo: valid, 100 points
    """
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(shown)


@checks.kinds
def one_name(name: str) -> str:
    """The name of a file as it may stand in a line: its beginning.

    >>> len(one_name("a" * 65_000 + ".py"))
    255
    """
    return one_line(name[:MOST_NAME])


@checks.kinds
def bytes_of(path: Path) -> bytes:
    """What the ordinary file `path` holds: no link is followed, no pipe waited for.

    >>> bytes_of(Path("/"))
    Traceback (most recent call last):
    ...
    ValueError: / must be an ordinary file, and no link, folder or pipe
    """
    path = a_path("path", path)
    name = one_name(path.name or str(path))
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
