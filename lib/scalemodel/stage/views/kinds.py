"""What a script brings to life: kinds of elements, found by where their files lie.

A quiz, a game and a film are each an element of HTML and a script that wakes it. The script
lies beside the Python that writes the element and bears its name, so that nobody keeps a
list: `film.py` has `film.js` and, if it is styled, `film.css`; the element has the class
`sm-film`. A script that stands on others says so in its first line, with their places seen
from its own, `// needs: ../views/typed.js train.js`, and has their styles, too.

Left out: a widget's own module for Jupyter; it ends in `.mjs` and never reaches a page.
Sources: none.
"""

__all__ = ["NEEDS", "Kind", "kinds_in"]
__dir__ = lambda: __all__

import re
from dataclasses import dataclass
from pathlib import Path

NEEDS = re.compile(r"// needs: ([\w./]+(?: [\w./]+)*)\n")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of element: `name`, the `folder` of its files, and what stands inside at first.

    >>> here = Path(__file__).parents[1] / "reading" / "quiz.py"
    >>> [path.name for path in Kind.beside(here).scripts]
    ['memory.js', 'typed.js', 'quiz.js']
    >>> Kind("telegram", here.parent)
    Traceback (most recent call last):
    ...
    ValueError: kind='telegram' must have a telegram.js in the folder reading
    """

    name: str
    folder: Path
    html: str = ""

    def __post_init__(self):
        if not (self.folder / f"{self.name}.js").is_file():
            raise ValueError(
                f"kind={self.name!r} must have a {self.name}.js in the folder {self.folder.name}"
            )

    @classmethod
    def beside(cls, file: str | Path, html: str = "") -> "Kind":
        """The kind whose script lies beside the module `file` and bears its name."""
        path = Path(file)
        return cls(path.stem, path.parent, html)

    @property
    def scripts(self) -> list[Path]:
        """Its scripts in the order to load, what it needs first."""
        return _with_needs(self.folder / f"{self.name}.js")

    @property
    def script(self) -> str:
        """All its scripts, end to end."""
        return "\n".join(path.read_text(encoding="utf-8") for path in self.scripts)

    @property
    def style(self) -> str:
        """Its rules of style, and before them those of what it needs, if there are any."""
        return "\n".join(path.read_text(encoding="utf-8") for path in self.sheets)

    @property
    def sheets(self) -> list[Path]:
        """The style sheets that lie beside its scripts, in the same order."""
        beside = (path.with_suffix(".css") for path in self.scripts)
        return [path for path in beside if path.is_file()]


def kinds_in(folder: Path) -> dict[str, Kind]:
    """Every kind whose script lies somewhere in `folder`, by name.

    >>> sorted(kinds_in(Path(__file__).parents[1] / "reading"))
    ['choose', 'contest', 'quiz']
    """
    return {path.stem: Kind(path.stem, path.parent) for path in sorted(folder.rglob("*.js"))}


def _with_needs(script):
    needs = NEEDS.match(script.read_text(encoding="utf-8"))
    names = needs[1].split() if needs else []
    before = [_with_needs((script.parent / name).resolve()) for name in names]
    return list(dict.fromkeys([*(path for paths in before for path in paths), script]))
