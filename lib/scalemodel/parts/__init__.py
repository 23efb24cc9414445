"""What several companies' models are made of:

- `system`: parts and flows, drawn by whoever needs them;
- `one_server`: the smallest queue, told event by event;
- `metastable`: a queue that its own customers' retries keep full, long after the trigger.
"""
