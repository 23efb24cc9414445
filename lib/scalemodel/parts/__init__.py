"""What several companies' models are made of:

- `system`: parts and flows, drawn by whoever needs them;
- `one_server`: the smallest queue, told event by event;
- `caches`: what to keep when not all fits.
"""
