"""Which way things show themselves: live in Jupyter, on the site, or as a still in a notebook.

Left out: the showing, which each thing does itself.
Sources: none.
"""

__all__ = ["view"]
__dir__ = lambda: __all__

import os


def view() -> str:
    """The view that `SCALEMODEL_VIEW` asks for: "live", "site" or "digest".

    >>> view() in ("live", "site", "digest")
    True
    """
    asked = os.environ.get("SCALEMODEL_VIEW") or "live"
    if asked not in ("live", "site", "digest"):
        raise ValueError(f"SCALEMODEL_VIEW={asked!r} must be live, site or digest")
    return asked
