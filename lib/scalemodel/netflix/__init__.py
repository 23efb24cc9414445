"""Netflix: fail alone, keep the film near, and fail on purpose. Read in this order:

- `services`: a graph of services, one of them slow, and who else falls over;
- `edge`: films in boxes near their viewers, filled by night, and who is sent where;
- `chaos`: a monkey on a leash, a fleet in zones and regions, a day of drills.
"""
