"""Sessions: a process a user, a store for the others, a state machine, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.whatsapp.actors.processes import FULL, Clock, System
from scalemodel.whatsapp.actors.sessions import (
    ONESELF,
    ROUTED,
    STORE_FULL,
    STORED,
    TOO_LATE,
    UNKNOWN_STANZA,
    UNKNOWN_USER,
    Message,
    Receipt,
    Sessions,
    Typing,
)  # fmt: skip
from scalemodel.whatsapp.actors.supervisors import Child, Supervisor, children


def serve(me, given):
    if me.state is None:
        me.state = []
    if given[1] == Message(13, "crash"):
        raise RuntimeError("unlucky")
    me.state.append(given)


def sessions(users="ABC", **changed):
    some = Sessions(System(Clock(), most_waiting=5), serve, **changed)
    for user in users:
        some.add_user(user)
    return some


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_waits_comes_first_and_in_order():
    some = sessions()
    assert [some.route_message("B", "A", Message(n, "")) for n in range(2)] == [STORED] * 2
    assert some.route_message("B", "A", Typing()) == TOO_LATE
    ada = some.start_user_session("A")
    assert some.start_user_session("A") is ada and some.route_message("C", "A", Typing()) == ROUTED
    assert some.route_message("C", "A", Receipt(7, "read")) == ROUTED
    some.system.run()
    assert ada.state == [("B", Message(0, "")), ("B", Message(1, "")), ("C", Typing()), ("C", Receipt(7, "read"))]  # fmt: skip
    assert "A" not in some.offline


def test_a_session_that_crashes_is_off_line_and_nobody_else_is():
    some = sessions()
    ada, bo = some.start_user_session("A"), some.start_user_session("B")
    assert some.route_message("B", "A", Message(13, "crash")) == ROUTED
    some.system.run()
    assert ada.exit_reason == "RuntimeError: unlucky" and bo.exit_reason is None
    assert [*some.online] == ["B"] and "A" in some.offline
    assert some.route_message("B", "A", Message(1, "x" * 100_000)) == STORED
    again = some.start_user_session("A")
    some.system.run()
    assert again is not ada and again.state == [("B", Message(1, "x" * 100_000))]


def test_between_an_end_and_its_news_messages_are_stored():
    some = sessions()
    some.start_user_session("A"), some.end_user_session("A"), some.end_user_session("B")
    assert some.route_message("B", "A", Message(1, "")) == STORED
    some.system.run()
    assert some.offline["A"] == [("B", Message(1, ""))] and "A" not in some.online
    some.start_user_session("A"), some.end_user_session("A")
    newer = some.start_user_session("A")
    some.system.run()
    assert some.online["A"] is newer


def test_a_supervisor_starts_the_keeper_again_and_the_store_is_still_there():
    some = sessions()
    top = Supervisor(children=[Child(id="sessions", start=some.start)]).start(some.system)
    ada = some.start_user_session("A")
    some.route_message("A", "B", Message(1, ""))
    some.system.exit(children(top)["sessions"], "kill")
    with pytest.raises(ValueError, match=r"keeper=.* must run"):
        some.start_user_session("C")
    some.system.run()
    assert ada.exit_reason == "killed" and some.route_message("B", "A", Message(2, "")) == STORED
    assert some.offline["B"] == [("A", Message(1, ""))] and some.start_user_session("A").exit_reason is None  # fmt: skip
    some.system.exit(top, "shutdown")
    some.system.run()
    assert some.keeper.exit_reason == "shutdown" and some.online["A"].exit_reason == "shutdown"


@pytest.mark.parametrize("second", [Message(2, ""), None])
def test_one_message_by_itself_is_still_there_when_its_process_is_watched(second):
    some = sessions()
    ada, bo = some.start_user_session("A"), some.start_user_session("B")
    assert some.route_message("C", "A", Message(1, "")) == ROUTED
    some.system.trap_exit(ada), some.system.monitor(bo, ada)
    assert second is None or some.route_message("C", "A", second) == ROUTED
    assert some.system.run() == 1
    assert ada.state == [("C", one) for one in (Message(1, ""), second) if one]


def test_who_interrupts_a_run_leaves_the_messages_of_the_others():
    some = sessions()
    ada, bo, cy = map(some.start_user_session, "ABC")
    for to in "BC":
        assert some.route_message("A", to, Message(1, "")) == ROUTED
    bo.handler = lambda me, given: (_ for _ in ()).throw(KeyboardInterrupt).__next__()
    with pytest.raises(KeyboardInterrupt):
        some.system.run()
    assert some.route_message("B", "A", Message(2, "")) == ROUTED and some.system.run() == 2
    assert (cy.state, ada.state) == ([("A", Message(1, ""))], [("B", Message(2, ""))])


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.lists(st.tuples(st.sampled_from(["on", "off", "send", "send", "typing", "run"]), st.sampled_from("ABC"), st.sampled_from("ABC")), max_size=60))  # fmt: skip
def test_what_was_routed_or_stored_is_read_or_still_there(steps):
    """Nothing is lost but in a mailbox whose process ended, and each reader reads in order."""
    some, taken, processes = sessions(), {user: [] for user in "ABC"}, {user: [] for user in "ABC"}
    for n, (what, one, other) in enumerate(steps):
        if what == "on":
            process = some.start_user_session(one)
            if process not in processes[one]:
                processes[one].append(process)
        elif what == "off":
            some.system.run()
            some.end_user_session(one)
        elif what == "run":
            some.system.run()
        else:
            stanza = Message(n, "") if what == "send" else Typing()
            answer = some.route_message(one, other, stanza)
            assert (answer == ONESELF) == (one == other)
            if answer in (ROUTED, STORED):
                taken[other].append((one, stanza))
    some.system.run()
    for user in "ABC":
        read = [given for process in processes[user] for given in process.state or []]
        assert [*read, *some.offline.get(user, ())] == taken[user]
        assert (user in some.online) != (user in some.offline)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_ten_thousand_messages_count_as_by_hand():
    some = sessions("")
    names = [f"+49170{n:07d}" for n in range(1000)]
    for n, name in enumerate(names):
        some.add_user(name) if n % 10 == 0 else some.start_user_session(name)
    answers = []
    for n in range(10_000):
        answers.append(
            some.route_message(names[n % 1000], names[(7 * n + 1) % 1000], Message(n, ""))
        )
        if n % 100 == 0:
            some.system.run()
    some.system.run()
    owed = sum((7 * n + 1) % 1000 % 10 == 0 for n in range(10_000) if (n - 7 * n - 1) % 1000)
    assert answers.count(STORED) == owed == sum(map(len, some.offline.values()))
    assert answers.count(ROUTED) == sum(len(one.state or ()) for one in some.online.values())


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_a_phone_may_send_is_answered_and_not_raised():
    some = sessions(most_stored=2)
    ada = some.start_user_session("A")
    for stanza in ("hello", None, 3, [], {"kind": "message"}, type("Odd", (), {"kind": "odd"})()):
        assert some.route_message("B", "A", stanza) == UNKNOWN_STANZA
    for user in ("Z", None, 3, [], {}):
        assert some.route_message("B", user, Message(1, "")) == UNKNOWN_USER
    assert some.route_message("A", "A", Message(1, "")) == ONESELF
    assert [some.route_message("A", "B", Message(n, "")) for n in range(3)] == [STORED, STORED, STORE_FULL]  # fmt: skip
    assert [some.route_message("B", "A", Message(n, "")) for n in range(6)] == [ROUTED] * 5 + [FULL]
    some.system.run()
    assert len(ada.state) == 5 and some.route_message("B", "A", Message(9, "")) == ROUTED


class Odd:
    """A stanza whose kind raises, and a name that cannot be compared."""

    __hash__ = object.__hash__

    @property
    def kind(self):
        raise RuntimeError("no kind")

    def __eq__(self, other):
        raise RuntimeError("no ==")


def test_what_raises_when_it_is_looked_at_is_answered_too():
    some = sessions()
    ada = some.start_user_session("A")
    kinds = [Odd(), np.array([1, 2])]
    for stanza in [Odd(), *(type("Of", (), {"kind": kind})() for kind in kinds)]:
        assert some.route_message("B", "A", stanza) == UNKNOWN_STANZA
    for user in kinds:
        assert some.route_message("B", user, Message(1, "")) == UNKNOWN_USER
    assert ada.mailbox is None and some.system.run() == 0


def test_what_waits_must_fit_into_a_mailbox():
    some = sessions()
    for n in range(6):
        some.route_message("A", "B", Message(n, ""))
    with pytest.raises(ValueError, match="most_waiting must be at least the 6 that wait for 'B'"):
        some.start_user_session("B")
    some.system.run()
    assert len(some.offline["B"]) == 6 and "B" not in some.online
    assert some.keeper.links is None  # nobody is left running


def test_bad_names_are_named():
    some = sessions()
    for wrong in (None, [], {}):
        for does in (some.add_user, some.start_user_session, some.end_user_session):
            with pytest.raises(ValueError, match=r"user=.* must be a name"):
                does(wrong)
    with pytest.raises(ValueError, match="most_stored=0 must be an integer of at least 1"):
        sessions(most_stored=0)
    with pytest.raises(ValueError, match=r"system=.* must be the one of these sessions"):
        some.start(System(Clock()))
