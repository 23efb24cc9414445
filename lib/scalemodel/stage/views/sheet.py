"""The white sheet on which things of ours lie in Jupyter, whatever the theme around it.

Our colours are chosen for white paper, and Jupyter's own are not known: it may be light or
dark, or another program. So ink and paper come together.

Left out: dark colours in Jupyter.
Sources: none.
"""

__all__ = ["COLOURS", "DRAWN", "INKS", "SHEET", "on_a_sheet", "refusal_html"]
__dir__ = lambda: __all__

from scalemodel.stage.look import theme
from scalemodel.stage.views.kinds import Kind

INKS = {"ink": "ink", "muted": "muted", "line": "grid", "accent": "blue", "good": "green",
        "bad": "red", "gold": "gold", "shade": "shade", "field": "field",
        **{name: name for name in ("orange", "blue", "red", "green")}}  # fmt: skip
COLOURS = "".join(f"--sm-{name}:{theme.colour(value)};" for name, value in INKS.items())
SHEET = (
    "--sm-paper:#fff;--sm-surface:#fff;--sm-radius:.5rem;--sm-font-ui:var(--jp-ui-font-family);"
    "color-scheme:light;color:var(--sm-ink);background:#fff;padding:.5rem"
)
DRAWN = (  # a drawing that is taken out of its page
    f"svg{{{COLOURS}--sm-paper:#fff;font:12px sans-serif;fill:var(--sm-ink);color:var(--sm-accent);"
    "background:#fff}g[data-look]{fill:currentColor}g[data-look=busy]{color:var(--sm-gold)}"
    "g[data-look=good]{color:var(--sm-good)}g[data-look=bad]{color:var(--sm-bad)}"
    "g[data-look=faint]{color:var(--sm-muted)}"
)


def on_a_sheet(kind: Kind) -> str:
    """The style of `kind` with the colours that the site has and Jupyter lacks, on white paper.

    >>> from pathlib import Path
    >>> on_a_sheet(Kind("quiz", Path(__file__).parents[1] / "reading"))[:18]
    '.sm-quiz{--sm-ink:'
    """
    return f".sm-{kind.name}{{{COLOURS}{SHEET}}}{kind.style}"


def refusal_html(words: str) -> str:
    """HTML that says in red on white what did not go; `words` may hold `code` elements.

    >>> refusal_html("Choose one first.").startswith('<p role="alert" style="color:#b0261c;')
    True
    """
    look = f"color:{theme.colour('red')};background:#fff;padding:.25rem .5rem"
    return f'<p role="alert" style="{look}">{words}</p>'
