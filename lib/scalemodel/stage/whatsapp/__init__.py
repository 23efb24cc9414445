"""How the WhatsApp chapters look; their models are in `scalemodel.whatsapp`.

- `phones`: one machine full of phones, the storm after an outage, a fleet, a stanza.
- `ratchet`: two phones, a thief and their keys; late messages, a group, and the server's log.
"""
