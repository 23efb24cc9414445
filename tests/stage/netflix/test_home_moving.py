"""The home page of the first screen shows the engine's runs, frame by frame."""

import json
import re

import pytest

from scalemodel.netflix.services.changes import Slow
from scalemodel.netflix.services.graph import ALONE, home_page
from scalemodel.netflix.services.run import RunConfig, simulate
from scalemodel.stage.netflix.home_moving import BEHIND, home_moving, home_run, in_words


@pytest.fixture(scope="module")
def drawn():
    html = home_moving().html
    return html, json.loads(re.search(r'data-is="data">(.+?)</script>', html)[1])


# ── Examples ────────────────────────────────────────────────────────────────
def test_slow_takes_the_page_and_dead_or_walled_one_row(drawn):
    _, data = drawn
    at = data["at_s"].index(7.0)
    held, rows, ended, came = data["runs"]["billing slow off"][at]
    assert rows == "HHHHHHH" and came == 0 < ended
    assert held[0] > data["workers"][0] == 150 and held[1] == 150 > data["workers"][1] == 30
    assert data["names"][:2] == ["gateway", "billing"], "both are seen at once on a phone"
    for state in ("billing dead off", "billing slow on", "billing dead on"):
        held, rows, ended, came = data["runs"][state][at]
        assert came == ended and held[0] < 30
        assert dict(zip(data["rows"], rows, strict=True))["billing"] == "F" and rows.count("F") == 1
    assert data["runs"]["playback dead on"][at][1] == "EEEEEEE", "it cannot do without"


def test_there_is_a_run_for_everybody_and_one_for_nobody(drawn):
    html, data = drawn
    assert len(data["runs"]) == 2 + 4 * len(BEHIND) and set(data["names"]) == {"gateway", *BEHIND}
    assert {len(frames) for frames in data["runs"].values()} == {len(data["at_s"])}
    assert all(frame[1] == "LLLLLLL" for frame in data["runs"]["slow off"])
    assert f'max="{len(data["at_s"]) - 1}"' in html
    assert html.count("disabled") == 4 + len(BEHIND), "until a script can answer"


def test_the_steps_can_be_read(drawn):
    html, data = drawn
    assert html.count("<ol>") == 2 and "walls on</p>" in html
    frame = data["runs"]["billing slow off"][data["at_s"].index(8.0)]
    assert in_words(8.0, frame, data["names"]) == (
        f"8 s: the gateway holds {frame[0][0]} pages, billing 150 calls; 0 of {frame[2]} pages came."
    )


# ── Laws ────────────────────────────────────────────────────────────────────
def test_a_page_has_one_fate_and_who_hangs_or_fails_has_no_row(drawn):
    for frames in drawn[1]["runs"].values():
        for held, rows, ended, came in frames:
            assert set(rows) in ({"H"}, {"E"}) or set(rows) <= {"L", "F"}
            assert 0 <= came <= ended and min(held) >= 0


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("walls", "guards"), [("off", None), ("on", ALONE)])
def test_the_frames_add_up_to_the_report_of_the_same_run(walls, guards):
    config = RunConfig(
        graph=home_page(guards) if guards else home_page(), until_s=11.0, warm_up_s=0.0,
        changes=(Slow(service="billing", at_s=2.0, until_s=8.0, factor=100.0),),
    )  # fmt: skip
    report = simulate(config).rows["billing"]
    live, fallback, failed, hangs = home_run("billing", "slow", walls).rows["billing"].sum(axis=0)
    assert (fallback, failed, hangs) == (report.fallback, report.failed, report.hangs)
    assert 0 <= report.live - live < 30, "who comes in the last moment is still out"


# ── Refusals ────────────────────────────────────────────────────────────────
def test_who_is_not_there_cannot_be_slow():
    with pytest.raises(ValueError, match="names service='butcher'"):
        home_run("butcher", "slow", "off")
    with pytest.raises(KeyError, match="high"):
        home_run("billing", "slow", "high")
