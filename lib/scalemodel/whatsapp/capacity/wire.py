"""One stanza as text and as tokens: the same words, in a fifth of the bytes.

A telegraph office charged by the word, so firms agreed on books in which one short word stood
for a whole sentence. A dialogue that says `<message type="chat">` all day can do the same. Both
ends hold one list, and what is in it goes as its number, one byte. An address is two parts,
a telephone number two digits a byte, and all else goes as it is, behind its length. The list and
the layout are ours: no company's format is copied here.

Left out: compression, encryption, several versions of the list.
Sources: RFC 6120 (XMPP), for how a stanza looks as text.
"""

__all__ = ["MOST_BYTES", "MOST_DEPTH", "WORDS", "Stanza", "as_tokens", "as_xml", "from_tokens"]
__dir__ = lambda: __all__

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.sax.saxutils import escape, quoteattr

from scalemodel.core import checks

_LIST = (
    "message presence iq ack receipt body to from id type chat groupchat error read delivered "
    "available unavailable composing paused notify offline time name query get set result ping "
    "participant device media image audio video encrypted count xmlns class user group "
    "s.example.net g.example.net jabber:client urn:xmpp:receipts urn:xmpp:ping"
)
WORDS = tuple(_LIST.split())
_TOKEN = {word: bytes([number]) for number, word in enumerate(WORDS, start=1)}
_DIGITS, _TEXT, _ADDRESS = 253, 254, 255  # what is no word
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_UNFIT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # for XML
_NUMBER = re.compile(r"[0-9]{2,255}", re.ASCII)
MOST_DEPTH, MOST_BYTES = 16, 65_535  # of elements in each other; of a text


@dataclass(frozen=True, slots=True)
class Stanza:
    """An element: its tag, its attributes, and the text or the elements in it.

    >>> Stanza("message", {"to": "ada@s.example.net"}, text="Hi").text
    'Hi'
    """

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    children: tuple["Stanza", ...] = ()
    text: str = ""

    def __post_init__(self):
        checks.instance("attributes", self.attributes, Mapping)
        checks.instance("children", self.children, tuple)
        for name in ("attributes", "children"):
            checks.whole(f"len({name})", len(getattr(self, name)), at_least=0, at_most=255)
        for name in (self.tag, *self.attributes):
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise ValueError(
                    f"tag={checks.brief(name)} must be a name of letters, digits, . - and _"
                )
        for text in (self.text, *self.attributes.values()):
            if not isinstance(text, str) or _UNFIT.search(text) or len(text.encode()) > MOST_BYTES:
                allowed = f"text of {MOST_BYTES} bytes that XML can hold"
                raise ValueError(f"text={checks.brief(text)} must be {allowed}")
        for child in self.children:
            checks.instance("child", child, Stanza)
        if _depth(self) > MOST_DEPTH:
            raise ValueError(f"children={checks.brief(self.tag)} must be at most {MOST_DEPTH} deep")
        object.__setattr__(self, "attributes", MappingProxyType(dict(self.attributes)))

    def __reduce__(self):  # so that it can be copied
        return Stanza, (self.tag, dict(self.attributes), self.children, self.text)


def _depth(stanza):
    return 1 + max(map(_depth, stanza.children), default=0)


# ── As text ─────────────────────────────────────────────────────────────────
@checks.kinds
def as_xml(stanza: Stanza) -> str:
    """The stanza as XML.

    >>> as_xml(Stanza("message", {"to": "ada"}, (Stanza("body", text="1 < 2"),)))
    '<message to="ada"><body>1 &lt; 2</body></message>'
    """
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in stanza.attributes.items())
    inside = escape(stanza.text, {"\r": "&#13;"}) + "".join(map(as_xml, stanza.children))
    if not inside:
        return f"<{stanza.tag}{attributes}/>"
    return f"<{stanza.tag}{attributes}>{inside}</{stanza.tag}>"


# ── As tokens ───────────────────────────────────────────────────────────────
@checks.kinds
def as_tokens(stanza: Stanza) -> bytes:
    """The stanza as tokens: attributes by number, tag, names and values; children; text.

    >>> as_tokens(Stanza("message", {"to": "4915112345678@s.example.net"})).hex(" ")
    '01 01 07 ff fd 0d 49 15 11 23 45 67 8f 29 00 00'
    """
    parts = [bytes([len(stanza.attributes)]), _word(stanza.tag)]
    for name, value in stanza.attributes.items():
        parts += [_word(name), _word(value)]
    parts += [bytes([len(stanza.children)]), *map(as_tokens, stanza.children), _word(stanza.text)]
    return b"".join(parts)


def _word(text):
    if not text:
        return b"\0"
    if text in _TOKEN:
        return _TOKEN[text]
    user, _, place = text.partition("@")
    if user and place in _TOKEN:
        return bytes([_ADDRESS]) + _word(user) + _TOKEN[place]
    if _NUMBER.fullmatch(text):
        return bytes([_DIGITS, len(text)]) + bytes.fromhex(text + "f" * (len(text) % 2))
    raw = text.encode()
    return bytes([_TEXT]) + len(raw).to_bytes(2) + raw


@checks.kinds
def from_tokens(raw: bytes) -> Stanza:
    """The stanza that these bytes are; a `ValueError` says where they are not one.

    >>> from_tokens(bytes.fromhex("00 01 00 fe 00 02 48 69")) == Stanza("message", text="Hi")
    True
    """
    stanza, at = _element(raw, 0, 1)
    if at != len(raw):
        raise ValueError(f"raw has {len(raw)} bytes; a stanza must end it, and ends at {at}")
    return stanza


def _element(raw, at, depth):
    if depth > MOST_DEPTH:
        raise ValueError(f"raw must be at most {MOST_DEPTH} deep, and is deeper at {at}")
    (count,), at = _take(raw, at, 1)
    tag, at = _text(raw, at)
    attributes, children = {}, []
    for _ in range(count):
        name, at = _text(raw, at)
        if name in attributes:
            raise ValueError(f"raw names the attribute {checks.brief(name)} twice, and must once")
        attributes[name], at = _text(raw, at)
    (count,), at = _take(raw, at, 1)
    for _ in range(count):
        child, at = _element(raw, at, depth + 1)
        children.append(child)
    text, at = _text(raw, at)
    return Stanza(tag, attributes, tuple(children), text), at


def _take(raw, at, count):
    if at + count > len(raw):
        raise ValueError(f"raw has {len(raw)} bytes; it must go on at {at} for {count}")
    return raw[at : at + count], at + count


def _text(raw, at, in_address=False):
    (kind,), at = _take(raw, at, 1)
    if kind == 0:
        return "", at
    if kind <= len(WORDS):
        return WORDS[kind - 1], at
    if kind == _DIGITS:
        (count,), at = _take(raw, at, 1)
        packed, at = _take(raw, at, (count + 1) // 2)
        return packed.hex()[:count], at
    if kind == _TEXT:
        size, at = _take(raw, at, 2)
        packed, end = _take(raw, at, int.from_bytes(size))
        try:
            return packed.decode(), end
        except UnicodeDecodeError as wrong:
            raise ValueError(f"raw[{at + wrong.start}] must go on as UTF-8") from None
    if kind == _ADDRESS and not in_address:
        user, at = _text(raw, at, in_address=True)
        place, at = _text(raw, at, in_address=True)
        return f"{user}@{place}", at
    raise ValueError(f"raw[{at - 1}]={kind} must be the number of a word or of a kind")
