"""The words on the wire: what a client and the gateway may say, one JSON object a frame.

Think of telegrams with few forms. A frame is text, its object has one key that names
the form, and every id is a string of decimal digits: JavaScript's numbers lose the last
digits above 2**53, and a tweet's id has 63 bits.

A client says                         and means
  {"hello": {"user": 17,              I am 17, and here is the proof;
             "token": "9f...",
             "last_id": "412"}}       the newest id that I hold (left out the first time)
  {"since": "412"}                    I missed some: what came after 412?
  {"post": "good morning"}            a tweet of mine

The gateway says
  {"snapshot": ["9", "7"], "newest": "9"}   your timeline, newest first ("-1": none yet)
  {"gap": ["8", "9"]}                 all that came after the id you named, oldest first
  {"too_old": true}                   too much came since; a snapshot follows, start again
  {"ids": ["10", "11"]}               new posts, oldest first
  {"missed": 3}                       so many more that had no room; ask with "since"
  {"posted": "12"}                    your tweet's id

What has no form is a `ValueError` that names what is wrong. There is no other state in
this module, so server, client and simulation share it.

Left out: what a tweet says (only its length is looked at), compression, versions.
Sources: RFC 8259 (JSON); RFC 6455 for the frames around it.
"""

import json
from typing import NamedTuple

from scalemodel.core import checks

NOTHING = -1  # an id before every tweet
MOST_CHARACTERS = 280
MOST_ID = 2**63 - 1


# ── What a client says ──────────────────────────────────────────────────────
class Hello(NamedTuple):
    """The first frame: who is there, the proof, and the newest id held (None at first).

    >>> Hello(user=17, token="9f").last_id is None
    True
    """

    user: int
    token: str
    last_id: int | None = None


class Since(NamedTuple):
    """A question for everything after `last_id`.

    >>> encode(Since(412))
    '{"since":"412"}'
    """

    last_id: int


class Post(NamedTuple):
    """A tweet to make; its author is who said hello.

    >>> encode(Post("good morning"))
    '{"post":"good morning"}'
    """

    text: str


# ── What the gateway says ───────────────────────────────────────────────────
class Snapshot(NamedTuple):
    """The newest ids of a timeline, newest first.

    >>> encode(Snapshot((9, 7))), encode(Snapshot(()))
    ('{"snapshot":["9","7"],"newest":"9"}', '{"snapshot":[],"newest":"-1"}')
    """

    ids: tuple[int, ...]

    @property
    def newest(self) -> int:
        """The first of the ids, or -1."""
        return self.ids[0] if self.ids else NOTHING


class Gap(NamedTuple):
    """All that came after an id that the client named, oldest first.

    >>> encode(Gap((8, 9)))
    '{"gap":["8","9"]}'
    """

    ids: tuple[int, ...]


class TooOld(NamedTuple):
    """The gap is larger than the gateway fills: a snapshot follows.

    >>> encode(TooOld())
    '{"too_old":true}'
    """


class Delta(NamedTuple):
    """New posts, oldest first.

    >>> encode(Delta((10, 11)))
    '{"ids":["10","11"]}'
    """

    ids: tuple[int, ...]


class Missed(NamedTuple):
    """How many posts had no room since the last id that was sent.

    >>> encode(Missed(3))
    '{"missed":3}'
    """

    posts: int


class Posted(NamedTuple):
    """The id of the client's own tweet.

    >>> encode(Posted(12))
    '{"posted":"12"}'
    """

    tweet_id: int


ClientWord = Hello | Since | Post
GatewayWord = Snapshot | Gap | TooOld | Delta | Missed | Posted


# ── To and from text ────────────────────────────────────────────────────────
def encode(word: ClientWord | GatewayWord) -> str:
    """`word` as the text of a frame.

    >>> encode(Hello(17, "9f", 412))
    '{"hello":{"user":17,"token":"9f","last_id":"412"}}'
    """
    match word:
        case Hello(user, token, last_id):
            said = {"user": user, "token": token}
            if last_id is not None:
                said["last_id"] = str(last_id)
            form = {"hello": said}
        case Since(last_id):
            form = {"since": str(last_id)}
        case Post(text):
            form = {"post": text}
        case Snapshot(ids):
            form = {"snapshot": [str(tweet) for tweet in ids], "newest": str(word.newest)}
        case Gap(ids):
            form = {"gap": [str(tweet) for tweet in ids]}
        case TooOld():
            form = {"too_old": True}
        case Delta(ids):
            form = {"ids": [str(tweet) for tweet in ids]}
        case Missed(posts):
            form = {"missed": posts}
        case Posted(tweet_id):
            form = {"posted": str(tweet_id)}
    return json.dumps(form, separators=(",", ":"))


def from_client(text: str) -> ClientWord:
    """What a client's frame says; a `ValueError` if it has no form.

    >>> from_client('{"since": "412"}')
    Since(last_id=412)
    >>> from_client('{"since": 412}')
    Traceback (most recent call last):
    ...
    ValueError: since=412 must be an id: a string of decimal digits, or "-1"
    """
    form = _object(text)
    match form:
        case {"hello": {"user": user, "token": str(token), **rest}} if rest.keys() <= {"last_id"}:
            last_id = _id("last_id", rest["last_id"]) if rest else None
            return Hello(checks.whole("user", user, at_least=0, at_most=MOST_ID), token, last_id)
        case {"since": since}:
            return Since(_id("since", since))
        case {"post": str(words)} if 0 < len(words) <= MOST_CHARACTERS:
            return Post(words)
        case {"post": _}:
            raise ValueError(f"post must be a text of 1 to {MOST_CHARACTERS} characters")
    raise ValueError(f"{_shown(text)} must be a hello with user and token, a since or a post")


def from_gateway(text: str) -> GatewayWord:
    """What a frame of the gateway says; a `ValueError` if it has no form.

    >>> from_gateway('{"ids": ["10", "11"]}')
    Delta(ids=(10, 11))
    """
    form = _object(text)
    match form:
        case {"ids": list(ids)}:
            return Delta(tuple(_id("ids", tweet) for tweet in ids))
        case {"gap": list(ids)}:
            return Gap(tuple(_id("gap", tweet) for tweet in ids))
        case {"snapshot": list(ids)}:
            return Snapshot(tuple(_id("snapshot", tweet) for tweet in ids))
        case {"missed": posts}:
            return Missed(checks.whole("missed", posts, at_least=1))
        case {"posted": tweet_id}:
            return Posted(_id("posted", tweet_id))
        case {"too_old": True}:
            return TooOld()
    raise ValueError(f"{_shown(text)} must be what a gateway says")


def _object(text):
    try:
        form = json.loads(text)
    except (ValueError, RecursionError):
        form = None
    if not isinstance(form, dict) or len(form) not in (1, 2):
        raise ValueError(f"{_shown(text)} must be a JSON object with one form")
    return form


def _id(field, value):
    digits = value[1:] if value == "-1" else value if isinstance(value, str) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19 and int(digits) <= MOST_ID):
        raise ValueError(f'{field}={value!r} must be an id: a string of decimal digits, or "-1"')
    return int(value)


def _shown(text):
    return repr(text if len(text) <= 60 else text[:57] + "...")
