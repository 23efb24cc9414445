"""Who has handed in what: a file or a folder for each student, in a folder or in one archive.

An archive is read where it lies, never unpacked. A link is not followed, and a file is
read up to its largest size and no further, whatever the archive says of it.

Left out: archives in archives, and other archives than zip.
Sources: PKWARE's description of the zip format.
"""

__all__ = ["FOREIGN", "MOST_DEEP", "SUFFIXES", "UNPACKED", "Entry", "Sent", "sent_in"]
__dir__ = lambda: __all__

import functools
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scalemodel.core import checks
from scalemodel.labs.reading.files import (
    MOST_BYTES,
    bytes_of,
    no_longer,
    one_line,
    one_name,
)
from scalemodel.parts.storage.trouble import a_path

SUFFIXES = (".py", ".ipynb")
FOREIGN = ("__MACOSX", "__pycache__")  # folders that programs leave behind
MOST_DEEP = 8  # folders in folders
UNPACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class Sent:
    """What one student has handed in: the file's name, how to read it, and of several all names.

    >>> Sent("ann", "ann.py", lambda: b"x = 1").read()
    b'x = 1'
    """

    student: str
    name: str
    read: Callable[[], bytes]
    several: tuple[str, ...] = ()

    @property
    def files(self) -> list[str]:
        """The names of files that may stand in words about it, the longer ones first."""
        names = {one_name(self.name)} if _may_be_one(self.name) else set()
        names |= {one_line(name) for name in self.several if _may_be_one(name)}
        return sorted(names, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, or a folder, which cannot be read: `parts` are the words of its path.

    >>> Entry(("__MACOSX", "._ann.py")).hidden
    True
    """

    parts: tuple[str, ...]
    read: Callable[[], bytes] | None = None
    leads_out: bool = False  # of the archive

    @property
    def hidden(self) -> bool:
        """Whether a system or an editor has left it there."""
        return any(part.startswith(".") or part in FOREIGN for part in self.parts)

    @property
    def is_submission(self) -> bool:
        """Whether it may be an answer, by its name."""
        return self.read is not None and _may_be_one(self.parts[-1])

    @property
    def student(self) -> str:
        """Whose it is: the name of the folder, or of the file without its ending."""
        alone = len(self.parts) == 1 and self.is_submission
        return PurePosixPath(self.parts[0]).stem if alone else self.parts[0]


@checks.kinds
def sent_in(path: Path, topic: str) -> tuple[list[Sent], list[str]]:
    """What lies in the folder or archive `path`, a student each, and what is left out and why.

    Of several files in a student's folder the one that is called `topic` is taken.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> size = (folder / "ann.py").write_text("x = 1"), (folder / "notes.txt").write_text("")
    >>> sent, left_out = sent_in(folder, "fanout")
    >>> [one.student for one in sent], left_out
    (['ann'], ['notes.txt: left out, for it ends neither in .py nor in .ipynb'])
    """
    path = a_path("path", path)
    if path.is_dir():
        entries = [*_in_folder(path)]
    elif path.suffix.lower() == ".zip":
        entries = _without_wrapping([*_in_archive(path)])
    else:
        raise ValueError(f"{one_name(path.name)} must be a folder, or an archive that ends in .zip")
    seen = [entry for entry in entries if not entry.hidden and not entry.leads_out]
    left_out, of_students = [], {}
    for entry in seen:
        if len(entry.parts) == 1 and entry.read and not entry.is_submission:
            words = "left out, for it ends neither in .py nor in .ipynb"
            left_out.append(f"{one_line(entry.parts[0])}: {words}")
        else:
            rows = of_students.setdefault(entry.student, [])
            rows += [entry] * entry.is_submission
    if outside := [one_line("/".join(e.parts)) for e in entries if e.leads_out]:
        more = f" and {len(outside) - 3} more" if len(outside) > 3 else ""
        left_out.append(f"leads out of the archive, left out: {', '.join(outside[:3])}{more}")
    if hidden := [
        one_line("/".join(e.parts)) for e in entries if e.hidden and e.read and not e.leads_out
    ]:
        more = f" and {len(hidden) - 3} more" if len(hidden) > 3 else ""
        left_out.append(f"hidden, left out: {', '.join(hidden[:3])}{more}")
    rows = sorted(of_students.items())
    return [_one_of(student, files, topic) for student, files in rows], left_out


def _one_of(student, files, topic):
    named = [file for file in files if _stem(file) == topic]
    if len(named) == 1:
        files = named
    if len(files) == 1:
        return Sent(student, files[0].parts[-1], files[0].read)
    names = tuple(sorted("/".join(file.parts) for file in files)[:3])
    words = (
        f"more than one file: {', '.join(names)}" if files else "no file that ends in .py or .ipynb"
    )
    return Sent(student, student, functools.partial(_refuse, f"handed in {one_line(words)}"), names)


def _may_be_one(name):
    return name.lower().endswith(SUFFIXES)


def _stem(entry):
    return PurePosixPath(entry.parts[-1]).stem


def _refuse(words):
    raise ValueError(words)


# ── A folder ────────────────────────────────────────────────────────────────
def _in_folder(folder, above=()) -> Iterator[Entry]:
    """What lies in `folder` and below, those of the first letters first."""
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        words = f"has a folder that cannot be read: {error.strerror}"
        found = [] if above else _refuse(f"{one_line(str(folder))} {words}")
        yield Entry((*above, "unreadable.py"), functools.partial(_refuse, words))
    for entry in found:
        parts = (*above, entry.name)
        if not entry.is_dir(follow_symlinks=False):
            yield Entry(parts, functools.partial(bytes_of, Path(entry.path)))
            continue
        yield Entry(parts)
        if len(parts) < MOST_DEEP and not Entry(parts).hidden:
            yield from _in_folder(entry.path, parts)


# ── An archive ──────────────────────────────────────────────────────────────
def _in_archive(path) -> Iterator[Entry]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ValueError(f"{one_line(path.name)} is no zip archive: {error}") from None
    for member in archive.infolist():
        path = member.filename.replace("\\", "/")
        parts = tuple(part for part in path.split("/") if part not in ("", "."))
        leads_out = path.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", path)
        if parts:
            read = functools.partial(_bytes_in, archive, member)
            yield Entry(parts, None if member.is_dir() else read, bool(leads_out))


def _without_wrapping(entries):
    """The same, without one folder around all: of several submissions or folders it is a class's.

    Also where it might be one student's who is alone: two rows too many are seen, and a class
    that is taken for one student is not.
    """
    aside = [entry for entry in entries if entry.hidden or entry.leads_out]
    seen = [entry for entry in entries if entry not in aside]
    while _is_one_folder(seen) and (
        sum(entry.is_submission for entry in seen) > 1 or len(_folders_below(seen)) > 1
    ):
        seen = [Entry(entry.parts[1:], entry.read) for entry in seen if len(entry.parts) > 1]
    return seen + aside


def _folders_below(entries):
    return {entry.parts[1] for entry in entries if len(entry.parts) > 1 + bool(entry.read)}


def _is_one_folder(entries):
    alone = any(len(entry.parts) == 1 and entry.read for entry in entries)
    return not alone and len({entry.parts[0] for entry in entries}) == 1


def _bytes_in(archive, member):
    """What a member holds; no more of it is unpacked than a file may be long."""
    name, mode = one_name(PurePosixPath(member.filename).name), member.external_attr >> 16
    if stat.S_IFMT(mode) and not stat.S_ISREG(mode):
        raise ValueError(f"{name} must be an ordinary file, and no link, folder or pipe")
    if member.compress_type not in UNPACKED or member.flag_bits & 1:
        raise ValueError(f"{name} is packed with a password, or in a way that is not read here")
    try:
        with archive.open(member) as file:
            return no_longer(name, file.read(MOST_BYTES + 1))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ValueError(f"{name} is damaged: {one_line(str(error))}") from None
