"""What only a notebook understands, as Python that does nothing: its commands, and its own calls.

IPython reads the whole cell again after each of its commands. Here it is read again only after
one that may hide what stands below it, so that many commands are as quick as so many lines.

Left out: what a command would have printed. Magics that run Python leave that Python.
Sources: IPython's `inputtransformer2`.
"""

__all__ = [
    "BLOCKS", "CLOSES", "MOST_ROUNDS", "ONLY_THERE", "OPENS", "RUN_THEIR_LINE", "UNREADABLE",
    "bound_in", "replaced", "transformed", "tree_of", "without_calls",
]  # fmt: skip
__dir__ = lambda: __all__

import ast
import tokenize
import warnings

from scalemodel.core import checks

RUN_THEIR_LINE = ("time", "prun")
ONLY_THERE = ("get_ipython", "display")
OPENS, CLOSES = ("(", "[", "{"), (")", "]", "}")
MOST_ROUNDS = 6  # in which a cell is read
BLOCKS = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@checks.kinds
def tree_of(source: str) -> ast.Module | None:
    """The source as a tree, None if it cannot be read. It is not run.

    >>> tree_of("x = 1").body[0].value.value, tree_of("x =")
    (1, None)
    """
    with warnings.catch_warnings(action="ignore"):
        try:
            return ast.parse(source)
        except UNREADABLE:
            return None


# ── Commands ────────────────────────────────────────────────────────────────
@checks.kinds
def transformed(name: str, cell: str) -> str:
    """The cell as IPython hands it to Python; one that IPython gives up stays as it is.

    >>> transformed("ann.ipynb", "%cd x")
    "get_ipython().run_line_magic('cd', 'x')\\n"
    """
    try:
        import IPython.core.inputtransformer2 as ipython
    except ImportError:
        raise ValueError(
            f"{name} has a cell with lines for IPython, and IPython is not installed: "
            "pip install ipython, or hand in a .py"
        ) from None
    manager = ipython.TransformerManager()
    lines = f"{cell.removesuffix(chr(10))}\n".splitlines(keepends=True)
    try:
        for change in (*manager.cleanup_transforms, *manager.line_transforms):
            lines = change(lines)
        lines = _each_done(lines, manager, ipython)
    except (SyntaxError, ValueError, MemoryError, RuntimeError):  # which gives up, too
        return cell
    if lines is None:
        raise ValueError(
            f"{name} has a cell with {MOST_ROUNDS} commands of a notebook, or more, that may hide "
            "what stands below them: leave them out"
        )
    return "".join(lines)


def _each_done(lines, manager, ipython):
    """The lines with each command transformed, the first one first; None if that takes too long.

    One in lines of its own hides nothing, so that the next is looked for in the same round.
    """
    done = 0
    for _ in range(MOST_ROUNDS):
        begun, gone = done, 0  # so many lines are gone
        for row in ipython.make_tokens_by_line(lines):
            if not any(kind.find([row]) for kind in manager.token_transformers):
                continue
            first, end = row[0].start[0] - 1 - gone, row[-1].start[0] - gone
            alone = _is_alone(row, lines[first:end])
            part = slice(first, end) if alone else slice(None)
            changed, now = manager.do_one_token_transform(lines[part])
            if not changed:
                return lines
            gone += len(lines[part]) - len(now)
            lines[part] = now
            done += 1
            if done == ipython.TRANSFORM_LOOP_LIMIT:
                raise RuntimeError  # as IPython does
            if not alone:
                break
        if done == begun:
            return lines
    return None


def _is_alone(row, lines):
    """Whether the tokens are those of the lines, each continued in the next, with none left open."""
    left_open = sum((token.string in OPENS) - (token.string in CLOSES) for token in row)
    continued = all(line.endswith("\\\n") for line in lines[:-1])
    return row[-1].type == tokenize.NEWLINE and continued and not left_open


# ── Calls ───────────────────────────────────────────────────────────────────
@checks.kinds
def without_calls(cell: str) -> str:
    """The cell, with other words in place of each call that only a notebook can do.

    >>> without_calls("x = 1; display(x)"), without_calls("def shown(display): display(7)")
    ('x = 1; None', 'def shown(display): display(7)')
    """
    tree = tree_of(cell) if any(name in cell for name in ONLY_THERE) else None
    return replaced(cell, [(node, _instead(node)) for node in _calls(tree)] if tree else [])


@checks.kinds
def replaced(cell: str, rows: list[tuple[ast.AST, str]]) -> str:
    """The cell with other words in place of some nodes of its tree, none inside another.

    >>> cell = "x = 1; y = 2"
    >>> replaced(cell, [(tree_of(cell).body[0], "pass")])
    'pass; y = 2'
    """
    data, begins = cell.encode(errors="surrogatepass"), [0]
    for row in data.splitlines(keepends=True):
        begins.append(begins[-1] + len(row))
    for node, words in sorted(rows, key=lambda row: (row[0].lineno, row[0].col_offset))[::-1]:
        begin = begins[node.lineno - 1] + node.col_offset
        end = begins[node.end_lineno - 1] + node.end_col_offset
        data = data[:begin] + words.encode() + data[end:]
    return data.decode(errors="surrogatepass")


def _calls(tree):
    """The calls of what only a notebook has, none inside another."""
    said = {name for node in ast.walk(tree) for name in getattr(node, "names", ())
            if isinstance(node, ast.Global)}  # fmt: skip
    waiting = [(tree, said, said)]  # what a name is in just this block, and in those inside it
    while waiting:
        node, here, inside = waiting.pop()
        if node is tree or isinstance(node, BLOCKS):
            here = inside | bound_in(node)
            inside = inside if isinstance(node, ast.ClassDef) else here
        if isinstance(node, ast.Call) and _called(node) in {*ONLY_THERE} - here:
            yield node
        else:
            waiting += [(child, here, inside) for child in ast.iter_child_nodes(node)]


@checks.kinds
def bound_in(block: ast.AST) -> set[str]:
    """The names that the block itself gives to something, and no block inside it.

    >>> sorted(bound_in(tree_of("import a.b as c, d.e\\nfor f in g:\\n    def h(i): j = 1")))
    ['c', 'd', 'f', 'h']
    """
    names, waiting = set(), [*ast.iter_child_nodes(block)]
    for node in waiting:  # which grows
        if isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Name):
            names |= {node.id} if isinstance(node.ctx, ast.Store | ast.Del) else set()
        elif not isinstance(node, ast.keyword):
            names |= {getattr(node, field, None) for field in ("arg", "name", "rest")}
        if not isinstance(node, BLOCKS):
            waiting += ast.iter_child_nodes(node)
    return names - {None}


def _called(call):
    """The first name of what is called: `get_ipython().system(...)` calls `get_ipython`."""
    function = call.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call):
        function = function.value.func
    return getattr(function, "id", None)


def _instead(call):
    name = getattr(call.func, "attr", None)
    words = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    if name == "run_line_magic" and len(words) == 2 and words[0] in RUN_THEIR_LINE:
        return words[1] if words[1] and tree_of(words[1]) else "None"
    return "[]" if name == "getoutput" else "None"
