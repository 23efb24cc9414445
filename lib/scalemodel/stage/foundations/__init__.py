"""How the foundations look, on which all companies stand; their models are in `scalemodel.parts`.

- `queues_moving`, `queues`: customers at one desk; a line at each load, and its curve.
- `copies_moving`, `copies`: copies that come and go; a year of moments, and what copies buy.
"""
