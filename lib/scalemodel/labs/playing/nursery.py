"""Where lives come from: a process that forks one for each that is asked for.

It never holds a key, a seed, or another's answer, and nothing of the student's: only the
modules that the source names, which it imports before any life begins. The other end of
its line is `labs.playing.host`.

Left out: systems without fork.
Sources: `socket.send_fds`, which hands open files to another process.
"""

__all__ = [
    "ALWAYS", "BEHIND", "FOLDER", "KERNEL", "LENT", "PYTHON", "START", "Nursery", "guarded_by",
    "lent_to",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
import re
import select
import socket
import subprocess
import sys
import weakref
from pathlib import Path

from scalemodel.core import checks
from scalemodel.labs.playing import host

FOLDER = Path(host.__file__).parent
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); import host, refusal; del sys.path[0]; "
KERNEL, PYTHON = "kernel", "python"
LENT = """
    __future__ abc argparse array ast base64 binascii bisect builtins bz2 calendar cmath codecs
    collections collections.abc colorsys configparser contextlib contextvars copy copyreg csv
    dataclasses datetime decimal difflib dis enum errno fnmatch fractions functools gc getopt
    graphlib gzip hashlib heapq hmac html importlib importlib.util inspect io ipaddress itertools
    json keyword linecache locale logging lzma math numbers opcode operator os os.path pathlib
    pickle pprint queue random re reprlib sched secrets select shlex signal stat statistics string
    stringprep struct symtable sys textwrap threading time timeit token tokenize tomllib
    traceback tracemalloc types typing unicodedata unittest uuid warnings weakref zlib
    numpy numpy.fft numpy.linalg numpy.ma numpy.polynomial numpy.random
"""  # what computes, and neither files nor processes nor native code
BEHIND = {  # what these import only when they come to it
    "collections": ("heapq",),
    "datetime": ("_strptime",),
    "functools": ("typing", "weakref"),
    "pickle": ("_compat_pickle",),
    "time": ("_strptime",),
    "traceback": ("tokenize",),
    "ast": ("contextlib",),
}
ALWAYS = (  # what the language itself imports when it comes to it
    *("unicodedata", "warnings", "linecache", "typing", "_pylong"),
    *(f"encodings.{name}" for name in ("ascii", "latin_1", "utf_8_sig", "utf_16", "utf_32")),
)


@checks.kinds
def lent_to(source: str) -> list[str]:
    """The modules that `source` may want to import: those whose names are among its words.

    >>> lent_to("from collections import Counter")[:2]
    ['collections', 'heapq']
    """
    words = set(re.findall(r"\w+", source))
    named = [name for name in LENT.split() if words.issuperset(name.split("."))]
    behind = [other for name in named for other in BEHIND.get(name, ())]
    return [*named, *behind, *ALWAYS]


@functools.cache
def guarded_by() -> str:
    """Who refuses what a life may not do: the kernel, or where it can't, Python alone.

    >>> guarded_by() in (KERNEL, PYTHON)
    True
    """
    tried = subprocess.run(_python("refusal.try_it()"), capture_output=True, env={}, check=False)
    return PYTHON if tried.returncode else KERNEL


class Nursery:
    """The process that lives of `source` are forked from; it ends with the player that has it.

    >>> import os
    >>> nursery, nothing = Nursery(""), os.open("/dev/null", os.O_RDWR)
    >>> folder = os.open("/", os.O_RDONLY)
    >>> born = nursery.born([nothing, nothing, nothing, folder])  # is told nothing, and ends
    >>> for number in (nothing, folder):
    ...     os.close(number)
    >>> nursery.ended()
    0
    """

    def __init__(self, source: str):
        here, there = socket.socketpair()
        words = [str(there.fileno()), guarded_by(), *lent_to(source)]
        with there:
            self._process = subprocess.Popen(
                _python("host.begin(refusal, sys.argv[1:])", *words),
                pass_fds=(there.fileno(),), cwd="/", start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                env={"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )  # fmt: skip
        self._line, self._answers = here, here.makefile("rb")
        weakref.finalize(self, _close, self._process, self._line, self._answers)

    def born(self, files: list[int]) -> int:
        """The number of a new process that holds `files`."""
        socket.send_fds(self._line, [b"b"], files)
        return int(self._answers.readline())

    def ended(self, within_s: float | None = None) -> int | None:
        """The exit code of the last one, `None` if it has not ended within `within_s`."""
        if not self._asked:
            self._line.sendall(b"w")
            self._asked = True
        if within_s is not None and not select.select([self._line], [], [], within_s)[0]:
            return None
        self._asked = False
        return int(self._answers.readline())

    _asked = False


def _python(doing, *words):
    """The command of a Python that has `host` and `refusal`, and nothing else of ours."""
    return [sys.executable, "-P", "-s", "-c", START + doing, str(FOLDER), *words]


def _close(process, *lines):
    for line in lines:
        line.close()
    process.kill()
    process.wait()
