"""Who calls a public name wrongly is told so in words: one law for every room.

Valid calls come from the docstrings' examples, so that a new room has the law as it stands.
Where they show no right call of a name, `EXAMPLES` has one; what takes anything on purpose
stands in `MAY_TAKE`, with the reason.
"""

import functools
import tomllib

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.house.test_docstrings import NAMES
from tests.laws.limits import allowed
from tests.laws.wrong_arguments import Call, faults, recorded

# Not called: each with its reason.
LEFT_OUT = {
    "scalemodel.core.checks": "the doorkeeper is asked by us alone",
    "scalemodel.labs.playing.host": "only the player tells it anything, and it knows no doorkeeper",
    "scalemodel.labs.playing.refusal": "only the host calls it, and it knows no doorkeeper",
    "scalemodel.labs.playing.nursery": "holds a process; only the player has one",
    **{
        f"scalemodel.labs.playing.apart.Apart.{name}": "holds a process; `Here` has the same call"
        for name in ("begin", "call", "computed_s")
    },
    **{
        f"scalemodel.labs.twitter.crashes.Storm.{name}": "belongs to a run; only the player has one"
        for name in ("takes", "asks", "answered", "world")
    },
    "scalemodel.core.events.Events.peek": "takes nothing",
    "scalemodel.core.events.Events.check": "takes nothing",
    "scalemodel.twitter.real": "runs for real, for seconds; tests/twitter/test_real.py refuses",
    **{
        f"scalemodel.twitter.live.{name}": "holds a connection; tests/twitter/test_realtime.py refuses"
        for name in (
            *(f"client.LiveClient.{n}" for n in ("post", "cut", "stop")),
            *("gateway.Gateway.deliver", "gateway.Gateway.withhold", "service.LiveService.post"),
        )
    },
    "scalemodel.twitter.live.demo.main": "reads a command line, and argparse answers",
    **{
        f"scalemodel.twitter.on_redis.{name}": "holds a connection, and takes nothing of a caller's"
        for name in (
            *(
                f"keys.Keys.{n}"
                for n in ("claim", "is_ours", "begin_term", "claim_again", "give_back")
            ),
            *(f"timelines.RedisHomeTimelines.{n}" for n in ("close", "check")),
        )
    },
    **{
        f"scalemodel.twitter.on_redis.timelines.RedisHomeTimelines.{name}": "as in `HomeTimelines`"
        for name in ("post", "post_many", "timeline", "horizon")
    },
    **{
        f"scalemodel.twitter.timeline.{name}": "inside the engine, which looks at what comes in"
        for name in (
            *("rows", "homes", "pages"),
            *(
                f"policies.{rule}.{ask}"
                for rule in ("FanOutOnWrite", "FanOutOnRead", "Hybrid", "AuthorRate", "PerEdge")
                for ask in ("prices", "price")
            ),
        )
    },
    **{
        f"scalemodel.twitter.timeline.{name}": "a doorkeeper itself, asked by us alone"
        for name in (
            *(
                f"graph.{n}"
                for n in (
                    "user_row",
                    "one_user",
                    "two_users",
                    "moment",
                    "millisecond",
                    "same_users",
                )
            ),
            *("policies.asked_prices", "policies.asked_price"),
        )
    },
    **{
        f"scalemodel.uber.matching.reservation.OnRedis.{name}": "holds a connection; as in `InMemory`"
        for name in ("swap", "read")
    },
    "scalemodel.uber.matching.eta.asked": "a doorkeeper itself, asked by us alone",
    "scalemodel.uber.location.sphere.as_row": "a doorkeeper itself, asked by us alone",
    "scalemodel.whatsapp.encryption.keys.key": "a doorkeeper itself, asked by us alone",
    "scalemodel.twitter.live.admission.rising": "a doorkeeper itself, asked by us alone",
    **{
        f"scalemodel.parts.storage.database.Database.{name}": "holds a connection; tests/parts refuses"
        for name in ("write", "read", "close")
    },
    **{
        f"scalemodel.whatsapp.delivery.stores.SqlStore.{name}": "holds a connection; as its neighbour"
        for name in ("write", "load", "close")
    },
    "scalemodel.whatsapp.delivery.messages.Message": "inside the server, which looks at what comes in",
    "scalemodel.whatsapp.delivery.messages.clean": "a doorkeeper itself, asked by us alone",
    "scalemodel.parts.storage.redis_server.PrivateServer.stop": "takes nothing, and holds a process",
    **{
        f"scalemodel.parts.storage.redis_server.{name}": "a doorkeeper itself, asked by us alone"
        for name in ("in_words", "refuse_forgetful")
    },
    **{
        f"scalemodel.labs.{name}": "asked by us alone, of what we made"
        for name in (
            *("classroom.kept.Kept.keep", "classroom.kept.Kept.forget"),
            *("playing.patience.Patient.call", "playing.patience.Patient.end"),
        )
    },
    "scalemodel.uber.real": "runs for real, for seconds; tests/uber/test_real.py refuses",
    "scalemodel.uber.location.kafka": "holds a connection; tests/uber/location/test_kafka.py refuses",
    "scalemodel.youtube.real": "runs for real, for seconds; tests/youtube/upload refuses",
    "scalemodel.youtube.upload.path.naive": "the exhibit to be broken: it looks at nothing",
    "scalemodel.youtube.upload.path.refused": "a doorkeeper itself, asked by us alone",
    **{
        f"scalemodel.youtube.upload.path.{name}": "holds a connection; tests/youtube/upload refuses"
        for name in ("chunks", "metadata", "pipeline", "queue")
    },
    **{
        f"scalemodel.youtube.upload.path.encoder.Ffmpeg{name}": "starts a program; tests refuse"
        for name in ("", ".clip", ".heights", ".encode")
    },
    **{
        f"scalemodel.uber.location.stores.RedisStore.{name}": "holds a connection; tests refuse"
        for name in ("move", "remove", "expire", "within", "nearest", "close")
    },
    **{
        f"scalemodel.uber.location.{name}": "a doorkeeper itself, asked by us alone"
        for name in (
            *(
                "log.able",
                *(
                    f"rows.{n}"
                    for n in ("place", "places", "columns", "whole", "whole_row", "Neighbours.of")
                ),
            ),
        )
    },
}
EXAMPLES = {
    "core": """
    >>> from scalemodel.core.bandwidth import MarkovBandwidth
    >>> line = MarkovBandwidth(levels_mbps=(1.0, 2.0))
    """,
    "labs": """
    >>> from scalemodel.labs.practice import check, replay
    >>> from tests.laws.lab_laws import run_cell
    >>> run_cell('''class Timelines:
    ...     def __init__(self, store, followers, followees): self.store, self.followees = store, followees
    ...     def post(self, author, tweet): self.store.push(f"a:{author}", tweet)
    ...     def work(self): return False
    ...     def page(self, reader, n):
    ...         lists = [self.store.newest(f"a:{author}", n) for author in self.followees[reader]]
    ...         return sorted({tweet for row in lists for tweet in row}, reverse=True)[:n]
    ... ''', space := {"__name__": "notebook"})
    >>> Timelines = space["Timelines"]
    >>> from scalemodel.labs.grade import grade_stage  # in this process, which may be copied
    >>> from scalemodel.labs.playing.player import Here
    >>> from scalemodel.labs.twitter.lab import LAB
    >>> graded = grade_stage(LAB, LAB.stage("a"), Here(Timelines, list(LAB.service)), [1])
    >>> check("twitter", "a", Timelines)
    >>> replay("twitter", "a", Timelines, 1)
    >>> from scalemodel.labs.playing.history import History
    >>> told = History(None).story()
    """,
    "parts": """
    >>> from scalemodel.parts.system import Flow, Part, State, System
    >>> both = Part("line", "", 0, 0), Part("buffer", "", 1, 0)
    >>> system = System(both, (Flow("line", "buffer"),))
    >>> state = system.checked(State(load={"line": 0.5}, says={"line": "on"}))
    """,
    "twitter": """
    >>> from scalemodel.twitter.live.outbox import Outbox
    >>> outbox = Outbox(queue_posts=2, window_s=1.0, frame_posts=2)
    >>> outbox.withhold(7); outbox.check()
    """,
    "whatsapp": """
    >>> from scalemodel.whatsapp.delivery.client import Client
    >>> from scalemodel.whatsapp.delivery.runs import History, Schedule
    >>> from scalemodel.whatsapp.delivery.server import Server
    >>> from scalemodel.whatsapp.delivery.verdicts import broken, check, story
    >>> history = History(Schedule(), Server, Client, ())
    >>> check(history), broken(history), story(history)
    """,
    "youtube": """
    >>> from scalemodel.youtube.abr.policies import Dynamic
    >>> player = Player(), Dynamic()
    >>> from scalemodel.youtube.upload.path.kills import History, Schedule
    >>> from scalemodel.youtube.upload.path.pipeline import Site
    >>> from scalemodel.youtube.upload.path.verdicts import broken, check, story
    >>> history = History(Schedule(films=()), Site, (), (), (), ())
    >>> check(history), broken(history), story(history)
    """,
}
MAY_TAKE = {
    "scalemodel.core.compiled.compiled": {"signature": "looked at when the machine code is made"},
    **{
        f"scalemodel.core.units.{name}": {"value": "a page says `none` of what has no value"}
        for name in ("convert", "number", "quantity", "spoken")
    },
    **{
        f"scalemodel.youtube.abr.policies.{policy}.memory": {"video": "`play` asks, and has looked"}
        for policy in ("ThroughputRule", "BufferBased", "Bola", "Dynamic", "RobustMpc")
    },
    "scalemodel.parts.storage.redis_server.shown": {"url": "what is no URL is shown as it is"},
    "scalemodel.parts.shrink.shrink": {"world": "`simpler` is asked, and knows what a world is"},
    **{
        f"scalemodel.whatsapp.delivery.{server}.handle": {
            "who": "comes over a network, and is told over it",
            "packet": "comes over a network, and is told over it",
        }
        for server in ("server.Server", "naive.NaiveServer")
    },
    "scalemodel.labs.__main__.main": {"words": "argparse answers, and ends the process"},
}
ROOMS = ("core", "parts", "youtube", "twitter", "labs", "netflix", "uber", "whatsapp")
TABLES = {path.parent.name: path for path in sorted((ROOT / "tests").glob("*/limits.toml"))}
LIMITED = [name for name in NAMES if name.split(".")[1] in TABLES]


def modules_of(room):
    return [
        name for name in NAMES if name.startswith(f"scalemodel.{room}.") and name not in LEFT_OUT
    ]


@functools.cache
def calls_of(room):
    return recorded(modules_of(room), EXAMPLES.get(room, ""))


@pytest.mark.parametrize("room", ROOMS)
def test_whoever_calls_it_wrongly_is_told_so_in_words(room):
    wrong = []
    for name, call in calls_of(room).items():
        if name in LEFT_OUT:
            continue
        if not isinstance(call, Call):
            wrong.append(f"{name}: no example calls it rightly: add one ({call})")
            continue
        wrong += faults(call, MAY_TAKE.get(name, ()))
    assert not wrong, f"{len(wrong)} answers to correct:\n" + "\n".join(wrong)


@pytest.mark.parametrize("room", ROOMS)
def test_a_config_keeps_numbers_of_python_s_own(room):
    """NumPy's small integers would overflow in what is made of them."""
    for name, call in calls_of(room).items():
        if not isinstance(call, Call) or not hasattr(call.function, "__post_init__"):
            continue
        for field, value in call.values.items():
            if type(value) in (int, float):
                other = np.int64(value) if type(value) is int else np.longdouble(value)
                _, make = call.made(**{field: other})
                kept = getattr(make(), field)
                assert type(kept) in (int, float), f"{name}: {field} is {type(kept)}"


@pytest.mark.parametrize("name", LIMITED)
def test_what_is_allowed_stands_in_the_table(name):
    room, module = name.split(".")[1], name.removeprefix("scalemodel.")
    table = tomllib.loads(TABLES[room].read_text()).get(module, {})
    assert allowed(name) == table, f"read it, then write it: python -m tests.laws.limits {room}"


@pytest.mark.parametrize("room", TABLES)
def test_a_table_of_limits_speaks_of_modules_that_are_there(room):
    there = {name.removeprefix("scalemodel.") for name in NAMES}
    assert tomllib.loads(TABLES[room].read_text()).keys() <= there
