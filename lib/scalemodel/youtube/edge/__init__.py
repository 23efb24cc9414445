"""Which copy you get: a shelf nearby, one for the region, and the origin. Read in this order:

- `demand`: who watches what, where and when;
- `coalescing`: those who ask for what is on its way;
- `tiers`: views through edges and hubs;
- `expected`: the same by a formula;
- `places`: which of the edges a viewer is sent to.
"""
