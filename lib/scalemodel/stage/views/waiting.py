"""A bar under a cell that takes its time, so that nobody takes it for dead.

A cell of a chapter may play a thousand evenings. Nobody knows beforehand how long that takes
here, so the bar runs to and fro beside the seconds, from the second on, and is gone when the
cell ends. The site has no such cell: there everything has run.

Left out: how much is left to do.
Sources: IPython's documentation of its events.
"""

__all__ = ["PATIENCE_S", "bars"]
__dir__ = lambda: __all__

import threading

from IPython import get_ipython
from IPython.display import HTML, display

from scalemodel.core import checks
from scalemodel.stage.views.view import view

PATIENCE_S = 2.0


def bars(patience_s: float = PATIENCE_S) -> None:
    """From here on every cell of a live notebook that runs longer than this has a bar.

    >>> bars(-1)
    Traceback (most recent call last):
    ...
    ValueError: patience_s=-1 must be a finite number above 0
    """
    checks.real("patience_s", patience_s, above=0)
    shell = get_ipython()
    if shell is None or view() != "live":
        return
    if old := getattr(shell, "_scalemodel_bar", None):  # the cell was run again
        old.leave(shell)
    shell._scalemodel_bar = _Bar(patience_s)
    shell._scalemodel_bar.join(shell)


class _Bar:
    def __init__(self, patience_s):
        self.patience_s, self.done, self.thread = patience_s, threading.Event(), None

    def join(self, shell):
        shell.events.register("pre_run_cell", self.begin)
        shell.events.register("post_run_cell", self.end)

    def leave(self, shell):
        shell.events.unregister("pre_run_cell", self.begin)
        shell.events.unregister("post_run_cell", self.end)

    def begin(self, info):
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(self.done,), daemon=True)
        self.thread.start()

    def end(self, result):
        if self.thread is not None:
            self.done.set()
            self.thread.join()  # so that it takes its bar away before the cell has ended

    def _run(self, done):
        shown, passed_s = None, 0.0
        while not done.wait(1.0 if shown else self.patience_s):
            passed_s += 1.0 if shown else self.patience_s
            words = f"running for {passed_s:.0f} s"
            bar = HTML(f'<progress aria-label="{words}"></progress> {words}')
            if shown:
                shown.update(bar)
            else:
                shown = display(bar, display_id=True)
        if shown:
            shown.update(HTML(""))
