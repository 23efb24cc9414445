"""How the WhatsApp chapters look; their models are in `scalemodel.whatsapp`.

- `ratchet`: two phones, a thief and their keys; late messages, a group, and the server's log.
"""
