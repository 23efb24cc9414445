"""Plants small faults in a copy of the tree, one at a time, and says which no test saw.

    python tools/mutants --room twitter          each module of a room
    python tools/mutants --module core/stats     one
    python tools/mutants --changed origin/main   those that differ from a commit
    python tools/mutants --week                  the room whose turn it is this week

A module's tests are its own examples, its limits, and those files of its room that import it; where none
does, those that reach it by the fewest imports. What runs plainly within two seconds runs so,
first and cheapest first, until one fails; if none does, all run as machine code, which each
fault makes anew. What was found stands in `_build/mutants`, so a run that was broken off goes on.

Several modules share the minutes: where tests are slow, fewer of the drawn ones are tried, ten
at the least, and the same command again goes on with the others.

`tests/<room>/same.toml` lists faults that leave the program the same, and why. Ends in 1 if
less than 95 of 100 of the others were seen in some module.
"""

import argparse
import datetime
import math
import queue
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from drawn import draw
from tqdm import tqdm
from tried import LIB, ROOT, Suite, Tree, tests_of

IN_TURN = ["core", "parts", "twitter"]  # rooms that have come to ENOUGH, for `make thorough`
ENOUGH = 0.95
WORKERS = 2
LEAST = 10  # tried of a module, however late it is


def main():
    options = _options()
    modules = _modules(options)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        rows = _rows(modules, options)
    except KeyboardInterrupt:
        sys.exit("broken off; the same again goes on from here")
    print(f"\n{'module':36} drawn killed lived same  killed of the others")
    for module, (killed, lived, same, _) in rows:
        counts = f"{killed + len(lived) + same:6}{killed:7}{len(lived):6}{same:5}"
        print(f"{module:36}{counts}{ratio(killed, lived):22.1%}")
    for _, (_, lived, _, _) in rows:
        print(*(f"\n{mutant}" for mutant in lived), sep="")
    if left := sum(left for _, (*_, left) in rows):
        print(f"\n{left} more are drawn and not tried yet: the same again goes on with them")
    sys.exit(any(ratio(killed, lived) < ENOUGH for _, (killed, lived, _, _) in rows))


def _rows(modules, options):
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees = [Tree(Path(folder, str(number))) for number in range(WORKERS)]
        began_s, rows = time.monotonic(), []
        share_s = 60 * options.minutes / len(modules) if len(modules) > 1 else math.inf
        for number, module in enumerate(modules, 1):
            rows.append((module, try_module(module, trees, options, began_s + number * share_s)))
        return rows


def ratio(killed, lived):
    return killed / (killed + len(lived)) if killed or lived else 1.0


def _options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--room", default="")
    parser.add_argument("--module", default="", help="a path below lib/scalemodel")
    parser.add_argument("--changed", default="", help="a commit to compare with")
    parser.add_argument("--week", action="store_true")
    parser.add_argument("--most", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=40, help="for several modules together")
    return parser.parse_args()


def _modules(options):
    room = options.room
    if options.week:
        room = IN_TURN[datetime.date.today().isocalendar().week % len(IN_TURN)]
    module = options.module.removeprefix(f"{LIB}/").removesuffix(".py")
    found = [path.relative_to(ROOT / LIB).as_posix() for path in (ROOT / LIB).rglob("*.py")]
    found = [name for name in sorted(found) if not room or name.startswith(f"{room}/")]
    found = [name for name in found if not module or name == f"{module}.py"]
    if options.changed:
        command = ["git", "diff", "--name-only", options.changed, "--", LIB]
        names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        found = [name for name in found if f"{LIB}/{name}" in names.stdout.split()]
    elif not room and not module:
        sys.exit("say which: ROOM=twitter, MODULE=core/stats or CHANGED=1")
    if not found and not options.changed:
        sys.exit(f"ROOM={room} MODULE={module} is no room or module of {LIB}")
    return found


# ── One module ──────────────────────────────────────────────────────────────
def try_module(module, trees, options, until_s):
    """How many were killed, which lived, how many are the same program, and how many are left."""
    tree = trees[0].folder
    drawn = draw((tree / LIB / module).read_text(), module, options.most, options.seed)
    same = _listed_as_same(module, tree)
    tried = [one for one in drawn if (one.module, one.where, one.line, one.becomes) not in same]
    if not tried:
        return 0, [], len(drawn), 0
    suite = Suite(tests_of(module, tree), trees)
    free = queue.Queue()
    for tree in trees:
        free.put(tree)

    def lives(mutant):
        tree = free.get()
        try:
            late = time.monotonic() > until_s and mutant not in tried[:LEAST]
            return None if late and not suite.knows(mutant) else suite.passes(mutant, tree)
        finally:
            free.put(tree)

    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            answers = tqdm(pool.map(lives, tried), total=len(tried), desc=module, leave=False)
            answers = [*answers]
        except BaseException:
            Tree.stop_all()
            pool.shutdown(cancel_futures=True)
            raise
    lived = [mutant for mutant, alive in zip(tried, answers, strict=True) if alive]
    return answers.count(False), lived, len(drawn) - len(tried), answers.count(None)


def _listed_as_same(module, tree):
    file = tree / "tests" / Path(module).parts[0] / "same.toml"
    listed = tomllib.loads(file.read_text())["same"] if file.is_file() else []
    return {(one["module"], one["where"], one["line"], one["becomes"]) for one in listed}


if __name__ == "__main__":
    main()
