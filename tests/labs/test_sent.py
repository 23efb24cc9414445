"""What students hand in, as a class's folder or archive: who is whose, and what is no submission."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from scalemodel.labs.__main__ import main
from scalemodel.labs.classroom import sent
from scalemodel.labs.classroom.sent import Sent, sent_in
from scalemodel.labs.reading.files import MOST_BYTES, bytes_of, no_longer
from scalemodel.labs.shelf import LABS
from scalemodel.labs.submission import MOST_CHARACTERS, read_submission, submission_in
from tests.labs.diary import KEEPS, LAB
from tests.laws.lab_laws import strangers_taken

TRUE = "x = 1"


def laid_out(folder, names, text=TRUE):
    """`folder` with a file of each of these names."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def packed(path, names, text=TRUE):
    """An archive with a file of each of these names, as they stand."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text if not name.endswith("/") else "")
    return path


def read(path, topic="fanout"):
    """Each student's text, or what is wrong with it."""
    found = {}
    for one in sent_in(path, topic)[0]:
        try:
            found[one.student] = one.read().decode()
        except ValueError as error:
            found[one.student] = str(error)
    return found


# ── Examples ────────────────────────────────────────────────────────────────
def test_who_hands_in_two_files_or_none_is_told_once(tmp_path):
    names = ["ann/a.py", "ann/b.py", "bo.py", "bo.ipynb", "cy/notes.txt", "di.py", "di/x.py"]
    for path in (laid_out(tmp_path / "sent", names), packed(tmp_path / "sent.zip", names)):
        assert read(path) == {
            "ann": "handed in more than one file: ann/a.py, ann/b.py",
            "bo": "handed in more than one file: bo.ipynb, bo.py",
            "cy": "handed in no file that ends in .py or .ipynb",
            "di": "handed in more than one file: di.py, di/x.py",
        }
    four = laid_out(tmp_path / "four", [f"ann/{name}.py" for name in "abcd"])
    assert read(four) == {"ann": "handed in more than one file: ann/a.py, ann/b.py, ann/c.py"}
    (tmp_path / "sent" / "ed").mkdir()
    assert "no file" in read(tmp_path / "sent")["ed"]
    assert "no file" in read(packed(tmp_path / "more.zip", [*names, "ed/"]))["ed"]


def test_what_is_left_out_is_named(tmp_path):
    folder = laid_out(tmp_path, ["ann.py", "a\nb.txt", ".x", ".y", ".z", "bo/.w"])
    assert sent_in(folder, "fanout")[1] == [
        "a\\nb.txt: left out, for it ends neither in .py nor in .ipynb",
        "hidden, left out: .x, .y, .z and 1 more",
    ]

    three = laid_out(tmp_path / "three", ["ann.py", ".x", ".y", ".z"])
    assert sent_in(three, "fanout")[1] == ["hidden, left out: .x, .y, .z"]


def test_what_lies_too_deep_is_not_looked_for(tmp_path):
    deep = "/".join("abcdefg")
    laid_out(tmp_path, [f"{deep}/x.py", f"b/{deep}/x.py"])
    assert read(tmp_path) == {"a": TRUE, "b": "handed in no file that ends in .py or .ipynb"}


def test_what_is_just_short_enough_is_read(tmp_path):
    whole = no_longer("ann.py", b"#" * MOST_BYTES)
    assert len(whole) == MOST_BYTES
    (tmp_path / "ann.py").write_text("#" * MOST_CHARACTERS)
    assert len(read_submission(tmp_path / "ann.py").source) == MOST_CHARACTERS
    for count, kept in ((99, True), (100, False)):
        lines = "\n".join(map(str, range(count)))
        (tmp_path / "ann.py").write_text(f'x = (\nEXPLANATION = """\n{lines}"""\n')
        assert (read_submission(tmp_path / "ann.py").explanation.strip() == lines) is kept


def test_a_class_in_an_archive_is_graded(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(LABS, LAB.name, LAB)
    archive = packed(tmp_path / "class.zip", ["class/ann/a.py", "class/bo.py"], KEEPS)
    assert main(["grade", "diary", str(archive), "--to", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.count("valid, 100 points") == 2


# ── Oracle ──────────────────────────────────────────────────────────────────
LAYOUTS = {
    "a file each": (["ann.py", "bo.ipynb"], ["ann", "bo"]),
    "a folder each": (["ann/x.py", "bo/deep/in/y.ipynb"], ["ann", "bo"]),
    "as nbgrader keeps them": (
        ["ann/fanout/fanout.ipynb", "ann/fanout/timestamp.txt", "bo/fanout/fanout.ipynb"],
        ["ann", "bo"],
    ),
    "several labs": (["ann/fanout/fanout.ipynb", "ann/chaos/chaos.ipynb"], ["ann"]),
    "a name with a colon": (["ann/x:1.py", "bo/y.py"], ["ann", "bo"]),
    "otter's tests beside it": (["ann/fanout.ipynb", "ann/tests/a.py", "ann/tests/b.py"], ["ann"]),
    "as a platform hands them out": (
        ["Ann Lee_812_assignsubmission_file_/a.ipynb", "Bo Ek_813_assignsubmission_file_/b.py"],
        ["Ann Lee_812_assignsubmission_file_", "Bo Ek_813_assignsubmission_file_"],
    ),
    "what systems leave behind": (
        ["ann.py", "._ann.py", ".DS_Store", "__MACOSX/._ann.py", "__MACOSX/bo/._x.ipynb", "Thumbs.db",
         "bo/y.ipynb", "bo/.ipynb_checkpoints/y-checkpoint.ipynb", "bo/._y.ipynb", "desktop.ini",
         ".git/hooks/x.py", "bo/__pycache__/z.py"],
        ["ann", "bo"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_class_comes_as_a_folder_or_as_an_archive(tmp_path, name):
    names, students = LAYOUTS[name]
    folder = laid_out(tmp_path / "sent", names)
    assert read(folder) == dict.fromkeys(students, TRUE)
    if len(students) > 1:  # else the one folder is taken for that around a class
        wrapped = [f"lab 1/{name}" for name in names]
        assert read(packed(tmp_path / "sent.zip", names)) == dict.fromkeys(students, TRUE)
        assert read(packed(tmp_path / "around.ZIP", wrapped)) == dict.fromkeys(students, TRUE)


@pytest.mark.parametrize("name", ["fanout.py", "fanout/fanout.py", "fanout/x.py"])
def test_a_class_in_a_folder_is_a_class_whatever_one_of_them_calls_a_file(tmp_path, name):
    archive = packed(tmp_path / "sent.zip", ["Lab/ann.py", "Lab/bo.py", f"Lab/{name}"])
    assert read(archive) == dict.fromkeys(["ann", "bo", "fanout"], TRUE)


def test_a_class_of_which_one_has_handed_in_something_is_a_class(tmp_path):
    archive = packed(tmp_path / "sent.zip", ["Lab 1/ann/x.py", "Lab 1/bo/notes.txt"])
    sent, _ = sent_in(archive, "fanout")
    assert [one.student for one in sent] == ["ann", "bo"] and sent[0].read() == TRUE.encode()
    with pytest.raises(ValueError, match=r"handed in no file that ends in \.py or \.ipynb"):
        sent[1].read()
    alone = packed(tmp_path / "alone.zip", ["ann/x.py", "ann/notes.txt"])
    assert read(alone) == {"ann": TRUE}


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (["Lee: Ann/x.py", "bo/x.py"], ["Lee: Ann", "bo"]),
        (["Lab 1: Fan-out/ann.py", "Lab 1: Fan-out/bo.py"], ["ann", "bo"]),
        (["./ann.py", "./bo.py"], ["ann", "bo"]),
        (["ann.lee/x.py", "bo.lee/x.py"], ["ann.lee", "bo.lee"]),
        (["Lab/", "Lab/ann.py", "Lab/bo.py"], ["ann", "bo"]),
    ],
)
def test_no_odd_path_loses_a_student(tmp_path, names, students):
    assert read(packed(tmp_path / "sent.zip", names)) == dict.fromkeys(students, TRUE)


@pytest.mark.parametrize("name", ["../ann.py", "/ann.py", "C:/ann.py"])
def test_what_leads_out_of_an_archive_is_told(tmp_path, name):
    _, left_out = sent_in(packed(tmp_path / "sent.zip", [name, "bo.py"]), "fanout")
    (said,) = left_out
    assert said.startswith("leads out of the archive, left out: ") and "ann.py" in said
    four = packed(tmp_path / "four.zip", [f"../{name}.py" for name in "abcd"])
    assert sent_in(four, "fanout")[1][0].endswith("left out: ../a.py, ../b.py, ../c.py and 1 more")


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "name", ["../ann.py", "/ann.py", "x/../../ann.py", "..\\ann.py", "C:\\ann.py"]
)
def test_no_path_leads_out_of_an_archive(tmp_path, name):
    archive = packed(tmp_path / "sent.zip", [name, "bo.py"])
    before = sorted(tmp_path.rglob("*"))
    assert read(archive) == {"bo": TRUE}
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_in_an_archive_is_no_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "sent.zip", "w") as archive:
        for name, kind in (
            ("ann.py", stat.S_IFLNK),
            ("bo.py", stat.S_IFIFO),
            ("cy.py", stat.S_IFREG),
        ):
            info = zipfile.ZipInfo(name)
            info.external_attr = (kind | 0o644) << 16
            archive.writestr(info, "/etc/passwd" if kind == stat.S_IFLNK else TRUE)
    found = read(tmp_path / "sent.zip")
    assert found["cy"] == TRUE
    assert all("must be an ordinary file" in found[name] for name in ("ann", "bo"))


def test_a_bomb_is_not_unpacked(tmp_path):
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(tmp_path / "sent.zip", "w", method) as archive:
            archive.writestr("ann.py", b"#" * 10 * MOST_BYTES)
            archive.writestr("bo.py", TRUE, zipfile.ZIP_STORED)
        found = read(tmp_path / "sent.zip")
        assert found["bo"] == TRUE
        assert "is larger than" in found["ann"] or "in a way that is not read" in found["ann"]


def test_an_archive_that_lies_or_is_damaged_is_told_in_words(tmp_path):
    data = packed(tmp_path / "good.zip", ["ann.py", "bo.py"], TRUE * 50).read_bytes()
    path = tmp_path / "sent.zip"
    path.write_bytes(data.replace(b"ann.py", b"cyn.py", 1))  # its two lists of names differ
    assert "damaged" in read(path)["ann"] and read(path)["bo"] == TRUE * 50
    at = data.index(b"ann.py") + 6
    path.write_bytes(data[:at] + b"\xff\xff\xff" + data[at + 3 :])
    assert "damaged" in read(path)["ann"] and read(path)["bo"] == TRUE * 50
    locked = bytearray(data)
    for sign in (b"PK\x03\x04", b"PK\x01\x02"):
        locked[data.index(sign) + (6 if sign[2] == 3 else 8)] |= 1
    path.write_bytes(locked)
    assert "password" in read(path)["ann"]
    for part in (b"", b"no archive", data[: len(data) // 2]):
        path.write_bytes(part)
        with pytest.raises(ValueError, match=r"sent\.zip is no zip archive"):
            sent_in(path, "fanout")


def test_only_ordinary_files_of_a_stated_size_are_read(tmp_path):
    sent, secret = tmp_path / "sent", tmp_path / "secret.py"
    secret.write_text("the answer")
    laid_out(sent, ["ann/x.py", "deep/" + "d/" * 30 + "x.py"])
    os.mkfifo(sent / "bo.py")
    os.mkfifo(sent / "ann" / "y.txt")
    for name, target in {
        "cy.py": secret,
        "di.py": "/dev/zero",
        "ed": tmp_path,
        "fay.py": "nowhere",
    }.items():
        (sent / name).symlink_to(target)
    (sent / "gil.py").write_bytes(b"#" * (MOST_BYTES + 1))
    with (sent / "hal.py").open("wb") as file:
        file.truncate(10**12)  # a terabyte of nothing
    (sent / "ida").mkdir()
    (sent / "ida" / "x.py").symlink_to(secret)
    found = read(sent)
    assert found.pop("ann") == TRUE
    assert "no file" in found.pop("deep")
    for name in ("gil", "hal"):
        assert "is larger than 4,000,000 bytes" in found.pop(name)
    assert set(found) == {"bo", "cy", "di", "fay", "ida"}
    assert all("must be an ordinary file" in words for words in found.values())


def test_what_has_become_a_link_since_it_was_looked_at_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "ann.py").symlink_to(laid_out(tmp_path, ["bo.py"]) / "bo.py")
    monkeypatch.setattr(os, "lstat", os.stat)
    assert bytes_of(tmp_path / "bo.py").decode() == TRUE
    with pytest.raises(OSError, match="symbolic links"):
        bytes_of(tmp_path / "ann.py")


def test_a_single_file_is_read_by_the_same_rule(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "link.py").symlink_to("/dev/zero")
    for path in (tmp_path / "pipe.py", tmp_path / "link.py", Path("/dev/zero")):
        for command in ("check", "report"):
            assert main([command, "twitter", str(path)]) == 2
        assert main(["replay", "twitter", str(path), "b:1"]) == 2
    assert capsys.readouterr().out.count("must be an ordinary file, and no link") == 9


def test_a_folder_that_cannot_be_read_is_its_students_trouble(tmp_path, monkeypatch):
    laid_out(tmp_path, ["ann.py", "bo/x.py"])
    scan = os.scandir

    def refusing(path):
        if Path(path).name == "bo":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = read(tmp_path)
    assert found["ann"] == TRUE and "cannot be read: Permission denied" in found["bo"]


def test_a_stranger_is_refused():
    assert strangers_taken(sent) == []


def test_what_is_too_long_is_never_read_as_python(tmp_path, monkeypatch):
    monkeypatch.setattr("ast.parse", None)
    (tmp_path / "ann.py").write_text("x\n" * 1_900_000)
    with pytest.raises(ValueError, match="an answer of more than 100,000 characters"):
        read_submission(tmp_path / "ann.py")


def test_a_cell_that_is_too_long_comes_along_with_no_answer(tmp_path):
    cells = f'# %%\nlong = {[0] * (MOST_CHARACTERS // 2)}\n# %% tags=["answer"]\nx = long\n'
    (tmp_path / "ann.py").write_text(cells)
    assert read_submission(tmp_path / "ann.py").source.strip() == "x = long"


def test_an_answer_has_a_largest_length(tmp_path):
    (tmp_path / "ann.py").write_text("#" * (MOST_CHARACTERS + 1))
    with pytest.raises(ValueError, match="an answer of more than 100,000 characters"):
        read_submission(tmp_path / "ann.py")


def test_a_path_is_text_too_and_a_long_name_is_not_repeated(tmp_path):
    (tmp_path / "ann.py").write_text("x = 1")
    assert sent_in(str(tmp_path), "fanout")[0][0].read() == b"x = 1"
    for odd in ("a\0b", "\ud800"):
        with pytest.raises(ValueError, match="must be a path of letters that a disk can write"):
            sent_in(odd, "fanout")
    with pytest.raises(ValueError, match=r"must end in \.py or") as told:
        submission_in("a" * 65_000, b"")
    assert len(str(told.value)) < 400
    assert {len(name) for name in Sent("ann", "a" * 300 + ".py", bytes).files} == {255}
