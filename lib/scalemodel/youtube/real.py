"""One clip through the whole pipeline, by a real encoder; and real workers that are killed.

The other models of this room count; here a program encodes, a disk flushes, and processes die by
the signal that none can refuse. Each function gives a plain dict of numbers, whose names end in
their units. `make real` writes them into the record that the chapter shows, and that those play
who have no ffmpeg.

Read in this order: `ladder`, `killed`; `RUNS` lists them.

Left out: films (the clip is a test picture, and no film is as easy), sound, several machines.
Sources: ffmpeg's testsrc2; `scalemodel.youtube.upload.path`.
"""

__all__ = ["LATER_S", "PATIENCE_S", "RUNS", "here", "killed", "lacking", "ladder", "rungs_of"]
__dir__ = lambda: __all__

import multiprocessing
import os
import platform
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from scalemodel.core import checks
from scalemodel.youtube.upload.path.chunks import MOST_CHUNK_BYTES, send
from scalemodel.youtube.upload.path.encoder import Ffmpeg, program
from scalemodel.youtube.upload.path.manifest import MASTER, MPD, Rung, read_dash, read_hls
from scalemodel.youtube.upload.path.pipeline import Site
from scalemodel.youtube.upload.path.refused import Refused

LATER_S, PATIENCE_S = 1_000.0, 120.0


def here() -> dict[str, str]:
    """The machine and the versions that a run is made with.

    >>> sorted(here())
    ['Python', 'ffmpeg', 'machine']
    """
    found = "none"
    if program():
        told = subprocess.run([program(), "-version"], capture_output=True, text=True).stdout
        found = told.split()[2]
    return {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "ffmpeg": found,
        "Python": platform.python_version(),
    }


def lacking() -> str:
    """What a machine needs that has no ffmpeg; nothing where there is one.

    >>> bool(lacking()) == (program() is None)
    True
    """
    return "" if program() else f"{Refused.WHY['no ffmpeg'].capitalize()}."


# ── The ladder ──────────────────────────────────────────────────────────────
def ladder(duration_s: float = 5.0, height_px: int = 720, chunk_bytes: int = 2**20) -> dict:
    """A clip is generated, uploaded in chunks, encoded, published, and its manifests read back.

    Of each rung, the lowest first: its size, what a manifest says, how near it is to the upload
    (PSNR in dB, and SSIM), and the seconds of all its turns.
    """
    checks.whole("chunk_bytes", chunk_bytes, at_least=1_000, at_most=MOST_CHUNK_BYTES)
    encoder, took_s = Ffmpeg(), {}
    with tempfile.TemporaryDirectory() as folder, Site(folder, time.monotonic) as site:
        clip = encoder.clip(Path(folder, "clip.mp4"), duration_s, height_px)
        began_s = time.perf_counter()
        chunks = len([*send(site.server(), clip, "clip", chunk_bytes)])
        took_s["upload"] = time.perf_counter() - began_s
        worker = site.worker(encoder)
        while not site.is_idle():
            began_s = time.perf_counter()
            kind = worker.turn().replace(" clip", "").partition(" ")[2]
            took_s[kind] = took_s.get(kind, 0.0) + time.perf_counter() - began_s
        for video, reason in site.dead():
            raise RuntimeError(f"{video} is dead: {reason}")
        ((_, place),) = site.published()
        rungs = site.rungs("clip")
        names = [MASTER, *(f"{rung.height_px}.m3u8" for rung in rungs)]
        read = read_hls({name: site.shelf.get(place, name).decode() for name in names})
        differ = (read != rungs) + (read_dash(site.shelf.get(place, MPD).decode()) != rungs)
        told = site.metadata.rungs("clip").values()
        return {
            "upload_bytes": clip.stat().st_size,
            "chunks_count": chunks,
            "height_px": [rung.height_px for rung in rungs],
            "width_px": [rung.width_px for rung in rungs],
            "codecs": [rung.codecs for rung in rungs],
            "header_bytes": [rung.header_bytes for rung in rungs],
            "segment_s": [list(rung.segment_s) for rung in rungs],
            "segment_bytes": [list(rung.segment_bytes) for rung in rungs],
            "psnr_db": [round(one["psnr_db"], 2) for one in told],
            "ssim": [round(one["ssim"], 4) for one in told],
            "rung_s": [round(took_s[f"rung {rung.height_px}"], 2) for rung in rungs],
            "upload_s": round(took_s["upload"], 2),
            "manifests_that_differ_count": differ,
        }


@checks.kinds
def rungs_of(told: Mapping) -> list[Rung]:
    """The rungs of what `ladder` gives, or of its record.

    >>> rungs_of({"height_px": [240], "width_px": [426], "codecs": ["avc1.640015"],
    ...           "header_bytes": [800], "segment_bytes": [[25_000]], "segment_s": [[1.0]]})[0].mean_bps
    200000
    """
    names = [*Rung.__slots__]
    for name in names:
        if not isinstance(told.get(name), list):
            raise ValueError(f"told[{name!r}]={told.get(name)!r} must be a list, one for each rung")
    rows = zip(*(told[name] for name in names), strict=True)
    plain = lambda value: tuple(value) if isinstance(value, list) else value
    return [Rung(**dict(zip(names, map(plain, row), strict=True))) for row in rows]


# ── Killed ──────────────────────────────────────────────────────────────────
def killed(first_act: int = 1, most_acts: int = 200) -> dict:
    """A worker gets SIGKILL at its first act on the disk, the next at its second, and so on.

    Each time another worker finishes the work, on the same disk; `acts` names what was about to
    be done, or had been, and `again` says how many acts more all took than an undisturbed worker.
    """
    first = checks.whole("first_act", first_act, at_least=1, at_most=1_000)
    most = checks.whole("most_acts", most_acts, at_least=1, at_most=1_000)
    acts = _worked(0)[0]
    tried = range(first, min(len(acts), first + most - 1) + 1)
    runs = [_worked(n) for n in tried]
    seen = [published for _, published, _ in runs]
    return {
        "acts": acts,
        "killed_at": [*tried],
        "again": [len(done) - len(acts) for done, _, _ in runs],
        "published": seen,
        "lost_count": sum(count == 0 for count in seen),
        "published_twice_count": sum(count > 1 for count in seen),
        "dead_count": sum(dead for _, _, dead in runs),
    }


def _worked(dies_at):
    """All acts of both workers, and what there is in the end: published, dead or left."""
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        log, film = Path(folder, "acts"), Path(folder, "film")
        film.write_bytes(b"clip of a cat")
        with Site(folder, lambda: 0.0) as site:
            [*send(site.server(), film, "film")]
        if dies_at:
            process = spawn.Process(target=_work, args=(folder, 0.0, dies_at))
            process.start(), process.join(PATIENCE_S)
            if process.exitcode != -signal.SIGKILL:
                process.kill(), process.join()
                raise RuntimeError(f"a worker ended with {process.exitcode}, and not killed")
        _work(folder, LATER_S, 0)
        with Site(folder, lambda: LATER_S) as site:
            acts = log.read_text().splitlines()
            places = [path for path in site.shelf.folder.iterdir() if len(path.name) == 64]
            return acts, len(site.published()) * len(places), len(site.dead()) + len(site.queue)


def _work(folder, at_s, dies_at):
    """A worker's whole life."""
    acts = 0
    log = os.open(Path(folder, "acts"), os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def step(act):
        nonlocal acts
        acts += 1
        os.write(log, f"{doing}: {act}\n".encode())
        if acts == dies_at:  # in a process of its own
            os.kill(os.getpid(), signal.SIGKILL)

    with Site(folder, lambda: at_s, step=step) as site:
        worker, doing = site.worker(), "take"
        while not site.is_idle():
            said = worker.turn()
            doing = said.replace("takes ", "do ").replace("does ", "finish ").replace(" film", "")
            doing = "take" if said.startswith("finishes") else doing
    os.close(log)


RUNS = {"ladder": ladder, "killed": killed}
