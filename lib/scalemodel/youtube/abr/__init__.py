"""Adaptive bitrate: which copy of the next four seconds to ask for. Read in this order:

- `ladder`: the copies;
- `scores`: what a session is worth;
- `policies`: what to ask for next, with `choices`, `estimate` and `lookahead` beneath;
- `presets`: players that anybody may read have, and their settings;
- `play`: sessions, one by one or by the thousand;
- `ceiling`: the best of all sessions, with its reasons in `offline`;
- `expected`: closed forms;
- `loop`: where a session stands at a moment, for a drawing.
"""
