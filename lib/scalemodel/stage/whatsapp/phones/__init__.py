"""How the chapter on phones and machines looks; its models are in `scalemodel.whatsapp.capacity`.

- `fill`: a machine that fills with phones until it meets a wall, and what the reader changes;
- `door`: the night after an outage, second by second;
- `regions`: a fleet that may lose a region;
- `away`: what waits for phones that are away;
- `stanza`: one stanza byte by byte.
"""
