"""What a disk refuses: the word for it, and the words."""

import errno

import pytest

from scalemodel.parts.storage.database import DatabaseTrouble
from scalemodel.parts.storage.trouble import Trouble, why_of


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_was_wrong_what_helps_and_how_it_is_known():
    trouble = Trouble("write the list", "gone", "No such file")
    assert trouble.why == "gone"
    assert str(trouble) == f"cannot write the list: {Trouble.WHY['gone']} (No such file)"


# ── Laws ────────────────────────────────────────────────────────────────────
def test_a_kind_has_words_of_its_own_and_those_of_every_disk():
    assert Trouble.WHY.items() < DatabaseTrouble.WHY.items()
    assert str(DatabaseTrouble("write", "full")) == str(Trouble("write", "full"))
    with pytest.raises(Trouble):
        raise DatabaseTrouble("read", "closed")


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("why", "names"), [
    ("full", ("ENOSPC", "EDQUOT", "EFBIG")), ("gone", ("ENOENT", "EACCES", "EROFS", "EIO")),
])  # fmt: skip
def test_errors_are_told_apart_by_their_names_in_posix(why, names):
    assert {why_of(OSError(getattr(errno, name), name)) for name in names} == {why}


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_word_that_is_none_and_what_is_no_error_of_a_disk_are_refused():
    with pytest.raises(KeyError, match="shared"):
        Trouble("write", "shared")
    with pytest.raises(ValueError, match="error=5 must be"):
        why_of(5)
