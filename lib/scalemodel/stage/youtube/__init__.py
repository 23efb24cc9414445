"""How the YouTube chapters look; their models are in `scalemodel.youtube`.

- `ride`, `race`, `family`: a ride and its session, a race, a family of rules;
- `film`, `game`: what a rung looks like, and rungs of one's own;
- `abr_moving`: segments on their way;
- `upload`, `killed`: a clip and its workers, and a task that comes back;
- `edge`, `live`: which copy one gets, and how far behind one sees it;
- `yours`: rules of the reader's own in Python;
- `cover`: the book's.
"""
