"""Says what to run, as arguments for pytest.

    python tools/scope.py room twitter   what belongs to one room
    python tools/scope.py room           everything but builds and browsers
    python tools/scope.py changed BASE   the notebooks that differ from the commit BASE

A room's own are its tests, its docstrings' examples, its notebooks, and what `stage` draws
for it with the tests of that.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = sorted(path.parent.name for path in (ROOT / "lib" / "scalemodel").glob("*/__init__.py"))


def main():
    match sys.argv[1:]:
        case ["room"]:
            print("lib tests --ignore tests/site")
        case ["room", room]:
            print(*of_room(room))
        case ["changed", base]:
            print(*changed(base))
        case _:
            sys.exit(__doc__)


def of_room(room):
    """What pytest shall look at, and `--nbval` where there are notebooks."""
    if room not in ROOMS:
        sys.exit(f"ROOM={room} is no room; there are {', '.join(ROOMS)}")
    drawn = [ROOT / "lib/scalemodel/stage" / room, ROOT / "tests/stage" / room]
    places = [ROOT / "lib" / "scalemodel" / room, ROOT / "tests" / room, *drawn]
    notebooks = sorted((ROOT / "book" / room).glob("*.ipynb"))
    found = [path.relative_to(ROOT) for path in [*places, *notebooks] if path.exists()]
    return [*found, "--nbval"] if notebooks else found


def changed(base):
    """The notebooks whose chapter, or which themselves, differ from `base`, if git knows it."""
    command = [
        "git",
        "diff",
        "--name-only",
        "--end-of-options",
        base,
        "--",
        "book/*.md",
        "book/*.ipynb",
    ]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return []
    paths = {Path(name).with_suffix(".ipynb") for name in done.stdout.split()}
    return sorted(path for path in paths if (ROOT / path).is_file())


if __name__ == "__main__":
    main()
