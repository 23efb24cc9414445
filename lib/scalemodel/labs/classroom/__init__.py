"""A class's submissions, graded side by side.

- `sent`: who has handed in what, from a folder or an archive;
- `workers`: a process for each submission, one a core;
- `kept`: the reports of last time, under a seal.
"""
