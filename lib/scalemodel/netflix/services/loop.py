"""The loop behind a run: jobs in lines, workers held, and calls that end one above the other.

A page is a tree of *jobs*: the entry's, one for each of its calls, theirs below, and beside each
the same again for a retry. `jobs` has the places of that tree, the entry's first; job number
is page × places + place. A job waits in its service's line, keeps a worker for its own work and
then until every call it makes is settled: answered, or given up. Who is given up is not told,
and goes on. In each turn of the loop calls go out, then whoever has heard all ends, and those
above too, then free workers take who waits longest.

An event is 0.2 to 0.4 µs (`benchmarks/netflix/services.py`), a job with its luck 100 bytes; 20 million jobs,
which is the most that a run may have, are 2 GB, and there one machine ends.
Left out: a line for each instance; who is tried again by another instance on purpose.
Sources: `parts.resilience.calls`, whose story this tells for many services.
"""

__all__ = [
    "AGAIN", "ARRIVES", "BASE_S", "BEHIND", "BREAKS", "BULKHEAD", "BUSY", "CALL", "CALLER", "CALLS",
    "CAME", "CHANGES", "COPIES", "EDGE", "END", "ENDED", "ERROR", "EVERY_S", "FAILED", "FAILS",
    "FALLBACK", "FIRST", "FREE", "GIVES_UP", "HEAD", "HOST", "JITTER", "KNOWN", "LACKS", "LIFE",
    "LIFE_THEN", "LOST", "MANY", "MISSING", "OPEN", "PARTLY", "PAUSE_S", "PLACE", "QUEUE", "RULE",
    "RULES", "SERVICE", "SETTLED", "SLOWNESS", "STATE", "TAIL", "TIME_OUT_S", "TRIES", "USED",
    "WAIT", "WAITED_FOR", "WHOLE", "WORKED", "WORKERS", "loop",
]  # fmt: skip
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core import events
from scalemodel.core.compiled import READ_FLOATS, compiled
from scalemodel.netflix.services.changes import DEAD, GONE, SLOWS, UP
from scalemodel.parts.resilience import retry
from scalemodel.parts.resilience.breaker import allow, record
from scalemodel.parts.resilience.retry import earn, may_retry

CHANGES, ARRIVES, WORKED, GIVES_UP, AGAIN = range(5)  # kinds of event
OPEN, WHOLE, PARTLY, FAILED = range(4)  # how a job or call ended: not yet; answered; without some
# Columns of what is fixed: a place in the tree, a call of it, an edge (and its rules), a service.
SERVICE, CALL, CALLS, MANY = range(4)  # its call, and those that it makes: the first, how many
CALLER, EDGE, FIRST = range(3)  # places, but for the edge
TRIES, FALLBACK, BREAKS, RULE = range(4)
TIME_OUT_S, BULKHEAD, BASE_S = range(3)
WORKERS, QUEUE, FAILS, EVERY_S, PAUSE_S = range(5)
PLACE, ERROR, JITTER = range(3)  # kinds of luck
# Columns of what changes: an instance, a line, a job's moments and notes, what a call was told.
STATE, BUSY, LIFE, LOST = range(4)  # who began in a life before LOST is lost
HEAD, TAIL, WAIT, FREE, KNOWN, SLOWNESS = range(6)
CAME, END = range(2)
ENDED, WAITED_FOR, MISSING, LACKS, HOST, LIFE_THEN, BEHIND = range(7)
SETTLED, USED, COPIES = range(3)
RULES = (retry.Exponential, retry.FullJitter, retry.Decorrelated)
_exponential, _full_jitter, _decorrelated = (rule.pause for rule in RULES)


# ── Engine ──────────────────────────────────────────────────────────────────
@compiled()
def _works_until_s(now_s, work_s, host, every_s, pause_s):
    """When work is done on an instance that pauses now and then, each at a moment of its own."""
    at_s = (now_s + 0.618 * host * every_s) % every_s - pause_s  # since it last ran on
    pauses = (max(0.0, at_s) + work_s) // (every_s - pause_s)
    return now_s + work_s + max(0.0, -at_s) + pauses * pause_s


@compiled()
def _pause_s(rule, again, last_s, luck, memory):
    if rule == 0:
        return _exponential(again, last_s, luck, memory)
    if rule == 1:
        return _full_jitter(again, last_s, luck, memory)
    return _decorrelated(again, last_s, luck, memory)


@compiled()
def _hears(caller, how, fallback):
    """Whether a caller that hears how a call went has nothing more to wait for."""
    if how == FAILED and fallback > 0:
        how = PARTLY
    caller[LACKS] = max(caller[LACKS], how)
    caller[MISSING] -= 1
    return caller[MISSING] == 0


@compiled()
def _change(line, hosts, workers, instance, value):
    """A service is slower, or an instance of it comes or goes."""
    if instance == SLOWS:
        line[SLOWNESS] = value
        return
    state = int(value)
    if state != hosts[instance, STATE] and state != GONE:  # a new life begins
        hosts[instance, LIFE] += 1
        hosts[instance, BUSY] = 0
        if state == DEAD:
            hosts[instance, LOST] = hosts[instance, LIFE]
    hosts[instance, STATE] = state
    line[FREE], line[KNOWN] = 0, 0
    for host in range(len(hosts)):
        line[KNOWN] += hosts[host, STATE] != GONE
        if hosts[host, STATE] == UP:
            line[FREE] += workers - hosts[host, BUSY]


@compiled(
    f"int64({READ_FLOATS}, float64[:, ::1], int64[:, ::1], int64[:, ::1], int64[:, ::1], "
    "float64[:, ::1], float64[:, ::1], int64[:, :, ::1], float64[:, ::1], float64[:, ::1], "
    "float64[::1], float64[:, ::1], float64[:, ::1], int64[:, ::1], int64[:, ::1])"
)
def loop(
    arrival_s, changes, jobs, calls, edges, rules, services, hosts, budgets, breakers, works_s,
    luck, times_s, notes, told,
):  # fmt: skip
    """Fill when jobs came and ended, notes of jobs and of calls; the number of events.

    >>> from scalemodel.netflix.services.run import RunConfig, simulate
    >>> simulate(RunConfig(until_s=20.0)).events  # of 2,002 pages, without guards
    22022
    """
    places = len(jobs)
    lines = np.zeros((len(services), 6))
    inside, paused_s = np.zeros(len(edges), np.int64), np.zeros(len(told))
    touched = np.zeros(places, np.int64)  # services whose line may go on: one a job of the page
    for service in range(len(services)):
        lines[service, SLOWNESS] = 1.0
        _change(lines[service], hosts[service], services[service, WORKERS], 0, UP)
    heap = events.new(places + len(changes))
    for row in range(len(changes)):
        events.push(heap, changes[row, 0], CHANGES, row)
    events.push(heap, arrival_s[0], ARRIVES, 0)
    seen = 0
    while events.waiting(heap) > 0:
        heap = events.with_room(heap, places)  # for calls; who begins to work has more below
        now_s, kind, item, _ = events.pop(heap)
        seen += 1
        touches, request, first, last, done, heard = 0, 0, 0, 0, -1, -1
        if kind == WORKED:
            request, place = item // places, item % places
            if luck[item, ERROR] < services[jobs[place, SERVICE], FAILS]:
                notes[item, LACKS] = FAILED
            else:
                notes[item, MISSING] = jobs[place, MANY]
                first, last = jobs[place, CALLS], jobs[place, CALLS] + jobs[place, MANY]
            if first == last:
                done = item
        elif kind == GIVES_UP:
            heard = item
        elif kind == AGAIN:
            request = item // len(calls)
            first, last = item % len(calls), item % len(calls) + 1
        elif kind == ARRIVES:
            request, first = item, -1
            if request + 1 < len(arrival_s):
                events.push(heap, arrival_s[request + 1], ARRIVES, request + 1)
        else:
            service = int(changes[item, 1])
            _change(
                lines[service], hosts[service], services[service, WORKERS],
                int(changes[item, 2]), changes[item, 3],
            )  # fmt: skip
            touched[0], touches = service, 1

        for call in range(first, last):  # calls go out, by the guards that are left; -1 is a page
            edge, place, out = -1, 0, True
            if call >= 0:
                edge, copies = calls[call, EDGE], told[request * len(calls) + call, COPIES]
                place = calls[call, FIRST] + copies
                if copies == 0:
                    earn(budgets[edge])
                if edges[edge, BREAKS] > 0:
                    out = allow(breakers[edge], now_s)
                if out and inside[edge] >= rules[edge, BULKHEAD]:
                    out = False
                    record(breakers[edge], now_s, False)
            job, service = request * places + place, jobs[place, SERVICE]
            line, answers = lines[service], True
            if out:
                times_s[job, CAME] = now_s
                nth = int(luck[job, PLACE] * line[KNOWN])  # this instance is asked
                answers = line[KNOWN] > 0
                for host in range(hosts.shape[1]):
                    nth -= hosts[service, host, STATE] != GONE
                    if nth < 0 and answers:
                        answers = hosts[service, host, STATE] == UP
                        break
                if answers and line[WAIT] - line[FREE] >= services[service, QUEUE]:
                    out = False
                    if call >= 0:
                        record(breakers[edge], now_s, False)
            if out and answers:
                if line[WAIT] == 0:
                    line[HEAD] = job
                else:
                    notes[int(line[TAIL]), BEHIND] = job
                line[TAIL] = job
                line[WAIT] += 1
                touched[touches] = service
                touches += 1
            else:
                notes[job, ENDED], times_s[job, END] = FAILED, now_s
            if call >= 0 and out:
                told[request * len(calls) + call, COPIES] += 1
                inside[edge] += 1
                notes[job, WAITED_FOR] = 1
                after_s = rules[edge, TIME_OUT_S] if answers else 0.0
                if after_s < np.inf:
                    events.push(heap, now_s + after_s, GIVES_UP, job)
            elif call >= 0:
                caller = request * places + calls[call, CALLER]
                told[request * len(calls) + call, SETTLED] = FAILED
                if _hears(notes[caller], FAILED, edges[edge, FALLBACK]):
                    done = caller

        while done >= 0 or heard >= 0:  # a job ends, or is given up, and those above may end too
            job, how = heard, FAILED
            if done >= 0:
                job, service = done, jobs[done % places, SERVICE]
                host, life = notes[job, HOST], notes[job, LIFE_THEN]
                how = max(notes[job, LACKS], WHOLE)
                if life < hosts[service, host, LOST]:
                    how = FAILED
                notes[job, ENDED], times_s[job, END] = how, now_s
                if life == hosts[service, host, LIFE]:
                    hosts[service, host, BUSY] -= 1
                    lines[service, FREE] += hosts[service, host, STATE] == UP
                    touched[touches] = service
                    touches += 1
            done, heard = -1, -1
            if notes[job, WAITED_FOR] == 0:
                continue  # nobody hears it
            request, place = job // places, job % places
            call = jobs[place, CALL]
            edge, told_at = calls[call, EDGE], request * len(calls) + call
            notes[job, WAITED_FOR] = 0
            inside[edge] -= 1
            if edges[edge, BREAKS] > 0:
                record(breakers[edge], now_s, how != FAILED)
            if how == FAILED:
                again = told[told_at, COPIES]
                if again < edges[edge, TRIES] and may_retry(budgets[edge]):
                    paused_s[told_at] = _pause_s(
                        edges[edge, RULE], again - 1, paused_s[told_at], luck[job, JITTER],
                        rules[edge, BASE_S:],
                    )  # fmt: skip
                    events.push(heap, now_s + paused_s[told_at], AGAIN, told_at)
                    continue
            else:
                told[told_at, USED] = place
            told[told_at, SETTLED] = how
            caller = request * places + calls[call, CALLER]
            if _hears(notes[caller], how, edges[edge, FALLBACK]):
                done = caller

        for turn in range(touches):  # who waits longest is served by whoever is free
            service = touched[turn]
            line = lines[service]
            while line[FREE] > 0 and line[WAIT] > 0:
                job = int(line[HEAD])
                line[HEAD] = notes[job, BEHIND]
                line[WAIT] -= 1
                line[FREE] -= 1
                host = int(luck[job, PLACE] * hosts.shape[1])
                while (
                    hosts[service, host, STATE] != UP
                    or hosts[service, host, BUSY] >= services[service, WORKERS]
                ):
                    host = (host + 1) % hosts.shape[1]
                hosts[service, host, BUSY] += 1
                notes[job, HOST], notes[job, LIFE_THEN] = host, hosts[service, host, LIFE]
                until_s = _works_until_s(
                    now_s, works_s[job] * line[SLOWNESS], host,
                    services[service, EVERY_S], services[service, PAUSE_S],
                )  # fmt: skip
                heap = events.with_room(heap, 1)
                events.push(heap, until_s, WORKED, job)
    return seen
