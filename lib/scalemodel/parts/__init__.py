"""What several companies' models are made of:

- `system`: parts and flows, drawn by whoever needs them;
- `one_server`: the smallest queue, told event by event;
- `queues`: several servers and one line, measured and computed;
- `priorities`: the same where some are more urgent, or places are few;
- `journal`: what happened in a drill, as a story and as data;
- `experiment`: a hypothesis, harm done on purpose, rollbacks, and a run that can be replayed.
"""
