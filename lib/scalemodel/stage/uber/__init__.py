"""How the Uber chapters look; their models are in `scalemodel.uber`.

- `evening`, `rain_map`: a concert lets out in a generated city, with a price and without; how it
  is drawn, hexagon by hexagon.
- `chase`, `rain_swing`, `voices`: a city that tips into the wild goose chase; a price that swings;
  what speaks for it.
"""
