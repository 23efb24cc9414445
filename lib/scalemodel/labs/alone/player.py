"""A player that has one interpreter and no other process: a life's names are made anew with it.

It says what `labs.playing.apart` says, as far as it can know. What it cannot judge it leaves
to the command, in words: see `labs.alone.harmless`. What ends a life in the middle of a
call is an error that the student's code may catch; it is dead all the same, and goes no
further: see `labs.alone.mortal`.

Left out: what bounds a call's time and memory; the page looks after both.
Sources: none needed.
"""

__all__ = ["ANSWER", "MOST_QUICK", "MOST_QUICK_PARTS", "Alone", "Doubtful"]
__dir__ = lambda: __all__

import io
import json
import warnings
from collections.abc import Callable

from scalemodel.core import checks
from scalemodel.labs.alone.harmless import JUDGED, doubt_of
from scalemodel.labs.alone.lent import names_for
from scalemodel.labs.alone.mortal import ALIVE, mortal
from scalemodel.labs.playing import host
from scalemodel.labs.playing.player import Died, Faulty

MOST_QUICK = 1000  # letters of all texts together that cross without being written out, and
MOST_QUICK_PARTS = 300  # parts of a list: at their longest they are in a line of the host's
ANSWER = len('{"value": }\n')  # what stands around an answer in its line


class Doubtful(Exception):
    """What the program does cannot be judged here; the words say what, and where it can.

    >>> raise Doubtful("it imports re, ...")
    Traceback (most recent call last):
    ...
    scalemodel.labs.alone.player.Doubtful: it imports re, ...
    """


class Alone:
    """The student's source, run in this interpreter once a life.

    >>> source = "seen = []\\nclass Echo:\\n    def __init__(self, store): seen.append(1)\\n"
    >>> player = Alone(source + "    def lives(self): return len(seen)", "Echo", service=[])
    >>> for life in range(2):
    ...     player.begin([], serve=None)
    ...     player.call("lives")
    1
    1
    """

    @checks.kinds
    def __init__(self, source: str, name: str, service: list[str]):
        self.source, self.name, self.service, self.printed = source, name, service, ""
        self._doubt, self._code, self._life = doubt_of(source), None, None

    @checks.kinds
    def begin(self, arguments: list, serve: Callable | None):
        """Run the source, and start a life with `arguments`."""
        self.end()
        if self._doubt:
            raise Doubtful(self._doubt)
        life = self._life = _Life(serve)
        names = life.does("the file", lambda: self._names(life))
        if self.name not in names:
            raise Faulty(f"its beginning: the file defines no {self.name}")
        given = [life.store(self.service), *json.loads(json.dumps(arguments))]
        life.subject = life.does("__init__", lambda: names[self.name](*given))

    @checks.kinds
    def call(self, method: str, *arguments):
        """What the method returns."""
        life, given = self._life, _crossed(method, list(arguments))

        def ask():
            if not hasattr(life.subject, method):
                raise Faulty(f"{method}: {self.name} has no method {method}")
            return getattr(life.subject, method)(*given)

        def answer(value):
            try:
                return _crossed(method, value)
            except (TypeError, ValueError, RecursionError) as error:
                raise Faulty(f"{method}: {error}; {host.PLAIN}") from None

        value = life.does(method, ask)
        return life.does(method, lambda: answer(value))

    def end(self):
        """End the life."""
        if self._life:
            self._life.over = Died()
            self._life = None

    def _names(self, life):
        """What the source makes of a new module."""
        if self._code is None:
            with warnings.catch_warnings(action="ignore"):
                compile(self.source, "answer.py", "exec")  # its errors are the program's own
                self._code = compile(mortal(self.source), "answer.py", "exec")
        names = names_for(life.break_off)
        names["__builtins__"][ALIVE] = life.alive
        names["__builtins__"]["print"] = self._print
        exec(self._code, names)
        return names

    @property
    def _print(self):
        def printed(*words, file=None, **how):
            paper = io.StringIO() if file is None else file
            print(*words, file=paper, **how)
            if file is None:
                self.printed += paper.getvalue()[: host.PRINTED_BYTES - len(self.printed)]

        return printed


class _Life:
    """One life: what it asks of its store, and what ended it."""

    def __init__(self, serve):
        self.serve, self.subject, self.over, self.during = serve, None, None, ""
        self.too_deep = Doubtful(f"it asks its store too deep in itself. {JUDGED}")

    def does(self, method, act):
        """What `act` returns, unless the life ended in it, whatever its code made of that."""
        self.during, value = method, None
        try:
            value = act()
        except BaseException as error:
            is_ours = isinstance(error, Faulty)
            self.over = self.over or (error if is_ours else Faulty(_told(method, error)))
        if self.over:
            raise self.over
        return value

    def store(self, service):
        """An object of a class of its own, on which a life may hang what it likes."""
        store = type("Service", (), {})()
        for name in service:
            setattr(store, name, self._operation(name))
        return store

    def _operation(self, name):
        around = len(json.dumps({"ask": name, "arguments": 0}))  # with a line's end

        def operation(*arguments, **named):
            if self.over is None:
                try:
                    given = host.in_order(name, arguments, named)
                    given = _crossed(self.during, given, around)
                    return self._served(name, given)
                except (Died, Faulty, Doubtful) as over:
                    self.over = over
            raise GeneratorExit  # of C: nobody can hang a thing onto it; and a generator ends by it

        operation.__name__ = operation.__qualname__ = name
        return operation

    def alive(self):
        """Nothing, while it is."""
        if self.over is not None:
            raise GeneratorExit

    def _served(self, name, given):
        try:
            return _copy(self.serve(name, given))
        except RecursionError:  # there is no telling what was done, and what not
            self.over = self.too_deep
            raise

    def break_off(self, words):
        """The end of a life that does what cannot be judged."""
        self.over = self.over or Doubtful(words)
        raise GeneratorExit


def _told(method, error):
    try:
        return f"{method}: {host.describe(error)}"
    except BaseException:  # of an error of the student's that has no words
        return f"{method}: the process ended before it answered"


def _crossed(method, value, around=ANSWER):
    """`value` as it would cross to another process, in a line with `around` more letters."""
    if _is_quick(value):
        return _copy(value)
    text = json.dumps(value)
    if len(text) + around > host.LINE_BYTES:
        raise Faulty(f"{method}: more than {host.LINE_BYTES:,} bytes in one answer")
    return json.loads(text)


def _is_quick(value):
    """Whether it is plain, and short."""
    parts = value if type(value) is list else [value]
    if len(parts) > MOST_QUICK_PARTS or not all(map(_is_plain, parts)):
        return False
    return sum(len(part) for part in parts if type(part) is str) < MOST_QUICK


def _is_plain(value):
    kind = type(value)
    if kind is int:
        return -(10**18) < value < 10**18
    return kind is bool or value is None or kind is str


def _copy(value):
    """A copy of plain data, lists and all."""
    if type(value) is list:
        return [_copy(part) for part in value]
    if type(value) is dict:
        return {name: _copy(part) for name, part in value.items()}
    return value
