"""How a thing shows itself: which `view` is asked for, what a script brings to life (`kinds`),
an `embed`, and the same in Jupyter (`embed_live`, on a `sheet`); the `still` that a saved notebook
shows; how a number is read that a reader `typed`; a bar under a cell that keeps one `waiting`; boxes and
arrows, a `diagram`."""
