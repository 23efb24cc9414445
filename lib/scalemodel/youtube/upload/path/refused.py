"""What may go wrong on the way of an upload, and what is said then.

A full disk is every company's matter, and in `parts.storage.trouble`; the rest is an upload's own.

Left out: other languages than English, and numbers as HTTP has them.
Sources: none.
"""

__all__ = ["NAME", "Refused", "in_words", "plain_name"]
__dir__ = lambda: __all__

import contextlib
import re
from typing import ClassVar

from scalemodel.core import checks
from scalemodel.parts.storage.trouble import Trouble, why_of

NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}")


class Refused(Trouble):
    """What was asked cannot be done; `why` is one of `WHY`.

    >>> str(Refused("take the chunk", "too long", "9 of 8 bytes"))
    'cannot take the chunk: the chunk reaches beyond the end that was announced (9 of 8 bytes)'
    """

    WHY: ClassVar[dict[str, str]] = Trouble.WHY | {
        "no blob": "no blob has that name here",
        "corrupt": "its bytes are not those that its name stands for. Fetch it from a copy",
        "unknown": "no upload has that key. Begin it first",
        "another": "that key belongs to an upload of other bytes. Take another key",
        "checksum": "the chunk is not what its checksum says: it was damaged on its way. Send it again",
        "too long": "the chunk reaches beyond the end that was announced",
        "incomplete": "bytes are missing. Send them, and repeat the call",
        "whole": "all chunks together are not what was announced. Begin again with all of them",
        "no file": "the file cannot be read. Look at it",
        "unreadable": "it is no video that can be read",
        "broken": "the encoder failed",
        "spent": "it was tried as often as is allowed. Look at it",
        "no ffmpeg": "there is no ffmpeg here: pip install imageio-ffmpeg, or install ffmpeg from "
        "your system",
        "manifest": "the manifest contradicts itself, or is none of ours",
    }


@contextlib.contextmanager
def in_words(what: str):
    """What the disk refuses within is said in words.

    >>> with in_words("read the list"):
    ...     open("/no/such/file")
    Traceback (most recent call last):
    ...
    scalemodel.youtube.upload.path.refused.Refused: cannot read the list: it is not there any more, or cannot be reached. Look at it (No such file or directory)
    """
    checks.text("what", what)
    try:
        yield
    except OSError as error:
        raise Refused(what, why_of(error), error.strerror or str(error)) from error


def plain_name(field: str, name: str) -> str:
    """`name`, which may become that of a file: it cannot lead out of its folder.

    >>> plain_name("key", "../../etc/passwd")
    Traceback (most recent call last):
    ...
    ValueError: key='../../etc/passwd' must be 1 to 64 of A-Z a-z 0-9 _ - and, not first, a dot
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValueError(
            f"{field}={checks.brief(name)} must be 1 to 64 of A-Z a-z 0-9 _ - and, not first, a dot"
        )
    return name
