"""A report as a table: in Jupyter it shows as one, and pandas gets it as a frame.

A report is a drawer of figures, each with its name. Laid out on a table, what is one number
stands once, and rows of numbers stand beside each other, an entry of each in a line. What
lies inside has its place in its name, behind a dot: `ended.good`, `mean_waits_s.0`.

Left out: units, which are in the names.
Sources: pandas' `json_normalize`, for the dots.
"""

__all__ = ["Tabular"]
__dir__ = lambda: __all__

import dataclasses
import inspect
from collections import Counter
from collections.abc import Mapping

import numpy as np


class Tabular:
    """What every report is: a table in Jupyter, a frame for pandas.

    >>> @dataclasses.dataclass(frozen=True, slots=True)
    ... class Tea(Tabular):
    ...     cups: int
    ...     wait_s: np.ndarray
    >>> print(Tea(2, np.array([3.0, 4.5])).to_frame())
       cups  wait_s
    0     2     3.0
    1     2     4.5
    """

    __slots__ = ()

    def to_frame(self):
        """The figures as a pandas `DataFrame`: a row for each entry of what has entries, or one."""
        import pandas as pd  # a model does without

        once, rows = _apart(self._figures())
        count = len(next(iter(rows.values()))) if rows else 1
        return pd.DataFrame({**once, **rows}, index=range(count))

    def _repr_html_(self):
        import pandas as pd

        once, rows = _apart(self._figures())
        frames = pd.Series(once, dtype=object).to_frame("figure"), pd.DataFrame(rows)
        return "".join(frame._repr_html_() for frame in frames if len(frame))

    def _figures(self):
        """Fields and properties by name; a report that shows itself otherwise says so here."""
        return _parts(self)


def _parts(record):
    if isinstance(record, tuple):
        return record._asdict()
    kind = type(record)
    told = [name for name, part in inspect.getmembers(kind, inspect.isdatadescriptor)
            if isinstance(part, property) and not name.startswith("_")]  # fmt: skip
    return {name: getattr(record, name) for name in
            [*(field.name for field in dataclasses.fields(kind)), *told]}  # fmt: skip


def _apart(figures):
    """What stands once and what stands in rows, both by name."""
    flat = dict(_flat("", figures))
    lengths = Counter(len(row) for row in flat.values() if isinstance(row, np.ndarray))
    most = max(lengths, key=lambda length: (lengths[length], length), default=None)
    once, rows = {}, {}
    for name, value in flat.items():
        if not isinstance(value, np.ndarray):
            once[name] = value
        elif len(value) != most:  # a row of another length: each entry has its name
            once |= {f"{name}.{at}": entry for at, entry in enumerate(value.ravel())}
        elif value.ndim == 1:
            rows[name] = value
        else:
            columns = value.reshape(most, -1).T
            rows |= {f"{name}.{at}": column for at, column in enumerate(columns)}
    return once, rows


def _flat(name, value):
    """Name and value of all that lies in `value`: numbers, words and rows of numbers."""
    if _is_record(value):
        value = _parts(value)
    elif isinstance(value, list | tuple):
        records = [_parts(part) for part in value if _is_record(part)]
        alike = records and len(records) == len(value)
        value = (
            {key: np.array([one[key] for one in records]) for key in records[0]}
            if alike
            else dict(enumerate(value))
        )
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(f"{name}.{key}".lstrip("."), part)
    elif isinstance(value, np.ndarray) and value.ndim == 0:
        yield name, value.item()
    else:
        yield name, value


def _is_record(value):
    return dataclasses.is_dataclass(value) or hasattr(value, "_fields")
