"""A tree of supervisors of the reader's own, written as an indented list, and broken piece by piece.

A line with a strategy is a supervisor, one without is a worker. Each of the seven workers is
crashed once, in a fresh tree of real supervisors. Who needs the one that crashed holds on to
something that is gone, so it must start again, too; everybody else had better go on.

Left out: restart types and intensities; all children are permanent.
Sources: none; the seven workers and who needs whom are ours.
"""

__all__ = ["NEEDS", "crashed", "grow", "planted"]
__dir__ = lambda: __all__

from typing import NamedTuple

from scalemodel.stage.python.outcome import HIGH, WIDE, Outcome, drawn, ink
from scalemodel.whatsapp.actors.processes import Clock, System
from scalemodel.whatsapp.actors.supervisors import STRATEGIES, Child, Supervisor

NEEDS = {  # whom each needs, and so all who must start again with one
    "Ada": (), "Bo": (), "Cy": (), "log": (), "index": ("log",), "search": ("index", "log"), "inbox": ("log",),
}  # fmt: skip


class _Line(NamedTuple):
    depth: int
    name: str
    strategy: str
    row: list


def planted(text: str) -> _Line:
    """The tree that `text` says: its first line, with the lines under it in its `row`.

    >>> planted("app one_for_all\\n " + "\\n ".join(NEEDS)).row[1].name
    'Bo'
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"text={text!r} must be lines of names, the top one first")
    path, seen = [], set()
    for line in text.strip("\n").splitlines():
        words = line.split()
        if not words:
            continue
        name, strategy = words[0], words[1] if len(words) > 1 else ""
        if len(words) > 2 or (strategy and strategy not in STRATEGIES):
            raise ValueError(f"{line.strip()!r} must be a name, or a name and one of {', '.join(STRATEGIES)}")  # fmt: skip
        one = _Line(len(line) - len(line.lstrip()), name, strategy, [])
        if path and name == path[-1].name and one.depth > path[-1].depth:
            raise ValueError(f"{name!r} must not be its own supervisor")
        if name in seen:
            raise ValueError(f"{name!r} must stand in one place")
        seen.add(name)
        while path and path[-1].depth >= one.depth:
            top = path.pop()
            if not path:
                raise ValueError(f"{name!r} must stand under {top.name!r}, further to the right")
        if path:
            if not path[-1].strategy:
                raise ValueError(f"{path[-1].name!r} must have a strategy, for {name!r} stands under it")  # fmt: skip
            path[-1].row.append(one)
        else:
            first = one
        path.append(one)
    missing = [name for name in NEEDS if name not in seen]
    if missing or not first.strategy:
        raise ValueError(f"the tree must have a supervisor on top, and {', '.join(missing) or 'all workers'} in it")  # fmt: skip
    return first


def crashed(text: str, victim: str) -> list[str]:
    """The workers that start again when `victim` crashes, in the order in which they do.

    >>> crashed("app one_for_all\\n " + "\\n ".join(NEEDS), "Bo")
    ['Ada', 'Bo', 'Cy', 'log', 'index', 'search', 'inbox']
    """
    started, workers = [], {}

    def child(line):
        if line.strategy:
            return Child(id=line.name, start=tree(line), shutdown_s=None)

        def start(system, me):
            started.append(line.name)
            workers[line.name] = system.spawn(print, link=me)
            return workers[line.name]

        return Child(id=line.name, start=start)

    def tree(line):
        return Supervisor(strategy=line.strategy, children=[child(one) for one in line.row])

    system = System(Clock())
    tree(planted(text)).start(system)
    if victim not in workers:
        raise ValueError(f"victim={victim!r} must be one of {', '.join(workers)}")
    started.clear()
    system.exit(workers[victim], "crash")
    system.run()
    return started


def grow(text: str) -> Outcome:
    """What each crash costs in the tree that `text` says: who starts again, in vain or not at all.

    >>> told = grow("app one_for_all\\n " + "\\n ".join(NEEDS))
    >>> told.words.splitlines()[-1]
    'In vain: 38. Left with something that is gone: 0. Both could be 0.'
    """
    lines, vain, stale, rows = [f"{'crash of':<10}starts again"], 0, 0, []
    for victim in NEEDS:
        again = [name for name in crashed(text, victim) if name in NEEDS]
        owed = {victim, *(name for name, needs in NEEDS.items() if victim in needs)}
        needless, left = [one for one in again if one not in owed], sorted(owed - {*again})
        vain, stale = vain + len(needless), stale + len(left)
        rows.append((victim, again, owed))
        rest = f"; not {', '.join(left)}, who needs it" if left else ""
        lines.append(f"{victim:<10}{', '.join(again)}{rest}")
    right = " Nobody can do better." if vain + stale == 0 else " Both could be 0."
    lines += ["", f"In vain: {vain}. Left with something that is gone: {stale}.{right}"]
    return Outcome("\n".join(lines), _squares(rows))


def _squares(rows):
    """A row is a crash, and a column a worker: who starts again as it must, in vain, or does not."""
    high, left, parts = HIGH / len(rows), 60, []
    step = (WIDE - left) / len(NEEDS)
    for n, (victim, again, owed) in enumerate(rows):
        parts.append(f'<text x="0" y="{(n + 0.8) * high:.1f}">{victim}</text>')
        for m, name in enumerate(NEEDS):
            x, y = left + m * step, n * high
            hue = "green" if name in owed else "orange"
            if name in again:
                parts.append(f'<rect x="{x + 2:.1f}" y="{y + 1:.1f}" width="{step - 4:.1f}" height="{high - 2:.1f}" fill="{ink(hue)}"/>')  # fmt: skip
            elif name in owed:
                parts.append(f'<rect x="{x + 3:.1f}" y="{y + 2:.1f}" width="{step - 6:.1f}" height="{high - 4:.1f}" fill="none" stroke="{ink("red")}" stroke-width="2"/>')  # fmt: skip
    return drawn(("green: again, as it must; orange: in vain; red: must, but does not", "a row a crash", "a column a worker, in the same order"), "".join(parts))  # fmt: skip
