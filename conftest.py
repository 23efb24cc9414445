"""For every test and every notebook: panels show themselves as one line of text."""

import os

os.environ.setdefault("SCALEMODEL_VIEW", "digest")
