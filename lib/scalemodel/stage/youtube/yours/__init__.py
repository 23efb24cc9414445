"""A bitrate `rule` of the reader's own, and what it is told by `rule_told`."""
