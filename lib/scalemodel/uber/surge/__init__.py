"""What it costs. Read in this order:

- `clumping`: how far the nearest idle car is, in a snapshot and in a market that runs;
- `goose`: the wild goose chase, and the price that prevents it.
"""
