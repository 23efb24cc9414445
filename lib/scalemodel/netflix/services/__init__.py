"""One slow service, and who else falls over. Read in this order:

- `graph`: services, their calls with guards and fallbacks, and a home page of nine;
- `changes`: what slows down, goes down, grows or is replaced during a run;
- `run`: viewers come, and what they saw of each service; `loop` is the engine inside;
- `moments`: the same from moment to moment, how full each service is and what viewers got;
- `isolation`: what should come of it, by arithmetic.
"""
