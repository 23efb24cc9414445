"""The reports of a class: written once, and kept until what was handed in changes.

Each stands under a seal that is made with the course's key, so that one which somebody
else has rewritten is not believed.

Left out: keeping the key secret, which is the teacher's part.
Sources: RFC 2104.
"""

__all__ = ["FILES", "MOST_BYTES", "MOST_LETTERS", "Kept", "folder_of", "write_report"]
__dir__ = lambda: __all__

import contextlib
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from pathlib import Path

from scalemodel.core import checks
from scalemodel.labs.report import as_markdown
from scalemodel.parts.storage.trouble import a_path

FILES = ("report.json", "report.md")
MOST_BYTES = 240  # of a folder's name: no system takes more than 255
MOST_LETTERS = 40  # that are kept of a longer one


@checks.kinds
def folder_of(label: str) -> str:
    """The name of a folder for `label`, which comes from outside and is no path; no two share one.

    >>> folder_of("ann"), folder_of(".."), folder_of("../bo")
    ('ann', '%2E.', '%2E.%2Fbo')
    """
    name = re.sub(r"^\.|[%/\\\0]", lambda sign: f"%{ord(sign[0]):02X}", label)
    if len(name.encode(errors="surrogatepass")) <= MOST_BYTES:
        return name
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    return f"{name[:MOST_LETTERS]}%x{digest[:32]}"  # no sign is written %x


@checks.kinds
def write_report(folder: Path, data: dict) -> None:
    """Write `report.json` and `report.md` into `folder`; text that no file can hold is escaped.

    >>> import tempfile
    >>> from scalemodel.labs.grade import Grade
    >>> from scalemodel.labs.report import as_data
    >>> from scalemodel.labs.shelf import lab_named
    >>> from scalemodel.labs.submission import Submission
    >>> folder = Path(tempfile.mkdtemp())
    >>> empty = as_data(Grade(lab_named("twitter"), (1,), ()), Submission("..."), "ann", 1)
    >>> write_report(folder, empty)
    >>> sorted(path.name for path in folder.iterdir())
    ['report.json', 'report.md']
    """
    folder = a_path("folder", folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = (json.dumps(data, indent=1) + "\n", as_markdown(data))
    for name, text in zip(FILES, rows, strict=True):
        (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace")


@dataclass(frozen=True, slots=True)
class Kept:
    """The reports in `folder`, of one lab, attempt and key, which `words` say.

    >>> import tempfile
    >>> kept = Kept(Path(tempfile.mkdtemp()), "secret", ("diary", "1"))
    >>> kept.report("ann", b"class Diary: ...") is None
    True
    """

    folder: Path
    key: str
    words: tuple[str, ...]

    @checks.kinds
    def report(self, student: str, handed_in: bytes) -> dict | None:
        """The report on just this, if there is one under a good seal."""
        place = self.folder / folder_of(student)
        with contextlib.suppress(OSError, ValueError):
            seal = (place / "graded").read_text()
            if hmac.compare_digest(seal, self._seal(student, handed_in)):
                return json.loads((place / FILES[0]).read_text("utf-8"))
        return None

    @checks.kinds
    def keep(self, student: str, handed_in: bytes, report: dict) -> None:
        """Write the report, and then its seal."""
        place = self.folder / folder_of(student)
        self.forget(student)
        write_report(place, report)
        (place / "graded").write_text(self._seal(student, handed_in))

    @checks.kinds
    def forget(self, student: str) -> None:
        """Remove what an earlier file of this student's has got."""
        for name in ("graded", *FILES):
            (self.folder / folder_of(student) / name).unlink(missing_ok=True)

    def _seal(self, student, handed_in):
        place = self.folder / folder_of(student)
        words = [word.encode(errors="surrogatepass") for word in (student, *self.words)]
        parts = [*words, handed_in, *((place / name).read_bytes() for name in FILES)]
        text = b"".join(b"%d:%b" % (len(part), part) for part in parts)  # nothing runs together
        return hmac.new(self.key.encode(errors="surrogatepass"), text, hashlib.sha256).hexdigest()
