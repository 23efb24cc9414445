"""The copies of an upload, by ffmpeg; or by a stand-in, where only the way there matters.

Two cooks with one menu. Both say which rungs a file gets (`heights`) and make one of them
(`encode`): a file of fragmented MP4 and what a manifest says about it. ffmpeg cuts all rungs at
the same frames, a second apart, so that a player may change between them, and compares each with
the upload, scaled back to its size (bicubic). It is a program of its own, called and not built
in: that of the package imageio-ffmpeg if it is there, or the system's.

Five seconds in 720p take some two seconds a rung on one core, quality included.

Left out: sound, codecs beside H.264, quality as eyes see it (VMAF takes as long as the film),
rates that fit the film, and chunks of one film on several workers; `makespan` has those. A
picture that is not 16:9 is stretched.
Sources: ffmpeg's documentation of its hls muxer, psnr and ssim; Wang and others, 2004 (SSIM).
"""

__all__ = [
    "KBPS", "PATIENCE_S", "VIDEO", "Ffmpeg", "Rendition", "StandIn", "moving_picture", "program",
]  # fmt: skip
__dir__ = lambda: __all__

import contextlib
import hashlib
import importlib.util
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from scalemodel.core import checks
from scalemodel.parts.storage.trouble import a_path
from scalemodel.youtube.upload.ladder import Copy, rungs
from scalemodel.youtube.upload.path.manifest import Rung, read_playlist
from scalemodel.youtube.upload.path.refused import Refused

KBPS = {240: 300, 480: 1_000, 720: 2_500}  # the rungs that we make, and their rates
PATIENCE_S = 600.0
# No playlist and no list of files: one that is uploaded would make ffmpeg read what it names.
VIDEO = (
    "-protocol_whitelist", "file", "-format_whitelist", "mov,matroska,avi,mpegts,mpeg,flv,ogg", "-i",
)  # fmt: skip


class Rendition(NamedTuple):
    """A rung that was made: its file, and how near it is to the upload (PSNR in dB, and SSIM).

    >>> Rendition(StandIn().encode(Path(__file__), 240).rung, b"", psnr_db=30.5, ssim=0.94).ssim
    0.94
    """

    rung: Rung
    data: bytes
    psnr_db: float
    ssim: float


def _copies(height_px):
    """The copies that we make of a source so high, the lowest first."""
    made = [copy for copy in rungs(height_px) if copy.height_px in KBPS]
    return made or [copy for copy in rungs(min(KBPS)) if copy.height_px in KBPS]


# ── ffmpeg ──────────────────────────────────────────────────────────────────
def program() -> str | None:
    """The path of an ffmpeg: imageio-ffmpeg's, or the one on the PATH; None without.

    >>> program() is None or Path(program()).is_file()
    True
    """
    if importlib.util.find_spec("imageio_ffmpeg"):
        from imageio_ffmpeg import get_ffmpeg_exe

        with contextlib.suppress(RuntimeError):  # a package without its program
            return get_ffmpeg_exe()
    return shutil.which("ffmpeg")


def moving_picture(duration_s: float, height_px: int) -> str:
    """What tells ffmpeg to draw a test picture that moves.

    >>> moving_picture(5.0, 720)
    'testsrc2=size=1280x720:rate=30:duration=5.0'
    """
    duration_s = checks.real("duration_s", duration_s, at_least=1, at_most=3_600)
    (size,) = (copy for copy in _copies(height_px) if copy.height_px == height_px)
    return f"testsrc2=size={size.width_px}x{size.height_px}:rate=30:duration={duration_s}"


class Ffmpeg:
    """Copies by a real encoder.

    >>> if program():
    ...     with tempfile.TemporaryDirectory() as folder:
    ...         clip = Ffmpeg().clip(Path(folder, "clip.mp4"), duration_s=1.0, height_px=240)
    ...         made = Ffmpeg().encode(clip, 240)
    ...         assert Ffmpeg().heights(clip) == [240] and made.rung.segment_s == (1.0,)
    """

    def __init__(self):
        self._program = program()
        if self._program is None:
            raise Refused("encode", "no ffmpeg")

    @checks.kinds
    def clip(self, file: Path, duration_s: float = 5.0, height_px: int = 720) -> Path:
        """A test picture that moves, written to `file`: something to upload."""
        drawn = moving_picture(duration_s, height_px)
        self._run("-y", "-f", "lavfi", "-i", drawn, "-c:v", "libx264", "-preset", "ultrafast",
                  "-crf", "12", "-pix_fmt", "yuv420p", str(file), why="broken")  # fmt: skip
        return file

    @checks.kinds
    def heights(self, file: Path) -> list[int]:
        """The heights of the rungs that this file gets; refused if it is no video."""
        return [copy.height_px for copy in _copies(self._size(file)[1])]

    def _size(self, file):
        told = self._run(*VIDEO, str(file), "-map", "0:v:0", "-frames:v", "1", "-f", "null", "-")
        found = re.findall(r"Stream #0:\d.*Video:.* (\d+)x(\d+)[ ,]", told)
        if not found:
            raise Refused("look at the file", "unreadable")
        *_, (width, height) = found  # as it comes out, upright if the camera was not
        return int(width), int(height)

    @checks.kinds
    def encode(self, file: Path, height_px: int) -> Rendition:
        """One rung of a file, in segments of a second, and its quality."""
        size, kbps = _asked(height_px), KBPS[height_px]
        with tempfile.TemporaryDirectory() as folder:
            made, playlist = Path(folder, f"{height_px}.mp4"), Path(folder, f"{height_px}.m3u8")
            self._run(
                *VIDEO, str(file), "-an", "-vf",
                f"fps=30,scale={size.width_px}:{height_px}:flags=bicubic,setsar=1",
                "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p",
                "-b:v", f"{kbps}k", "-maxrate", f"{kbps}k", "-bufsize", f"{kbps}k",
                "-g", "30", "-keyint_min", "30", "-sc_threshold", "0", "-bitexact",
                "-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod",
                "-hls_segment_type", "fmp4", "-hls_flags", "single_file",
                "-hls_segment_filename", str(made), str(playlist), why="broken",
            )  # fmt: skip
            data, text = made.read_bytes(), playlist.read_text()
            box = data.index(b"avcC") + 5
            codecs = f"avc1.{data[box : box + 3].hex()}"
            rung = read_playlist(text, height_px, size.width_px, codecs)
            return Rendition(rung, data, *self._quality(made, file))

    def _quality(self, made, file):
        """PSNR and SSIM of a copy, scaled to the size of the file it was made of."""
        width, height = self._size(file)
        both = (
            f"[0:v]scale={width}:{height}:flags=bicubic,setsar=1,split[a][b];"
            "[1:v]fps=30,setsar=1,split[c][d];[a][c]psnr;[b][d]ssim"
        )
        told = self._run("-i", str(made), *VIDEO, str(file), "-lavfi", both, "-f", "null", "-",
                         why="broken")  # fmt: skip
        psnr, ssim = re.search(r"average:(inf|[\d.]+)", told), re.search(r"All:([\d.]+)", told)
        return float(psnr[1]), float(ssim[1])

    def _run(self, *words, why="unreadable"):
        command = [self._program, "-hide_banner", "-nostdin", "-nostats", *words]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S,
                                  errors="replace")  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Refused("encode", "broken", str(error)[:200]) from error
        if done.returncode:
            raise Refused("encode", why, (done.stderr.splitlines() or ["no word"])[-1][-200:])
        return done.stderr


def _asked(height_px) -> Copy:
    found = [copy for copy in rungs(height_px) if copy.height_px == height_px]
    if not found or height_px not in KBPS:
        raise ValueError(f"height_px={height_px} must be one of {', '.join(map(str, KBPS))}")
    return found[0]


# ── The stand-in ────────────────────────────────────────────────────────────
def _nothing():
    """What a stand-in does with a file that ends its process: for a test, nothing."""


class StandIn:
    """Copies that are no video: bytes drawn from a hash, the same whoever makes them.

    What begins with `clip` is a video to it; at one that begins with `clip!` it does `crash`.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "cat")
    ...     _ = file.write_bytes(b"clip-cat")
    ...     made = StandIn().encode(file, 240)
    ...     StandIn().heights(file), len(made.data), made.rung.segment_bytes
    ([240, 480, 720], 240, (110, 122))
    """

    def __init__(self, crash: Callable = _nothing):
        self._crash = checks.takes("crash", crash)

    @checks.kinds
    def heights(self, file: Path) -> list[int]:
        """The heights of the rungs that this file gets; refused if it is none of its."""
        if not a_path("file", file).read_bytes().startswith(b"clip"):
            raise Refused("look at the file", "unreadable")
        return [*KBPS]

    @checks.kinds
    def encode(self, file: Path, height_px: int) -> Rendition:
        """A rung of two segments, as many bytes as it has lines."""
        size, data = _asked(height_px), a_path("file", file).read_bytes()
        if data.startswith(b"clip!"):
            self._crash()
        copy = hashlib.shake_256(f"{height_px} ".encode() + data).digest(height_px)
        sizes = (height_px // 2 - 10, height_px - 8 - (height_px // 2 - 10))
        rung = Rung(height_px=height_px, width_px=size.width_px, codecs="none", header_bytes=8,
                    segment_bytes=sizes, segment_s=(1.0, 1.0))  # fmt: skip
        return Rendition(rung, copy, 0.0, 0.0)
