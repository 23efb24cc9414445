"""The door: who may report, how often, and what."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.parts.admission import MOST_ID, token
from scalemodel.uber.location.log import Log, LogTrouble
from scalemodel.uber.location.reports import (
    KINDS,
    MOST_S,
    MOST_SEQ,
    PACKED,
    ROW,
    VERSION,
    Answer,
    Gateway,
    GatewayConfig,
    Report,
    decoded,
)

ANA, BO = 7, 8
KEY = b"only the gateway has it"


def ana(**other):
    return Report(**{
        "id": ANA, "kind": "driver", "lat": 52.5, "lon": 13.4, "time_s": 100.0, "seq": 1, **other,
    })  # fmt: skip


def door(log=None, **config):
    return Gateway(Log() if log is None else log, KEY, GatewayConfig(**config))


def asked(gateway, report, now_s=100.0, proof=None):
    proof = gateway.token_of(report.id, report.kind) if proof is None else proof
    return gateway.receive(report, proof, now_s)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_report_that_is_taken_lies_in_the_log_as_it_was():
    log = Log()
    gateway = door(log)
    assert asked(gateway, ana(kind="rider", seq=9)) == Answer(202, "taken")
    (message,) = log.reader("index").poll()
    assert len(message.value) == 42
    rows, poison = decoded([message.value])
    assert rows[0].tolist() == (VERSION, KINDS.index("rider"), ANA, 9, 100.0, 52.5, 13.4)
    assert poison == [] and gateway.answers == {202: 1}


def test_all_reports_of_one_id_lie_in_one_partition_in_order():
    log = Log(partitions=7)
    gateway = door(log, burst=100)
    for seq in range(20):
        for id in (ANA, BO, 1, 2):
            assert asked(gateway, ana(id=id, seq=seq)).status == 202
    where, seqs = {}, {}
    for partition, _, value in log.reader("index").poll():
        row = decoded([value])[0][0]
        assert where.setdefault(int(row["id"]), partition) == partition
        seqs.setdefault(int(row["id"]), []).append(int(row["seq"]))
    assert set(map(tuple, seqs.values())) == {tuple(range(20))} and len(set(where.values())) > 1


def test_a_replayed_report_passes_for_only_the_store_can_know():
    gateway = door()
    assert [asked(gateway, ana(seq=5)).status for _ in range(2)] == [202, 202]


def test_an_app_that_comes_too_often_waits_and_others_do_not():
    gateway = door(reports_per_s=0.5, burst=2)
    assert [asked(gateway, ana()).status for _ in range(3)] == [202, 202, 429]
    assert asked(gateway, ana()).words == "reports must be at most 0.5 a second"
    assert asked(gateway, ana(id=BO)).status == asked(gateway, ana(kind="rider")).status == 202
    assert [asked(gateway, ana(), now_s).status for now_s in (101.0, 102.0, 103.0)] == [
        429, 202, 429,
    ]  # fmt: skip


def test_who_has_no_token_cannot_use_up_what_others_may():
    gateway = door(burst=1)
    for _ in range(3):
        assert gateway.receive(ana(), "forged", 100.0).status == 403
        assert gateway.receive(ana(), None, 100.0).status == 401
    assert asked(gateway, ana()).status == 202
    assert gateway.answers == {403: 3, 401: 3, 202: 1}


def test_a_wrong_report_costs_a_permission_too():
    gateway = door(burst=1)
    assert asked(gateway, ana(lat=91)).status == 400
    assert asked(gateway, ana()).status == 429


def test_a_log_that_is_behind_or_in_trouble_is_told_in_words():
    log = Log()
    gateway = door(log, most_behind=2)
    reader = log.reader("index")
    assert [asked(gateway, ana()).status for _ in range(3)] == [202, 202, 503]
    assert asked(gateway, ana()).words == "the log is full: come again later"
    reader.poll(), reader.commit()
    assert asked(gateway, ana()).status == 202

    def gone(*_):
        raise LogTrouble("no broker answers")

    log.publish = gone
    reader.poll(), reader.commit()
    answer = asked(door(log), ana())
    assert answer == Answer(503, "the log did not take it, come again later: no broker answers")


# ── Laws ────────────────────────────────────────────────────────────────────
@given(
    st.builds(
        Report, st.integers(0, MOST_ID), st.sampled_from(KINDS), st.floats(-90, 90),
        st.floats(-180, 180), st.floats(0, 105), st.integers(0, MOST_SEQ),
    )
)  # fmt: skip
def test_what_is_taken_is_read_as_it_was_said(report):
    log = Log()
    assert asked(door(log), report).status == 202
    (row,), poison = decoded([message.value for message in log.reader("index").poll()])
    assert tuple(row[name] for name in ("id", "lat", "lon", "time_s", "seq")) == (
        report.id, report.lat, report.lon, report.time_s, report.seq,
    )  # fmt: skip
    assert KINDS[row["kind"]] == report.kind and poison == []


@given(st.binary(max_size=50) | st.binary(min_size=42, max_size=42))
def test_any_bytes_are_a_sound_report_or_set_aside(value):
    good = PACKED.pack(VERSION, 1, ANA, 3, 1.0, 2.0, 3.0)
    rows, poison = decoded([good, value, good])
    sound = len(value) == PACKED.size
    if sound:
        version, kind, id, seq, time_s, lat, lon = PACKED.unpack(value)
        sound = version == VERSION and kind < len(KINDS) and id >= 0 and 0 <= seq <= MOST_SEQ
        sound = sound and 0 <= time_s <= MOST_S and abs(lat) <= 90 and abs(lon) <= 180
    assert (len(rows), poison) == ((3, []) if sound else (2, [1]))


@given(st.integers(0, 6), st.data())
def test_one_field_that_cannot_be_spoils_a_report(field, data):
    fields = [VERSION, 1, ANA, 3, 1.0, 2.0, 3.0]
    beyond = lambda most: st.sampled_from([-most - 1e-9, most + 1e-9, math.nan, math.inf])
    fields[field] = data.draw(
        [
            st.sampled_from([0, VERSION + 1, 255]), st.integers(2, 255), st.just(-1),
            st.sampled_from([-1, MOST_SEQ + 1]), st.sampled_from([-1e-9, 2 * MOST_S, math.nan]),
            beyond(90), beyond(180),
        ][field]
    )  # fmt: skip
    assert decoded([PACKED.pack(*fields)])[1] == [0]


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_token_is_that_of_its_id_under_the_key_and_the_kind():
    assert door().token_of(ANA, "rider") == token(ANA, KEY + b"rider")
    proofs = {door().token_of(id, kind) for id in (1, 11, 111) for kind in KINDS}
    assert len(proofs) == 6


def test_bytes_in_rows_are_what_struct_says():
    rng = stream(1, "rows")
    said = [
        (VERSION, int(rng.integers(2)), int(rng.integers(MOST_ID)), int(rng.integers(MOST_SEQ)),
         rng.uniform(0, MOST_S), rng.uniform(-90, 90), rng.uniform(-180, 180))
        for _ in range(100)
    ]  # fmt: skip
    said += [(VERSION, 0, 0, 0, 0.0, -90.0, -180.0), (VERSION, 1, MOST_ID, MOST_SEQ, MOST_S, 90.0, 180.0)]  # fmt: skip
    rows, _ = decoded(PACKED.pack(*one) for one in said)
    assert rows.dtype == ROW and rows.tolist() == said


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("other", "status", "words"),
    [
        ({"lat": 90.1}, 400, "lat=90.1 must be a finite number of at least -90 and at most 90"),
        ({"lat": -91}, 400, "lat=-91 must be"),
        ({"lon": 180.1}, 400, "lon=180.1 must be a finite number of at least -180 and at most 180"),
        ({"lon": -181.0}, 400, "lon=-181.0 must be"),
        ({"lat": math.nan}, 400, "lat=nan must be"),
        ({"lon": math.inf}, 400, "lon=inf must be"),
        ({"lon": None}, 400, "lon=None must be"),
        ({"time_s": math.nan}, 400, "time_s=nan must be"),
        ({"time_s": -1.0}, 400, "time_s=-1.0 must be"),
        ({"time_s": 105.1}, 400, "time_s=105.1 must not be in the future: it is 100.0 here, and "
                                 "a clock may be 5 s ahead"),
        ({"seq": -1}, 400, "seq=-1 must be an integer of at least 0"),
        ({"seq": MOST_SEQ + 1}, 400, f"seq={MOST_SEQ + 1} must be an integer of at least 0 and at most"),
        ({"seq": 1.5}, 400, "seq=1.5 must be an integer"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(other, status, words):
    log = Log()
    gateway = door(log)
    answer = asked(gateway, ana(**other))
    assert answer.status == status and answer.words.startswith(words)
    assert log.behind() == 0 and gateway.answers == {status: 1}


def test_the_edges_of_the_globe_and_of_a_clock_are_taken():
    gateway = door(burst=100)
    for other in (
        *({"lat": 90}, {"lat": -90}, {"lon": 180}, {"lon": -180.0}, {"time_s": 105.0}),
        *({"time_s": 0}, {"seq": 0}, {"seq": MOST_SEQ}, {"lat": np.float64(1.5)}),
        {"seq": np.int64(4)},
    ):
        assert asked(gateway, ana(**other)).status == 202


@pytest.mark.parametrize(
    ("id", "kind", "words"),
    [
        (-1, "driver", "id=-1 must be an integer of at least 0"),
        (MOST_ID + 1, "driver", "must be an integer of at least 0"),
        ("7", "driver", "id='7' must be"),
        (ANA, "bus", "kind='bus' must be one of driver, rider"),
        (ANA, None, "kind=None must be"),
    ],
)
def test_nobody_is_let_in_who_cannot_be(id, kind, words):
    gateway = door()
    answer = gateway.receive(ana(id=id, kind=kind), "forged", 100.0)
    assert answer.status == 400 and words in answer.words
    with pytest.raises(ValueError, match=words[:6]):
        gateway.token_of(id, kind)


@pytest.mark.parametrize(
    "other",
    [
        {"id": 7.0}, {"id": True}, {"id": [7]}, {"id": np.array([7])}, {"id": {}}, {"id": -7},
        {"id": 10**5000}, {"kind": ["driver"]}, {"kind": np.array(["driver"])}, {"kind": 1},
    ],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_who_is_looked_at_before_who_is_known(other):
    gateway, wrong = door(burst=100), ana(**other)
    for id in (ANA, 1):
        assert asked(gateway, ana(id=id)).status == 202
    for proof in ("forged", gateway.token_of(ANA, "driver"), gateway.token_of(1, "driver")):
        answer = gateway.receive(wrong, proof, 101.0)
        assert answer.status == 400 and answer.words.startswith(f"{next(iter(other))}=")
    assert asked(gateway, ana(id=np.int8(ANA))).status == 202


@pytest.mark.parametrize("field", Report._fields)
@pytest.mark.parametrize(
    "wrong", ["x" * 10**6, 10**5000, -(10**5000), [0] * 10**6], ids=lambda one: type(one).__name__
)
def test_words_are_few_and_name_the_field(field, wrong):
    gateway = door()
    answer = gateway.receive(
        ana()._replace(**{field: wrong}), gateway.token_of(ANA, "driver"), 100.0
    )
    assert answer.status == 400 and len(answer.words) < 250
    assert answer.words.startswith(f"{field}=") and " must be " in answer.words


def test_a_clock_that_ran_back_locks_nobody_out():
    """The gateway's clock was at 1e9 once. From then on an app may come as often as before."""
    gateway = door(burst=2)
    assert [asked(gateway, ana(), 1e9).status for _ in range(3)] == [202, 202, 429]
    came = [asked(gateway, ana(), now_s).status for now_s in (101.0, 101.5, 102.0, 102.5, 103.0)]
    assert came == [202, 202, 202, 429, 202]
    zigzag = [asked(gateway, ana(), 160.0 - 60.0 * (n % 2)).status for n in range(100)]
    assert zigzag.count(202) == 2, "a clock that shakes gives nothing"


@pytest.mark.parametrize("proof", ["", "x", "ü", "\ud800", "f" * 64])
def test_another_ones_token_does_not_open(proof):
    gateway = door()
    assert asked(gateway, ana()).status == 202
    for other in (proof, gateway.token_of(BO, "driver"), gateway.token_of(ANA, "rider"),
                  gateway.token_of(ANA, "driver")[:-1], token(ANA, KEY)):  # fmt: skip
        answer = gateway.receive(ana(), other, 100.0)
        assert answer == Answer(403, "the token must be that of driver 7")
    assert gateway.receive(ana(), None, 100.0) == Answer(401, "a token must come with a report")
    assert gateway.token_of(ANA, "driver") not in repr(gateway.__dict__["answers"])


def test_a_gateway_needs_a_log_and_a_secret():
    with pytest.raises(ValueError, match="log=None must have the methods publish, behind"):
        Gateway(None, KEY)
    with pytest.raises(ValueError, match="key must be bytes, at least one"):
        Gateway(Log(), b"")
    with pytest.raises(ValueError, match=r"^key='secret' must be"):
        Gateway(Log(), "secret")


@pytest.mark.parametrize("wrong", [{"report": "here"}, {"proof": 3}, {"now_s": -1.0}], ids=repr)
def test_who_asks_the_door_asks_with_a_report_a_token_and_a_time(wrong):
    gateway = door()
    right = {"report": ana(), "proof": gateway.token_of(ANA, "driver"), "now_s": 100.0}
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        gateway.receive(**right | wrong)
    assert not gateway.answers
