"""The Double Ratchet: a key for each message, and no way back. For learning. Read in this order:

- `keys`: a phone's keys, and the three functions that all the rest is made of;
- `handshake`: the first secret of two phones of which one is off (X3DH);
- `ratchet`: a key for each message, used and thrown away;
- `theft`: which messages a copy of a phone's keys opens, before and after;
- `groups`: one lock for many readers, several devices, and what a member who left still reads;
- `metadata`: what the server sees all the same, from its own log.
"""
