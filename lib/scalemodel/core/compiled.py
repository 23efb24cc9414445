"""The loop you read, at the speed of C.

A function marked `@compiled(signature)` is still the Python function you see:
calling it runs it as written, line by line, on lists or arrays. Its `.native`
is the same function as machine code, made on first use and kept on disk.
Without numba, `.native` is the plain function, so nothing else needs to know.

Three promises, each with a test:
- the disk cache sits in a folder named by a digest of every source file of the
  package, because numba alone does not notice an edit in a function that the
  compiled one calls;
- an index outside its array raises `IndexError` instead of reading on;
- a function that returns another type than its signature promises is refused.

A signature is a string in numba's type names. A policy enters a compiled loop
as an argument of type `FunctionType(signature)`.

Left out: closures over changing values, parallel loops, GPUs.
Sources: numba's documentation of explicit signatures, first-class functions
and the on-disk cache.
"""

__all__ = [
    "KEPT_CACHES", "PACKAGE", "READ_FLOATS", "READ_INTS", "READ_INT_ROWS", "Compiled", "compiled",
    "has_numba", "source_digest",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
import hashlib
import importlib.util
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
KEPT_CACHES = 8  # folders of earlier sources, for going back and forth

# Arrays that a compiled function may read and not write.
READ_INTS = "Array(int64, 1, 'C', readonly=True)"
READ_FLOATS = "Array(float64, 1, 'C', readonly=True)"
READ_INT_ROWS = "Array(int64, 2, 'C', readonly=True)"


class Compiled:
    """A plain function with a `.native` twin; made by `compiled`."""

    def __init__(self, function, signature, counts=True):
        functools.update_wrapper(self, function)
        self.signature = signature
        self._function, self._counts = function, counts
        source_digest()  # of the source as it is now, not as it is at first use

    def __call__(self, *arguments):
        return self._function(*arguments)

    @functools.cached_property
    def native(self):
        """The machine code, or the plain function where numba is missing."""
        return (
            _native(self._function, self.signature, self._counts) if has_numba() else self._function
        )

    @functools.cached_property
    def unchecked(self):
        """The machine code without a look at the kinds of what it is given, for a door that has
        made sure of them and is asked so often that two microseconds count.
        """
        native = self.native
        return next(iter(native.overloads.values())).entry_point if has_numba() else native

    @property
    def _numba_type_(self):  # lets one compiled function call another
        from numba.core import types

        return types.Dispatcher(self.native)


def compiled(signature: str | None = None, counts: bool = True):
    """A decorator that gives a function its `.native` twin.

    `signature` is explicit for anything that Python calls; helpers that only
    compiled code calls may leave it out and are typed by their caller. A function
    that makes no array may say `counts=False`: it need not count who holds one,
    which a loop of few steps feels.

    >>> @compiled("float64(float64[::1])")
    ... def longest(gaps_s):
    ...     top = 0.0
    ...     for gap in gaps_s:
    ...         top = max(top, gap)
    ...     return top
    >>> import numpy as np
    >>> longest([1.0, 3.0, 2.0]), float(longest.native(np.array([1.0, 3.0, 2.0])))
    (3.0, 3.0)
    """
    if not isinstance(counts, bool):
        raise ValueError(f"counts={counts!r:.80} must be True or False")
    return lambda function: Compiled(function, signature, counts)


def has_numba() -> bool:
    """Whether `.native` means machine code here; `NUMBA_DISABLE_JIT=1` says no.

    >>> isinstance(has_numba(), bool)
    True
    """
    return os.environ.get("NUMBA_DISABLE_JIT", "0") == "0" and _numba_installed()


@functools.cache
def source_digest() -> str:
    """Sixteen hex digits that change with any Python file of the package.

    >>> len(source_digest())
    16
    """
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.glob("*/room.toml")]):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


# ── How the native twin is made ─────────────────────────────────────────────
def _numba_installed():
    try:
        return importlib.util.find_spec("numba") is not None
    except ValueError:  # an import hook has put None in its place
        return False


def _native(function, signature, counts):
    import numba
    from numba.core import sigutils, types

    ours = Path(function.__code__.co_filename).is_relative_to(PACKAGE)
    folder = _cache_folder() if ours else None
    with _caching_in(folder):
        if signature is None:
            return numba.njit(boundscheck=True, _nrt=counts, cache=folder is not None)(function)
        arguments, promised = sigutils.normalize_signature(signature)
        native = numba.njit(arguments, boundscheck=True, _nrt=counts, cache=folder is not None)(
            function
        )
    returned = types.unliteral(native.overloads[arguments].signature.return_type)
    if returned != promised:
        raise ValueError(f"{function.__name__} returns {returned}; it must return {promised}")
    return native


@contextmanager
def _caching_in(folder):
    import numba

    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder or before)
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


@functools.cache
def _cache_folder():
    """The folder for this source, beside it; None where nothing can be written."""
    home = PACKAGE / "__pycache__"
    folder = home / f"compiled-{source_digest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return None
    for old in sorted(home.glob("compiled-*"), key=_age)[KEPT_CACHES:]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _age(folder):
    try:
        return -folder.stat().st_mtime
    except OSError:  # another process has just removed it
        return 0.0
