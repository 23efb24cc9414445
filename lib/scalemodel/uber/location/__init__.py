"""Where every car is. Read in this order:

- `sphere`: distances on a globe, and the answer that takes its time;
- `grid`: an index of cars that will not stand still;
- `cells`: the loops of it;
- `cities`: many cities, a strip along their borders, and squares that divide;
- `fleet`: what 900 cities take, on paper.
"""
