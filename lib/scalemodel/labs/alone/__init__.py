"""A lab where there is one Python and nothing else, as on a page: no process, no system, no numpy.

- `page`: what a stage makes of an answer;
- `player`: plays an answer in the grader's own interpreter;
- `harmless`: which programs can be judged so;
- `lent`: the names and modules that they have;
- `mortal`: how they end when they are dead.
"""
