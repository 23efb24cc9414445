"""The smallest lab there is: a diary that must lose no word. What every lab shares is tested with it."""

from dataclasses import dataclass, replace

from scalemodel.core.rng import stream
from scalemodel.labs.checks import death_since, if_killed, runs_through
from scalemodel.labs.lab import Lab, Stage
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.lives import Lives
from scalemodel.labs.playing.store import SERVICE, Store
from scalemodel.labs.verdict import invalid, valid
from scalemodel.parts.shrink import without_some


# ── The world ───────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Week:
    """Words to write; before some of them a crash is set, so many changes of the store ahead."""

    seed: int
    words: tuple[int, ...]
    crashes: tuple[tuple[int, int], ...] = ()  # before which word, after how many changes


def calm(seed):
    return Week(seed, tuple(range(17, 22)))


def stormy(seed):
    rng = stream(seed, "stormy")
    hours = sorted(rng.choice(range(17, 22), size=3, replace=False))
    crashes = ((int(at), int(rng.integers(3))) for at in hours)
    return replace(calm(seed), crashes=tuple(crashes))


def simpler(week):
    for words in without_some(week.words):
        yield replace(week, words=words)
    for crashes in without_some(week.crashes):
        yield replace(week, crashes=crashes)


def play(week, player):
    history = History(week)
    with Lives(player, Store(history), []) as lives:
        lives.start()
        for word in week.words:
            for _, changes in (row for row in week.crashes if row[0] == word):
                lives.store.kill_at(changes)
            while lives.timed("write", word, word=word) is None:
                pass
        lives.store.spare()
        lives.note("reader", "read", {}, lives.insist("read").reply)
    return history


# ── The check ───────────────────────────────────────────────────────────────
def no_lost_word(history):
    """What was written is read, once and in order."""
    words = list(history.world.words)
    for event in history.of("read"):
        if event.reply != words:
            return invalid(
                "what was written is read, once and in order",
                f"{words} were written and {event.reply} is read{death_since(history, 0.0)}",
                event.time_ms,
                "what is left of a word when the one who wrote it has died?",
            )
    return valid()


def no_lost_word_in_a_storm(history):
    """The same, if the object was killed at all."""
    return if_killed(history, no_lost_word(history))


LAB = Lab(
    name="diary",
    title="A diary",
    version=1,
    folder="none",
    subject="Diary",
    methods=("write", "read"),
    service=SERVICE,
    stages=(
        Stage(key="a", title="Calm", points=40, draw=calm, checks=(runs_through, no_lost_word)),
        Stage(
            key="b", title="Storm", points=60, draw=stormy,
            checks=(runs_through, no_lost_word_in_a_storm),
        ),
    ),
    play=play,
    simpler=simpler,
)  # fmt: skip


# ── Answers ─────────────────────────────────────────────────────────────────
KEEPS = """class Diary:
    def __init__(self, store):
        self.store = store

    def write(self, word):
        if self.store.newest("words", 1) != [word]:
            self.store.push("words", word)

    def read(self):
        return self.store.newest("words", 30)[::-1]
"""
FORGETS = """class Diary:
    def __init__(self, store):
        self.store, self.words = store, []

    def write(self, word):
        self.words.append(word)
        self.store.put("count", len(self.words))

    def read(self):
        return self.words
"""
