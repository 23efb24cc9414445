"""The repository itself: what it holds, and that its files agree with each other."""

import ast
import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from sphinx.util.matching import Matcher

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT, capture_output=True, text=True, check=True,
).stdout.split()  # fmt: skip
MOST_BYTES = 400_000


def lines_of(lock):
    """The pins of a lock file: name to (version, marker); each has the hashes of its files."""
    pins = {}
    for line in (ROOT / lock).read_text().replace(" \\\n", " ").splitlines():
        match = re.match(
            r"([a-zA-Z0-9._-]+)==([^ ;]+)( ; .+?)?((?: +--hash=sha256:[0-9a-f]{64})+)$", line
        )
        if match:
            pins[match[1].lower().replace("_", "-")] = (match[2], match[3])
        else:
            assert not line.strip() or line.startswith("#"), (
                f"{lock}: {line!r} is no exact pin with hashes"
            )
    return pins


def direct_dependencies():
    """The names in pyproject.toml, and the extra each belongs to."""
    extras = PROJECT["project"]["optional-dependencies"]
    groups = {"": PROJECT["project"]["dependencies"], **extras}
    for group, requirements in groups.items():
        for requirement in requirements:
            yield re.match(r"[a-zA-Z0-9._-]+", requirement)[0].lower(), group


def test_the_library_is_not_swallowed_by_gitignore():
    done = subprocess.run(
        ["git", "check-ignore", "lib/scalemodel/core/rng.py", "book/index.md", "site_assets/paper.js"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == ""
    for ignored in (".venv", "_build/x", "site_assets/vendor/x.js"):
        assert subprocess.run(["git", "check-ignore", "-q", ignored], cwd=ROOT).returncode == 0


def test_whatever_environment_is_made_here_is_no_part_of_the_book():
    """Jupyter Book looks for pages in every folder below the root, those of packages too."""
    made = re.findall(r"^[A-Z]+ := (\.venv\S*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert len(made) >= 3
    excluded = Matcher(yaml.safe_load((ROOT / "_config.yml").read_text())["exclude_patterns"])
    for name in made:
        assert excluded(name), f"_config.yml must exclude {name}"
        assert subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT).returncode == 0


def test_nothing_made_or_borrowed_is_kept():
    for name in TRACKED:
        path = ROOT / name
        if not path.is_file():
            continue
        assert path.stat().st_size < MOST_BYTES, f"{name} is too large to be our own"
        assert not re.search(r"\.min\.(js|css)$|node_modules/|(^|/)vendor/|\.woff2?$", name), name


def test_the_linter_has_nothing_to_say():
    ruff = Path(sys.executable).with_name("ruff")
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        done = subprocess.run([ruff, *command, "."], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_the_locks_are_exact_and_agree():
    book, jupyter = lines_of("requirements.txt"), lines_of("requirements-jupyter.txt")
    teach, mutants = lines_of("requirements-teach.txt"), lines_of("requirements-mutants.txt")
    for one, other in itertools.combinations((book, jupyter, teach, mutants), 2):
        for name, pin in other.items():
            assert one.get(name, pin)[0] == pin[0], f"{name} differs between two locks"
    for name, group in direct_dependencies():
        if group in ("dask", "bench", "ffmpeg"):  # put beside what is locked, by whoever wants it
            continue
        assert name in {"jupyter": jupyter, "teach": teach, "mutants": mutants}.get(group, book), (
            f"{name} is in no lock file: run `make lock`"
        )
    assert book["numpy"][1] is None, "one numpy for every Python"


def test_an_intel_mac_is_not_asked_for_what_has_no_wheel_there():
    for lock in ("requirements.txt", "requirements-jupyter.txt", "requirements-teach.txt"):
        pins = lines_of(lock)
        for name in ("numba", "llvmlite"):
            marker = Marker(pins[name][1].removeprefix(" ; "))
            here = {"sys_platform": "linux", "platform_machine": "x86_64"}
            assert marker.evaluate(here)
            assert marker.evaluate({"sys_platform": "darwin", "platform_machine": "arm64"})
            assert not marker.evaluate({"sys_platform": "darwin", "platform_machine": "x86_64"})


def test_every_direct_dependency_is_defended():
    design = (ROOT / "DESIGN.md").read_text()
    rows = set(re.findall(r"^\| `([^`]+)` \|", design, re.MULTILINE))
    assert {name for name, _ in direct_dependencies()} == rows


def test_ci_runs_the_versions_that_are_promised():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    versions = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert versions == ["3.11", "3.12", "3.13"]
    assert PROJECT["project"]["requires-python"] == ">=3.11,<3.14"


def test_ci_runs_the_models_where_there_is_no_numba():
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    assert jobs["plain"]["steps"][-1] == {"run": ".ci/run plain"}
    assert set(jobs["publish"]["needs"]) == {"test", "plain", "dask"}
    recipe = (ROOT / "Makefile").read_text()
    assert "pip uninstall" in recipe and re.search(r"(?m)^plain: \$\(PLAIN\)/plain.ok", recipe)


def test_ci_sweeps_on_a_cluster_where_dask_is_and_dask_is_exact():
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]
    assert jobs["dask"]["steps"][-1] == {"run": ".ci/run dask"}
    (pin,) = PROJECT["project"]["optional-dependencies"]["dask"]
    assert re.fullmatch(r"dask\[distributed\]==[\d.]+", pin)


def test_every_target_of_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "book").rglob("*.md")]
    for page in pages:
        for target in re.findall(
            r"`?make ([a-z]+)`?$|`make ([a-z]+)`", page.read_text(), re.MULTILINE
        ):
            assert (target[0] or target[1]) in targets, f"{page.name} names make {target}"


def test_code_that_contributing_quotes_is_code_of_the_library():
    lines = {
        line.strip()
        for path in (ROOT / "lib").rglob("*.py")
        for line in path.read_text().splitlines()
    }
    text = (ROOT / "CONTRIBUTING.md").read_text()
    quoted = re.findall(r"(?ms)^ *```python\n(.*?)^ *```", text)
    assert quoted
    for line in "".join(quoted).splitlines():
        assert line.strip() in lines | {"", "..."}, line


def test_a_word_finds_its_place_everywhere():
    """What `_toc.yml` lists exists, and a company's chapters have a room of the same name."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    files = [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]
    for name in files:
        assert (ROOT / f"{name}.md").is_file(), name
        room = Path(name).parent.name
        if room not in ("book", "api", "foundations", "reference"):
            assert (ROOT / "lib/scalemodel" / room).is_dir() and (ROOT / "tests" / room).is_dir()
    written = {
        path.relative_to(ROOT).with_suffix("").as_posix() for path in (ROOT / "book").rglob("*.md")
    }
    assert written == set(files), "a page that no reader finds, or a title without a page"


def test_the_cover_has_a_card_for_each_company_and_says_which_can_be_read():
    cover = (ROOT / "book/index.md").read_text()
    cards = dict(re.findall(r'(?s)<li class="sm-card" data-company="(\w+)">(.*?)</li>', cover))
    written = {path.parent.name for path in (ROOT / "book").glob("*/facts.yml")}
    assert written <= set(cards)
    for company, card in cards.items():
        assert (company in written) != ("Not written yet" in card), f"the card of {company}"


def test_every_room_has_a_page_of_reference():
    rooms = {path.parent.name for path in (ROOT / "lib/scalemodel").glob("*/*.py")}
    assert {path.stem for path in (ROOT / "book/api").glob("*.md")} == rooms
    for room in rooms:
        assert f"{{book-api}} {room}" in (ROOT / f"book/api/{room}.md").read_text()


CHANGES = {  # records that are written to
    "lib/scalemodel/labs/playing/history.py": {"History"},
    "lib/scalemodel/uber/location/consumer.py": {"Readings"},
}


@pytest.mark.parametrize("path", sorted((ROOT / "lib").rglob("*.py")), ids=lambda path: path.stem)
def test_dataclasses_are_frozen_and_a_config_names_its_fields(path):
    for node in ast.walk(ast.parse(path.read_text())):
        options = {
            keyword.arg: keyword.value.value
            for how in getattr(node, "decorator_list", [])
            if isinstance(how, ast.Call) and ast.unparse(how.func) == "dataclass"
            for keyword in how.keywords
        }
        if options or "dataclass" in map(ast.unparse, getattr(node, "decorator_list", [])):
            may_change = node.name in CHANGES.get(path.relative_to(ROOT).as_posix(), ())
            assert options.get("slots") and options.get("frozen", False) != may_change, node.name
            assert options.get("kw_only") or not node.name.endswith("Config"), node.name


MODEL_TESTS = [
    path
    for path in sorted((ROOT / "tests").rglob("test_*.py"))
    if path.relative_to(ROOT / "tests").parts[0] not in ("house", "site", "stage")
]


@pytest.mark.parametrize("path", MODEL_TESTS, ids=lambda path: path.stem)
def test_each_model_meets_an_oracle_and_bad_input(path):
    sections = re.findall(r"^# ── (\w+) ─", path.read_text(), re.MULTILINE)
    assert sections == [
        name for name in ("Examples", "Laws", "Oracle", "Refusals") if name in sections
    ]
    assert {"Examples", "Oracle", "Refusals"} <= set(sections)
