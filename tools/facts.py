"""Prints the facts that somebody was to look at again by now.

    python tools/facts.py

It never fails: a date that passes is no fault of the change at hand.
"""

import datetime
from pathlib import Path

from scalemodel.stage.reading.facts import ledger, overdue

ROOT = Path(__file__).parents[1]


def main():
    today = datetime.date.today().isoformat()
    for line in report(ROOT / "book", today):
        print(line)


def report(book, today):
    """One line for each overdue fact of every ledger in `book`, or one that says there is none."""
    lines = [
        f"{path.parent.name}.{late.id}: review was due {late.review_by} ({late.source})"
        for path in sorted(book.glob("*/facts.yml"))
        for late in overdue(ledger(path), today)
    ]
    return lines or ["No fact is overdue."]


if __name__ == "__main__":
    main()
