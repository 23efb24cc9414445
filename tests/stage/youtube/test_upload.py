"""The pictures of uploads, against the engines that they show."""

import itertools
import json
import re

import numpy as np
import pytest

from scalemodel.stage.youtube.upload import chunks, kitchen, spare
from scalemodel.youtube.upload.ladder import rungs, work
from scalemodel.youtube.upload.makespan import expected_makespan_s, makespan_s
from scalemodel.youtube.upload.staffing import workers_for


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_first_picture_is_there_long_before_all_rungs():
    said = {way: chunks.told(way) for way in chunks.WAYS}
    assert (
        said["lowest rung first"]
        == "144p can be watched after 0.4 s, and all six rungs after 36.4 s."
    )
    assert (
        said["largest rung first"]
        == "1080p can be watched after 20.0 s, and all six rungs after 36.4 s."
    )
    assert said["not cut"] == "144p can be watched after 1.4 s, and all six rungs after 83.9 s."
    assert said["one is slow"].endswith("after 126.4 s.") and said["slow, and tried twice"].endswith("after 56.4 s.")  # fmt: skip


def test_a_second_try_begins_after_twice_the_usual_time_on_another_worker():
    tries = [one for one in chunks.run("slow, and tried twice") if one.rung == 5 and one.first == 5]
    first, second = sorted(tries, key=lambda one: one.start_s)
    assert first.worker != second.worker and first.end_s == second.end_s
    assert second.start_s == pytest.approx(first.start_s + 2 * chunks.CHUNK_S, abs=0.02)
    assert second.end_s == pytest.approx(second.start_s + chunks.CHUNK_S, abs=0.02)


def test_the_page_holds_the_very_runs():
    data = json.loads(re.search(r'data-is="data">(.+?)</script>', chunks.chunks().html)[1])
    assert [[chunks.Try(*one) for one in way] for way in data["ways"]] == [[*chunks.run(way)] for way in chunks.WAYS]  # fmt: skip


def test_what_a_panel_says():
    assert "Beside them 94 are spare where nine of ten uploads wait no longer than 10\xa0s." in spare.spare_picture("500 hours a minute", "10 s").alt  # fmt: skip
    assert "do not wait at all" in spare.spare_picture("3 minutes a minute", "not at all").alt
    deployed = kitchen.kitchen_picture("lowest rung first", "a deploy, all at once", 120)
    assert deployed.readings["deploy over"] == (73, "s")
    assert "deploy over" not in kitchen.kitchen_picture("one line for all", "none", 120).readings


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("way", chunks.WAYS)
def test_no_worker_does_two_things_at_once_and_each_chunk_is_made(way):
    tries, covered = chunks.run(way), set()
    for worker in range(chunks.WORKERS):
        mine = sorted((one.start_s, one.end_s) for one in tries if one.worker == worker)
        assert all(ends <= begins + 0.011 for (_, ends), (begins, _) in itertools.pairwise(mine))
    for one in tries:
        covered |= {(one.rung, at) for at in range(one.first, one.first + one.chunks)}
    assert len(covered) == len(rungs(chunks.HEIGHT_PX)) * chunks.CHUNKS


@pytest.mark.parametrize("line", kitchen.LINES)
@pytest.mark.parametrize("trouble", kitchen.TROUBLES)
def test_nothing_is_complete_before_it_can_be_watched(line, trouble):
    watched, complete = kitchen.kitchen_picture(line, trouble, 150).figure.data
    assert watched.y[-1] == 100 and all(a >= b for a, b in zip(watched.y, complete.y, strict=True))
    assert [*watched.y] == sorted(watched.y) and [*complete.y] == sorted(complete.y)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("largest", [False, True])
def test_the_clip_ends_when_a_list_is_worked_through(largest):
    """By `makespan_s`, and by whole rounds; and no plan could end before, for nobody is ever idle."""
    ladder = sorted((one.work_ratio for one in rungs(1080)), reverse=largest)
    each_s = [10.0 * ratio for ratio in ladder for _ in range(chunks.CHUNKS)]
    run = chunks.run("largest rung first" if largest else "lowest rung first")
    ends_s = max(one.end_s for one in run)
    assert ends_s == pytest.approx(makespan_s(each_s, chunks.WORKERS), abs=0.01)
    rounds = (expected_makespan_s(80.0 * ratio, chunks.CHUNKS, chunks.WORKERS) for ratio in ladder)
    assert ends_s == pytest.approx(sum(rounds), abs=0.01)
    assert ends_s == pytest.approx(80.0 * work(1080) / chunks.WORKERS, abs=0.01)


@pytest.mark.parametrize("uploads", spare.PACES)
@pytest.mark.parametrize("waits", spare.WAITS_S)
def test_the_mark_is_where_erlang_s_curve_falls_below_a_tenth(uploads, waits):
    rule, erlang, mark = spare.spare_picture(uploads, waits).figure.data
    load, wait_s = 60 * spare.PACES[uploads], spare.WAITS_S[waits]
    assert mark.x[0] == workers_for(load, 0.1, wait_s, 600.0) - load
    assert spare.late_ratio(load, mark.x[0], wait_s) <= 0.1
    assert mark.x[0] == 1 or spare.late_ratio(load, mark.x[0] - 1, wait_s) > 0.1
    assert np.abs(np.array(rule.y) - erlang.y).max() < (1.5 if load >= 3_000 else 8)


def test_a_curve_is_the_share_of_the_run():
    report = kitchen.fleet("one line for all", "none", 120)
    watched, complete = kitchen.kitchen_picture("one line for all", "none", 120).figure.data
    at = [*kitchen.AT_S].index(kitchen.AT_S[30])
    assert watched.y[at] == round(100 * float((report.playable_s <= kitchen.AT_S[30]).mean()), 1)
    assert complete.y[at] == round(100 * float((report.complete_s <= kitchen.AT_S[30]).mean()), 1)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_an_unknown_way_is_refused():
    with pytest.raises(KeyError, match="fastest first"):
        chunks.told("fastest first")
