"""A player in this process whose lives begin from the source, for systems without fork.

What the source keeps outside the object, such as a list of its own, a default argument or a
cache, is made anew with each life. What it writes into other modules is not.

Left out: limits, and every refusal.
Sources: none needed.
"""

__all__ = ["Anew"]
__dir__ = lambda: __all__

from collections.abc import Callable

from scalemodel.core import checks
from scalemodel.labs.playing import host
from scalemodel.labs.playing.player import Faulty, Here


class Anew(Here):
    """The student's source, run in this process once a life.

    >>> source = "seen = []\\nclass Echo:\\n    def __init__(self, store): seen.append(1)\\n"
    >>> player = Anew(source + "    def lives(self): return len(seen)", "Echo", service=[])
    >>> for life in range(2):
    ...     player.begin([], serve=None)
    ...     player.call("lives")
    1
    1
    """

    @checks.kinds
    def __init__(self, source: str, name: str, service: list[str]):
        super().__init__(object, service)
        self.source, self.name = source, name

    @checks.kinds
    def begin(self, arguments: list, serve: Callable | None):
        """Run the source, and start a life with `arguments`."""
        try:
            names = host.run(self.source)
        except (Exception, SystemExit) as error:
            raise Faulty(f"the file: {host.describe(error)}") from error
        if self.name not in names:
            raise Faulty(f"its beginning: the file defines no {self.name}")
        self.kind = names[self.name]
        super().begin(arguments, serve)
