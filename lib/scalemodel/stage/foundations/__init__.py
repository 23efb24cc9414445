"""How the foundations look, on which all companies stand; their models are in `scalemodel.parts`.

- `queues_moving`, `queues`: customers at one desk; a line at each load, and its curve.
- `slowest_moving`, `slowest`: pages that wait for the last answer; a hundred of them.
- `copies_moving`, `copies`: copies that come and go; a year of moments, and what copies buy.
- `storm_moving`, `storm`: a line of calls that nobody waits for; a service after its stop.
- `cache_moving`, `cache`, `evict`: a shelf that fills; a race of four rules; you as the fifth.
- `yours`: the fifth as a line of Python.
- `player`: ▶ and a slider, the same for each scene.
"""
