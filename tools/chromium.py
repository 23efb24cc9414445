"""Finds a Chromium for the browser tests, or installs one where the system allows it.

    python tools/chromium.py

Looked for: $CHROMIUM, the usual names on the PATH, and Playwright's own download. The one
without windows comes first: it draws the same pages in less time.
Installed: by apt-get where this user may, else by Playwright. Where neither works
the browser tests are listed as not run, with how to get one.
"""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable", "chrome",
)  # fmt: skip
HOW = "install Chromium (Debian: apt-get install chromium), or name one in CHROMIUM"


def find():
    """The path of a Chromium that starts, or None."""
    named = os.environ.get("CHROMIUM")
    found = [named] if named else [*(shutil.which(name) for name in NAMES), _playwrights_own()]
    return next((path for path in found if path and _starts(path)), None)


def install():
    """Tries the ways this system offers; silent about those that fail."""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        options = {**quiet, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        apt = [["update"], *(["install", "-y", package] for package in NAMES[:2])]
        for command in apt:
            with suppress(OSError, subprocess.CalledProcessError):
                subprocess.run([*root, "apt-get", *command], check=True, **options)
                if command[0] == "install":
                    return
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    subprocess.run(playwright, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _playwrights_own():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as browsers:
        path = Path(browsers.chromium.executable_path)
    return str(path) if path.is_file() else None


def _starts(path):
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


if __name__ == "__main__":
    if not find() and not os.environ.get("CHROMIUM"):
        print("No Chromium found; trying to install one ...")
        install()
    print(f"Chromium: {find() or 'none; the browser tests will not run: ' + HOW}")
