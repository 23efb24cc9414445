"""Tables that read well by eye and by ear.

A table has a caption and a scope on every header, and numbers line up on the
right. The same rows serve the built page, a notebook and a screen reader.

Left out: sorting, merged cells.
Sources: WCAG 2.2, technique H63 (scope) and H39 (caption).
"""

__all__ = ["NUMBER", "Table", "table", "table_html"]
__dir__ = lambda: __all__

import re
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

# A number as it is printed, perhaps with its interval; a name may hold digits.
NUMBER = re.compile(r"[−+]?[\d,]+(\.\d+)?([ \u00a0]±[ \u00a0][\d,]+(\.\d+)?)?|nan|[−+]?inf|∞|")


class Table:
    """A data frame with a caption; shows itself as HTML or as plain text.

    >>> print(table({"seat": ["a", "b"], "wait, s": [1.5, -1200]}, caption="Waits."))
    Waits.
    seat  wait, s
       a      1.5
       b −1,200.0
    """

    def __init__(self, frame: pd.DataFrame, caption: str):
        self.frame, self.caption = frame, caption

    def __repr__(self):
        return f"{self.caption}\n{self._in_print().to_string(index=False)}"

    def _in_print(self):
        """The frame as text: thousands set apart, and a minus that is one."""
        frame = self.frame.astype(str)
        for name in self.frame.select_dtypes("number"):
            frame[name] = [f"{value:,}".replace("-", "−") for value in self.frame[name]]
        return frame

    def _repr_mimebundle_(self, include=None, exclude=None):
        rows = self._in_print().to_numpy().tolist()
        numeric = [
            any(column) and all(map(NUMBER.fullmatch, column)) for column in zip(*rows, strict=True)
        ]
        html = table_html(list(self.frame.columns), rows, self.caption, numeric)
        return {"text/html": html, "text/plain": repr(self)}


def table(columns: Mapping[str, Sequence] | pd.DataFrame, caption: str) -> Table:
    """A table of `columns`: name to values, all of one length, unit in the name.

    The first column heads its rows. Values are printed as they are: round first.

    >>> table({"a": [1], "b": [2]}, caption="One row.").frame.shape
    (1, 2)
    """
    if not caption:
        raise ValueError(f"caption={caption!r} must say what the table shows")
    return Table(pd.DataFrame(columns), caption)


def table_html(
    header: Sequence[str], rows: Sequence[Sequence[str]], caption: str, numeric: Sequence[bool]
) -> str:
    """A table of text cells as accessible HTML; the first cell of a row is its header.

    >>> html = table_html(["n", "kB"], [["a", "3"]], "Sizes.", [False, True])
    >>> '<th scope="row">a</th><td class="sm-number">3</td>' in html
    True
    """
    kinds = [' class="sm-number"' if number else "" for number in numeric]
    head = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>'
        for name, kind in zip(header, kinds, strict=True)
    )
    body = []
    for row in rows:
        first, *rest = row
        cells = "".join(
            f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(rest, kinds[1:], strict=True)
        )
        body.append(f'<tr><th scope="row"{kinds[0]}>{escape(first)}</th>{cells}</tr>')
    return (
        f'<table class="sm-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    )
