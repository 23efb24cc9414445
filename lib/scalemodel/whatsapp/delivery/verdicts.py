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

__all__ = ["PROMISES", "SETTLED_S", "broken", "check", "story"]
__dir__ = lambda: __all__

from collections.abc import Iterator
from dataclasses import fields, replace

from scalemodel.core import checks
from scalemodel.parts.shrink import Verdict, shrink, without_some
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
    """What was seen of each body; a lazy disk's free to lose those that it had not written."""

    def __init__(self, history, lazy):
        self.ttl_s, of = history.schedule.ttl_s, {}
        for at_s, what, *rest in history.events:
            of.setdefault(what, []).append((at_s, *rest))
        of = lambda what, events=of: events.get(what, [])
        self.devices = [(user, "phone") for user in PEOPLE]
        self.devices += [(user, "laptop") for user in history.schedule.laptops]
        names = {(who, n): body for _, who, n, _, body in of("typed")}
        unwritten = {id for _, id in of("unwritten")} if lazy else set()
        free = {body for _, _, id, _, _, body in of("shown") if id in unwritten}
        free |= {names[who, n] for _, who, n, id in of("acked") if id in unwritten}
        self.is_whole = not (lazy and of("died"))  # else a receipt may be lost with it
        self.typed = {body: (at_s, who, n, to) for at_s, who, n, to, body in of("typed")}
        self.acked = {
            names[who, n]: id for _, who, n, id in of("acked") if names[who, n] not in free
        }
        self.expired = {id: at_s for at_s, id in of("expired")}
        self.looked = [(at_s, user) for at_s, (user, _) in of("looked")]
        self.ticks = {body: [] for body in self.typed}  # (at_s, level)
        for at_s, who, n, level in of("tick"):
            if names[who, n] not in free:
                self.ticks[names[who, n]].append((at_s, level))
        self.shown = {device: [] for device in self.devices}  # (at_s, body)
        for at_s, device, _, _, _, body in of("shown"):
            if body not in free:
                self.shown[device].append((at_s, body))

    def _for(self, body):
        """The devices that show it."""
        _, who, _, to = self.typed[body]
        users = PEOPLE if to == CLUB else (to,)
        return [d for d in self.devices if d[0] in users or d[0] == who[0]
                if d != who or to == who[0]]  # fmt: skip

    def _got_s(self, body):
        """When each of the others showed it first, by user."""
        others = {user for user, _ in self._for(body)} - {self.typed[body][1][0]}
        rows = lambda user: (row for device, row in self.shown.items() if device[0] == user)
        times = lambda user: (at_s for row in rows(user) for at_s, one in row if one == body)
        return {user: min(times(user), default=float("inf")) for user in sorted(others)}

    def lost(self):
        for body, id in self.acked.items():
            at_s, who, _, _ = self.typed[body]
            has = f"{_said(who)} has a tick for {body!r}"
            if self.expired.get(id, END_S + self.ttl_s) < at_s + self.ttl_s - 0.01:
                yield f"{has}, and it expires at {self.expired[id]:.2f} s."
            for device in self._for(body):
                if id not in self.expired and body not in [one for _, one in self.shown[device]]:
                    yield f"{has}, and {_said(device)} never shows it."

    def twice(self):
        for device, row in self.shown.items():
            bodies = [body for _, body in row]
            for body in bodies:
                if bodies.count(body) > 1:
                    yield f"{_said(device)} shows {body!r} {bodies.count(body)} times."

    def order(self):
        for device, row in self.shown.items():
            last = {}
            for _, body in row:
                _, who, n, to = self.typed[body]
                before = last.get((who, to), (0, ""))
                if n < before[0]:
                    yield f"{_said(device)} shows {before[1]!r} before {body!r}, which was written first."
                last[who, to] = max(before, (n, body))

    def receipts(self):
        for body, (_, who, _, _) in self.typed.items():
            last, got_s = 0, self._got_s(body)
            for at_s, level in self.ticks[body]:
                if level <= last:
                    yield f"{_said(who)} goes back to {level} for {body!r}."
                last = level
                for user, first_s in got_s.items():
                    if level >= TICKS["delivered"] and first_s > at_s:
                        yield f"{_said(who)} has two ticks for {body!r}, and {user} has not got it."
                    looks = [s for s, one in self.looked if one == user and first_s <= s <= at_s]
                    if level >= TICKS["read"] and not looks:
                        yield f"{_said(who)} has blue ticks for {body!r}, and {user} has not looked."
        if not self.is_whole or self.expired.keys() - {*self.acked.values()}:
            return  # a receipt expired, or was lost
        for body, id in self.acked.items():
            has = max((level for _, level in self.ticks[body]), default=0) >= TICKS["delivered"]
            all_s = max(self._got_s(body).values(), default=0.0)
            if all_s < END_S - SETTLED_S and id not in self.expired and not has:
                who = _said(self.typed[body][1])
                yield f"{who} never has two ticks for {body!r}, which all have got."

    def late(self):
        for device, row in self.shown.items():
            for at_s, body in row:
                # the server had it at the latest when its sender saw a tick, or else when written
                taken_s = [*self.ticks[body], self.typed[body]][0][0]
                if body in self.acked and at_s - taken_s > self.ttl_s:
                    yield f"{_said(device)} shows {body!r} after its {self.ttl_s:.3g} s."


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
                between = "between the commit and the acknowledgement"
                line = f"the server is gone, {between if how == 'unplug' else 'at once'}"
            case "started", _:
                line = "the server is started again"
            case _, (why,):
                line = f"the server could not write: {why}"
        if not lines or not lines[-1].endswith(line):
            lines.append(f"{at_s:.2f} s: {line}")
    return "\n".join(lines)
