"""Two ways to let a student's object play: here, in this process, or apart.

`Here` is for the notebook, where prints and breakpoints help; `Apart` is for grading.
Both begin a *life* (a new object, and apart a new process), call its methods, and pass
on what it asks of the world. A world ends a life by raising `Died` from `serve`: apart,
the process is killed on the spot, and nothing in its memory is left.

Left out: isolation by the system, see `labs.playing.host`.
Sources: none needed.
"""

__all__ = ["LINE_BYTES", "Apart", "Died", "Faulty", "Here", "Limits", "Player"]
__dir__ = lambda: __all__

import contextlib
import copy
import json
import os
import select
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from scalemodel.core import checks
from scalemodel.labs.playing import host
from scalemodel.labs.playing.nursery import Nursery

LINE_BYTES = 100_000


class Died(BaseException):
    """The world killed this life. Not an `Exception`, so that no `except Exception` hides it.

    >>> issubclass(Died, Exception)
    False
    """


class Faulty(Exception):
    """The student's code raised, hung or broke the rules; the words are for the student.

    >>> raise Faulty("page: KeyError: 7 (line 12)")
    Traceback (most recent call last):
    ...
    scalemodel.labs.playing.player.Faulty: page: KeyError: 7 (line 12)
    """

    def __init__(self, words: str, hung: bool = False):
        super().__init__(words)
        self.hung = hung  # it would take as long another time


class Player(Protocol):
    """Plays one student's object, life after life; `printed` is what it printed, if kept.

    >>> [name for name in ("begin", "call", "end") if hasattr(Player, name)]
    ['begin', 'call', 'end']
    """

    printed: str

    def begin(self, arguments: list, serve: Callable) -> None:
        """Start a life with `arguments`; `serve(name, arguments)` answers what it asks."""

    def call(self, method: str, *arguments):
        """What the method returns, as plain JSON data; raises `Died` or `Faulty`."""

    def end(self) -> None:
        """End the life."""


# ── In this process ─────────────────────────────────────────────────────────
class Here:
    """The student's class, played in this process.

    >>> class Echo:
    ...     def __init__(self, store, word): self.word = word
    ...     def say(self, times): return self.word * times
    >>> player = Here(Echo, service=[])
    >>> player.begin(["ha"], serve=None)
    >>> player.call("say", 2)
    'haha'
    """

    @checks.kinds
    def __init__(self, subject: type, service: list[str]):
        self.kind, self.service, self.printed = subject, service, ""
        self._life, self._subject = None, None
        self._born_with = [(kind, copy.deepcopy(_data(kind))) for kind in subject.__mro__[:-1]]

    @checks.kinds
    def begin(self, arguments: list, serve: Callable | None):
        """Start a life with `arguments`."""
        life = self._life = {"dead": False}

        def ask(name, words):
            if life["dead"]:
                raise Died
            try:
                return copy.deepcopy(serve(name, _plain(f"store.{name}", words)))
            except Died:
                life["dead"] = True
                raise

        store = host.Service(self.service, ask)
        self._subject = None
        for kind, values in self._born_with:  # what a class remembers dies with its process, too
            for name in _data(kind).keys() - values.keys():
                delattr(kind, name)
            for name, value in copy.deepcopy(values).items():
                setattr(kind, name, value)
        self._subject = self._run("__init__", self.kind, store, *copy.deepcopy(arguments))

    @checks.kinds
    def call(self, method: str, *arguments):
        """What the method returns."""
        if not hasattr(self._subject, method):
            raise Faulty(f"{method}: {self.kind.__name__} has no method {method}")
        return self._run(method, getattr(self._subject, method), *copy.deepcopy(list(arguments)))

    def _run(self, method, function, *arguments):
        try:
            value = function(*arguments)
        except Died:
            raise
        except (Exception, SystemExit) as error:
            words = host.describe(error)
            raise Faulty(f"{method}: {words}") from error
        if self._life["dead"]:  # it was told, and went on
            raise Died
        return value if method == "__init__" else _plain(method, value)

    def end(self):
        """End the life."""
        self._life, self._subject = None, None


def _data(kind):
    """The attributes of a class that are plain data."""
    plain = (int, float, str, bytes, bool, type(None), list, dict, set, tuple)
    rows = vars(kind).items()
    return {name: row for name, row in rows if isinstance(row, plain) and name[:2] != "__"}


def _plain(method, value):
    """`value` as it would cross to another process."""
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError, RecursionError) as error:
        raise Faulty(f"{method}: {error}; {host.PLAIN}") from None


# ── In a process of its own ─────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a submission may use: CPU a life, wall time a call, memory.

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
            raise Faulty(f"the file defines no {self.name}")
        self._ask("__init__", {"call": "__init__", "arguments": arguments})

    @checks.kinds
    def call(self, method: str, *arguments):
        """What the method returns."""
        return self._ask(method, {"call": method, "arguments": list(arguments)})["value"]

    def end(self):
        """Kill the process and whatever it started."""
        if self._life is None:
            return
        life, self._life = self._life, None
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError):
                kill(life, signal.SIGKILL)
        if self._code is None:
            self._code = self._nursery.ended()
        self._printed.seek(0)
        room = max(0, host.PRINTED_BYTES - len(self.printed))
        self.printed += self._printed.read(room).decode(errors="replace")
        self._printed.close()
        self._folder.cleanup()
        os.close(self._to)
        os.close(self._from)

    def _start(self):
        self._nursery = self._nursery or Nursery()
        child_reads, self._to = os.pipe()
        self._from, child_writes = os.pipe()
        os.set_blocking(self._to, False)
        self._folder = tempfile.TemporaryDirectory()
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115
        self._rest, self._code = b"", None
        folder = os.open(self._folder.name, os.O_RDONLY)
        files = [child_reads, child_writes, self._printed.fileno(), folder]
        self._life = self._nursery.born(files)
        for number in (child_reads, child_writes, folder):
            os.close(number)

    def _ask(self, method, *messages):
        """Send them, serve what the student asks, and return the answer; all within `call_s`."""
        self._stops = time.monotonic() + self.limits.call_s
        for message in messages:
            self._send(method, message)
        while True:
            message = self._receive(method)
            if "error" in message:
                raise Faulty(f"{method}: {message['error']}")
            if "ask" not in message:
                return message
            try:
                answer = {"value": self._serve(message["ask"], message["arguments"])}
            except Died:
                self.end()
                raise
            except ValueError as error:
                answer = {"refused": str(error)}
            self._send(method, answer)

    def _left_s(self, method, words):
        left_s = self._stops - time.monotonic()
        if left_s <= 0:
            self._give_up(f"{method}: {words} within {self.limits.call_s:g} s", hung=True)
        return left_s

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
                if len(self._rest) > LINE_BYTES:
                    self._give_up(f"{method}: more than {LINE_BYTES:,} bytes in one answer")
            left_s = self._left_s(method, "no answer")
        line, _, self._rest = self._rest.partition(b"\n")
        try:
            message = json.loads(line)
            wanted = {"ask", "error", "names" if method == "the file" else "value"}
            if isinstance(message, dict) and wanted & set(message):
                return message
        except (ValueError, RecursionError):
            pass
        return self._give_up(f"{method}: the process spoke out of turn")

    def _how_it_ended(self):
        code = self._code = self._nursery.ended(within_s=self.limits.call_s)
        if code is None:
            return "it closed its line, and did not end"
        if code == -signal.SIGXCPU or code == -signal.SIGKILL:
            return f"it used more than {self.limits.cpu_s} s of CPU, or too much memory"
        return "the process ended before it answered"

    def _give_up(self, words, hung=False):
        self.end()
        raise Faulty(words, hung)
