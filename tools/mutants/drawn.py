"""The small faults that `make mutants` plants: which there are, where, and a draw of them.

Most are cosmic-ray's; of its operators those are taken that change what a program does and
not only how it says it (`==` for `is`), and of seven ways to spoil a `<` the two that a hand
slips into. Ours are the last three: an effect left out, a slice not cut, `min` for `max`.

Not touched: docstrings, annotations, and whatever stands in a `raise` or an `assert`.
"""

import ast
import difflib
import hashlib
from dataclasses import dataclass

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.operators.provider import OperatorProvider

COMPARISONS = (
    "Lt_LtE Lt_GtE LtE_Lt LtE_Gt Gt_GtE Gt_LtE GtE_Gt GtE_Lt Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is"
)
BINARY = """Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Mul Mod_Mul Pow_Mul RShift_LShift LShift_RShift
    BitOr_BitAnd BitAnd_BitOr BitXor_BitAnd"""
UNARY = "USub_UAdd Delete_USub Delete_Not Delete_Invert"
REST = """AddNot ReplaceTrueWithFalse ReplaceFalseWithTrue ReplaceAndWithOr ReplaceOrWithAnd
    ReplaceBreakWithContinue ReplaceContinueWithBreak ExceptionReplacer NumberReplacer
    RemoveDecorator ZeroIterationForLoop"""
OPPOSITES = [("min", "max"), ("minimum", "maximum"), ("any", "all"), ("floor", "ceil"),
         ("argmin", "argmax"), ('"left"', '"right"')]  # fmt: skip
SWAPS = {one: other for pair in OPPOSITES for one, other in (pair, pair[::-1])}
# Of a dataclass, which tests/house/test_tree.py looks at; and of zip, a guard as `assert` is.
HELD_BY_THE_HOUSE = {"frozen", "slots", "kw_only", "strict"}
ONLY_FASTER = {"cache", "lru_cache", "cached_property"}  # decorators without which all is the same


# ── Ours ────────────────────────────────────────────────────────────────────
class Ours(Operator):
    """One that needs no examples in cosmic-ray's own tests, and has at most one turn a node."""

    @classmethod
    def examples(cls):
        return ()

    def mutation_positions(self, node):
        if self.fits(node):
            yield node.start_pos, node.end_pos


class LeaveOut(Ours):
    """A statement that is there for its effect: a call, a deletion, a change of what lasts."""

    def fits(self, node):
        if node.type != "simple_stmt" or node.parent.type == "file_input":
            return False
        first = node.children[0]
        if first.type == "expr_stmt":
            target, sign = first.children[:2]
            return sign.type == "operator" and (target.type == "atom_expr" or sign.value != "=")
        return first.type in ("atom_expr", "del_stmt")

    def mutate(self, node, index):
        node.children[0] = parso.parse(node.children[0].get_first_leaf().prefix + "pass")
        return node


class LeaveUncut(Ours):
    """`row[:n]` that becomes `row[:]`."""

    def fits(self, node):
        return node.type == "subscript" and node.children[-1] != ":" and node.children[-2] == ":"

    def mutate(self, node, index):
        del node.children[-1]
        return node


class Swap(Ours):
    """A word for its opposite, where a slip of the pen would run."""

    def fits(self, node):
        return node.type in ("name", "string") and node.value in SWAPS and not _is_named(node)

    def mutate(self, node, index):
        node.value = SWAPS[node.value]
        return node


def _is_named(leaf):
    """Whether a name is what something is called here, and not a use of it."""
    keyword = leaf.parent.type == "argument" and leaf.parent.children[0] is leaf
    return leaf.type == "name" and (leaf.is_definition() or keyword)


def operators():
    """All that are planted, by name."""
    theirs = OperatorProvider()
    names = [
        *(f"ReplaceComparisonOperator_{name}" for name in COMPARISONS.split()),
        *(f"ReplaceBinaryOperator_{name}" for name in BINARY.split()),
        *(f"ReplaceUnaryOperator_{name}" for name in UNARY.split()),
        *REST.split(),
    ]
    ours = {kind.__name__: kind() for kind in (LeaveOut, LeaveUncut, Swap)}
    return {name: theirs[name]() for name in names} | ours


# ── Where ───────────────────────────────────────────────────────────────────
@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """A module with one fault: its whole text, and the line that differs."""

    module: str  # "core/stats.py"
    where: str  # the function or class, "" at the top
    row: int  # from 1; for people, since rows move
    line: str  # as it is; several lines in one
    becomes: str  # and with the fault
    operator: str
    text: str

    def __str__(self):
        place = f"{self.module}:{self.row} {self.where}".rstrip()
        return f"{place}  ({self.operator})\n  - {self.line}\n  + {self.becomes}"


def draw(source, module, most=40, seed=0):
    """At most `most` mutants of a module, one a place before any place has its second.

    Each has a number from the seed and its own words, so an edit elsewhere in the module
    leaves the draw as it is, as far as it can.
    """
    places = {}
    for number, position, name, occurrence, where in _possible(source, seed):
        places.setdefault(position, []).append((number, name, occurrence, where))
    turns = [
        (turn, *one) for place in places.values() for turn, one in enumerate(sorted(place))
    ]  # fmt: skip
    drawn, planted = [], operators()
    for _, _, name, occurrence, where in sorted(turns):
        if len(drawn) == most:
            break
        try:
            text = mutate_code(source, planted[name], occurrence)
        except AttributeError:  # the replacer of exceptions knows no dotted name among several
            continue
        if _is_another_program(source, text):
            drawn.append(Mutant(
                module=module, where=where, operator=name, text=text, **_difference(source, text)
            ))  # fmt: skip
    return drawn


def _possible(source, seed):
    lines, counts, planted = source.splitlines(), {}, operators()
    for node in ast_nodes(get_ast(source)):
        for name, operator in planted.items():
            for index, (start, _) in enumerate(operator.mutation_positions(node)):
                occurrence = counts[name] = counts.get(name, -1) + 1
                if not _is_spared(node):
                    where = _where(node)
                    words = (
                        f"{seed} {where} {lines[start[0] - 1].strip()} {start[1]} {name} {index}"
                    )
                    number = hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
                    yield number, start, name, occurrence, where


def _is_spared(node):
    if node.type == "decorator":
        return bool(ONLY_FASTER & {leaf.value for leaf in _leaves(node)})
    if (parent := node.parent) is None:
        return False
    if parent.type in ("parameters", "param", "lambdef") and node.type == "operator":
        return True  # the star before what has to be named
    if parent.type == "argument" and parent.children[0].get_code().strip() in HELD_BY_THE_HOUSE:
        return True
    if parent.type in ("raise_stmt", "assert_stmt") or _is_annotation(node, parent):
        return True
    return _is_spared(parent)


def _is_annotation(node, parent):
    if parent.type == "funcdef":
        return node is parent.annotation
    return parent.type in ("annassign", "tfpdef") and (
        node is parent.children[1 if parent.type == "annassign" else 2]
    )


def _leaves(node):
    return [leaf for leaf in ast_nodes(node) if not hasattr(leaf, "children")]


def _where(node):
    names = []
    while node is not None:
        if node.type in ("funcdef", "classdef"):
            names.append(node.name.value)
        node = node.parent
    return ".".join(reversed(names))


def _is_another_program(source, text):
    try:
        return ast.dump(ast.parse(source)) != ast.dump(ast.parse(text))
    except SyntaxError:
        return False


def _difference(source, text):
    old, new = source.splitlines(), text.splitlines()
    changes = difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    i, j, k, m = next(change[1:] for change in changes if change[0] != "equal")
    row = next((row for row in range(i, j) if old[row].strip()), i)
    words = lambda lines: " ".join(" ".join(lines).split())
    return {"row": row + 1, "line": words(old[i:j]), "becomes": words(new[k:m])}
