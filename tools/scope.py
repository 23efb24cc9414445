"""Says what to run, as arguments for pytest.

    python tools/scope.py room twitter   what belongs to one room
    python tools/scope.py room           everything but builds and browsers
    python tools/scope.py changed BASE   the notebooks that differ from the commit BASE
    python tools/scope.py pages BASE     the pages whose source differs, by name

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
        case ["pages", base]:
            print(*(pages(base) or []))
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
    paths = {
        Path(name).with_suffix(".ipynb")
        for name in differing(base, "book/*.md", "book/*.ipynb") or []
    }
    return sorted(path for path in paths if (ROOT / path).is_file())


def pages(base):
    """The pages that differ from `base`, or from the last merge where git does not know it.

    A page differs with its text, its quiz and its company's pictures. None where git knows neither.
    """
    merge = git("log", "--merges", "-1", "--format=%H")
    names = differing(base, "book", "lib/scalemodel/stage")
    if names is None and merge:
        names = differing(merge.strip(), "book", "lib/scalemodel/stage")
    if names is None:
        return None
    found = {
        path.relative_to(ROOT).with_suffix("").as_posix(): path
        for path in (ROOT / "book").rglob("*.md")
    }
    return sorted(
        page for page, path in found.items() if any(_touches(name, path) for name in names)
    )


def _touches(name, page):
    beside = Path(name).with_suffix("").with_suffix("") == page.relative_to(ROOT).with_suffix("")
    return beside or name.startswith(f"lib/scalemodel/stage/{page.parent.name}/")


def differing(base, *places):
    """The files in `places` that differ from the commit `base`; None where git does not know it."""
    said = git("diff", "--name-only", "--end-of-options", base, "--", *places)
    return None if said is None else said.split()


def git(*words):
    """What git says to `words`; None where it refuses, or is not here."""
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


if __name__ == "__main__":
    main()
