"""The Double Ratchet: a key for each message, and no way back."""
