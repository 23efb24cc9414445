"""Caches: what to keep when not all fits. Read in this order:

- `trace`: what a cache is asked, made ready for a loop;
- `policies`: the siblings, what wraps them, and who may enter;
- `orders`, `counts`, `furthest`: their loops;
- `engine`: a trace through a policy;
- `curve`: LRU at every capacity in one pass;
- `expected`: Zipf's law, and what a formula says instead of a run.
"""
