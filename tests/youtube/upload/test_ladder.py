"""A ladder made by ffmpeg, and the recorded one: its manifests read back, and it plays."""

import json
import re
import struct
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.youtube import real
from scalemodel.youtube.abr.play import play
from scalemodel.youtube.abr.policies import BufferBased, RobustMpc
from scalemodel.youtube.media import Player, Trace
from scalemodel.youtube.upload.path import encoder
from scalemodel.youtube.upload.path.encoder import KBPS, Ffmpeg, StandIn, moving_picture, program
from scalemodel.youtube.upload.path.manifest import (
    MASTER,
    Rung,
    dash,
    hls,
    read_dash,
    read_hls,
    read_playlist,
    video,
)
from scalemodel.youtube.upload.path.refused import Refused
from tests.conftest import ROOT, needs_ffmpeg

RECORD = json.loads((ROOT / "book/youtube/real.json").read_text())
TOLD = RECORD["runs"]["ladder"]["numbers"]
PLAIN = {"height_px": 240, "width_px": 426, "codecs": "avc1.640015", "header_bytes": 800,
         "segment_bytes": (25_000, 50_000), "segment_s": (1.0, 1.0)}  # fmt: skip
ONE = Rung(**PLAIN)


def ladders():
    """Rungs of any sizes, the lowest first, all cut at the same moments."""
    sizes = st.lists(st.integers(1, 10**7), min_size=3, max_size=3).map(tuple)
    lengths = st.lists(st.integers(1_000, 10**7).map(lambda us: us / 1e6), min_size=3, max_size=3)
    rung = lambda height: st.builds(
        Rung, height_px=st.just(height), width_px=st.integers(1, 9_999), codecs=st.just("avc1.64"),
        header_bytes=st.integers(1, 9_999), segment_bytes=sizes, segment_s=lengths.map(tuple),
    )  # fmt: skip
    return st.lists(st.integers(1, 9_999), min_size=1, max_size=4, unique=True).flatmap(
        lambda heights: st.tuples(*map(rung, sorted(heights))).map(list)
    )


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_playlist_as_one_reads_it():
    files = hls([ONE])
    assert files[MASTER].splitlines()[3:] == [
        '#EXT-X-STREAM-INF:BANDWIDTH=400000,AVERAGE-BANDWIDTH=300000,RESOLUTION=426x240,CODECS="avc1.640015"',
        "240.m3u8",
    ]
    assert files["240.m3u8"].splitlines()[2:] == [
        "#EXT-X-TARGETDURATION:1", "#EXT-X-PLAYLIST-TYPE:VOD",
        '#EXT-X-MAP:URI="240.mp4",BYTERANGE="800@0"',
        "#EXTINF:1.000000,", "#EXT-X-BYTERANGE:25000@800", "240.mp4",
        "#EXTINF:1.000000,", "#EXT-X-BYTERANGE:50000@25800", "240.mp4", "#EXT-X-ENDLIST",
    ]  # fmt: skip
    for length_s, said in ((4.0, 4), (0.3, 1)):
        odd = Rung(**{**PLAIN, "segment_s": (length_s, length_s)})
        assert f"#EXT-X-TARGETDURATION:{said}\n" in hls([odd])["240.m3u8"]
    assert 'mediaRange="25800-75799"' in dash([ONE]) and 'range="0-799"' in dash([ONE])


def test_rates_are_rounded_up_so_that_a_line_is_never_too_thin():
    odd = Rung(**{**PLAIN, "segment_bytes": (1, 1), "segment_s": (3.0, 3.0)})
    assert (odd.mean_bps, odd.peak_bps) == (3, 3)


def test_the_recorded_ladder_is_that_of_the_fact_sheet():
    """Rates within 15 %, qualities as measured there, on another day; three rungs that rise."""
    assert (TOLD["height_px"], TOLD["width_px"]) == ([240, 480, 720], [426, 854, 1280])
    assert np.allclose(TOLD["psnr_db"], [30.54, 33.76, 42.59], atol=0.5)
    assert np.allclose(TOLD["ssim"], [0.94489, 0.96832, 0.99394], atol=0.005)
    rates = video(real.rungs_of(TOLD)).ladder_kbps
    assert np.allclose(rates, [*KBPS.values()], rtol=0.15)
    assert TOLD["manifests_that_differ_count"] == 0 and TOLD["chunks_count"] == 8
    assert KBPS == {240: 300, 480: 1_000, 720: 2_500}


def test_the_recorded_workers_lost_and_doubled_nothing():
    told = RECORD["runs"]["killed"]["numbers"]
    assert told["killed_at"] == [*range(1, len(told["acts"]) + 1)] and len(told["acts"]) > 40
    assert {*told["published"]} == {1} and told["dead_count"] == told["lost_count"] == 0
    assert max(told["again"]) > min(told["again"]) == 0


def plays(rungs):
    film = video(rungs)
    assert film.segments == 5 and film.segment_s == 1.0
    wide, narrow = film.ladder_kbps[-1] / 300, film.ladder_kbps[0] / 900
    for policy in (BufferBased(reservoir_s=1.0, cushion_s=2.0), RobustMpc()):
        quick = play(film, Trace.constant(wide), policy, Player(first_rung=0))
        slow = play(film, Trace.constant(narrow), policy, Player(first_rung=0))
        assert quick.rung.max() > 0 and quick.rebuffer_s[1:].sum() == 0
        assert slow.rung.mean() <= quick.rung.mean()
    low = play(film, Trace.constant(1.0), lambda *seen: 0, Player(first_rung=0, rtt_s=0.0))
    sizes = 8 * film.segment_bytes[:, 0] / 1e6 / 0.95
    assert np.allclose(low.download_s, sizes), "the sizes of the file are what the line carries"


def test_the_recorded_ladder_plays():
    rungs = real.rungs_of(TOLD)
    assert read_hls(hls(rungs)) == read_dash(dash(rungs)) == rungs
    plays(rungs)


@needs_ffmpeg
def test_a_ladder_made_here_plays_and_its_manifests_read_back_equal():
    """A clip of two seconds is enough to see that five are no different."""
    told = real.ladder(duration_s=2.0)
    rungs = real.rungs_of(told)
    assert [rung.height_px for rung in rungs] == [240, 480, 720]
    assert told["manifests_that_differ_count"] == 0 and {r.segment_s for r in rungs} == {(1.0, 1.0)}
    assert np.allclose(video(rungs).ladder_kbps, [*KBPS.values()], rtol=0.35)
    assert told["psnr_db"] == sorted(told["psnr_db"]) and told["ssim"] == sorted(told["ssim"])
    assert told["psnr_db"][0] > 25 and 0.9 < told["ssim"][0] < told["ssim"][2] <= 1
    film = video(rungs)
    assert play(film, Trace.constant(50.0), lambda *seen: 2, Player(first_rung=2)).rung.all()


# ── Laws ────────────────────────────────────────────────────────────────────
@given(ladders())
def test_whatever_is_written_reads_back_equal(rungs):
    assert read_hls(hls(rungs)) == rungs and read_dash(dash(rungs)) == rungs


@settings(max_examples=min(settings.default.max_examples, 50))
@given(ladders(), st.integers(0, 10**6), st.sampled_from('0123456789@-"#\n.<>/'))
def test_one_wrong_letter_is_refused_or_changes_nothing_unseen(rungs, at, letter):
    """Of the bytes of the segments there are two witnesses: where each begins, and the rates."""
    for text, read in [(dash(rungs), read_dash),
                       (hls(rungs)[f"{rungs[0].height_px}.m3u8"], None)]:  # fmt: skip
        at %= len(text)
        wrong = text[:at] + letter + text[at + 1 :]
        read = read or (lambda wrong: read_hls({**hls(rungs), f"{rungs[0].height_px}.m3u8": wrong}))
        try:
            found = read(wrong)
        except (Refused, ValueError):
            continue
        assert [r.segment_bytes for r in found] == [r.segment_bytes for r in rungs]


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def made():
    """A clip of a second in 240p, its rung, and the folder that a player would fetch."""
    with tempfile.TemporaryDirectory() as folder:
        clip = Ffmpeg().clip(Path(folder, "clip.mp4"), duration_s=2.0, height_px=240)
        one = Ffmpeg().encode(clip, 240)
        for name, text in hls([one.rung]).items():
            Path(folder, name).write_text(text)
        Path(folder, one.rung.file).write_bytes(one.data)
        yield Path(folder), clip, one


@needs_ffmpeg
def test_ffmpeg_itself_plays_what_our_playlists_say(made):
    """All 60 frames. Of a description in DASH it never ends to read where bytes lie in one file."""
    folder, _, one = made
    for name in (MASTER, "240.m3u8"):
        command = [program(), "-hide_banner", "-i", str(folder / name), "-f", "null", "-"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "frame=   60" in done.stderr, done.stderr[-400:]
    for start in one.rung.starts():
        assert one.data[start + 4 : start + 8] in (b"moof", b"styp", b"sidx")
    assert one.rung.starts()[-1] + one.rung.segment_bytes[-1] <= len(one.data)
    assert re.fullmatch(r"avc1\.6400[0-9a-f]{2}", one.rung.codecs), "the high profile, and a level"


@needs_ffmpeg
def test_the_quality_is_that_of_two_pictures_compared_by_hand(made):
    folder, clip, one = made
    frames = []
    for file in (clip, folder / one.rung.file):
        raw = subprocess.run(
            [program(), "-v", "error", "-i", str(file), "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"],
            capture_output=True, check=True, timeout=60,
        ).stdout  # fmt: skip
        frames.append(np.frombuffer(raw, np.uint8).reshape(60, -1).astype(float))
    mean = ((frames[0] - frames[1]) ** 2).mean()
    assert abs(10 * np.log10(255**2 / mean) - one.psnr_db) < 0.3, "the mean over frames, in both"


@needs_ffmpeg
def test_a_film_whose_camera_was_held_upright(tmp_path, made):
    matrix = lambda *row: struct.pack(">9i", *row)  # of the track's header, after the film's own
    lies = matrix(2**16, 0, 0, 0, 2**16, 0, 0, 0, 2**30)
    film, track, rest = made[1].read_bytes().split(lies)
    stands = matrix(0, 2**16, 0, -(2**16), 0, 0, 0, 0, 2**30)
    (tmp_path / "upright.mp4").write_bytes(film + lies + track + stands + rest)
    assert Ffmpeg().heights(tmp_path / "upright.mp4") == [240]
    assert Ffmpeg().encode(tmp_path / "upright.mp4", 240).ssim > 0.9


# ── Refusals ────────────────────────────────────────────────────────────────
@needs_ffmpeg
def test_what_is_no_video_and_what_would_read_other_files(tmp_path, made):
    _, clip, _ = made
    (tmp_path / "text").write_text("a letter")
    (tmp_path / "list.m3u8").write_text(f"#EXTM3U\n#EXTINF:1,\n{clip}\n#EXT-X-ENDLIST\n")
    (tmp_path / "list.ffconcat").write_text(f"ffconcat version 1.0\nfile '{clip}'\n")
    (tmp_path / "half.mp4").write_bytes(clip.read_bytes()[:2_000])
    for name in ("text", "list.m3u8", "list.ffconcat", "half.mp4", "nowhere"):
        with pytest.raises(Refused, match="no video that can be read") as told:
            Ffmpeg().heights(tmp_path / name)
        assert told.value.why == "unreadable"
    with pytest.raises(ValueError, match="height_px=99 must be one of 240, 480, 720"):
        Ffmpeg().encode(clip, 99)
    with pytest.raises(ValueError, match="duration_s=0"):
        Ffmpeg().clip(tmp_path / "none.mp4", duration_s=0.0)
    for call in (Ffmpeg().clip, Ffmpeg().heights, lambda file: Ffmpeg().encode(file, 240)):
        with pytest.raises((ValueError, TypeError), match="file=3"):
            call(3)


def test_where_there_is_no_ffmpeg_one_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(encoder, "program", lambda: None)
    monkeypatch.setattr(real, "program", lambda: None)
    for call in (Ffmpeg, real.ladder):
        with pytest.raises(Refused, match="pip install imageio-ffmpeg, or install ffmpeg"):
            call()
    assert "pip install imageio-ffmpeg" in real.lacking() and real.here()["ffmpeg"] == "none"


@pytest.mark.parametrize(("wrong", "words"), [
    ({"height_px": 0}, "height_px=0"), ({"width_px": 1.5}, "width_px=1.5"),
    ({"codecs": 'a"b'}, "codecs="), ({"header_bytes": 0}, "header_bytes=0"),
    ({"segment_bytes": ()}, "segment_bytes=.* not empty"), ({"segment_s": [1.0, 1.0]}, "segment_s="),
    ({"segment_bytes": (0, 1)}, "segment_bytes=0"), ({"segment_s": (0.0, 1.0)}, "segment_s=0"),
    ({"segment_s": (1.0,)}, "must have one for each"),
])  # fmt: skip
def test_a_rung_that_cannot_be(wrong, words):
    with pytest.raises(ValueError, match=words):
        Rung(**{**PLAIN, **wrong})


def test_rungs_that_are_no_ladder():
    other = Rung(**{**PLAIN, "height_px": 480, "segment_s": (1.0, 2.0)})
    for call in (video, hls, dash):
        with pytest.raises(ValueError, match="rungs must have one"):
            call([])
        with pytest.raises(ValueError, match="rungs height_px"):
            call([ONE, ONE])
    for rungs in ([ONE, other], [other]):
        with pytest.raises(ValueError, match="must be equally long"):
            video(rungs)
    with pytest.raises(ValueError, match="told\\['height_px'\\]=None"):
        real.rungs_of({})


@pytest.mark.parametrize(("old", "new", "words"), [
    ("240.m3u8", "../../etc/passwd", "must be 1 to 64"),
    ("240.m3u8", "https://elsewhere/x", "must be 1 to 64"),
    ("240.m3u8", "480.m3u8", "no playlist 480.m3u8"),
    ("BANDWIDTH=400000", "BANDWIDTH=400001", "BANDWIDTH=400001"),
    ("BANDWIDTH=300000", "BANDWIDTH=1", "BANDWIDTH=1"),
    ("RESOLUTION=426x240", "RESOLUTION=wide", "RESOLUTION=wide"),
    ("#EXTM3U", "", "no playlist master"),
])  # fmt: skip
def test_a_master_playlist_that_contradicts_itself(old, new, words):
    files = hls([ONE])
    files[MASTER] = files[MASTER].replace(old, new)
    with pytest.raises(Refused, match=words):
        read_hls(files)


@pytest.mark.parametrize(("old", "new", "words"), [
    ('URI="240.mp4"', 'URI="../secret"', "must be 1 to 64"),
    ("\n240.mp4\n#EXT-X-END", "\n../x\n#EXT-X-END", "without its bytes"),
    ("#EXT-X-BYTERANGE:25000@800\n", "", "without its bytes"),
    ("@25800", "@25801", "leave a gap"),
    ("#EXT-X-MAP", "#EXT-X-NOTE", "MAP"),
    ("#EXTINF:1.000000", "#EXTINF:0.000000", "segment_s=0"),
])  # fmt: skip
def test_a_playlist_that_contradicts_itself(old, new, words):
    with pytest.raises(Refused, match=words):
        read_playlist(hls([ONE])["240.m3u8"].replace(old, new), 240, 426, "avc1.640015")


@pytest.mark.parametrize(("old", "new", "words"), [
    ("240.mp4", "../240.mp4", "must be 1 to 64"), ("<Period>", "", "mismatched"),
    ('range="0-799"', 'range="0-800"', "leave a gap"), ('range="0-799"', 'range="x"', "x"),
    ('bandwidth="400000"', 'bandwidth="4"', "bandwidth 4"), ('height="240"', 'height="0"', "=0"),
    ("<S d=", "<T d=", "mismatched|without"), ("Representation", "Other", "no rungs"),
    ('<?xml version="1.0" encoding="utf-8"?>', '<!DOCTYPE x [<!ENTITY y "z">]>', "a DOCTYPE"),
    ('<S d="1000000"/>', "", "without its bytes"), ('d="1000000"', 'd="x"', "'x'"),
])  # fmt: skip
def test_a_description_that_contradicts_itself(old, new, words):
    with pytest.raises(Refused, match=words):
        read_dash(dash([ONE]).replace(old, new))


def test_what_is_no_ladder_no_manifest_and_no_file():
    for call, field in [
        *((lambda make=make: make(3), "rungs") for make in (video, hls, dash)),
        *((lambda make=make: make([3]), "rungs") for make in (video, hls, dash)),
        (lambda: read_hls(3), "files"),
        (lambda: read_dash(3), "text"),
        (lambda: read_playlist(3, 240, 426, "avc1.64"), "text"),
        (lambda: StandIn(3), "crash"),
        (lambda: StandIn().heights(3), "file"),
        (lambda: StandIn().encode(3, 240), "file"),
        (lambda: moving_picture(0.5, 240), "duration_s"),
    ]:
        with pytest.raises((ValueError, TypeError), match=f"^{field}"):
            call()


def test_a_stand_in_refuses_as_the_real_one_does(tmp_path):
    (tmp_path / "text").write_text("a letter")
    with pytest.raises(Refused, match="no video that can be read"):
        StandIn().heights(tmp_path / "text")
    assert StandIn().encode(tmp_path / "text", 240)[2:] == (0.0, 0.0), "it compares nothing"
    with pytest.raises(ValueError, match="height_px=99 must be one of"):
        StandIn().encode(tmp_path / "text", 99)
    with pytest.raises(ValueError, match="first_act=0"):
        real.killed(first_act=0)
    with pytest.raises(ValueError, match="most_acts=0"):
        real.killed(most_acts=0)
