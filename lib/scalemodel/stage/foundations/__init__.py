"""How the foundations look, on which all companies stand; their models are in `scalemodel.parts`."""
