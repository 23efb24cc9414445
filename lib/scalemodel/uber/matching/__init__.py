"""Which car comes. Read in this order:

- `eta`: how long a car takes, straight ahead or by road.
"""
