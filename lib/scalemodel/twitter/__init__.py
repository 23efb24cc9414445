"""Twitter: who pays for a celebrity, and how a tweet arrives. Read in this order:

- `timeline`: home timelines, the policies, the engine;
- `backlog`: a queue behind a celebrity, by exact arithmetic;
- `cost`: what thresholds and rates would cost on every edge;
- `cpu_bill`: the same on a real processor;
- `live`: the real-time service;
- `on_redis`: home lists on a real Redis;
- `real`: the runs whose figures the chapter on the real parts records.
"""
