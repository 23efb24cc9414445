"""How the chapter on the ratchet looks; its models are in `scalemodel.whatsapp.encryption`.

- `ratchet_moving`: two phones, their chains, and a thief who copies one at a moment of yours;
- `strip`: a row of messages, some of which open;
- `theft`, `late`, `group`, `log`: what opens to a thief, what is kept for late messages, who left a
  group, and what the server's log says;
- `chain`, `chain_told`: one step of a chain, in your own Python, and what it is told.
"""
