"""What a program on a page is lent: few built-in names and modules, made anew for each life.

What is of C nobody can leave a thing in; what is Python's is made once more for each life,
so that nothing that is left there is found by the next. So are the classes of what comes
out of it: of a cache's figures, and of json's error.

Left out: what a program may not write at all, which is in `labs.alone.harmless`.
Sources: Python's data model.
"""

__all__ = ["BUILT_IN", "CACHES", "LENT", "OF_C", "OF_EACH", "names_for"]
__dir__ = lambda: __all__

import bisect
import builtins
import collections
import functools
import heapq
import itertools
import json
import math
import operator
import sys
import types
from collections.abc import Callable

from scalemodel.core import checks
from scalemodel.labs.alone.harmless import JUDGED, OUT, leads_out

BUILT_IN = """
    abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict divmod
    enumerate filter float format frozenset hash hex int isinstance issubclass iter len list map
    max min next object oct ord pow print property range repr reversed round set slice sorted
    staticmethod str sum super tuple type zip Ellipsis NotImplemented __build_class__ __debug__
"""
OF_C = 1 << 8  # of a class: nobody can set a thing in it
OF_EACH = ("__dict__", "__weakref__")  # class, which Python makes for it
CACHES = (functools.cache, functools.lru_cache)
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
        if _is_error(thing):
            lent[name] = thing
        elif name not in lent and name[:1] != "_":
            lent[name] = _absent(doubt, name)
    lent |= {name: _careful(doubt, getattr(builtins, name)) for name in ("getattr", "hasattr",
                                                                        "setattr", "delattr")}  # fmt: skip
    lent |= {"__import__": _importing(doubt), "type": _class_of(doubt)}
    return {"__builtins__": lent, "__name__": "answer"}


def _is_error(thing):
    """Whether it is a class of errors that is of C; what holds several errors makes one that is not."""
    is_class = isinstance(thing, type) and issubclass(thing, BaseException)
    return is_class and not issubclass(thing, BaseExceptionGroup)


def _class_of(doubt):
    """What `type` says of a thing; of a class it would say who makes classes."""

    def class_of(thing):
        if isinstance(thing, type):
            doubt(f"it asks for the class of a class, {OUT}")
        return type(thing)

    return class_of


def _absent(doubt, name):
    return lambda *_, **__: doubt(f"it uses {name}, which is not lent on a page. {JUDGED}")


def _careful(doubt, function):
    """A built-in function that asks for an attribute by its name."""

    def asked(thing, name, *more):
        if isinstance(name, str) and (type(name) is not str or leads_out(name)):
            doubt(f"it uses {name:.40}, {OUT}")
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
    error = _own_class(json.JSONDecodeError) if whole is json else None
    for part in names.split():
        setattr(module, part, _own(getattr(whole, part), error))
    module.__getattr__ = lambda part: doubt(
        f"it uses {part:.40} of {name}, which is not lent on a page. {JUDGED}"
    )
    return module


def _own(thing, error):
    """What a life may do with as it likes: what is Python's keeps what is hung onto it."""
    if isinstance(thing, types.FunctionType):
        return _own_function(_with_own_info(thing) if thing in CACHES else thing, error)
    if isinstance(thing, type) and not thing.__flags__ & OF_C:
        return _own_class(thing)
    return thing


def _own_function(function, error):
    """It does what `function` does; json's error is raised as `error`, which is the life's own."""

    def own(*words, **more):
        try:
            return function(*words, **more)
        except json.JSONDecodeError as raised:
            told = error(raised.msg, raised.doc, raised.pos)
        raise told

    return own


def _with_own_info(function):
    """A cache of functools whose `cache_info` has a class of its own."""
    names = {**vars(functools)}
    names["_CacheInfo"] = collections.namedtuple("CacheInfo", functools._CacheInfo._fields)
    for made in CACHES:
        again = types.FunctionType(made.__code__, names, made.__name__, made.__defaults__)
        names[made.__name__] = again
    return names[function.__name__]


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
