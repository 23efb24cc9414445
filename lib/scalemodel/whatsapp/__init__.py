"""WhatsApp: a process for each person, and no message lost. Read in this order:

- `actors`: processes with mailboxes, and supervisors that start them again when they die;
- `delivery`: store and forward over a bad network, with a log that outlives a crash;
- `capacity`: how many phones one machine holds, and how many machines a planet needs;
- `encryption`: what the server cannot read, and what it sees all the same.
"""
