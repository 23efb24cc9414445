"""Each notebook is its chapter, executed: same cells, stored outputs, nothing that varies."""

import ast
import base64
import re
from xml.etree import ElementTree

import nbformat
import pytest

from scalemodel.stage.views import still
from tests.conftest import ROOT, tool

pair = tool("pair")

CHAPTERS = pair.chapter_files(ROOT / "book")
COMPANIES = [path for path in CHAPTERS if path.parent != ROOT / "book"]  # not the cover
LABS = [path for path in COMPANIES if path.stem == "lab"]
STORIES = [path for path in COMPANIES if path not in LABS]
NOTEBOOKS = sorted((ROOT / "book").rglob("*.ipynb"))


def by_name(path):
    return path.stem


def ends_in_a_value(source):
    """Whether a cell ends in an expression whose value a reader should see."""
    body = ast.parse(source).body
    return bool(body) and isinstance(body[-1], ast.Expr)


def test_every_chapter_has_a_notebook_and_every_notebook_a_chapter():
    assert [path.with_suffix(".ipynb") for path in CHAPTERS] == NOTEBOOKS
    assert NOTEBOOKS, "without notebooks these tests prove nothing"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_name)
def test_the_notebook_has_the_cells_of_its_chapter(chapter):
    stored = nbformat.read(chapter.with_suffix(".ipynb"), as_version=4)
    fresh = pair.unexecuted(chapter)
    assert stored.metadata == fresh.metadata
    as_rows = lambda notebook: [(cell.id, cell.cell_type, cell.metadata) for cell in notebook.cells]
    assert as_rows(stored) == as_rows(fresh), (
        f"run `make notebooks` after an edit of {chapter.name}"
    )
    for mine, theirs in zip(stored.cells, fresh.cells, strict=True):
        # Wherever the chapter glues a number in, the notebook has that number.
        expected = ".+?".join(re.escape(part) for part in pair.GLUE_ROLE.split(theirs.source)[::2])
        assert re.fullmatch(expected, mine.source, re.DOTALL), f"{mine.id}: run `make notebooks`"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_every_cell_was_run_in_order_and_every_value_is_stored(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell.outputs for cell in cells)
    for cell in cells:
        if ends_in_a_value(cell.source):
            assert cell.outputs, f"{cell.id} ends in a value and stores none"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_what_a_page_hides_is_folded_in_jupyter(path):
    for cell in nbformat.read(path, as_version=4).cells:
        tags = set(cell.metadata.get("tags", []))
        unread = tags & {"hide-input", "hide-cell", "remove-input", "remove-cell", "remove-output"}
        unseen = tags & {"hide-output", "hide-cell", "remove-output", "remove-cell"}
        fold = cell.metadata.get("jupyter", {})
        assert fold.get("source_hidden", False) == bool(unread), cell.id
        assert fold.get("outputs_hidden", False) == bool(unseen), cell.id


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_what_a_page_does_not_show_prints_nothing(path):
    """JupyterLab unfolds what a cell prints when it runs: so it prints nothing."""
    for cell in nbformat.read(path, as_version=4).cells:
        if {"remove-output", "remove-cell"} & set(cell.metadata.get("tags", [])):
            assert [each for each in cell.outputs if pair.GLUE_MIME not in each.data] == [], cell.id


def folded_away(cells):
    """The cells that JupyterLab folds beneath headings: down to the next one as high or higher."""
    beneath = 7
    for cell in cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"(?ms)^```.*?^```", "", cell.source)
            levels = [len(signs) for signs in re.findall(r"(?m)^(#{1,6}) ", prose)]
            if min(levels, default=7) <= beneath:
                beneath = 7
            if cell.metadata.get("jp-MarkdownHeadingCollapsed") and beneath == 7:
                beneath = min(levels)
                continue
        if beneath < 7:
            yield cell


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_a_solution_is_folded_whole_and_nothing_else_is(path):
    cells = nbformat.read(path, as_version=4).cells
    titles = [cell for cell in cells if cell.metadata.get("jp-MarkdownHeadingCollapsed")]
    solved = [cell for cell in cells if "solution" in cell.metadata.get("tags", [])]
    assert [*folded_away(cells)] == [cell for cell in solved if cell not in titles]
    assert all(re.fullmatch(r"#### Solution\. E\d, .+", title.source) for title in titles)
    chapter = path.with_suffix(".md").read_text()
    assert len(titles) == len(re.findall(r"(?m)^`{3,}\{solution(?:-start)?\}", chapter))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_the_site_s_markup_is_words_and_links(path):
    cells = nbformat.read(path, as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for pattern, what in [
        (r"(?m)^ *(?:`{3,}|:{3,})\{.*|^:{3,}", "a directive"),
        (r"\{[\w:+-]+\}`.*", "a role"),
        (r"(?m)^:[\w-]+:.*|^\([\w-]+\)=|^(?:%|\+\+\+).*", "an option, a label or a remark"),
        (r"\[[A-Z]\d\w?\](?!\().*|\]\([^)]*\.md\b.*", "a tag or a link that leads nowhere"),
    ]:
        assert not re.search(pattern, text), f"{what}: {re.search(pattern, text)[0]}"
    anchors = {*re.findall(r'(?m)^<a id="([\w-]+)"></a>\n\n#', text)}
    links = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert anchors == {target[1:] for target in links if target[0] == "#"}
    for target in links:
        assert target[0] == "#" or (path.parent / target).is_file(), target


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_name)
def test_what_is_measured_comes_from_the_record_unless_a_switch_is_set(chapter):
    text = chapter.read_text()
    calls = re.findall(r"\brecorded\((.+)\)", text)
    assert all("anew=ANEW" in call for call in calls)
    measures = bool(calls)
    assert re.findall(r"(?m)^ANEW = (\w+)  # True: .+ a minute$", text) == ["False"] * measures
    told = re.findall(
        r"(?m)`ANEW = True` in the first picture's cell .+, whose .+ give others\.$", text
    )
    assert len(told) == measures, "one sentence says why a machine's figures differ"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_prose_has_numbers_as_people_write_them(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"`[^`]*`|(?s:```.*?```)", "", cell.source)
            assert "np." not in prose and "\\x" not in prose, cell.id


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_nothing_stored_varies_from_run_to_run(path):
    text = path.read_text()
    for pattern, what in [
        (r"0x[0-9a-f]{6,}", "an address in memory"),
        (r"widget-view\+json", "a live widget"),
        (r"<ipython-input|/tmp/|/home/", "a place on one machine"),
        (r'"iopub\.', "a time of execution"),
        (r"application/vnd\.plotly", "a bare figure: use show(...)"),
    ]:
        assert not re.search(pattern, text), f"{path.name} stores {what}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_every_panel_is_proved_by_a_hash(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    for cell in cells:
        if re.search(r"^(explore|show)\(", cell.source, re.MULTILINE):
            stored = "".join(
                output.get("data", {}).get("text/plain", "") for output in cell.outputs
            )
            assert re.search(r"\d+ states · grid [0-9a-f]{12} .*· still [0-9a-f]{8}$", stored), (
                cell.id
            )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_what_moves_is_a_picture_where_nothing_runs(path):
    """On a code host, or opened again: never a line with a hash alone."""
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            line, html = data.get("text/plain", ""), data.get("text/html", "")
            if panel := re.search(r"states · grid [0-9a-f]{12}", line):
                (svg,) = re.findall('src="data:image/svg.xml;base64,([^"]+)"', html)
                assert ElementTree.fromstring(base64.b64decode(svg)).tag.endswith("svg"), cell.id
            if panel or re.search(r"^<\w+ .* · [0-9a-f]{12}> · still", line):
                assert line == still.proved(line.rpartition(" · ")[0], html), cell.id
                assert len(html.encode()) <= still.MOST_BYTES, cell.id
                assert "Run this cell to" in html, cell.id


@pytest.mark.parametrize("chapter", STORIES, ids=by_name)
def test_a_chapter_tells_its_story_in_order(chapter):
    """The roles that every chapter has are marked by labels, in a fixed order."""
    name = rf"(?:{chapter.parent.name}-)?{chapter.stem}"  # several companies have a page "real"
    labels = re.findall(rf"^\({name}-(\w+)\)=$", chapter.read_text(), re.MULTILINE)
    assert labels[:2] == ["question", "try"]
    assert {"run", "check", "break"} <= set(labels)
    last = labels[labels.index("recap") :]
    assert last == [role for role in ("recap", "questions", "exercises", "sources") if role in last]
    assert last[-1] == "sources"


@pytest.mark.parametrize("chapter", LABS, ids=lambda path: path.parent.name)
def test_a_page_on_a_lab_says_what_a_student_needs_in_order(chapter):
    labels = re.findall(r"^\(lab-(\w+)\)=$", chapter.read_text(), re.MULTILINE)
    assert " ".join(labels) == "question try have write stages here run judged teach sources"


@pytest.mark.parametrize("chapter", STORIES, ids=by_name)
def test_each_aim_names_an_exercise_that_proves_it(chapter):
    text = chapter.read_text()
    (aims,) = re.findall(r"(?m)^Afterwards you can\n\n((?:- .+\n)+)", text)
    assert 3 <= len(aims.splitlines()) <= 5, "three to five aims, each with its exercise"
    for aim in aims.splitlines():
        tag, label = re.search(r"\[(E\d)\]\(#([\w-]+)\)[,.]$", aim).groups()
        assert re.search(rf"(?m)^```\{{exercise(?:-start)?\}} {tag}, .+\n:label: {label}$", text), (
            f"{tag} proves nothing: there is no such exercise"
        )


@pytest.mark.parametrize("chapter", COMPANIES, ids=by_name)
def test_a_chapter_has_one_line_about_itself_under_its_title(chapter):
    assert re.search(
        r"(?m)^# .+\n\n```\{strip\}\n:first: .+\n:explains: scalemodel\.", chapter.read_text()
    )


def bound_by(source):
    """The names that a cell gives a meaning, its loops' included; what a function binds is its own.

    A name that is added to, as in `played |= more`, keeps its meaning.
    """
    names, todo = set(), [ast.parse(source)]
    while todo:
        node = todo.pop()
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.alias():
                names.add((node.asname or node.name).split(".")[0])
            case ast.Name(ctx=ast.Store()):
                names.add(node.id)
            case ast.Lambda() | ast.AugAssign():
                pass
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                named = (part for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
                names.update(part.target.id for part in named)
            case _:
                todo += ast.iter_child_nodes(node)
    return names - {"_"}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_name)
def test_no_cell_gives_a_name_another_meaning(chapter):
    """Else a live panel above, which reads the name when it is moved, draws something else."""
    first = {}
    for cell in pair.unexecuted(chapter).cells:
        for name in bound_by(cell.source) if cell.cell_type == "code" else ():
            assert name not in first, f"{cell.id} rebinds {name}, which {first[name]} has bound"
            first[name] = cell.id


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a, (b, *c) = 1, (2, 3)", "a b c"),
        ("for d in []:\n    e = 1", "d e"),
        ("def f(x):\n    y = x", "f"),
        ("class G:\n    h = 1", "G"),
        ("import i.j, k as m", "i m"),
        ("n |= {}\n[o for o in (p := [])]", "p"),
        ("with open('') as q:\n    _ = lambda r: (s := r)", "q"),
        ("if t := 1:\n    u: int = 2", "t u"),
    ],
)
def test_what_a_cell_binds(source, names):
    assert bound_by(source) == set(names.split())


@pytest.mark.parametrize("chapter", CHAPTERS, ids=by_name)
def test_cells_are_short(chapter):
    for cell in pair.unexecuted(chapter).cells:
        folded = {"hide-input", "remove-input", "remove-cell"} & set(cell.metadata.get("tags", []))
        if cell.cell_type == "code" and not folded:
            most = 30 if "here" in cell.metadata else 12  # a whole answer, to be filled in
            assert len(cell.source.splitlines()) <= most, f"{cell.id} is longer than a screen holds"
