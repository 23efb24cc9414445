"""What a public name must say: what it is, in which units, with an example that runs."""

import ast
import doctest
import importlib
import inspect
from pathlib import Path

import pytest

from scalemodel.core.units import UNITS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lib" / "scalemodel"
NAMES = [
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
]
ENDINGS = {"s", "ms", "h", "km", "m", "px", "bytes", "kbps", "mbps", "ratio"}
# Numbers that have no unit or whose unit the field's own word names; each with its reason.
UNITLESS = {
    "safety": "a share of the throughput",
    "rebuffer_cost": "score lost a second",
    "tolerance": "in score a segment",
    "lower": "a score",
    "upper": "a score",
    "rounding": "in score",
    "point": "a step of the score",
    "slack": "in points of the score",
    "scale": "size of a unit in its base unit",
    "megabits": "its name is its unit",
    "delivery": "a price in any one unit",
    "pull": "a price in the same unit",
    "merge": "a price in the same unit",
    "now": "a price of a rule",
    "reads_per_tweet": "a ratio of two rates",
    "mean_queue": "in posts",
    "mean_in_system": "in customers",
    "limit": "in the budget's own unit, a field of its own",
    "reference": "in the budget's own unit",
    "value": "generic",
    "bounds": "generic",
}
WITHOUT_EXAMPLE = {
    "scalemodel.stage.site.setup": "Sphinx calls it with its application",
    "scalemodel.stage.site.reuse_executions": "Sphinx calls it",
    "scalemodel.stage.site.read_again_after_an_edit": "Sphinx calls it",
    "scalemodel.stage.site.minify_scripts": "needs a built site",
    "scalemodel.stage.site.own_assets": "takes Sphinx's configuration",
    "scalemodel.stage.site.write_theme": "Sphinx calls it",
    "scalemodel.stage.site.copy_embeds": "Sphinx calls it",
    "scalemodel.stage.live.LiveEmbed": "made by embedded(), which has one",
    "scalemodel.stage.site.tidy_page": "Sphinx calls it",
    "scalemodel.stage.site.finish": "Sphinx calls it",
    "scalemodel.stage.site.PanelRenderer": "MyST-NB calls it",
    **{
        f"scalemodel.stage.markup.{name}": "Sphinx calls it"
        for name in [
            "setup",
            "FactCard",
            "FactInline",
            "GlossaryPage",
            "NotationPage",
            "ApiPage",
            "add_tips",
            "cut_solutions",
            "name_the_parts",
            "offer_notebook",
            "cut_sources",
            "set_up_reference",
            "read_docstring",
            "skip_bare_fields",
        ]
    },
    "scalemodel.stage.strip.Strip": "Sphinx calls it",
    "scalemodel.stage.diagram.Diagram": "made by diagram(), which has one",
    "scalemodel.core.compiled.Compiled": "made by compiled(), which has one",
}


def public(module):
    """The public classes and functions that `module` defines."""
    for name, thing in vars(module).items():
        bare = inspect.unwrap(thing) if callable(thing) else thing
        if name.startswith("_") or getattr(bare, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(thing) or inspect.isfunction(bare):
            yield f"{module.__name__}.{name}", thing


@pytest.mark.parametrize("name", NAMES)
def test_a_module_tells_what_it_leaves_out_and_where_it_comes_from(name):
    doc = importlib.import_module(name).__doc__ or ""
    assert "\nLeft out: " in doc or name.endswith(".compiled"), (
        f"{name} must say what it leaves out"
    )
    assert "Left out: " in doc and "Sources: " in doc


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_has_an_example_that_runs(name):
    for path, thing in public(importlib.import_module(name)):
        assert thing.__doc__, f"{path} has no docstring"
        examples = doctest.DocTestParser().get_examples(inspect.cleandoc(thing.__doc__))
        assert bool(examples) != (path in WITHOUT_EXAMPLE), (
            f"{path}: an example, or a reason why not"
        )


@pytest.mark.parametrize("name", NAMES)
def test_every_public_method_says_what_it_gives(name):
    for path, thing in public(importlib.import_module(name)):
        if not inspect.isclass(thing):
            continue
        for method, function in vars(thing).items():
            function = getattr(function, "fget", None) or getattr(function, "__func__", function)
            if method.startswith("_") or not inspect.isfunction(function):
                continue
            assert function.__doc__, f"{path}.{method} has no docstring"


@pytest.mark.parametrize("name", NAMES)
def test_every_number_names_its_unit(name):
    """Fields and parameters annotated as float end in a unit, or say here why not."""
    source = PACKAGE.parent.joinpath(*name.split(".")).with_suffix(".py").read_text()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            field, kind = node.target.id, node.annotation
        elif isinstance(node, ast.arg) and node.annotation is not None:
            field, kind = node.arg, node.annotation
        else:
            continue
        if ast.unparse(kind) != "float" or name.startswith(("scalemodel.core", "scalemodel.stage")):
            continue
        assert field.split("_")[-1] in ENDINGS or field in UNITLESS, (
            f"{name}:{node.lineno}: {field} must end in a unit, one of {sorted(ENDINGS)}"
        )


def test_the_endings_are_units_of_the_table():
    spelled = {"kbps": "kbit/s", "mbps": "Mbit/s"}
    assert {spelled.get(ending, ending) for ending in ENDINGS} <= set(UNITS)
