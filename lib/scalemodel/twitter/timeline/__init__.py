"""Home timelines under five policies. Read in this order:

- `graph`: who follows whom, kept in `rows`;
- `prices`: what a delivery and a pull cost;
- `policies`: who pays on which edge, five siblings;
- `engine`: everybody's home timeline, with its lists in `homes` and its merge in `pages`;
- `brute_force`: the same law written for eyes alone;
- `expected`: the closed form of a policy's cost;
- `regions`, `notifications`: two services that stand on it.
"""
