"""The strips of the first page are the sessions that they claim to be."""

import itertools

import pytest

from scalemodel.stage.youtube import cover
from scalemodel.stage.youtube.ride import ride_with_tunnel
from scalemodel.youtube.abr.play import play

TUNNELS_S = range(0, 61, 5)  # those of the slider


@pytest.mark.parametrize("tunnel_s", TUNNELS_S)
@pytest.mark.parametrize("rule", cover.RULES)
def test_a_strip_shows_the_whole_video_and_every_stop(rule, tunnel_s):
    session = play(
        cover.VIDEO, ride_with_tunnel("train", tunnel_s, cover.LEFT_RATIO), cover.RULES[rule], cover.PLAYER
    )  # fmt: skip
    seen = cover.spans(session)
    length_s = {what: sum(end - start for start, end in at) for what, at in seen.items()}
    assert length_s["sharp"] + length_s["blurry"] == pytest.approx(180)
    assert length_s["stopped"] == pytest.approx(session.rebuffer_s[1:].sum())
    assert length_s["blurry"] == pytest.approx(4 * (session.rung < 4).sum())
    ends = sorted(stretch for at in seen.values() for stretch in at)
    assert all(one[1] == pytest.approx(two[0]) for one, two in itertools.pairwise(ends))


def test_short_tunnels_stop_nobody_and_long_ones_only_the_one_that_never_changes():
    readings = [cover.tunnel_picture(tunnel_s).readings for tunnel_s in TUNNELS_S]
    stopped_s = [reading["the first stands still"][0] for reading in readings]
    assert stopped_s[0] == 0 < stopped_s[-1] and stopped_s == sorted(stopped_s)
    assert cover.tunnel_picture(0).alt.replace("\N{NO-BREAK SPACE}", " ") == (
        "In a tunnel of 0 s one picture never stops. The other stays sharp and never stops."
    )


def test_all_blur_is_the_tunnels_and_a_longer_one_never_blurs_less():
    blurry_s = [cover.tunnel_picture(t).readings["the second is blurry"][0] for t in TUNNELS_S]
    assert blurry_s[0] == 0 < blurry_s[1] and blurry_s == sorted(blurry_s)
