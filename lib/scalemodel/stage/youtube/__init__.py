"""How the YouTube chapters look; their models are in `scalemodel.youtube`.

- `ride`, `race`, `family`: a ride and its session, a race, a family of rules;
- `film`, `game`: what a rung looks like, and rungs of one's own;
- `abr_moving`: segments;
- `edge`: which copy one gets;
- `yours`: rules of the reader's own in Python;
- `cover`: the book's.
"""
