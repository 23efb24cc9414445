"""A state drawn without a browser, for a saved notebook. Read in this order:

- `scales`: which pixel a value stands at;
- `strokes`: lines, dots and bars;
- `sketch`: the whole drawing.
"""
