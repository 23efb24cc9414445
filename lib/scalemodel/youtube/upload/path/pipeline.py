"""All of it together: a site that outlives its processes, and a worker that takes turns.

A kitchen where cooks may drop dead. What matters lies in three places that stay: blobs, a
database, the shelf. A worker takes a task, does it, and finishes it, a turn each; whatever it
holds besides is worth nothing. Its acts may be done twice: the same bytes have the same name, the
first row of a rung stays, and a video is published by one row of one table.

`probe` looks at the file and enters a task for each rung; `rung` makes one, the lowest first
whosever it is; the last of them enters `publish`. What the upload itself is to blame for goes to
the dead letters at once, all else is tried again, so many times.

A video is some five tasks of three strokes, 40 ms beside the encoding; SQLite takes about a
hundred tasks a second.

Left out: priorities beside the rung, stopping a worker kindly, tidying up, metrics; and tries
that do not count while a disk is full (five of them, a minute each, and it is a dead letter).
Sources: the brief's sketch; what a worker must bear is "at least once" of any queue.
"""

__all__ = ["TABLES", "THEIR_OWN", "Site", "Stepping", "Worker"]
__dir__ = lambda: __all__

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from scalemodel.core import checks
from scalemodel.parts.storage.database import Database
from scalemodel.parts.storage.trouble import Trouble
from scalemodel.youtube.upload.path import chunks, metadata, queue
from scalemodel.youtube.upload.path.blobs import Blobs, no_step
from scalemodel.youtube.upload.path.chunks import Server
from scalemodel.youtube.upload.path.encoder import StandIn
from scalemodel.youtube.upload.path.manifest import MPD, Rung, dash, hls
from scalemodel.youtube.upload.path.metadata import Metadata
from scalemodel.youtube.upload.path.queue import Queue
from scalemodel.youtube.upload.path.refused import Refused
from scalemodel.youtube.upload.path.shelf import Shelf

TABLES = {**chunks.TABLES, **queue.TABLES, **metadata.TABLES}
THEIR_OWN = ("unreadable",)  # refusals that no other try would mend


class Stepping(Database):
    """A database that tells `step` before and after each stroke, for planned faults.

    >>> acts = []
    >>> with Stepping(None, acts.append) as database:
    ...     database.write([("INSERT INTO dead VALUES (?, ?, ?)", [("a", "b", "c")])])
    >>> acts
    ['enter a stroke', 'have a stroke entered']
    """

    def __init__(self, where: Path | None, step: Callable = no_step):
        self._step = checks.takes("step", step, "act")
        super().__init__(where, "scalemodel_upload", TABLES)

    def write(self, strokes: Sequence) -> None:
        """As in `Database`."""
        self._step("enter a stroke")
        super().write(strokes)
        self._step("have a stroke entered")

    def read(self, statement: str, values: Sequence = ()) -> list:
        """As in `Database`; one kind of look, by which a worker takes a task, is a stroke too."""
        rows = super().read(statement, values)
        if rows and statement == queue.CLAIM:
            self._step("have a task taken")
        return rows


class Site(contextlib.AbstractContextManager):
    """What stays when processes die, in `folder`; the database may have a URL of its own.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Site(folder, lambda: 0.0) as site:
    ...     _ = Path(folder, "cat").write_bytes(b"clip-cat")
    ...     sent = list(chunks.send(site.server(), Path(folder, "cat"), "k1"))
    ...     worker, said = site.worker(), []
    ...     while not site.is_idle():
    ...         said.append(worker.turn())
    ...     site.metadata.get("k1").state, site.rungs("k1")[0].segment_bytes, said[:3]
    ('published', (110, 122), ['takes probe k1', 'does probe k1', 'finishes probe k1'])
    """

    @checks.kinds
    def __init__(
        self, folder: Path, clock: Callable, where: Path | None = None, step: Callable = no_step,
        visible_s: float = 60.0, most_tries: int = 5,
    ):  # fmt: skip
        self.folder = Path(folder)
        self.blobs = Blobs(self.folder / "blobs", step)
        self.shelf = Shelf(self.folder / "shelf", step)
        self.database = Stepping(self.folder / "site.db" if where is None else where, step)
        self.queue = Queue(self.database, clock, visible_s, most_tries)
        self.metadata = Metadata(self.database)

    def server(self) -> Server:
        """An upload server; there may be several."""
        return Server(self.database, self.blobs, self.queue, self.metadata)

    def worker(self, encoder: object = None) -> "Worker":
        """A worker with an encoder, a stand-in if none is given."""
        return Worker(self, StandIn() if encoder is None else encoder)

    def is_idle(self) -> bool:
        """Whether nothing is left to be done."""
        return len(self.queue) == 0

    def rungs(self, video: str) -> list[Rung]:
        """The rungs of a video that are there, the lowest first."""
        return [_rung(told) for told in self.metadata.rungs(video).values()]

    def published(self) -> list[tuple]:
        """`(video, place on the shelf)` of all that one can see."""
        return [(one.id, one.place) for one in self.metadata.all() if one.state == "published"]

    def dead(self) -> list[tuple]:
        """`(video, reason)` of all that ended unpublished."""
        return [(one.id, one.reason) for one in self.metadata.all() if one.state == "dead"]

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __exit__(self, *_):
        self.close()


def _rung(told):
    sizes, lengths = tuple(told["segment_bytes"]), tuple(told["segment_s"])
    return Rung(**{**told["rung"], "segment_bytes": sizes, "segment_s": lengths})


class Worker:
    """Takes a task, does it, finishes it: a turn each, told in words.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Site(folder, lambda: 0.0) as site:
    ...     Worker(site, StandIn()).turn()
    'finds nothing to do'
    """

    @checks.kinds
    def __init__(self, site: Site, encoder: object):
        for name in ("heights", "encode"):
            if not callable(getattr(encoder, name, None)):
                raise ValueError(f"encoder={encoder!r} must have heights() and encode()")
        self._site, self._encoder = site, encoder
        self._task = self._finish = None

    def turn(self) -> str:
        """One turn."""
        site = self._site
        if self._task is None:
            self._task = site.queue.claim()
            return f"takes {self._task.body}" if self._task else "finds nothing to do"
        task = self._task
        if self._finish is None:
            try:
                if site.queue.is_spent(task):
                    raise Refused("go on", "spent", task.note or "nobody came back from it")
                self._finish = self._done(task)
                return f"does {task.body}"
            except Trouble as trouble:
                if not (site.queue.is_spent(task) or trouble.why in THEIR_OWN):
                    self._task = None
                    site.queue.note(task, str(trouble))
                    return f"fails at {task.body}: {trouble}"
                self._finish = self._buried(task, trouble)
                return f"gives up {task.body}: {trouble}"
        finish, self._task, self._finish = self._finish, None, None
        return f"finishes {task.body}" if finish() else f"is too late with {task.body}"

    # ── What is done, and how it is finished then ───────────────────────────
    def _done(self, task):
        kind, video, *more = task.body.split()
        strokes = getattr(self, f"_{kind}")(self._site.metadata.get(video), *more)
        return lambda: self._site.queue.finish(task, strokes)

    def _buried(self, task, trouble):
        video, reason = task.body.split()[1], str(trouble)
        stroke = self._site.metadata.dead(video, reason)
        return lambda: self._site.queue.bury(task, reason, [stroke])

    def _probe(self, video):
        entry = self._site.queue.entry
        heights = self._encoder.heights(self._site.blobs.path(video.blob))
        return [self._site.metadata.probed(video.id, len(heights))] + [
            entry(f"{video.id}/{height}", f"rung {video.id} {height}", rank=1 + height)
            for height in heights
        ]

    def _rung(self, video, height):
        site = self._site
        if int(height) not in site.metadata.rungs(video.id):
            made = self._encoder.encode(site.blobs.path(video.blob), int(height))
            rung = {name: getattr(made.rung, name) for name in made.rung.__slots__}
            sizes = {name: list(rung.pop(name)) for name in ("segment_bytes", "segment_s")}
            told = {"rung": rung, **sizes, "psnr_db": made.psnr_db, "ssim": made.ssim}
            site.metadata.encoded(
                video.id, int(height), {**told, "blob": site.blobs.put(made.data)}
            )
        if len(site.metadata.rungs(video.id)) < video.rungs:
            return []
        return [site.queue.entry(f"{video.id}/publish", f"publish {video.id}")]

    def _publish(self, video):
        site = self._site
        rungs = site.rungs(video.id)
        files = {name: text.encode() for name, text in {**hls(rungs), MPD: dash(rungs)}.items()}
        for rung, told in zip(rungs, site.metadata.rungs(video.id).values(), strict=True):
            files[rung.file] = site.blobs.get(told["blob"])
        return [site.metadata.published(video.id, site.shelf.publish(files))]
