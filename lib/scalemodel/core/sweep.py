"""A function at every point of a grid.

A sweep is the patient way to answer "what if": every combination of the axes,
one call each, on as many cores as help. The answer depends on the axes alone,
never on how many workers shared them.

Inside `joblib.parallel_config("dask")`, with a Dask client of yours, all states go to its
cluster at once, so that a machine that joins late finds work too. What a lost machine had
under way is done again by another. A state that ends each machine it meets is given up at
the fourth, and is an error with its name. They are handed to Dask's client, for by way of
joblib a cluster with one core is left alone, and a state given up is waited for without end.

Left out: adaptive refinement, partial results after an error.
Sources: joblib's documentation of `Parallel`, Dask's of its futures and of `allowed-failures`.
"""

__all__ = ["PATIENCE_S", "size", "states", "sweep"]
__dir__ = lambda: __all__

import functools
import inspect
import itertools
import math
import os
import pickle
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence, Sized

from joblib import Parallel, delayed
from joblib.externals.loky.backend import reduction  # packs what a worker sends home
from joblib.parallel import get_active_backend
from tqdm import tqdm

from scalemodel.core import checks

PATIENCE_S = 5.0  # a sweep that one worker ends sooner is not worth a crew


def states(axes: Mapping[str, Sequence]) -> list[dict]:
    """Every combination of `axes` as keyword arguments, the last axis fastest.

    >>> states({"seed": [1, 2], "policy": ["a", "b"]})[1]
    {'seed': 1, 'policy': 'b'}
    """
    checks.instance("axes", axes, Mapping)
    for name, values in axes.items():
        if isinstance(values, str) or not isinstance(values, Sized) or len(values) == 0:
            raise ValueError(
                f"axis {name}={checks.brief(values)} must be a list with at least one value"
            )
    return [dict(zip(axes, point, strict=True)) for point in itertools.product(*axes.values())]


def sweep(
    function: Callable,
    axes: Mapping[str, Sequence],
    *,
    workers: int | None = None,
    progress: bool | None = None,
) -> list:
    """`function(**state)` for every state of `axes`, in the order of `states`.

    `function` must be pure: chance comes from a seed on an axis. `workers` counts
    processes; None takes one, or all cores when the sweep would last longer than
    a few seconds; a cluster takes all it has. `progress` None shows a bar in a
    terminal only. An error carries a note that names its state; one that cannot
    travel between processes is told as a `RuntimeError`.

    >>> sweep(lambda speed, hours: speed * hours, {"speed": [10, 20], "hours": [1, 2]})
    [10, 20, 20, 40]
    """
    if workers is not None:
        checks.whole("workers", workers, at_least=1)
    todo = states(axes)
    if not callable(function):
        raise ValueError(
            f"function={checks.brief(function)} must be a function of ({', '.join(axes)})"
        )
    _takes(function, axes)
    results = []
    backend, _ = get_active_backend()
    cluster = hasattr(backend, "client")  # only Dask's has one
    with tqdm(total=len(todo), disable=None if progress is None else not progress) as bar:
        if workers is None and not cluster:
            for state in todo[:2]:  # the first pays for imports and compiling, the second tells
                began = time.perf_counter()
                results.append(_call(function, state))
                bar.update()
            expected_s = (time.perf_counter() - began) * len(todo)
            workers = (os.cpu_count() or 1) if expected_s > PATIENCE_S else 1
        rest = todo[len(results) :]
        if cluster:
            answers = _from_cluster(backend, function, rest)
        else:
            workers = min(workers, len(rest) or 1)
            call = _call if workers == 1 else _call_apart
            crew = Parallel(n_jobs=workers, return_as="generator")
            answers = crew(delayed(call)(function, state) for state in rest)
        for result in answers:
            results.append(result)
            bar.update()
    return results


def size(axes: Mapping[str, Sequence]) -> int:
    """The number of states of `axes`.

    >>> size({"seed": [1, 2, 3], "policy": ["a", "b"]})
    6
    """
    checks.instance("axes", axes, Mapping)
    return math.prod(len(values) for values in axes.values())


def _takes(function, axes):
    try:
        inspect.signature(function).bind(**axes)
    except TypeError as error:
        raise ValueError(
            f"function={checks.brief(function)} must be a function of ({', '.join(axes)}): {error}"
        ) from None
    except ValueError:  # of C, which does not say what it takes
        pass


def _call(function, state):
    try:
        return function(**state)
    except Exception as error:
        error.add_note(_where(state))
        raise


def _where(state):
    return "in the state " + ", ".join(f"{k}={v!r}" for k, v in state.items())


def _call_apart(function, state):
    """As `_call`, in another process: what it raises must come home with its note."""
    try:
        return _call(function, state)
    except Exception as error:
        if _travels(error):
            raise
        told = RuntimeError(f"{type(error).__name__}: {error}")
        for note in error.__notes__:
            told.add_note(note)
        raise told from None


def _travels(error):
    try:
        home = pickle.loads(reduction.dumps(error))
    except Exception:
        return False
    return type(home) is type(error) and getattr(home, "__notes__", None) == error.__notes__


# ── On a cluster ────────────────────────────────────────────────────────────
def _from_cluster(backend, function, todo):
    """The results in the order of the states, each let go there once it is here."""
    call = functools.partial(_call_apart, function)
    futures = deque(backend.client.map(call, todo, pure=False, **backend.submit_kwargs))
    try:
        for state in todo:
            try:
                yield futures[0].result()
            except Exception as error:
                if _where(state) not in getattr(error, "__notes__", ()):  # given up by the cluster
                    error.add_note(_where(state))
                raise
            futures.popleft()
    finally:
        backend.client.cancel(list(futures))
