"""How many phones one machine holds, and how many machines a planet needs. Read in this order:

- `server`: bytes, processors and packets, and which of them is the wall;
- `fleet`: regions, and what must stand idle so that one may go;
- `offline`: how much waits for phones that are away;
- `pools`: one line or many, and which server a phone is sent to;
- `storm`: everybody comes back at once;
- `wire`: a stanza as text and as tokens.
"""
