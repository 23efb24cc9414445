"""A prediction lock: say what you expect, then look.

A sealed envelope lies on the panel. The reader writes a number on it, or ticks one of
a few choices, and opens it; the guess stays in sight beside what the run gives. Who
would rather not guess opens it at once, and paper and browsers without a script get
it open.

A guess knows what to ask and what to say. `page` puts its element before the panel,
`predict.js` covers and uncovers, and `live` does the same with widgets. On a page the
script covers what follows in the section too, up to the next heading or lock, for it says
what the panel shows. So what a reader must know before the guess stands before the panel.

Left out: scores. Nobody counts who guessed well.
Sources: Crouch, Fagen, Callan, Mazur, "Classroom demonstrations: learning tools or
entertainment?", American Journal of Physics 72, 2004, on predicting before seeing.
"""

__all__ = [
    "ON_FIGURE", "Guess", "beside", "check_drawn", "explained", "guess_choice", "guess_number",
    "locked_html", "mark", "marked", "number_of", "refusal", "revealed",
]  # fmt: skip
__dir__ = lambda: __all__

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from scalemodel.core import checks, units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.axes import Axis
from scalemodel.stage.views import typed

ON_FIGURE = ("x", "y")


@dataclass(frozen=True, slots=True)
class Guess:
    """What to ask before a panel opens; made by `guess_number` and `guess_choice`.

    >>> guess_choice("Who stops?", ["hold 720p", "follow buffer"], answer="hold 720p").shown
    'hold 720p'
    """

    question: str
    answer: float | str
    tell: str | tuple[str, str] = ""  # what explains, once the panel is open; see `guess_number`
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    drawn: str = ""  # where a number is drawn: "x", "y", or an axis of the panel
    choices: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The answer as it is printed.

        >>> guess_number("How long?", unit="s", low=0, high=60, answer=20).shown
        '20 s'
        """
        return self.answer if self.choices else units.quantity(self.answer, self.unit)

    @property
    def key(self) -> str:
        """Eight hex digits under which a reader's browser remembers this guess.

        >>> len(guess_number("How long?", unit="s", low=0, high=60, answer=20).key)
        8
        """
        asked = [self.question, self.unit, self.low, self.high, self.choices]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:8]


def guess_number(
    question: str, *, unit: str, low: float, high: float, answer: float,
    tell: str | tuple[str, str] = "", drawn: str = "",
) -> Guess:  # fmt: skip
    """A guess of a number from `low` to `high`; `answer` is what the run gives.

    `tell` explains: one text for all, or a pair, to who guessed too low and to who guessed
    too high. Who was right, or did not guess, is told both, one after the other: so each must
    be true of the run by itself, and answer nobody (no "It is not that many").
    `drawn` puts the guess on the panel: "x" and "y" on that axis of the figure, the
    name of a slider beneath that slider.

    >>> guess_number("How long?", unit="s", low=0, high=60, answer=70)
    Traceback (most recent call last):
    ...
    ValueError: answer=70 must be a finite number of at least 0 and at most 60
    """
    _sentence("question", question)
    units.unit(unit)
    checks.real("low", low)
    checks.real("high", high, above=low)
    checks.real("answer", answer, at_least=low, at_most=high)
    _text("drawn", drawn)
    if isinstance(tell, (tuple, list)):
        if len(tell) != 2 or not all(isinstance(text, str) and text.strip() for text in tell):
            raise ValueError(f"tell={tell!r} must be a pair of sentences: too low, too high")
        tell = tuple(tell)
    else:
        _text("tell", tell)
    return Guess(question, float(answer), tell, unit, float(low), float(high), drawn)


def guess_choice(question: str, choices: Sequence[str], *, answer: str, tell: str = "") -> Guess:
    """A guess of one of `choices`; `answer` is the one that the run gives.

    >>> guess_choice("Who stops?", ["bus", "train"], answer="tram")
    Traceback (most recent call last):
    ...
    ValueError: answer='tram' must be one of 'bus', 'train'
    """
    _sentence("question", question)
    listed = tuple(choices) if isinstance(choices, (list, tuple)) else ()
    strings = all(isinstance(choice, str) and choice.strip() for choice in listed)
    if len(listed) < 2 or not strings or len(set(listed)) < len(listed):
        raise ValueError(f"choices={choices!r} must be a list of at least two different words")
    if answer not in listed:
        raise ValueError(f"answer={answer!r} must be one of {', '.join(map(repr, listed))}")
    _text("tell", tell)
    return Guess(question, answer, tell, choices=listed)


def check_drawn(guess: Guess, axes: dict[str, Axis]) -> None:
    """Refuses a guess that is to be drawn where the panel has nothing of that name.

    >>> check_drawn(guess_number("?", unit="s", low=0, high=1, answer=1, drawn="z"), {})
    Traceback (most recent call last):
    ...
    ValueError: drawn='z' must be one of x, y
    """
    if not isinstance(guess, Guess):
        raise ValueError(f"predict={guess!r} must be a guess_number(...) or a guess_choice(...)")
    sliders = [name for name, axis in axes.items() if axis.control in ("slider", "time")]
    allowed = (*ON_FIGURE, *sliders)
    if guess.drawn and guess.drawn not in allowed:
        raise ValueError(f"drawn={guess.drawn!r} must be one of {', '.join(allowed)}")


# ── What is said ────────────────────────────────────────────────────────────
def revealed(guess: Guess, said: float | str | None = None) -> str:
    """The sentence once the panel is open: what was said, what the run gives, how far off.

    >>> guess = guess_number("How long?", unit="s", low=0, high=60, answer=20)
    >>> revealed(guess, 45.0)
    'You said 45 s; the run gives 20 s. That is 25 s less.'
    >>> revealed(guess, 20.0), revealed(guess)
    ('You said 20 s, and so does the run.', 'The run gives 20 s.')
    """
    if said is None:
        return f"The run {'says' if guess.choices else 'gives'} {guess.shown}."
    yours = said if guess.choices else units.quantity(said, guess.unit)
    if yours == guess.shown:
        return f"You said {yours}, and so does the run."
    if guess.choices:
        return f"You said {yours}; the run says {guess.shown}."
    off = units.quantity(abs(guess.answer - said), guess.unit)
    way = "more" if guess.answer > said else "less"
    return f"You said {yours}; the run gives {guess.shown}. That is {off} {way}."


def explained(guess: Guess, said: float | str | None = None) -> str:
    """What explains the answer to a reader who said `said`.

    >>> guess = guess_number("How long?", unit="s", low=0, high=60, answer=20,
    ...                      tell=("Longer: it stores.", "Shorter: it drains."))
    >>> explained(guess, 45.0), explained(guess, 5.0)
    ('Shorter: it drains.', 'Longer: it stores.')
    >>> explained(guess)
    'Longer: it stores. Shorter: it drains.'
    """
    if isinstance(guess.tell, str):
        return guess.tell
    if said is None or units.quantity(said, guess.unit) == guess.shown:
        return " ".join(guess.tell)
    return guess.tell[said > guess.answer]


def refusal(guess: Guess) -> str:
    """What to say to an empty or impossible guess.

    >>> refusal(guess_number("How long?", unit="s", low=0, high=60, answer=20))
    'A number from 0 to 60, please; any guess will do.'
    """
    if guess.choices:
        return "Choose one first; any guess will do."
    low, high = units.number(guess.low), units.number(guess.high)
    return f"A number from {low} to {high}, please; any guess will do."


def number_of(guess: Guess, text: str) -> float | None:
    """The number that a reader wrote, or None where it is none or out of bounds.

    >>> guess = guess_number("How long?", unit="s", low=0, high=60, answer=20)
    >>> number_of(guess, " 12,5 "), number_of(guess, "61"), number_of(guess, "")
    (12.5, None, None)
    """
    value = typed.number_of(text)
    return value if value is not None and guess.low <= value <= guess.high else None


def beside(guess: Guess) -> str:
    """What stands beside the field of a number: its bounds, and how to write one.

    >>> beside(guess_number("How long?", unit="s", low=0, high=60, answer=20))[:14]
    'from 0 to 60. '
    """
    low, high = units.number(guess.low), units.number(guess.high)
    return f"from {low} to {high}. {typed.HOW}"


# ── What is drawn ───────────────────────────────────────────────────────────
def mark(guess: Guess) -> str:
    """A plotly shape as JSON in which GUESS stands for the number and SIDE for its label's side.

    Empty where nothing is drawn on the figure. The page's script and the live panel fill it in.

    >>> mark(guess_number("?", unit="s", low=0, high=60, answer=20, drawn="x"))[:42]
    '{"type":"line","x0":GUESS,"x1":GUESS,"xref'
    """
    if guess.drawn not in ON_FIGURE:
        return ""
    along, across = ("x", "y") if guess.drawn == "x" else ("y", "x")
    ink = theme.policy_colour("you")
    label = {"text": "your guess", "textangle": 0, "textposition": "end", "font": {"color": ink}}
    if guess.drawn == "x":
        label |= {"xanchor": "SIDE", "yanchor": "top", "padding": 5}
    else:
        label |= {"xanchor": "right", "yanchor": "bottom"}  # within the figure
    shape = {
        "type": "line", f"{along}0": "GUESS", f"{along}1": "GUESS", f"{along}ref": along,
        f"{across}0": 0, f"{across}1": 1, f"{across}ref": "paper",
        "line": {"color": ink, "width": 2, "dash": "dash"}, "label": label,
    }  # fmt: skip
    return json.dumps(shape, separators=(",", ":")).replace('"GUESS"', "GUESS")


def marked(guess: Guess, said: float | str | None, layout: dict) -> dict:
    """`layout` with the guess drawn on it, if it is to be.

    >>> guess = guess_number("?", unit="s", low=0, high=60, answer=20, drawn="x")
    >>> marked(guess, 45.0, {"shapes": []})["shapes"][0]["x0"]
    45.0
    """
    template = mark(guess)
    if said is None or not template:
        return layout
    side = "right" if said > (guess.low + guess.high) / 2 else "left"
    shape = json.loads(template.replace("GUESS", repr(said)).replace("SIDE", side))
    return {**layout, "shapes": [*(layout.get("shapes") or []), shape]}


# ── On a page ───────────────────────────────────────────────────────────────
def locked_html(guess: Guess, axes: dict[str, Axis], figure_html: str, ident: str) -> str:
    """The panel `figure_html` with its question before it, open until the script covers it.

    >>> guess = guess_choice("Who stops?", ["bus", "train"], answer="bus")
    >>> html = locked_html(guess, {}, '<figure class="sm-panel"></figure>', "guess-1")
    >>> html.startswith('<div class="sm-predict"'), "The run says bus." in html
    (True, True)
    """
    told = {
        "key": guess.key, "answer": guess.answer, "shown": guess.shown, "why": refusal(guess),
        "unit": units.quantity(0, guess.unit)[1:] if guess.unit else "",
        "low": guess.low, "high": guess.high, "mark": mark(guess),
    }  # fmt: skip
    if guess.drawn and not told["mark"]:
        told |= {"slider": guess.drawn, "values": axes[guess.drawn].values}
    if not isinstance(guess.tell, str):
        told |= {"tell": guess.tell}
    tell = f" {escape(explained(guess))}" if guess.tell else ""
    return (
        f'<div class="sm-predict" id="{ident}" data-guess="{escape(json.dumps(told))}">'
        f'<p class="sm-question" id="{ident}-question">{escape(guess.question)}</p>'
        f'<form hidden novalidate aria-labelledby="{ident}-question">{_answers(guess, ident)}'
        f'<p class="sm-problem" id="{ident}-problem" role="alert"></p>'
        '<div class="sm-buttons"><button>Reveal</button>'
        '<button type="button" data-show>Just show me</button></div></form>'
        f'<p class="sm-told"><span>{escape(revealed(guess))}</span>{tell}</p>'
        f'<p class="sm-live" aria-live="polite"></p>{figure_html}</div>'
    )


def _answers(guess, ident):
    if guess.choices:
        radios = "".join(
            f'<label><input type="radio" name="{ident}" value="{escape(choice)}" '
            f'aria-describedby="{ident}-problem">{escape(choice)}</label>'
            for choice in guess.choices
        )
        return f"<fieldset><legend>Your guess</legend>{radios}</fieldset>"
    unit = units.quantity(0, guess.unit)[1:].strip()
    spoken = units.unit(guess.unit).plural
    return (
        f'<label for="{ident}-number">Your guess<span class="sm-live">{spoken and f", in {spoken}"}'
        f'</span></label> <input id="{ident}-number" inputmode="decimal" autocomplete="off" '
        f'size="7" aria-describedby="{ident}-range {ident}-problem"> {escape(unit)} '
        f'<span class="sm-range" id="{ident}-range">{beside(guess)}</span>'
    )


def _text(field, value):
    if not isinstance(value, str):
        raise ValueError(f"{field}={value!r} must be a string")


def _sentence(field, value):
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{field}={value!r} must be a sentence")
