"""The tables that a chapter's cells read: facts, quizzes and records, found wherever it runs.

At home the cupboard is in the next room, and a traveller opens the suitcase. In the book's
folder a table lies beside its chapter. A notebook that was downloaded runs in any folder, and
the package carries the book's tables along, as data of its wheel.

Left out: what stands in a table; whoever asks for one reads it.
Sources: none.
"""

__all__ = ["table_path"]
__dir__ = lambda: __all__

from pathlib import Path


def table_path(name: str | Path) -> Path:
    """The table `name`, "company/file": of the book around this folder, else of the package's.

    `name` itself where there is none, to be refused by whoever wants to read it.

    >>> [table_path("uber/real.quiz.yml").is_file(), table_path("uber/lost.yml").name]
    [True, 'lost.yml']
    """
    here = Path.cwd()
    for folder in (here, *here.parents, *Path(__file__).parents):
        for path in (folder / name, folder / "book" / name):
            if path.is_file():
                return path
    return Path(name)
