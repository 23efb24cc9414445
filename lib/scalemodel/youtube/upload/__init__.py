"""From an upload to a video that plays. Read in this order:

- `ladder`: the copies that are made of it, and what one hour costs;
- `makespan`: one upload, cut into chunks, on several workers;
- `staffing`: how many workers all uploads need, by formulas;
- `capacity`: all uploads on all workers, task by task;
- `path`: the way of one upload for real, on a disk and in a database, where anybody may die.
"""
