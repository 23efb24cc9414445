"""The limits of a room: what its public names allow, what they take if nothing is said, constants.

A limit moved by one is seen by no test that tries a value far outside, a default moved by
one by no test that gives the value, and there are hundreds. So they stand in a table,
`tests/<room>/limits.toml`, beside the tests:

    .venv/bin/python -m tests.laws.limits twitter > tests/twitter/limits.toml

writes it anew, and whoever reads the change sees which limit has moved.
"""

import ast
import contextlib
import dataclasses
import importlib
import inspect
import json
import sys
from unittest.mock import patch

from scalemodel.core import checks
from scalemodel.core.compiled import Compiled
from tests.house.test_docstrings import NAMES, public
from tests.laws.wrong_arguments import docs, run

ASKED = ("real", "whole", "numbers_row")
PLAIN = (int, float, bool, str, tuple)
LONGEST = 400  # of a constant; what is longer is a table, and has tests of its own


def allowed(name):
    """`{function: [what it allows]}` of a module, as its examples ask `core.checks`, and defaults."""
    module, asked = importlib.import_module(name), {}
    if constants := set(_constants(module)):
        asked["constants"] = constants
    for _, thing in public(module):
        for function, line in _defaults(thing):
            asked.setdefault(function, set()).add(line)

    def noting(kind, check):
        def noted(field, value, **bounds):
            code, caller = sys._getframe(1).f_code, sys._getframe(1).f_globals["__name__"]
            if caller == name:
                limits = [f"{bound.replace('_', ' ')} {limit!r}" for bound, limit in bounds.items()
                          if bound != "hint"]  # fmt: skip
                line = ", ".join([f"{field}: {kind}", *map(str, limits)])
                asked.setdefault(code.co_qualname, set()).add(line)
            return check(field, value, **bounds)

        return noted

    def made_plain(config, plain=checks.plain):
        code, caller = sys._getframe(1).f_code, sys._getframe(1).f_globals["__name__"]
        if caller == name:
            asked.setdefault(code.co_qualname, set()).add("its numbers: Python's own")
        return plain(config)

    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.object(checks, "plain", made_plain))
        for kind in ASKED:
            stack.enter_context(patch.object(checks, kind, noting(kind, getattr(checks, kind))))
        for _, thing in public(module):
            for doc in docs(thing):
                run(doc, module)
    return {function: sorted(lines) for function, lines in sorted(asked.items())}


def _constants(module):
    """Numbers, texts and configs that a module itself names in capitals."""
    tree = ast.parse(inspect.getsource(module))
    for node in tree.body:
        names = node.targets if isinstance(node, ast.Assign) else ()
        for target in ast.walk(ast.Tuple(list(names))):
            if isinstance(target, ast.Name) and target.id.isupper():
                value = getattr(module, target.id)
                if type(value) in PLAIN or dataclasses.is_dataclass(value):
                    line = f"{target.id} = {value!r}"
                    if len(line) <= LONGEST and " at 0x" not in line:
                        yield line


def _defaults(thing):
    parts = {**vars(thing), "__init__": thing} if inspect.isclass(thing) else {"": thing}
    for name, part in parts.items():
        bare = getattr(part, "__func__", part)
        if isinstance(bare, Compiled) or (name.startswith("_") and bare is not thing):
            continue
        if not (inspect.isfunction(bare) or bare is thing):
            continue
        for parameter in _signature(bare):
            if type(parameter.default) in PLAIN:
                where = f"{thing.__name__}.{name}".removesuffix(".")
                yield where, f"{parameter.name} = {parameter.default!r}"


def _signature(thing):
    try:
        return inspect.signature(thing).parameters.values()
    except ValueError:  # of C
        return ()


def table(room):
    """The text of a room's `limits.toml`."""
    lines = [
        f"# What the public names of `{room}` allow. Written by tests/laws/limits.py: read it."
    ]
    for name in NAMES:
        if name.startswith(f"scalemodel.{room}.") and (found := allowed(name)):
            lines += ["", f'["{name.removeprefix("scalemodel.")}"]']
            for function, limits in found.items():
                lines += [
                    f'"{function}" = [',
                    *(f"    {json.dumps(limit)}," for limit in limits),
                    "]",
                ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table(sys.argv[1]))
