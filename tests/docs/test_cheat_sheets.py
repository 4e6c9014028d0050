"""Cheat sheets: every snippet runs on the real engines and states what comes out; every sheet
prints on one page.
"""

import ast
import itertools
import math
import re
import shutil
from dataclasses import dataclass

import psycopg
import pytest
from pymilvus import MilvusClient
from support import ROOT

from vdbcourse import datasets, embedding, engines, sizing
from vdbcourse.authoring.site import cheat_sheet_pdf, chromium
from vdbcourse.choosers.index_chooser import RULES, Candidate, Needs
from vdbcourse.choosers.index_chooser.candidates import (
    CANDIDATES_A_HIT,
    EF,
    EF_CONSTRUCTION,
    LISTS_OPENED,
    MAKERS,
    PQ_PART,
    M,
)
from vdbcourse.errors import CourseError
from vdbcourse.facts import milvus_indexes

FOLDER = ROOT / "docs" / "cheat-sheets"
SHEETS = sorted(path.stem for path in FOLDER.glob("*.md"))
FENCE = re.compile(
    r"(?:^<!-- only: (?P<only>\w+) -->\n)?^```(?P<kind>\S*)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SPACE = "cheat_sheets"  # the schema of PostgreSQL and the prefix of collections


# --------------------------------------------------------------------------- snippets, read and run


@dataclass(frozen=True)
class Snippet:
    """A fenced block: its language, and the one engine it is for, if the page says so."""

    kind: str
    code: str
    only: str | None


def snippets(sheet):
    text = (FOLDER / f"{sheet}.md").read_text()
    found = [Snippet(one["kind"], one["code"], one["only"]) for one in FENCE.finditer(text)]
    assert 2 * len(found) == text.count("```"), "a fence that the pattern does not see"
    return found


def run_python(code, names):
    """Run statement by statement; return (stated, got) for each `# -> value` behind or below an
    expression.
    """
    compared, lines = [], [*code.splitlines(), ""]
    for statement in ast.parse(code).body:
        stated = re.search(r"# -> (.+)", lines[statement.end_lineno - 1]) or re.match(
            r"# -> (.+)", lines[statement.end_lineno]
        )
        if isinstance(statement, ast.Expr):
            value = eval(compile(ast.Expression(statement.value), "sheet", "eval"), names)
            compared += [(stated[1], value)] if stated else []
        else:
            exec(compile(ast.Module([statement], []), "sheet", "exec"), names)
    assert len(compared) == code.count("# ->"), "a result behind what has no value"
    return compared


def run_sql(code, conn):
    """The same for SQL: `-- -> value` behind or below a statement, or `-- -> error: words of the
    message`.
    """
    compared, pending, lines = [], "", [*code.splitlines(), ""]
    for line, below in itertools.pairwise(lines):
        sql, _, comment = line.partition("--")
        pending += sql + "\n"
        if sql.rstrip().endswith(";"):
            stated = re.match(r" -> (.+)", comment) or re.match(r"-- -> (.+)", below)
            got = answer(pending, stated and stated[1], conn)
            compared += [(stated[1], got)] if stated else []
            pending = ""
    assert not pending.strip(), "a statement without its semicolon"
    assert len(compared) == code.count("-- ->"), "a result behind something that is no statement"
    return compared


def answer(sql, stated, conn):
    """What a statement returns, as plainly as it may be written; what is stated of an error, if its
    message holds that.
    """
    if stated and stated.startswith("error: "):
        with pytest.raises(psycopg.Error, match=re.escape(stated.removeprefix("error: "))):
            conn.execute(sql)
        return stated
    cursor = conn.execute(sql)
    if not stated:
        return None
    rows = [row[0] if len(row) == 1 else row for row in cursor.fetchall()]
    return rows[0] if len(rows) == 1 else rows


def same(stated, got):
    """Are they equal, floats but for rounding to the digits that are stated?"""
    if isinstance(stated, float):
        return got == pytest.approx(stated, abs=0.001)
    if isinstance(stated, list | tuple):
        return len(stated) == len(got) and all(map(same, stated, got))
    if isinstance(stated, dict):
        return stated.keys() == got.keys() and all(
            same(value, got[key]) for key, value in stated.items()
        )
    return stated == got


def run(sheet, engine=None):
    """Run a sheet from top to bottom, with an engine the snippets for it alone or for all; the
    number of results compared.
    """
    compared, names = [], preamble(engine) | (embedded() if sheet == "search-parameters" else {})
    with psycopg.connect(names["dsn"], autocommit=True) as conn:
        for snippet in snippets(sheet):
            if engine and snippet.only not in (None, engine):
                continue
            if snippet.kind == "sql":
                compared += run_sql(snippet.code, conn)
            else:
                compared += run_python(snippet.code, names)
    compare(compared)
    return len(compared)


def compare(pairs):
    for stated, got in pairs:
        value = stated if stated.startswith("error: ") else ast.literal_eval(stated)
        assert same(value, got), f"stated {stated}, got {got!r}"


def embedded():
    """What the sheet of search parameters says you have: rows and questions, vectors of
    length 1.
    """
    plots = datasets.film_plots()["plot"].tolist()
    texts = datasets.film_texts(2_000)["text"].tolist()
    return {"vectors": embedding.encode(texts), "questions": embedding.encode(plots[:50])}


def preamble(engine):
    """What a page says you have: addresses, and names that are free."""
    dsn = engines.postgres(SPACE)
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("DROP TABLE IF EXISTS items, wide CASCADE")
    uri = engines.milvus_standalone() if engine == "server" else engines.milvus()
    name = engines.collection(SPACE, "films")
    client = MilvusClient(uri, token=engines.milvus_token())
    for collection in client.list_collections():
        if collection.startswith(name):
            client.drop_collection(collection)
    return {"dsn": dsn, "uri": uri, "token": engines.milvus_token(), "name": name}


RUNS = [
    ("milvus", "lite"),
    ("milvus", "server"),
    ("search-parameters", "server"),
    ("index-choice", None),
    ("pgvector", None),
]


def test_every_sheet_is_run():
    assert {sheet for sheet, _ in RUNS} == set(SHEETS)


@pytest.mark.parametrize(("sheet", "engine"), RUNS)
def test_every_snippet_runs_and_states_what_comes_out(sheet, engine, request):
    if engine == "server":
        request.getfixturevalue("milvus_server")
    assert run(sheet, engine) >= 12


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_has_no_code_that_is_not_run(sheet):
    assert {snippet.kind for snippet in snippets(sheet)} <= {"python", "sql"}


@pytest.mark.parametrize("sheet", sorted(set(SHEETS) - {"index-choice"}))
def test_snippets_use_the_clients_own_interface(sheet):
    assert not any("vdbcourse" in snippet.code for snippet in snippets(sheet))


@pytest.mark.parametrize("sheet", SHEETS)
def test_code_fits_into_a_column(sheet):
    lines = [line for snippet in snippets(sheet) for line in snippet.code.splitlines()]
    assert max(map(len, lines)) <= 55


@pytest.mark.parametrize(
    "code",
    [
        "1 + 1  # -> 3",
        "x = [1.0, 0.5]\nx  # -> [1.0, 0.51]",
        "1 + 1\n# -> 3",
        "{'a': 1}  # -> {'a': 1, 'b': 2}",
    ],
)
def test_a_wrong_result_in_python_is_noticed(code):
    with pytest.raises(AssertionError, match="stated"):
        compare(run_python(code, {}))


@pytest.mark.parametrize(
    "code", ["SELECT 1; -- -> 2", "SELECT 0.5::float8;\n-- -> 0.51", "SELECT 1, 2; -- -> (1, 3)"]
)
def test_a_wrong_result_in_sql_is_noticed(code):
    with (
        psycopg.connect(engines.postgres(SPACE), autocommit=True) as conn,
        pytest.raises(AssertionError, match="stated"),
    ):
        compare(run_sql(code, conn))


def test_an_error_that_is_stated_must_come_with_these_words():
    with psycopg.connect(engines.postgres(SPACE), autocommit=True) as conn:
        compare(run_sql("SELECT 1 / 0; -- -> error: division by zero", conn))
        with pytest.raises(AssertionError):
            run_sql("SELECT 1 / 0; -- -> error: something else", conn)


@pytest.mark.parametrize(
    "code", ["import math  # -> 3", "y = 2\n# -> 2", "for i in []:  # -> 3\n    pass"]
)
def test_a_result_behind_what_has_none_is_noticed(code):
    with pytest.raises(AssertionError, match="no value"):
        run_python(code, {})


# -------------------------------------------------------- the sheet of index choice and the package

CHOICE = FOLDER / "index-choice.md"


def table(header):
    """The rows of the table that begins with this header, as lists of cells."""
    lines = CHOICE.read_text().partition(header)[2].splitlines()[2:]
    rows = lines[: next(number for number, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def members(words):
    """The index types that a cell of the table of rules names."""
    named = {
        "graphs": {"HNSW", "HNSW_SQ", "DISKANN"},
        "lists": {"IVF_FLAT", "IVF_SQ8", "IVF_PQ", "SCANN"},
    }
    if words.startswith("all but "):
        return set(MAKERS) - members(words.removeprefix("all but "))
    return named.get(words) or set(words.split(", "))


def test_the_points_are_those_of_the_chooser():
    weighed = [rule for rule in RULES if rule.weight]
    rows = table("| points | asked when | who gets them |")
    needs = Needs(rows=1_000)
    assert len(RULES) - len(weighed) == 4, "the sheet tells of four conditions"
    assert [int(points) for points, _, _ in rows] == [rule.weight for rule in weighed]
    for rule, (_, _, words) in zip(weighed, rows, strict=True):
        assert {one for one in MAKERS if rule.holds(Candidate(one, 0), needs)} == members(words), (
            rule.key
        )


def test_the_deployments_are_those_of_the_facts():
    types = milvus_indexes.book().types
    for name, *cells in table("| type | Lite 3.2 | 2.3.5 | 3.0 | keeps |"):
        there = [
            "yes" if key in types[name].deployments else "no"
            for key in ("lite", "course", "standalone")
        ]
        assert cells[:3] == there, name
    versions = {key: one.version for key, one in milvus_indexes.book().deployments.items()}
    assert versions == {"lite": "3.2", "course": "2.3.5", "standalone": "3.0", "distributed": "3.0"}


SIZED = {
    "FLAT": sizing.flat_bytes,
    "HNSW": lambda r, d: sizing.hnsw_bytes(r, d, m=12),
    "HNSW_SQ": lambda r, d: sizing.hnsw_sq8_bytes(r, d, m=12),
    "IVF_FLAT": lambda r, d: sizing.ivf_flat_bytes(r, d, nlist=500),
    "IVF_SQ8": lambda r, d: sizing.ivf_sq8_bytes(r, d, nlist=500),
    "IVF_PQ": lambda r, d: sizing.ivf_pq_bytes(r, d, nlist=500, m=16),
    "SCANN": lambda r, d: sizing.scann_bytes(r, d, nlist=500),
    "DISKANN": sizing.diskann_bytes,
}


@pytest.mark.parametrize("dimensions", [128, 384, 1536])
@pytest.mark.parametrize("rows", [4_000, 100_001])
def test_the_formulas_give_the_bytes_of_sizing(rows, dimensions):
    names = {"r": rows, "d": dimensions, "M": 12, "m": 16, "L": min(500, rows // 39)}
    for name, formula in table("| type | bytes in memory |"):
        value = eval(formula.strip("`"), names)
        names["graph" if name == "the graph" else name] = value
        if name in SIZED:
            assert math.isclose(value, SIZED[name](rows, dimensions), abs_tol=1), name
    assert SIZED.keys() <= names.keys()


def test_the_start_values_are_those_of_the_chooser():
    text = CHOICE.read_text()
    assert f"`M` {M}, `efConstruction` {EF_CONSTRUCTION}" in text
    assert f"`ef` from {EF[0][1]} up" in text
    assert f"`m` = d / {PQ_PART}" in text
    assert f"`reorder_k` {CANDIDATES_A_HIT} a hit" in text
    assert LISTS_OPENED[0][1] == 1 / 4
    assert "`nprobe` from a quarter of `nlist` up" in text


# -------------------------------------------------------------------------------------------- print

CONFIG = """
site_name: sheets
theme: {name: material, font: false}
extra_css: [assets/identity.css, assets/site.css, assets/print.css]
hooks: [hooks.py]
plugins: []
markdown_extensions: [attr_list, md_in_html, tables, pymdownx.superfences, pymdownx.highlight,
  {toc: {permalink: "#"}}]
"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll("article *")]
    .filter(one => one.checkVisibility()
      && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(one => parseFloat(getComputedStyle(one).fontSize)))"""
CUT = """() => [...document.querySelectorAll(
    ".sheet pre, .sheet code, .sheet table, .sheet td, .sheet p")]
    .filter(one => one.scrollWidth > one.clientWidth + 1
      && getComputedStyle(one).display !== "inline"
        || one.getBoundingClientRect().right > innerWidth + 1)
    .map(one => one.textContent)"""
AROUND = (".md-header", ".md-sidebar >> nth=0", ".md-footer", ".headerlink >> nth=0")
POINT = 96 / 72  # pixels
PAPER = 741  # pixels of 196 mm: A4 without its margins


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The sheets as a site, each page made as on the whole site."""
    if not any(map(shutil.which, chromium.PROGRAMS)):
        pytest.skip("no Chromium found: install one to run the browser tests")
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    folder = tmp_path_factory.mktemp("sheets")
    shutil.copytree(FOLDER, folder / "docs" / "cheat-sheets")
    (folder / "docs" / "assets").mkdir()
    for style in ("identity.css", "site.css", "print.css"):
        shutil.copy(ROOT / "docs" / "assets" / style, folder / "docs" / "assets")
    (folder / "mkdocs.yml").write_text(CONFIG)
    (folder / "hooks.py").write_text(
        "from vdbcourse.authoring.site.page_html import finished\n"
        "def on_page_content(html, **_):\n"
        "    return finished(html, '../' * 2, glossary=True)[0]\n"
    )
    build(load_config(str(folder / "mkdocs.yml"), site_dir=str(folder / "site")))
    return folder / "site"


@pytest.fixture(scope="module")
def printed(site):
    """What a browser shows of each sheet in print media, on paper of A4. It is closed before the
    tests that print, which have one of their own.
    """
    with chromium.served(site) as address, chromium.launched() as browser:
        page = browser.new_page(viewport={"width": PAPER, "height": 1_050})
        page.emulate_media(media="print")
        return {sheet: shown(page, f"{address}/cheat-sheets/{sheet}/") for sheet in SHEETS}


def shown(page, address):
    """The smallest text of a page in pixels, what is cut off, columns, and which parts of the site
    around the sheet are visible.
    """
    page.goto(address)
    return {
        "smallest": page.evaluate(SMALLEST),
        "cut": page.evaluate(CUT),
        "columns": page.locator(".sheet").evaluate("one => getComputedStyle(one).columnCount"),
        "around": [part for part in AROUND if page.locator(part).is_visible()],
    }


@pytest.mark.browser
@pytest.mark.parametrize("sheet", SHEETS)
def test_nothing_on_a_sheet_is_smaller_than_8_points(printed, sheet):
    assert printed[sheet]["smallest"] >= 8 * POINT - 0.01


@pytest.mark.browser
@pytest.mark.parametrize("sheet", SHEETS)
def test_nothing_on_a_sheet_is_cut_off(printed, sheet):
    assert printed[sheet]["cut"] == []


@pytest.mark.browser
@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_prints_in_two_columns_without_navigation(printed, sheet):
    assert printed[sheet]["columns"] == "2"
    assert printed[sheet]["around"] == []


@pytest.mark.browser
def test_each_sheet_is_one_page_of_a4_and_linked(site, tmp_path):
    copy = shutil.copytree(site, tmp_path / "site")
    printed = cheat_sheet_pdf.print_sheets(copy)
    assert [path.name for path in printed] == [f"{sheet}.pdf" for sheet in SHEETS]
    for path in printed:
        data = path.read_bytes()
        width, height = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data).groups()
        assert len(cheat_sheet_pdf.PAGE.findall(data)) == 1
        assert (
            round(float(width)),
            round(float(height)),
        ) == (595, 842)
        assert (
            f'href="../{path.name}"'
            in (copy / "cheat-sheets" / path.stem / "index.html").read_text()
        )


@pytest.mark.browser
def test_a_sheet_that_grows_over_its_page_is_named_and_nothing_is_written(site, tmp_path):
    copy = shutil.copytree(site, tmp_path / "site")
    page = copy / "cheat-sheets" / "milvus" / "index.html"
    page.write_text(
        page.read_text().replace("</article>", "<p style='break-before: page'>more</p></article>")
    )
    with pytest.raises(
        CourseError,
        match=r"sheet milvus takes 2 A4 pages instead of one.*docs/cheat-sheets/milvus\.md",
    ):
        cheat_sheet_pdf.print_sheets(copy)
    assert not list(copy.rglob("*.pdf"))


def test_without_pages_there_is_nothing_to_print(tmp_path):
    with pytest.raises(CourseError, match="holds no page below cheat-sheets/"):
        cheat_sheet_pdf.print_sheets(tmp_path)


def test_without_chromium_it_says_how_to_get_one(tmp_path, monkeypatch):
    (tmp_path / "cheat-sheets" / "x").mkdir(parents=True)
    (tmp_path / "cheat-sheets" / "x" / "index.html").write_text("x")
    monkeypatch.setattr(chromium.shutil, "which", lambda name: None)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with pytest.raises(CourseError, match="apt install chromium"):
        cheat_sheet_pdf.print_sheets(tmp_path)
