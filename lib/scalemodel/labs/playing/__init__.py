"""How a student's object plays: apart from the grader, killed at times, and written down.

`history` (what happened) · `player` (here, or apart), `nursery` and `host` (the process
apart) · `store` (what survives) · `lives` (what does not).
"""
