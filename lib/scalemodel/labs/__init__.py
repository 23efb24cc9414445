"""Labs: a student's code runs in a small world, and a grader reads what happened.

In reading order: `playing` (the object, its store, its lives, the history) · `verdict`
and `checks` (what is right) · `lab` (what a lab is) and a room for each, `twitter` ·
`shelf` (all of them) · `seeds`, `grade` and `shrink` (the grader) · `practice` (in a
notebook), `submission`, `report` and `__main__` (from the command line).
"""
