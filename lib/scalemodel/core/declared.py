"""What each room brings to tables that others read, from the `room.toml` beside its modules.

A table that every room must write into is a counter with one queue. So the rows lie with the
rooms that need them, and whoever reads a table gathers it from all of them. A room has what
it needs of these and nothing else:

- `imports`: packages from outside that its modules may import;
- `networked`: its modules that open a connection;
- `[unitless]`: numbers without a unit in their name, each with the reason;
- `[units.<symbol>]`: units that only its numbers have;
- `[colours.<chapter>]`: the hue of each policy, by the name that the chapter prints;
- `[words.<word>]`: a word that is never right `in` some of its places, and what to `say`;
- `[records]`: files of recorded figures, and the module whose runs they are of.

Left out: what a door forbids; that is in `pyproject.toml`.
Sources: none.
"""

__all__ = ["PACKAGE", "TABLES", "by_room", "gathered"]
__dir__ = lambda: __all__

import functools
import tomllib
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
TABLES = {"imports", "networked", "unitless", "units", "colours", "words", "records"}


@functools.cache
def by_room(table: str) -> dict[str, dict | list]:
    """What each room that has a `table` says in it, by the room's name.

    >>> sorted(by_room("imports")["twitter"])
    ['redis', 'websockets']
    """
    if not isinstance(table, str) or table not in TABLES:
        raise ValueError(f"table={table!r} must be one of {', '.join(sorted(TABLES))}")
    return {room: said[table] for room, said in _rooms().items() if table in said}


@functools.cache
def gathered(table: str) -> dict:
    """The rows of a `table` from all rooms in one; two rooms that differ are a `ValueError`.

    >>> gathered("units")["h/min"]["dimension"]
    'pace'
    """
    rows, owner = {}, {}
    for room, said in by_room(table).items():
        for name, row in said.items():
            if rows.setdefault(name, row) != row:
                raise ValueError(
                    f"{room}/room.toml has {table} {name!r} = {row!r}; "
                    f"{owner[name]}/room.toml has {rows[name]!r}: one of them must go"
                )
            owner.setdefault(name, room)
    return rows


@functools.cache
def _rooms():
    said = {}
    for path in sorted(PACKAGE.glob("*/room.toml")):
        said[path.parent.name] = tomllib.loads(path.read_text(encoding="utf-8"))
        unknown = set(said[path.parent.name]) - TABLES
        if unknown:
            known = ", ".join(sorted(TABLES))
            raise ValueError(f"{path} has {min(unknown)!r}; it must have only {known}")
    return said
