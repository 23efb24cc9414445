"""The library, quoted: a chapter shows the code that runs, never a copy of it.

A copied listing is a photograph of a river. `show_source` reads the function where it
lives, so that the page shows today's.

Left out: whole modules; the reference pages list what is in them.
Sources: none.
"""

__all__ = ["Source", "show_source"]
__dir__ = lambda: __all__

import ast
import inspect
import textwrap
from collections.abc import Callable


class Source:
    """A piece of the library's code, highlighted on the site and in Jupyter alike.

    >>> Source("def f():\\n    return 1", "scalemodel.nowhere.f")._repr_mimebundle_()["text/plain"]
    'scalemodel.nowhere.f\\n\\ndef f():\\n    return 1'
    """

    def __init__(self, code: str, caption: str):
        self.code, self.caption = code, caption

    def __repr__(self):
        return f"{self.caption}\n\n{self.code}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        markdown = f"```python\n{self.code}\n```\n\n*From* `{self.caption}`"
        return {"text/markdown": markdown, "text/plain": repr(self)}


def show_source(thing: Callable | type, *parts: str, docstring: bool = True) -> Source:
    """The source of a function, a class or a policy, with where it lives as its caption.

    `parts` name the methods of a class to show, without the rest; `docstring=False`
    leaves the docstrings out.

    >>> from scalemodel.core.rng import stream
    >>> show_source(stream).caption
    'scalemodel.core.rng.stream'
    >>> from scalemodel.stage.look.tables import Table
    >>> print(show_source(Table, "__init__").code)
    class Table:
        ...
        def __init__(self, frame: pd.DataFrame, caption: str):
            self.frame, self.caption = frame, caption
    """
    bare = inspect.unwrap(thing) if callable(thing) else thing
    if not (inspect.isfunction(bare) or inspect.isclass(bare)):
        raise ValueError(f"thing={thing!r} must be a function or a class")
    code = textwrap.dedent(inspect.getsource(bare)).rstrip()
    if parts:
        code = _only(code, bare, parts)
    if not docstring:
        code = _without_docstrings(code)
    return Source(code, f"{bare.__module__}.{bare.__qualname__}")


def _only(code, thing, parts):
    tree, lines = ast.parse(code).body[0], code.splitlines()
    if not isinstance(tree, ast.ClassDef):
        raise ValueError(f"parts={parts!r} must be empty for {thing.__name__}, which has none")
    methods = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    shown = [f"class {tree.name}:"]
    for part in parts:
        if part not in methods:
            raise ValueError(f"part={part!r} must be one of {', '.join(methods)}")
        node = methods[part]
        first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
        shown += ["    ...", *lines[first - 1 : node.end_lineno]]
    return "\n".join(shown)


def _without_docstrings(code):
    lines, dropped = code.splitlines(), set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            quoted = node.body[0]
            dropped |= set(range(quoted.lineno, quoted.end_lineno + 1))
            if len(node.body) > 1 and not lines[quoted.end_lineno].strip():
                dropped.add(quoted.end_lineno + 1)
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in dropped)
