"""What several companies' models are made of: a `system` as parts and flows, drawn by whoever needs it."""
