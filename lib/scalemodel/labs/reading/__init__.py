"""What comes from outside, before anybody looks at what it says.

- `files`: only ordinary ones, of a largest size;
- `commands`: what only a notebook understands, as Python;
- `cells`: a notebook's as Python, and those that an answer needs;
- `formats`: the cells of a notebook, or of a file of Python.
"""
