"""What `pyproject.toml` has no words for: the wheel carries the tables of the book along.

A notebook that was downloaded runs alone, and its cells read facts, a quiz, a record. They lie
in `book`, once; a built package has them as `scalemodel/book`, where
`scalemodel.stage.reading.carried` looks.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

BOOK = Path(__file__).parent / "book"


class WithTables(build_py):
    """The modules, and beside them what the cells of the chapters read."""

    def run(self):
        """Copies them where the wheel is made of."""
        super().run()
        if self.editable_mode:  # then the book itself is at hand
            return
        for path in sorted([*BOOK.glob("*/*.yml"), *BOOK.glob("*/*.json")]):
            there = Path(self.build_lib, "scalemodel", "book", path.relative_to(BOOK))
            self.mkpath(str(there.parent))
            self.copy_file(str(path), str(there))


setup(cmdclass={"build_py": WithTables})
