"""The upload server: a film comes in pieces, over a line that breaks, to a clerk who may fall ill.

Each chunk says where it belongs and what its hash is. What is damaged is refused at once, not
after an hour. What has come is written down, so that after a break on either side the client asks
what is `missing` and sends that. When all is there, it is put together and compared with the hash
that was announced; then one stroke enters the video and its first task, and only then the client
is told. A client that did not hear the answer repeats the call, by its key, and nothing changes.

A chunk costs a blob and a stroke, some 8 ms; the whole is read once more to be put together.

Left out: who may upload, how much a day, uploads that are never finished, and throwing the
chunks away once the whole is there.
Sources: the protocol of resumable uploads (tus.io; RFC 9110 on Content-Range).
"""

__all__ = ["CHUNK_BYTES", "MOST_BYTES", "MOST_CHUNK_BYTES", "TABLES", "Server", "send"]
__dir__ = lambda: __all__

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from scalemodel.core import checks
from scalemodel.parts.storage.database import Database
from scalemodel.parts.storage.trouble import a_path
from scalemodel.youtube.upload.path.blobs import HASH, Blobs
from scalemodel.youtube.upload.path.metadata import Metadata
from scalemodel.youtube.upload.path.queue import Queue
from scalemodel.youtube.upload.path.refused import Refused, plain_name

TABLES = {
    "upload": "key TEXT PRIMARY KEY, title TEXT, size INTEGER, sha256 TEXT",
    "chunk": "key TEXT, start INTEGER, size INTEGER, blob TEXT, PRIMARY KEY (key, start)",
}
CHUNK_BYTES, MOST_CHUNK_BYTES, MOST_BYTES = 2**20, 2**23, 2**38


class Server:
    """What takes uploads; all that it must not forget is in its arguments.

    >>> import tempfile
    >>> from scalemodel.youtube.upload.path.pipeline import Site
    >>> sha = lambda data: hashlib.sha256(data).hexdigest()
    >>> with tempfile.TemporaryDirectory() as folder, Site(folder, lambda: 0.0) as site:
    ...     server = site.server()
    ...     server.begin("k1", "my cat", 8, sha(b"clip-cat"))
    ...     server.put("k1", 4, b"-cat", sha(b"-cat"))
    ...     missing = server.missing("k1")
    ...     server.put("k1", 0, b"clip", sha(b"clip"))
    ...     missing, server.complete("k1"), server.complete("k1"), len(site.queue)
    ([(0, 4)], 'k1', 'k1', 1)
    """

    @checks.kinds
    def __init__(self, database: Database, blobs: Blobs, queue: Queue, metadata: Metadata):
        self._database, self._blobs, self._queue = database, blobs, queue
        self._metadata = metadata

    def begin(self, key: str, title: str, size_bytes: int, sha256: str) -> None:
        """Announce an upload under a key of the client's; the same again changes nothing."""
        plain_name("key", key), checks.text("title", title)
        size = checks.whole("size_bytes", size_bytes, at_least=1, at_most=MOST_BYTES)
        row = (key, title, size, _hash(sha256))
        into = "INSERT INTO upload VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
        self._database.write([(into, [row])])
        if self._announced(key) != row:
            raise Refused("begin the upload", "another", key)

    @checks.kinds
    def put(self, key: str, start: int, data: bytes, sha256: str) -> None:
        """Take the bytes from `start` on; the same again changes nothing."""
        size = self._announced(key)[2]
        start = checks.whole("start", start, at_least=0, at_most=MOST_BYTES)
        if not 1 <= len(data) <= MOST_CHUNK_BYTES:
            raise ValueError(f"data has {len(data)} bytes; it must have 1 to {MOST_CHUNK_BYTES}")
        if start + len(data) > size:
            raise Refused("take the chunk", "too long", f"{start + len(data)} of {size} bytes")
        if hashlib.sha256(data).hexdigest() != _hash(sha256):
            raise Refused("take the chunk", "checksum", f"at byte {start}")
        into = (
            "INSERT INTO chunk VALUES (?, ?, ?, ?) ON CONFLICT (key, start) DO UPDATE "
            "SET size = excluded.size, blob = excluded.blob"
        )
        self._database.write([(into, [(key, start, len(data), self._blobs.put(data))])])

    def missing(self, key: str) -> list[tuple[int, int]]:
        """The gaps `(from, until)` that are still to be sent."""
        size, at, gaps = self._announced(key)[2], 0, []
        if self._metadata.get(key):
            return []
        for start, length, _ in [*self._chunks(key), (size, 0, "")]:
            if start > at:
                gaps.append((at, start))
            at = max(at, start + length)
        return gaps

    def complete(self, key: str) -> str:
        """Accept the upload; gives the name of its video, as often as it is asked."""
        _, title, _, sha256 = self._announced(key)
        if self._metadata.get(key):
            return key
        for start, until in self.missing(key):
            raise Refused("accept the upload", "incomplete", f"from byte {start} to {until}")
        whole = self._blobs.put(self._joined(key))
        if whole != sha256:
            self._database.write([("DELETE FROM chunk WHERE key = ?", [(key,)])])
            raise Refused("accept the upload", "whole", key)
        first = self._queue.entry(f"{key}/probe", f"probe {key}")
        self._database.write([self._metadata.accepted(key, title, whole), first])
        return key

    def _announced(self, key):
        look = "SELECT key, title, size, sha256 FROM upload WHERE key = ?"
        found = self._database.read(look, [plain_name("key", key)])
        if not found:
            raise Refused("look up the upload", "unknown", key)
        return found[0]

    def _chunks(self, key):
        look = "SELECT start, size, blob FROM chunk WHERE key = ? ORDER BY start"
        return self._database.read(look, [key])

    def _joined(self, key):
        at = 0
        for start, length, blob in self._chunks(key):
            if start + length > at:  # chunks may overlap, if a client cuts anew
                yield self._chunk(key, start, blob)[at - start :]
                at = start + length

    def _chunk(self, key, start, blob):
        try:
            return self._blobs.get(blob)
        except Refused as refused:
            if refused.why in ("corrupt", "no blob"):  # then it is missing, and is asked for
                away = "DELETE FROM chunk WHERE key = ? AND start = ?"
                self._database.write([(away, [(key, start)])])
            raise


def _hash(sha256):
    if not isinstance(sha256, str) or not HASH.fullmatch(sha256):
        raise ValueError(f"sha256={checks.brief(sha256)} must be 64 of 0-9 a-f")
    return sha256


# ── The client ──────────────────────────────────────────────────────────────
@checks.kinds
def send(server: Server, file: Path, key: str, chunk_bytes: int = CHUNK_BYTES) -> Iterator[int]:
    """Send a file, chunk by chunk, from where it was left; gives how far it has come.

    >>> import tempfile
    >>> from scalemodel.youtube.upload.path.pipeline import Site
    >>> with tempfile.TemporaryDirectory() as folder, Site(folder, lambda: 0.0) as site:
    ...     _ = Path(folder, "cat").write_bytes(b"clip-cat")
    ...     half = next(send(site.server(), Path(folder, "cat"), "k1", chunk_bytes=4))
    ...     half, list(send(site.server(), Path(folder, "cat"), "k1", chunk_bytes=4))
    (4, [8])
    """
    chunk_bytes = checks.whole("chunk_bytes", chunk_bytes, at_least=1, at_most=MOST_CHUNK_BYTES)
    plain_name("key", key)
    return _sent(server, a_path("file", file), key, chunk_bytes)


def _sent(server, path, key, chunk_bytes):
    try:
        if path.exists() and not path.is_file():
            raise OSError("it is no plain file")  # one that never ends, perhaps
        with open(path, "rb") as file:
            whole = hashlib.file_digest(file, "sha256").hexdigest()
            title = re.sub(r"[^\w .-]", "_", path.name)
            server.begin(key, title, file.seek(0, 2), whole)
            for start, until in server.missing(key):
                for at in range(start, until, chunk_bytes):
                    file.seek(at)
                    data = file.read(min(chunk_bytes, until - at))
                    if not data:
                        raise OSError("it has become shorter")
                    server.put(key, at, data, hashlib.sha256(data).hexdigest())
                    yield at + len(data)
    except OSError as error:
        raise Refused("send the file", "no file", error.strerror or str(error)) from error
    server.complete(key)
