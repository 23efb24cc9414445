"""A tree of supervisors of the reader's own: `grow`."""
