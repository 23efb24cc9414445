"""Live: how far behind the moment one watches. Read in this order:

- `chain`: from the camera to the screen, and what each part adds;
- `session`: one viewer, who joins, waits, and catches up;
- `expected`: the same by formulas, for a line that is constant but for a tunnel;
- `herd`: all viewers at once, when the next segment is there.
"""
