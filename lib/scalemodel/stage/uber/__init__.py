"""How the Uber chapters look; their models are in `scalemodel.uber`.

- `town`, `cell_size`, `late`: who is nearest, ring by ring, in a small town whose lists change;
  what a question and a move cost by the size of a cell; reports that come late or twice;
- `pairs_moving`, `pairs`, `match`: who gets which car, one after another and all together; the
  same on maps, and what a window does to the wait; you at the dispatcher's desk;
- `yours`: the same as a line of Python;
- `evening`, `rain_map`: a concert lets out in a generated city, with a price and without; how it
  is drawn, hexagon by hexagon;
- `chase`, `price`: a city that tips into the wild goose chase; what speaks for a price, and how it
  swings;
- `real`: reports that cross a real log, and what waits when a reader or the store is killed.
"""
