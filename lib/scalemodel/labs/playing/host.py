"""The room next door: runs a student's file in a process of its own.

    python host.py 3     (started by `labs.playing.player.Apart`, never by hand)

One process is one life: a fork of a process that has run nothing of the student's, for a
new Python would take twenty times as long. It reads lines of JSON: first the source, then
calls. While a call runs, everything the student asks of the world goes out as a line, and
the answer comes back as one. Nothing that decides a grade is here: no seed, no history,
no check.

What is refused to the student's code: `scalemodel` itself, new processes, sockets, and
every file but Python's own, which it may read. That stops accidents and lazy cheats, not
an attacker.

Left out: isolation by the system, which is the institution's container.
Sources: Python's audit events (PEP 578) and resource limits.
"""

__all__ = [
    "FILE_BYTES", "PLAIN", "PRINTED_BYTES", "REFUSED", "UNHEARD", "WORDS", "Service", "describe",
    "is_within", "main",
]  # fmt: skip
__dir__ = lambda: __all__

import contextlib
import json
import os
import signal
import socket
import sys
import types

PRINTED_BYTES = 64_000  # that are kept
FILE_BYTES = 4_000_000  # that may be printed in one life
REFUSED = (
    *("os.fork", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.kill", "subprocess."),
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"),
    *("os.chmod", "os.chown", "os.utime", "shutil.", "socket.", "sqlite3."),
)
UNHEARD = ("mkfifo", "mknod")  # of which Python says nothing to a hook: they are taken away
WORDS = 300
PLAIN = "use int, str, list, dict or None"


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
        def operation(*arguments):
            return ask(name, list(arguments))

        operation.__name__ = name
        return operation


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
    module = sys.modules["answer"] = types.ModuleType("answer")
    space, subject = module.__dict__, None
    try:
        exec(compile(first["source"], "answer.py", "exec"), space)
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


def is_within(path, places):
    """Whether `path` is one of `places`, or lies below one.

    >>> is_within("/usr/lib/x", ["/usr/lib"]), is_within("/usr/library/x", ["/usr/lib"])
    (True, False)
    """
    return f"{path}/".startswith(tuple(f"{place.rstrip('/')}/" for place in places))


def _lock_up(limits, readable):
    import resource

    for name, most in limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (most, most))

    def refuse(event, arguments):
        if event.startswith(REFUSED):
            raise PermissionError(f"a submission may not use {event}")
        if event == "import" and arguments[0].split(".")[0] == "scalemodel":
            raise ImportError("a submission is graded without scalemodel: write it yourself")
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            path, mode, flags = arguments
            writes = (mode and set("wax+") & set(mode)) or (flags or 0) & (
                os.O_WRONLY | os.O_RDWR | os.O_CREAT
            )
            inside = is_within(os.path.realpath(os.fsdecode(path)), readable)
            if writes or not inside:
                raise PermissionError(f"a submission may not open {os.fsdecode(path)}")

    for module in (os, sys.modules["posix"]):
        for name in UNHEARD:
            with contextlib.suppress(AttributeError):
                delattr(module, name)
    sys.addaudithook(refuse)


def _live(come, go, printed, folder):
    """A whole life, in the process that was forked for it; it never returns."""
    with contextlib.suppress(BaseException):
        os.setsid()
        os.fchdir(folder)
        for number in (1, 2):
            os.dup2(printed, number)
        for number in (printed, folder):
            os.close(number)
        lines, out = os.fdopen(come, "r"), os.fdopen(go, "w")
        limits = json.loads(lines.readline())
        readable = (
            *{os.path.abspath(sys.prefix), os.path.realpath(sys.prefix), sys.base_prefix},
            *{os.path.dirname(os.__file__), "/dev/null", "/dev/urandom", "/usr/lib", "/lib"},
            "/etc/localtime",
        )
        _lock_up(limits, readable)

        def write(line):
            out.write(line + "\n")
            out.flush()

        main(iter(lines.readline, ""), write)
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
    os._exit(0)


def _nursery(line):
    """A life for each `b`, with its four files; `w` waits for its end and tells its code."""
    born = None
    while True:
        word, files, *_ = socket.recv_fds(line, 1, 4)
        if word == b"b":
            born = os.fork()
            if not born:
                line.close()
                _live(*files)
            for number in files:
                os.close(number)
            line.sendall(b"%d\n" % born)
        elif word == b"w":
            code = os.waitstatus_to_exitcode(os.waitpid(born, 0)[1])
            line.sendall(b"%d\n" % code)
        else:
            if born:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(born, signal.SIGKILL)
            return


if __name__ == "__main__":
    _nursery(socket.socket(fileno=int(sys.argv[1])))
