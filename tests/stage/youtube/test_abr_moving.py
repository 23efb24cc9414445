"""Segments fly where the session says that they are."""

import json
import re

import numpy as np
import pytest

from scalemodel.stage.youtube import abr_moving as module
from scalemodel.stage.youtube.abr_moving import segments_moving
from scalemodel.stage.youtube.ride import ride_with_tunnel
from scalemodel.youtube.abr.ladder import LADDER
from scalemodel.youtube.abr.loop import moment
from scalemodel.youtube.abr.play import play
from scalemodel.youtube.abr.policies import BufferBased, ThroughputRule
from scalemodel.youtube.media import Player, Trace, Video

VIDEO = Video.constant(4, [kbps for _, kbps in LADDER], 24)
PLAYER = Player(rtt_s=0, buffer_cap_s=30, first_rung=4)
RULES = {
    "held": lambda *seen: 4, "throughput": ThroughputRule(), "buffer": BufferBased(), "low": lambda *seen: 0,
}  # fmt: skip
WIDE = play(VIDEO, Trace.constant(4), RULES["held"], Player(rtt_s=0, first_rung=4))
TIMES_S = np.arange(0.5, 118, 3.1)


def on_the_train(rule, tunnel_s=45):
    return play(VIDEO, ride_with_tunnel("train", tunnel_s, 0.2), RULES[rule], PLAYER)


def drawn(session, at_s, tunnel_s=45):
    """The sentence of each step, and where its things stand, by name."""
    html = segments_moving({"it": session}, at_s=at_s, tunnel_s=tunnel_s, title="?").html
    data = json.loads(re.search(r'data-is="data">(.*?)</script>', html)[1])
    steps = []
    for words, *places in data["ways"][0]:
        seen = {name: at for name, at in zip(data["things"], places, strict=True) if at}
        marks = set(seen) & {"tunnel", "words"}
        steps.append(
            (words.replace("\xa0", " "), {n: seen[n] for n in seen if n not in marks}, marks)
        )
    return steps


# ── Examples ────────────────────────────────────────────────────────────────
def test_three_segments_of_two_seconds_by_hand():
    line = Trace.constant(2)  # 950 kbit/s of video a second of two: a segment takes two seconds
    session = play(Video.constant(4, [950], 3), line, lambda *seen: 0, Player(rtt_s=0))
    steps = drawn(session, [1, 3, 7, 15], tunnel_s=0)
    assert [words for words, _, _ in steps] == [
        "1 s. Segment 1 is on its way, at 144p. The screen waits for the first segment.",
        "3 s. Segment 2 is on its way, at 144p. The screen shows segment 1, at 144p, and "
        "3 s of video are stored ahead.",
        "7 s. All segments have come. The screen shows segment 2, at 144p, and 7 s of video are stored ahead.",
        "15 s. All segments have come. Nothing is stored ahead, and the picture stands still.",
    ]  # fmt: skip
    assert steps[0][1] == {"s1": [100, 66, 1], "s2": [30, 66, 4], "s3": [30, 66, 4]}
    assert steps[1][1] == {"s1": [326, 66, 1], "s2": [100, 66, 1], "s3": [30, 66, 4]}
    assert steps[2][1] == {"s2": [326, 66, 1], "s3": [288, 66, 1]}
    assert steps[3][1:] == ({}, {"words"})


def test_the_tunnel_is_seen_while_the_train_is_in_it_and_a_stop_while_it_lasts():
    session = on_the_train("held")
    dark = ["tunnel" in marks for _, _, marks in drawn(session, [59.9, 60, 104.9, 105])]
    assert dark == [False, True, True, False]
    for words, places, marks in drawn(session, [93, 95, 104]):
        screen = [name for name, place in places.items() if place[0] == module.SCREEN_X]
        assert ("words" in marks) == (not screen) == ("stands still" in words)
    assert "tunnel" not in drawn(session, [70, 80], tunnel_s=0)[0][2]


def test_rungs_have_the_names_that_they_are_given():
    given = {"at_s": [1, 30], "title": "?", "names": list("abcdefgh"), "sharp": 0}
    html = segments_moving({"it": on_the_train("low")}, **given).html
    first, second = re.findall(r"<li>(.*?)</li>", html)
    assert ", at e." in first and "shows segment 8, at a," in second


def test_a_key_names_the_least_sharp_rung_and_the_last_step_has_the_ending():
    given = {"at_s": [1, 5], "title": "?", "ending": "Read on."}
    html = segments_moving({"it": on_the_train("held")}, **given).html
    assert "blurry, below 720p</text>" in html and ">sharp</text>" in html
    assert [step.endswith("Read on.") for step in re.findall(r"<li>(.*?)</li>", html)] == [
        False,
        True,
    ]
    assert "blurry" not in segments_moving({"it": on_the_train("held")}, sharp=0, **given).html


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("rule", RULES)
def test_what_is_drawn_is_what_the_session_has(rule):
    session = on_the_train(rule)
    got_s = np.cumsum(session.download_s + session.pause_s) - session.pause_s
    seen_s = np.cumsum(session.rebuffer_s) + 4 * np.arange(24)
    for at_s, (words, places, _) in zip(TIMES_S, drawn(session, TIMES_S), strict=True):
        here = moment(session, 4, at_s)
        on = {n: int(name[1:]) - 1 for name, (n, *_) in places.items()}
        shown, line = on.get(module.SCREEN_X), [n for x, n in on.items() if 58 <= x <= 142]
        assert len(line) == (here.coming is not None)
        assert (None if shown is None else session.rung[shown]) == here.shown
        waiting = sorted((n for x, n in on.items() if 143 < x <= module.NEXT_X))
        assert [on[module.NEXT_X - 17 * k] for k in range(len(waiting))] == waiting
        left_s = 0 if shown is None else seen_s[shown] + 4 - at_s
        assert 4 * len(waiting) + left_s == pytest.approx(here.buffer_s, abs=1e-9)
        if shown is not None:
            assert f"{here.buffer_s:.0f} s of video are stored ahead" in words
        for n in line:
            share = 1 - (got_s[n] - at_s) / session.download_s[n]
            assert places[f"s{n + 1}"][0] == pytest.approx(58 + 84 * share, abs=0.06)
        for name, (x, _, *look) in places.items():
            blurry = session.rung[int(name[1:]) - 1] < 4
            assert look == ([4] if x <= 30 else [1] if blurry else [2])


def test_nothing_is_drawn_outside_or_on_one_another():
    for _, places, _ in drawn(on_the_train("low"), TIMES_S):
        beyond = sorted(x for x, *_ in places.values() if x > 30)
        assert all(7.5 <= x <= 352 for x, *_ in places.values())
        assert (np.diff([x for x in beyond if x > 143]) >= 17).all()


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sessions": [1]}, r"sessions=\[1\] must map a name to a Session"),
        ({"sessions": {"it": 3}}, "must map a name to a Session"),
        ({"sessions": {}}, "ways={} must map at least one name"),
        ({"at_s": [-1, 3]}, "at_s"),
        ({"names": ["144p"]}, "names=.'144p'. must name 8 rungs"),
        (
            {"sessions": {"it": WIDE}, "at_s": [1, 60]},
            "at_s=60 finds .* segments stored ahead; there is room for 8",
        ),
        ({"at_s": [1]}, "must be 2 to 40 steps"),
        ({"tunnel_s": -1}, "tunnel_s=-1 must be a finite number of at least 0"),
        ({"title": ""}, "title='' must be a question"),
    ],
)
def test_a_slip_is_named(changes, words):
    given = {"sessions": {"it": on_the_train("held")}, "at_s": [1, 5], "tunnel_s": 45, "title": "?"}
    given |= changes
    with pytest.raises(ValueError, match=words):
        segments_moving(given.pop("sessions"), **given)
