"""What lets a student's object play, and how it plays here, in this process.

A player begins a *life* (a new object), calls its methods, and passes on what it asks of the
world. A world ends a life by raising `Died` from `serve`. `Here` plays a class that we trust,
where breakpoints help; `labs.playing.apart` is for grading.

Left out: memory outside the class, which outlives a life here.
Sources: none needed.
"""

__all__ = ["Died", "Faulty", "Here", "Player"]
__dir__ = lambda: __all__

import copy
import json
from collections.abc import Callable
from typing import Protocol

from scalemodel.core import checks
from scalemodel.labs.playing import host


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

    def __init__(self, words: str, hung: bool = False, busy: bool = False):
        super().__init__(words)
        self.hung = hung  # it would take as long another time
        self.busy = busy  # or not: little of that time was its own


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
