"""How the WhatsApp chapters look; their models are in `scalemodel.whatsapp`.

- `phones`: one machine full of phones, the storm after an outage, a fleet, a stanza.
- `ratchet`: two phones, a thief and their keys; late messages, a group, and the server's log.
- `supervision`: a tree of supervisors that the reader breaks;
- `storm`: two crashes in a window, and how far up a storm climbs;
- `yours`: a tree of the reader's own, as lines of text.
- `ticks`: the life of a message, and a plug to pull; what becomes of it; your own key.
"""
