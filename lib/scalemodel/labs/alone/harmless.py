"""Which programs can be judged where nothing stands between them and the grader: plain ones.

On a page a student's code lives in the grader's own interpreter, and no system is there to
refuse it anything. So it gets few built-in names and few modules, made anew for each life and
of parts that cannot be changed; and what could lead from an object to what made it, or be
left there for the next life, is not judged at all: a doubt is told in words. The command
judges it.

Left out: time and memory, which are the page's to bound.
Sources: Python's data model; RestrictedPython's list of attributes that lead out.
"""

__all__ = ["FIELD", "JUDGED", "LEAD_OUT", "NAMES", "OUT", "doubt_of", "leads_out"]
__dir__ = lambda: __all__

import ast
import re
import warnings

from scalemodel.core import checks

JUDGED = "The notebook and the command can judge it"
NAMES = """
    __init__ __repr__ __str__ __len__ __bool__ __iter__ __next__ __contains__ __hash__ __call__
    __getitem__ __setitem__ __delitem__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __neg__
    __add__ __radd__ __iadd__ __sub__ __rsub__ __mul__ __rmul__ __or__ __and__ __enter__ __exit__
    __slots__ __name__ __future__
"""  # with two underlines at both ends, that a plain program writes
LEAD_OUT = """
    mro format format_map ag_await ag_code ag_frame cr_await cr_code cr_frame cr_origin
    f_back f_builtins f_code f_generator f_globals f_locals gi_code gi_frame gi_yieldfrom
    tb_frame tb_next
"""  # to a class's parents, to a frame, to whatever a text names
FIELD = re.compile(r"\{[^}:!]*[.\[]")  # of a text that is formatted, which asks for a part
_NAMES, _LEAD_OUT = frozenset(NAMES.split()), frozenset(LEAD_OUT.split())


@checks.kinds
def doubt_of(source: str) -> str:
    """In words, what of `source` cannot be judged in the grader's own interpreter, if anything.

    >>> doubt_of("class Diary:\\n    def write(self, word): self.words = [word]")
    ''
    >>> doubt_of("def write(word): write.__globals__['seed']").partition(",")[0]
    'line 1 uses __globals__'
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            nodes = [*ast.walk(ast.parse(source))]
    except (SyntaxError, ValueError):
        return ""  # it will not run
    except (RecursionError, MemoryError):
        return f"it is too deep to be looked through. {JUDGED}"
    plain = {id(node) for node in nodes if _fills_in(node)}
    asks = {id(node.func) for node in nodes if _asks_for_a_class(node)}
    for node in nodes:
        if getattr(node, "id", "") == "type" and id(node) not in asks:
            return f"line {node.lineno} uses type to make a class, or hands it on, {OUT}"
        for name in _names(node) if id(node) not in plain else ():
            if leads_out(name):
                line = f"line {node.lineno}" if hasattr(node, "lineno") else "it"
                return f"{line} uses {name}, {OUT}"
        if isinstance(node, ast.TryStar):
            return f"line {node.lineno} catches a group of errors, {OUT}"
        if isinstance(node, ast.MatchClass):
            return f"line {node.lineno} looks into an object by its class, {OUT}"
    return ""


OUT = f"which may lead out of the program, and on a page nothing can refuse that. {JUDGED}"


def _asks_for_a_class(node):
    """Whether it is `type(x)`: with more it makes a class whose names nobody has seen."""
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return False
    return not isinstance(node.args[0], ast.Starred)


def _names(node):
    """What a node names, in whatever field."""
    if isinstance(node, ast.Constant):
        return
    for _, value in ast.iter_fields(node):
        for word in value if isinstance(value, list) else [value]:
            if isinstance(word, str):
                yield from word.split(".")


@checks.kinds
def leads_out(name: str) -> bool:
    """Whether an attribute of that name may lead from an object to what made it.

    >>> leads_out("__class__"), leads_out("__name__")
    (True, False)
    """
    of_python = name[:2] == "__" == name[-2:]
    return name in _LEAD_OUT or (of_python and name not in _NAMES)


def _fills_in(node):
    """Whether it is the `format` of a text that is written there, and asks for no part of a thing."""
    text = getattr(getattr(node, "value", None), "value", None)
    formats = isinstance(node, ast.Attribute) and node.attr == "format"
    return formats and isinstance(text, str) and not FIELD.search(text)
