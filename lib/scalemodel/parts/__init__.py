"""What several companies' models are made of:

- `system`: parts and flows, drawn by whoever needs them;
- `one_server`: the smallest queue, told event by event;
- `queues`: several servers and one line, measured and computed;
- `priorities`: the same where some are more urgent, or places are few;
- `resilience`: time-outs, retries, breakers and what else guards a call;
- `metastable`: a queue that its own customers' retries keep full, long after the trigger;
- `availability`: chains and copies, and how much of the time they are up;
- `caches`: what to keep when not all fits;
- `admission`: a proof that somebody was let in, and how often they may ask;
- `journal`: what happened in a drill, as a story and as data;
- `shrink`: from a long history that fails to a short one, and the verdict;
- `storage`: a disk, a database and a Redis, and what goes wrong with them in words;
- `experiment`: a hypothesis, harm done on purpose, rollbacks, and a run that can be replayed.
"""
