"""A stanza as text and as tokens: byte by byte, round trips, another parser, broken bytes."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.whatsapp.capacity.wire import (
    MOST_BYTES,
    MOST_DEPTH,
    WORDS,
    Stanza,
    as_tokens,
    as_xml,
    from_tokens,
)

ADA, BO = "4915112345678@s.example.net", "447700900123@s.example.net"
CHAT = Stanza("message", {"to": ADA, "from": BO, "id": "1A2F", "type": "chat"}, (Stanza("body", text="On my way"),))  # fmt: skip

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12),
    st.sampled_from([*WORDS, ADA, "a@s.example.net", "a@b@s.example.net", "@s.example.net", "", "0", "00", "123456789", "12 34", "a\tb\r\nc", "é" * 200, "7" * 256]),
)  # fmt: skip
NAMES = st.one_of(st.sampled_from(WORDS[:40]), st.from_regex(r"[a-z_][a-z0-9.-]{0,6}", fullmatch=True))  # fmt: skip
STANZAS = st.recursive(
    st.builds(Stanza, NAMES, st.dictionaries(NAMES, TEXTS, max_size=3), st.just(()), TEXTS),
    lambda inner: st.builds(Stanza, NAMES, st.dictionaries(NAMES, TEXTS, max_size=3), st.lists(inner, max_size=3).map(tuple), TEXTS),
    max_leaves=5,
)  # fmt: skip


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_message_byte_by_byte():
    token = lambda word: f"{WORDS.index(word) + 1:02x}"
    said = [
        "04", token("message"),
        token("to"), "ff fd 0d 49 15 11 23 45 67 8f", token("s.example.net"),
        token("from"), "ff fd 0c 44 77 00 90 01 23", token("s.example.net"),
        token("id"), "fe 00 04", b"1A2F".hex(" "),
        token("type"), token("chat"),
        "01", "00", token("body"), "00", "fe 00 09", b"On my way".hex(" "),
        "00",
    ]  # fmt: skip
    assert as_tokens(CHAT).hex(" ") == " ".join(said)
    assert as_xml(CHAT) == f'<message to="{ADA}" from="{BO}" id="1A2F" type="chat"><body>On my way</body></message>'  # fmt: skip
    assert from_tokens(as_tokens(CHAT)) == CHAT
    assert len(as_tokens(CHAT)) == 52 and len(as_xml(CHAT)) == 130


def test_a_stanza_that_was_looked_at_stays_so():
    given = {"to": "ada"}
    stanza = Stanza("message", given)
    given["a b"] = "\0"
    with pytest.raises(TypeError, match="does not support item assignment"):
        stanza.attributes["a b"] = "\0"
    assert as_xml(stanza) == '<message to="ada"/>'
    assert {stanza, Stanza("message", {"to": "ada"})} == {stanza}


def test_what_has_a_meaning_in_xml_is_written_around():
    odd = Stanza("body", {"id": 'a"<&\n'}, text="1 < 2 & 3 > 2\r")
    assert as_xml(odd) == "<body id='a\"&lt;&amp;&#10;'>1 &lt; 2 &amp; 3 &gt; 2&#13;</body>"
    assert as_xml(Stanza("ack")) == "<ack/>"


# ── Laws ────────────────────────────────────────────────────────────────────
@given(stanza=STANZAS)
def test_what_goes_out_as_tokens_comes_in_the_same(stanza):
    raw = as_tokens(stanza)
    assert from_tokens(raw) == stanza and as_tokens(from_tokens(raw)) == raw


@given(stanza=STANZAS)
def test_tokens_are_shorter_unless_all_is_unknown(stanza):
    texts = 1 + len(stanza.attributes) * 2
    assert len(as_tokens(stanza)) <= len(as_xml(stanza).encode()) + 3 * texts + 9 * as_xml(stanza).count("<")  # fmt: skip


@given(stanza=STANZAS, cut=st.integers(0, 200))
def test_a_part_is_refused_and_so_is_more(stanza, cut):
    raw = as_tokens(stanza)
    for broken in (raw[: cut % len(raw)], raw + b"\0"):
        with pytest.raises(ValueError):
            from_tokens(broken)


@given(raw=st.binary(max_size=40))
def test_any_bytes_are_a_stanza_or_refused(raw):
    try:
        stanza = from_tokens(raw)
    except ValueError:
        return
    assert from_tokens(as_tokens(stanza)) == stanza


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(stanza=STANZAS)
def test_another_parser_reads_the_xml(stanza):
    def same(ours, theirs):
        assert ours.tag == theirs.tag and dict(ours.attributes) == theirs.attrib
        assert ours.text == (theirs.text or "")
        for one, other in zip(ours.children, theirs, strict=True):
            same(one, other)

    if ":" not in as_xml(stanza).replace("jabber:client", "") and "xmlns" not in as_xml(stanza):
        same(stanza, ElementTree.fromstring(as_xml(stanza)))


def test_a_day_of_messages():
    """100 billion of them: 1.157 million a second, 13 TB as text and 5.2 as tokens."""
    assert round(1e11 / 86_400, -3) == 1_157_000
    assert 1e11 * len(as_xml(CHAT)) == 13.0e12 and 1e11 * len(as_tokens(CHAT)) == 5.2e12


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [("a b",), ("",), (3,), ("a", {"b c": ""}), ("a", {"b": "\0"}), ("a", {"b": 3}), ("a", {}, (), "\ud800"), ("a", {}, (), "é" * 32_768), ("a", {}, ("b",)), ("a", {}, [Stanza("b")]), ("a", 3), ("a", {}, (Stanza("b"),) * 256)], ids=lambda wrong: repr(wrong)[:40])  # fmt: skip
def test_what_is_no_stanza_is_named(wrong):
    with pytest.raises(ValueError, match="must be"):
        Stanza(*wrong)


def test_what_is_too_deep_is_named():
    deep = Stanza("a")
    for _ in range(MOST_DEPTH - 1):
        deep = Stanza("a", {}, (deep,))
    assert from_tokens(as_tokens(deep)) == deep
    with pytest.raises(ValueError, match=f"at most {MOST_DEPTH} deep"):
        Stanza("a", {}, (deep,))
    with pytest.raises(ValueError, match=f"at most {MOST_DEPTH} deep"):
        from_tokens(bytes([0, 1, 1]) * 5_000)
    full = Stanza("a", text="x" * MOST_BYTES)
    assert from_tokens(as_tokens(full)) == full
    with pytest.raises(ValueError, match="must be text of 65535 bytes"):
        Stanza("a", text="x" * (MOST_BYTES + 1))


@pytest.mark.parametrize(
    ("raw", "named"),
    [("", "go on at 0 for 1"), ("00", "go on at 1 for 1"), ("00 c8", r"raw\[1\]=200 must be"), ("00 01 00 ff ff 01 01 01", r"raw\[4\]=255 must be"),
     ("02 01 07 01 07 01 00 00", "names the attribute 'to' twice"), ("00 01 00 fe 00 02 61 ff", r"raw\[7\] must go on as UTF-8"), ("00 01 00 fe ff ff 61", "go on at 6 for 65535"),
     ("00 01 00 fd 04 12", "go on at 5 for 2")],
)  # fmt: skip
def test_bytes_that_are_no_stanza_are_named(raw, named):
    with pytest.raises(ValueError, match=named):
        from_tokens(bytes.fromhex(raw))
