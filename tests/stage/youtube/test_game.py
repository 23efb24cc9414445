"""The game before anybody plays: what stands on the page, and what is refused."""

import json
import re

import numpy as np
import pytest

from scalemodel.core import bandwidth
from scalemodel.core.rng import stream
from scalemodel.stage.look import theme
from scalemodel.stage.views.embed_live import live_embed
from scalemodel.stage.views.kinds import Kind
from scalemodel.stage.youtube import game as module
from scalemodel.stage.youtube.game import beat_the_algorithm, level, rounded, rung_names
from scalemodel.youtube.abr.ceiling import optimum
from scalemodel.youtube.abr.ladder import LADDER
from scalemodel.youtube.abr.play import play
from scalemodel.youtube.abr.policies import Bola, BufferBased
from scalemodel.youtube.abr.scores import LINEAR
from scalemodel.youtube.media import Player, Trace, Video

VIDEO = Video.constant(4, [kbps for _, kbps in LADDER], 20)
RIDE = Trace(*bandwidth.simulate(bandwidth.HSDPA_LIKE, stream(3, "game"), 90.0))
PLAYER = Player(rtt_s=0.08, buffer_cap_s=30)
SCRIPT = Kind.beside(module.__file__).script
RIVALS = {"BOLA": Bola(), "follow buffer": BufferBased(), "my own": lambda *seen: 2}


def a_game(**changes):
    given = {"video": VIDEO, "rides": {"bus": RIDE}, "player": PLAYER, "rivals": RIVALS}
    title = changes.pop("title", "Can you?")
    return beat_the_algorithm(*{**given, **changes}.values(), title=title)


def data_of(game):
    payload = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', game.html)[1]
    return json.loads(payload)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_stored_line_names_every_score(monkeypatch):
    monkeypatch.setenv("SCALEMODEL_VIEW", "digest")
    scores = {name: play(VIDEO, rounded(RIDE), p, PLAYER).qoe(LINEAR) for name, p in RIVALS.items()}
    line = ", ".join(f"{name} {score:.2f}" for name, score in scores.items())
    best = optimum(VIDEO, rounded(RIDE), PLAYER).lower
    game = a_game()
    assert game.text == f"Can you?: bus · {line}, optimum {best:.2f}"
    assert game._repr_mimebundle_()["text/plain"].startswith(repr(game))
    assert repr(game).startswith(f'<game "{game.text}" · ')
    assert repr(game) == repr(a_game()) != repr(a_game(player=Player()))


def test_the_page_holds_the_very_line_that_the_rivals_played_on():
    data = data_of(a_game())
    line = rounded(RIDE)
    assert data["rides"][0]["time_s"] == line.time_s.tolist()
    assert data["rides"][0]["bandwidth_mbps"] == line.bandwidth_mbps.tolist()
    assert np.abs(line.bandwidth_mbps / RIDE.bandwidth_mbps - 1).max() < 1e-4
    assert data["video"]["segment_bytes"] == VIDEO.segment_bytes.tolist()
    assert data["player"] == {
        "rtt_s": 0.08, "payload_ratio": 0.95, "buffer_cap_s": 30, "pause_step_s": 0.5
    }  # fmt: skip
    assert data["first_rung"] == 1
    assert data_of(a_game(player=Player(first_rung=7)))["first_rung"] == 7


def test_a_policy_has_its_own_colour_and_a_stranger_is_grey():
    html = a_game().html
    for label, colour in (("BOLA", "magenta"), ("follow buffer", "orange"), ("my own", "grey")):
        row = re.search(rf"<tr[^>]*><th scope=\"row\">{label}<br><svg.*?</svg>", html)[0]
        assert f"var(--sm-{colour},{theme.colour(colour)})" in row


def test_a_table_has_caption_scopes_and_the_best_first():
    html = a_game(rides={"bus": RIDE, "tram": RIDE}).html
    assert html.count("<caption>") == html.count("<table") == 2
    assert html.count('scope="col"') == 2 * 5
    scores = [float(score) for score in re.findall(r'data-score="([^"]+)"', html)]
    assert scores[:4] == sorted(scores[:4], reverse=True) and scores[:4] == scores[4:]
    assert html.count('data-is="you"') == 1, "one row for the reader, moved where it belongs"


def test_signs_of_html_are_text():
    html = a_game(title="You & <it>", rides={"<bus>": RIDE}, rivals={"a<b": Bola()}).html
    assert 'aria-label="You &amp; &lt;it&gt;"' in html and "<option>&lt;bus&gt;</option>" in html
    assert '<th scope="row">a&lt;b<' in html and "<bus>" not in html


def test_every_word_that_the_script_says_stands_on_the_page():
    words = data_of(a_game())["words"]
    said = set(re.findall(r'say\("(\w+)"', SCRIPT)) | {"beaten", "none"}
    assert said == set(words)


def test_every_part_that_the_script_fills_stands_on_the_page():
    parts = set(re.findall(r'data-is="(\w+)"', a_game().html))
    assert set(re.findall(r"\bis\.(\w+)", SCRIPT)) == parts


def test_jupyter_gets_the_twin_with_the_game(monkeypatch):
    game = a_game()
    widget = live_embed(game.kind, game.html)
    assert [path.name for path in game.kind.scripts] == [
        "typed.js",
        "contest.js",
        "train.js",
        "playback.js",
        "game.js",
    ]
    at = [widget.script.index(word) for word in ("scalemodelPlayer =", 'Contest("sm-game"')]
    assert at == sorted(at) and ".sm-game" in widget.sheet


# ── Laws ────────────────────────────────────────────────────────────────────
def test_rungs_are_named_by_height_only_where_all_have_one():
    assert rung_names(VIDEO.ladder_kbps)[0] == [f"{height}p" for height, _ in LADDER]
    assert rung_names(np.array([80.0, 81.0])) == (["80 kbit/s", "81 kbit/s"], None)


def test_a_level_is_log_and_a_rung_is_about_one_high():
    heights = [level(kbps, VIDEO.ladder_kbps) for kbps in VIDEO.ladder_kbps]
    assert heights[0] == 1 and heights[-1] == pytest.approx(len(LADDER))
    assert (np.abs(np.diff(heights) - 1) < 0.25).all()


def test_the_data_of_two_rides_weigh_little():
    """A ride of 400 seconds is about 3 kB before packing, its table as much again."""
    line = Trace(*bandwidth.simulate(bandwidth.HSDPA_LIKE, stream(3, "game"), 400.0))
    one, two = (len(a_game(rides=rides).html) for rides in ({"a": line}, {"a": line, "b": line}))
    assert two - one < 10_000


# ── Refusals ────────────────────────────────────────────────────────────────
LONG = Trace(np.arange(1001.0), np.ones(1001))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rivals": {}}, "rivals={} must map at least one name"),
        ({"rivals": [Bola()]}, "must map at least one name"),
        ({"rivals": {"you": Bola()}}, "rivals has the name 'you'"),
        ({"rivals": {"optimum": Bola()}}, "rivals has the name 'optimum'"),
        ({"rivals": {"BOLA": Bola}}, "a class is neither"),
        ({"rivals": {"BOLA": "BOLA"}}, "policy='BOLA' must have a choose"),
        ({"rides": {}}, "rides={} must map at least one name"),
        ({"rides": RIDE}, "must map at least one name"),
        ({"rides": {"bus": 3}}, "rides['bus']=3 must be a Trace"),
        ({"rides": {3: RIDE}}, "rides has the name 3; it must be text"),
        ({"rides": {"long": LONG}}, "samples of rides['long']=1001 must be"),
        ({"video": RIDE}, "must be a Video"),
        ({"player": None}, "player=None must be a Player"),
        ({"video": Video.constant(4, [300, 750], 41)}, "video.segments=41 must be"),
        ({"video": Video.constant(4, [300, 750], 1)}, "video.segments=1 must be"),
        ({"video": Video.constant(4, [300], 20)}, "rungs of video=1 must be"),
        ({"video": Video.constant(4, np.arange(1, 11) * 100, 20)}, "rungs of video=10 must be"),
        ({"player": Player(first_rung=8)}, "first_rung=8 must be"),
        ({"title": ""}, "title='' must be text"),
    ],
)  # fmt: skip
def test_a_slip_is_named(changes, words):
    with pytest.raises(ValueError) as refusal:
        a_game(**changes)
    assert words in str(refusal.value)
