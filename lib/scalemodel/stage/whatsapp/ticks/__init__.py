"""Two grey ticks.

- `life`: a message from phone to phone, step by step, and where the plug may be pulled.
- `fates`: lost, shown once, shown twice: by who sends, and which step comes first.
- `behind`: what writing later spares, and what it risks.
- `keys`: a key of the reader's own, on an evening told by `keys_told`.
"""
