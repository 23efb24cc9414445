"""How the Netflix chapters look; their models are in `scalemodel.netflix`.

- `home_moving`, `tree`, `rows`, `recover`: your home page; who asks whom; what viewers get of
  each row; how a page comes back.
- `edge_moving`, `edge`, `stock`: a box's day and its year of disks; you with tomorrow's shelf.
- `monkey_week`, `monkey_moving`, `monkey_month`: a week of a monkey in a fleet of your size, and how it is
  drawn; a month with and without its gates.
- `yours`: its gates as lines of Python.
- `zones`, `latent`: down in a year by number of zones; by how often somebody kills.
"""
