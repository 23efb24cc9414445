"""Kinds are found by the place of their scripts, and load what they need first."""

import pytest

from scalemodel.stage.site.extension import STAGE, scripts_of
from scalemodel.stage.views.embed import Embed
from scalemodel.stage.views.kinds import Kind, kinds_in


@pytest.fixture
def folder(tmp_path):
    """A kind that stands on two others, one of which stands on the other."""
    for name, needs in {
        "sail": "// needs: mast.js hull.js\n",
        "mast": "// needs: hull.js\n",
        "hull": "",
    }.items():
        (tmp_path / f"{name}.js").write_text(f"{needs}/* {name} */\n")
    (tmp_path / "sail.css").write_text(".sm-sail { color: white }")
    return tmp_path


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_a_script_needs_comes_before_it_and_once(folder):
    sail = Kind("sail", folder, "<i></i>")
    assert [path.name for path in sail.scripts] == ["hull.js", "mast.js", "sail.js"]
    assert (
        sail.script.index("/* hull") < sail.script.index("/* mast") < sail.script.index("/* sail")
    )
    assert sail.style == ".sm-sail { color: white }" and Kind("hull", folder).style == ""
    (folder / "hull.css").write_text(".sm-hull { color: red }")
    assert sail.style.splitlines() == [".sm-hull { color: red }", ".sm-sail { color: white }"]


def test_a_page_loads_the_scripts_of_its_elements_and_no_other(folder):
    assert scripts_of(['<p class="wide sm-mast">'], [STAGE, folder]) == ["hull.js", "mast.js"]
    assert scripts_of(['<p class="sm-mastery">', "sm-sail"], [STAGE, folder]) == []


# ── Laws ────────────────────────────────────────────────────────────────────
def test_no_two_scripts_and_no_two_styles_of_the_stage_share_a_name():
    for ending in ("js", "css"):
        names = [path.name for path in STAGE.rglob(f"*.{ending}")]
        assert names and len(names) == len(set(names))
    assert set(kinds_in(STAGE)) == {path.stem for path in STAGE.rglob("*.js")}


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_kind_without_a_script_is_refused(folder):
    with pytest.raises(ValueError, match=r"kind='oar' must have a oar\.js in the folder"):
        Kind("oar", folder)


def test_an_embed_is_an_element_of_its_kind(folder):
    with pytest.raises(ValueError, match="kind='sail' must be a Kind"):
        Embed("sail", '<p class="sm-sail">', "a sail")
    with pytest.raises(ValueError, match="must be an element of the class sm-sail"):
        Embed(Kind("sail", folder), "<p>", "a sail")
