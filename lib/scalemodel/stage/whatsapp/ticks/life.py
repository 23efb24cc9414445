"""The life of a message, step by step, and a plug that the reader pulls where they like.

Two phones, a server and its log. Each way is a run of the server itself on a disk that forgets
nothing: the ids, who is told what, and whether a repetition is known, are its own. The ways
without a key are those of a server that has forgotten its keys.

Left out: a network that loses; that is in `fates`.
Sources: none.
"""

__all__ = ["ANA_X", "BO_X", "LOG_Y", "SERVER_X", "SERVER_Y", "WAYS", "life"]
__dir__ = lambda: __all__

from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed
from scalemodel.whatsapp.delivery.server import Server
from scalemodel.whatsapp.delivery.stores import ForgetfulStore

WAYS = {  # when the plug is pulled, and whether the server keeps keys
    "leave it in": (None, False),
    "pull it before the commit": ("before", False),
    "between commit and tick": ("between", False),
    "the same, with a key": ("between", True),
}
ANA_X, BO_X, SERVER_X, SERVER_Y, LOG_Y = 50, 310, 180, 56, 134


def life() -> Embed:
    """Each way from the first tap to the second tick.

    >>> life().text[:42]
    'What does a tick promise?: leave it in, 6 '
    """
    bubble = (
        '<rect x="-21" y="-11" width="42" height="22" rx="8" style="fill:var(--sm-paper)" '
        'stroke="currentColor" stroke-width="2.5"/><text y="4" text-anchor="middle">tea?</text>'
    )
    tick = '<path d="M-5 0l4 5L6 -6" fill="none" stroke="currentColor" stroke-width="2.5"/>'
    things = {
        "server": '<rect x="-44" y="-24" width="88" height="48" rx="6" style="fill:var(--sm-surface)" '
        'stroke="currentColor" stroke-width="2.5"/>',
        "up": '<text y="-29" text-anchor="middle">server</text>',
        "dead": '<text y="-29" text-anchor="middle">server, unplugged</text>',
        "typed": bubble, "log1": bubble, "log2": bubble, "shown1": bubble, "shown2": bubble,
        "going": bubble, "tick1": tick, "tick2": tick,
    }  # fmt: skip
    ground = "".join(
        f'<rect x="{x - 36}" y="28" width="72" height="128" rx="10" fill="none" stroke="currentColor" '
        f'style="color:var(--sm-line)" stroke-width="2"/><text x="{x}" y="20" text-anchor="middle">{name}</text>'
        for name, x in (("Ana", ANA_X), ("Bo", BO_X))
    )
    ground += (
        f'<path d="M{SERVER_X - 50} {LOG_Y - 18}v36h100v-36" fill="none" stroke="currentColor" '
        f'style="color:var(--sm-line)" stroke-width="2"/>'
        f'<text x="{SERVER_X}" y="{LOG_Y + 34}" text-anchor="middle">log, on the disk</text>'
    )
    ways = {way: _Life(*rule).steps for way, rule in WAYS.items()}
    return moving(
        things, ways, title="What does a tick promise?", size_px=(360, 176), ground=ground
    )


class _Life:
    """The steps of one way, as the server plays it."""

    def __init__(self, pull, keyed):
        self.steps, self.at, self.store = [], {}, ForgetfulStore()
        self.keyed, self.shown = keyed, []
        self._start()
        self.ana, self.bo = self.server.join("ana"), self.server.join("bo")
        self._told(
            "Ana's phone sends “tea?”, and calls it its message 1.",
            typed=(ANA_X, 60, "plain"),
            going=(120, 56, "busy"),
        )
        self.server.send(self.ana, 1, "bo", "tea?")
        self._told(
            "The server gives it a number. So far only the server's memory knows.",
            going=(SERVER_X, SERVER_Y, "busy"),
        )
        if pull == "before":
            self._pulled("The plug is pulled. What was only in memory is gone.")
        else:
            self._committed()
            if pull == "between":
                self._pulled("Now the plug is pulled. Ana's phone has not heard, and cannot know.")
            else:
                self._ticked(self.server.take())
        if pull == "between":
            self._pushed()
        if pull:
            self._told(
                "No tick came, so Ana's phone sends message 1 again.", going=(120, 56, "busy")
            )
            self.server.send(self.ana, 1, "bo", "tea?")
            if keyed:
                self._ticked(
                    self.server.take(),
                    "The server knows this key, Ana's 1: the same number again, and the tick.",
                )
            else:
                self._committed(
                    "To the server it is another message, and gets a number of its own."
                    if self.shown
                    else None
                )
                self._ticked(self.server.take())
        if pull != "between" or not keyed:
            self._pushed()
        self._delivered()

    def _start(self):
        self.server = Server(self.store, lambda: 0.0, remember_s=1e6 if self.keyed else 0.0)
        self.server.commit()  # what it keeps no keys with has none now

    def _told(self, words, **moves):
        self.at.setdefault("up", (SERVER_X, SERVER_Y))
        self.at.setdefault("server", (SERVER_X, SERVER_Y, "plain"))
        for name, place in moves.items():
            self.at.pop(name, None) if place is None else self.at.update({name: place})
        self.steps.append(Step(words, dict(self.at)))

    def _committed(self, words=None):
        self.server.commit()
        name = f"log{len(self.shown) + 1}"
        lies = self.store.load("message")[-1]
        place = (SERVER_X - 24 + 48 * len(self.shown), LOG_Y, "good")
        self._told(
            words or f"The log is committed: number {lies[0]} is on the disk.",
            going=None,
            **{name: place},
        )

    def _ticked(
        self, packets, words="Only now the server answers, and Ana's phone shows one tick."
    ):
        assert any(packet[0] == "ack" for _, packet in packets)
        self._told(words, going=None, tick1=(ANA_X + 8, 84, "plain"))

    def _pulled(self, words):
        self.at.pop("up")
        dark = (SERVER_X, SERVER_Y, "bad")
        self._told(words, going=None, server=dark, dead=dark)
        self._start()
        lies = len(self.store.load("message"))
        self.at["up"] = (SERVER_X, SERVER_Y)
        self._told(
            f"It starts again and reads its log, in which {'the message stands' if lies else 'nothing stands'}.",
            server=(SERVER_X, SERVER_Y, "plain"), dead=None,
        )  # fmt: skip

    def _pushed(self):
        self.server.hello(self.bo, 0)
        pushed = [packet for who, packet in self.server.take() if who == self.bo]
        self.shown.append(pushed[-1][1])
        n = len(self.shown)
        words = (
            "It goes to Bo's phone, which shows it."
            if n == 1
            else "It goes to Bo's phone too: he is asked for tea twice."
        )
        self._told(words, **{f"shown{n}": (BO_X, 34 + 28 * n, "good" if n == 1 else "bad")})
        self.server.got(self.bo, self.shown[-1]), self.server.commit()

    def _delivered(self):
        self.server.hello(self.ana, 0)
        assert any(
            packet[3] == "delivered" for _, packet in self.server.take() if packet[0] == "push"
        )
        self._told(
            "Bo's phone has confirmed. The log forgets the message, and Ana's phone shows two ticks.",
            log1=None, log2=None, tick2=(ANA_X + 16, 84, "plain"),
        )  # fmt: skip
