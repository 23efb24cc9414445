"""The life of a message, step by step, and a plug that the reader pulls where they like.

Two phones, a server and its log. Each way is a run of the server itself on a disk that forgets
nothing: the ids, who is told what, and whether a repetition is known, are its own. The ways
without a key are those of a server that has forgotten its keys.

Left out: a network that loses; that is in `fates`.
Sources: none.
"""

__all__ = [
    "ANA_X", "BO_X", "LOG_Y", "PLUGGED", "PULLED", "SERVER_X", "SERVER_Y", "SOCKET", "WAYS", "life",
]  # fmt: skip
__dir__ = lambda: __all__

from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed
from scalemodel.whatsapp.delivery.server import Server
from scalemodel.whatsapp.delivery.stores import ForgetfulStore

WAYS = {  # when the plug is pulled, and whether the server keeps keys
    "never": (None, False),
    "before the commit": ("before", False),
    "between commit and tick": ("between", False),
    "there, with a key": ("between", True),
    "after the tick": ("after", False),
}
ANA_X, BO_X, SERVER_X, SERVER_Y, LOG_Y = 46, 314, 172, 40, 102
SOCKET = (SERVER_X + 50, SERVER_Y + 16)  # where the cord of the server ends
PLUGGED, PULLED = (SERVER_X + 40, SERVER_Y - 2), (SERVER_X + 40, SERVER_Y - 18)


def life() -> Embed:
    """Each way from the first tap to the second tick.

    >>> life().text[:43]
    'When do you pull the plug?: never, 6 steps,'
    """
    bubble = (
        '<rect x="-21" y="-11" width="42" height="22" rx="8" style="fill:var(--sm-paper)" '
        'stroke="currentColor" stroke-width="2.5"/><text y="4" text-anchor="middle">tea?</text>'
    )
    tick = '<path d="M-5 0l4 5L6 -6" fill="none" stroke="currentColor" stroke-width="2.5"/>'
    things = {
        "server": '<rect x="-40" y="-19" width="80" height="38" rx="6" style="fill:var(--sm-surface)" '
        'stroke="currentColor" stroke-width="2.5"/>',
        "name": '<text x="-36" y="-25">server</text>',
        "cord": '<path d="M0 0h10v12M4 12h12M7 12v6M13 12v6" fill="none" stroke="currentColor" stroke-width="2.5"/>',
        "typed": bubble, "log1": bubble, "log2": bubble, "shown1": bubble, "shown2": bubble,
        "going": bubble, "tick1": tick, "tick2": tick,
    }  # fmt: skip
    line = 'fill="none" stroke="currentColor" style="color:var(--sm-line)" stroke-width="2"'
    ground = "".join(
        f'<rect x="{x - 36}" y="20" width="72" height="98" rx="10" {line}/>'
        f'<text x="{x}" y="14" text-anchor="middle">{name}</text>'
        for name, x in (("Ana", ANA_X), ("Bo", BO_X))
    )
    ground += (
        f'<rect x="{SOCKET[0] - 9}" y="{SOCKET[1]}" width="18" height="10" rx="3" {line}/>'
        f'<path d="M{SERVER_X - 50} {LOG_Y - 15}v30h100v-30" {line}/>'
        f'<text x="{SERVER_X}" y="{LOG_Y + 30}" text-anchor="middle">log, on the disk</text>'
    )
    ways = {way: _Life(*rule).steps for way, rule in WAYS.items()}
    return moving(
        things, ways, title="When do you pull the plug?", size_px=(360, 136), ground=ground
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
            typed=(ANA_X, 44, "plain"),
            going=(108, SERVER_Y, "busy"),
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
        if pull == "after":
            self._pulled(
                "Now the plug is pulled. Ana's phone has its tick, and will not send again."
            )
        if pull == "between":
            self._pushed()
        if pull in ("before", "between"):
            self._told(
                "No tick came, so Ana's phone sends message 1 again.", going=(108, SERVER_Y, "busy")
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
        for name, place in {
            "server": (SERVER_X, SERVER_Y),
            "name": (SERVER_X, SERVER_Y),
            "cord": PLUGGED,
        }.items():
            self.at.setdefault(name, (*place, "plain"))
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
        self._told(words, going=None, tick1=(ANA_X + 8, 66, "faint"))

    def _pulled(self, words):
        self._told(words, going=None, server=(SERVER_X, SERVER_Y, "bad"), cord=(*PULLED, "bad"))
        self._start()
        lies = "the message stands" if self.store.load("message") else "nothing stands"
        plain = {"server": (SERVER_X, SERVER_Y, "plain"), "cord": (*PLUGGED, "plain")}
        self._told(f"It starts again and reads its log, in which {lies}.", **plain)

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
        self._told(words, **{f"shown{n}": (BO_X, 18 + 26 * n, "good" if n == 1 else "bad")})
        self.server.got(self.bo, self.shown[-1]), self.server.commit()

    def _delivered(self):
        self.server.hello(self.ana, 0)
        assert any(
            packet[3] == "delivered" for _, packet in self.server.take() if packet[0] == "push"
        )
        self._told(
            "Bo's phone has confirmed. The log forgets the message, and Ana's phone shows two ticks.",
            log1=None, log2=None, tick2=(ANA_X + 16, 66, "faint"),
        )  # fmt: skip
