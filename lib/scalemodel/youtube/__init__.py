"""YouTube: why a video goes blurry instead of stopping. Read in this order:

- `media`: a video, a line, a player;
- `playback`: the player's clockwork, to the last bit of the published one;
- `abr`: the ladder, the policies and the ceiling;
- `upload`: the copies that are made of an upload, and how many workers that takes;
- `edge`: which copy one gets, from an edge, a hub or the origin;
- `live`: how far behind the moment one watches;
- `real`: a clip through ffmpeg and the whole pipeline, and workers that are killed.
"""
