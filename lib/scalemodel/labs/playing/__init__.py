"""How a student's object plays: apart from the grader, killed at times, and written down.

- `history`: what happened;
- `player`: plays an object here; `apart`: in a process of its own, with `nursery` and `host`;
- `refusal`: what is refused to it there, and by whom;
- `anew`, `origin`: plays a notebook's class from its source, and where that is found;
- `patience`: a bound on all that it is asked;
- `store`: what survives a crash;
- `lives`: what does not, and is started again.
"""
