"""How a thing shows itself: which `view` is asked for, what a script brings to life (`kinds`),
an `embed`, and the same in Jupyter (`embed_live`); how a number is read that a reader `typed`; a bar
under a cell that keeps one `waiting`."""
