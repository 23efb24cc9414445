"""The pictures of the chapter on live updates say what its runs say."""

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.stage.twitter.arrival import BARS, staircase_picture, storm_picture, window_picture
from scalemodel.twitter.live.arrival import SceneConfig, scene
from scalemodel.twitter.live.flow import arrivals
from scalemodel.twitter.live.reconnect import storm

STORMS = {
    way: storm(300, 500.0, jitter, stream(1, "storm"), most_s=8.0)
    for way, jitter in {"alike": False, "at random": True}.items()
}


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_storm_has_readings_and_the_first_moment_is_not_a_later_one():
    picture = storm_picture(STORMS, "alike")
    assert picture.readings == {
        "tries": (1_050, "count"),
        "most in a tenth of a second, later": (250, "count"),
        "all are back after": (15.5, "s"),
    }


def test_windows_close_together_stand_apart():
    figure = window_picture(np.array([0.02, 0.05]), [9.0, 8.0], [9.0, 8.5], 10.0).figure
    assert figure.layout.xaxis.type == "log"


# ── Laws ────────────────────────────────────────────────────────────────────
def test_the_bars_are_few_share_their_axes_and_hold_every_try():
    pictures = [storm_picture(STORMS, way) for way in STORMS]
    for picture, seen in zip(pictures, STORMS.values(), strict=True):
        let_in, refused = (np.asarray(bar.y) for bar in picture.figure.data)
        assert len(let_in) == BARS
        assert let_in.sum() == seen.accepted.sum() and refused.sum() == (~seen.accepted).sum()
    one, other = (picture.figure for picture in pictures)
    assert one.data[0].x.tolist() == other.data[0].x.tolist()
    assert one.layout.yaxis.range == other.layout.yaxis.range


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_staircase_ends_where_the_log_does():
    report = scene(SceneConfig())
    picture = staircase_picture(report)
    for trace in picture.figure.data[1:]:
        assert trace.y[-1] == arrivals(report, trace.name)[-1][1] == report.posts + 3
