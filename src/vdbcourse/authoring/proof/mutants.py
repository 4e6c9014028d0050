"""Mutants: a right solution with one small, machine-made mistake. A good check fails every one of
them.

The mistakes are typical of people: another comparison, an index one too far, swapped arguments, a
call left out, a condition that always holds, a forgotten ORDER BY (for SQL and other text see
`text_mutants`). Signatures, docstrings, annotations and error messages stay as they are.

A mutant's key is the line before and after, `hits += 1 -> hits -= 1` (part of a long line); it
names the mutant in `proofs/` if it may survive.
"""

import ast
import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from vdbcourse.authoring.proof import text_mutants
from vdbcourse.authoring.proof.text_mutants import Edit, table

ATOMS = (
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Call,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.GeneratorExp,
)
Placed = ast.expr | ast.stmt | ast.keyword  # nodes that know their place in the text
CONTEXT = 25  # least characters of a line that a key shows on each side of the difference


@dataclass(frozen=True)
class Mutant:
    """One mutant. source: the whole cell; key: the lines that differ."""

    key: str
    source: str


def mutants(source: str, modules: frozenset[str] = frozenset()) -> list[Mutant]:
    """All mutants of the functions that `source` defines at its top level, each with another
    meaning and another key.

    modules: names of imported modules: without its call, `np.abs(x)` is `x`, but `x.abs()` is `x`
    as well.
    """
    original = Source(source, modules)
    meanings, keys = {_meaning(source)}, Counter[str]()
    mutants = []
    for node in original.nodes():
        for operator in OPERATORS.get(type(node), ()):
            for edits in operator(node, original):
                mutated = _applied(source, edits)
                if (meaning := _meaning(mutated)) in meanings:
                    continue
                meanings.add(meaning)
                key = _difference(source, mutated)
                keys[key] += 1
                mutants.append(Mutant(key if keys[key] == 1 else f"{key} ({keys[key]})", mutated))
    return mutants


def _applied(source: str, edits: list[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        source = source[:start] + new + source[end:]
    return source


def _meaning(source: str) -> str:
    """The same for two sources that differ only in form. Raises `SyntaxError` if it is not
    Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # such as `1 is x`, or a call of a number
        compile(source, "<mutant>", "exec")
        return ast.unparse(ast.parse(source))


def _common_characters(text: str, other: str) -> int:
    """The length of the common beginning."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False))
    )


def _difference(before: str, after: str) -> str:
    """The lines that differ, as `before -> after`; of long ones the part around the difference."""
    old_lines, new_lines = before.splitlines(), after.splitlines()
    while old_lines and new_lines and old_lines[0] == new_lines[0]:
        old_lines, new_lines = old_lines[1:], new_lines[1:]
    while old_lines and new_lines and old_lines[-1] == new_lines[-1]:
        old_lines, new_lines = old_lines[:-1], new_lines[:-1]
    old, new = (" ".join(" ".join(lines).split()) for lines in (old_lines, new_lines))
    head = _common_characters(old, new)
    tail = _common_characters(old[head:][::-1], new[head:][::-1])
    first = old.rfind(" ", 0, max(0, head - CONTEXT)) + 1
    last = tail - CONTEXT if tail > CONTEXT and " " in old[len(old) - tail + CONTEXT :] else 0
    last = len(old[len(old) - last :].partition(" ")[2]) + 1 if last else 0
    return " -> ".join(
        f"{'...' * bool(first)}{line[first : len(line) - last]}{'...' * bool(last)}"
        for line in (old, new)
    )


class Source:
    """A cell's text, its tree, and the place of each node in the text."""

    def __init__(self, text: str, modules: frozenset[str]) -> None:
        self.text = text
        self.modules = modules
        self.tree = ast.parse(text)
        lines = text.splitlines(keepends=True)
        self.lines = [line.encode() for line in lines]
        self.starts = [sum(map(len, lines[:i])) for i in range(len(lines))]
        self.without_comments = self._masked()

    def _masked(self) -> str:
        """The text with blanks for comments, so that no operator is found in them."""
        text = self.text
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                start = self.starts[token.start[0] - 1] + token.start[1]
                text = text[:start] + " " * len(token.string) + text[start + len(token.string) :]
        return text

    def span(self, node: Placed) -> tuple[int, int]:
        """First and last character (exclusive) of a node; parentheses around it do not count."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    def at(self, line: int, column: int) -> int:
        """The character at a line and a column in bytes, as trees count them."""
        return self.starts[line - 1] + len(self.lines[line - 1][:column].decode())

    def words(self, node: Placed) -> str:
        """A node's text, in a form that fits anywhere in an expression."""
        start, end = self.span(node)
        text = self.text[start:end]
        bare = isinstance(node, ATOMS) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in text
        )
        return text if bare else f"({text})"

    def replaced(self, node: Placed, new: str) -> list[Edit]:
        """The edit that puts `new` in the place of a node."""
        return [(*self.span(node), new)]

    def operator(self, left: ast.expr, right: ast.expr, pattern: str) -> tuple[int, int, str]:
        """First and last character, and text, of the operator between two nodes."""
        start, end = self.span(left)[1], self.span(right)[0]
        match = re.search(pattern, self.without_comments[start:end])
        assert match is not None  # two operands have an operator between them
        return start + match.start(), start + match.end(), " ".join(match[0].split())

    def nodes(self) -> Iterator[ast.AST]:
        """The nodes to mutate: the bodies of the functions, in the order of the text."""
        for statement in self.tree.body:
            if isinstance(statement, ast.FunctionDef):
                yield from self.inside(_body(statement))

    def inside(self, nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
        """Nodes and their children, without what is not behaviour: annotations, docstrings, error
        messages.
        """
        for node in nodes:
            yield node
            if isinstance(node, (ast.Raise, ast.JoinedStr)):
                continue
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield from self.inside(_body(node))
                continue
            fields = [
                value for name, value in ast.iter_fields(node) if name not in ("annotation", "msg")
            ]
            children = [
                child
                for value in fields
                for child in (value if isinstance(value, list) else [value])
            ]
            yield from self.inside([child for child in children if isinstance(child, ast.AST)])


def _body(definition: ast.FunctionDef | ast.ClassDef) -> list[ast.stmt]:
    """What a definition does, without its docstring."""
    return (
        definition.body[1:]
        if ast.get_docstring(definition, clean=False) is not None
        else definition.body
    )


# Each operator takes a node and gives the edits of its mutants.

COMPARISONS = table(
    *(
        "<: <=, >=",
        "<=: <, >",
        ">: >=, <=",
        ">=: >, <",
        "==: !=",
        "!=: ==",
        "in: not in",
        "not in: in",
        "is: is not",
        "is not: is",
    )
)
ARITHMETIC = table(
    *(
        "+: -",
        "-: +",
        "*: /",
        "/: *, //",
        "//: /",
        "%: //",
        "**: *",
        "@: *",
        "&: |",
        "|: &",
        "^: &",
        "<<: >>",
        ">>: <<",
    )
)
OPPOSITES = table(
    *(
        "min: max",
        "max: min",
        "any: all",
        "all: any",
        "argmin: argmax",
        "argmax: argmin",
        "floor: ceil",
        "ceil: floor",
    ),
    *("union: intersection", "intersection: union", "asc: desc", "desc: asc"),
    *(
        "cosine_distance: l2_distance, max_inner_product",
        "l2_distance: cosine_distance, max_inner_product",
    ),
)


def comparison(node: ast.Compare, source: Source) -> Iterator[list[Edit]]:
    """`<` for `<=`, `!=` for `==`, `not in` for `in`."""
    for left, right in zip([node.left, *node.comparators], node.comparators, strict=False):
        start, end, old = source.operator(
            left, right, r"\bnot\s+in\b|\bis\s+not\b|\bin\b|\bis\b|[=!<>]=|[<>]"
        )
        for new in COMPARISONS[old]:
            yield [(start, end, new)]


def arithmetic(node: ast.BinOp, source: Source) -> Iterator[list[Edit]]:
    """`-` for `+`, `/` for `*`, `|` for `&`."""
    start, end, old = source.operator(node.left, node.right, r"\*\*|//|<<|>>|[-+*/%@&|^]")
    for new in ARITHMETIC[old]:
        yield [(start, end, new)]


def augmented(node: ast.AugAssign, source: Source) -> Iterator[list[Edit]]:
    """`-=` for `+=`."""
    start, end, old = source.operator(node.target, node.value, r"(?:\*\*|//|<<|>>|[-+*/%@&|^])=")
    for new in ARITHMETIC[old[:-1]]:
        yield [(start, end, f"{new}=")]


def boolean(node: ast.BoolOp, source: Source) -> Iterator[list[Edit]]:
    """`or` for `and`; one side left out."""
    for left, right in zip(node.values, node.values[1:], strict=False):
        start, end, old = source.operator(left, right, r"\band\b|\bor\b")
        yield [(start, end, "or" if old == "and" else "and")]
    joint = " and " if isinstance(node.op, ast.And) else " or "
    sides = [source.words(side) for side in node.values]
    for i in range(len(sides)):
        rest = joint.join(sides[:i] + sides[i + 1 :])
        yield source.replaced(node, rest if len(sides) == 2 else f"({rest})")


def unary(node: ast.UnaryOp, source: Source) -> Iterator[list[Edit]]:
    """`x` for `not x`, `-x`, `~x`."""
    start, _ = source.span(node)
    if not isinstance(node.op, ast.UAdd):
        yield [(start, start + (3 if isinstance(node.op, ast.Not) else 1), "")]


def constant(node: ast.Constant, source: Source) -> Iterator[list[Edit]]:
    """The neighbours of a number, the opposite of a truth value, and what `text_mutants`
    makes of text.
    """
    value = node.value
    if isinstance(value, bool):
        yield source.replaced(node, str(not value))
    elif isinstance(value, int):
        yield from (source.replaced(node, str(other)) for other in (value + 1, value - 1))
    elif isinstance(value, float):
        yield from (
            source.replaced(node, repr(other)) for other in (value + 1, 0.0 if value else -1.0)
        )
    elif isinstance(value, str):
        yield from text(node, source)


def text(node: ast.Constant | ast.JoinedStr, source: Source) -> Iterator[list[Edit]]:
    """SQL, filters and short words."""
    start, end = source.span(node)
    for edits in text_mutants.edits(source.text[start:end]):
        yield [(start + first, start + last, new) for first, last, new in edits]


def index(node: ast.Subscript, source: Source) -> Iterator[list[Edit]]:
    """`x[i + 1]` for `x[i]`; a bound of a slice shifted or left out. (Indexes that are constants
    change by `constant`.)
    """
    for part in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
        if isinstance(part, ast.Slice):
            yield from bounds(part, source)
        elif not isinstance(part, ast.Constant):
            yield source.replaced(part, f"{source.words(part)} + 1")


def bounds(node: ast.Slice, source: Source) -> Iterator[list[Edit]]:
    """The bounds of one slice."""
    for bound in filter(None, (node.lower, node.upper, node.step)):
        yield source.replaced(bound, "")
    for bound in filter(None, (node.lower, node.upper)):
        if not isinstance(bound, ast.Constant):
            yield from (source.replaced(bound, f"{source.words(bound)} {sign} 1") for sign in "+-")
    if node.lower is None:
        start = source.span(node)[0]
        yield [(start, start, "1")]


def called(node: ast.Call, source: Source) -> Iterator[list[Edit]]:
    """Swapped arguments, the last keyword left out, the call left out: `x` for `f(x)` and for
    `x.f()`.
    """
    plain = [arg for arg in node.args if not isinstance(arg, ast.Starred)]
    if len(plain) == len(node.args) >= 2:
        yield swapped(plain[0], plain[1], source)
    if node.keywords:
        function = source.text[slice(*source.span(node.func))]
        arguments: list[Placed] = [*node.args, *node.keywords[:-1]]
        rest = [source.text[slice(*source.span(argument))] for argument in arguments]
        yield source.replaced(node, f"{function}({', '.join(rest)})")
    yield from (source.replaced(node, source.words(arg)) for arg in plain[:2])
    receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
    if receiver is not None and not (
        isinstance(receiver, ast.Name) and receiver.id in source.modules
    ):
        yield source.replaced(node, source.words(receiver))
    for arg in plain:
        if (
            isinstance(arg, (ast.List, ast.Tuple)) and len(arg.elts) >= 2
        ):  # the parameters of a query
            yield swapped(arg.elts[0], arg.elts[1], source)


def swapped(first: ast.expr, second: ast.expr, source: Source) -> list[Edit]:
    """Two expressions, each in the other's place."""
    former, latter = (source.text[slice(*source.span(node))] for node in (first, second))
    return [*source.replaced(first, latter), *source.replaced(second, former)]


def opposite(node: ast.Name | ast.Attribute, source: Source) -> Iterator[list[Edit]]:
    """`max` for `min`, `np.argmin` for `np.argmax`."""
    name = node.id if isinstance(node, ast.Name) else node.attr
    end = source.span(node)[1]
    for other in OPPOSITES.get(name, ()):
        yield [(end - len(name), end, other)]


def condition(node: ast.If | ast.While | ast.IfExp, source: Source) -> Iterator[list[Edit]]:
    """A condition that always holds, or never."""
    yield from (source.replaced(node.test, word) for word in ("True", "False"))


def conditions(node: ast.comprehension, source: Source) -> Iterator[list[Edit]]:
    """The same in a comprehension."""
    yield from (source.replaced(test, word) for test in node.ifs for word in ("True", "False"))


def statement(node: ast.stmt, source: Source) -> Iterator[list[Edit]]:
    """A statement left out."""
    if not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call):
        yield source.replaced(node, "pass")


def returned(node: ast.Return, source: Source) -> Iterator[list[Edit]]:
    """None for what is returned."""
    if node.value is not None:
        yield source.replaced(node, "return None")


OPERATORS: dict[type[ast.AST], tuple[Callable[..., Iterator[list[Edit]]], ...]] = {
    ast.Compare: (comparison,),
    ast.BinOp: (arithmetic,),
    ast.AugAssign: (augmented,),
    ast.BoolOp: (boolean,),
    ast.UnaryOp: (unary,),
    ast.Constant: (constant,),
    ast.JoinedStr: (text,),
    ast.Subscript: (index,),
    ast.Call: (called,),
    ast.Name: (opposite,),
    ast.Attribute: (opposite,),
    ast.If: (condition,),
    ast.While: (condition,),
    ast.IfExp: (condition,),
    ast.comprehension: (conditions,),
    ast.Expr: (statement,),
    ast.Raise: (statement,),
    ast.Break: (statement,),
    ast.Continue: (statement,),
    ast.Return: (returned,),
}
