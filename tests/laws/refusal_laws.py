"""What is true of every refusal: it is told in words, and nothing has changed.

A class of tests gives an object and, for each of its methods, arguments that are right. Each
of them in turn is then replaced by everything in `WRONG`.
"""

import pickle

import numpy as np
import pytest

WRONG = {
    "None": None,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "minus infinity": float("-inf"),
    "-1": -1,
    "-0.5": -0.5,
    "2**63": 2**63,
    "-2**63-1": -(2**63) - 1,
    "2**70": 2**70,
    "1e300": 1e300,
    "empty": [],
    "empty text": "",
    "text": "x",
    "True": True,
    "a row": [0.5, 0.5, 0.5],
    "a longer row": [-1] * 99,
    "uneven rows": [[1], [2, 3]],
    "a masked row": np.ma.masked_array([1, 2], mask=[True, False]),
    "an object": object(),
}


def state_of(thing):
    """All that an object holds, down to the last array."""
    return pickle.dumps(vars(thing))


def refused(call, field, state=lambda: None):
    """Assert that `call()` is refused in words about `field`, and that `state()` stays."""
    before = state()
    with pytest.raises((ValueError, TypeError)) as told:
        call()
    words = str(told.value)
    assert any(f"{field}{sign}" in words for sign in ("=", "[", ":", " has ")), words
    assert "must" in words
    assert state() == before, f"changed by a call that was refused: {words}"


def one_wrong_at_a_time(function, right, accepted, state=lambda: None):
    """Assert that each argument of `function(**right)` is refused when it is wrong.

    `accepted` names, for a field, those of `WRONG` that are right for it.
    """
    for field in right:
        for name, value in WRONG.items():
            if name not in accepted.get(field, ()):
                refused(lambda: function(**right | {field: value}), field, state)  # noqa: B023


def methods_refuse(thing, calls, accepted):
    """Assert it of each method of `calls`, and that it can be called after all of that."""
    for method, right in calls.items():
        function = getattr(thing, method)
        one_wrong_at_a_time(function, right, accepted, lambda: state_of(thing))
        function(**right)
