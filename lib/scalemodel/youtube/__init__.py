"""YouTube: why a video goes blurry instead of stopping. Read in this order:

- `media`: a video, a line, a player;
- `playback`: the player's clockwork, to the last bit of the published one;
- `abr`: the ladder, the policies and the ceiling;
- `edge`: which copy one gets, from an edge, a hub or the origin.
"""
