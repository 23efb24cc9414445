"""Processes and hot code: small stories, laws of order and fairness, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.whatsapp.actors.processes import (
    FULL,
    NOBODY,
    SENT,
    Clock,
    Down,
    Exited,
    Stop,
    System,
)  # fmt: skip
from scalemodel.whatsapp.actors.versions import Code


def system(**changed):
    return System(Clock(), **changed)


def keep(me, message):
    me.state.append(message)


class NeverEqual:
    """A reason that cannot be compared."""

    __hash__ = object.__hash__

    def __eq__(self, other):
        raise RuntimeError("no ==")

    def __repr__(self):
        return "NeverEqual"


def raises(error):
    def handle(me, message):
        raise error

    return handle


def crash(me, message):
    raise RuntimeError(message)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_mistake_ends_one_process_and_no_other():
    all_of = system()
    ada, bo = all_of.spawn(crash, name="Ada"), all_of.spawn(keep, [])
    assert [all_of.cast(ada, "oh"), all_of.cast(ada, "lost"), all_of.cast(bo, "hello")] == [
        SENT
    ] * 3
    all_of.run()
    assert ada.exit_reason == "RuntimeError: oh" and bo.state == ["hello"]
    assert all_of.cast(ada, "hello") == NOBODY and not ada.mailbox


def test_links_take_along_and_who_traps_is_told():
    all_of = system()
    ada, bo, cy, dan = (all_of.spawn(keep, [], name=name) for name in "abcd")
    all_of.link(ada, bo), all_of.link(bo, cy), all_of.link(cy, dan)
    all_of.trap_exit(cy)
    all_of.exit(ada, "oh")
    all_of.run()
    assert (ada.exit_reason, bo.exit_reason, cy.exit_reason) == ("oh", "oh", None)
    assert cy.state == [Exited(bo, "oh")] and dan.exit_reason is None
    all_of.unlink(cy, dan), all_of.exit(cy, "kill")
    assert cy.exit_reason == "killed" and dan.exit_reason is None


def test_normal_harms_nobody_and_kill_cannot_be_trapped():
    all_of = system()
    ada, bo = all_of.spawn(lambda me, _: (_ for _ in ()).throw(Stop())), all_of.spawn(keep, [])
    all_of.link(ada, bo)
    all_of.cast(ada, 1)

    def stop(me, _):
        raise Stop("normal")

    cy = all_of.spawn(stop, link=bo)
    all_of.cast(cy, 1)
    all_of.exit(bo, "normal")
    all_of.run()
    assert cy.exit_reason == "normal" and bo.exit_reason is None
    trapping = all_of.spawn(keep, [], link=bo, trap_exit=True)
    all_of.exit(trapping, "normal"), all_of.exit(trapping, "kill")
    assert trapping.exit_reason == "killed" and bo.exit_reason == "killed"


def test_a_link_or_monitor_to_the_dead_tells_at_once():
    all_of = system()
    dead, ada, bo = (
        all_of.spawn(keep),
        all_of.spawn(keep, []),
        all_of.spawn(keep, [], trap_exit=True),
    )
    all_of.exit(dead, "oh")
    all_of.monitor(bo, dead), all_of.link(bo, dead), all_of.link(dead, ada)
    all_of.run()
    assert ada.exit_reason == "noproc" and bo.state == [
        Down(dead, "noproc"),
        Exited(dead, "noproc"),
    ]


def test_a_monitor_tells_once_and_takes_nobody_along():
    all_of = system()
    ada, bo = all_of.spawn(keep, []), all_of.spawn(keep, [])
    all_of.monitor(bo, ada)
    all_of.exit(ada, "oh"), all_of.exit(ada, "again")
    all_of.run()
    assert bo.state == [Down(ada, "oh")]


def test_a_call_has_one_outcome_and_a_late_reply_is_dropped():
    all_of = system()
    asked, boss = all_of.spawn(keep, []), all_of.spawn(keep, [])
    call = all_of.call(asked, "when?", timeout_s=2.0, caller=boss)
    all_of.advance(1.9)
    assert call.outcome is None and asked.state == [call] and boss.state == []
    all_of.advance(0.1)
    assert call.outcome == ("timed out", None) and boss.state == [call]
    assert not all_of.reply(call, "now") and all_of.late_replies == 1
    all_of.advance(9.0)
    assert call.outcome == ("timed out", None) and boss.state == [call]
    quick = all_of.call(asked, "who?", timeout_s=2.0)
    assert all_of.reply(quick, "me") and quick.outcome == ("reply", "me")
    assert quick.timer.target is None
    all_of.advance(9.0)
    assert quick.outcome == ("reply", "me") and not all_of.reply(quick, "you")


def test_a_call_to_who_dies_is_down():
    all_of = system()
    ada = all_of.spawn(crash)
    call = all_of.call(ada, "x")
    all_of.run()
    assert call.outcome[0] == "down" and call.outcome[1].startswith("RuntimeError")
    assert all_of.call(ada, "x").outcome == ("down", "noproc")
    small = system(most_waiting=1)
    busy = small.spawn(keep, [])
    small.cast(busy, 1)
    assert small.call(busy, "x").outcome == ("down", FULL)


def test_a_timer_can_be_cancelled_and_a_clock_set_back():
    clock = Clock(10.0)
    all_of = System(clock)
    ada = all_of.spawn(keep, [])
    (
        all_of.after(1.0, ada, "one"),
        all_of.cancel(all_of.after(1.0, ada, "two")),
        all_of.after(3.0, ada, "three"),
    )
    all_of.advance(1.0)
    clock.now_s = 0.0
    all_of.run()
    assert all_of.now_s() == 11.0 and ada.state == ["one"]
    clock.now_s = 13.0
    all_of.run()
    assert ada.state == ["one", "three"]


def test_what_was_sent_is_read_before_the_clock_moves():
    all_of = system()
    ada = all_of.spawn(keep, [])
    bo = all_of.spawn(lambda me, delay_s: (all_of.after(delay_s, ada, delay_s), None)[1])
    all_of.cast(bo, 1.0), all_of.cast(bo, 3.0), all_of.cast(bo, 0.0), all_of.advance(2.0)
    assert ada.state == [0.0, 1.0] and all_of.now_s() == 2.0
    all_of.advance(1.0)
    assert ada.state == [0.0, 1.0, 3.0]


def test_a_run_has_so_many_turns_and_no_more():
    all_of = system(messages_per_turn=1)
    for process in [all_of.spawn(keep, []) for _ in range(3)]:
        assert [all_of.cast(process, n) for n in range(9)] == [SENT] * 9
    assert [all_of.run(most_turns=most) for most in (0, 2, 7, 4, 99)] == [0, 2, 7, 4, 14]


def test_a_mailbox_has_a_bound_and_its_answer():
    all_of = system(most_waiting=3)
    ada = all_of.spawn(keep, [])
    assert [all_of.cast(ada, n) for n in range(5)] == [SENT] * 3 + [FULL] * 2
    all_of.run()
    assert ada.state == [0, 1, 2] and all_of.cast(ada, 9) == SENT


def test_a_handler_that_waits_leaves_the_rest_where_it_is():
    def handle(me, message):
        if message == "begin":
            return wait(me)
        me.state.append(message)

    def wait(me):
        me.state.append((yield lambda message: message == "c"))
        me.state.append((yield lambda message: message in ("a", "e")))

    all_of = system(messages_per_turn=2, most_waiting=5)
    ada = all_of.spawn(handle, [])
    for message in ["begin", "a", "b"]:
        all_of.cast(ada, message)
    all_of.run()
    assert ada.state == [] and all_of.cast(ada, "d") == SENT
    all_of.run()
    assert [all_of.cast(ada, "x") for _ in range(3)] == [SENT, SENT, FULL]
    all_of.run()
    assert ada.state == [] and all_of.cast(ada, "c") == FULL
    split = system(messages_per_turn=4)
    cy = split.spawn(handle, [])
    for message in ["begin", "b", "c", "a", "d"]:
        split.cast(cy, message)
    split.run()
    assert cy.state == ["c", "a", "b", "d"]
    bo = all_of.spawn(handle, [])
    for message in ["begin", "a", "b", "c"]:
        all_of.cast(bo, message)
    all_of.run()
    assert bo.state == ["c", "a", "b"]
    all_of.cast(bo, "begin"), all_of.run(), all_of.exit(bo, "oh")
    assert all_of.cast(bo, "c") == NOBODY and all_of.run() == 0


def test_who_ends_in_its_own_turn_reads_no_more():
    def fatal(me, message):
        me.state.append(message)
        me.system.exit(other, "oh")

    all_of = system()
    other = all_of.spawn(keep, [])
    ada = all_of.spawn(fatal, [], link=other)
    all_of.cast(ada, 1), all_of.cast(ada, 2), all_of.cast(other, 3)
    all_of.run()
    assert ada.state == [1] and other.state == [] and ada.exit_reason == "oh"


class Wordless(Stop):
    """Neither a text nor a reason."""

    def __init__(self):
        Exception.__init__(self)

    def __str__(self):
        raise OSError("no text")


@pytest.mark.parametrize("base", [RuntimeError, Wordless])
def test_an_error_without_words_ends_its_own_process_only(base):
    all_of = system()
    error = type("Odd", (base,), {"__str__": Wordless.__str__})()
    ada, bo = all_of.spawn(raises(error)), all_of.spawn(keep, [])
    all_of.cast(ada, 1), all_of.cast(ada, 2), all_of.cast(bo, "hello"), all_of.run()
    assert ada.exit_reason == "Odd: no words" and bo.state == ["hello"]
    assert all_of.cast(ada, 3) == NOBODY


@pytest.mark.parametrize("waits", [False, True])
def test_who_interrupts_a_run_loses_nothing_that_was_not_read(waits):
    all_of, read = system(messages_per_turn=3), []

    def look(me, message):
        if message == 0:
            raise KeyboardInterrupt
        read.append(message)

    def look_at_even_first(me, message):
        for _ in range(2):
            look(me, (yield lambda one: one % 2 == 0))

    ada, bo = all_of.spawn(look_at_even_first if waits else look), all_of.spawn(keep, [])
    for message in (9, 3, 0, 5, 4, 7, 2) if waits else (1, 0, 2, 3, 4):
        all_of.cast(ada, message)
    all_of.cast(bo, "hello")
    with pytest.raises(KeyboardInterrupt):
        all_of.run()
    ada.handler = look
    all_of.run()
    assert read == ([3, 5, 4, 7, 2] if waits else [1, 2, 3, 4]) and bo.state == ["hello"]


def test_a_chain_of_a_hundred_thousand_ends_at_once():
    all_of = system()
    first = last = all_of.spawn(keep)
    for _ in range(100_000):
        last = all_of.spawn(keep, link=last)
    all_of.exit(first, "oh")
    assert last.exit_reason == "oh"


def test_new_code_comes_between_two_messages_and_the_third_version_ends_the_first():
    all_of = system()
    code = Code(all_of, keep)
    ada, bo, cy = (code.spawn([], name=name) for name in "abc")
    all_of.exit(cy, "oh")
    assert code.load(lambda me, message: me.state.update({message: 1}), dict.fromkeys) == 2
    assert (
        code.change(ada) == "changed"
        and code.change(ada) == "current"
        and code.change(cy) == "dead"
    )
    all_of.cast(ada, "x"), all_of.cast(bo, "x")
    all_of.run()
    assert ada.state == {"x": 1} and bo.state == ["x"] and code.running() == {1: 1, 2: 1}
    assert code.load(keep, lambda state: 1 / 0) == 3
    assert bo.exit_reason == "killed" and ada.exit_reason is None
    assert code.change(ada) == "refused: ZeroDivisionError: division by zero" and ada.state == {
        "x": 1
    }
    assert code.running() == {2: 1, 3: 0} and code.spawn([]).handler is keep
    code.load(keep)
    assert ada.exit_reason == "killed" and code.running() == {3: 1, 4: 0}
    eve = code.spawn([])
    code.load(keep, lambda state: all_of.exit(eve, "kill"))
    assert code.change(eve) == "dead" and eve.handler is keep and eve.state == []


def test_a_change_of_code_whose_error_has_no_words_is_refused_all_the_same():
    code = Code(system(), keep)
    ada = code.spawn([])

    def change(state):
        raise type("Odd", (RuntimeError,), {"__str__": Wordless.__str__})

    code.load(lambda me, message: None, change)
    assert code.change(ada) == "refused: Odd: no words"
    assert (ada.handler, ada.state, code.running()) == (keep, [], {1: 1, 2: 0})


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=60), st.integers(1, 4))  # fmt: skip
def test_order_holds_between_one_sender_and_one_receiver(sent, per_turn):
    all_of = system(messages_per_turn=per_turn)

    def forward(me, message):
        to, content = message
        me.system.cast(readers[to], (me.name, content))

    senders = [all_of.spawn(forward, name=n) for n in range(3)]
    readers = [all_of.spawn(keep, []) for _ in range(3)]
    for n, (sender, to, runs) in enumerate(sent):
        all_of.cast(senders[sender], (to, n))
        if runs:
            all_of.run(most_turns=1)
    all_of.run()
    for to, reader in enumerate(readers):
        for sender in range(3):
            assert [n for who, n in reader.state if who == sender] == [
                n for n, (who, at, _) in enumerate(sent) if (who, at) == (sender, to)
            ]


@given(st.integers(1, 5), st.integers(1, 40), st.integers(2, 6))
def test_nobody_waits_for_more_than_a_turn_of_each_other(per_turn, messages, people):
    all_of, read = system(messages_per_turn=per_turn), []
    busy = [all_of.spawn(lambda me, _: read.append(me.name), name=n) for n in range(people)]
    for process in busy:
        for _ in range(messages):
            all_of.cast(process, "x")
    all_of.run()
    for n in range(0, len(read) - people * per_turn, people * per_turn):
        window = read[n : n + people * per_turn]
        assert all(window.count(one) == per_turn for one in range(people))
    assert len(read) == people * messages


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14), st.sets(st.integers(0, 7)), st.integers(0, 7))  # fmt: skip
def test_who_ends_is_who_can_be_reached_past_those_who_trap(pairs, traps, first):
    all_of = system()
    some = [all_of.spawn(keep, [], trap_exit=n in traps) for n in range(8)]
    for one, other in pairs:
        if one != other:
            all_of.link(some[one], some[other])
    all_of.exit(some[first], "kill")
    gone = {first}
    while True:
        more = {
            b
            for pair in pairs
            for a, b in (pair, pair[::-1])
            if a in gone and b not in traps and b not in gone
        }
        if not more:
            break
        gone |= more
    all_of.run()
    assert {n for n, one in enumerate(some) if one.exit_reason} == gone
    told = {n for n, one in enumerate(some) if n not in gone and one.state}
    assert told == {
        b for pair in pairs for a, b in (pair, pair[::-1]) if a in gone and b not in gone
    }


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_is_no_process_of_this_system_is_named():
    all_of, other = system(), system()
    ada, stranger = all_of.spawn(keep, []), other.spawn(keep, [])
    for wrong in (None, "Ada", 3, stranger):
        for name, arguments in {
            "cast": (wrong, 1), "call": (wrong, 1), "after": (1, wrong, 1), "trap_exit": (wrong,),
            "link": (ada, wrong), "unlink": (wrong, ada), "monitor": (ada, wrong), "exit": (wrong, "oh"),
        }.items():  # fmt: skip
            with pytest.raises(ValueError, match="must be a Process of this system"):
                getattr(all_of, name)(*arguments)
    for wrong in ("Ada", [], stranger):
        with pytest.raises(ValueError, match=r"caller=.* must be a Process of this system"):
            all_of.call(ada, 1, caller=wrong)
    with pytest.raises(ValueError, match=r"other=.* must be another process than one"):
        all_of.link(ada, ada)
    assert ada.links is None and ada.exit_reason is None and not ada.mailbox


@pytest.mark.parametrize(
    "wrong",
    [None, [], np.array([1, 2]), NeverEqual()],
    ids=["None", "list", "array", "never equal"],
)
def test_who_ends_has_a_reason_that_can_be_compared(wrong):
    all_of, told = system(), []
    ada, bo = all_of.spawn(keep, []), all_of.spawn(lambda me, _: raises(Stop(wrong)))
    with pytest.raises(ValueError, match=r"reason=.* must be hashable, and not None"):
        all_of.exit(ada, wrong)
    assert ada.exit_reason is None and all_of.cast(ada, "hello") == SENT
    cy = all_of.spawn(lambda me, message: told.append(message.reason))
    all_of.monitor(cy, bo), all_of.cast(bo, 1), all_of.run()
    assert ada.state == ["hello"] and all_of.cast(bo, 1) == NOBODY
    assert told == [bo.exit_reason] and "must be hashable, and not None" in bo.exit_reason
    all_of.trap_exit(bo), all_of.monitor(cy, bo), all_of.run()
    assert told[1:] == ["noproc"] and bo.rare is None


def test_a_call_is_answered_in_its_own_system_only():
    all_of, other = system(), system()
    ada = all_of.spawn(keep, [])
    call = all_of.call(all_of.spawn(keep, []), "who?", caller=ada)
    with pytest.raises(ValueError, match=r"call.server=.* must be a Process of this system"):
        other.reply(call, "me")
    assert call.outcome is None and other.run() == 0
    assert all_of.reply(call, "me") and all_of.run() and ada.state == [call]


def test_other_bad_input_is_named():
    for wrong in ({"messages_per_turn": 0}, {"most_waiting": 0}, {"messages_per_turn": 1.5}):
        with pytest.raises(ValueError, match=f"^{next(iter(wrong))}="):
            system(**wrong)
    with pytest.raises(ValueError, match="clock=3"):
        System(3)
    with pytest.raises(ValueError, match=r"clock\(\)=nan must be"):
        System(lambda: float("nan")).now_s()
    with pytest.raises(ValueError, match="must be a Clock: others move by themselves"):
        System(lambda: 1.0).advance(1.0)
    all_of = system()
    with pytest.raises(ValueError, match="duration_s=-1 must"):
        all_of.advance(-1)
    all_of.advance(1e308)
    with pytest.raises(ValueError, match=r"clock\(\) \+ duration_s=inf must be a finite number"):
        all_of.advance(1e308)
    assert all_of.now_s() == 1e308
    ada = all_of.spawn(lambda me, _: me.system.run())
    all_of.cast(ada, 1), all_of.run()
    assert ada.exit_reason == "ValueError: run() must not be called by a handler"
    code, stranger = Code(all_of, keep), all_of.spawn(keep)
    with pytest.raises(ValueError, match="must run a version of this code"):
        code.change(stranger)
    for wrong, words in (
        ((lambda me: None,), r"handler=<lambda> must be a function of \(me, message\)"),
        ((keep, lambda: None), r"code_change=<lambda> must be a function of \(state\)"),
    ):
        with pytest.raises(ValueError, match=words):
            code.load(*wrong)
    assert code.running() == {1: 0}
