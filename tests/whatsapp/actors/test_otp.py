"""The real supervisor's order: what was recorded, and where Erlang is, what is drawn anew."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from scalemodel.core.rng import stream
from scalemodel.whatsapp.actors.supervisors import RESTARTS
from scalemodel.whatsapp.actors.traces import replay

OTP = Path(__file__).parent / "otp"
KEPT, MIXED = (json.loads((OTP / f"{name}.json").read_text()) for name in ("scenarios", "mixed"))
TOLD = "events", "after", "supervisor_alive_after_each"


def in_erlang(scenario):
    """A scenario as a line of the file that `mixed.escript` reads."""
    row = lambda names: f"[{', '.join(map(str, names))}]"
    name, most, window_s = f'"{scenario["name"]}"', scenario["max_r"], scenario["max_t_s"]
    if "crash_at_ms" in scenario:
        return f"{{{name}, {most}, {window_s}, {row(scenario['crash_at_ms'])}}}."
    kills = (f"{{{kill}, {why}}}" for kill, why in zip(scenario["kill"], scenario["reason"], strict=True))  # fmt: skip
    return f"{{{name}, {scenario['strategy']}, {row(scenario['restart'])}, {most}, {window_s}, {row(kills)}}}."  # fmt: skip


def recorded(scenarios, folder):
    """The scenarios with what the real supervisor did."""
    (folder / "drawn").write_text("\n".join(map(in_erlang, scenarios)))
    command = ["escript", OTP / "mixed.escript", folder / "drawn"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    return [json.loads(line) for line in lines.splitlines()]


def drawn(rng, n):
    """A tree of one to six, and up to six ends."""
    one = lambda some: str(rng.choice(some))
    children = list("abcdef")[: rng.integers(1, 7)]
    kills = [one(children) for _ in range(rng.integers(1, 7))]
    return {
        "name": f"drawn_{n}", "strategy": one(["one_for_one", "one_for_all", "rest_for_one"]), "restart": [one(RESTARTS) for _ in children],
        "max_r": int(rng.integers(5)), "max_t_s": 60, "children": children, "kill": kills,
        "reason": [one(["crash", "crash", "normal", "shutdown"]) for _ in kills],
    }  # fmt: skip


def drawn_in_time(rng, n):
    """Crashes well within their seconds, since a busy machine is late."""
    seconds = sorted(rng.choice(5, size=rng.integers(2, 5), replace=False).tolist())
    at_ms = [1000 * second + int(rng.integers(200, 600)) for second in seconds]
    return {"name": f"in_time_{n}", "strategy": "one_for_one", "max_r": int(rng.integers(3)),
            "max_t_s": int(rng.integers(1, 4)), "children": ["a"], "crash_at_ms": at_ms}  # fmt: skip


# ── Examples ────────────────────────────────────────────────────────────────
def test_who_is_not_named_is_the_first_and_each_instant_ends_one():
    spec = {"strategy": "one_for_one", "max_r": 1, "max_t_s": 2, "children": ["a", "b"]}
    told = replay(spec | {"crash_at_ms": [900, 3900]})
    assert told["events"] == [["start", "a"]] * 2 and told["after"] == [["a", "up"], ["b", "up"]]
    at_the_second = replay(spec | {"max_t_s": 1, "crash_at_ms": [999, 2000]})
    assert at_the_second["supervisor_alive_after_each"] == [True, True]
    back_in_time = replay(spec | {"crash_at_ms": [3900, 900]})  # the clock stands
    assert back_in_time == replay(spec | {"crash_at_ms": [3900, 3900]})
    told = replay(spec | {"crash_at_ms": [900, 2900, 2950], "kill": ["b", "a", "a"]})
    assert told == {"events": [["start", "b"], ["shutdown", "b"]], "after": [],
                    "supervisor_alive_after_each": [True, False, False]}  # fmt: skip


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("scenario", KEPT + MIXED, ids=lambda one: one["name"])
def test_ours_does_what_the_real_one_did(scenario):
    told, real = replay(scenario), {name: scenario[name] for name in TOLD if name in scenario}
    assert real and {name: told[name] for name in real} == real


@pytest.mark.thorough
@pytest.mark.skipif(shutil.which("escript") is None, reason="there is no Erlang")
def test_ours_does_what_the_real_one_does_in_three_hundred_that_are_drawn(tmp_path):
    rng = stream(20, "otp")
    scenarios = [drawn(rng, n) for n in range(200)] + [drawn_in_time(rng, n) for n in range(60)]
    real = recorded(MIXED + scenarios, tmp_path)
    assert real[: len(MIXED)] == MIXED and len(real) == 300
    for scenario in real:
        test_ours_does_what_the_real_one_did(scenario)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"kill": "z"}, {"children": "abc"}, {"max_r": None}, {"strategy": "x"}], ids=str)  # fmt: skip
def test_a_scenario_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match="must"):
        replay(KEPT[0] | wrong)


def test_what_is_no_scenario_is_named():
    with pytest.raises(ValueError, match="scenario=3 must be a Mapping"):
        replay(3)
