"""The same way as a sketch draws it: boxes and arrows, and nothing between them.

Client → upload server → storage → queue → encoding → CDN. It reads well, and each arrow hides a
mistake. *It says accepted before the task is in the queue*: who dies between the two leaves a film
that nobody ever encodes. *It takes a task out of the queue and then does it*: with the worker
dies the task. *It knows no key*: a client that heard no answer sends again, and there are two.
*It compares no checksum*: what was damaged is encoded as it is. *It shows rung by rung*: dead
after the first, and half a film is seen.

Left out: what makes a pipeline: that is `pipeline`, whose calls it has.
Sources: the brief's drawing of the upload flow.
"""

__all__ = ["NaiveSite"]
__dir__ = lambda: __all__

from collections.abc import Callable
from pathlib import Path

from scalemodel.core import checks
from scalemodel.youtube.upload.path.blobs import no_step
from scalemodel.youtube.upload.path.encoder import KBPS, StandIn
from scalemodel.youtube.upload.path.refused import Refused, in_words


class NaiveSite:
    """Three lists that stay, and the calls of `Site`, of its server and of its workers.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     site = NaiveSite(folder, lambda: 0.0)
    ...     site.begin("k1", "my cat", 8, ""), site.put("k1", 0, b"clip-cat", "")
    ...     site.complete("k1"), site.turn(), site.published()
    (None, None)
    ('k1', 'does k1', [('k1', 'k1')])
    """

    @checks.kinds
    def __init__(self, folder: Path, clock: Callable, step: Callable = no_step, **more):
        checks.takes("clock", clock)
        self._folder, self._step = Path(folder), checks.takes("step", step, "act")
        self._coming, self._queue, self.shelf = {}, [], []
        self._encoder = StandIn(**more)

    def server(self) -> "NaiveSite":
        """Itself."""
        return self

    def worker(self, encoder: object) -> "NaiveSite":
        """Itself, with this encoder."""
        self._encoder = encoder
        return self

    def begin(self, key: str, title: str, size_bytes: int, sha256: str) -> None:
        """Announce an upload."""
        self._coming.setdefault(key, [checks.whole("size_bytes", size_bytes, at_least=1), b""])

    def put(self, key: str, start: int, data: bytes, sha256: str) -> None:
        """Append some bytes."""
        self._coming[key][1] += data

    def missing(self, key: str) -> list[tuple[int, int]]:
        """What has not come yet."""
        size, data = self._coming[key]
        return [(len(data), size)] if len(data) < size else []

    def complete(self, key: str) -> str:
        """Store the film; then think of the queue."""
        with in_words("store the film"):
            self._step("store the film")
            (self._folder / key).write_bytes(self._coming[key][1])
        self._step("have stored the film")
        self._queue.append(key)
        self._step("have appended to the queue")
        return key

    def turn(self) -> str:
        """Take a film out of the queue, and do it."""
        if not self._queue:
            return "finds nothing to do"
        video = self._queue.pop(0)
        self._step("have taken a film")
        try:
            self._encoder.heights(self._folder / video)
        except Refused as refused:
            return f"fails at {video}: {refused}"
        self.shelf.append((video, video))
        for height in KBPS:
            made = self._encoder.encode(self._folder / video, height)
            with in_words("write a rung"):
                self._step("write a rung")
                (self._folder / f"{video}-{height}").write_bytes(made.data)
        return f"does {video}"

    def plays(self, place: str) -> list[bytes]:
        """The rungs that one can see."""
        paths = [self._folder / f"{place}-{height}" for height in KBPS]
        return [path.read_bytes() for path in paths if path.is_file()]

    def is_idle(self) -> bool:
        """Whether its list is empty."""
        return not self._queue

    def published(self) -> list[tuple]:
        """What one can see."""
        return list(self.shelf)

    def dead(self) -> list[tuple]:
        """Nothing: what fails is gone."""
        return []

    def close(self) -> None:
        """Nothing to let go of."""
