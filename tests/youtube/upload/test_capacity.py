"""All uploads on all workers, against queues that are known and a kitchen told cook by cook."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scalemodel.core.stats import agrees
from scalemodel.parts.priorities import wait_by_rank
from scalemodel.parts.queues import Constant, Exponential, Lognormal, erlang_c, wait
from scalemodel.youtube.upload import capacity
from scalemodel.youtube.upload.capacity import UploadsConfig, fewest_workers, simulate, tasks
from scalemodel.youtube.upload.ladder import work
from scalemodel.youtube.upload.staffing import workers_for

SINGLES = UploadsConfig(
    uploads=5_000,
    uploads_per_s=30.0,
    video_s=10.0,
    length=Constant(),
    height_px=144,
    encoding=Exponential(),
    workers=7,
)  # fmt: skip  one task each, of 0.178 s on average
BUSY = UploadsConfig(
    uploads=12, uploads_per_s=0.2, video_s=60.0, height_px=480, workers=5, straggler_ratio=0.1,
    straggler_times=6.0, copy_after_ratio=0.9, deploy_s=20.0, restart_s=7.0, out=2,
)  # fmt: skip

configs = st.builds(
    replace, st.just(BUSY), uploads=st.integers(1, 12), workers=st.integers(1, 9), seed=st.integers(0, 99),
    urgent=st.booleans(), copy_after_ratio=st.sampled_from([None, 0.05, 0.8, 1.0]),
    deploy_s=st.sampled_from([None, 0.0, 15.0, 1e6]), restart_s=st.sampled_from([0.0, 7.0]),
    out=st.integers(1, 9), encoding=st.sampled_from([Constant(), Exponential(), Lognormal(0.5)]),
    uploads_per_s=st.sampled_from([0.05, 0.5, 5.0]),
)  # fmt: skip


def told(config, run=None):
    """What the loop was told, and what it filled in; `run` in place of the compiled one."""
    seen, real = [], capacity.loop

    def native(*arguments):
        copies = [np.array(one) if isinstance(one, np.ndarray) else one for one in arguments]
        (run or real.native)(*arguments)
        seen.append((copies, arguments))

    capacity.loop = SimpleNamespace(native=native)
    try:
        report = simulate(config)
    finally:
        capacity.loop = real
    return report, *seen[0]


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_lowest_rung_first_is_playable_long_before():
    config = UploadsConfig(uploads=100, workers=100)
    urgent, fair = simulate(config), simulate(replace(config, urgent=False))
    assert urgent.playable_s.mean() < fair.playable_s.mean() / 4
    assert np.isclose(urgent.worker_s, fair.worker_s)


def test_a_second_try_helps_the_slowest_and_costs_little():
    config = UploadsConfig(uploads=200, workers=400, straggler_ratio=0.002, straggler_times=20.0)
    alone, twice = simulate(config), simulate(replace(config, copy_after_ratio=0.99))
    assert twice.p99_complete_s < 0.8 * alone.p99_complete_s
    assert twice.worker_s < alone.worker_s and 0 < twice.copies < 0.011 * twice.tasks


def test_a_deploy_that_drains_loses_no_work():
    config = UploadsConfig(uploads=100, workers=100)
    usual, deployed = simulate(config), simulate(replace(config, deploy_s=300.0, out=10))
    assert np.isclose(deployed.worker_s, usual.worker_s)
    assert deployed.deployed_s >= 100 / 10 * 60.0 and usual.deployed_s == 0
    assert deployed.complete_s.mean() >= usual.complete_s.mean()


def test_work_is_what_the_ladder_says():
    config = UploadsConfig(length=Constant(), encoding=Constant(), uploads=50)
    report = simulate(config)
    assert report.tasks == 50 * 60 * 6 and np.isclose(report.worker_s, 50 * 600 * work(1080))


# ── Laws ────────────────────────────────────────────────────────────────────
@given(configs)
def test_the_compiled_loop_is_the_one_that_you_read(config):
    fast, _, filled = told(config)
    plain, _, slowly = told(config, run=capacity.loop)
    for one, other in zip(filled[-4:], slowly[-4:], strict=True):
        assert (one == other).all()
    assert fast.copies == plain.copies and fast.worker_s == plain.worker_s


@given(configs)
def test_every_upload_can_be_played_and_then_is_complete(config):
    report = simulate(config)
    assert (report.playable_s > 0).all() and (report.complete_s >= report.playable_s).all()
    assert 0 < report.utilization_ratio <= 1 + 1e-9 and report.mean_wait_s >= 0
    if config.deploy_s is not None:
        turns = -(-config.workers // config.out)
        assert report.deployed_s >= turns * config.restart_s - 1e-9


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(st.integers(1, 9), st.integers(0, 99))
def test_single_tasks_are_the_line_before_several_clerks(workers, seed):
    _, given_, filled = told(replace(SINGLES, uploads=300, workers=workers, seed=seed))
    waits_s = filled[-4] - given_[0]
    assert np.allclose(waits_s, wait(given_[0], given_[3], workers), rtol=0, atol=1e-9)


@given(st.integers(1, 9), st.integers(0, 99))
def test_urgent_tasks_are_the_first_of_two_classes(workers, seed):
    config = replace(BUSY, workers=workers, seed=seed, copy_after_ratio=None, deploy_s=None)
    _, (arrival_s, _, rung, service_s, *_), filled = told(config)
    upload = tasks(config).upload
    order = np.lexsort((np.arange(len(upload)), rung > 0, upload))
    ask = np.ascontiguousarray(arrival_s[upload][order]), np.ascontiguousarray(service_s[order])
    # The first task of an arrival is called before the next has come; both engines know it.
    ours = (filled[-4] - arrival_s[upload])[order]
    theirs = wait_by_rank(*ask, workers, rank=(rung[order] > 0).astype(int))
    assert np.allclose(ours, theirs, rtol=0, atol=1e-9)


def cook_by_cook(told_):
    """When each task is done: each cook by name, whatever happens next found by looking at all."""
    arrival_s, added, rung, service_s, usual_s, patience, luck, workers, restart_s, most_out = (
        told_[:10]
    )
    deploy_s = told_[-1][2]
    free, out, old = [], {}, set(range(workers))
    at, order, ends, asked, done, lines = {}, {}, {}, {}, {}, ([], [])  # at: cook -> task
    free = list(range(workers))
    again, tried, came, deploying, borders = [], 0, 0, False, (0, int(added[0].sum()))
    given_ = list(borders)
    while True:
        times = [(arrival_s[came], -1, 0, came)] if came < len(arrival_s) else []
        # At one instant, what belongs to the task that was begun first comes first.
        times += [(t, order[task], 1, task) for task, t in ends.items()]
        times += [(t, order[task], 2, task) for task, t in asked.items()]
        times += [(deploy_s, -1, 3, 0)] if not deploying and deploy_s < np.inf else []
        times += [(t, -1, 4, cook) for cook, t in out.items()]
        if not times:
            break
        now_s, _, what, who = min(times)
        if what == 0:
            for line in (0, 1):
                lines[line].extend(range(given_[line], given_[line] + added[line, who]))
                given_[line] += added[line, who]
            came += 1
        elif what == 1:
            done[who] = now_s
            ends.pop(who)
            asked.pop(who, None)
            for cook in [cook for cook, task in at.items() if task == who]:
                free.append(cook)
                del at[cook]
        elif what == 2:
            again.append(who)
            asked.pop(who)
        elif what == 3:
            deploying = True
        else:
            out.pop(who)
            free.append(who)
        for cook in [cook for cook in free if cook in old]:
            if deploying and len(out) < most_out:
                free.remove(cook)
                old.remove(cook)
                out[cook] = now_s + restart_s
        again = [task for task in again if task not in done]
        while free and (again or lines[0] or lines[1]):
            cook = min(free, key=lambda cook: cook in old)
            free.remove(cook)
            if again:
                task = again.pop(0)
                ends[task] = min(ends[task], now_s + usual_s[rung[task]] * luck[tried])
                tried += 1
            else:
                task = (lines[0] or lines[1]).pop(0)
                order[task], ends[task] = len(order), now_s + service_s[task]
                if service_s[task] > patience * usual_s[rung[task]]:
                    asked[task] = now_s + patience * usual_s[rung[task]]
            at[cook] = task
    return [done[task] for task in range(len(rung))]


@example(replace(BUSY, uploads=2, workers=2, seed=61, out=1, uploads_per_s=0.05, urgent=False,
                 encoding=Exponential(), copy_after_ratio=0.8, deploy_s=None))  # fmt: skip  # a tie
@given(configs.filter(lambda config: config.encoding != Constant() and config.restart_s > 0))
def test_it_is_what_cooks_with_names_do(config):
    small = replace(config, uploads=min(config.uploads, 5), chunk_s=20.0)
    _, given_, filled = told(small)
    assert np.allclose(filled[-3], cook_by_cook(given_), rtol=0, atol=1e-9)


def test_who_waits_is_whom_erlang_says():
    """Seven workers for three erlangs, over twenty seeds; and thirty-five for thirty."""
    for workers, load in ((7, 3.0), (35, 30.0)):
        config = replace(
            SINGLES, workers=workers, uploads_per_s=load / work(144) / 10, uploads=20_000
        )
        runs = [simulate(replace(config, seed=seed)).waits_ratio for seed in range(20)]
        assert agrees(np.array(runs) - erlang_c(workers, load))


def test_the_fewest_by_runs_are_the_fewest_by_formula():
    config = replace(SINGLES, uploads=100_000, uploads_per_s=30 / work(144) / 10)
    assert fewest_workers(config, waits_ratio=0.05) == workers_for(30.0, 0.05)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_wrong_kitchen_is_refused_in_words():
    for changed, said in (
        ({"uploads": 0}, "uploads=0"),
        ({"workers": 0}, "workers=0"),
        ({"encoding": 7}, "encoding=7"),
        ({"height_px": 0}, "height_px=0"),
        ({"straggler_times": 0.5}, "straggler_times=0.5"),
        ({"deploy_s": -1}, "deploy_s=-1"),
        ({"urgent": 1}, "urgent=1"),
        ({"out": 0}, "out=0"),
    ):
        with pytest.raises((TypeError, ValueError), match=said):
            UploadsConfig(**changed)
    with pytest.raises(ValueError, match="more than 20,000,000 tasks"):
        simulate(UploadsConfig(uploads=100_000, video_s=1e5))
