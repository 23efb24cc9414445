"""What stands in JupyterLab by itself: its colours and typefaces must come with it."""

import re
from pathlib import Path

import pytest

from scalemodel import stage
from scalemodel.stage.views.embed_live import live_embed
from scalemodel.stage.views.kinds import Kind
from scalemodel.stage.views.sheet import INKS, SHEET

OF_PAGES = ("panel", "site")  # what Jupyter shows by other means, or not at all
STYLES = [
    path
    for path in sorted(Path(stage.__file__).parent.rglob("*.css"))
    if path.parent.name not in OF_PAGES
]


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.stem)
def test_what_a_style_names_is_known_in_jupyter(path):
    """A variable that nobody sets is a black box, or letters of another size."""
    style = path.read_text()
    named = set(re.findall(r"var\((--sm-[\w-]+)\)", style))
    own = set(re.findall(r"(--sm-[\w-]+)\s*:", style + SHEET))
    assert named <= own | {f"--sm-{name}" for name in INKS}


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_words_have_the_sheet_s_ink_whatever_jupyter_s_theme():
    embed = live_embed(Kind("quiz", Path(stage.__file__).parent / "reading"), "<p>Who waits?</p>")
    assert embed.sheet.startswith(".sm-quiz{--sm-ink:#")
    assert "color:var(--sm-ink);background:#fff" in embed.sheet and "--sm-shade:" in embed.sheet
