"""A headless Firefox over its own WebDriver BiDi socket; Playwright cannot drive Debian's.

Left out: whatever these tests do not ask for. A command is one message of JSON, its answer
another with the same id, and what happens on a page comes in between as an event.
Sources: the W3C's WebDriver BiDi.
"""

import itertools
import json
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from websockets.sync.client import connect

from tests.site.conftest import PYTHON_MS

NAMES = ("firefox-esr", "firefox")
HOW = "install Firefox (Debian: apt-get install firefox-esr)"
LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
ANSWER_S = PYTHON_MS / 1000  # one command may wait for Python in the page
# It would call home otherwise; no proxy listens at that port, and our own machine needs none.
QUIET = {
    "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
    "app.update.enabled": False, "datareporting.policy.dataSubmissionEnabled": False,
    "services.settings.server": "http://127.0.0.1:9", "browser.shell.checkDefaultBrowser": False,
    "browser.aboutwelcome.enabled": False, "toolkit.telemetry.enabled": False,
}  # fmt: skip


def find():
    """The path of a Firefox, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def started(**preferences):
    """A Firefox with one page open, under `preferences` of its about:config."""
    rows = (QUIET | preferences).items()
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in rows]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        (Path(profile) / "user.js").write_text("".join(lines))
        command = [find(), "--headless", "--no-remote", "--profile", profile]
        with subprocess.Popen(
            [*command, "--remote-debugging-port", "0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            try:
                address = next(filter(None, map(LISTENS.search, process.stderr)))[1]
                with connect(f"{address}/session", max_size=None, proxy=None) as socket:
                    yield Firefox(socket)
            finally:
                process.terminate()


class Firefox:
    """A page that is driven over `socket`.

    `faults` gathers what the page complains of: errors, warnings, exceptions.
    """

    def __init__(self, socket):
        self.socket, self.numbers, self.faults = socket, itertools.count(1), []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.page = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method, **params):
        """The answer to a command; what happens meanwhile is noted."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv(timeout=ANSWER_S))
            if message.get("id") == number:
                assert message["type"] == "success", message
                return message["result"]
            entry = message.get("params", {})
            if entry.get("level") in ("error", "warn"):
                self.faults.append(f"{entry['level']}: {entry['text']}")

    def open(self, address):
        """Goes there and waits until everything has loaded."""
        self.run("document.fonts.ready.then(() => true)")  # a face that is left half way is a fault
        self.ask("browsingContext.navigate", context=self.page, url=address, wait="complete")

    def run(self, script):
        """What the expression `script` gives on the page, once it is settled, by way of JSON."""
        answer = self.ask(
            "script.evaluate", expression=f"(async () => JSON.stringify(await ({script})))()",
            awaitPromise=True, target={"context": self.page},
        )  # fmt: skip
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"].get("value", "null"))
