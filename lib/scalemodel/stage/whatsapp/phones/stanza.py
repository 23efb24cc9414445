"""One stanza byte by byte: what each piece is as text, and what it is as tokens.

Left out: everything that `scalemodel.whatsapp.capacity.wire` leaves out.
Sources: none; the bytes are those of `scalemodel.whatsapp.capacity.wire`.
"""

__all__ = ["CHAT", "pieces"]
__dir__ = lambda: __all__

from scalemodel.whatsapp.capacity.wire import Stanza, as_tokens, as_xml

CHAT = Stanza(
    "message",
    {"to": "4915112345678@s.example.net", "from": "447700900123@s.example.net", "id": "1A2F", "type": "chat"},
    (Stanza("body", text="On my way"),),
)  # fmt: skip


def pieces(stanza: Stanza) -> list[tuple[str, str]]:
    """The stanza in pieces of text and tokens, in order: joined, each side is the whole.

    >>> pieces(Stanza("message", {"type": "chat"}))
    [('<message', '01 01'), (' type="chat"', '0a 0b'), ('/>', '00 00')]
    """
    told, before = [], [len(as_xml(_open(stanza, 0))) - 2, 1 + len(_tag(stanza))]
    told.append((as_xml(_open(stanza, 0))[:-2], as_tokens(stanza)[: before[1]].hex(" ")))
    for count in range(1, len(stanza.attributes) + 1):
        text, raw = as_xml(_open(stanza, count))[:-2], as_tokens(_open(stanza, count))[:-2]
        told.append((text[before[0] :], raw[before[1] :].hex(" ")))
        before = [len(text), len(raw)]
    inside = b"".join(map(as_tokens, stanza.children))
    end = as_tokens(stanza)[before[1] :]
    if not stanza.children and not stanza.text:
        return [*told, ("/>", end.hex(" "))]
    told.append((">", end[:1].hex()))
    if stanza.children:
        told.append(("".join(map(as_xml, stanza.children)), inside.hex(" ")))
    text = as_xml(Stanza(stanza.tag, text=stanza.text))
    told.append((text.removeprefix(f"<{stanza.tag}>").removesuffix("/>"), end[1 + len(inside) :].hex(" ")))  # fmt: skip
    if not stanza.text:
        told[-1] = (f"</{stanza.tag}>", told[-1][1])
    return told


def _open(stanza, count):
    """Its first attributes alone."""
    return Stanza(stanza.tag, dict([*stanza.attributes.items()][:count]))


def _tag(stanza):
    return as_tokens(Stanza(stanza.tag))[1:-2]
