"""What every model needs. Read in this order:

- `checks`: what comes in is checked once, in words; `declared`: what a room brings to shared tables;
- `units`: the label on every number; `rng`: chance as an argument; `stats`: means and their doubt;
- `compiled`: the loop you read is the loop that runs; `sweep`: a function over a grid;
- `frames`: a report as a table, in Jupyter and in pandas;
- `events`: a calendar of what will happen, for a compiled loop;
- `bandwidth`: lines that get slow.
"""
