"""What comes from outside, before anybody looks at what it says.

- `files`: only ordinary ones, of a largest size;
- `cells`: a notebook's, as Python.
"""
