"""Sweeps over a grid."""

from types import SimpleNamespace

import numpy as np
import pytest

from scalemodel.core import sweep as module
from scalemodel.core.rng import stream
from scalemodel.core.sweep import size, states, sweep

AXES = {"safety": [0.5, 0.8], "trace": ["bus", "train"], "seed": [1, 2, 3]}


def luck(safety, trace, seed):
    return safety * stream(seed, trace).random(3)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_last_axis_runs_fastest():
    assert [state["seed"] for state in states(AXES)[:4]] == [1, 2, 3, 1]
    assert size(AXES) == len(states(AXES)) == 12


def test_no_axis_is_one_state():
    assert sweep(lambda: 7, {}) == [7]


@pytest.mark.parametrize(("took_s", "crew"), [(0.5, 1), (0.51, 8)])
def test_a_crew_is_called_when_the_second_state_says_that_all_would_last(monkeypatch, took_s, crew):
    """Ten states: half a second each is five seconds, for which one worker is enough."""
    clock_s, hired = [100.0], []

    def work(seed):
        clock_s[0] += 60 if seed == 0 else took_s  # the first pays for imports
        return seed

    def parallel(n_jobs, return_as):
        hired.append(n_jobs)
        return lambda calls: (call(*words, **named) for call, words, named in calls)

    monkeypatch.setattr(module.time, "perf_counter", lambda: clock_s[0])
    monkeypatch.setattr(module.os, "cpu_count", lambda: 8)
    monkeypatch.setattr(module, "Parallel", parallel)
    assert sweep(work, {"seed": range(10)}) == list(range(10)) and hired == [crew]
    monkeypatch.setattr(module.os, "cpu_count", lambda: None)
    assert sweep(work, {"seed": range(10)}) == list(range(10)) and hired == [crew, 1]


@pytest.mark.parametrize(("progress", "shown"), [(True, True), (False, False), (None, False)])
def test_a_bar_counts_the_states_if_asked_or_in_a_terminal(capsys, progress, shown):
    sweep(lambda seed: seed, {"seed": range(7)}, progress=progress)
    assert ("7/7" in capsys.readouterr().err) == shown


class Cluster:
    """As much of Dask's client as a sweep asks for, at home: what is wanted is run at once."""

    def __init__(self, lost=()):
        self.lost, self.asked, self.cancelled, self.words = lost, [], [], {}

    def map(self, call, todo, *, pure, **words):
        self.words = {"pure": pure, **words}
        return [Promise(self, call, state) for state in todo]

    def cancel(self, promises):
        self.cancelled = [promise.state for promise in promises]


class Promise:
    def __init__(self, cluster, call, state):
        self.cluster, self.call, self.state = cluster, call, state

    def result(self):
        self.cluster.asked.append(self.state)
        if self.state in self.cluster.lost:
            raise OSError("four machines died of it")
        return self.call(self.state)


def on(monkeypatch, cluster):
    backend = SimpleNamespace(client=cluster, submit_kwargs={"priority": 3})
    monkeypatch.setattr(module, "get_active_backend", lambda: (backend, 1))
    return cluster


@pytest.mark.parametrize("workers", [None, 1, 2])
def test_a_cluster_gets_every_state_and_what_its_owner_asked_for(monkeypatch, capsys, workers):
    cluster = on(monkeypatch, Cluster())
    told = sweep(luck, AXES, workers=workers, progress=True)
    assert np.array_equal(told, [luck(**state) for state in states(AXES)])
    assert cluster.asked == states(AXES) and cluster.cancelled == []
    assert cluster.words == {"pure": False, "priority": 3}
    assert "12/12" in capsys.readouterr().err


# ── Laws ────────────────────────────────────────────────────────────────────
def test_the_result_does_not_depend_on_the_number_of_workers():
    alone, crew = (np.array(sweep(luck, AXES, workers=workers)) for workers in (1, 3))
    assert np.array_equal(alone, crew)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_sweep_is_three_nested_loops():
    expected = [
        luck(safety, trace, seed)
        for safety in (0.5, 0.8)
        for trace in ("bus", "train")
        for seed in (1, 2, 3)
    ]
    assert np.array_equal(np.array(sweep(luck, AXES)), np.array(expected))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_names_its_state(workers):
    def fussy(seed):
        if seed == 2:
            raise ValueError("not two")
        return seed

    with pytest.raises(ValueError, match="not two") as caught:
        sweep(fussy, {"seed": [1, 2, 3]}, workers=workers)
    assert "in the state seed=2" in caught.value.__notes__


class Unpackable(Exception):
    """It remembers something that cannot be pickled."""

    def __init__(self, words):
        super().__init__(words)
        self.kept = (n for n in range(3))


class Lonely(Exception):
    """It is pickled, and fails to be unpickled: it lacks the second argument."""

    def __init__(self, words, more):
        super().__init__(words)


class Forgetful(Exception):
    """It is unpickled without its notes."""

    def __reduce__(self):
        return Forgetful, self.args


@pytest.mark.parametrize("error", [lambda: Unpackable("not two"), lambda: Lonely("not two", 2),
                                   lambda: Forgetful("not two")])  # fmt: skip
@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_that_cannot_travel_still_names_its_state(error, workers):
    def fussy(seed):
        if seed == 2:
            raise error()
        return seed

    with pytest.raises(Exception, match="not two") as caught:
        sweep(fussy, {"seed": [1, 2, 3]}, workers=workers)
    assert "in the state seed=2" in caught.value.__notes__
    assert type(caught.value) is (type(error()) if workers == 1 else RuntimeError)


@pytest.mark.parametrize("values", [[], "bus"])
def test_an_axis_that_is_no_list_is_refused(values):
    with pytest.raises(ValueError, match=r"axis trace=.* must be a list"):
        states({"trace": values})


def test_no_workers_are_refused():
    with pytest.raises(ValueError, match="workers=0 must"):
        sweep(luck, AXES, workers=0)


def test_a_state_that_the_cluster_gave_up_is_named_and_the_rest_called_off(monkeypatch):
    cluster = on(monkeypatch, Cluster(lost=[{"seed": 2}]))
    with pytest.raises(OSError, match="four machines") as caught:
        sweep(lambda seed: seed, {"seed": [1, 2, 3]})
    assert caught.value.__notes__ == ["in the state seed=2"]
    assert cluster.cancelled == [{"seed": 2}, {"seed": 3}] and len(cluster.asked) == 2


@pytest.mark.parametrize("error", [ValueError("not two"), Unpackable("not two")], ids=repr)
def test_an_error_on_the_cluster_names_its_state_once_and_can_travel(monkeypatch, error):
    def fussy(seed):
        if seed == 2:
            raise error
        return seed

    on(monkeypatch, Cluster())
    with pytest.raises(Exception, match="not two") as caught:
        sweep(fussy, {"seed": [1, 2, 3]})
    assert caught.value.__notes__ == ["in the state seed=2"]
    assert type(caught.value) is (ValueError if type(error) is ValueError else RuntimeError)
