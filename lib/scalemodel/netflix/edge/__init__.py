"""Films in boxes near their viewers."""
