"""Processes, and who starts them again. Read in this order:

- `processes`: mailboxes, calls, links, monitors, and one ready queue for all;
- `supervisors`: who is started again when one dies, and when it is too often;
- `traces`: what a supervisor did, in the format in which Erlang's own was recorded;
- `sessions`: a process for each user on line, and a store for who is not;
- `versions`: new code for processes that run;
- `storms`: how far up a fault climbs that does not go away.
"""
