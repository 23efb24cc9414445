"""Python on the page: a cell that a reader changes and runs, with nothing installed.

- `carried`: the modules that a page brings along, and what brings them;
- `desk`: the cells that can be run, and the editor;
- `told`: what a place for a reader's rule knows beforehand;
- `outcome`: what came of a rule, in words and as a drawing;
- `inside`: what runs a reader's text, in the worker and in the tests, and the worker.
"""
