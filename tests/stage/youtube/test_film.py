"""A film shows each segment when the session did, and travels with the panel's states."""

import numpy as np
import pytest

from scalemodel.stage.panel import grid, page
from scalemodel.stage.panel.explore import explore
from scalemodel.stage.panel.live import LivePanel
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.youtube.film import Film
from scalemodel.stage.youtube.ride import SEGMENT_S, ride_with_tunnel, session_picture
from scalemodel.youtube.abr.ladder import LADDER
from scalemodel.youtube.abr.play import play
from scalemodel.youtube.abr.policies import BufferBased, ThroughputRule
from scalemodel.youtube.media import Player, Video

VIDEO = Video.constant(SEGMENT_S, [kbps for _, kbps in LADDER], 30)
PLAYER = Player(rtt_s=0, buffer_cap_s=30, first_rung=4)
RULES = {"hold 720p": lambda *seen: 4, "follow buffer": BufferBased(), "bold": ThroughputRule(1.2)}


def pictured(rule, tunnel_s):
    line = ride_with_tunnel("train", tunnel_s, 0.2)
    session = play(VIDEO, line, RULES[rule], PLAYER)
    return session, session_picture(session, line, rule, tunnel_s)


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("tunnel_s", [0, 45, 60])
@pytest.mark.parametrize("rule", RULES)
def test_the_film_stands_still_exactly_while_the_session_rebuffers(rule, tunnel_s):
    session, picture = pictured(rule, tunnel_s)
    played = picture.scene.data
    film = Film(played["seen"], played["px"], played["each"])
    stopped_s = sum(end_s - start_s for start_s, end_s in film.stops_s)
    assert stopped_s == pytest.approx(session.rebuffer_s[1:].sum(), abs=0.1 * len(film.stops_s))
    assert film.seen_s[0] == pytest.approx(session.rebuffer_s[0], abs=0.051)
    assert played["opens"] == 52 and film.seen_s[0] < 52, "it opens on a picture, before the tunnel"
    assert list(film.height_px) == [LADDER[rung].height_px for rung in session.rung]


def test_the_line_of_what_is_asked_for_has_a_gap_wherever_the_player_pauses():
    session, picture = pictured("hold 720p", 0)
    asked = next(trace for trace in picture.figure.data if trace.name == "asked for")
    gaps = sum(x is None for x in asked.x)
    assert gaps == np.count_nonzero(session.pause_s[:-1]) > 0
    runs = [x for x in asked.x if x is not None]
    spans_s = np.array(runs[1::2]) - np.array(runs[::2])
    assert spans_s == pytest.approx(session.download_s, abs=0.11)


def test_each_state_brings_its_film_to_the_page_and_to_jupyter():
    panel = explore(
        lambda tunnel_s: pictured("hold 720p", tunnel_s)[1], title="?", tunnel_s=[0, 60]
    )
    states = grid.states_of(panel)
    assert states[0]["film"] == pictured("hold 720p", 0)[1].scene.data != states[1]["film"]
    assert '<div class="sm-film" data-scene="film" hidden><canvas' in page.panel_html(panel)
    live = LivePanel(panel)
    live.controls["tunnel_s"].index = 1
    assert live.scene.data == states[1]["film"] and live.scene in live.parts.children
    assert live.scene.script.index("scalemodelTrain = ") < live.scene.script.index(").film = ")


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (([0, 4], [720], 4), "height_px has 1 entries; it must have one a segment, 2"),
        (([0, 3], [720, 720], 4), r"seen_s\[1\]=3 must be at least 4 s after seen_s\[0\]=0"),
        (([-1], [720], 4), "seen_s"),
        (([0], [0], 4), "height_px"),
        (([0], [720], 4, -1), "opens_s=-1 must be a finite number of at least 0"),
        (([0], [720], 0), "segment_s=0 must be a finite number above 0"),
    ],
)
def test_a_film_that_could_not_be_is_refused(rows, words):
    with pytest.raises(ValueError, match=words):
        Film(*rows)


def test_a_picture_takes_a_scene_and_nothing_else():
    with pytest.raises(ValueError, match="scene='reel' must be a Scene or None"):
        Picture(pictured("bold", 0)[1].figure, {}, "A film.", "reel")
