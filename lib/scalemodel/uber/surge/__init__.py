"""What it costs. Read in this order:

- `pricing`: hexagons, a curve, and a price that moves unwillingly; ours, not Uber's;
- `factors`: what speaks for a price, with a switch each;
- `quotes`: a surge multiplied or added, and a price that is kept;
- `swing`: a price that chases its own tail;
- `clumping`: how far the nearest idle car is, in a snapshot and in a market that runs;
- `goose`: the wild goose chase, and the price that prevents it.
"""
