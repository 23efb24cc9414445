"""What a player reads first: which rungs there are, and where each segment lies.

A timetable, printed twice: once as HLS has it, once as DASH has it, over the same files. A rung
is one file of fragmented MP4: some header bytes, then segment after segment. Both tables say
from which byte to which each segment goes, so what is read back equals what was written, and the
sizes are those that `youtube.media.Video` plays.

Left out: sound, subtitles, keys, live manifests, addresses that lead elsewhere.
Sources: RFC 8216 (HLS); ISO/IEC 23009-1 (DASH).
"""

__all__ = [
    "CODECS", "MASTER", "MOST_BYTES", "MPD", "Rung", "dash", "hls", "read_dash", "read_hls",
    "read_playlist", "video",
]  # fmt: skip
__dir__ = lambda: __all__

import math
import re
import xml.etree.ElementTree as xml
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scalemodel.core import checks
from scalemodel.youtube.media import MOST_SEGMENT_S, Video
from scalemodel.youtube.upload.path.refused import Refused, plain_name

MASTER, MPD = "master.m3u8", "manifest.mpd"
MOST_BYTES = 2**40
CODECS = re.compile(r"[A-Za-z0-9.]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One copy: `header_bytes`, then segments of so many bytes and seconds.

    >>> rung = Rung(height_px=240, width_px=426, codecs="avc1.640015", header_bytes=800,
    ...             segment_bytes=(25_000, 50_000), segment_s=(1.0, 1.0))
    >>> rung.mean_bps, rung.peak_bps, rung.file
    (300000, 400000, '240.mp4')
    """

    height_px: int
    width_px: int
    codecs: str
    header_bytes: int
    segment_bytes: tuple
    segment_s: tuple

    def __post_init__(self):
        checks.plain(self)
        for name in ("height_px", "width_px"):
            checks.whole(name, getattr(self, name), at_least=1, at_most=100_000)
        if not isinstance(self.codecs, str) or not CODECS.fullmatch(self.codecs):
            raise ValueError(f"codecs={checks.brief(self.codecs)} must be letters, digits and dots")
        checks.whole("header_bytes", self.header_bytes, at_least=1, at_most=MOST_BYTES)
        for name in ("segment_bytes", "segment_s"):
            if not isinstance(getattr(self, name), tuple) or not getattr(self, name):
                raise ValueError(
                    f"{name}={checks.brief(getattr(self, name))} must be a tuple, and not empty"
                )
        for size in self.segment_bytes:
            checks.whole("segment_bytes", size, at_least=1, at_most=MOST_BYTES)
        for length_s in self.segment_s:
            checks.real("segment_s", length_s, at_least=0.001, at_most=MOST_SEGMENT_S)
        if len(self.segment_bytes) != len(self.segment_s):
            raise ValueError(f"segment_s={self.segment_s} must have one for each of segment_bytes")

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.height_px}.mp4"

    @property
    def mean_bps(self) -> int:
        """Bits a second on average, as AVERAGE-BANDWIDTH has it."""
        return math.ceil(8 * sum(self.segment_bytes) / sum(self.segment_s))

    @property
    def peak_bps(self) -> int:
        """Bits a second of the largest segment, as BANDWIDTH has it."""
        pairs = zip(self.segment_bytes, self.segment_s, strict=True)
        return max(math.ceil(8 * size / length_s) for size, length_s in pairs)

    def starts(self) -> list[int]:
        """The byte of the file at which each segment begins."""
        return [self.header_bytes + sum(self.segment_bytes[:n]) for n in range(len(self.segment_s))]


@checks.kinds
def video(rungs: Sequence) -> Video:
    """The video that `youtube.abr` plays; all rungs are cut at the same moments, equally long.

    >>> rung = Rung(height_px=240, width_px=426, codecs="avc1.640015", header_bytes=800,
    ...             segment_bytes=(25_000, 50_000), segment_s=(1.0, 1.0))
    >>> video([rung]).ladder_kbps
    array([300.])
    """
    rungs = _rungs(rungs)
    lengths = {rung.segment_s for rung in rungs}
    if len(lengths) > 1 or len({*rungs[0].segment_s}) > 1:
        raise ValueError(f"rungs have segments of {sorted(lengths)} s; all must be equally long")
    sizes = [list(row) for row in zip(*(rung.segment_bytes for rung in rungs), strict=True)]
    return Video(rungs[0].segment_s[0], [rung.mean_bps / 1000 for rung in rungs], sizes)


def _rungs(rungs):
    if not rungs:
        raise ValueError("rungs must have one at least")
    for rung in rungs:
        checks.instance("rungs", rung, Rung)
    checks.increasing("rungs height_px", [rung.height_px for rung in rungs])
    return list(rungs)


# ── HLS ─────────────────────────────────────────────────────────────────────
@checks.kinds
def hls(rungs: Sequence) -> dict[str, str]:
    """The playlists by their names: the master, and one for each rung.

    >>> rung = Rung(height_px=240, width_px=426, codecs="avc1.640015", header_bytes=800,
    ...             segment_bytes=(25_000, 50_000), segment_s=(1.0, 1.0))
    >>> read_hls(hls([rung])) == [rung], hls([rung])[MASTER].splitlines()[-1]
    (True, '240.m3u8')
    """
    lines, files = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"], {}
    for rung in _rungs(rungs):
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={rung.peak_bps},AVERAGE-BANDWIDTH={rung.mean_bps},"
            f'RESOLUTION={rung.width_px}x{rung.height_px},CODECS="{rung.codecs}"',
            f"{rung.height_px}.m3u8",
        ]
        files[f"{rung.height_px}.m3u8"] = _playlist(rung)
    return {MASTER: "\n".join([*lines, ""]), **files}


def _playlist(rung):
    lines = [
        "#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{round(max(rung.segment_s)) or 1}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f'#EXT-X-MAP:URI="{rung.file}",BYTERANGE="{rung.header_bytes}@0"',
    ]  # fmt: skip
    for size, length_s, start in zip(
        rung.segment_bytes, rung.segment_s, rung.starts(), strict=True
    ):
        lines += [f"#EXTINF:{length_s:.6f},", f"#EXT-X-BYTERANGE:{size}@{start}", rung.file]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


@checks.kinds
def read_hls(files: Mapping) -> list[Rung]:
    """The rungs of these playlists, which the master lists.

    >>> read_hls({MASTER: '#EXTM3U'})
    Traceback (most recent call last):
    ...
    scalemodel.youtube.upload.path.refused.Refused: cannot read the manifest: the manifest contradicts itself, or is none of ours (no rungs)
    """
    rungs, said = [], None
    for line in _lines(files, MASTER):
        if line.startswith("#EXT-X-STREAM-INF:"):
            said = line
        elif said and not line.startswith("#"):
            found = re.search(r'RESOLUTION=(\d+)x(\d+),CODECS="([^"]*)"', said) or _contradicts(
                said
            )
            width, height, codecs = found.groups()
            text = "\n".join(_lines(files, _safe(line)))
            rung = read_playlist(text, int(height), int(width), codecs)
            if f":BANDWIDTH={rung.peak_bps},AVERAGE-BANDWIDTH={rung.mean_bps}," not in said:
                _contradicts(said)
            rungs.append(rung)
            said = None
    return _rungs(rungs) if rungs else _contradicts("no rungs")


@checks.kinds
def read_playlist(text: str, height_px: int, width_px: int, codecs: str) -> Rung:
    """The rung of one playlist, ours or that of ffmpeg, whose segments lie in one file.

    >>> rung = Rung(height_px=240, width_px=426, codecs="avc1.640015", header_bytes=800,
    ...             segment_bytes=(25_000, 50_000), segment_s=(1.0, 1.0))
    >>> read_playlist(hls([rung])["240.m3u8"], 240, 426, "avc1.640015") == rung
    True
    """
    header = re.search(r'#EXT-X-MAP:URI="([^"]*)",BYTERANGE="(\d+)@0"', text) or _contradicts("MAP")
    _safe(header[1])
    each = re.findall(r"#EXTINF:([\d.]+),\s+#EXT-X-BYTERANGE:(\d+)@(\d+)\s+(\S+)", text)
    if len(each) != text.count("#EXTINF") or {row[3] for row in each} != {header[1]}:
        _contradicts("a segment without its bytes")
    return _made(height_px, width_px, codecs, header[2], [row[:3] for row in each])


# ── DASH ────────────────────────────────────────────────────────────────────
@checks.kinds
def dash(rungs: Sequence) -> str:
    """The presentation description, over the same files.

    >>> rung = Rung(height_px=240, width_px=426, codecs="avc1.640015", header_bytes=800,
    ...             segment_bytes=(25_000, 50_000), segment_s=(1.0, 1.0))
    >>> read_dash(dash([rung])) == [rung]
    True
    """
    rungs = _rungs(rungs)
    whole_s = sum(rungs[0].segment_s)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" minBufferTime="PT2S" '
        'profiles="urn:mpeg:dash:profile:isoff-main:2011" '
        f'mediaPresentationDuration="PT{whole_s:.3f}S">',
        '<Period><AdaptationSet mimeType="video/mp4" segmentAlignment="true">',
    ]
    for rung in rungs:
        lines.append(
            f'<Representation id="{rung.height_px}" bandwidth="{rung.peak_bps}" '
            f'width="{rung.width_px}" height="{rung.height_px}" codecs="{rung.codecs}">'
            f"<BaseURL>{rung.file}</BaseURL>"
            '<SegmentList timescale="1000000">'
            f'<Initialization range="0-{rung.header_bytes - 1}"/><SegmentTimeline>'
            + "".join(f'<S d="{round(1e6 * length_s)}"/>' for length_s in rung.segment_s)
            + "</SegmentTimeline>"
        )
        for start, size in zip(rung.starts(), rung.segment_bytes, strict=True):
            lines.append(f'<SegmentURL mediaRange="{start}-{start + size - 1}"/>')
        lines.append("</SegmentList></Representation>")
    return "\n".join([*lines, "</AdaptationSet></Period></MPD>", ""])


@checks.kinds
def read_dash(text: str) -> list[Rung]:
    """The rungs of a presentation description.

    >>> read_dash("<MPD/>")
    Traceback (most recent call last):
    ...
    scalemodel.youtube.upload.path.refused.Refused: cannot read the manifest: the manifest contradicts itself, or is none of ours (no rungs)
    """
    try:
        tree = xml.fromstring(text.encode())
    except (xml.ParseError, LookupError, ValueError) as error:  # or an encoding that is none
        _contradicts(str(error))
    if "<!" in text.replace("<!--", ""):  # entities that grow without end
        _contradicts("a DOCTYPE")
    of, rungs = {"": "urn:mpeg:dash:schema:mpd:2011"}, []
    for one in tree.findall(".//Representation", of):
        ranges = [
            node.get(name, "")
            for path, name in [
                (".//Initialization", "range"), (".//SegmentURL", "mediaRange"),
            ]
            for node in one.findall(path, of)
        ]  # fmt: skip
        _safe(one.findtext("BaseURL", "", of))
        ends = [re.fullmatch(r"(\d+)-(\d+)", row) or _contradicts(row) for row in ranges]
        lengths = [node.get("d", "") for node in one.findall(".//S", of)]
        if len(ends) != len(lengths) + 1:
            _contradicts("a segment without its bytes")
        each = [
            (_digits(length) / 1e6, int(end[2]) - int(end[1]) + 1, end[1])
            for length, end in zip(lengths, ends[1:], strict=True)
        ]
        size = [one.get(name, "0") for name in ("height", "width")]
        rung = _made(*size, one.get("codecs", ""), int(ends[0][2]) + 1, each)
        if one.get("bandwidth") != str(rung.peak_bps):
            _contradicts(f"bandwidth {one.get('bandwidth')}")
        rungs.append(rung)
    return _rungs(rungs) if rungs else _contradicts("no rungs")


# ── What both share ─────────────────────────────────────────────────────────
def _made(height, width, codecs, header, each):
    try:
        rung = Rung(
            height_px=int(height), width_px=int(width), codecs=codecs, header_bytes=int(header),
            segment_bytes=tuple(int(size) for _, size, _ in each),
            segment_s=tuple(float(length_s) for length_s, _, _ in each),
        )  # fmt: skip
    except ValueError as error:
        _contradicts(str(error))
    if rung.starts() != [int(start) for _, _, start in each]:
        _contradicts("segments that leave a gap")
    return rung


def _digits(text):
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else _contradicts(repr(text))


def _lines(files, name):
    text = files.get(name)
    if not isinstance(text, str) or not text.startswith("#EXTM3U"):
        _contradicts(f"no playlist {name}")
    return text.splitlines()


def _safe(name):
    try:
        return plain_name("the manifest's file", name)
    except ValueError as error:
        _contradicts(str(error))


def _contradicts(more):
    raise Refused("read the manifest", "manifest", more[:100])
