"""A program that ends when it is dead, whatever it catches.

Where a life is a process, it is killed in the middle of a call. Here death is an error, and
`while True: try: store.put(...)` with a bare `except` would go on for ever. So the program
asks whether it is alive wherever it could go on: as it catches an error, at the end of a
`try`, in each round of a loop, and in each function.

Left out: a loop that asks nobody for anything, which the page ends.
Sources: Python's grammar, `ast`.
"""

__all__ = ["ALIVE", "BEGINS", "mortal"]
__dir__ = lambda: __all__

import ast
import warnings

from scalemodel.core import checks

ALIVE = "__alive__"  # a name that no program may write
BEGINS = (
    ast.ExceptHandler,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
)


@checks.kinds
def mortal(source: str) -> ast.Module:
    """The program, which asks `__alive__` wherever it could go on.

    >>> print(ast.unparse(mortal("while True:\\n    pass")))
    while True:
        __alive__()
        pass
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(source)
    except UnicodeEncodeError:
        raise ValueError(f"source={checks.brief(source)} must be of whole characters") from None
    for node in ast.walk(tree):
        if isinstance(node, BEGINS):
            _ask_first(node.body)
        elif isinstance(node, ast.Try):
            _ask_first(node.finalbody)
    return ast.fix_missing_locations(tree)


def _ask_first(body):
    if body:
        asked = ast.Call(ast.Name(ALIVE, ast.Load()), [], [])
        body.insert(0, ast.copy_location(ast.Expr(asked), body[0]))
