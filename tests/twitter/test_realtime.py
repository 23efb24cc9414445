"""The live service on real sockets: hand cases, a thousand readers against brute force, refusals."""

import asyncio
import contextlib
import functools
import gc
import json
import logging
import re
import socket
import warnings

import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from scalemodel.core.rng import stream
from scalemodel.parts.admission import token
from scalemodel.twitter.live import demo as shown
from scalemodel.twitter.live import wire
from scalemodel.twitter.live.client import LiveClient
from scalemodel.twitter.live.gateway import GatewayConfig
from scalemodel.twitter.live.service import LiveService
from scalemodel.twitter.timeline.brute_force import BruteForce
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnWrite, Hybrid

KEY = b"only the server has it"
ANA, BO, CY, STAR, FRIEND = range(5)
FOLLOWS = [(ANA, STAR), (BO, STAR), (CY, STAR), (ANA, FRIEND)]
TIGHT = {"kernel_buffer_bytes": 2_048, "write_buffer_bytes": 512}  # a slow reader is noticed soon
LONG_S = 240.0  # nothing here takes so long, on a busy machine either; what does, fails


def live(test):
    """`test` run in a loop of its own, with a deadline."""

    @functools.wraps(test)
    def run(*arguments, **options):
        asyncio.run(asyncio.wait_for(test(*arguments, **options), 2 * LONG_S))

    return run


async def until(condition):
    async with asyncio.timeout(LONG_S):
        while not condition():
            await asyncio.sleep(0.01)


def service_of(follows=FOLLOWS, n_users=5, policy=FanOutOnWrite(), cap=800, **config):
    """A service, and the brute force that hears of every tweet it stores."""
    follower, followee = zip(*follows, strict=True)
    homes = HomeTimelines(SocialGraph.from_edges(follower, followee, n_users), policy, cap=cap)
    truth = BruteForce(n_users, follows)

    class Witnessed(LiveService):
        def post(self, author):
            tweet = super().post(author)
            truth.post(author, tweet)
            return tweet

    return Witnessed(homes, KEY, GatewayConfig(**{"window_s": 0.0} | config)), truth


@contextlib.asynccontextmanager
async def line(service, user=None, last_id=None, proof=None, small=False):
    """A bare line, which says hello if a user is named and whose every frame the test reads."""
    with contextlib.closing(socket.socket()) as pipe:
        pipe.setblocking(False)
        if small:
            pipe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        port = service.gateway.port
        await asyncio.get_running_loop().sock_connect(pipe, ("127.0.0.1", port))
        async with connect(f"ws://127.0.0.1:{port}", sock=pipe, compression=None, proxy=None,
                           ping_interval=None, max_queue=4, close_timeout=1) as bare:  # fmt: skip
            if user is not None:
                hello = wire.Hello(user, proof or token(user, KEY), last_id)
                with contextlib.suppress(ConnectionClosed):  # refused before it could be said
                    await bare.send(wire.encode(hello))
            yield bare


async def heard(bare):
    return wire.from_gateway(await asyncio.wait_for(bare.recv(), LONG_S))


async def closed_with(bare):
    """The code and reason of the close that ends the line, past whatever still came."""
    try:
        while True:
            await asyncio.wait_for(bare.recv(), LONG_S)
    except ConnectionClosed as closed:
        return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")


async def serves_on(service):
    """Whether a good client finds everything in order."""
    async with line(service, CY) as bare:
        await heard(bare)
        tweet = service.post(STAR)
        return await heard(bare) == wire.Delta((tweet,))


# ── Examples ────────────────────────────────────────────────────────────────
@live
async def test_a_page_then_each_tweet_as_it_comes_and_only_to_followers():
    service, _ = service_of()
    async with service:
        first, second = service.post(STAR), service.post(FRIEND)
        async with line(service, ANA) as ana, line(service, BO) as bo:
            assert await heard(ana) == wire.Snapshot((second, first))
            assert await heard(bo) == wire.Snapshot((first,))
            private, public = service.post(FRIEND), service.post(STAR)
            assert [await heard(ana), await heard(ana)] == [
                wire.Delta((private,)), wire.Delta((public,))
            ]  # fmt: skip
            assert await heard(bo) == wire.Delta((public,))
        assert service.gateway.report.deliveries == 3


@live
async def test_who_posts_gets_the_id_and_the_followers_the_tweet():
    service, truth = service_of()
    async with service, line(service, STAR) as star, line(service, BO) as bo:
        await heard(star), await heard(bo)
        await star.send(wire.encode(wire.Post("good morning")))
        posted = await heard(star)
        assert await heard(bo) == wire.Delta((posted.tweet_id,))
        assert truth.tweets == [(posted.tweet_id, STAR)]
        assert service.gateway.report.posts == 1


@live
async def test_ids_are_strings_since_javascript_cannot_hold_them():
    service, _ = service_of()
    async with service:
        tweet = service.timelines.post(STAR, time_s=2e9)  # beyond 2**53
        async with line(service, BO) as bo:
            assert await bo.recv() == f'{{"snapshot":["{tweet}"],"newest":"{tweet}"}}'
        assert int(float(tweet + 1)) != tweet + 1


@live
async def test_two_phones_of_one_user_hear_the_same():
    service, _ = service_of()
    async with service, line(service, BO) as phone, line(service, BO) as laptop:
        await heard(phone), await heard(laptop)
        assert service.gateway.registry.count(BO) == 2
        tweet = service.post(STAR)
        assert await heard(phone) == await heard(laptop) == wire.Delta((tweet,))
        await phone.close()
        await until(lambda: service.gateway.registry.count(BO) == 1)
        tweet = service.post(STAR)
        assert await heard(laptop) == wire.Delta((tweet,))


@live
async def test_a_burst_within_the_window_is_one_frame():
    service, _ = service_of(window_s=0.2, frame_posts=50)
    async with service, line(service, BO) as bo:
        await heard(bo)
        ids = [service.post(STAR) for _ in range(12)]  # all before the loop turns
        assert await heard(bo) == wire.Delta((ids[0],))
        assert await heard(bo) == wire.Delta(tuple(ids[1:]))
        assert service.gateway.report.deltas == 2


@live
async def test_a_frame_holds_so_many_posts_and_no_more():
    service, _ = service_of(frame_posts=5)
    async with service, line(service, BO) as bo:
        await heard(bo)
        service.gateway.deliver(tuple(range(12)), [BO])
        sizes = [len((await heard(bo)).ids) for _ in range(3)]
        assert sizes == [5, 5, 2]


@pytest.mark.parametrize("missed", [0, 1, 6, 7, 8, 9])
@live
async def test_the_gap_is_exact_up_to_the_limit_and_one_more_is_too_old(missed):
    service, truth = service_of(gap_posts=7, snapshot_posts=3)
    async with service:
        service.post(STAR)
        last = service.post(STAR)
        away = [service.post(STAR) for _ in range(missed)]
        async with line(service, BO, last_id=last) as bo:
            if missed <= 7:
                assert await heard(bo) == wire.Gap(tuple(away))
                assert service.gateway.report.gap_posts == missed
            else:
                assert await heard(bo) == wire.TooOld()
                assert await heard(bo) == wire.Snapshot(tuple(truth.timeline(BO, 3)))
                assert service.gateway.report.reloads == 1
            tweet = service.post(STAR)
            assert await heard(bo) == wire.Delta((tweet,))


@live
async def test_what_the_service_has_evicted_is_too_old_even_if_few_are_left():
    service, _ = service_of(cap=5, gap_posts=50)
    async with service:
        ids = [service.post(STAR) for _ in range(9)]
        async with line(service, BO, last_id=ids[3]) as bo:
            assert await heard(bo) == wire.Gap(tuple(ids[4:]))  # the five that are held
        async with line(service, BO, last_id=ids[2]) as bo:
            assert await heard(bo) == wire.TooOld()


@live
async def test_a_slow_reader_is_told_how_many_and_asks_for_the_gap_and_others_wait_for_nobody():
    service, truth = service_of(queue_posts=16, gap_posts=600, **TIGHT)
    async with service, line(service, BO, small=True) as bo, line(service, CY) as cy:
        await heard(bo), await heard(cy)
        posted = []
        for _ in range(600):  # Bo reads nothing meanwhile, and Cy gets every tweet at once
            posted.append(service.post(STAR))
            assert await heard(cy) == wire.Delta((posted[-1],))
        seen, word = [], await heard(bo)
        while isinstance(word, wire.Delta):
            seen += word.ids
            word = await heard(bo)
        assert seen == posted[: len(seen)], "what came is the beginning, without holes"
        assert isinstance(word, wire.Missed) and word.posts <= 600 - len(seen)
        done = service.gateway.report
        assert done.missed == 600 - len(seen) and done.longest_queue <= 16
        await bo.send(wire.encode(wire.Since(seen[-1])))
        while isinstance(word, wire.Missed):
            word = await heard(bo)
        assert seen + list(word.ids) == truth.timeline(BO, n=None)[::-1] == posted
        last = service.post(STAR)
        assert await heard(bo) == wire.Delta((last,))


@live
async def test_memory_for_a_reader_who_never_reads_is_bounded():
    service, _ = service_of(queue_posts=16, frame_posts=4, **TIGHT)
    async with service, line(service, BO, small=True) as bo:
        await heard(bo)
        (there,) = service.gateway.registry
        most = 0
        for _ in range(3_000):
            service.post(STAR)
            most = max(most, there.transport.get_write_buffer_size())
            await asyncio.sleep(0)
        assert len(there.outbox) <= 16
        assert most <= 512 + 200, "the limit, and the frame that crossed it"


@pytest.mark.parametrize("posts", [0, 2_000], ids=["idle", "with a full socket"])
@live
async def test_a_peer_without_a_pong_is_cut_and_forgotten_and_the_others_stay(posts, caplog):
    service, _ = service_of(ping_interval_s=0.3, ping_deadline_s=1.0, queue_posts=4, **TIGHT)
    async with service, line(service, CY) as cy, line(service, BO, small=True) as bo:
        await heard(cy), await heard(bo)
        bo.transport.pause_reading()  # no pong leaves either
        for _ in range(posts):
            service.gateway.deliver((service.post(FRIEND),), [BO])
        await until(lambda: service.gateway.registry.count(BO) == 0)
        assert service.gateway.registry.count(CY) == 1
        assert service.gateway.report.silent == 1 and "no pong" in caplog.text
        tweet = service.post(STAR)
        assert await heard(cy) == wire.Delta((tweet,))


@live
async def test_a_client_comes_back_after_a_restart_of_the_gateway():
    service, truth = service_of()
    async with service:
        port = service.gateway.port
        client = LiveClient(port, BO, token(BO, KEY), rng=stream(1, "Bo"), base_s=0.02, most_s=0.1)
        task = asyncio.create_task(client.run())
        await client.ready.wait()
        service.post(STAR)
    service.post(STAR)  # stored while nobody can be told
    service.gateway.port = port
    async with service:
        await until(lambda: client.inbox.ids == truth.timeline(BO, n=None)[::-1])
        await client.stop()
        await task
    assert client.connects >= 2 and client.inbox.gaps == 1


async def tries_in_vain():
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    client = LiveClient(port, BO, "proof", rng=stream(1, "Bo"), base_s=0.001, most_s=0.002)
    task = asyncio.create_task(client.run())
    await until(lambda: client.attempts > 2)
    await client.stop()
    await task


def test_a_client_does_not_hold_the_loop_and_closes_what_it_opens():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(tries_in_vain(), debug=True)  # which refuses a socket that would wait
        gc.collect()
    assert not told


@live
async def test_a_client_posts_and_hears_its_id():
    service, truth = service_of()
    words = []
    async with service:
        star = LiveClient(service.gateway.port, STAR, token(STAR, KEY), rng=stream(1, "star"),
                          listen=lambda client, word: words.append(word))  # fmt: skip
        task = asyncio.create_task(star.run())
        await star.ready.wait()
        await star.post("good morning")
        await until(lambda: star.frames == 2)
        assert words == [wire.Snapshot(()), wire.Posted(truth.tweets[0][0])]
        assert star.connects == 1
        await star.stop()
        await task


@live
async def test_a_client_who_is_ahead_of_a_new_service_starts_again():
    first, _ = service_of()
    async with first:
        port = first.gateway.port
        for _ in range(9):
            first.post(STAR)
        client = LiveClient(port, BO, token(BO, KEY), rng=stream(1, "Bo"), base_s=0.02, most_s=0.1)
        task = asyncio.create_task(client.run())
        await client.ready.wait()
    second, truth = service_of()  # it begins with the same ids and has fewer
    second.post(STAR)
    second.gateway.port = port
    async with second:
        await until(lambda: client.inbox.ids == truth.timeline(BO, n=None)[::-1])
        second.post(STAR)  # and it hears what follows, an id that it once had
        await until(lambda: client.inbox.ids == truth.timeline(BO, n=None)[::-1])
        await client.stop()
        await task
    assert client.inbox.reloads >= 1


@live
async def test_who_asks_from_ahead_is_told_and_hears_what_follows():
    service, _ = service_of()
    async with service, line(service, BO) as bo:
        await heard(bo)
        first = service.post(STAR)
        await heard(bo)
        await bo.send(wire.encode(wire.Since(wire.MOST_ID)))
        assert [await heard(bo), await heard(bo)] == [wire.TooOld(), wire.Snapshot((first,))]
        tweet = service.post(STAR)
        assert await heard(bo) == wire.Delta((tweet,))


@pytest.mark.parametrize("ascii_only", [True, False])
@live
async def test_a_tweet_of_280_emoji_is_a_tweet(ascii_only):
    service, _ = service_of()
    async with service, line(service, STAR) as star:
        await heard(star)
        await star.send(json.dumps({"post": "\U0001f600" * 280}, ensure_ascii=ascii_only))
        assert isinstance(await heard(star), wire.Posted)


class Broken(HomeTimelines):
    """Timelines that fail as often as they are told to, with the error they are given."""

    fails, error = 0, OSError("redis://user:secret@host is down")

    def _perhaps(self):
        if self.fails:
            self.fails -= 1
            raise self.error

    def post(self, author, time_s=None):
        self._perhaps()
        return super().post(author, time_s)

    def timeline(self, user, n=50):
        self._perhaps()
        return super().timeline(user, n)


def broken_service(**options):
    graph = SocialGraph.from_edges(*zip(*FOLLOWS, strict=True), 5)
    config = GatewayConfig(window_s=0.0)
    return LiveService(Broken(graph, FanOutOnWrite()), KEY, config, **options)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError("redis://user:secret@host is down"), "the service failed, try again"),
        (ValueError("time_s=1.0 must be at least 1.5"), "time_s=1.0 must be at least 1.5"),
    ],
)
@live
async def test_a_store_that_fails_once_is_said_in_words_and_counted_and_the_line_stays(
    error, words, caplog
):
    service = broken_service()
    async with service, line(service, STAR) as star, line(service, BO) as bo:
        await heard(star), await heard(bo)
        service.timelines.fails, service.timelines.error = 1, error
        await star.send(wire.encode(wire.Post("one")))
        assert await heard(star) == wire.Refused(f"the post was not taken: {words}")
        await star.send(wire.encode(wire.Post("two")))
        posted = await heard(star)
        assert await heard(bo) == wire.Delta((posted.tweet_id,))
        assert (service.gateway.report.failures, service.gateway.report.posts) == (1, 1)
        service.timelines.fails = 1
        await bo.send(wire.encode(wire.Since(wire.NOTHING)))
        assert await heard(bo) == wire.Refused(f"what came since could not be found: {words}")
        await bo.send(wire.encode(wire.Since(wire.NOTHING)))
        assert await heard(bo) == wire.Gap((posted.tweet_id,))
        assert service.gateway.report.failures == 2
        assert "the post was not taken" in caplog.text


@live
async def test_a_clock_half_a_second_back_costs_nobody_the_line():
    now_s = [100.0, 99.5, 99.9, 100.001]
    service = broken_service(clock_s=lambda: now_s.pop(0))
    async with service, line(service, STAR) as star:
        await heard(star)
        ids = []
        while now_s:
            await star.send(wire.encode(wire.Post("a tweet")))
            ids.append((await heard(star)).tweet_id)
    assert ids == sorted(set(ids)) and [tweet >> 22 for tweet in ids[:3]] == [100_000] * 3


@live
async def test_who_comes_while_the_service_fails_may_come_again():
    service = broken_service()
    async with service:
        service.timelines.fails = 1
        async with line(service, BO) as bo:
            assert await closed_with(bo) == (1013, "service failed")
        assert service.gateway.report.failures == 1
        assert await serves_on(service)


# ── The demonstration ───────────────────────────────────────────────────────
TOLD = [
    "a service opens, and five readers their connections",
    "the star posts one tweet",
    "Bo puts the phone away, Cy drives into a tunnel, and the star posts on and on",
    "Bo reads again",
    "a stranger who says to be Ana is refused: close code 1008",
]


def test_the_demonstration_ends_by_itself_with_equal_lists():
    lines = []
    assert asyncio.run(shown.demo(lines.append))
    assert all(re.match(r" {0,3}\d+\.\d\d s  ", line) for line in lines)
    said = [line[10:] for line in lines]
    assert [text for text in said if text in TOLD] == TOLD
    assert "Bo hears that" in "\n".join(said) and any("Cy hears a gap of" in text for text in said)
    ends = [
        re.match(r" *(\w+) holds +(\d+) ids after +(\d+) frames, (\d+) .*: equal to brute", text)
        for text in said
    ]
    held = {end[1]: int(end[2]) for end in ends if end}
    # 792 of the star's 800 and the first; 8 of the friend's, and the first, for Ana and Cy alone
    assert held == {"Ana": 802, "Bo": 793, "Cy": 802, "Dee": 793, "Eli": 793}
    assert [end[1] for end in ends if end and end[4] != "1"] == ["Cy"], (
        "who was cut off comes again"
    )
    frames = {end[1]: int(end[3]) for end in ends if end}
    assert 5 <= frames["Bo"] < frames["Ana"] < 100, "some twenty frames a second"
    assert re.match(r"in all \d+ frames carried \d+ posts, \d+ had no room, \d+ gaps", said[-1])
    assert said[-1].endswith("refused: {'forged user': 1}")


def test_a_demonstration_that_goes_wrong_says_so(monkeypatch, capsys):
    class Wrong(BruteForce):
        def timeline(self, user, **options):
            return [] if user == CY else super().timeline(user, **options)

    monkeypatch.setattr(shown, "BruteForce", Wrong)
    lines = []
    assert not asyncio.run(shown.demo(lines.append, burst=20, patience_s=0.5))
    assert [line.split()[2] for line in lines if "NOT brute force" in line] == ["Cy"]
    assert float(lines[-1].split()[0]) >= 3 * 0.5, "three times it waits for all, and not for one"


@pytest.mark.parametrize(("right", "code"), [(True, 0), (False, 1)])
def test_the_command_ends_with_whether_it_was_right(monkeypatch, right, code):
    async def answers():
        return right

    logged = []
    monkeypatch.setattr(shown.logging, "basicConfig", lambda **how: logged.append(how["format"]))
    monkeypatch.setattr(shown, "demo", answers)
    assert shown.main([]) == code
    assert [form % {"message": "Bo"} for form in logged] == ["          log: Bo"]


def test_the_command_serves_whoever_says_what_it_tells(monkeypatch, capsys):
    visits, flushed = [], []

    def spy(text, flush=False):
        print(text)
        flushed.append(flush)

    async def visit(port):
        visits.append(port)
        serving = asyncio.create_task(serve(port))
        told = []
        while len(told) < 1 + len(shown.NAMES):
            await asyncio.sleep(0.01)
            told += capsys.readouterr().out.splitlines()
        address, hello = told[0].split(",")[0], told[1 + BO].rpartition("   ")[0].strip()
        assert told[1 + BO].endswith("(Bo)")
        async with connect(address, proxy=None) as bo:
            await bo.send(hello)
            assert wire.from_gateway(await bo.recv()) == wire.Snapshot(())
        serving.cancel()
        await asyncio.wait([serving])
        raise KeyboardInterrupt

    serve = shown._serve
    monkeypatch.setattr(shown, "_serve", visit)
    monkeypatch.setattr(shown, "print", spy, raising=False)
    assert shown.main(["--serve", "--port", "0"]) == 0
    assert visits == [0] and flushed[-1], "whoever reads through a pipe waits for the last line"


def test_a_service_needs_timelines_that_take_tweets():
    class Silent:
        def timeline(self, user, n=50): ...
        def followers(self, user): ...

    with pytest.raises(ValueError, match=r"timelines=.* must have .*post"):
        LiveService(Silent(), KEY)


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(3))
@live
async def test_with_cuts_at_any_moment_nothing_is_lost_or_told_twice(seed):
    rng = stream(seed, "cuts")
    service, truth = service_of(window_s=0.005, queue_posts=6, frame_posts=3, **TIGHT)
    told = []

    def listen(client, word):
        assert client.inbox.ids == sorted(set(client.inbox.ids))
        if isinstance(word, wire.Delta):
            told.extend(word.ids)

    async with service:
        client = LiveClient(service.gateway.port, BO, token(BO, KEY), rng=stream(seed, "Bo"),
                            base_s=0.002, most_s=0.02, listen=listen)  # fmt: skip
        task = asyncio.create_task(client.run())
        await client.ready.wait()
        for _ in range(300):
            for _ in range(rng.integers(1, 8)):
                service.post(STAR)
            if rng.random() < 0.1:
                client.cut()
            await asyncio.sleep(0.001 * rng.integers(0, 3))
        await until(lambda: client.inbox.ids == truth.timeline(BO, n=None)[::-1])
        assert len(told) == len(set(told)) and client.connects > 10
        await client.stop()
        await task


# ── Oracle ──────────────────────────────────────────────────────────────────
CROWD, SLOW, CUT, ROUNDS, BURST, AUTHORS = 1_000, 100, 100, 20, 60, 20


@pytest.mark.slow
@live
async def test_a_thousand_readers_end_with_what_brute_force_shows(caplog):
    """A tenth reads nothing until the end, a tenth is cut and comes back at random."""
    caplog.set_level(logging.ERROR)
    rng = stream(7, "crowd")
    star, authors = CROWD, range(CROWD + 1, CROWD + 1 + AUTHORS)
    follows = [(reader, star) for reader in range(CROWD)]
    follows += [
        (reader, int(author))
        for reader in range(CROWD)
        for author in rng.choice(authors, size=3, replace=False)
    ]
    service, truth = service_of(
        follows, CROWD + 1 + AUTHORS, Hybrid(celebrity_followers=CROWD), window_s=0.05,
        queue_posts=30, gap_posts=4_000, kernel_buffer_bytes=2_048, write_buffer_bytes=512,
        ping_interval_s=LONG_S, messages_burst=2 * ROUNDS * BURST,
    )  # fmt: skip
    slow, cut = np.split(rng.permutation(CROWD)[: SLOW + CUT], [SLOW])
    slow, cut = set(slow.tolist()), cut.tolist()
    reading = asyncio.Event()
    reading.set()
    async with service, asyncio.TaskGroup() as group:

        def client(user):
            return LiveClient(
                service.gateway.port, user, token(user, KEY), rng=stream(user, "client"),
                base_s=0.05, most_s=0.5, receive_buffer_bytes=2_048 if user in slow else None,
                pace=reading.wait if user in slow else None,
            )  # fmt: skip

        crowd = [client(user) for user in range(CROWD)]
        celebrity = client(star)
        for batch in range(0, CROWD, 100):
            for one in crowd[batch : batch + 100]:
                group.create_task(one.run())
            await asyncio.gather(*(one.ready.wait() for one in crowd[batch : batch + 100]))
        group.create_task(celebrity.run())
        await celebrity.ready.wait()
        assert service.gateway.report.open_connections == CROWD + 1
        reading.clear()
        for turn in range(ROUNDS):
            posts_before = service.gateway.report.posts
            for _ in range(BURST):
                await celebrity.post()
            for author in rng.choice(authors, size=3):
                service.post(int(author))
            for user in rng.choice(cut, size=CUT // 10, replace=False):
                crowd[user].cut()
            await until(lambda n=posts_before: service.gateway.report.posts == n + BURST)
            if turn == ROUNDS // 2:
                quick = [one for one in crowd if one.user not in slow and one.user not in cut]
                newest = [truth.timeline(one.user, 1)[0] for one in quick]
                await until(  # while the slow ones read nothing
                    lambda q=quick, n=newest: [one.inbox.last_id for one in q] == n
                )
        assert service.gateway.report.missed > 0 and service.gateway.report.longest_queue <= 30
        reading.set()
        wanted = [truth.timeline(user, n=None)[::-1] for user in range(CROWD)]
        newest = [ids[-1] for ids in wanted]
        await until(lambda: [one.inbox.last_id for one in crowd] == newest)
        for one in [*crowd, celebrity]:
            await one.stop()
    assert [one.inbox.ids for one in crowd] == wanted
    assert sum(one.inbox.reloads for one in crowd) == 0
    assert sum(one.connects - 1 for one in crowd) >= CUT // 2, "the cut ones came back"
    assert all(crowd[user].inbox.gaps >= 1 for user in slow), "the slow ones asked for the rest"
    assert not caplog.records, "nothing went wrong unseen"


@live
async def test_everybody_gets_the_very_same_bytes_once_made():
    service, _ = service_of()
    async with service, line(service, ANA) as ana, line(service, BO) as bo, line(service, CY) as cy:
        for bare in (ana, bo, cy):
            await heard(bare)
        before = service.gateway._bytes.cache_info().misses
        tweet = service.post(STAR)
        frames = [await bare.recv() for bare in (ana, bo, cy)]
        assert set(frames) == {wire.encode(wire.Delta((tweet,)))}
        assert service.gateway._bytes.cache_info().misses == before + 1
        assert bo.protocol.extensions == [], "no compression was agreed on"


# ── Refusals ────────────────────────────────────────────────────────────────
HELLO = wire.encode(wire.Hello(BO, token(BO, KEY)))
NOT_BO = wire.encode(wire.Hello(BO, token(CY, KEY)))


@pytest.mark.parametrize(
    "frames, code, reason",
    [
        ([HELLO, "{"], 1007, "malformed"),
        ([HELLO, "[1]"], 1007, "malformed"),
        ([HELLO, '{"since":7}'], 1007, "malformed"),
        ([HELLO, '{"since":"9223372036854775808"}'], 1007, "malformed"),
        ([HELLO, '{"post":""}'], 1007, "malformed"),
        ([HELLO, '{"post":"' + "x" * 281 + '"}'], 1007, "malformed"),
        ([HELLO, '{"dance":1}'], 1007, "malformed"),
        (['{"hello":{"user":"1","token":""}}'], 1007, "malformed"),
        (["[" * 2_000], 1007, "malformed"),
        ([b"{}"], 1003, "binary"),
        ([HELLO, b"\xff\xfe"], 1003, "binary"),
        ([HELLO, '{"post":"' + "x" * 5_000 + '"}'], 1009, "oversized"),
        (["x" * 100_000], 1009, "oversized"),
        ([NOT_BO], 1008, "forged user"),
        ([wire.encode(wire.Hello(BO, token(BO, KEY)[:-1]))], 1008, "forged user"),
        ([wire.encode(wire.Hello(BO, token(BO, KEY) + "0"))], 1008, "forged user"),
        ([wire.encode(wire.Hello(BO, ""))], 1008, "forged user"),
        (['{"hello":{"user":1,"token":"é\\ud800"}}'], 1008, "forged user"),
        ([wire.encode(wire.Hello(99, token(99, KEY)))], 1008, "unknown user"),
        (['{"post":"hello"}'], 1008, "no hello"),
        ([HELLO, HELLO], 1008, "out of turn"),
        ([HELLO] + ['{"since":"-1"}'] * 60, 1008, "message flood"),
    ],
    ids=lambda value: str(value)[:24] if not isinstance(value, list) else str(value[-1])[:24],
)
@live
async def test_what_is_refused_with_which_code(frames, code, reason, caplog):
    service, truth = service_of()
    async with service:
        async with line(service) as bare:
            with contextlib.suppress(ConnectionClosed):
                for frame in frames:
                    await bare.send(frame)
            assert (await closed_with(bare))[0] == code
        await until(lambda: service.gateway.report.refused == {reason: 1})
        assert [f"{reason} (close code {code})" in text for text in caplog.messages] == [True]
        assert truth.tweets == [] and len(service.gateway.registry) == 0
        assert await serves_on(service)


@live
async def test_a_frame_with_two_forms_is_refused_in_words():
    service, truth = service_of()
    async with service, line(service, STAR) as star:
        await heard(star)
        await star.send('{"post":"good morning","since":"4"}')
        code, words = await closed_with(star)
        assert code == 1007 and words.startswith("malformed: ") and '"post"' in words
        assert truth.tweets == [] and service.gateway.report.refused == {"malformed": 1}


async def stuff(there):
    """Fill the socket and what waits before it: nothing arrives now, a goodbye neither."""
    while there.unsent_bytes < 8_000:
        there.transport.write(bytes(1_000))
        await asyncio.sleep(0)


async def pieces(bare):
    async def said():
        for _ in range(60):
            yield " "

    await bare.send(said())


@pytest.mark.parametrize("kind", ["ping", "pong", "pieces"])
@live
async def test_whatever_a_line_sends_spends_its_allowance(kind):
    service, _ = service_of(messages_per_s=0.001, messages_burst=31)
    async with service, line(service, BO) as bo:
        await heard(bo)  # hello was the first of 31
        for _ in range(30 if kind != "pieces" else 0):
            await getattr(bo, kind)()
        await asyncio.sleep(0.05)
        assert service.gateway.report.refused == {}
        with contextlib.suppress(ConnectionClosed):
            await (pieces(bo) if kind == "pieces" else getattr(bo, kind)())
        assert await closed_with(bo) == (1008, "message flood")
        assert service.gateway.report.refused == {"message flood": 1}
        assert len(service.gateway.registry) == 0
        assert await serves_on(service)


@live
async def test_answers_that_are_never_read_are_bounded():
    service, _ = service_of(messages_burst=10**6, gap_posts=10, **TIGHT)
    async with service, line(service, BO, small=True) as bo:
        await heard(bo)
        (there,) = service.gateway._lines
        bo.transport.pause_reading()
        bo.transport.set_write_buffer_limits(2**30)
        most = 0
        while not service.gateway.report.refused:
            bo.transport.write(Frame(Opcode.PING, b"x" * 125).serialize(mask=True) * 50)
            await asyncio.sleep(0)
            most = max(most, there.unsent_bytes)
        assert service.gateway.report.refused == {"unread": 1}
        assert most <= there.gateway.config.unsent_bytes
        assert await serves_on(service)


@pytest.mark.parametrize("last_word", [b"{", b"x" * 9_000, "{}"])
@live
async def test_who_neither_reads_nor_goes_is_cut(last_word):
    """A line that is refused or breaks the protocol waits for its peer so long and no longer."""
    service, _ = service_of(close_deadline_s=0.1, queue_posts=4, **TIGHT)
    async with service, line(service, BO, small=True) as bo:
        await heard(bo)
        bo.transport.pause_reading()
        (there,) = service.gateway.registry
        await stuff(there)
        await bo.send(last_word)
        await until(lambda: not service.gateway._sockets)
        await until(lambda: sum(service.gateway.report.refused.values()) == 1)


@live
async def test_a_gateway_closes_though_somebody_does_not_read():
    service, _ = service_of(close_deadline_s=0.1, queue_posts=4, **TIGHT)
    async with contextlib.AsyncExitStack() as stack:
        async with service:
            bo = await stack.enter_async_context(line(service, BO, small=True))
            await heard(bo)
            bo.transport.pause_reading()
            (there,) = service.gateway.registry
            await stuff(there)
        assert not service.gateway._sockets


@live
async def test_sockets_that_say_nothing_are_bounded_too(monkeypatch):
    monkeypatch.setattr("scalemodel.twitter.live.gateway.SPARE_FILES", 2)
    service, _ = service_of(connections=1)
    async with service, contextlib.AsyncExitStack() as stack:
        silent = []
        for _ in range(6):
            reader, writer = await asyncio.open_connection("127.0.0.1", service.gateway.port)
            stack.callback(writer.close)
            silent.append(asyncio.create_task(reader.read()))
        await until(lambda: sum(task.done() for task in silent) == 3)
        assert len(service.gateway._sockets) == 3
    assert not service.gateway._sockets


@live
async def test_text_that_is_not_utf_8_is_1007(caplog):
    service, _ = service_of()
    async with service:
        async with line(service, BO) as bare:
            await heard(bare)
            await bare.send(b"\xff\xfe", text=True)
            assert (await closed_with(bare))[0] == 1007
        await until(lambda: service.gateway.report.refused == {"malformed": 1})
        assert await serves_on(service)


@live
async def test_who_says_nothing_is_sent_away():
    service, _ = service_of(hello_deadline_s=0.2)
    async with service:
        async with line(service) as bare:
            assert await closed_with(bare) == (1008, "no hello")
        assert service.gateway.report.refused == {"no hello": 1}
        assert await serves_on(service)


@live
async def test_one_user_may_not_take_all_lines(caplog):
    service, _ = service_of(user_connections=2)
    async with service, line(service, BO) as one, line(service, BO) as two:
        await heard(one), await heard(two)
        async with line(service, BO) as three:
            assert await closed_with(three) == (1013, "too many of one user")
        assert "close code 1013" in caplog.text
        assert await serves_on(service)
        await one.close()
        await until(lambda: service.gateway.registry.count(BO) == 1)
        async with line(service, BO) as four:
            assert isinstance(await heard(four), wire.Snapshot)


@live
async def test_a_full_gateway_says_try_again_later_and_means_it(caplog):
    service, _ = service_of(connections=3)
    async with service, contextlib.AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(line(service, user)) for user in (ANA, BO, STAR)]
        for bare in lines:
            await heard(bare)
        async with line(service, CY) as late:
            assert await closed_with(late) == (1013, "too many connections")
        patient = LiveClient(service.gateway.port, CY, token(CY, KEY), rng=stream(1, "Cy"),
                             base_s=0.02, most_s=0.1)  # fmt: skip
        task = asyncio.create_task(patient.run())
        await until(lambda: patient.attempts >= 3)
        assert not patient.ready.is_set()
        await lines[0].close()
        await patient.ready.wait()
        await patient.stop()
        await task
        assert "too many connections (close code 1013)" in caplog.text


@live
async def test_a_flood_of_connections_is_turned_away_and_passes(caplog):
    service, _ = service_of(connects_per_s=5, connects_burst=10)
    async with service:

        async def knock():
            async with line(service, BO) as bare:
                word = await bare.recv()
                return wire.from_gateway(word)

        answers = await asyncio.gather(*(knock() for _ in range(40)), return_exceptions=True)
        refused = [one for one in answers if isinstance(one, ConnectionClosed)]
        assert {one.rcvd.code for one in refused} == {1013} and len(refused) >= 20
        assert service.gateway.report.refused["connection flood"] > 0
        assert caplog.text.count("close code 1013") == len(refused)
        async with asyncio.timeout(LONG_S):
            while True:  # the bucket fills again
                with contextlib.suppress(ConnectionClosed):
                    if await serves_on(service):
                        break


@live
async def test_a_forger_gives_up_for_good():
    service, _ = service_of()
    async with service:
        forger = LiveClient(service.gateway.port, BO, token(CY, KEY), rng=stream(1, "?"))
        await forger.run()
        assert forger.closed_with == 1008 and forger.attempts == 1 and forger.inbox.ids == []


@live
async def test_what_is_no_websocket_at_all_hurts_nobody():
    service, _ = service_of()
    async with service:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.gateway.port)
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        await reader.read()
        writer.close()
        await writer.wait_closed()
        assert await serves_on(service)


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("window_s", float("nan"), "must be a finite number of at least 0"),
        ("queue_posts", 0, "must be an integer of at least 1"),
        ("frame_posts", 1.5, "must be an integer of at least 1"),
        ("ping_deadline_s", 0, "must be a finite number above 0"),
        ("message_bytes", 256, f"must be an integer of at least {wire.MOST_BYTES}"),
        ("kernel_buffer_bytes", 0, "must be an integer of at least 1"),
        ("connections", True, "must be an integer of at least 1"),
    ],
)
def test_a_config_is_checked(field, value, words):
    with pytest.raises(ValueError, match=f"{field}={value!r} {words}"):
        GatewayConfig(**{field: value})


def test_a_key_is_needed():
    with pytest.raises(ValueError, match="key must be bytes, at least one"):
        token(1, b"")
