"""Which programs can be judged where nothing stands between them and the grader: plain ones.

On a page a student's code lives in the grader's own interpreter, and no system is there to
refuse it anything. So it gets few built-in names and few modules, made anew for each life and
of parts that cannot be changed; and what could lead from an object to what made it, or be
left there for the next life, is not judged at all: a doubt is told in words. The command
judges it.

Left out: time and memory, which are the page's to bound.
Sources: Python's data model; RestrictedPython's list of attributes that lead out.
"""

__all__ = [
    "BUILT_IN", "FIELD", "JUDGED", "LEAD_OUT", "LENT", "NAMES", "OF_C", "OF_EACH", "doubt_of",
    "names_for",
]  # fmt: skip
__dir__ = lambda: __all__

import ast
import bisect
import builtins
import collections
import functools
import heapq
import itertools
import json
import math
import operator
import re
import sys
import types
import warnings
from collections.abc import Callable

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
BUILT_IN = """
    abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod
    enumerate filter float format frozenset hash hex int isinstance issubclass iter len list map
    max min next object oct ord pow print property range repr reversed round set slice sorted
    staticmethod str sum super tuple type zip Ellipsis NotImplemented __build_class__ __debug__
"""
OF_C = 1 << 8  # of a class: nobody can set a thing in it
OF_EACH = ("__dict__", "__weakref__")  # class, which Python makes for it
LENT = {  # of C, so that nobody can leave a thing in them; what is Python's is made anew
    "bisect": (bisect, "bisect bisect_left bisect_right insort insort_left insort_right"),
    "collections": (collections, "Counter OrderedDict defaultdict deque namedtuple"),
    "functools": (functools, "cache cmp_to_key lru_cache partial reduce"),
    "heapq": (heapq, "heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest"),
    "itertools": (itertools, " ".join(name for name in vars(itertools) if name[0] != "_")),
    "json": (json, "dumps loads"),
    "math": (math, " ".join(name for name in vars(math) if name[0] != "_")),
    "operator": (
        operator,
        "add and_ contains eq ge getitem gt itemgetter le lt mul ne neg or_ sub",
    ),
}


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
            return f"line {node.lineno} uses type to make a class, or hands it on, {_OUT}"
        for name in _names(node) if id(node) not in plain else ():
            if _leads_out(name):
                line = f"line {node.lineno}" if hasattr(node, "lineno") else "it"
                return f"{line} uses {name}, {_OUT}"
        if isinstance(node, ast.MatchClass):
            return f"line {node.lineno} looks into an object by its class, {_OUT}"
    return ""


_OUT = f"which may lead out of the program, and on a page nothing can refuse that. {JUDGED}"


def _asks_for_a_class(node):
    """Whether it is `type(x)`: with more it makes a class whose names nobody has seen."""
    return isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords


def _names(node):
    """What a node names, in whatever field."""
    if isinstance(node, ast.Constant):
        return
    for _, value in ast.iter_fields(node):
        for word in value if isinstance(value, list) else [value]:
            if isinstance(word, str):
                yield from word.split(".")


def _leads_out(name):
    of_python = name[:2] == "__" == name[-2:]
    return name in _LEAD_OUT or (of_python and name not in _NAMES)


def _fills_in(node):
    """Whether it is the `format` of a text that is written there, and asks for no part of a thing."""
    text = getattr(getattr(node, "value", None), "value", None)
    formats = isinstance(node, ast.Attribute) and node.attr == "format"
    return formats and isinstance(text, str) and not FIELD.search(text)


@checks.kinds
def names_for(doubt: Callable) -> dict:
    """The names of a new module: the built-in ones, made for one life; `doubt(words)` hears why
    one that is not lent cannot be had, and raises.

    >>> names = names_for(print)
    >>> exec("import math\\nx = math.floor(7.5)\\nopen('x')", names)
    it uses open, which is not lent on a page. The notebook and the command can judge it
    >>> names["x"]
    7
    """
    lent = {name: getattr(builtins, name) for name in BUILT_IN.split()}
    for name, thing in vars(builtins).items():
        if isinstance(thing, type) and issubclass(thing, BaseException):
            lent[name] = thing
        elif name not in lent and name[:1] != "_":
            lent[name] = _absent(doubt, name)
    lent |= {name: _careful(doubt, getattr(builtins, name)) for name in ("getattr", "hasattr",
                                                                        "setattr", "delattr")}  # fmt: skip
    lent["__import__"] = _importing(doubt)
    return {"__builtins__": lent, "__name__": "answer"}


def _absent(doubt, name):
    return lambda *_, **__: doubt(f"it uses {name}, which is not lent on a page. {JUDGED}")


def _careful(doubt, function):
    """A built-in function that asks for an attribute by its name."""

    def asked(thing, name, *more):
        if isinstance(name, str) and (type(name) is not str or _leads_out(name)):
            doubt(f"it uses {name:.40}, {_OUT}")
        return function(thing, name, *more)

    return asked


def _importing(doubt):
    modules = {}

    def lend(name, globals=None, locals=None, fromlist=(), level=0):
        if name == "__future__":
            return types.SimpleNamespace(**dict.fromkeys(fromlist))
        if level or name not in LENT:
            doubt(f"it imports {name}, and on a page there are {', '.join(LENT)}. {JUDGED}")
        if name not in modules:
            modules[name] = _module(doubt, name)
        return modules[name]

    return lend


def _module(doubt, name):
    module, (whole, names) = types.ModuleType(name), LENT[name]
    for part in names.split():
        setattr(module, part, _own(getattr(whole, part)))
    module.__getattr__ = lambda part: doubt(
        f"it uses {part:.40} of {name}, which is not lent on a page. {JUDGED}"
    )
    return module


def _own(thing):
    """What a life may do with as it likes: what is Python's keeps what is hung onto it."""
    if isinstance(thing, types.FunctionType):
        return lambda *words, **more: thing(*words, **more)
    if isinstance(thing, type) and not thing.__flags__ & OF_C:
        return _own_class(thing)
    return thing


def _own_class(kind):
    """The same class once more, with methods of its own that know it by the name of the first."""
    names, itself = {**vars(sys.modules[kind.__module__])}, types.CellType()

    def own(part):
        if isinstance(part, classmethod):
            return classmethod(own(part.__func__))
        if not isinstance(part, types.FunctionType):
            return part
        cells = (itself,) if part.__code__.co_freevars else None  # of what asks for its parents
        return types.FunctionType(part.__code__, names, part.__name__, part.__defaults__, cells)

    parts = {name: own(part) for name, part in vars(kind).items() if name not in OF_EACH}
    names[kind.__name__] = itself.cell_contents = type(kind.__name__, kind.__bases__, parts)
    return itself.cell_contents
