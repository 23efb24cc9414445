"""Late reports: who goes back and who never does, through the library's own log and index."""

import numpy as np
import pytest

from scalemodel.stage.uber.late import CARS, TROUBLES, UNTIL_S, WINS, late_picture, late_run, sent

LAST, HIGHEST = WINS


# ── Examples ────────────────────────────────────────────────────────────────
def test_without_trouble_both_are_the_same():
    one, other = (late_run(TROUBLES[0], wins) for wins in WINS)
    assert np.array_equal(one.held, other.held) and other.dropped == 0
    assert (one.held[-1] == one.held.max(axis=0)).all()


def test_a_reader_that_wakes_puts_a_third_of_the_cars_back_in_one_second():
    told = late_run(TROUBLES[3], LAST)
    share = told.old_ratio
    assert share[:36].max() == 0 and 0.3 < share[36] < 0.5 and share[41:].max() == 0
    assert late_run(TROUBLES[3], HIGHEST).dropped > 100


def test_the_tape_of_one_car_goes_back_where_the_last_to_arrive_wins():
    data = late_picture(TROUBLES[3], LAST).scene.data
    assert min(np.diff(data["held"])) < 0 and data["held"] == data["numbers"]
    kept = late_picture(TROUBLES[3], HIGHEST).scene.data
    assert kept["numbers"] == data["numbers"] and min(np.diff(kept["held"])) >= 0


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("trouble", TROUBLES)
def test_the_highest_number_never_goes_back(trouble):
    told = late_run(trouble, HIGHEST)
    assert (np.diff(told.held, axis=0) >= 0).all() and told.old_ratio.max() == 0


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("trouble", TROUBLES)
def test_the_index_holds_what_a_list_of_what_was_read_says(trouble):
    last, newest = {}, {}
    for car, number in late_run(trouble, LAST).read:
        last[car] = number
        newest[car] = max(number, newest.get(car, -1))
    everybody = range(CARS)
    assert late_run(trouble, LAST).held[-1].tolist() == [last[car] for car in everybody]
    assert late_run(trouble, HIGHEST).held[-1].tolist() == [newest[car] for car in everybody]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_nothing_is_lost_and_what_is_dropped_was_old(trouble):
    told, best, old = late_run(trouble, HIGHEST), {}, 0
    for car, number in told.read:
        old += number <= best.get(car, -1)
        best[car] = max(number, best.get(car, -1))
    assert told.dropped == old
    came = {(car, number) for at_s, car, number in sent(trouble) if at_s <= UNTIL_S}
    assert came == set(told.read)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_trouble_that_is_none_is_refused():
    with pytest.raises(ValueError, match="trouble='rain'"):
        late_run("rain", LAST)
