"""Which car comes. Read in this order:

- `eta` and `roads`: how long a car takes, straight ahead or by road;
- `score`: stars and minutes in one number;
- `dispatch`, with `reservation`: one rider, one car, and no driver twice; `naive` is the brief's;
- `policies`, `batch` and `assign`: many riders together;
- `market` and its `market_loop`: an evening of riders and cars, with a policy and a window;
- `expected`: closed forms.
"""
