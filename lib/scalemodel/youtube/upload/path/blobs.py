"""Bytes on a disk, named by their hash: a cloakroom whose ticket is the coat itself.

Who brings the same bytes twice has them kept once, and who repeats a call after a crash changes
nothing. Bytes that have changed no longer fit their name, and are not given out.

A blob is written under another name, flushed, named, and then the folder is flushed: at each
moment it is there whole or not at all. `step` is told of each act on the disk before it is done;
what it raises is as if the disk had (or as if the process died there).

Keeping a megabyte takes some 5 ms, most of it the flushes; the bytes pass through in parts.

Left out: throwing away what nobody needs (also halves that a killed process leaves in `half`),
copies on other disks, files cut into blocks.
Sources: Git's objects; Linux's man pages of fsync(2) and rename(2).
"""

__all__ = ["HASH", "Blobs", "flush", "flush_folder", "no_step"]
__dir__ = lambda: __all__

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from scalemodel.core import checks
from scalemodel.parts.storage.trouble import a_path
from scalemodel.youtube.upload.path.refused import Refused, in_words

HASH = re.compile("[0-9a-f]{64}")


def no_step(act: str) -> None:
    """Nothing: what an act on the disk meets where nobody plans a fault.

    >>> no_step("flush a blob")
    """
    checks.text("act", act)


class Blobs:
    """The blobs in `folder`, which is made where it is not there.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     blobs = Blobs(folder)
    ...     name = blobs.put(b"hello")
    ...     name[:8], blobs.get(name), blobs.put([b"hel", b"lo"]) == name
    ('2cf24dba', b'hello', True)
    """

    @checks.kinds
    def __init__(self, folder: Path, step: Callable = no_step):
        self._step = checks.takes("step", step, "act")
        self.folder = Path(os.path.abspath(a_path("folder", folder)))
        with in_words("open the blobs"):
            (self.folder / "half").mkdir(parents=True, exist_ok=True)

    @checks.kinds
    def put(self, data: bytes | Iterable) -> str:
        """The name of these bytes, or of these parts in a row, once they outlive a cut of power."""
        half, digest = None, hashlib.sha256()
        with in_words("keep the blob"):
            try:
                handle, half = tempfile.mkstemp(dir=self.folder / "half")
                with os.fdopen(handle, "wb") as file:
                    for part in [data] if isinstance(data, bytes) else data:
                        self._step("write a blob")
                        file.write(checks.instance("data", part, bytes))
                        digest.update(part)
                    file.flush()
                    flush(file.fileno(), self._step)
                path = self._place(name := digest.hexdigest())
                if not path.parent.is_dir():
                    path.parent.mkdir(exist_ok=True)
                    flush_folder(self.folder)
                self._step("name a blob")
                os.replace(half, path)
                flush_folder(path.parent)
            except Exception:  # who is killed leaves it
                with contextlib.suppress(OSError, TypeError):
                    os.unlink(half)
                raise
        return name

    def path(self, name: str) -> Path:
        """Where a blob lies; its bytes have been looked at."""
        path = self._place(name)
        with in_words("read the blob"):
            if not path.is_file():
                raise Refused("read the blob", "no blob", name)
            with open(path, "rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != name:
            raise Refused("read the blob", "corrupt", name)
        return path

    def get(self, name: str) -> bytes:
        """The bytes that have this name."""
        with in_words("read the blob"):
            return self.path(name).read_bytes()

    def _place(self, name):
        if not isinstance(name, str) or not HASH.fullmatch(name):
            raise ValueError(f"name={checks.brief(name)} must be 64 of 0-9 a-f, a hash")
        return self.folder / name[:2] / name


def flush(handle: int, step: Callable = no_step) -> None:
    """Wait until the disk has what was written to an open file.

    >>> with tempfile.TemporaryFile() as file:
    ...     flush(file.fileno())
    """
    checks.takes("step", step, "act")
    step("flush a file")
    os.fsync(checks.whole("handle", handle, at_least=0, at_most=2**31 - 1))


@checks.kinds
def flush_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     flush_folder(folder)
    """
    handle = os.open(a_path("folder", folder), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
