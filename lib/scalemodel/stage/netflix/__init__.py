"""How the Netflix chapters look; their models are in `scalemodel.netflix`.

- `edge_moving`, `edge`, `stock`: a box's day and its year of disks; you with tomorrow's shelf.
"""
