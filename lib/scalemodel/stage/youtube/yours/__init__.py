"""What a reader writes: a bitrate `rule`, told by `rule_told`, and which `next_task`, by `next_task_told`."""
