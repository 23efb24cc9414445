"""Whether an evening kept its promises, and the shortest one that did not, in words.

Five promises. What has a tick is shown on every device it is for, or expires, and not before
its time. Nothing is shown twice. Of one chat, what is shown stands in the order in which it was
written. Ticks only go up, speak the truth, and come: two for what all have, blue for what they
looked at. Nothing is shown after its time.

A long evening that broke one is made shorter as long as it still breaks the same: without
some messages, without some faults, with a better network. What is left can be read.

A verdict takes less than a millisecond; a counterexample some hundred evenings, a few seconds.

Left out: promises on how soon; that is the chapter's table.
Sources: Jepsen's checkers; Zeller and Hildebrandt, 2002.
"""

__all__ = ["PROMISES", "SETTLED_S", "Verdict", "broken", "check", "story"]
__dir__ = lambda: __all__

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from scalemodel.core import checks
from scalemodel.parts.shrink import shrink, without_some
from scalemodel.whatsapp.delivery.client import TICKS
from scalemodel.whatsapp.delivery.runs import CLUB, END_S, PEOPLE, History, Schedule, run

SETTLED_S = 5.0  # what is shown so long before the end has its second tick by then
PROMISES = {
    "lost": "no message that has a tick is lost",
    "twice": "nothing is shown twice",
    "order": "a chat is shown in the order in which it was written",
    "receipts": "ticks only go up, speak the truth, and come",
    "late": "nothing is shown after its time",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether all promises held; else which did not, on which short evening, in words.

    >>> Verdict("", "", None).holds
    True
    """

    promise: str  # one of PROMISES, or nothing
    words: str
    schedule: Schedule | None

    @property
    def holds(self) -> bool:
        """Whether all promises held."""
        return not self.promise


@checks.kinds
def check(history: History, tries: int = 1_000, lazy: bool = False) -> Verdict:
    """The verdict on an evening, and if a promise was broken the shortest found that breaks it.

    `lazy` is the weaker promise, as `broken` has it.

    >>> from scalemodel.whatsapp.delivery.runs import drawn
    >>> check(run(drawn(7))).holds
    True
    """
    tries = checks.whole("tries", tries, at_least=0, at_most=100_000)
    found = broken(history, lazy)
    if found is None:
        return Verdict("", "", None)
    again = lambda schedule: run(schedule, history.server, history.client)
    fails = lambda schedule: (broken(again(schedule), lazy) or ("",))[0] == found[0]
    shortest = shrink(history.schedule, _simpler, fails, tries)
    last = again(shortest)
    return Verdict(found[0], f"{broken(last, lazy)[1]}\n{story(last)}", shortest)


def _simpler(schedule: Schedule) -> Iterator[Schedule]:
    for name in ("messages", "faults", "partition", "laptops"):
        for some in without_some(getattr(schedule, name)):
            yield replace(schedule, **{name: some})
    for field in fields(schedule):
        kept = field.name in ("messages", "write", "flush_every")
        if not kept and getattr(schedule, field.name) != field.default:
            yield replace(schedule, **{field.name: field.default})
    for seed in range(1, 9) if len(schedule.messages) > 1 else ():  # with other luck, fewer may do
        for some in without_some(schedule.messages):
            close = tuple((1 + n / 10, *row[1:]) for n, row in enumerate(sorted(some)))
            yield replace(schedule, messages=some, seed=seed)
            yield replace(schedule, messages=close, seed=seed)


# ── The promises ────────────────────────────────────────────────────────────
@checks.kinds
def broken(history: History, lazy: bool = False) -> tuple[str, str] | None:
    """The first promise that was broken, and how, in a sentence; None if all were kept.

    A `lazy` disk promises less: not what it had not written when the server died.

    >>> broken(run(Schedule(messages=((1.0, "ana", "bo", "m1"),)))) is None
    True
    """
    evening = _Evening(history, lazy)
    for promise in PROMISES:
        sentence = next(getattr(evening, promise)(), None)
        if sentence:
            return promise, sentence
    return None


class _Evening:
    """The events of a history, by what they are."""

    def __init__(self, history, lazy):
        self.ttl_s, of = (
            history.schedule.ttl_s,
            lambda what: [e for e in history.events if e[1] == what],
        )
        self.devices = [(user, "phone") for user in PEOPLE]
        self.devices += [(user, "laptop") for user in history.schedule.laptops]
        self.typed = {(who, n): (at_s, to, body) for at_s, _, who, n, to, body in of("typed")}
        unwritten = {id for _, _, id in of("unwritten")} if lazy else set()
        free = {body for _, _, _, id, _, _, body in of("shown") if id in unwritten}
        free |= {self.typed[who, n][2] for _, _, who, n, id in of("acked") if id in unwritten}
        self.is_whole = not (lazy and of("died"))  # else a receipt may be lost with it
        self.acked = [
            (who, n, id) for _, _, who, n, id in of("acked") if self.typed[who, n][2] not in free
        ]
        self.expired = {id: at_s for at_s, _, id in of("expired")}
        self.looked = [(at_s, who) for at_s, _, who in of("looked")]
        self.ticks = [
            (at_s, who, n, level) for at_s, _, who, n, level in of("tick")
            if self.typed[who, n][2] not in free
        ]  # fmt: skip
        self.shown = {device: [] for device in self.devices}
        for at_s, _, who, _, _, _, body in of("shown"):
            if body not in free:
                self.shown[who].append((at_s, body))

    def _for(self, who, to):
        """The devices that show what `who` writes to `to`."""
        users = PEOPLE if to == CLUB else (to,)
        return [d for d in self.devices if d[0] in users or d[0] == who[0]
                if d != who or to == who[0]]  # fmt: skip

    def lost(self):
        for who, n, id in self.acked:
            at_s, to, body = self.typed[who, n]
            if self.expired.get(id, END_S + self.ttl_s) < at_s + self.ttl_s - 0.01:
                yield f"{_said(who)} has a tick for {body!r}, and it expires at {self.expired[id]:.2f} s."
            for device in self._for(who, to):
                if id not in self.expired and body not in [b for _, b in self.shown[device]]:
                    yield f"{_said(who)} has a tick for {body!r}, and {_said(device)} never shows it."

    def twice(self):
        for device, row in self.shown.items():
            bodies = [body for _, body in row]
            for body in bodies:
                if bodies.count(body) > 1:
                    yield f"{_said(device)} shows {body!r} {bodies.count(body)} times."

    def order(self):
        place = {body: (who, to, n) for (who, n), (_, to, body) in self.typed.items()}
        for device, row in self.shown.items():
            last = {}
            for _, body in row:
                *chat, n = place[body]
                if n < last.get((*chat,), (0,))[0]:
                    later = last[(*chat,)][1]
                    yield f"{_said(device)} shows {later!r} before {body!r}, which was written first."
                last[(*chat,)] = max(last.get((*chat,), (0,)), (n, body))

    def receipts(self):
        seen = {key: {} for key in self.typed}  # when, by level
        for at_s, who, n, level in self.ticks:
            _, to, body = self.typed[who, n]
            if level <= max(seen[who, n], default=0):
                yield f"{_said(who)} goes back to {level} for {body!r}."
            seen[who, n][level] = at_s
            for user in self._others(who, to):
                got_s = self._got_s(user, body)
                if level >= TICKS["delivered"] and got_s > at_s:
                    yield f"{_said(who)} has two ticks for {body!r}, and {user} has not got it."
                if level >= TICKS["read"] and not any(
                    got_s <= look_s <= at_s for look_s, device in self.looked if device[0] == user
                ):
                    yield f"{_said(who)} has blue ticks for {body!r}, and {user} has not looked."
        if not self.is_whole or self.expired.keys() - {id for _, _, id in self.acked}:
            return  # a receipt expired, or was lost
        for who, n, id in self.acked:
            (_, to, body), levels = self.typed[who, n], seen[who, n]
            got_s = max([self._got_s(user, body) for user in self._others(who, to)], default=0.0)
            has = max(levels, default=0) >= TICKS["delivered"]
            if got_s < END_S - SETTLED_S and id not in self.expired and not has:
                yield f"{_said(who)} never has two ticks for {body!r}, which all have got."

    def _others(self, who, to):
        return sorted({user for user, _ in self._for(who, to)} - {who[0]})

    def _got_s(self, user, body):
        """When the first device of `user` showed it."""
        rows = (row for device, row in self.shown.items() if device[0] == user)
        return min((at_s for row in rows for at_s, one in row if one == body), default=float("inf"))

    def late(self):
        written = {body: at_s for at_s, _, body in self.typed.values()}
        acked = {self.typed[who, n][2]: who for who, n, _ in self.acked}
        for device, row in self.shown.items():
            for at_s, body in row:
                if body in acked and at_s - self._taken_s(body, written) > self.ttl_s:
                    yield f"{_said(device)} shows {body!r} after its {self.ttl_s:.3g} s."

    def _taken_s(self, body, written):
        """When the server had it at the latest: its sender's first tick, or else when written."""
        ticks = (at_s for at_s, who, n, _ in self.ticks if self.typed[who, n][2] == body)
        return next(ticks, written[body])


def _said(device):
    return f"{device[0].title()}'s {device[1]}"


@checks.kinds
def story(history: History) -> str:
    """The events of a history as something to read, a line each.

    >>> print(story(run(Schedule(messages=((1.0, "ana", "bo", "m1"),)))).splitlines()[0])
    1.00 s: Ana's phone sends 'm1' to bo
    """
    bodies, lines = {}, []
    ticks = {level: name for name, level in TICKS.items()}
    for at_s, what, *rest in history.events:
        match what, rest:
            case "typed", (who, n, to, body):
                bodies[who, n] = body
                line = f"{_said(who)} sends {body!r} to {to}"
            case "acked" | "looked" | "unwritten", _:
                continue  # the tick says it
            case "tick", (who, n, level):
                line = f"{_said(who)} sees {bodies[who, n]!r} is {ticks[level]}"
            case "shown", (who, id, _, _, body):
                line = f"{_said(who)} shows {body!r}, number {id}"
            case "refused", (who, n, why):
                line = f"{_said(who)} is refused {bodies.get((who, n), n)!r}: {why}"
            case "expired", (id,):
                line = f"number {id} has expired"
            case "died", (how,):
                before = (
                    "between the commit and the acknowledgement" if how == "unplug" else "at once"
                )
                line = f"the server is gone, {before}"
            case "started", _:
                line = "the server is started again"
            case _, (why,):
                line = f"the server could not write: {why}"
        if not lines or not lines[-1].endswith(line):
            lines.append(f"{at_s:.2f} s: {line}")
    return "\n".join(lines)
