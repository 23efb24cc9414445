"""An `eviction` of the reader's own, and what it is told by `eviction_told`."""
