"""Mutants are the mistakes people make, each one once, and nothing that is no behaviour
is changed.
"""

import ast

import pytest

from vdbcourse.authoring.proof import mutants
from vdbcourse.authoring.proof.mutants import OPERATORS


def function(*lines):
    return "\n".join(
        ["def f(x, y, k):", '    """A docstring with 1 < 2."""', *(f"    {line}" for line in lines)]
    )


def keys(*lines, modules=("np",)):
    return [mutant.key for mutant in mutants.mutants(function(*lines), frozenset(modules))]


def after(line, **options):
    """What becomes of one line, without the mutant that every `return` has."""
    assert all(key.startswith(f"{line} -> ") for key in keys(line, **options))
    return [
        key.partition(" -> ")[2]
        for key in keys(line, **options)
        if not key.endswith("-> return None")
    ]


# By operator: a line, and what becomes of it. One entry holds all of them; `...` at the end: and
# others.
MADE = {
    "comparison": [
        ("return x < y", ["return x <= y", "return x >= y"]),
        ("return x <= y", ["return x < y", "return x > y"]),
        ("return x == y", ["return x != y"]),
        ("return x in y", ["return x not in y"]),
        ("return x not in y", ["return x in y"]),
        ("return x is not y", ["return x is y"]),
        (
            "return x < y <= k",
            ["return x <= y <= k", "return x >= y <= k", "return x < y < k", "return x < y > k"],
        ),
    ],
    "arithmetic": [
        ("return x + y", ["return x - y"]),
        ("return x / y", ["return x * y", "return x // y"]),
        ("return x % y", ["return x // y"]),
        ("return x ** y", ["return x * y"]),
        ("return x & y", ["return x | y"]),
        ("return (x) + (y)", ["return (x) - (y)"]),
    ],
    "augmented": [("x += y", ["x -= y"]), ("x *= y", ["x /= y"]), ("x |= y", ["x &= y"])],
    "boolean": [
        ("return x and y", ["return x or y", "return y", "return x"]),
        ("return x or y", ["return x and y", "return y", "return x"]),
        (
            "return x and y and k",
            ["return x or y and k", "return x and y or k", "return (y and k)", ...],
        ),
    ],
    "unary": [
        ("return not x", ["return x"]),
        ("return -x", ["return x"]),
        ("return ~x", ["return x"]),
    ],
    "constant": [
        ("return 5", ["return 6", "return 4"]),
        ("return x[0]", ["return x[1]", "return x[-1]"]),
        ("return 0", ["return 1", "return -1"]),
        ("return True", ["return False"]),
        ("return 0.5", ["return 1.5", "return 0.0"]),
        ("return 0.0", ["return 1.0", "return -1.0"]),
        ('return "title"', ['return ""']),
        ('return ""', ['return "x"']),
        ('return "COSINE"', ['return "L2"', 'return "IP"']),
        ('return "off"', ['return "on"']),
    ],
    "index": [
        ("return x[y]", ["return x[y + 1]"]),
        ("return x[:k]", ["return x[:]", "return x[:k + 1]", "return x[:k - 1]", "return x[1:k]"]),
        ("return x[k:]", ["return x[:]", "return x[k + 1:]", "return x[k - 1:]"]),
        ("return x[:, k]", ["return x[1:, k]", "return x[:, k + 1]"]),
        ("return x[::-1]", ["return x[::]", "return x[1::-1]", "return x[::1]", ...]),
    ],
    "called": [
        ("return g(x)", ["return x"]),
        ("return g(x, y)", ["return g(y, x)", "return x", "return y"]),
        ("return g(x, key=y)", ["return g(x)", "return x"]),
        ("return x.strip()", ["return x"]),
        ("return np.abs(x)", ["return x"]),
        ("return np.array(x + y)", ["return (x + y)", "return np.array(x - y)"]),
        ("return g(*x, y)", ["return y"]),
        ("return g([x, y, k])", ["return [x, y, k]", "return g([y, x, k])"]),
        ("return sum(i for i in x)", ["return (i for i in x)"]),
        (
            "return g(y, 4).h()",
            ["return g(y, 4)", "return g(4, y).h()", "return y.h()", "return (4).h()", ...],
        ),
    ],
    "opposite": [
        ("return min", ["return max"]),
        ("return np.argmax", ["return np.argmin"]),
        ("return x.cosine_distance", ["return x.l2_distance", "return x.max_inner_product"]),
    ],
    "condition": [
        ("return x if y else k", ["return x if True else k", "return x if False else k"]),
        ("if x: y = k", ["if True: y = k", "if False: y = k"]),
        ("while x: y = k", ["while True: y = k", "while False: y = k"]),
    ],
    "conditions": [
        (
            "return [i for i in x if i]",
            ["return [i for i in x if True]", "return [i for i in x if False]"],
        )
    ],
    "statement": [
        ("raise ValueError('x < 1')", ["pass"]),
        ("print()", ["pass"]),
        ("for i in x: break", ["for i in x: pass"]),
        ("for i in x: continue", ["for i in x: pass"]),
    ],
    "text": [
        ('return f"{x} AND {y}"', ['return f"{x} OR {y}"', ...]),
        ('return f"{x}"', ['return ""']),
    ],
    "returned": [],
}


@pytest.mark.parametrize(
    ("operator", "line", "made"),
    [(name, *one) for name, some in MADE.items() for one in some],
    ids=lambda value: str(value)[:40],
)
def test_what_an_operator_makes(operator, line, made, monkeypatch):
    expected, others = [one for one in made if one is not ...], ... in made
    assert (
        expected == after(line)[: len(expected)]
        if others
        else sorted(expected) == sorted(after(line))
    )
    without = {
        node: tuple(one for one in some if one.__name__ != operator)
        for node, some in OPERATORS.items()
    }
    monkeypatch.setattr(mutants, "OPERATORS", without)
    assert not set(expected) <= set(after(line))


def test_every_operator_has_examples():
    assert {operator.__name__ for some in OPERATORS.values() for operator in some} == set(MADE)


def test_none_is_returned_for_what_is_returned():
    assert keys("return x") == ["return x -> return None"]
    assert keys("return None") == keys("return") == []


# By what is wrong with the query: a query, and what becomes of it.
SQL = {
    "distance": ("SELECT v <=> %s FROM t", ["SELECT v <-> %s FROM t", "SELECT v <#> %s FROM t"]),
    "comparison": (
        "SELECT v FROM t WHERE a = %s",
        ["SELECT v FROM t WHERE a <> %s", "SELECT v FROM t "],
    ),
    "bounds": (
        "a >= %s AND b < c",
        [
            "a > %s AND b < c",
            "a < %s AND b < c",
            "a >= %s AND b <= c",
            "a >= %s AND b >= c",
            "a >= %s OR b < c",
            "",
        ],
    ),
    "between": ("SELECT v FROM t HAVING a BETWEEN b AND c", ["SELECT v FROM t "]),
    "direction": (
        "SELECT v FROM t ORDER BY v ASC",
        ["SELECT v FROM t ORDER BY v DESC", "SELECT v FROM t "],
    ),
    "no direction": (
        "SELECT v FROM t ORDER BY f(v, w), id LIMIT %s",
        [
            "SELECT v FROM t ORDER BY f(v, w) DESC, id LIMIT %s",
            "SELECT v FROM t ORDER BY f(v, w), id DESC LIMIT %s",
            "SELECT v FROM t LIMIT %s",
            "SELECT v FROM t ORDER BY f(v, w), id ",
        ],
    ),
    "clauses of a subquery": (
        "SELECT v FROM (SELECT v FROM t LIMIT %s) AS s",
        ["SELECT v FROM (SELECT v FROM t ) AS s"],
    ),
    "numbers": (
        "SELECT v FROM t LIMIT 10",
        ["SELECT v FROM t LIMIT 11", "SELECT v FROM t LIMIT 9", "SELECT v FROM t "],
    ),
    "sums": (
        "SELECT 1 - v FROM t",
        ["SELECT 2 - v FROM t", "SELECT 0 - v FROM t", "SELECT 1 + v FROM t"],
    ),
    "no numbers of types": ("SELECT v::vector(384) FROM t", []),
    "negations": (
        "SELECT v FROM t WHERE a IS NOT NULL",
        ["SELECT v FROM t WHERE a IS NULL", "SELECT v FROM t "],
    ),
    "joins": ("SELECT v FROM t LEFT JOIN u USING (id)", ["SELECT v FROM t JOIN u USING (id)"]),
    "repetitions": ("SELECT DISTINCT v FROM t", ["SELECT  v FROM t"]),
    "literals are no SQL": (
        "SELECT v FROM t HAVING a = 'b < 1 AND c'",
        ["SELECT v FROM t HAVING a <> 'b < 1 AND c'", "SELECT v FROM t "],
    ),
    "settings": (
        "SET LOCAL hnsw.iterative_scan = strict_order",
        [
            "SET hnsw.iterative_scan = strict_order",
            "SET LOCAL hnsw.iterative_scan = relaxed_order",
            "SET LOCAL hnsw.iterative_scan = off",
        ],
    ),
    "indexes": (
        "CREATE INDEX ON t USING hnsw (v vector_cosine_ops) WITH (m = 16)",
        [
            "CREATE INDEX ON t USING hnsw (v vector_l2_ops) WITH (m = 16)",
            "CREATE INDEX ON t USING hnsw (v vector_ip_ops) WITH (m = 16)",
        ],
    ),
    "filters of Milvus": (
        'year > 1980 and genre == "a or b"',
        [
            'year >= 1980 and genre == "a or b"',
            'year <= 1980 and genre == "a or b"',
            'year > 1980 and genre != "a or b"',
            'year > 1980 or genre == "a or b"',
            'year > 1981 and genre == "a or b"',
            'year > 1979 and genre == "a or b"',
            "",
        ],
    ),
}


@pytest.mark.parametrize(("query", "made"), SQL.values(), ids=list(SQL))
def test_what_becomes_of_a_query(query, made):
    found = [constant(mutant.source) for mutant in mutants.mutants(function(f"x = {query!r}"))]
    assert sorted(found) == sorted(made)


def constant(source):
    """The string that the function assigns."""
    return ast.parse(source).body[0].body[1].value.value


def test_a_query_that_python_joins_is_one():
    lines = [
        "x = (",
        '    "SELECT v FROM t ORDER BY v "  # the "first"',
        '    "<=> %s, id "',
        '    "LIMIT %s"',
        ")",
    ]
    made = {constant(mutant.source) for mutant in mutants.mutants(function(*lines))}
    assert "SELECT v FROM t LIMIT %s" in made
    assert "SELECT v FROM t ORDER BY v <=> %s, id " in made
    assert "SELECT v FROM t ORDER BY v <=> %s DESC, id LIMIT %s" in made


def test_braces_of_an_f_string_are_no_sql():
    made = [
        mutant.source
        for mutant in mutants.mutants(function('x = f"SELECT {k < 5} FROM t WHERE {y} = %s"'))
    ]
    assert made
    assert all("{k < 5}" in source for source in made)


def test_signature_docstring_comments_annotations_and_errors_stay():
    source = (
        'def f(x=1, *, y: int = 2) -> "3":\n    """Four < 5."""\n    z: "6" = x  # 7 < 8\n   '
        ' assert z, "9"\n'
    )
    source += (
        '    def g(k=10):\n        """Eleven 12."""\n        raise ValueError("13 < 14")\n   '
        " return g"
    )
    made = [mutant.source for mutant in mutants.mutants(source)]
    assert made
    for mutant in made:
        left = mutant.replace("pass", 'raise ValueError("13 < 14")').replace(
            "return None", "return g"
        )
        assert left == source


def test_only_functions_are_mutated():
    assert mutants.mutants("LIMIT = 5\nx = LIMIT + 1\n\n\nclass A:\n    y = 1") == []


def test_each_mutant_is_python_differs_and_comes_once():
    lines = [
        "x = [i + 0 for i in x if i not in y][:k]",
        "return sorted(set(x), reverse=True)[0] if x and not y else -1",
    ]
    source = function(*lines)
    made = [ast.unparse(ast.parse(mutant.source)) for mutant in mutants.mutants(source)]
    assert len(made) == len(set(made)) > 20
    assert ast.unparse(ast.parse(source)) not in made


def test_the_same_source_gives_the_same_mutants():
    lines = ("x = g(y, k)[1:]", "return x")
    assert mutants.mutants(function(*lines)) == mutants.mutants(function(*lines))


def test_two_lines_that_are_alike_have_two_keys():
    assert keys("x += 1", "y = x", "x += 1")[::3] == ["x += 1 -> x -= 1", "x += 1 -> x -= 1 (2)"]


def test_of_a_long_line_the_key_shows_the_part_that_differs():
    line = (
        "return [gain / np.log2(rank + 1) for rank, gain in enumerate(values, start=1) if gain in"
        " wanted]"
    )
    found = keys(line)
    assert (
        "...in enumerate(values, start=1) if gain in wanted] -> ...in enumerate(values, start=2) if"
        " gain in wanted]" in found
    )
    assert max(map(len, found)) < 200


def test_lines_with_letters_beyond_ascii():
    assert "x = 'é' + y -> x = 'é' - y" in keys("x = 'é' + y")
