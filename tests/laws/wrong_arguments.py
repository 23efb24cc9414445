"""The law of wrong arguments: who calls a public name wrongly is told so in words.

Each public function, class and method is called as a docstring's example calls it, but for
one argument. It must answer with a `ValueError` or a `TypeError` that names the field and
says what it must be, soon and in few words, and leave everything as it was; what cannot be
right at all (no number for a number, nothing for an object) must not be accepted either.

Not called: what is compiled (its callers are the doorkeepers), exceptions, protocols, and
records without a check of their own, which take what they are given.
"""

import asyncio
import contextlib
import copy
import dataclasses
import doctest
import importlib
import inspect
import io
import math
import re
import resource
import signal
import sys
import types
import typing
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from unittest.mock import patch

import numpy as np

from scalemodel.core.checks import MOST_LETTERS
from scalemodel.core.compiled import Compiled
from tests.house.test_docstrings import public

MOST_IDLE = 30_000  # calls of anything, since a public name was called for the first time
CALL_S = 10.0  # of CPU; a call of an example takes milliseconds, a grade a second and a half
STATM = Path("/proc/self/statm")  # where there is none, memory is not bounded
MEMORY_BYTES = 3 * 2**30  # more than this at once is a hang of another kind


class Stranger:
    """An object that nobody knows."""


def _refuses(*_, **__):
    raise KeyError("a policy of somebody else's")


def _takes_nothing():
    return 0


# ── What is called, and how ─────────────────────────────────────────────────
@dataclasses.dataclass
class Call:
    """One call of a public name, as an example makes it; `values` are copied for each use."""

    name: str
    function: Callable
    values: dict  # by parameter, `self` among them
    signature: inspect.Signature

    def made(self, **wrong):
        """The parts of the call and a function that makes it, `wrong` in place of what is right."""
        values = {**copy.deepcopy(self.values), **wrong}
        places, words = [], {}
        for name, parameter in self.signature.parameters.items():
            if parameter.kind is parameter.VAR_POSITIONAL:
                places += values[name]
            elif parameter.kind is parameter.VAR_KEYWORD:
                words |= values[name]
            elif parameter.kind is parameter.KEYWORD_ONLY:
                words[name] = values[name]
            else:
                places.append(values[name])
        return values, lambda: _finished(self.function(*places, **words))


def _finished(answer):
    if inspect.iscoroutine(answer):
        return asyncio.run(asyncio.wait_for(answer, CALL_S))
    return answer


def callables(module):
    """`(name, function to call, its code)` of what is public in a module."""
    for name, thing in public(module):
        if isinstance(thing, Compiled):
            continue
        if inspect.isfunction(thing):
            bare = inspect.unwrap(thing)
            yield name, thing, bare.__code__
        elif inspect.isclass(thing):
            yield from _of_class(name, thing)


def _of_class(name, kind):
    if issubclass(kind, BaseException) or getattr(kind, "_is_protocol", False):
        return
    if hasattr(kind, "__post_init__") or (
        "__init__" in vars(kind) and not dataclasses.is_dataclass(kind)
    ):
        yield name, kind, inspect.unwrap(kind.__init__).__code__
    for method, thing in vars(kind).items():
        bare = getattr(thing, "__func__", thing)
        if method.startswith("_") or not inspect.isfunction(bare):
            continue
        bound = getattr(kind, method)
        yield f"{name}.{method}", bound, inspect.unwrap(bare).__code__


def recorded(names, more=""):
    """The first call of each public name of these modules that their examples make, or `more`.

    An example of a refusal does not count: it is wrong already.
    """
    modules = [importlib.import_module(name) for name in names]
    wanted = {code: (n, f) for module in modules for n, f, code in callables(module)}
    note = Recorder(wanted)
    run(more, modules[0], note)
    for module in modules:
        for _, thing in public(module):
            for doc in docs(thing):
                run(doc, module, note)
    return {name: note.calls.get(name) for name, _ in wanted.values()}


class Recorder:
    """Looks at what Python calls, and keeps the first call of each that is `wanted`, by code."""

    def __init__(self, wanted):
        self.wanted, self.calls, self.idle = wanted, {}, 0

    def __call__(self, frame, event, _):
        self.idle += 1
        if event != "call" or frame.f_code not in self.wanted:
            if self.idle > MOST_IDLE:  # a long run: its beginning has shown what it calls
                sys.setprofile(None)
            return
        name, function = self.wanted[frame.f_code]
        if name not in self.calls:
            sys.setprofile(None)
            self.calls[name], self.idle = self._call(name, function, frame.f_locals), 0
            sys.setprofile(self)

    def _call(self, name, function, local):
        signature = inspect.signature(function)
        try:
            with patch.object(AbstractEventLoop, "__deepcopy__", _no_copy, create=True):
                values = copy.deepcopy({name: local[name] for name in signature.parameters})
        except Exception as error:  # it holds what cannot be copied
            return error
        return Call(name, function, values, signature)


def _no_copy(loop, memo):
    raise TypeError("a loop of events runs here, and is no second time")


def docs(thing):
    """The docstrings of a public name: its own, and those of its parts."""
    yield thing.__doc__ or ""
    for part in vars(thing).values() if inspect.isclass(thing) else ():
        part = getattr(part, "fget", None) or getattr(part, "__func__", part)
        if inspect.isfunction(part):
            yield part.__doc__ or ""


def run(doc, module, note=None):
    """Run the examples of a docstring; a `Recorder` looks on while nothing is refused."""
    space = dict(vars(module))
    for example in doctest.DocTestParser().get_examples(inspect.cleandoc(doc)):
        with contextlib.redirect_stdout(io.StringIO()):
            if note is not None:
                note.idle = 0
            sys.setprofile(None if example.exc_msg else note)
            try:
                exec(compile(example.source, "<example>", "single"), space)
            except (Exception, SystemExit) as error:
                if not example.exc_msg:
                    error.add_note(f"in {module.__name__}: {example.source}")
                    raise
            finally:
                sys.setprofile(None)


# ── One wrong argument at a time ────────────────────────────────────────────
LONG = "\ud800" + "x" * 10**6  # no text, and not to be repeated to who sent it
MOST_WORDS = 5_000  # letters of an answer
WRONG = [None, math.nan, math.inf, -1, 2**63, 2**70, 1e300, "", [], LONG, Stranger(), Stranger]
RAISES = [_refuses, _takes_nothing]


def wrong_values(call):
    """`(parameter, wrong value)` of everything that is tried."""
    for name, parameter in call.signature.parameters.items():
        if name == "self" or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        right = call.values[name]
        for wrong in [*WRONG, *RAISES] if callable(right) or hasattr(right, "choose") else WRONG:
            if wrong is not right and not (type(wrong) is type(right) and wrong == right):
                yield name, wrong
        if isinstance(right, list | tuple | np.ndarray) and len(right) and _plain(right):
            yield name, right[:-1]
            yield name, [*right, right[-1]]


def _plain(row):
    return not hasattr(row, "_fields")


def impossible(annotation, wrong):
    """Whether no value of this annotation is `wrong`, so that to accept it is a fault."""
    kinds = typing.get_args(annotation) if _is_union(annotation) else (annotation,)
    if wrong is None:
        anything = {None, types.NoneType, object, Hashable, inspect.Parameter.empty}
        return bool(kinds) and not anything & set(kinds)
    return all(_impossible(kind, wrong) for kind in kinds)


def _is_union(annotation):
    return typing.get_origin(annotation) in (types.UnionType, typing.Union)


def _impossible(kind, wrong):
    bare = typing.get_origin(kind) or kind
    if bare in (None, types.NoneType):
        return True
    if bare is float:
        return not isinstance(wrong, int | float) or math.isnan(wrong)
    if bare is int:
        return not isinstance(wrong, int)
    if bare is str:
        return not isinstance(wrong, str)
    if bare is Callable or bare is type:
        return not callable(wrong)
    if bare in (np.ndarray, list, tuple, dict, set, frozenset) or (
        inspect.isclass(bare) and issubclass(bare, Iterable | Mapping)
    ):
        return not isinstance(wrong, Iterable)
    if inspect.isclass(bare) and bare.__module__.startswith("scalemodel."):
        return not getattr(bare, "_is_protocol", False)
    return False


def faults(call, may_take=()):
    """What is wrong with the answers to wrong arguments, a line each; `may_take` are fields
    that take everything."""
    hints = _hints(call.function)
    for name, wrong in wrong_values(call):
        if name in may_take:
            continue
        values, make = call.made(**{name: wrong})
        before = state(values)
        shown = f"{call.name}({name}={_short(wrong)})"
        try:
            with limits():
                answer = make()
        except (ValueError, TypeError) as error:
            if wrong is _refuses:
                continue
            words = str(error)
            value = re.escape(repr(wrong)[:MOST_LETTERS])
            named = re.search(rf"\b{re.escape(name)}|\w[])]?={value}", words)
            if len(words) > MOST_WORDS:
                yield f"{shown}: repeats {len(words)} letters"
            elif not named:
                yield f"{shown}: {type(error).__name__} names no {name}: {words[:120]}"
            elif "must" not in words:
                yield f"{shown}: says not what is allowed: {words[:120]}"
        except KeyError as error:
            if wrong is not _refuses or "somebody else" not in str(error):
                yield f"{shown}: KeyError {error}"
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            if _is_ours(error):  # what went wrong is not the call, and has its own words
                continue
            yield f"{shown}: {type(error).__name__} {str(error)[:120]}"
        else:
            if impossible(hints.get(name, inspect.Parameter.empty), wrong):
                yield f"{shown}: accepted, gives {_short(answer)}"
            elif _has_nan(answer):
                yield f"{shown}: gives {_short(answer)}"
            continue
        if state(values) != before:
            yield f"{shown}: refused, and something has changed"


def _hints(function):
    try:
        return typing.get_type_hints(function.__init__ if inspect.isclass(function) else function)
    except (NameError, TypeError, AttributeError):
        return {}


def _short(value):
    if isinstance(value, types.FunctionType | type):
        return value.__name__
    return type(value).__name__ if isinstance(value, Stranger) else repr(value)[:60]


def _has_nan(answer):
    if isinstance(answer, float):
        return math.isnan(answer)
    if isinstance(answer, np.ndarray) and answer.dtype.kind == "f":
        return bool(np.isnan(answer).any())
    return isinstance(answer, tuple) and any(map(_has_nan, answer))


@contextlib.contextmanager
def limits():
    """So much CPU and so much memory, and what is printed goes nowhere."""

    def too_long(*_):
        raise TimeoutError(f"more than {CALL_S:g} s")

    before = signal.signal(signal.SIGPROF, too_long)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(STATM.read_text().split()[0]) if STATM.exists() else 0
    most = pages * resource.getpagesize() + MEMORY_BYTES if pages else soft
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    signal.setitimer(signal.ITIMER_PROF, CALL_S)
    try:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


# ── As it was before ────────────────────────────────────────────────────────
CLOCKS = {"_spent_s"}  # the time of a call that is refused has gone by all the same


def state(thing, seen=None):
    """All that `thing` holds, as plain data that can be compared."""
    seen = {} if seen is None else seen
    if isinstance(thing, int | float | str | bytes | types.NoneType):
        return repr(thing)
    if id(thing) in seen:
        return "again"
    seen[id(thing)] = thing
    if isinstance(thing, np.ndarray):
        return thing.dtype.str, thing.shape, thing.tobytes()
    if isinstance(thing, np.random.Generator):
        return repr(thing.bit_generator.state)
    if isinstance(thing, Mapping):
        return [(state(k, seen), state(v, seen)) for k, v in thing.items()]
    if isinstance(thing, list | tuple | deque):
        return [state(part, seen) for part in thing]
    if isinstance(thing, set | frozenset):
        return sorted(map(repr, thing))
    slots = (s for kind in type(thing).__mro__ for s in getattr(kind, "__slots__", ()))
    names = {*getattr(thing, "__dict__", {}), *slots} if _is_ours(thing) else set()
    return [(name, state(getattr(thing, name, None), seen)) for name in sorted(names - CLOCKS)]


def _is_ours(thing):
    return type(thing).__module__.startswith("scalemodel.")
