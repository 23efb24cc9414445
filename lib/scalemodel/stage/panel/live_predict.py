"""The prediction lock as widgets, for Jupyter.

The question stands above the panel, which is not there until the reader has guessed
or asked to be shown. A cell that is run again stays open as long as its kernel lives.

Left out: a memory beyond the kernel; a notebook that opens anew asks anew. And a cover for
what is said after the panel: Markdown cells are the notebook's own, no widget reaches them,
so they stand open there.
Sources: the ipywidgets documentation.
"""

__all__ = ["LiveGuess"]
__dir__ = lambda: __all__

from html import escape

import ipywidgets as widgets

from scalemodel.stage.panel import predict
from scalemodel.stage.panel.predict import Guess
from scalemodel.stage.views.sheet import refusal_html

_said: dict[str, float | str | None] = {}  # by the guess's key; None where it was only shown


class LiveGuess:
    """A question over `covered`, which shows once it is answered; `on_open` is called then.

    >>> guess = predict.guess_number("How far?", unit="km", low=0, high=9, answer=2)
    >>> live = LiveGuess(guess, widgets.HTML("Two."), print)
    >>> live.covered in live.box.children
    False
    >>> live.input.value = "3"
    >>> live.reveal()
    <BLANKLINE>
    >>> live.told.value
    '<p role="status"><strong>You said 3 km; the run gives 2 km. That is 1 km less.</strong></p>'
    >>> live.covered in live.box.children
    True
    """

    def __init__(self, guess: Guess, covered, on_open):
        self.guess, self.covered, self.on_open = guess, covered, on_open
        self.said = None
        if guess.choices:
            self.input = widgets.RadioButtons(
                options=guess.choices, index=None, description="Your guess"
            )
        else:
            unit = f", {guess.unit}" if guess.unit not in ("ratio", "count", "score") else ""
            self.input = widgets.Text(
                description=f"Your guess{unit}",
                style={"description_width": "initial"}, layout=widgets.Layout(width="20em"),
            )  # fmt: skip
        button = widgets.Button(description="Reveal", button_style="primary")
        show = widgets.Button(description="Just show me")
        button.on_click(lambda _: self.reveal())
        show.on_click(lambda _: self.show())
        self.buttons = widgets.HBox([button, show])
        self.problem, self.told = widgets.HTML(), widgets.HTML()
        question = widgets.HTML(f"<strong>{escape(guess.question)}</strong>")
        beside = widgets.HTML("" if guess.choices else predict.beside(guess))
        self.form = widgets.VBox([self.input, beside, self.problem, self.buttons])
        self.box = widgets.VBox([question, self.form, self.told])
        if guess.key in _said:
            self._open(_said[guess.key])

    def reveal(self) -> None:
        """Opens the panel if the guess is one, and says why not if it is not."""
        given = self.input.value
        said = given if self.guess.choices else predict.number_of(self.guess, given)
        if said is None:
            self.problem.value = refusal_html(escape(predict.refusal(self.guess)))
            return
        self._open(said)
        self.on_open()

    def show(self) -> None:
        """Opens the panel without a guess."""
        self._open(None)

    def _open(self, said):
        _said[self.guess.key] = self.said = said
        question, *_ = self.box.children
        self.box.children = (question, self.told, self.covered)
        words = escape(predict.revealed(self.guess, said))
        tell = escape(predict.explained(self.guess, said))
        self.told.value = f'<p role="status"><strong>{words}</strong>{tell and f" {tell}"}</p>'
