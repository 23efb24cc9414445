"""How the WhatsApp chapters look; their models are in `scalemodel.whatsapp`.

- `ticks`: the life of a message, and a plug to pull; what becomes of it; your own key.
"""
