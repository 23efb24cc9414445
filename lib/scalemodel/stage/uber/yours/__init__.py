"""A dispatch `score` of the reader's own, and what it is told by `score_told`."""
