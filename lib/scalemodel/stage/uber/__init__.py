"""How the Uber chapters look; their models are in `scalemodel.uber`.

- `rings`, `town`, `cell_size`, `late`: who is nearest, ring by ring; a small town whose lists
  change; what a question and a move cost by the size of a cell; reports that come late or twice.
"""
