"""How the WhatsApp chapters look; their models are in `scalemodel.whatsapp`."""
