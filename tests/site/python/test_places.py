"""Every place for a reader's Python, from the unpacked archive, by keyboard alone: it ends in words.

Left out: what a place answers; its own tests compare that with its engine.
"""

import re
from contextlib import contextmanager

import pytest

from tests.conftest import ROOT
from tests.site.hostile import firefox

PLACES = [
    path.relative_to(ROOT).with_suffix("").as_posix()
    for path in sorted((ROOT / "book").rglob("*.md"))
    if ":tags: [run-here" in path.read_text()
]
READY = "Python is ready."
ENDS = {  # a text of one line, and how it ends where it is run as it stands
    "if 1 print(2)": r"^Line 1: SyntaxError",
    "import numpy": r"^Line 1: numpy is not here: on the page there is only Python's own library",
    "import os": r"^Done; it printed nothing\.$",
    "a = [0] * 10**9": r"^Line 1: MemoryError",
    "for n in range(1_000_000): print(n)": r"^Done\.$",
}
# Where something stands behind it, that asks for a name; where it is judged, not run.
OR_BEHIND, JUDGED = r"NameError", r"^Done\.$|^unknown: "
MOST_TABS = 400
ODD = {
    "Tab": "\ue004",
    "Enter": "\ue006",
    "Escape": "\ue00c",
    "Shift": "\ue008",
    "Control": "\ue009",
}
UNTIL = "new Promise((done) => { const look = () => (%s) ? done(true) : setTimeout(look, 50); look(); })"
DESK = "document.querySelector('.sm-code')"
SAID = f"({DESK}.querySelector('[role=status]')?.textContent ?? '')"
BUSY = f"{DESK}.querySelector('.do button').disabled"


class InChromium:
    """A reader's hands on the keys, and eyes on the page."""

    def __init__(self, page):
        self.page = page
        self.press, self.type, self.see = page.keyboard.press, page.keyboard.type, page.evaluate


class InFirefox:
    """The same in Firefox."""

    def __init__(self, reader):
        self.reader, self.see = reader, reader.run

    def press(self, keys):
        codes = [ODD.get(key, key.lower()) for key in keys.split("+")]
        self._act([("keyDown", code) for code in codes] + [("keyUp", code) for code in codes[::-1]])

    def type(self, text):
        self._act([(move, letter) for letter in text for move in ("keyDown", "keyUp")])

    def _act(self, moves):
        actions = [{"type": kind, "value": value} for kind, value in moves]
        keys = {"type": "key", "id": "keys", "actions": actions}
        self.reader.ask("input.performActions", context=self.reader.page, actions=[keys])


@contextmanager
def in_chromium(address, width, visitors):
    with visitors(address, viewport={"width": width, "height": 844}) as visitor:
        yield lambda name: InChromium(visitor.open(name))
        assert visitor.faults == []


@contextmanager
def in_firefox(address, width, visitors):
    if firefox.find() is None:
        pytest.skip(f"not run: Firefox: {firefox.HOW}")
    with firefox.started() as reader:
        size = {"width": width, "height": 844}
        # In the first window the address has the focus, and no key presses a button of the page.
        reader.page = reader.ask("browsingContext.create", type="window")["context"]
        reader.ask("browsingContext.setViewport", context=reader.page, viewport=size)
        yield lambda name: (reader.open(f"{address}/{name}"), InFirefox(reader))[1]
        assert reader.faults == []


def lead_to(hands, where, key="Tab"):
    """Presses `key` until the focus is on what `where` selects."""
    for _ in range(MOST_TABS):
        if hands.see(f"document.activeElement?.matches('{where}') ?? false"):
            return
        hands.press(key)
    raise AssertionError(f"no {key} leads to {where}")


def ended(hands):
    """What is said when nothing runs any more."""
    hands.see(UNTIL % f"!{BUSY}")
    return hands.see(SAID)


def run(hands, text):
    """What is said of `text`, typed in place of what stood there."""
    lead_to(hands, ".sm-desk textarea", "Shift+Tab")
    hands.press("Control+a")
    hands.type(text)
    hands.press("Control+Enter")
    return ended(hands)


@pytest.mark.thorough
@pytest.mark.parametrize("started", [in_chromium, in_firefox], ids=["chromium", "firefox"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("place", PLACES)
def test_a_place_is_used_by_keyboard_alone_and_lives_on(unpacked, visitors, started, width, place):
    with started(f"{unpacked.as_uri()}/site", width, visitors) as open_page:
        hands = open_page(f"{place}.html")
        lead_to(hands, ".sm-code button")
        hands.press("Enter")
        assert hands.see(UNTIL % f"{SAID} === '{READY}'")
        hands.press("Control+Enter")
        first = ended(hands)
        assert first in ("Done.", "Done; it printed nothing."), first
        shown = f"{DESK}.querySelector('.sm-desk > pre').textContent"
        printed = hands.see(shown)
        behind, judged = (
            hands.see(f"{DESK}.hasAttribute('data-behind')"),
            hands.see(f"/module/.test({DESK}.dataset.here ?? '')"),
        )
        for text, how in ENDS.items():
            how = JUDGED if judged else f"{how}|{OR_BEHIND}" if behind else how
            said = run(hands, text)
            assert re.search(how, said), (text, said)
            assert len(hands.see(shown)) < 20_200
        lead_to(hands, ".sm-desk textarea", "Shift+Tab")
        hands.press("Control+a")
        hands.type("while True: pass")
        hands.press("Control+Enter")
        hands.press("Escape")
        lead_to(hands, ".sm-desk .do button")
        assert hands.see("document.activeElement.textContent") == "Stop"
        hands.press("Enter")
        assert ended(hands).endswith("Stopped.")
        lead_to(hands, ".sm-desk .do button:nth-last-child(2)")  # Reset
        hands.press("Enter")
        lead_to(hands, ".sm-desk textarea", "Shift+Tab")
        hands.press("Control+Enter")
        assert ended(hands) == first and hands.see(shown) == printed
        assert hands.see("document.body.scrollWidth") <= width
