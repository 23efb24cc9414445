"""Bytes on a disk and the server that takes them: what is kept, and what is refused in words."""

import errno
import hashlib
import itertools
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.youtube.upload.path.blobs import Blobs, flush, flush_folder, no_step
from scalemodel.youtube.upload.path.chunks import MOST_CHUNK_BYTES, Server, send
from scalemodel.youtube.upload.path.pipeline import Site
from scalemodel.youtube.upload.path.refused import Refused, in_words, plain_name
from scalemodel.youtube.upload.path.shelf import Shelf


def sha(data):
    return hashlib.sha256(data).hexdigest()


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def refused(why):
    return pytest.raises(Refused, match=Refused.WHY[why][:25].replace("(", "."))


@pytest.fixture
def site(tmp_path):
    with Site(tmp_path / "site", lambda: 0.0) as one:
        yield one


def begun(site, data=b"clip of a cat", key="k1"):
    server = site.server()
    server.begin(key, "cat", len(data), sha(data))
    return server


class Faulty:
    """A disk whose n-th act fails."""

    def __init__(self, at, error=errno.ENOSPC):
        self.left, self.error, self.acts = at, error, []

    def __call__(self, act):
        self.acts.append(act)
        self.left -= 1
        if self.left == 0:
            raise OSError(self.error, os.strerror(self.error))


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_same_bytes_are_kept_once_and_what_changed_is_not_given_out(tmp_path):
    blobs = Blobs(tmp_path)
    name = blobs.put(b"tea")
    assert blobs.put([b"t", b"", b"ea"]) == name == sha(b"tea") and len(files(tmp_path)) == 1
    assert blobs.path(name) == tmp_path / name[:2] / name
    blobs.path(name).write_bytes(b"tee")
    with refused("corrupt"):
        blobs.get(name)
    assert blobs.put(b"tea") == name and blobs.get(name) == b"tea", "brought anew, it is whole"


def test_an_upload_goes_on_after_a_break_on_either_side(tmp_path, site):
    (tmp_path / "cat").write_bytes(b"clip of a cat")
    sending = send(site.server(), tmp_path / "cat", "k1", chunk_bytes=5)
    assert next(sending) == 5
    del sending
    assert site.server().missing("k1") == [(5, 13)]
    assert [*send(site.server(), tmp_path / "cat", "k1", chunk_bytes=4)] == [9, 13]
    assert [*send(site.server(), tmp_path / "cat", "k1")] == [], "all is there"
    video = site.metadata.get("k1")
    assert (video.title, video.state, site.blobs.get(video.blob)) == (
        "cat", "accepted", b"clip of a cat",
    )  # fmt: skip
    assert len(site.queue) == 1 and site.server().missing("k1") == []


def test_of_a_gap_in_the_middle_no_byte_more_is_sent(tmp_path, site):
    (tmp_path / "cat").write_bytes(b"clip of a cat")
    begun(site).put("k1", 7, b" a", sha(b" a"))
    assert [*send(site.server(), tmp_path / "cat", "k1", chunk_bytes=10)] == [7, 13]


def test_a_chunk_that_rotted_on_the_disk_is_asked_for_again(site):
    server = begun(site)
    server.put("k1", 0, b"clip of", sha(b"clip of")), server.put("k1", 7, b" a cat", sha(b" a cat"))
    site.blobs.path(sha(b"clip of")).write_bytes(b"clap of")
    with refused("corrupt"):
        server.complete("k1")
    assert server.missing("k1") == [(0, 7)] and site.metadata.get("k1") is None
    server.put("k1", 0, b"clip of", sha(b"clip of"))
    assert server.complete("k1") == "k1"


def test_a_folder_appears_on_the_shelf_whole_or_not_at_all(tmp_path):
    told = {"a.mp4": b"one", "b.mp4": b"two"}
    acts = Faulty(0)
    place = Shelf(tmp_path / "the" / "whole", acts).publish(told)
    assert acts.acts == ["write a file", "flush a file"] * 2 + ["name the folder"]
    for n in range(1, len(acts.acts) + 1):
        shelf = Shelf(tmp_path / str(n), Faulty(n))
        with refused("full"):
            shelf.publish(told)
        assert [*shelf.folder.iterdir()] == [], acts.acts[n - 1]
        assert shelf.publish(told) == place and shelf.get(place, "b.mp4") == b"two"
    assert Shelf(tmp_path / "whole").publish({"a.mp4": b"oneb.mp4two"}) != place


@pytest.fixture
def flushed(monkeypatch):
    """The numbers of what is flushed, in a row; and at the end none of it is open still."""
    nodes, handles, fsync = [], [], os.fsync

    def noting(handle):
        handles.append(handle), nodes.append(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    yield nodes
    for handle in handles:
        with pytest.raises(OSError, match="descriptor"):
            os.fstat(handle)


def nodes(*paths):
    return [path.stat().st_ino for path in paths]


def test_after_a_cut_of_power_a_blob_has_its_bytes_its_folder_and_its_name(tmp_path, flushed):
    blobs = Blobs(tmp_path)
    name = blobs.put(b"tea")
    path = tmp_path / name[:2] / name
    assert flushed == nodes(path, tmp_path, path.parent)
    blobs.put(b"tea")
    assert flushed[3:] == nodes(path, path.parent), "its folder was there already"


def test_after_a_cut_of_power_a_folder_on_the_shelf_has_its_files(tmp_path, flushed):
    place = tmp_path / Shelf(tmp_path).publish({"a.mp4": b"one", "b.mp4": b"two"})
    assert flushed == nodes(place / "a.mp4", place / "b.mp4", place, tmp_path)


def test_two_who_make_the_same_folder_at_once(tmp_path, monkeypatch):
    blobs = Blobs(tmp_path)
    name = blobs.put(b"tea")
    looks = iter([False])  # it was not there a moment ago
    monkeypatch.setattr(Path, "is_dir", lambda self: next(looks, True))
    assert blobs.put(b"tea") == name


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.lists(st.tuples(st.integers(0, 39), st.integers(1, 40)), max_size=12))
def test_whatever_chunks_come_in_whatever_order_the_whole_is_the_file(cuts):
    data = bytes(range(40))
    with tempfile.TemporaryDirectory() as folder, Site(folder, lambda: 0.0) as site:
        server, has = begun(site, data), set()
        for start, length in cuts:
            part = data[start : start + length]
            server.put("k1", start, part, sha(part))
            rows = site.database.read("SELECT start, size FROM chunk")
            has = {at for start, size in rows for at in range(start, start + size)}
        gaps = server.missing("k1")
        assert {at for start, end in gaps for at in range(start, end)} == {*range(40)} - has
        assert all(a[1] < b[0] for a, b in itertools.pairwise(gaps))
        for start, end in gaps:
            server.put("k1", start, data[start:end], sha(data[start:end]))
        assert server.complete("k1") == "k1" and site.metadata.get("k1").blob == sha(data)


def test_a_full_disk_leaves_nothing_half_wherever_it_strikes(tmp_path):
    acts = Faulty(0)
    Blobs(tmp_path / "whole", acts).put([b"one", b"two"])
    assert acts.acts == ["write a blob", "write a blob", "flush a file", "name a blob"]
    for error in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        for n in range(1, len(acts.acts) + 1):
            blobs = Blobs(tmp_path / f"{error} {n}", Faulty(n, error))
            with refused("full"):
                blobs.put([b"one", b"two"])
            assert files(blobs.folder) == []
            assert blobs.get(blobs.put([b"one", b"two"])) == b"onetwo"


def test_a_server_whose_disk_is_full_says_so_and_keeps_what_it_had(tmp_path):
    disk = Faulty(-1)
    with Site(tmp_path, lambda: 0.0, step=disk) as site:
        server = begun(site)
        server.put("k1", 0, b"clip", sha(b"clip"))
        disk.left = 2
        with refused("full"):
            server.put("k1", 4, b" of a cat", sha(b" of a cat"))
        assert server.missing("k1") == [(4, 13)]
        server.put("k1", 4, b" of a cat", sha(b" of a cat"))
        assert server.complete("k1") == "k1"


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_name_is_the_hash_that_others_compute(tmp_path):
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # FIPS 180-4
    assert Blobs(tmp_path).put(b"") == Blobs(tmp_path).put([]) == empty


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_damaged_chunk_is_refused_and_sent_again(site):
    server = begun(site)
    with refused("checksum") as told:
        server.put("k1", 0, b"clip of a cow", sha(b"clip of a cat"))
    assert "at byte 0" in str(told.value) and server.missing("k1") == [(0, 13)]
    assert files(site.blobs.folder) == []


def test_a_wrong_hash_of_the_whole_is_refused_and_all_is_asked_for_again(site):
    server = site.server()
    server.begin("k1", "my cat", 4, sha(b"other"))
    server.put("k1", 0, b"clip", sha(b"clip"))
    with refused("whole"):
        server.complete("k1")
    assert server.missing("k1") == [(0, 4)] and site.metadata.all() == [] and not len(site.queue)


def test_what_the_server_does_not_know_or_cannot_hold(site):
    server = begun(site)
    for call in (
        lambda: server.put("k2", 0, b"x", sha(b"x")),
        lambda: server.missing("k2"),
        lambda: server.complete("k2"),
    ):
        with refused("unknown"):
            call()
    with refused("too long") as told:
        server.put("k1", 10, b"four", sha(b"four"))
    assert "14 of 13 bytes" in str(told.value)
    with refused("incomplete") as told:
        server.complete("k1")
    assert "from byte 0 to 13" in str(told.value)
    for other in ((14, b"clip of a cat"), (13, b"clip of a dog")):
        with refused("another"):
            server.begin("k1", "cat", other[0], sha(other[1]))
    for call, field in [
        (lambda: Server(3, site.blobs, site.queue, site.metadata), "database"),
        (lambda: server.begin("k3", 3, 4, sha(b"clip")), "title"),
        (lambda: server.put("k1", 0, "clip", sha(b"clip")), "data"),
        (lambda: send(3, "film", "k1"), "server"),
        (lambda: send(server, "film", "a/b"), "key"),
        (lambda: Blobs(3), "folder"),
        (lambda: Blobs(site.folder, 3), "step"),
        (lambda: site.blobs.put(3), "data"),
        (lambda: Shelf(3), "folder"),
        (lambda: Shelf(site.folder, 3), "step"),
        (lambda: site.shelf.publish([]), "files"),
        (lambda: site.shelf.publish({"a": "x"}), "files"),
        (lambda: flush(0, 3), "step"),
        (lambda: flush(-1), "handle"),
        (lambda: flush_folder(3), "folder"),
        (lambda: no_step(""), "act"),
        (lambda: in_words("").__enter__(), "what"),
    ]:
        with pytest.raises((ValueError, TypeError), match=f"^{field}"):
            call()
    for size in (0, MOST_CHUNK_BYTES + 1):
        with pytest.raises(ValueError, match=f"data has {size} bytes"):
            server.put("k1", 0, b"x" * size, sha(b""))
    with pytest.raises(ValueError, match="sha256='12' must be 64 of 0-9 a-f"):
        server.put("k1", 0, b"x", "12")
    with pytest.raises(ValueError, match="start=-1"):
        server.put("k1", -1, b"x", sha(b"x"))
    with pytest.raises(ValueError, match="size_bytes=0"):
        server.begin("k3", "nothing", 0, sha(b""))


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", ".hidden", "a/b", "", "a" * 65, "a\0b",
                                  "/abs", "tab\t", "a\n", None, 7])  # fmt: skip
def test_no_name_leads_out_of_its_folder(site, name):
    with pytest.raises(ValueError, match=r"key=.* must be|held|key"):
        site.server().begin(name, "my cat", 4, sha(b"clip"))
    for call in (
        lambda: site.server().missing(name),
        lambda: site.server().complete(name),
        lambda: site.shelf.get(name, "master.m3u8"),
        lambda: site.shelf.get("0" * 64, name),
        lambda: site.shelf.publish({name: b"x"}),
        lambda: site.blobs.get(name),
        lambda: plain_name("key", name),
    ):
        with pytest.raises(ValueError, match="must be"):
            call()
    assert files(site.blobs.folder) == files(site.shelf.folder) == []


def test_a_file_that_shrinks_while_it_is_sent(tmp_path, site):
    (tmp_path / "film").write_bytes(b"x" * 50_000)
    sending = send(site.server(), tmp_path / "film", "k1", chunk_bytes=20_000)
    assert next(sending) == 20_000
    (tmp_path / "film").write_bytes(b"")
    with refused("no file") as told:
        list(sending)
    assert "it has become shorter" in str(told.value)


def test_a_folder_that_is_half_written_is_not_given_out(tmp_path):
    shelf = Shelf(tmp_path)
    (tmp_path / "half-1").mkdir(), (tmp_path / "half-1" / "a.mp4").write_bytes(b"on")
    with pytest.raises(ValueError, match="place='half-1' must be 64 of 0-9 a-f"):
        shelf.get("half-1", "a.mp4")


def test_a_file_that_cannot_be_read_and_a_folder_that_cannot_be_written(tmp_path, site):
    os.mkfifo(tmp_path / "pipe")
    for file in (tmp_path / "none", tmp_path, tmp_path / "pipe", "/dev/zero"):
        with refused("no file") as told:
            [*send(site.server(), file, "k1")]
        assert told.value.why == "no file"
    for call in (lambda: send(site.server(), "a\0b", "k1"), lambda: Blobs(tmp_path / "a\0b")):
        with pytest.raises(ValueError, match=r"(file|folder)=.* must be a path of letters"):
            call()
    (tmp_path / "file").write_bytes(b"")
    for kind in (Blobs, Shelf):
        with refused("gone"):
            kind(tmp_path / "file" / "folder")
    with refused("no blob"):
        site.blobs.get(sha(b"never"))
    with refused("no blob"):
        site.shelf.get("0" * 64, "master.m3u8")
    with pytest.raises(ValueError, match="chunk_bytes=0"):
        send(site.server(), tmp_path / "file", "k1", chunk_bytes=0)
    with pytest.raises(ValueError, match="data=3 must be a bytes"):
        Blobs(tmp_path).put([3])
    with refused("gone"), in_words("look"):
        raise OSError
