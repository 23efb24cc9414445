"""No message lost: a log on a disk, a bad network, and proof. Read in this order:

- `messages`: a message, a device, and the rows of the log;
- `stores`: the log in a real database, and one that forgets when the power goes;
- `server`: assign an id, commit, then acknowledge; queues, receipts, groups, expiry;
- `client`: a device that repeats, and shows nothing twice;
- `network`: what drops, doubles and overtakes, and how often one must send;
- `fates`: one message and a plug: lost, shown once, shown twice;
- `behind`: what writing later spares, and what it risks;
- `naive`: a server as short as the brief's, and its four mistakes;
- `runs`: a bad evening from a schedule;
- `verdicts`: whether it kept its promises, and the shortest that did not, in words.
"""
