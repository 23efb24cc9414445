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
  {"too_old": true}                   too much came since, or the id you named is ahead of
                                      all that I have; a snapshot follows, start again
  {"ids": ["10", "11"]}               new posts, oldest first
  {"missed": 3}                       so many more that had no room; ask with "since"
  {"posted": "12"}                    your tweet's id
  {"refused": "why"}                  what you asked could not be done; the connection stays open

What has no form is a `ValueError` that names what is wrong: an unknown key, two forms in
one frame or a key said twice too, for a part of it would be lost in silence. What `encode`
makes always has a form, and a client's frame then has at most `MOST_BYTES`: a character of
a tweet may take twelve bytes of JSON, so that a limit in bytes has to be larger than one in
characters. There is no other state in this module, so server, client and simulation share it.

Left out: what a tweet says (only its length is looked at), compression, versions.
Sources: RFC 8259 (JSON); RFC 6455 for the frames around it.
"""

__all__ = [
    "MOST_BYTES", "MOST_CHARACTERS", "MOST_ID", "MOST_IDS", "MOST_TOKEN", "NOTHING", "ClientWord",
    "Delta", "Gap", "GatewayWord", "Hello", "Missed", "Post", "Posted", "Refused", "Since",
    "Snapshot", "TooOld", "encode", "from_client", "from_gateway",
]  # fmt: skip
__dir__ = lambda: __all__

import json
import re
from typing import NamedTuple

from scalemodel.core import checks

NOTHING = -1  # an id before every tweet
MOST_CHARACTERS = 280
MOST_TOKEN = 200  # characters
MOST_ID = 2**63 - 1
MOST_IDS = 40_000  # in one frame, which then stays under the mebibyte that clients take
MOST_BYTES = 12 * MOST_CHARACTERS + 64  # of a client's frame: two \u escapes each, and the form


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
    """The gateway cannot fill the gap after the id that the client named: a snapshot follows.

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


class Refused(NamedTuple):
    """Why the gateway could not do what the client asked; the connection stays open.

    >>> encode(Refused("the tweet was not taken"))
    '{"refused":"the tweet was not taken"}'
    """

    why: str


ClientWord = Hello | Since | Post
GatewayWord = Snapshot | Gap | TooOld | Delta | Missed | Posted | Refused


# ── To and from text ────────────────────────────────────────────────────────
def encode(word: ClientWord | GatewayWord) -> str:
    """`word` as the text of a frame, in ASCII; a `ValueError` if the other end would refuse it.

    >>> encode(Hello(17, "9f", 412))
    '{"hello":{"user":17,"token":"9f","last_id":"412"}}'
    >>> encode(Since(None))
    Traceback (most recent call last):
    ...
    ValueError: since=None must be an integer of at least -1 and at most 9223372036854775807
    """
    match word:
        case Hello(user, token, last_id):
            said = {"user": _user(user), "token": _token(token)}
            if last_id is not None:
                said["last_id"] = _digits("last_id", last_id, NOTHING)
            form = {"hello": said}
        case Since(last_id):
            form = {"since": _digits("since", last_id, NOTHING)}
        case Post(text):
            form = {"post": _text("post", text)}
        case Snapshot(ids):
            form = {"snapshot": _row("snapshot", ids), "newest": str(word.newest)}
        case Gap(ids):
            form = {"gap": _row("gap", ids)}
        case TooOld():
            form = {"too_old": True}
        case Delta(ids):
            form = {"ids": _row("ids", ids)}
        case Missed(posts):
            form = {"missed": checks.whole("missed", posts, at_least=1)}
        case Posted(tweet_id):
            form = {"posted": _digits("posted", tweet_id)}
        case Refused(why):
            form = {"refused": _text("refused", why)}
        case _:
            raise ValueError(f"word={_shown(word)} must be a word of a client or of the gateway")
    return json.dumps(form, separators=(",", ":"))


def from_client(text: str) -> ClientWord:
    """What a client's frame says; a `ValueError` if it has no form.

    >>> from_client('{"since": "412"}')
    Since(last_id=412)
    >>> from_client('{"since": 412}')
    Traceback (most recent call last):
    ...
    ValueError: since=412 must be an id: a string of decimal digits, or "-1"
    >>> from_client('{"post": "good morning", "since": "412"}')
    Traceback (most recent call last):
    ...
    ValueError: text='{"post": "good morning", "since": "412"}' must have one key: hello, since or post
    """
    match _object(text):
        case {"hello": {"user": user, "token": proof, **rest}, **more} if not more and (
            rest.keys() <= {"last_id"}
        ):
            last_id = _id("last_id", rest["last_id"], may_be_none=True) if rest else None
            return Hello(_user(user), _token(proof), last_id)
        case {"since": since, **more} if not more:
            return Since(_id("since", since, may_be_none=True))
        case {"post": words, **more} if not more:
            return Post(_text("post", words))
        case {"hello": _, **more} if not more:
            raise ValueError(f"text={_shown(text)} must be a hello with user, token and last_id")
    raise ValueError(f"text={_shown(text)} must have one key: hello, since or post")


def from_gateway(text: str) -> GatewayWord:
    """What a frame of the gateway says; a `ValueError` if it has no form.

    >>> from_gateway('{"ids": ["10", "11"]}')
    Delta(ids=(10, 11))
    """
    match _object(text):
        case {"ids": ids, **more} if not more:
            return Delta(_ids("ids", ids))
        case {"gap": ids, **more} if not more:
            return Gap(_ids("gap", ids))
        case {"snapshot": ids, "newest": newest, **more} if not more:
            page = Snapshot(_ids("snapshot", ids))
            if _id("newest", newest, may_be_none=True) != page.newest:
                raise ValueError(f"newest={checks.brief(newest)} must be the first of the snapshot")
            return page
        case {"missed": posts, **more} if not more:
            return Missed(checks.whole("missed", posts, at_least=1))
        case {"posted": tweet_id, **more} if not more:
            return Posted(_id("posted", tweet_id))
        case {"refused": why, **more} if not more:
            return Refused(_text("refused", why))
        case {"too_old": True, **more} if not more:
            return TooOld()
    raise ValueError(f"text={_shown(text)} must be what a gateway says")


def _object(text):
    checks.instance("text", text, str)
    try:
        form = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        form = None
    if not isinstance(form, dict):
        raise ValueError(f"text={_shown(text)} must be a JSON object whose keys are said once")
    return form


def _once(pairs):
    form = dict(pairs)
    if len(form) != len(pairs):
        raise ValueError("a key is said twice")
    return form


# ── What a form holds ───────────────────────────────────────────────────────
def _user(value):
    return checks.whole("user", value, at_least=0, at_most=MOST_ID)


def _token(value):
    if not isinstance(value, str) or len(value) > MOST_TOKEN:
        raise ValueError(f"token={_shown(value)} must be a text of up to {MOST_TOKEN} characters")
    return value


def _text(field, value):
    fits = isinstance(value, str) and 0 < len(value) <= MOST_CHARACTERS
    if not fits or re.search("[\ud800-\udfff]", value):
        raise ValueError(
            f"{field}={_shown(value)} must be a text of 1 to {MOST_CHARACTERS} characters, "
            "none of them half of one"
        )
    return value


def _digits(field, value, least=0):
    return str(checks.whole(field, value, at_least=least, at_most=MOST_ID))


def _id(field, value, may_be_none=False):
    digits = value if isinstance(value, str) else ""
    if value == "-1" and may_be_none:
        return NOTHING
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19 and int(digits) <= MOST_ID):
        or_none = ', or "-1"' if may_be_none else ""
        raise ValueError(
            f"{field}={checks.brief(value)} must be an id: a string of decimal digits{or_none}"
        )
    return int(digits)


def _row(field, ids):
    return [_digits(field, tweet) for tweet in _few(field, ids)]


def _ids(field, ids):
    return tuple(_id(field, tweet) for tweet in _few(field, ids))


def _few(field, ids):
    if not isinstance(ids, tuple | list) or len(ids) > MOST_IDS:
        raise ValueError(f"{field}={_shown(ids)} must be a row of up to {MOST_IDS:,} ids")
    return ids


def _shown(value):
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
