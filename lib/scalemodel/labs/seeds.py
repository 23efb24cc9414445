"""Dice for each student: the same attempt always rolls the same, another never does.

A seed is an HMAC under the course's key, so that nobody who lacks the key can tell the
seeds of a grading beforehand, and there are too many for a program that is graded to try
until one gives the world that it sees. What is handed in is a part of it: a report tells its
seeds, so the next file rolls others. Practice has a key that everybody knows.

Left out: keeping the key secret, which is the teacher's part.
Sources: RFC 2104.
"""

__all__ = ["MOST", "MOST_OF_A_COURSE", "PRACTICE_KEY", "seeds_of"]
__dir__ = lambda: __all__

import hashlib
import hmac

from scalemodel.core import checks

PRACTICE_KEY = "practice"
MOST = 10**6  # of practice: they are short, for they are read aloud
MOST_OF_A_COURSE = 10**12  # a program tries a million a second, and who finds it knows what comes


def seeds_of(
    course_key: str,
    student: str,
    lab: str,
    attempt: int = 1,
    count: int = 5,
    handed_in: bytes = b"",
) -> list[int]:
    """`count` different seeds of one student's attempt: in practice, each below a million.

    In practice they are the same whatever is `handed_in`.

    >>> seeds_of("practice", "ann", "twitter", count=2)
    [290847, 344289]
    >>> seeds_of("practice", "ann", "twitter", 2, count=2)[0] == 290847
    False
    """
    for name, value in {"course_key": course_key, "student": student, "lab": lab}.items():
        if not isinstance(value, str) or not value:
            raise ValueError(f"{name}={checks.brief(value)} must be a non-empty string")
    if not isinstance(handed_in, bytes):
        raise ValueError(f"handed_in={checks.brief(handed_in)} must be bytes")
    attempt = checks.whole("attempt", attempt, at_least=1)
    count = checks.whole("count", count, at_least=1, at_most=1000)
    encoded = lambda word: word.encode(errors="surrogatepass")  # a file's name may be no text
    most = MOST if course_key == PRACTICE_KEY else MOST_OF_A_COURSE
    seeds, number = [], 0
    while len(seeds) < count:
        words = [*map(encoded, [student, lab, str(attempt), str(number)])]
        words += [handed_in] * (handed_in != b"" and course_key != PRACTICE_KEY)
        parts = [b"%d:%b" % (len(word), word) for word in words]
        message = b"".join(parts)  # nothing runs together
        digest = hmac.new(encoded(course_key), message, hashlib.sha256).digest()
        seed = int.from_bytes(digest[:8], "big") % most
        if seed not in seeds:
            seeds.append(seed)
        number += 1
    return seeds
