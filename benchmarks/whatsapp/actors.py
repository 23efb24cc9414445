"""A process a user: routed messages, bare casts and bytes, beside asyncio, thespian and Erlang.

    python benchmarks/whatsapp/actors.py    two minutes

Ours is measured through `Sessions.route_message`: the registry's look-up, whether the process
lives, the mailbox, and the handling. Messages of 100 bytes between users drawn at random, who
have names of 14 letters; rounds of 250 are sent and then run, so that what is sent is still in
the core's own cache when it is read. At 100,000 users most of a message's time is spent waiting
for memory: a name, a place in the table, its entry and a process, each drawn at random, lie far
apart. Recipients are drawn before the clock starts. Figures are per second of CPU of this process,
on one core; the best of the rounds, for a shared machine can only take away.
Heaps are frozen before the clock starts, ours and the peers', and the collector looks at what is
new after 50,000 objects: else its walks over a million idle users would be measured instead.
Each contestant has a process of its own, so that bytes are what it grows by.

`make erlang` runs Erlang alone.
"""

import asyncio
import gc
import itertools
import json
import multiprocessing
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scalemodel.whatsapp.actors.processes import Clock, System
from scalemodel.whatsapp.actors.sessions import Message, Sessions

SIZES = 100_000, 1_000_000
MESSAGES, BATCH, ROUNDS = 500_000, 250, 5
PEER_USERS, PEER_MESSAGES = {"asyncio": 100_000, "thespian": 2_000}, 100_000
NOT_ALIKE = """\
Not like for like. Ours has one heap and one thread: a message is handed over and not copied, a
handler that computes for ever stops everybody, and a crash of Python itself ends all. Erlang
copies each message, takes the core away from who computes long, gives each process a heap that
is collected alone, and uses all cores where it has them (one above, by +S 1:1). Its bytes are
those of a process with a heap and a stack; ours leave out the user's own state. An asyncio task
and a thespian actor get a bare message here, without a look-up by name."""


def main():
    if sys.argv[1:] == ["erlang"]:
        return erlang()
    print(f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores\n")
    print(f"{'':<34}{'users':>10}{'bytes each':>12}{'routed/s':>12}{'cast/s':>12}")
    for users in SIZES:
        row("ours", users, *apart(ours, users))
    row(
        "asyncio, a task and a queue each",
        PEER_USERS["asyncio"],
        *apart(tasks, PEER_USERS["asyncio"]),
    )
    try:
        import thespian  # noqa: F401
    except ImportError:
        print("thespian: not run, it is not installed; `make bench` brings it")
    else:
        row(
            "thespian, in this process",
            PEER_USERS["thespian"],
            *apart(thespians, PEER_USERS["thespian"]),
        )
    erlang()
    print(f"\n{NOT_ALIKE}")


def row(name, users, bytes_each, routed_per_s, cast_per_s):
    """One line of the table."""
    told = [
        f"{figure:,.0f}" if figure else "-" for figure in (bytes_each, routed_per_s, cast_per_s)
    ]
    print(f"{name:<34}{users:>10,}" + "".join(f"{one:>12}" for one in told))


def apart(contestant, users):
    """What `contestant(users)` answers, in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(contestant, (users,))


def ours(users):
    """Bytes, routed a second and cast a second."""
    gc.collect()
    before, read = resident_bytes(), itertools.count()
    tick = read.__next__

    def serve(me, given):
        tick()

    system = System(Clock())
    sessions = Sessions(system, serve)
    for n in range(users):
        sessions.start_user_session(f"+49170{n:08d}")
    gc.collect()
    each = (resident_bytes() - before) / users
    names = list(sessions.online)
    quiet_collector()
    rng, stanza = random.Random(1), Message(1, "x" * 100)
    who = [names[rng.randrange(users)] for _ in range(MESSAGES)]
    processes = [sessions.online[name] for name in who]
    route, cast, sender = sessions.route_message, system.cast, names[0]
    routed, cast_s = [], []
    for _ in range(ROUNDS):
        began_s = time.process_time()
        for at in range(0, MESSAGES, BATCH):
            for to in who[at : at + BATCH]:
                route(sender, to, stanza)
                sender = to
            system.run()
        routed.append(time.process_time() - began_s)
        began_s = time.process_time()
        for at in range(0, MESSAGES, BATCH):
            for process in processes[at : at + BATCH]:
                cast(process, stanza)
            system.run()
        cast_s.append(time.process_time() - began_s)
    assert next(read) > 2 * ROUNDS * MESSAGES * 0.999  # but what somebody sent to themself
    return each, MESSAGES / min(routed), MESSAGES / min(cast_s)


def tasks(users):
    """The same for a task of asyncio's with a queue, without a look-up."""

    async def serve(queue):
        while True:
            await queue.get()

    async def both():
        gc.collect()
        before = resident_bytes()
        queues = [asyncio.Queue() for _ in range(users)]
        running = [asyncio.create_task(serve(queue)) for queue in queues]
        await asyncio.sleep(0)
        gc.collect()
        each = (resident_bytes() - before) / users
        quiet_collector()
        rng, spent_s = random.Random(1), []
        who = [queues[rng.randrange(users)] for _ in range(PEER_MESSAGES)]
        for _ in range(ROUNDS):
            began_s = time.process_time()
            for at in range(0, PEER_MESSAGES, BATCH):
                for queue in who[at : at + BATCH]:
                    queue.put_nowait("x" * 100)
                await asyncio.sleep(0)
            while not all(queue.empty() for queue in who[-BATCH:]):
                await asyncio.sleep(0)
            spent_s.append(time.process_time() - began_s)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        return each, None, PEER_MESSAGES / min(spent_s)

    return asyncio.run(both())


def thespians(users):
    """The same for thespian's actors, all in one process."""
    from thespian.actors import ActorSystem

    system = ActorSystem("simpleSystemBase")
    gc.collect()
    before = resident_bytes()
    actors = [system.createActor(Reader) for _ in range(users)]
    gc.collect()
    each = (resident_bytes() - before) / users
    quiet_collector()
    rng, spent_s = random.Random(1), []
    who = [actors[rng.randrange(users)] for _ in range(PEER_MESSAGES // 10)]
    for _ in range(ROUNDS):
        began_s = time.process_time()
        for actor in who:
            system.tell(actor, "x" * 100)
        spent_s.append(time.process_time() - began_s)
    system.shutdown()
    return each, None, len(who) / min(spent_s)


try:
    from thespian.actors import Actor
except ImportError:
    pass
else:

    class Reader(Actor):
        """Who reads, and does nothing about it."""

        def receiveMessage(self, message, sender):
            """Nothing."""


def erlang():
    """The rows of our own `router.erl`, on one scheduler, where `erl` is."""
    if not (shutil.which("erl") and shutil.which("erlc")):
        print("Erlang: not run, there is no `erl`; on Debian: apt-get install erlang-base")
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["erlc", "-o", folder, Path(__file__).with_name("router.erl")], check=True)
        for users in SIZES:
            command = ["erl", "-noshell", "+P", "2000000", "+S", "1:1", "-pa", folder]
            command += ["-run", "router", "main", str(users), str(2 * MESSAGES)]
            told = [
                json.loads(
                    subprocess.run(command, check=True, capture_output=True, text=True).stdout
                )
                for _ in range(3)
            ]
            best = {name: max(one[name] for one in told) for name in told[0]}
            row(f"Erlang/OTP {best['otp']}, a process each", users, best["bytes"], best["routed_per_cpu_s"], best["cast_per_cpu_s"])  # fmt: skip


def quiet_collector():
    """Leave what is there alone, and look at what is new more rarely."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def resident_bytes():
    """What this process holds of the machine's memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
