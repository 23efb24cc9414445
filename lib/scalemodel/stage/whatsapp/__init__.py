"""How the WhatsApp chapters look; their models are in `scalemodel.whatsapp`.

- `supervision`: a tree of supervisors that the reader breaks;
- `storm`: two crashes in a window, and how far up a storm climbs;
- `yours`: a tree of the reader's own, as lines of text.
"""
