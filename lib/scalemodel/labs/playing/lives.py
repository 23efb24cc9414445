"""One object in many lives: started, asked, killed by its store, and started again.

A world says what is asked of the object and when. Here is who starts it, who notices that
it died, how long a call took, and what is noted of all that.

Left out: several objects at a time.
Sources: Candea and Fox, "Crash-only software", 2003: to start is to recover.
"""

__all__ = ["Answer", "Lives"]
__dir__ = lambda: __all__

from dataclasses import dataclass

from scalemodel.core import checks
from scalemodel.labs.playing.player import Died, Faulty, Player
from scalemodel.labs.playing.store import Store


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gave back, and the store's time that it took.

    >>> Answer([17], took_ms=1.1).reply
    [17]
    """

    reply: object
    took_ms: float


class Lives:
    """The object that `player` plays, beside a `store` that outlives it.

    `arguments` are what its `__init__` is given after the store, in each life. At the end
    of the `with` its life ends; a `Faulty` on the way is noted, as the last event, and
    goes no further.

    >>> from scalemodel.labs.playing.history import History
    >>> from scalemodel.labs.playing.player import Here
    >>> class Diary:
    ...     def __init__(self, store): self.store = store
    ...     def write(self, word): self.store.push("words", word)
    >>> store = Store(History(None))
    >>> with Lives(Here(Diary, ["push"]), store, []) as lives:
    ...     lives.start()
    ...     store.kill_at(1)
    ...     lives.call("write", "rain"), lives.call("write", "rain")
    (None, Answer(reply=None, took_ms=1.0))
    >>> store.lists
    {'words': ['rain', 'rain']}
    """

    @checks.kinds
    def __init__(self, player: Player, store: Store, arguments: list):
        self.player, self.store, self.arguments = player, store, arguments

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Faulty):
            busy = {"busy": True} if error.busy else {}
            self.note("worker", "fault", {"words": str(error), "hung": error.hung, **busy})
        self.player.end()
        return isinstance(error, Faulty)

    @checks.kinds
    def note(self, actor: str, kind: str, payload: dict, reply: object = None) -> None:
        """Add to the history what happens now."""
        self.store.history.add(self.store.now_ms, actor, kind, payload, reply)

    def start(self) -> None:
        """Begin a life, and another if it dies of its own beginning; noted if it took time."""
        before = self.store.now_ms
        while not self._outlived("start", self.player.begin, self.arguments, self.store.serve):
            pass
        if took_ms := round(self.store.now_ms - before, 6):
            self.note("worker", "start done", {"took_ms": took_ms})

    @checks.kinds
    def call(self, method: str, *arguments) -> Answer | None:
        """The answer; None if the object died of the call, and its next life has begun."""
        before, replies = self.store.now_ms, []
        ask = lambda: replies.append(self.player.call(method, *arguments))
        if not self._outlived(method, ask):
            self.start()
            return None
        return Answer(replies[0], round(self.store.now_ms - before, 6))

    @checks.kinds
    def timed(self, method: str, *arguments, **words) -> Answer | None:
        """The same, and an answer is noted: "post done", with `words` and what it took."""
        answer = self.call(method, *arguments)
        if answer is not None:
            self.note("worker", f"{method} done", {**words, "took_ms": answer.took_ms})
        return answer

    @checks.kinds
    def insist(self, method: str, *arguments) -> Answer:
        """The answer, in as many lives as it takes."""
        while (answer := self.call(method, *arguments)) is None:
            pass
        return answer

    def _outlived(self, during, act, *arguments):
        """Whether the life outlived `act`; if not, the crash is noted."""
        self.store.operations = 0
        try:
            act(*arguments)
            if during != "start":  # who outlives its birth dies in what is asked of it next
                self.store.answered()
        except Died:
            self.store.buried()
            words = {"during": during, "operations": self.store.operations}
            self.note("worker", "crash", words)
            return False
        return True
