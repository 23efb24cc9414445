"""Uber: where every car is, who gets which, and what it costs. Read in this order:

- `city`: a generated city, its hot spots, and who wants to go where;
- `location`: an index of moving cars, and the stream of reports that keeps it fresh;
- `matching`: which car comes, one rider at a time or many together, and a market of an hour;
- `surge`: a price for each hexagon, and the wild goose chase that it prevents;
- `real`: the stream on Kafka's protocol and a real Redis, run for real.
"""
