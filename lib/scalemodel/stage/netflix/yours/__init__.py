"""A monkey's `guard` of the reader's own, and what it is told by `guard_told`."""
