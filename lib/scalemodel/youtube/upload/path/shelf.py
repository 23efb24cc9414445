"""Where players fetch from: a folder that appears there at one stroke, or not at all.

A shop window is dressed behind a curtain. The files of a video are written into a folder that
no player knows, and flushed; then the folder gets its name, which is the hash of all that is in
it. Who does it twice finds it there. A folder that no row of the metadata names is seen by nobody.

Left out: copies at the edge; `youtube.edge` has those. Files larger than memory.
Sources: Linux's man page of rename(2).
"""

__all__ = ["Shelf"]
__dir__ = lambda: __all__

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from scalemodel.core import checks
from scalemodel.parts.storage.trouble import a_path
from scalemodel.youtube.upload.path.blobs import HASH, flush, flush_folder, no_step
from scalemodel.youtube.upload.path.refused import Refused, in_words, plain_name


class Shelf:
    """Folders of files in `folder`, each named by what it holds.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     shelf = Shelf(folder)
    ...     name = shelf.publish({"master.m3u8": b"#EXTM3U"})
    ...     shelf.get(name, "master.m3u8"), shelf.publish({"master.m3u8": b"#EXTM3U"}) == name
    (b'#EXTM3U', True)
    """

    @checks.kinds
    def __init__(self, folder: Path, step: Callable = no_step):
        self._step = checks.takes("step", step, "act")
        self.folder = Path(os.path.abspath(a_path("folder", folder)))
        with in_words("open the shelf"):
            self.folder.mkdir(parents=True, exist_ok=True)

    @checks.kinds
    def publish(self, files: Mapping) -> str:
        """The name of a folder with these files, bytes by name."""
        whole = hashlib.sha256()
        for name in sorted(files):
            plain_name("files", name), checks.instance(f"files[{name!r}]", files[name], bytes)
            whole.update(f"{name} {len(files[name])}\n".encode() + files[name])
        place = self.folder / whole.hexdigest()
        with in_words("publish"):
            if place.is_dir():
                return place.name
            half = Path(tempfile.mkdtemp(dir=self.folder, prefix="half-"))
            try:
                for name, data in files.items():
                    with open(half / name, "wb") as file:
                        self._step("write a file")
                        file.write(data)
                        file.flush()
                        flush(file.fileno(), self._step)
                flush_folder(half)
                self._step("name the folder")
                if not place.is_dir():  # else another worker was as quick
                    os.rename(half, place)
                flush_folder(self.folder)
            finally:
                shutil.rmtree(half, ignore_errors=True)
        return place.name

    def get(self, place: str, name: str) -> bytes:
        """The bytes of a file in one of the folders."""
        if not isinstance(place, str) or not HASH.fullmatch(place):  # not what is half written
            raise ValueError(f"place={checks.brief(place)} must be 64 of 0-9 a-f, a hash")
        path = self.folder / place / plain_name("name", name)
        with in_words("fetch"):
            if not path.is_file():
                raise Refused("fetch", "no blob", f"{place}/{name}")
            return path.read_bytes()
