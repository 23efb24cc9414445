"""What a reader writes, and what tells it: a bitrate `rule`, by `rule_told`; which `next_task`, by `next_task_told`; what to `push` ahead, by `push_told`."""
