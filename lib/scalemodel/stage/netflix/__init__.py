"""How the Netflix chapters look; their models are in `scalemodel.netflix`.

- `monkey_moving`, `monkey_month`: a week of a monkey in a fleet of your size; a month with and without its gates.
- `zones`, `latent`: down in a year by number of zones; by how often somebody kills.
"""
