"""Caches: what to keep when not all fits. Read in this order:

- `popularity`: few objects are asked for often, and traces of requests are drawn from that;
- `trace`: what a cache is asked, made ready for a loop;
- `policies`: the siblings, what wraps them, and who may enter;
- `orders`, `s3fifo`, `counts`, `tiny_lfu`, `furthest`: their loops;
- `engine`: a trace through a policy;
- `curve`: LRU at every capacity in one pass;
- `expected`: what a formula says instead of a run.
"""
