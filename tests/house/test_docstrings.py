"""What a public name must say: what it is, in which units, with an example that runs."""

import ast
import doctest
import importlib
import inspect
from pathlib import Path

import pytest

from scalemodel.core.declared import by_room
from scalemodel.core.units import UNITS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lib" / "scalemodel"
NAMES = [
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
]
ENDINGS = {"s", "ms", "h", "km", "m", "px", "bytes", "kbps", "mbps", "ratio"}
# Numbers that have no unit, or whose unit the field's own word names, are declared with their
# reason in the `room.toml` of their room; these two are everybody's.
UNITLESS = {"value", "bounds"}
WITHOUT_EXAMPLE = {
    "scalemodel.labs.playing.host.begin": "the whole of a process, which `nursery` starts",
    **{
        f"scalemodel.labs.playing.refusal.{name}": "locks its process up for good"
        for name in ("kernel_lock", "python_lock", "try_it")
    },
    "scalemodel.stage.python.desk.bring_along": "Sphinx calls it",
    "scalemodel.stage.python.desk.offer_to_run": "Sphinx calls it",
    "scalemodel.stage.site.extension.setup": "Sphinx calls it with its application",
    "scalemodel.stage.site.extension.reuse_executions": "Sphinx calls it",
    "scalemodel.stage.site.extension.read_again_after_an_edit": "Sphinx calls it",
    "scalemodel.stage.site.extension.minify_assets": "needs a built site",
    "scalemodel.stage.site.extension.own_assets": "takes Sphinx's configuration",
    "scalemodel.stage.site.extension.write_styles": "Sphinx calls it",
    "scalemodel.stage.views.embed_live.LiveEmbed": "made by live_embed(), which has one",
    "scalemodel.stage.panel.live.LiveScene": "made by live_scene(), which has one",
    "scalemodel.stage.site.extension.folders_of": "takes Sphinx's configuration",
    "scalemodel.stage.site.tip.add_tips": "Sphinx calls it",
    "scalemodel.stage.site.extension.tidy_page": "Sphinx calls it",
    "scalemodel.stage.site.extension.finish": "Sphinx calls it",
    "scalemodel.stage.site.extension.PanelRenderer": "MyST-NB calls it",
    **{
        f"scalemodel.stage.site.markup.{name}": "Sphinx calls it"
        for name in [
            "setup",
            "FactCard",
            "FactInline",
            "GlossaryPage",
            "NotationPage",
            "ApiPage",
            "cut_solutions",
            "name_the_parts",
            "offer_notebook",
            "cut_sources",
            "set_up_reference",
            "read_docstring",
            "skip_bare_fields",
        ]
    },
    "scalemodel.stage.reading.strip.Strip": "Sphinx calls it",
    "scalemodel.stage.views.diagram.Diagram": "made by diagram(), which has one",
    "scalemodel.core.compiled.Compiled": "made by compiled(), which has one",
    **{
        f"scalemodel.parts.caches.{loop}": "the policy of its name has one"
        for loop in (
            *(f"orders.{name}" for name in ("fifo", "lru", "clock", "sieve", "s3fifo")),
            *("counts.lfu", "counts.w_tiny_lfu", "furthest.belady"),
        )
    },
    **{
        f"scalemodel.uber.real.{run}": "runs for real, for seconds; tests/uber/test_real.py does"
        for run in ("killed", "rounds", "places")
    },
    **{
        f"scalemodel.youtube.real.{run}": "runs for real, for seconds; tests/youtube does"
        for run in ("ladder", "killed")
    },
    **{
        f"scalemodel.uber.location.{loop}": "the call of `GeoIndex` before it has one"
        for loop in (
            *(
                f"cells.{n}"
                for n in ("find", "put", "put_many", "take", "take_silent", "rebuild", "tidy")
            ),
            *(f"search.{n}" for n in ("circle", "nearest", "nearest_many")),
        )
    },
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
        unitless = UNITLESS | set(by_room("unitless").get(name.split(".")[1], ()))
        assert field.split("_")[-1] in ENDINGS or field in unitless, (
            f"{name}:{node.lineno}: {field} must end in a unit, one of {sorted(ENDINGS)}, "
            "or be declared unitless in room.toml"
        )


def test_the_endings_are_units_of_the_table():
    spelled = {"kbps": "kbit/s", "mbps": "Mbit/s"}
    assert {spelled.get(ending, ending) for ending in ENDINGS} <= set(UNITS)
