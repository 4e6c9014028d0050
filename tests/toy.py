"""A small exercise of two tasks, one in Python and one in SQL, whose files a test may spoil before
it is used.
"""

import importlib
import sys

import nbformat
import yaml

from vdbcourse import exercises, settings
from vdbcourse.grading import manifest

HINTS = [
    "What is asked for, in your own words?",
    "Which two numbers are divided by each other?",
    "Divide by the number of ids.",
]
ENTRY = {
    "id": "99_toy",
    "title": "A toy: two small tasks",
    "level": "beginner",
    "minutes": 20,
    "prerequisites": ["1_concepts/01_first_search"],
    "objective": "Try the machinery of the exercises.",
    "teaches": ["how a check is proved"],
    "leaves_out": ["everything else"],
    "engines": ["postgres"],
    "tasks": [
        {
            "id": "share",
            "title": "Share of the truth",
            "functions": ["share"],
            "points": 1,
            "hints": HINTS,
        },
        {
            "id": "nearest",
            "title": "Nearest in SQL",
            "functions": ["nearest"],
            "points": 2,
            "hints": HINTS,
        },
    ],
}

CHECKS = """
from vdbcourse.grading import Answer, Data, check


@check("share")
def check_share(share: Answer, data: Data) -> None:
    share([1, 2], [1, 2]).equals(1.0, "All were found.")
    share([2, 1], [1, 2]).equals(1.0, "The order does not count.")
    share([1, 9], [1, 2]).equals(0.5, "One of two was found: divide by the truth.")
    share([1], [1, 2, 3, 4]).equals(0.25, "One of four was found, however few came.")
    share([1, 1], [1, 2]).equals(0.5, "The same id twice is one.")
    ids = data.rng.permutation(5_000)[:20].tolist()
    share.on_data(ids[:5], ids).equals(0.25, "Five of twenty.")


@check("nearest")
def check_nearest(nearest: Answer, data: Data) -> None:
    own = data.postgres
    own.run("DROP TABLE IF EXISTS toy")
    own.run("CREATE TABLE toy (id int PRIMARY KEY, v vector(3))")
    for number in range(8):
        vector = data.rng.normal(size=3) + 16 - 2 * number
        own.run("INSERT INTO toy VALUES (%s, %s)", [number * 3 % 8 + 1, vector.tolist()])
    truth = [row for (row,) in own.run("SELECT id FROM toy ORDER BY v <-> '[0,0,0]'")]
    found = nearest.on_data(own.conn, 3).ids()
    reply = nearest.on_data(own.conn, 3)
    reply.expect(len(found) == 3, "Three rows were asked for.", "3 ids")
    ids = "the three nearest ids"
    reply.expect(set(found) == set(truth[:3]), "These are not the nearest rows.", ids)
    reply.expect(found == truth[:3], "They do not come in order, nearest first.", ids)
    nearest.on_data(own.conn, 8).expect(True, "")
"""

SHARE_PROOFS = """
from vdbcourse.authoring.proof.answers import equivalent, right, wrong


@wrong("divided by what was found", says="however few came")
def share(found, truth):
    return len(set(found) & set(truth)) / len(set(found))


@wrong("compared place by place", says="order does not count")
def share(found, truth):
    return sum(f == t for f, t in zip(found, truth)) / len(truth)


@wrong("counted twice", says="twice is one")
def share(found, truth):
    return sum(one in truth for one in found) / len(truth)


@wrong("as a text", says="not one number")
def share(found, truth):
    return str(len(set(found) & set(truth)) / len(truth))


@right("a loop")
def share(found, truth):
    count = 0
    for one in truth:
        count += one in found
    return count / len(truth)


@right("a sum")
def share(found, truth):
    return sum(one in found for one in truth) / len(truth)
"""

NEAREST_PROOFS = """
from vdbcourse.authoring.proof.answers import right, wrong


def ids(rows):
    return [number for (number,) in rows]


@wrong("farthest first", says="not the nearest")
def nearest(conn, k):
    return ids(conn.execute("SELECT id FROM toy ORDER BY v <-> '[0,0,0]' DESC LIMIT %s", [k]))


@wrong("no limit", says="Three rows")
def nearest(conn, k):
    return ids(conn.execute("SELECT id FROM toy ORDER BY v <-> '[0,0,0]'"))


@wrong("no order", says="in order, nearest first")
def nearest(conn, k):
    return sorted(ids(conn.execute("SELECT id FROM toy ORDER BY v <-> '[0,0,0]' LIMIT %s", [k])))


@wrong("rows instead of ids", says="whole number")
def nearest(conn, k):
    return conn.execute("SELECT id FROM toy ORDER BY v <-> '[0,0,0]' LIMIT %s", [k]).fetchall()


@right("sorted in Python")
def nearest(conn, k):
    return sorted(ids(conn.execute("SELECT id FROM toy")), key=lambda n: distance(conn, n))[:k]


def distance(conn, number):
    return conn.execute("SELECT v <-> '[0,0,0]' FROM toy WHERE id = %s", [number]).fetchone()[0]


@right("cut in Python")
def nearest(conn, k):
    return ids(conn.execute("SELECT id FROM toy ORDER BY v <-> '[0,0,0]'"))[:k]
"""

FIRST = """# A toy: two small tasks

*20 minutes. You need: [Your first search](../chapters/1_concepts/01_first_search.ipynb).*

After this exercise you can divide. This exercise does not teach anything else."""
EXAMPLE = "## Worked example\n\nWatch."
SHARE = '''# Divide.
def share(found, truth):
    """Share of `truth` (ids) that is in `found` (ids): a float from 0 to 1."""
    ### BEGIN SOLUTION
    wanted = set(truth)
    return len(wanted & set(found)) / len(wanted)
    ### END SOLUTION'''
NEAREST = '''# Ask.
def nearest(conn, k):
    """Ids of the k rows of toy that are nearest to the origin, nearest first."""
    ### BEGIN SOLUTION
    rows = conn.execute("SELECT id FROM toy ORDER BY v <-> '[0,0,0]' LIMIT %s", [k])
    return [number for (number,) in rows]
    ### END SOLUTION'''
CELLS = [
    ("markdown", FIRST),
    ("code", '# Open.\nfrom vdbcourse.exercises import exercise\n\nex = exercise("99_toy")'),
    ("markdown", EXAMPLE),
    ("markdown", "## Task 1: Share of the truth (1 point)\n\nHow much was found?"),
    ("code", SHARE),
    ("code", '# Check.\nex.check("share")'),
    ("solution", "**Why.** Because it was asked for."),
    ("markdown", "## Task 2: Nearest in SQL (2 points)\n\nWhich are near?"),
    ("code", NEAREST),
    ("code", '# Check.\nex.check("nearest")'),
    ("solution", "**Why.** Because of ORDER BY."),
    ("markdown", "## Check yourself\n1. One?\n2. Two?\n\n## Go further\n- Go."),
    ("code", "# Done.\nex.progress()"),
]


def install(folder, monkeypatch, *spoiled, cells=CELLS, **changes):
    """Make the toy the only exercise, below `folder`. spoiled: (old, new) words of its files;
    changes: fields of the manifest.
    """
    module = folder / "package" / "toy"
    module.mkdir(parents=True)
    (folder / "solutions").mkdir()
    (folder / "exercises").mkdir()
    proofs = folder / "proofs" / "toy"
    proofs.mkdir(parents=True)
    texts = {
        module / "__init__.py": "",
        module / "checks.py": CHECKS,
        proofs / "share.py": SHARE_PROOFS,
        proofs / "nearest.py": NEAREST_PROOFS,
    }
    for old, new in spoiled:
        assert any(old in text for text in (*texts.values(), *(source for _, source in cells))), old
        texts = {path: text.replace(old, new) for path, text in texts.items()}
        cells = [(kind, source.replace(old, new)) for kind, source in cells]
    for path, text in texts.items():
        path.write_text(text)
    (folder / "solutions" / "99_toy.ipynb").write_text(nbformat.writes(notebook(cells)))
    (module / "exercise.yaml").write_text(yaml.safe_dump(ENTRY | changes))
    monkeypatch.setattr(manifest, "FOLDER", module.parent)
    monkeypatch.setattr(settings, "root", lambda: folder)
    monkeypatch.setattr(exercises, "__path__", [*exercises.__path__, str(module.parent)])
    forget()


def notebook(cells):
    """A master of these cells: (kind, source), where "solution" is Markdown with that tag."""
    made = nbformat.v4.new_notebook(metadata={"authors": ["somebody"]})
    made.nbformat_minor = 5
    for number, (kind, source) in enumerate(cells, start=1):
        if kind == "code":
            outputs = [nbformat.v4.new_output("stream", text="the answer is 42\n")]
            cell = nbformat.v4.new_code_cell(
                source, execution_count=number, outputs=outputs, metadata={"note": "an answer"}
            )
        else:
            cell = nbformat.v4.new_markdown_cell(
                source, metadata={"tags": ["solution"]} if kind == "solution" else {}
            )
        cell.id = f"cell-{number}"
        made.cells.append(cell)
    return made


def forget():
    """Read manifest and checks anew at the next use."""
    for name in [name for name in sys.modules if name.startswith("vdbcourse.exercises.toy")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    manifest.exercises.cache_clear()
    manifest.checks.cache_clear()
