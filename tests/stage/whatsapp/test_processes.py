"""The pictures of the processes chapter: every run is the engine's, and says what it shows."""

import json
import re

import pytest

from scalemodel.stage.whatsapp.storm import (
    CRASHES,
    GAPS_S,
    WINDOWS_S,
    storm_picture,
    windows_picture,
)
from scalemodel.stage.whatsapp.supervision import NODES, TIMES, TREE, broken, supervision
from scalemodel.stage.whatsapp.yours.grow import NEEDS, crashed, grow, planted
from scalemodel.whatsapp.actors.storms import expected_shared_ratio
from scalemodel.whatsapp.actors.supervisors import STRATEGIES

FLAT = "app one_for_all\n " + "\n ".join(NEEDS)
BEST = "app one_for_one\n Ada\n Bo\n Cy\n storage rest_for_one\n  log\n  readers one_for_one\n   inbox\n   finding rest_for_one\n    index\n    search"  # fmt: skip


def kinds(moments, what):
    return [one.node for one in moments if one.what == what]


# ── Examples ────────────────────────────────────────────────────────────────
def test_one_crash_by_each_strategy():
    assert kinds(broken("one_for_one", "Bo"), "start") == ["Bo"]
    assert kinds(broken("rest_for_one", "Bo"), "start") == ["Bo", "Cy"]
    assert kinds(broken("one_for_all", "Bo"), "start") == ["Ada", "Bo", "Cy"]
    assert kinds(broken("one_for_all", "Bo"), "shutdown") == ["Cy", "Ada"]


def test_the_fourth_crash_takes_the_supervisor_along():
    told = broken("one_for_one", "index", 4)
    assert kinds(told, "give up") == ["storage"] and kinds(told, "crash") == ["index"] * 4
    at = next(n for n, one in enumerate(told) if one.what == "give up")
    assert "storage" in told[at].down and kinds(told[at:], "start") == ["log", "index", "inbox", "storage"]  # fmt: skip
    assert kinds(broken("one_for_all", "index", 4)[at:], "start")[-4:] == ["log", "index", "inbox", "storage"]  # fmt: skip


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("times", TIMES.values())
@pytest.mark.parametrize("victim", [one for row in TREE.values() for one in row])
def test_at_the_end_all_are_up_again(strategy, victim, times):
    told = broken(strategy, victim, times)
    assert told[0].down == told[-1].down == () and {*NODES} > {victim}
    assert all(set(one.down) <= {*NODES} and one.words.endswith(".") for one in told)
    assert all(one.node in one.down for one in told if one.what in ("crash", "shutdown"))


def test_what_the_page_gets_is_what_was_run():
    html = supervision().html
    runs = json.loads(re.search(r"<script[^>]*>(.*?)</script>", html, re.S)[1])["runs"]
    assert len(runs) == 12 * len(STRATEGIES)
    for key, rows in runs.items():
        strategy, victim, times = key.split()
        assert [tuple(row[:3]) for row in rows] == [one[:3] for one in broken(strategy, victim, int(times))]  # fmt: skip


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("window_s", WINDOWS_S)
def test_phases_are_beside_the_formula(window_s):
    for gap_s in (0.5, window_s + 0.25, window_s + 0.5, window_s + 1.5):
        picture = windows_picture(gap_s, window_s)
        owed, ran, exact = (one[0] for one in picture.readings.values())
        assert owed == expected_shared_ratio(gap_s, window_s) and abs(ran - owed) < 0.11
        assert exact == (gap_s <= window_s) and f"{gap_s:g}" in picture.alt
    formula, _, line = picture.figure.data
    assert (line.x[1], *line.y) == (window_s, 100, 100, 0, 0) and line.x[1] == line.x[2]
    ends = [y for x, y in zip(formula.x, formula.y, strict=True) if x in (0, window_s + 2)]
    assert ends == [100, 0]
    assert picture.figure.layout.xaxis.range == (0, max(WINDOWS_S) + 2), "for each window the same"


@pytest.mark.parametrize("restarts", [1, 3, 5])
@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_as_many_levels_give_up_as_the_formula_says(levels, restarts):
    for gap_s in GAPS_S:
        picture = storm_picture(gap_s, levels, restarts)
        busy_s, gave_up, owed = (one[0] for one in picture.readings.values())
        enough = (restarts + 1) ** owed <= CRASHES
        assert gave_up == owed if enough else gave_up < owed
        assert ("all is down" in picture.alt) == (
            owed == levels and enough
        ) and busy_s == restarts * gap_s


def test_the_best_tree_starts_nobody_in_vain():
    assert grow(BEST).words.endswith("In vain: 0. Left with something that is gone: 0. Nobody can do better.")  # fmt: skip
    for victim, again in {v: crashed(BEST, v) for v in NEEDS}.items():
        assert {*again} == {victim, *(name for name, needs in NEEDS.items() if victim in needs)}
    rude, lone = grow(FLAT), grow(FLAT.replace("all", "one"))
    assert rude.svg.count("<rect") == 49 and "In vain: 38. Left with something that is gone: 0." in rude.words  # fmt: skip
    assert "log       log; not inbox, index, search, who needs it" in lone.words
    assert lone.svg.count("stroke=") == 4


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("text", "words"), [
    ("", "text='' must be lines of names"), (None, "text=None must be"), ("app", "must have a supervisor on top"),
    ("app all_for_one", "must be a name, or a name and one of"), ("app one_for_one\n app one_for_one", "'app' must not be its own supervisor"),
    ("app one_for_one\nAda", "'Ada' must stand under 'app'"), (FLAT + "\n Ada", "'Ada' must stand in one place"),
    (FLAT.replace("\n Bo", "\n  Bo"), "'Ada' must have a strategy"), (FLAT.replace("\n log", ""), "and log in it"),
])  # fmt: skip
def test_a_tree_that_cannot_be_is_named(text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        planted(text)


def test_who_is_no_worker_is_named():
    with pytest.raises(ValueError, match="victim='app' must be"):
        broken("one_for_one", "app")
    with pytest.raises(ValueError, match="victim='app' must be one of Ada, Bo"):
        crashed(FLAT, "app")
