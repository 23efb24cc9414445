"""Where lives come from: a process that forks one for each that is asked for.

The other end of its line is `labs.playing.host`.

Left out: systems without fork.
Sources: `socket.send_fds`, which hands open files to another process.
"""

__all__ = ["HOST", "Nursery"]
__dir__ = lambda: __all__

import select
import socket
import subprocess
import sys
import weakref
from pathlib import Path

from scalemodel.labs.playing import host

HOST = Path(host.__file__)


class Nursery:
    """The process that lives are forked from; it ends with the player that has it.

    >>> import os
    >>> nursery, nothing = Nursery(), os.open("/dev/null", os.O_RDWR)
    >>> folder = os.open("/", os.O_RDONLY)
    >>> born = nursery.born([nothing, nothing, nothing, folder])  # is told nothing, and ends
    >>> for number in (nothing, folder):
    ...     os.close(number)
    >>> nursery.ended()
    0
    """

    def __init__(self):
        here, there = socket.socketpair()
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", str(HOST), str(there.fileno())],
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


def _close(process, *lines):
    for line in lines:
        line.close()
    process.kill()
    process.wait()
