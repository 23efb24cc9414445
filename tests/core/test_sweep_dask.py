"""A sweep on a Dask cluster of two processes: the same answers, whatever becomes of a worker."""

import os
import signal
from pathlib import Path

import joblib
import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.core.sweep import states, sweep

distributed = pytest.importorskip("distributed", reason="not run: Dask: make dask")
pytestmark = pytest.mark.slow
AXES = {"safety": [0.5, 0.8], "trace": ["bus", "train"], "seed": [1, 2, 3]}


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
    ) as two:
        yield two


@pytest.fixture(autouse=True)
def on_dask(cluster):
    with distributed.Client(cluster) as client:
        client.wait_for_workers(2)
        with joblib.parallel_config("dask"):
            yield


def luck(safety, trace, seed):
    return safety * stream(seed, trace).random(3)


def where(seed):
    return os.getpid()


def deadly(seed, last_words):
    """The square of the seed; at 5 it ends its process, the first time or each time."""
    if seed == 5 and not (last_words and Path(last_words).exists()):
        if last_words:
            Path(last_words).write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return seed * seed


# ── Examples ────────────────────────────────────────────────────────────────
def test_every_state_runs_in_a_process_of_the_cluster_and_the_bar_counts_them(capsys):
    pids = sweep(where, {"seed": range(20)}, progress=True)
    assert os.getpid() not in pids and len(set(pids)) == 2
    assert "20/20" in capsys.readouterr().err


def test_functions_of_a_notebook_travel():
    factor = 3
    assert sweep(lambda seed: factor * seed, {"seed": [1, 2]}) == [3, 6]


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_answers_are_those_of_one_process_bit_for_bit():
    told = sweep(luck, AXES)
    assert np.array_equal(told, [luck(**state) for state in states(AXES)])


def test_a_worker_that_is_killed_midway_costs_no_result(tmp_path):
    last_words = tmp_path / "killed"
    squares = sweep(deadly, {"seed": range(12), "last_words": [str(last_words)]})
    assert squares == [seed * seed for seed in range(12)]
    assert int(last_words.read_text()) != os.getpid()


# ── Refusals ────────────────────────────────────────────────────────────────
def test_an_error_names_its_state():
    def fussy(seed):
        if seed == 2:
            raise ValueError("not two")
        return seed

    with pytest.raises(ValueError, match="not two") as caught:
        sweep(fussy, {"seed": [1, 2, 3]})
    assert caught.value.__notes__ == ["in the state seed=2"]


def test_a_state_that_ends_every_worker_is_given_up_and_named(cluster, monkeypatch):
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    with pytest.raises(distributed.KilledWorker) as caught:
        sweep(deadly, {"seed": [5], "last_words": [""]})
    assert caught.value.__notes__ == ["in the state seed=5, last_words=''"]
