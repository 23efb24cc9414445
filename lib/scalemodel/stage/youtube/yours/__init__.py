"""Rules of the reader's own: a bitrate `rule`, told by `rule_told`, and what to `push` ahead, by `push_told`."""
