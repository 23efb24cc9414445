"""A schedule of what dies when, played on a real disk.

A fire drill with a script. Two workers and a server take turns, clients send films over a line
that damages some, and the script says at which act on the disk somebody dies, when the disk is
full, and which worker sleeps so long that its task is given to another. Who dies is started
again; the disk, the database and the shelf stay. What there is at the end `verdicts` judges.

A schedule takes some 0.1 s. A kill is no cut of power, so the disk is one in memory where the
system has that. `drawn(seed)` invents a schedule.

Left out: processes of their own, which `youtube.real` kills; disks that lie about a flush.
Sources: deterministic simulation testing, as of FoundationDB.
"""

__all__ = [
    "FILMS", "LINGER_TURNS", "MEMORY", "MOST_STEPS", "MOST_TURNS", "VISIBLE_S", "WHO", "History",
    "Killed", "Schedule", "drawn", "run",
]  # fmt: skip
__dir__ = lambda: __all__

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from errno import ENOSPC

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.parts.storage.database import DatabaseTrouble
from scalemodel.parts.storage.trouble import Trouble
from scalemodel.youtube.upload.path.encoder import KBPS, StandIn
from scalemodel.youtube.upload.path.manifest import MASTER, MPD, read_dash, read_hls
from scalemodel.youtube.upload.path.pipeline import Site
from scalemodel.youtube.upload.path.refused import Refused

WHO = ("server", "worker 1", "worker 2")
# good; damaged once on its way; announced by a wrong hash; no video; ends who encodes it
FILMS = ("good", "damaged", "wrong hash", "no video", "poison")
MEMORY = "/dev/shm"
VISIBLE_S, MOST_TURNS, LINGER_TURNS, MOST_STEPS = 30.0, 1_500, 10, 10_000


class Killed(BaseException):
    """What a process meets that gets SIGKILL: nothing of it goes on.

    >>> issubclass(Killed, Exception)
    False
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What is uploaded, and what breaks; equal schedules have equal histories.

    >>> Schedule(films=("good",), kills=(("worker 1", 3),)).sleeps
    ()
    """

    films: tuple = ("good",)  # of FILMS
    kills: tuple = ()  # (one of WHO, at which of its acts on the disk)
    full: tuple = ()  # (from, until): acts of all that meet a full disk
    sleeps: tuple = ()  # (one of WHO, from turn, until turn)
    seed: int = 0  # of whose turn it is

    def __post_init__(self):
        checks.plain(self)
        for name in ("films", "kills", "full", "sleeps"):
            if not isinstance(getattr(self, name), tuple):
                raise ValueError(f"{name}={checks.brief(getattr(self, name))} must be a tuple")
        for film in self.films:
            if film not in FILMS:
                raise ValueError(
                    f"films has {checks.brief(film)}; it must be of {', '.join(FILMS)}"
                )
        for name, count in (("kills", 2), ("full", 2), ("sleeps", 3)):
            for row in getattr(self, name):
                good = isinstance(row, tuple) and len(row) == count
                if not good or (name != "full" and row[0] not in WHO):
                    raise ValueError(
                        f"{name} has {checks.brief(row)}; it must be as its comment says"
                    )
                for value in row[name != "full" :]:
                    checks.whole(name, value, at_least=0, at_most=MOST_STEPS)
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True)
class History:
    """What happened, `(turn, who, words)`, and what there was at the end.

    `published` has `(film, whether it plays)` for each that one can see, `dead` film and reason.

    >>> run(Schedule()).published
    (('film-1', True),)
    """

    schedule: Schedule
    site: Callable
    events: tuple
    accepted: tuple
    published: tuple
    dead: tuple


# ── The run ─────────────────────────────────────────────────────────────────
class _Disk:
    """Counts acts on the disk, and lets die or refuse whom the schedule names."""

    def __init__(self, schedule):
        self._kills, self._full = {*schedule.kills}, schedule.full
        self.who, self.act, self._acts, self._of = "", "", 0, Counter()

    def step(self, act):
        self.act, self._acts = act, self._acts + 1
        self._of[self.who] += 1
        if (self.who, self._of[self.who]) in self._kills:
            raise Killed
        done = act.startswith("have")  # this act is over
        if not done and any(start <= self._acts < until for start, until in self._full):
            stroke = act == "enter a stroke"
            raise DatabaseTrouble("write", "full") if stroke else OSError(ENOSPC, "no space left")


@checks.kinds
def run(schedule: Schedule, site: Callable = Site) -> History:
    """The history of a schedule, with this pipeline or with another.

    >>> history = run(Schedule(kills=(("worker 1", 3), ("worker 2", 5))))
    >>> sorted(words for _, who, words in history.events if "dies" in words)
    ['dies: enter a stroke', 'dies: have a stroke entered']
    """
    checks.takes("site", site, "folder", "clock")
    disk, turn, events, accepted = _Disk(schedule), 0, [], []
    rng = stream(schedule.seed, "turns")
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        step = {"step": lambda act: disk.step(act) if disk.who else None}
        if site is Site:
            step["visible_s"] = VISIBLE_S
        place = site(folder, lambda: float(turn), **step)
        encoder = StandIn(_die)
        start = lambda who: place.server() if who == "server" else place.worker(encoder)
        up = {who: start(who) for who in WHO}
        clients = [_Client(n + 1, film) for n, film in enumerate(schedule.films)]
        awake = max((until for _, _, until in schedule.sleeps), default=0) + LINGER_TURNS
        going = lambda: turn < awake or not (all(c.done for c in clients) and place.is_idle())
        while turn < MOST_TURNS and going():
            turn += 1
            who = disk.who = WHO[rng.integers(len(WHO))]
            if any(w == who and a <= turn < b for w, a, b in schedule.sleeps):
                continue
            try:
                if who != "server":
                    words = up[who].turn()
                else:
                    waiting = [client for client in clients if not client.done]
                    if not waiting:
                        continue
                    words = waiting[rng.integers(len(waiting))].turn(up[who], accepted)
            except Killed:
                words, up[who] = f"dies: {disk.act}", start(who)
            except Trouble as trouble:
                words = f"meets: {trouble}"
            if words != "finds nothing to do":
                events.append((turn, who, words))
        disk.who = ""
        published = tuple((key, _plays(place, at, key, schedule)) for key, at in place.published())
        dead = tuple(place.dead())
        place.close()
    return History(schedule, site, tuple(events), tuple(accepted), published, dead)


def _die():
    raise Killed


def _film(n, kind):
    start = {"no video": "text", "poison": "clip!"}.get(kind, "clip")
    return f"{start} {n} of {kind}".encode()


class _Client:
    """Sends a film in three chunks, asks again where it hears nothing, and hears refusals."""

    def __init__(self, n, kind):
        self.key, self.data, self.kind, self.done = f"film-{n}", _film(n, kind), kind, False
        wrong = b"other" if kind == "wrong hash" else b""
        self._whole, self._damaged = _sha(self.data + wrong), kind == "damaged"

    def turn(self, server, accepted):
        server.begin(self.key, self.kind, len(self.data), self._whole)
        gaps = server.missing(self.key)
        try:
            if not gaps:
                server.complete(self.key)
                accepted.append(self.key)
                self.done = True
                return f"accepts {self.key}"
            [(start, end)] = gaps  # for chunks are sent in a row
            data = self.data[start : min(start + len(self.data) // 3 + 1, end)]
            sent, self._damaged = (b"?" * len(data) if self._damaged else data), False
            server.put(self.key, start, sent, _sha(data))
        except Refused as refused:
            if refused.why not in ("checksum", "whole"):
                raise
            self.done = refused.why == "whole"
            return f"refuses {self.key}: {refused}"
        return f"has {len(data)} bytes of {self.key}, from {start}"


def _sha(data):
    return hashlib.sha256(data).hexdigest()


def _plays(site, at, key, schedule):
    """Whether what is published under a place is what the film's owner sent, rung by rung."""
    n = int(key.partition("-")[2])
    data = _film(n, schedule.films[n - 1])
    with tempfile.NamedTemporaryFile() as file:
        file.write(data), file.flush()
        wanted = [StandIn().encode(file.name, height).data for height in KBPS]
    if hasattr(site, "plays"):
        return site.plays(at) == wanted
    names = [MASTER, *(f"{height}.m3u8" for height in KBPS)]
    rungs = read_hls({name: site.shelf.get(at, name).decode() for name in names})
    same = rungs == read_dash(site.shelf.get(at, MPD).decode()) == site.rungs(key)
    return same and [site.shelf.get(at, rung.file) for rung in rungs] == wanted


def drawn(seed: int) -> Schedule:
    """A schedule as chance has it: some films, kills, a full disk, sleepers.

    >>> drawn(7) == drawn(7), len(drawn(7).kills) > 0
    (True, True)
    """
    rng = stream(seed, "schedule")
    some = lambda most: range(rng.integers(most + 1))
    whole = lambda low, high: int(rng.integers(low, high))
    span = lambda most, *length: (start := whole(0, most), start + whole(*length))
    return Schedule(
        films=tuple(FILMS[rng.choice(5, p=(0.5, 0.2, 0.1, 0.1, 0.1))] for _ in range(whole(1, 4))),
        kills=tuple((WHO[rng.integers(3)], whole(1, 60)) for _ in range(whole(1, 7))),
        full=tuple(span(150, 1, 40) for _ in some(2)),
        sleeps=tuple((WHO[1 + rng.integers(2)], *span(80, 20, 120)) for _ in some(2)),
        seed=seed,
    )
