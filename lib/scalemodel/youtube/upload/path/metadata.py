"""What has become of each video: a row that moves one way, and never back.

accepted → encoding → published, or from either of the first two → dead. A video is published
by one row of one table and by nothing else: the files lie on the shelf before, and nobody knows
their place. So who repeats the last step after a crash publishes nothing twice, and what is dead
stays so.

Left out: titles that change, videos that are taken down, who may see what.
Sources: none; moving by a condition in the row is what any SQL database offers.
"""

__all__ = ["STATES", "TABLES", "Entry", "Metadata"]
__dir__ = lambda: __all__

import json
from collections.abc import Mapping
from typing import NamedTuple

from scalemodel.core import checks
from scalemodel.parts.storage.database import Database

STATES = ("accepted", "encoding", "published", "dead")
TABLES = {
    "video": "id TEXT PRIMARY KEY, title TEXT, blob TEXT, state TEXT, rungs INTEGER, place TEXT, "
    "reason TEXT",
    "rung": "video TEXT, height INTEGER, told TEXT, PRIMARY KEY (video, height)",
}


class Entry(NamedTuple):
    """The row of a video: its bytes are a `blob`, its files lie at a `place` of the shelf.

    >>> Entry("v", "my cat", "2cf2", "accepted").state
    'accepted'
    """

    id: str
    title: str
    blob: str
    state: str
    rungs: int = 0
    place: str = ""
    reason: str = ""


class Metadata:
    """The videos of a database.

    >>> with Database(None, "videos", TABLES) as database:
    ...     videos = Metadata(database)
    ...     database.write([videos.accepted("v", "my cat", "2cf2"), videos.probed("v", rungs=1)])
    ...     videos.encoded("v", 240, {"blob": "9f86"})
    ...     database.write([videos.published("v", "shelf-1"), videos.dead("v", "too late")])
    ...     videos.get("v").state, videos.get("v").place, videos.rungs("v")
    ('published', 'shelf-1', {240: {'blob': '9f86'}})
    """

    @checks.kinds
    def __init__(self, database: Database):
        self._database = database

    # ── Strokes, to be entered with what belongs to them ────────────────────
    @checks.kinds
    def accepted(self, video: str, title: str, blob: str) -> tuple:
        """The stroke by which a video begins; one that is there stays as it is."""
        into = "INSERT INTO video VALUES (?, ?, ?, ?, 0, '', '') ON CONFLICT (id) DO NOTHING"
        return into, [(checks.text("video", video), title, checks.text("blob", blob), STATES[0])]

    @checks.kinds
    def probed(self, video: str, rungs: int) -> tuple:
        """The stroke by which it is known how many rungs it gets."""
        rungs = checks.whole("rungs", rungs, at_least=1, at_most=1_000)
        on = "UPDATE video SET state = ?, rungs = ? WHERE id = ? AND state = ?"
        return on, [(STATES[1], rungs, video, STATES[0])]

    @checks.kinds
    def published(self, video: str, place: str) -> tuple:
        """The stroke by which all can see it; nothing unless all its rungs are there."""
        on = (
            "UPDATE video SET state = ?, place = ? WHERE id = ? AND state = ? AND "
            "rungs = (SELECT count(*) FROM rung WHERE video = ?)"
        )
        return on, [(STATES[2], checks.text("place", place), video, STATES[1], video)]

    @checks.kinds
    def dead(self, video: str, reason: str) -> tuple:
        """The stroke by which it ends unpublished; nothing if it has ended."""
        on = "UPDATE video SET state = ?, reason = ? WHERE id = ? AND state IN (?, ?)"
        return on, [(STATES[3], checks.text("reason", reason), video, *STATES[:2])]

    @checks.kinds
    def encoded(self, video: str, height: int, told: Mapping) -> None:
        """Enter a rung, with what is told of it; the first stays."""
        height = checks.whole("height", height, at_least=1, at_most=100_000)
        into = "INSERT INTO rung VALUES (?, ?, ?) ON CONFLICT (video, height) DO NOTHING"
        self._database.write([(into, [(video, height, json.dumps(dict(told)))])])

    # ── Looks ───────────────────────────────────────────────────────────────
    @checks.kinds
    def get(self, video: str) -> Entry | None:
        """The row of a video."""
        found = self._database.read("SELECT * FROM video WHERE id = ?", [video])
        return Entry(*found[0]) if found else None

    def all(self) -> list[Entry]:
        """The rows of all videos, by name."""
        return [Entry(*row) for row in self._database.read("SELECT * FROM video ORDER BY id")]

    @checks.kinds
    def rungs(self, video: str) -> dict[int, dict]:
        """What is told of each rung that is there, by its height, the lowest first."""
        look = "SELECT height, told FROM rung WHERE video = ? ORDER BY height"
        return {height: json.loads(told) for height, told in self._database.read(look, [video])}
