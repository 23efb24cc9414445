"""A student's source, played in a process of its own; a life is a process.

The player and the life speak in lines of JSON over two pipes. A life that says nothing in
time, too much, or what nobody asked is ended, and the words say which it was. A world that
kills a life kills the process on the spot, and nothing in its memory is left.

Left out: what is refused to a life, which is in `labs.playing.refusal`.
Sources: none needed.
"""

__all__ = ["LOOKS", "TICK_S", "Apart", "Limits"]
__dir__ = lambda: __all__

import contextlib
import json
import os
import select
import signal
import tempfile
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scalemodel.core import checks
from scalemodel.labs.playing import host
from scalemodel.labs.playing.nursery import Nursery
from scalemodel.labs.playing.patience import BUSY
from scalemodel.labs.playing.player import Died, Faulty

LOOKS = 0.1  # of a call's time is over before the system is asked: most calls take less than to ask
TICK_S = 1 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01  # of the system's count


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a submission may use: CPU a life, CPU a call, memory.

    By the clock a call may take `BUSY` times as long, see `labs.playing.patience`.

    >>> Limits().cpu_s
    20
    """

    cpu_s: int = 20
    call_s: float = 5.0
    memory_bytes: int = 1_000_000_000

    def for_host(self) -> dict[str, int]:
        """The limits by their names in `resource`.

        >>> Limits(cpu_s=2).for_host()["RLIMIT_CPU"]
        2
        """
        return {
            "RLIMIT_CPU": self.cpu_s, "RLIMIT_AS": self.memory_bytes,
            "RLIMIT_FSIZE": host.FILE_BYTES, "RLIMIT_CORE": 0,
        }  # fmt: skip


class Apart:
    """The student's source, played in a process of its own; a life is a process.

    >>> source = "class Echo:\\n    def __init__(self, store): pass\\n    def say(self): return 7"
    >>> player = Apart(source, "Echo", service=[])
    >>> player.begin([], serve=None)
    >>> player.call("say")
    7
    >>> player.end()
    """

    @checks.kinds
    def __init__(self, source: str, name: str, service: list[str], limits: Limits = Limits()):
        self.source, self.name, self.service, self.limits = source, name, service, limits
        self.printed = ""
        self._nursery, self._life, self._serve = None, None, None
        self._computed_s = 0.0  # by the lives that are over

    @checks.kinds
    def begin(self, arguments: list, serve: Callable | None):
        """Start a process, give it the source, and make the object."""
        self.end()
        self._serve = serve
        self._start()
        names = self._ask(
            "the file",
            self.limits.for_host(),
            {"source": self.source, "service": self.service, "name": self.name},
        )["names"]
        if self.name not in names:
            raise Faulty(f"its beginning: the file defines no {self.name}")
        self._ask("__init__", {"call": "__init__", "arguments": arguments})

    @checks.kinds
    def call(self, method: str, *arguments):
        """What the method returns."""
        return self._ask(method, {"call": method, "arguments": list(arguments)})["value"]

    def end(self):
        """Kill the process and whatever it started."""
        if self._life is None:
            return
        self._computed_s = self.computed_s()
        life, self._life = self._life, None
        if self._code is None:  # else its number may be another's by now
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(ProcessLookupError):
                    kill(life, signal.SIGKILL)
            self._code = self._ended()
        self._printed.seek(0)
        room = max(0, host.PRINTED_BYTES - len(self.printed))
        self.printed += self._printed.read(room).decode(errors="replace")
        self._over()

    def computed_s(self) -> float:
        """How long all its lives have computed, as far as the system tells."""
        return self._computed_s + (_computed_s(self._life) if self._life else 0.0)

    def _start(self):
        child_reads, self._to = os.pipe()
        self._from, child_writes = os.pipe()
        os.set_blocking(self._to, False)
        self._folder = tempfile.TemporaryDirectory()
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115
        self._over = weakref.finalize(  # a player that is dropped leaves nothing either
            self, _close, self._printed, self._folder, self._to, self._from
        )
        self._rest, self._code = b"", None
        folder = os.open(self._folder.name, os.O_RDONLY)
        files = [child_reads, child_writes, self._printed.fileno(), folder]
        self._life = self._born(files) or self._born(files)
        for number in (child_reads, child_writes, folder):
            os.close(number)
        if self._life is None:
            self._over()
            raise Faulty("no process could be started")

    def _born(self, files):
        """The number of a new life; None where somebody has ended the process that they come from."""
        self._nursery = self._nursery or Nursery(self.source)
        try:
            return self._nursery.born(files)
        except (OSError, ValueError):
            self._nursery = None
            return None

    def _ended(self, **words):
        """The exit code of the life, or of whoever was to tell it."""
        try:
            return self._nursery.ended(**words)
        except (OSError, ValueError):
            self._nursery = None
            return -signal.SIGKILL

    def _ask(self, method, *messages):
        """Send them, serve what the student asks, and return the answer; all within `call_s`."""
        self._begun_s, self._before_s = time.monotonic(), None
        for message in messages:
            self._send(method, message)
        while True:
            message = self._receive(method)
            if "error" in message:
                words = " ".join(message["error"].split())[: 2 * host.WORDS]
                raise Faulty(f"{method}: {words}")
            if "ask" not in message:
                return message
            try:
                answer = {"value": self._serve(message["ask"], message["arguments"])}
            except Died:
                self.end()
                raise
            except (ValueError, RecursionError) as error:  # of a value too deep to be written
                answer = {"refused": str(error)}
            self._send(method, answer)

    def _left_s(self, method, words):
        took_s, call_s = time.monotonic() - self._begun_s, self.limits.call_s
        looks_s = LOOKS * call_s
        if took_s < looks_s:
            return looks_s - took_s
        if self._before_s is None:  # until now it has computed all the time, or less
            self._before_s = self.computed_s() - took_s
        if took_s < call_s:
            return call_s - took_s
        computed_s = self.computed_s() - self._before_s
        if computed_s >= call_s:
            self._give_up(f"{method}: {words} within {call_s:g} s", hung=True)
        if took_s >= BUSY * call_s:
            self._give_up(f"{method}: {words} within {BUSY * call_s:g} s", hung=True, busy=True)
        return max(TICK_S, min(call_s - computed_s, BUSY * call_s - took_s))

    def _send(self, method, message):
        data = json.dumps(message).encode() + b"\n"
        while data:
            left_s = self._left_s(method, "it did not read what it was told")
            if select.select([], [self._to], [], left_s)[1]:
                try:
                    data = data[os.write(self._to, data) :]
                except BlockingIOError:
                    pass  # no room after all
                except BrokenPipeError:
                    return  # the reading end finds out why

    def _receive(self, method):
        left_s = self._left_s(method, "no answer")
        while b"\n" not in self._rest:
            if select.select([self._from], [], [], left_s)[0]:
                data = os.read(self._from, 65_536)
                if not data:
                    self._give_up(f"{method}: {self._how_it_ended()}")
                self._rest += data
                if len(self._rest) > host.LINE_BYTES:
                    self._give_up(f"{method}: more than {host.LINE_BYTES:,} bytes in one answer")
            left_s = self._left_s(method, "no answer")
        line, _, self._rest = self._rest.partition(b"\n")
        try:
            message = json.loads(line)
            if _is_told(message, "names" if method == "the file" else "value"):
                return message
        except (ValueError, RecursionError):
            pass
        return self._give_up(f"{method}: the process spoke out of turn")

    def _how_it_ended(self):
        code = self._code = self._ended(within_s=self.limits.call_s)
        if code is None:
            return "it closed its line, and did not end"
        if code == -signal.SIGXCPU or code == -signal.SIGKILL:
            return f"it used more than {self.limits.cpu_s} s of CPU, or too much memory"
        return "the process ended before it answered"

    def _give_up(self, words, hung=False, busy=False):
        self.end()
        raise Faulty(words, hung, busy)


def _computed_s(process):
    """How long a process has computed; nothing where the system keeps no such file."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) * TICK_S
    except (OSError, IndexError, ValueError):
        return 0.0


def _is_told(message, answer):
    """Whether it is what a life may say: a question, an error, or the `answer` that is awaited."""
    if not isinstance(message, dict):
        return False
    if "ask" in message:
        return isinstance(message["ask"], str) and isinstance(message.get("arguments"), list)
    if "error" in message:
        return isinstance(message["error"], str)
    return answer in message and (answer == "value" or isinstance(message["names"], list))


def _close(printed, folder, *pipes):
    printed.close()
    folder.cleanup()
    for pipe in pipes:
        os.close(pipe)
