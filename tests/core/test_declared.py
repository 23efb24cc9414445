"""What rooms declare: gathered from all of them, and refused where two of them differ."""

import tomllib

import pytest

from scalemodel.core import declared, units


@pytest.fixture
def rooms(tmp_path, monkeypatch):
    """Writes the `room.toml` of made-up rooms, in place of the book's."""
    monkeypatch.setattr(declared, "PACKAGE", tmp_path)

    def write(**texts):
        for room, text in texts.items():
            (tmp_path / room).mkdir(exist_ok=True)
            (tmp_path / room / "room.toml").write_text(text)
        forget()

    yield write
    monkeypatch.undo()
    forget()


def forget():
    for table in (declared.by_room, declared.gathered, declared._rooms):
        table.cache_clear()


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_room_brings_a_unit_that_others_then_may_print(rooms):
    with pytest.raises(ValueError, match="unit='knot' must be one of"):
        units.quantity(3, "knot")
    rooms(
        ferry='[units.knot]\ndimension = "speed"\nscale = 0.514\nsingular = "knot"\nplural = "knots"'
    )
    assert (units.quantity(3, "knot"), units.spoken(1, "knot")) == ("3\u00a0knot", "1 knot")


def test_rows_of_all_rooms_stand_in_one_table(rooms):
    rooms(ferry='[records]\n"a.json" = "m.a"', tram='[records]\n"b.json" = "m.b"', bus="")
    assert declared.gathered("records") == {"a.json": "m.a", "b.json": "m.b"}
    assert sorted(declared.by_room("records")) == ["ferry", "tram"]
    assert declared.gathered("colours") == {}


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_what_is_gathered_is_what_the_files_say():
    files = sorted(declared.PACKAGE.glob("*/room.toml"))
    assert len(files) >= 4
    for path in files:
        for table, said in tomllib.loads(path.read_text()).items():
            assert declared.by_room(table)[path.parent.name] == said


# ── Refusals ────────────────────────────────────────────────────────────────
def test_two_rooms_that_differ_are_named_and_two_that_agree_are_not(rooms):
    rooms(ferry='[words.quay]\nsay = "pier"', tram='[words.quay]\nsay = "pier"')
    assert declared.gathered("words") == {"quay": {"say": "pier"}}
    rooms(tram='[words.quay]\nsay = "stop"')
    with pytest.raises(ValueError, match=r"tram/room.toml has words 'quay'.*ferry/room.toml"):
        declared.gathered("words")


def test_a_table_that_nobody_reads_is_refused(rooms):
    rooms(ferry='color = "blue"')
    with pytest.raises(ValueError, match="has 'color'; it must have only colours, imports"):
        declared.by_room("units")
    with pytest.raises(ValueError, match="table='color' must be one of colours, imports"):
        declared.by_room("color")
