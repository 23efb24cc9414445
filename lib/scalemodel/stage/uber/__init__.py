"""How the Uber chapters look; their models are in `scalemodel.uber`.

- `pairs_moving`, `pairs`, `match`: who gets which car, one after another and all together; the
  same on maps, and what a window does to the wait; you at the dispatcher's desk.
"""
