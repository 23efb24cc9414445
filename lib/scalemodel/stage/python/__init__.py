"""Python on the page: a cell that a reader changes and runs, with nothing installed.

- `carried`: the modules that a page brings along, and the cells that can be run;
- `told`: what a place for a reader's rule knows beforehand;
- `outcome`: what came of a rule, in words and as a drawing;
- `inside`: what runs a reader's text, in the worker and in the tests;
- `code.js`, `desk.js`, `worker.js`: the button, the editor, and where Python lives.
"""
