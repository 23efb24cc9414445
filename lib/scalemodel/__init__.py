"""The systems you use every day, as models you can run, break and measure.

Rooms and their doors: `core` serves every room; each company has a room of its
own and never looks into another's; `stage` is the only room that draws.
`DESIGN.md` has the map.
"""
