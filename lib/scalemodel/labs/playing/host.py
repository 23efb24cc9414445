"""The room next door: runs a student's file in a process of its own.

`labs.playing.nursery` starts it, never a hand. One process is one life: a fork of a process
that has run nothing of the student's, for a new Python would take twenty times as long, and
that is never told how a life ended, for the next would inherit it. It reads lines of JSON:
first the source, then calls. While a call runs, what the student asks of the world goes out as
a line, and the answer comes back as one. Nothing that decides a grade is here.
What is refused to the student's code, and by whom, is in `labs.playing.refusal`.

Left out: a container, which is the institution's.
Sources: Python's resource limits.
"""

__all__ = [
    "FILE_BYTES", "LINE_BYTES", "PLAIN", "PRINTED_BYTES", "TAKES", "WAIT_S", "WORDS", "Service",
    "begin", "describe", "in_order", "main", "run",
]  # fmt: skip
__dir__ = lambda: __all__

import contextlib
import importlib
import io
import json
import os
import select
import signal
import socket
import sys
import types

PRINTED_BYTES = 64_000  # that are kept
FILE_BYTES = 4_000_000  # of a file in one life; of what is printed half as much is written
LINE_BYTES = 20_000  # of an answer: a page of thousands of tweets is none
WORDS = 300
WAIT_S = 0.001
PLAIN = "use int, str, list, dict or None"
TAKES = {"push": ("key", "value"), "newest": ("key", "n"), "put": ("key", "value"), "get": ("key",)}


class Service:
    """What a student's object holds of the world: named operations, and nothing else.

    >>> store = Service(["get"], lambda name, args: f"{name} {args[0]}")
    >>> store.get("home:3")
    'get home:3'
    """

    def __init__(self, names, ask):
        for name in names:
            setattr(self, name, self._operation(name, ask))

    @staticmethod
    def _operation(name, ask):
        def operation(*arguments, **named):
            return ask(name, in_order(name, arguments, named))

        operation.__name__ = operation.__qualname__ = name
        return operation


def in_order(name, arguments, named):
    """The arguments of the operation `name`, those that were given by name in their places.

    >>> in_order("newest", ("home:3",), {"n": 5})
    ['home:3', 5]
    """
    takes = TAKES.get(name, ())
    places = takes[len(arguments) :]
    if more := sorted(set(named) - set(places)):
        raise TypeError(f"store.{name} takes {', '.join(takes)}; {more[0]} is one too many")
    return [*arguments, *(named[place] for place in places if place in named)]


def main(lines, write):
    """Load the source that the first of `lines` brings, then answer one call a line.

    >>> source = "class A:\\n    def __init__(self, store): pass\\n    def two(self): return 2"
    >>> first = {"source": source, "name": "A", "service": []}
    >>> calls = [{"call": name, "arguments": []} for name in ("__init__", "two")]
    >>> said = []
    >>> main(map(json.dumps, [first, *calls]), said.append)
    >>> said
    ['{"names": ["A"]}', '{"value": null}', '{"value": 2}']
    """

    def say(**message):
        write(json.dumps(message))

    def ask(name, arguments):
        say(ask=name, arguments=arguments)
        answer = json.loads(next(lines))
        if "refused" in answer:
            raise ValueError(answer["refused"])
        return answer["value"]

    first = json.loads(next(lines))
    subject = None
    try:
        space = run(first["source"])
        say(names=sorted(name for name in space if not name.startswith("_")))
    except BaseException as error:
        return say(error=describe(error))
    for line in lines:
        call = json.loads(line)
        try:
            if call["call"] == "__init__":
                service = Service(first["service"], ask)
                subject = space[first["name"]](service, *call["arguments"])
                value = None
            elif not hasattr(subject, call["call"]):
                say(error=f"{first['name']} has no method {call['call']}")
                continue
            else:
                value = getattr(subject, call["call"])(*call["arguments"])
        except BaseException as error:
            say(error=describe(error))
            continue
        try:
            say(value=value)
        except (TypeError, ValueError, RecursionError) as error:
            say(error=f"{error}; {PLAIN}")
    return None


def run(source):
    """The names of a new module that `source` fills.

    >>> run("x = 7")["x"]
    7
    """
    module = sys.modules["answer"] = types.ModuleType("answer")
    exec(compile(source, "answer.py", "exec"), vars(module))
    return vars(module)


def describe(error):
    """The error's kind, its words, and the line of the student's file.

    >>> describe(KeyError("home:3"))
    "KeyError: 'home:3'"
    """
    line, trace = None, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "answer.py":
            line = trace.tb_lineno
        trace = trace.tb_next
    words = str(error)
    if isinstance(error, SyntaxError):
        words, line = error.msg, error.lineno
    words = " ".join(words.split())[:WORDS]
    where = f" (line {line})" if line else ""
    return f"{type(error).__name__}: {words}{where}" if words else type(error).__name__ + where


def _set_limits(limits):
    import resource

    for name, most in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (most, most))


class _Paper(io.FileIO):
    """What a life prints to: the file, until it is full, and then nothing."""

    left = FILE_BYTES // 2

    def write(self, data):
        if self.left > 0:
            super().write(data[: self.left])
            self.left -= len(data)
        return len(data)


def _live(come, go, printed, folder, locks):
    """A whole life, in the process that was forked for it; it never returns."""
    with contextlib.suppress(BaseException):
        os.setsid()
        os.fchdir(folder)
        for number in (1, 2):
            os.dup2(printed, number)
        for number in (printed, folder):
            os.close(number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # no life shares it with another
        paper = io.TextIOWrapper(io.BufferedWriter(_Paper(1, "w", closefd=False)), "utf-8",
                                 "backslashreplace", line_buffering=True)  # fmt: skip
        sys.stdout = sys.stderr = paper  # who is killed has said its last line
        lines, out = os.fdopen(come, "r"), os.fdopen(go, "w")
        limits = json.loads(lines.readline())
        _set_limits(limits)
        for lock in locks:
            lock()

        def write(line):
            out.write(line + "\n")
            out.flush()

        main(iter(lines.readline, ""), write)
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
    os._exit(0)


def begin(refusal, words):
    """The process that lives are forked from; `words` are its line, its guard, its modules."""
    number, guard, *names = words
    locks = [refusal.kernel_lock()] * (guard == "kernel") + [refusal.python_lock]
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    refusal.read_mapped()
    _nursery(socket.socket(fileno=int(number)), locks)


def _nursery(line, locks):
    """A life for each `b`, with its four files; what is known of its end ends with who waits for it."""
    while True:
        word, files, *_ = socket.recv_fds(line, 1, 4)
        if word != b"b":
            return
        waits = os.fork()
        if not waits:
            _wait(line, files, locks)
        for number in files:
            os.close(number)
        if os.waitpid(waits, 0)[1]:
            return


def _wait(line, files, locks):
    """Fork a life, and on `w` tell the code of its end; kill it if nobody is there to ask."""
    failed = True
    with contextlib.suppress(BaseException):
        born = os.fork()
        if not born:
            line.close()
            _live(*files, locks)
        for number in files:
            os.close(number)
        line.sendall(b"%d\n" % born)
        ended = (0, 0)
        if line.recv(1) == b"w":
            while not ended[0] and not select.select([line], [], [], WAIT_S)[0]:
                ended = os.waitpid(born, os.WNOHANG)
        if ended[0]:
            line.sendall(b"%d\n" % os.waitstatus_to_exitcode(ended[1]))
        else:  # nobody is there to hear of it
            os.killpg(born, signal.SIGKILL)
        failed = False
    os._exit(failed)
