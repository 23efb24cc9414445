"""Tapes and groups: what is read, by whom, and what comes again."""

import zlib
from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.uber.location.log import Log, LogTrouble, Message, able


def filled(n, partitions=1):
    log = Log(partitions)
    for i in range(n):
        log.publish(b"%d" % i, b"%d" % i)
    return log


def values(reader, most=500):
    return [int(message.value) for message in reader.poll(most)]


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_reader_goes_on_where_it_was_and_so_does_the_next_after_a_commit():
    log = filled(5)
    one = log.reader("index")
    assert values(one, 2) == [0, 1] and one.commit() and values(one, 2) == [2, 3]
    assert (one.lag(), log.behind()) == (1, 3)
    one.close(), one.close()
    two = log.reader("index")
    assert (two.lag(), two.assigned) == (3, [0])
    assert values(two) == [2, 3, 4], "2 and 3 come again: they were not committed"
    assert log.reader("another").poll()[0] == Message(0, 0, b"0")


def test_members_share_the_partitions_and_each_new_one_takes_its_part():
    log = filled(40, partitions=5)
    one = log.reader("index")
    assert one.assigned == [0, 1, 2, 3, 4]
    two = log.reader("index")
    assert (one.assigned, two.assigned) == ([0, 2, 4], [1, 3])
    assert sorted(values(one) + values(two)) == list(range(40))
    many = [log.reader("index") for _ in range(5)]
    assert [reader.assigned for reader in (one, two, *many)] == [[0], [1], [2], [3], [4], [], []]
    assert many[-1].poll() == [] and many[-1].lag() == 0


def test_what_somebody_who_was_given_up_commits_does_not_count():
    log = filled(4)
    slow = log.reader("index")
    assert values(slow, 3) == [0, 1, 2]
    slow.drop()
    assert slow.assigned == [] and not slow.commit() and log.behind() == 4
    fresh = log.reader("index")
    assert values(fresh) == [0, 1, 2, 3] and fresh.commit()
    assert slow.poll() == [] and slow.assigned == [], "it joins again, behind the other"
    assert not fresh.commit(), "the shares have changed, though not its own"
    assert fresh.poll() == [] and fresh.commit()
    fresh.close()
    assert slow.assigned == [0] and slow.poll() == []


def test_no_partition_waits_for_ever_behind_a_fuller_one():
    log, reader = filled(100, partitions=4), None
    reader = log.reader("index")
    assert {message.partition for _ in range(4) for message in reader.poll(1)} == {0, 1, 2, 3}
    assert [len(reader.poll(most)) for most in (40, 40, 40)] == [40, 40, 16], (
        "never more than asked"
    )


def test_the_slowest_group_is_what_all_wait_for():
    log = filled(5)
    quick, slow = log.reader("index"), log.reader("map")
    assert len(quick.poll()) == 5 and quick.commit() and log.behind() == 5
    assert len(slow.poll(3)) == 3 and slow.commit() and log.behind() == 2


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.integers(1, 5), st.lists(st.sampled_from(["publish", "join", "leave", "poll", "drop"])))
def test_offsets_are_dense_and_a_commit_never_passes_what_was_read(partitions, deeds):
    log, readers, read, n = Log(partitions), [], Counter(), 0
    for deed in [*deeds, "join", *["poll"] * 8]:
        if deed == "publish":
            log.publish(b"%d" % n, b"%d" % n)
            n += 1
        elif deed == "join":
            readers.append(log.reader("index"))
        elif readers and deed == "leave":
            readers.pop().close()
        elif readers and deed == "drop":
            readers[0].drop()
        elif deed == "poll":
            for reader in readers:
                read.update(message[:2] for message in reader.poll(2))
                reader.commit()
        shares = sorted(part for reader in readers for part in reader.assigned)
        assert shares in ([], list(range(partitions)))
        for group in log._groups.values():
            for partition, at in enumerate(group.committed):
                assert all((partition, offset) in read for offset in range(at))
    while any(list(map(len, (reader.poll() for reader in readers)))):
        [reader.commit() for reader in readers]
    [reader.commit() for reader in readers]
    assert log.behind() == 0 and log.acked == n


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_key_goes_where_librdkafka_would_put_it():
    log = Log(partitions=4)
    keys = [b"%d" % i for i in range(50)]
    for key in keys:
        log.publish(key, key)
    for partition, _, key in log.reader("index").poll():
        assert partition == zlib.crc32(key) % 4


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_message_is_bytes():
    log = Log()
    for name, wrong in (("key", {"key": "7"}), ("value", {"value": None})):
        with pytest.raises(ValueError, match=f"^{name}=.* must be"):
            log.publish(**({"key": b"7", "value": b"here"} | wrong))
    assert log.acked == log.behind() == 0


def test_a_closed_reader_says_so():
    reader = filled(1).reader("index")
    reader.poll(), reader.close()
    assert not reader.commit()
    with pytest.raises(LogTrouble, match=r"^the reader is closed: another must be made$"):
        reader.poll()


@pytest.mark.parametrize("thing", [None, Log, object(), SimpleNamespace(publish=print)])
def test_a_thing_without_the_methods_is_no_log(thing):
    with pytest.raises(ValueError, match=r"^log=.* must have the methods publish, behind$"):
        able("log", thing, "publish", "behind")
    with Log() as log:
        assert able("log", log, "publish", "behind") is log
