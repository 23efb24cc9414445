"""What the server sees: from its log alone, beside what it was not told."""

from collections import Counter

import numpy as np
import pytest

from scalemodel.core.stats import agrees
from scalemodel.whatsapp.encryption.groups import Device
from scalemodel.whatsapp.encryption.metadata import (
    COUPLES,
    PEOPLE,
    Line,
    Server,
    by_hour,
    by_pair,
    expected_by_pair,
    town,
)
from scalemodel.whatsapp.encryption.ratchet import MESSAGE_BYTES


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_server_weighs_what_it_cannot_read():
    rng, server = np.random.default_rng(1), Server()
    anna, ben = Device("anna", rng), Device("ben", rng)
    assert server.carry(5.0, anna, ben, b"tea at five") == b"tea at five"
    assert server.carry(65.0, ben, anna, b"yes") == b"yes"
    assert server.log == [Line(5.0, "anna", "ben", 11 + MESSAGE_BYTES), Line(65.0, "ben", "anna", 3 + MESSAGE_BYTES)]  # fmt: skip


def test_hours_are_of_the_day_and_pairs_have_no_direction():
    log = [Line(3_599.0, "ben", "anna", 1), Line(86_400.0 + 3_600.0, "anna", "ben", 1),
           Line(7_199.0, "ben", "carla", 1)]  # fmt: skip
    assert by_pair(log) == {("anna", "ben"): 2, ("ben", "carla"): 1}
    assert by_hour(log)["ben"][:3] == [1, 1, 0] and by_hour(log)["anna"][:3] == [0, 1, 0]


class Told(np.random.Generator):
    """Chance that gives the mean of all, and the two ends of what is even by turns."""

    def __init__(self, share=0.5):
        super().__init__(np.random.PCG64(1))
        self.asked, self.random = 0, lambda: share

    def uniform(self, low, high):
        self.asked += 1
        return high if self.asked % 2 == 0 else low

    exponential = lambda self, scale: scale
    lognormal = lambda self, mean, sigma: np.exp(mean)
    poisson = lambda self, mean: int(mean)
    geometric = lambda self, p: int(1 / p)


def test_a_day_of_two_couples_by_hand():
    """The one wakes at 5 and the other at 10, so they talk from 10 to 21; 8 messages in 8 minutes."""
    server, truth = town(Told(), days=2)
    assert {pair: talks for pair, talks in truth.items() if talks} == COUPLES
    owed = Counter()
    for pair in COUPLES:
        for begins_h in (10, 21, 24 + 10, 24 + 21):
            for n in range(8):
                owed[3_600 * begins_h + 60 * n, pair[n % 2], pair[1 - n % 2]] += 3
    assert Counter((line.at_s, line.sender, line.receiver) for line in server.log) == owed
    assert {line.size_bytes for line in server.log} == {34 + MESSAGE_BYTES}


def test_where_all_are_friends_and_send_pictures_only():
    server, truth = town(Told(share=0.0), days=1)
    assert Counter(truth.values()) == {6.0: 2, 1.0: 26}
    assert by_pair(server.log) == {pair: 8 * talks for pair, talks in truth.items()}
    assert {line.size_bytes - MESSAGE_BYTES for line in server.log} == {60_001, 300_001}


# ── Laws ────────────────────────────────────────────────────────────────────
def test_the_log_is_whole_and_in_order():
    server, truth = town(np.random.default_rng(3))
    log, pairs, hours = server.log, by_pair(server.log), by_hour(server.log)
    assert sorted(log, key=lambda line: line.at_s) == log
    assert sum(pairs.values()) == sum(map(sum, hours.values())) == len(log)
    assert {len(row) for row in hours.values()} == {24}
    assert all(truth[pair] > 0 for pair in pairs), "who never talks is in no line"
    assert all(line.sender in PEOPLE and line.sender != line.receiver for line in log)
    assert list(pairs.values()) == sorted(pairs.values(), reverse=True)
    assert not any(row[hour] for row in hours.values() for hour in (3, 4)), "somebody talks asleep"
    sizes = np.array([line.size_bytes for line in log]) - MESSAGE_BYTES
    assert sizes.min() >= 1 and 0.01 < (sizes > 50_000).mean() < 0.06


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_log_tells_how_often_each_pair_talks():
    errors = {"couple": [], "friend": []}
    for seed in range(20):
        server, truth = town(np.random.default_rng(seed), days=1)
        pairs, expected = by_pair(server.log), expected_by_pair(truth, days=1)
        for kind, talks in (("couple", 6.0), ("friend", 1.0)):
            mine = [pair for pair in truth if truth[pair] == talks]
            errors[kind].append(sum(pairs.get(pair, 0) - expected[pair] for pair in mine))
    assert agrees(errors["couple"]) and agrees(errors["friend"])
    assert len([pair for pair, talks in truth.items() if talks]) < 20


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_wrong_line_is_refused_and_the_log_stays():
    rng, server = np.random.default_rng(1), Server()
    anna, ben = Device("anna", rng), Device("ben", rng)
    for wrong in (
        (-1, anna, ben, b""),
        (0, None, ben, b""),
        (0, anna, None, b""),
        (0, anna, ben, ""),
    ):
        with pytest.raises(ValueError, match=r"at_s=|sender=|other=|text="):
            server.carry(*wrong)
    assert server.log == []
    for field, wrong in (("at_s", -1), ("sender", ""), ("receiver", None), ("size_bytes", -1)):
        told = {"at_s": 0.0, "sender": "anna", "receiver": "ben", "size_bytes": 0, field: wrong}
        with pytest.raises(ValueError, match=f"{field}="):
            Line(**told)
    for report in (by_pair, by_hour):
        with pytest.raises(ValueError, match="log=7"):
            report([7])


def test_a_town_has_days_and_chance():
    for days in (0, 61, None):
        with pytest.raises(ValueError, match="days="):
            town(np.random.default_rng(1), days=days)
    with pytest.raises(ValueError, match="rng="):
        town(7)
    with pytest.raises(ValueError, match="truth="):
        expected_by_pair({("anna", "ben"): -1.0}, 7)
    with pytest.raises(ValueError, match="days=0"):
        expected_by_pair({}, 0)
    with pytest.raises(ValueError, match="days=1000001"):
        expected_by_pair({}, 1_000_001)
    with pytest.raises(ValueError, match=r"truth=1e.308 must be"):
        expected_by_pair({("anna", "ben"): 1e308}, 100)
    most = expected_by_pair({("anna", "ben"): 1e9}, 1_000_000)
    assert most == {("anna", "ben"): 8e15}
