"""What a disk refuses, in words: what was wrong, and what helps.

A clerk who only shakes his head sends people away for nothing. So each refusal says what was
wrong and what helps, and `why` is the word by which a program knows it. Whoever has more to
refuse than a disk has a kind of `Trouble` with words of its own.

A path that no disk can have is refused before one is asked.

Left out: other languages than English, and numbers as HTTP has them.
Sources: none; the names of errors are those of POSIX.
"""

__all__ = ["FULL", "Trouble", "a_path", "why_of"]
__dir__ = lambda: __all__

import errno
import os
from pathlib import Path
from typing import ClassVar

from scalemodel.core import checks

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Trouble(RuntimeError):
    """What was asked cannot be done; `why` is one of `WHY`.

    >>> str(Trouble("write", "full"))
    'cannot write: there is no room left. Free some, and repeat the call'
    """

    WHY: ClassVar[dict[str, str]] = {
        "full": "there is no room left. Free some, and repeat the call",
        "gone": "it is not there any more, or cannot be reached. Look at it",
    }

    def __init__(self, what: str, why: str, more: str = ""):
        super().__init__(f"cannot {what}: {self.WHY[why]}{more and f' ({more})'}")
        self.why = why


@checks.kinds
def why_of(error: OSError) -> str:
    """The word for what a disk said.

    >>> why_of(OSError(errno.ENOSPC, "no space left on device"))
    'full'
    """
    return "full" if error.errno in FULL else "gone"


@checks.kinds
def a_path(field: str, path: Path) -> Path:
    """`path`, if a disk can have it; else a refusal that names the `field`.

    >>> a_path("folder", "tea/leaves").name
    'leaves'
    >>> a_path("folder", "a\\0b")
    Traceback (most recent call last):
    ...
    ValueError: folder='a\\x00b' must be a path of letters that a disk can write
    """
    try:
        written = os.fsencode(path)
    except UnicodeEncodeError:
        written = b"\0"
    if b"\0" in written:
        raise ValueError(
            f"{field}={checks.brief(path)} must be a path of letters that a disk can write"
        )
    return Path(path)
