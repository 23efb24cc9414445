"""Drills: by hand, random ones replayed bit for bit, a plain conductor, bad input."""

import json
import math
import re
import signal
import threading

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.parts.experiment import (
    Action,
    Between,
    Experiment,
    Judged,
    Matches,
    OneOf,
    Probe,
    equals,
    pause,
    replay,
)
from scalemodel.parts.journal import Entry, Journal, plain


class Shop:
    """Servers behind a door, with a clock; what stands in `broken` raises when it is called."""

    def __init__(self, broken=(), limit=None):
        self.servers, self.time_s, self.broken, self.limit = 3, 0.0, set(broken), limit
        self.calls = []

    def _call(self, name):
        self.calls.append(name)
        if name in self.broken:
            raise RuntimeError(f"{name} is broken, at {object()}")

    def now_s(self):
        return self.time_s

    def wait(self, duration_s):
        self._call("wait")
        self.time_s += duration_s

    def up(self):
        self._call("up")
        return self.servers

    def stop(self, n=1):
        self._call("stop")
        self.servers -= n

    def kill(self, rng):
        self._call("kill")
        self.servers -= int(rng.integers(0, 3))

    def start(self):
        self._call("start")
        self.servers = 3

    def odd(self, answer):
        self._call("odd")
        return answer % 2 == 1


ENOUGH = Probe("up", Between(2, 3))


def drill(*method, hypothesis=(ENOUGH,), rollbacks=(Action("start"),), **more):
    return Experiment(hypothesis, method, rollbacks, **more)


def told(journal):
    """The journal as rows of (part, name, end, holds)."""
    return [(e.part, e.name, e.end, e.holds) for e in journal.entries]


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_drill_that_goes_well_is_completed():
    shop = Shop()
    journal = drill(Action("stop"), pause(5)).run(shop, seed=1)
    assert told(journal) == [
        ("before", "up", "answered", True),
        ("method", "stop", "answered", None),
        ("during", "up", "answered", True),
        ("method", "wait", "answered", None),
        ("during", "up", "answered", True),
        ("after", "up", "answered", True),
        ("rollbacks", "start", "answered", None),
    ]
    assert [entry.at_s for entry in journal.entries] == [0, 0, 0, 0, 5, 5, 5]
    assert [entry.answer for entry in journal.entries] == [3, None, 2, None, 2, 2, None]
    assert (journal.verdict, journal.exit_value, journal.seed) == ("completed", 0, 1)
    assert shop.servers == 3


def test_where_normal_does_not_hold_the_method_goes_on_and_the_verdict_says_so():
    journal = drill(Action("stop", {"n": 2}), Action("start")).run(Shop(), seed=0)
    assert [e.holds for e in journal.entries if e.kind == "probe"] == [True, False, True, True]
    assert (journal.verdict, journal.exit_value) == ("deviated", 1)


def test_a_system_that_is_not_well_is_left_alone_and_rolled_back():
    shop = Shop()
    shop.servers = 1
    journal = drill(Action("stop")).run(shop, seed=0)
    assert told(journal) == [
        ("before", "up", "answered", False),
        ("rollbacks", "start", "answered", None),
    ]
    assert (journal.verdict, journal.exit_value) == ("aborted", 3)


@pytest.mark.parametrize(
    ("broken", "calls", "verdict"),
    [
        ("stop", "up stop up start", "failed"),
        ("start", "up stop up wait up up start", "failed"),
        ("up", "up start", "aborted"),
        ("wait", "up stop up wait up start", "failed"),
    ],
)
def test_a_crash_ends_the_method_and_the_rollbacks_are_tried(broken, calls, verdict):
    shop = Shop(broken=[broken])
    journal = drill(Action("stop"), pause(1)).run(shop, seed=0)
    assert " ".join(shop.calls) == calls
    assert " ".join(entry.name for entry in journal.entries) == calls
    assert journal.verdict == verdict
    crashes = [e for e in journal.entries if e.end == "crashed"]
    assert {e.name for e in crashes} == {broken}
    said = f"RuntimeError: {broken} is broken, at <object object at 0x...>"
    assert {e.error for e in crashes} == {said} and {e.holds for e in crashes} == {None}


def test_a_probe_that_breaks_in_the_middle_ends_the_method_and_is_asked_once_more():
    class Fragile(Shop):
        def stop(self, n=1):
            super().stop(n)
            self.broken.add("up")

    journal = drill(Action("stop"), pause(1)).run(Fragile(), seed=0)
    assert " ".join(f"{e.part} {e.name}" for e in journal.entries) == (
        "before up method stop during up after up rollbacks start"
    )
    assert journal.verdict == "failed" and journal.exit_value == 2


def test_all_probes_are_asked_and_all_rollbacks_tried_whatever_the_others_do():
    shop = Shop(broken=["up", "stop"])
    twice = [Probe("up", Between(2, 3)), Probe("now_s", equals(0))]
    journal = drill(pause(1), hypothesis=twice, rollbacks=[Action("stop"), Action("start")]).run(
        shop, 0
    )
    assert [e.name for e in journal.entries] == ["up", "now_s", "stop", "start"]
    assert journal.verdict == "aborted"


@pytest.mark.parametrize("where", ["before", "method", "rollbacks"])
def test_what_hangs_is_left_behind_and_the_rest_goes_on(where):
    forever = threading.Event()
    system = {
        "up": lambda: 3 if where != "before" else forever.wait(), "start": lambda: None,
        "stop": lambda: where != "method" or forever.wait(),
        "mend": lambda: where != "rollbacks" or forever.wait(),
    }  # fmt: skip
    journal = drill(
        Action("stop"), Action("stop"), rollbacks=[Action("mend"), Action("start")], limit_s=0.3
    ).run(system, 0)
    forever.set()
    (hung,) = [entry for entry in journal.entries if entry.end == "hung"]
    assert hung.part == where and hung.answer is None and journal.entries[-1].name == "start"
    assert journal.verdict == ("aborted" if where == "before" else "failed")
    assert sum(e.name == "stop" for e in journal.entries) == {"before": 0, "method": 1}.get(
        where, 2
    )
    assert replay(journal).as_json() == journal.as_json()
    assert f"{hung.name}() does not come back in time" in journal.story()


def test_a_clock_that_hangs_is_a_call_that_hangs():
    forever = threading.Event()
    system = {"up": lambda: 3, "now_s": forever.wait, "stop": lambda: None}
    journal = Experiment([ENOUGH], [Action("stop")], limit_s=0.2).run(system, 0)
    forever.set()
    assert [(e.end, e.at_s) for e in journal.entries] == [("hung", None)]


@pytest.mark.parametrize("clock", [lambda: "noon", lambda: math.nan, lambda: 1 / 0, None])
def test_a_system_without_a_clock_or_with_a_broken_one_has_no_times(clock):
    system = {"up": lambda: 3, "stop": lambda: None, "now_s": clock}
    journal = Experiment([ENOUGH], [Action("stop")]).run(system, 0)
    assert {entry.at_s for entry in journal.entries} == {None}
    assert journal.verdict == "completed" and journal.story().splitlines()[2][:6] == "  up()"


def test_whoever_breaks_it_off_still_gets_the_rollbacks():
    shop = Shop()
    shop.stop = lambda: (signal.raise_signal(signal.SIGINT), threading.Event().wait(1))
    journal = drill(Action("stop"), pause(1)).run(shop, seed=0)
    assert [(e.name, e.end) for e in journal.entries] == [
        ("up", "answered"), ("stop", "interrupted"), ("up", "answered"), ("start", "answered")
    ]  # fmt: skip
    assert journal.verdict == "failed" and "stop() is broken off" in journal.story()
    assert replay(journal).as_json() == journal.as_json()


def test_a_program_that_would_end_the_process_is_a_crash():
    system = {"up": lambda: 3, "stop": lambda: exit(1), "start": lambda: None}
    journal = drill(Action("stop")).run(system, 0)
    assert journal.entries[1].error == "SystemExit: 1" and len(journal.entries) == 4


def test_an_error_that_cannot_be_printed_is_a_crash_too():
    class Mute(Exception):
        def __str__(self):
            raise ValueError("no words")

    def stop():
        raise Mute

    journal = drill(Action("stop")).run({"up": lambda: 3, "stop": stop, "start": stop}, 0)
    assert [e.error for e in journal.entries if e.end == "crashed"] == ["Mute", "Mute"]


def test_the_story_is_read_from_top_to_bottom():
    method = [Action("stop", {"n": 2}), Probe("up"), pause(2.5)]
    journal = drill(*method, title="Two of three stop").run(Shop(broken=["wait"]), seed=7)
    words = re.sub("0x[.]{3}", "...", journal.story())
    assert (
        words
        == """Two of three stop (seed 7)
before
  0 s: up() answers 3, which is between 2 and 3
method
  0 s: stop(n=2)
during
  0 s: up() answers 1, and should be between 2 and 3
method
  0 s: up() answers 1
during
  0 s: up() answers 1, and should be between 2 and 3
method
  0 s: wait(duration_s=2.5) crashes: RuntimeError: wait is broken, at <object object at ...>
after
  0 s: up() answers 1, and should be between 2 and 3
rollbacks
  0 s: start()
failed: a call crashed or hung"""
    )


TOLERATED = [
    (OneOf(["closed", 1]), ["closed", 1, 1.0], ["open", True, 0, None, ["closed"]], "one of ('closed', 1)"),
    (OneOf([True, None]), [True, None], [1, 0, False, "None"], "one of (True, None)"),
    (equals([1, "a"]), [[1, "a"]], [["a", 1], 1, "a"], "one of ([1, 'a'],)"),
    (Between(0, 1.5), [0, 1.5, 1, -0.0], [-1e-9, 1.5000001, True, "1", None, "nan"], "between 0 and 1.5"),
    (Between(2, 2), [2], [1.9, 2.1], "between 2 and 2"),
    (Matches("^o[kr]"), ["ok", "order"], ["no ok", "", 3, None, True], "text with '^o[kr]'"),
    (Matches("k$"), ["ok"], ["kick off"], "text with 'k$'"),
]  # fmt: skip


@pytest.mark.parametrize(("tolerance", "normal", "strange", "words"), TOLERATED, ids=repr)
def test_a_tolerance_knows_what_is_normal(tolerance, normal, strange, words):
    for answers, verdict in ((normal, "completed"), (strange, "deviated")):
        for answer in answers:
            noted = [Probe("ask", tolerance), Probe("ask")]
            well = Probe("well", equals(True))
            system = {"ask": lambda answer=answer: answer, "well": lambda: True}
            journal = Experiment([well], noted).run(system, seed=0)
            assert journal.verdict == verdict, answer
            asked, bare = (e for e in journal.entries if e.name == "ask")
            assert asked.wanted == words and (bare.wanted, bare.holds) == ("", None)


def test_the_systems_own_judge_is_asked():
    odd = Probe("up", Judged("odd"))
    for n, verdict in ((1, "deviated"), (2, "completed")):
        journal = drill(Action("stop", {"n": n}), hypothesis=[odd]).run(Shop(), seed=0)
        assert journal.verdict == verdict and journal.entries[0].wanted == "as odd has it"
        assert replay(journal).as_json() == journal.as_json()
    broken = drill(pause(1), hypothesis=[odd]).run(Shop(broken=["odd"]), seed=0)
    assert broken.verdict == "aborted" and broken.entries[0].end == "crashed"
    assert replay(broken).as_json() == broken.as_json()
    says_one = {"up": lambda: 3, "odd": lambda answer: 1, "wait": lambda duration_s: None}
    assert Experiment([odd], [pause(1)]).run(says_one, 0).verdict == "aborted"


def test_what_a_probe_answers_is_kept_as_it_was_and_must_be_plain():
    mine = [3]
    system = {"up": lambda: mine, "stop": lambda: mine.clear(), "strange": lambda: {1, 2}}
    journal = Experiment([Probe("up", OneOf([[3], []]))], [Action("stop"), Probe("strange")]).run(
        system, 0
    )
    assert [e.answer for e in journal.entries] == [[3], None, [], None, []]
    assert journal.entries[3].error == (
        "TypeError: answer={1, 2} must be plain data, as JSON has it, with text for keys"
    )


def test_a_system_that_changes_its_arguments_changes_nobody_elses():
    taken = []
    system = {"up": lambda: 3, "stop": lambda names: taken.append(names.pop())}
    action = Action("stop", {"names": ["a", "b"]})
    journal = Experiment([ENOUGH], [action, action]).run(system, 0)
    assert taken == ["b", "b"] and action.arguments == {"names": ["a", "b"]}
    assert journal.entries[1].arguments == {"names": ["a", "b"]}


# ── Laws ────────────────────────────────────────────────────────────────────
class Scripted:
    """A system of a few functions, each of which crashes at random, drawn beforehand."""

    def __init__(self, number):
        luck = stream(number, "system")
        self.level, self.time_s = 5, 0.0
        self.fates = {
            name: (luck.random(40) < rate).tolist()
            for name, rate in zip("abckmuv", [0.05, 0.1, 0.3, 0.1, 0.4, 0.05, 0.1], strict=True)
        }

    def _crash(self, name):
        if self.fates[name].pop():
            raise OSError(name, id(self) * 0)

    def now_s(self):
        return self.time_s

    def wait(self, duration_s):
        self._crash("a")
        self.time_s += duration_s

    def push(self, by):
        self._crash("b")
        self.level += by

    def shake(self, rng):
        self._crash("k")
        self.level += int(rng.integers(-3, 4))

    def mend(self):
        self._crash("m")
        self.level = 5

    def half(self):
        self._crash("u")
        return np.float64(self.level / 2) if self.level else math.nan

    def names(self):
        self._crash("v")
        return ["x"] * max(self.level, 0)

    def fine(self, answer):
        self._crash("c")
        return len(answer) < 7


def random_drill(number):
    luck = stream(number, "drill")
    probes = [
        Probe("half", Between(1, float(luck.integers(2, 5)))), Probe("names", Judged("fine")),
        Probe("half", OneOf([2.5, 3.0, "nan"])), Probe("names"), Probe("half"),
    ]  # fmt: skip
    steps = [
        Action("push", {"by": int(luck.integers(-3, 4))}), Action("shake", random=True),
        pause(float(luck.integers(0, 9))), *probes,
    ]  # fmt: skip
    mends = [Action("mend"), Action("shake", random=True), Action("push", {"by": 1})]
    pick = lambda things, least, most: [
        things[n] for n in luck.integers(len(things), size=luck.integers(least, most))
    ]
    return Experiment(
        pick(probes[:2], 1, 3), pick(steps, 1, 8), pick(mends, 0, 4), title=f"Drill {number}"
    )


def replays(numbers):
    verdicts = []
    for number in numbers:
        journal = random_drill(number).run(Scripted(number), seed=number)
        text = journal.as_json()
        read = Journal.from_json(text)
        assert read == journal and read.as_json() == text
        assert replay(read).as_json() == text
        assert replay(read, lambda number=number: Scripted(number)).as_json() == text
        assert plainly(random_drill(number), Scripted(number), number) == told(journal)
        verdicts.append(journal.verdict)
    return verdicts


def test_random_drills_replay_bit_for_bit():
    verdicts = replays(range(60))
    assert set(verdicts) == {"completed", "deviated", "failed", "aborted"}


@pytest.mark.thorough
def test_five_hundred_random_drills_replay_bit_for_bit():
    replays(range(500))


def test_one_action_more_leaves_the_luck_of_the_others_alone():
    def rolled(*method):
        rolls = {}
        system = {"up": lambda: 3, **{
            name: lambda rng, name=name: rolls.setdefault(name, []).append(int(rng.integers(10**9)))
            for name in ("shake", "stir")
        }}  # fmt: skip
        Experiment([ENOUGH], [Action(name, random=True) for name in method]).run(system, seed=3)
        return rolls

    alone, both = rolled("shake", "shake"), rolled("stir", "shake", "stir", "shake")
    assert alone["shake"] == both["shake"] and len(set(both["shake"] + both["stir"])) == 4
    assert alone["shake"][0] == int(stream(3, "shake 1").integers(10**9))
    assert alone["shake"][1] == int(stream(3, "shake 2").integers(10**9))


def test_the_verdict_is_the_worst_that_happened():
    entry = lambda part, end="answered", holds=None: Entry(
        part=part, kind="probe", name="x", end=end, holds=holds
    )
    verdict = lambda *entries: (Journal({}, 0, entries).verdict, Journal({}, 0, entries).exit_value)
    assert verdict() == ("completed", 0)
    assert verdict(entry("before", holds=True), entry("after", holds=True)) == ("completed", 0)
    for part in ("method", "during", "after"):
        assert verdict(entry("before"), entry(part, holds=False)) == ("deviated", 1)
    for part in ("method", "during", "after", "rollbacks"):
        for end in ("crashed", "hung", "interrupted"):
            assert verdict(entry(part, end), entry("after", holds=False)) == ("failed", 2)
    assert verdict(entry("before", holds=False), entry("rollbacks", "hung")) == ("aborted", 3)
    assert verdict(entry("before", "hung")) == ("aborted", 3)


# ── Oracle ──────────────────────────────────────────────────────────────────
def plainly(experiment, system, seed):
    """What a drill comes to, as rows like `told`, written down once more without threads."""
    rows, rolled = [], {}

    def call(part, step):
        random = isinstance(step, Action) and step.random
        rolled[step.name] = rolled.get(step.name, 0) + random
        dice = {"rng": stream(seed, f"{step.name} {rolled[step.name]}")} if random else {}
        try:
            answer = getattr(system, step.name)(**step.arguments, **dice)
            judge, holds = getattr(step, "tolerance", None), None
            if isinstance(judge, Judged):
                holds = getattr(system, judge.by)(answer=answer)
            elif isinstance(judge, Between):
                holds = judge.low <= answer <= judge.high
            elif isinstance(judge, OneOf):
                holds = ("nan" if answer != answer else answer) in judge.values
            rows.append((part, step.name, "answered", holds))
        except OSError:
            rows.append((part, step.name, "crashed", None))
        return rows[-1]

    look = lambda part: [call(part, probe) for probe in experiment.hypothesis]
    if all(row[3] for row in look("before")):
        for step in experiment.method:
            if call("method", step)[2] == "crashed":
                break
            if "crashed" in [row[2] for row in look("during")]:
                break
        look("after")
    for step in experiment.rollbacks:
        call("rollbacks", step)
    return rows


def test_a_journal_is_json_that_anybody_can_read():
    journal = drill(Action("kill", random=True), Probe("up")).run(Shop(), seed=5)
    read = json.loads(journal.as_json(), parse_constant=lambda name: 1 / 0)
    assert list(read) == ["verdict", "experiment", "seed", "entries"]
    assert read["experiment"]["method"][0] == {"name": "kill", "arguments": {}, "random": True}
    assert read["entries"][0] == {
        "part": "before", "kind": "probe", "name": "up", "end": "answered", "arguments": {},
        "at_s": 0.0, "answer": 3, "error": "", "wanted": "between 2 and 3", "holds": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (np.arange(3), [0, 1, 2]), (np.float32(0.5), 0.5), (np.bool_(True), True), ((1, (2,)), [1, [2]]),
        (-math.inf, "-inf"), (math.nan, "nan"), (2**1024 - 1, 2**1024 - 1), ({"a": {"b": ()}}, {"a": {"b": []}}),
    ],
    ids=repr,
)  # fmt: skip
def test_data_becomes_plain(value, kept):
    assert plain("it", value) == kept and type(plain("it", value)) is type(kept)
    assert plain("it", [value, None]) == [kept, None]


def nested(levels):
    data = []
    for _ in range(levels - 1):
        data = [data]
    return data


def test_data_lies_fifty_deep_at_most():
    assert plain("it", nested(50)) == nested(50)
    assert plain("it", {"a": nested(49)}) == {"a": nested(49)}
    deep = nested(51), [{"a": nested(49)}]
    circle = []
    circle.append(circle)
    for data in (*deep, circle):
        with pytest.raises(TypeError, match=r"^it=.* must be plain data"):
            plain("it", data)
    journal = Experiment([ENOUGH], [Probe("far")]).run({"up": lambda: 3, "far": lambda: circle}, 0)
    assert journal.entries[1].end == "crashed" and replay(journal) == journal


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "strange", [object, {3: 4}, [{3: 4}], {1, 2}, 1j, b"x", 2**1024, -(2**1024)], ids=repr
)
def test_what_is_no_plain_data_is_named(strange):
    with pytest.raises(TypeError, match=r"^it=.* must be plain data, as JSON has it"):
        plain("it", strange)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("hypothesis", []), ("hypothesis", [Action("start")]), ("hypothesis", ENOUGH), ("hypothesis", [Probe("up")]),
        ("method", []), ("method", [ENOUGH, "stop"]), ("rollbacks", [ENOUGH]), ("rollbacks", None),
        ("title", None), ("limit_s", 0), ("limit_s", 3601), ("limit_s", math.inf),
    ],
)  # fmt: skip
def test_an_experiment_that_means_nothing_is_named(field, wrong):
    right = {"hypothesis": [ENOUGH], "method": [Action("stop")], field: wrong}
    with pytest.raises(ValueError, match=rf"^{field}=.* must "):
        Experiment(**right)
    assert Experiment([ENOUGH], (Action("stop"),), limit_s=3600).rollbacks == ()


def test_an_experiment_holds_steps_of_its_own():
    rows = {"hypothesis": [ENOUGH], "method": [Action("stop")], "rollbacks": [Action("start")]}
    made = Experiment(**rows)
    for row in rows.values():
        row.append("strange")
    assert (made.hypothesis, made.method) == ((ENOUGH,), (Action("stop"),))
    assert made.rollbacks == (Action("start"),)


@pytest.mark.parametrize("wrong", ["", "_up", "two words", 3, None])
def test_a_name_that_no_function_has_is_named(wrong):
    for made in (Probe, Action, Judged):
        with pytest.raises(ValueError, match="must be a name"):
            made(wrong)
    with pytest.raises(ValueError, match=r"^arguments=.*must be a name"):
        Action("stop", {wrong: 1})


def test_a_function_that_the_system_lacks_is_named_before_anything_is_done():
    shop = Shop()
    with pytest.raises(
        ValueError, match=r"^system has no mop; it, .* must have functions \['mop', 'up'\]"
    ):
        Experiment([ENOUGH], [Action("mop")]).run(shop, 0)
    with pytest.raises(ValueError, match=r"^system has no fair"):
        Experiment([Probe("up", Judged("fair"))], [Probe("up")]).run(shop, 0)
    with pytest.raises(ValueError, match=r"^seed=-1 must"):
        Experiment([ENOUGH], [Probe("up")]).run(shop, -1)
    assert shop.calls == []


def test_a_journal_that_is_not_of_its_experiment_is_refused():
    journal = drill(Action("stop")).run(Shop(), seed=0)
    missing = Journal(journal.experiment, 0, journal.entries[:-1])
    more = Journal(journal.experiment, 0, [*journal.entries, journal.entries[0]])
    other = Journal(journal.experiment, 0, [journal.entries[1], *journal.entries[1:]])
    for wrong, words in ((missing, "must call start"), (more, "must end"), (other, "must call up")):
        with pytest.raises(ValueError, match=f"^journal has .*{words}"):
            replay(wrong)
    for told in ({}, {**journal.experiment, "method": [{"name": "up", "tolerance": {"low": 1}}]}):
        with pytest.raises(ValueError, match=r"^journal must hold an experiment as data"):
            replay(Journal(told, 0, []))


def test_text_that_is_no_journal_is_refused():
    text = drill(Action("stop")).run(Shop(), seed=0).as_json()
    wrong = [
        "{", "[]", "{}", "3", text.replace('"completed"', '"failed"'), text.replace('"at_s"', '"at"'),
        text.replace('"answered"', '"lost"', 1), text.replace('"seed": 0', '"seed": -1'),
    ]  # fmt: skip
    for case in wrong:
        with pytest.raises(ValueError, match=r"^text must be a journal as JSON: "):
            Journal.from_json(case)
    assert Journal.from_json(text).verdict == "completed"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("part", "later"), ("kind", "judge"), ("end", None), ("name", 3), ("error", None), ("wanted", 1),
     ("at_s", math.nan), ("at_s", "noon"), ("holds", 1), ("holds", "yes"), ("arguments", [1])],
)  # fmt: skip
def test_an_entry_that_means_nothing_is_named(field, wrong):
    right = {"part": "before", "kind": "probe", "name": "up", "end": "answered", field: wrong}
    with pytest.raises(ValueError, match=rf"^{field}="):
        Entry(**right)


@pytest.mark.parametrize("field", ["arguments", "answer"])
def test_an_entry_holds_plain_data_of_its_own(field):
    right = {"part": "before", "kind": "probe", "name": "up", "end": "answered"}
    given = {"places": [1, 2]}
    entry = Entry(**right, **{field: given})
    given["places"].append(3)
    assert getattr(entry, field) == {"places": [1, 2]}
    with pytest.raises(TypeError, match=rf"^{field}.* must be plain data"):
        Entry(**right, **{field: {"seen": {1, 2}}})


def test_a_journal_holds_entries_of_its_own():
    up = Entry(part="before", kind="probe", name="up", end="answered")
    entries = [up]
    journal = Journal({}, 0, entries)
    entries.append(up)
    assert journal.entries == (up,)
    with pytest.raises(ValueError, match=r"^experiment=\[1\] must be"):
        Journal([1], 0, [up])
    with pytest.raises(ValueError, match=r"^entries='up' must be"):
        Journal({}, 0, [up, "up"])


@pytest.mark.parametrize("make", [lambda: OneOf([]), lambda: OneOf("ab"), lambda: Between(2, 1), lambda: Between(0, None),
                                  lambda: Matches("("), lambda: Matches(""), lambda: pause(-1), lambda: pause(math.nan),
                                  lambda: Action("stop", random=1), lambda: Probe("up", 3), lambda: Probe("up", None, [1])])  # fmt: skip
def test_parts_that_mean_nothing_are_refused(make):
    with pytest.raises(ValueError, match="must be"):
        make()
