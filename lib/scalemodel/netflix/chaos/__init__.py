"""Failing on purpose, in office hours. Read in this order:

- `workdays`: when anybody is there to look: the calendar of a monkey;
- `fleet`: instances in zones in regions, and who is replaced when;
- `monkey`: who is killed, and the gates that each kill has to pass;
- `game_day`: a drill on a fleet, with a hypothesis and a journal;
- `zones`: how many zones four nines take, if zones and regions fail too;
- `latent`: who finds a weakness that nobody knows of, and how often it pays to kill.
"""
