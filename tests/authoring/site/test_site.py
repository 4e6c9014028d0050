"""The published site, built once, and used in a Chromium as a reader does."""

import csv
import io
import json
import re
import shutil
import sqlite3
import zipfile
from xml.etree import ElementTree

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from vdbcourse import lessons, settings
from vdbcourse.authoring.site import build, lighthouse, pages
from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest

pytestmark = pytest.mark.browser
KINDS = {
    **lighthouse.KINDS,
    "paths": "paths/",
    "chapter": "chapters/3_milvus/",
    "diagrams": "chapters/3_milvus/02_architecture/",
}
KINDS |= {
    "skills": "skills/",
    "index types": "index-types/",
    "changelog": "changelog/",
    "not found": "404.html",
}
PHONE = {"width": 360, "height": 800}


def read_to_the_end(page):
    """Open what is folded and scroll through the page, so that everything that waits to be seen is
    drawn.
    """
    page.evaluate("for (const one of document.querySelectorAll('article details')) one.open = true")
    for _ in range(200):
        if page.evaluate(
            "scrollBy(0, innerHeight / 2), scrollY + innerHeight + 2 >= document.body.scrollHeight"
        ):
            break
        page.wait_for_timeout(20)
    charts = page.locator("figure:is(.chart, .diagram)")
    for number in range(charts.count()):
        charts.nth(number).locator("svg").first.wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_axe_finds_nothing(visit, path, scheme):
    page = visit(path, scheme)
    read_to_the_end(page)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_nothing_is_wider_than_a_phone(visit, path):
    page = visit(path, size=PHONE)
    read_to_the_end(page)
    assert (
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        == 0
    )


@pytest.mark.parametrize(
    ("words", "lesson"),
    [
        ("list_persistent_segments", "07_index_types_measured"),
        ("product quantisation", "08_what_indexes_hide"),
        ("pg_column_size", ""),
    ],
)
def test_search_finds_words_in_prose_and_in_code(visit, words, lesson):
    page = visit()
    page.keyboard.press("/")
    page.keyboard.type(words)
    hits = page.locator(".md-search-result__link")
    hits.first.wait_for()
    assert any(lesson in hits.nth(number).get_attribute("href") for number in range(hits.count()))


INDEX_ASKED_FOR = (
    "performance.getEntriesByType('resource').some((one) =>"
    " one.name.endsWith('/search/search_index.json'))"
)


@pytest.mark.parametrize(
    "go",
    [lambda page: page.keyboard.press("/"), lambda page: page.locator(".md-search__input").hover()],
    ids=["key", "mouse"],
)
def test_the_search_index_is_fetched_when_somebody_goes_to_the_search(visit, go):
    page = visit("chapters/1_concepts/06_exact_search/")
    page.wait_for_load_state("networkidle")
    assert not page.evaluate(INDEX_ASKED_FOR)
    go(page)
    page.wait_for_function(INDEX_ASKED_FOR)


def test_the_search_on_a_phone_marks_what_was_found(visit):
    page = visit(size=PHONE, has_touch=True)
    page.locator("label.md-header__button[for=__search]").tap()
    page.keyboard.type("quantisation")
    page.locator(".md-search-result__link[href*='h=quantis']").first.tap()
    page.wait_for_url(re.compile(r"\?h=quantis"))
    assert page.locator("article mark").first.inner_text().lower() == "quantisation"


def test_a_term_shows_its_definition_to_mouse_and_keyboard(visit):
    page = visit("chapters/1_concepts/06_exact_search/")
    term = page.locator("article a.term").first
    tip = page.locator("#definition")
    term.hover()
    assert tip.inner_text() == term.get_attribute("data-definition")
    page.keyboard.press("Escape")
    assert tip.is_hidden()
    page.mouse.move(0, 0)
    term.focus()
    assert tip.is_visible()
    assert term.get_attribute("aria-describedby") == "definition"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/glossary/#"))


def test_a_term_shows_its_definition_on_the_first_touch(visit):
    page = visit("chapters/1_concepts/06_exact_search/", size=PHONE, has_touch=True)
    term = page.locator("article a.term").first
    term.tap()
    assert page.locator("#definition").is_visible()
    assert "glossary" not in page.url
    term.tap()
    page.wait_for_url(re.compile(r"/glossary/#"))


def test_a_definition_stays_inside_a_phone(visit):
    page = visit("chapters/1_concepts/06_exact_search/", size=PHONE)
    terms = page.locator("article p a.term")
    for number in range(min(8, terms.count())):
        terms.nth(number).focus()
        box = page.locator("#definition").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]


def test_colours_change_at_once_and_are_kept(visit):
    page = visit("chapters/3_milvus/07_index_types_measured/")
    page.evaluate("for (const one of document.querySelectorAll('article details')) one.open = true")
    page.locator("figure.chart").first.scroll_into_view_if_needed()
    label = page.locator("figure.chart svg text").first
    label.wait_for()
    before = label.evaluate("e => getComputedStyle(e).fill")
    page.locator("label[title='Use dark colours']").click()
    page.wait_for_function(
        "b => getComputedStyle(document.querySelector('figure.chart svg text')).fill !== b",
        arg=before,
    )
    page.reload()
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"


def test_the_quiz_asks_explains_and_remembers(visit):
    page = visit("quiz/")
    quiz = page.locator("div.quiz").first
    quiz.get_by_role("radio").first.check()
    quiz.get_by_role("button", name="Check").click()
    said = quiz.inner_text()
    assert "Right" in said or "Wrong" in said or "wrong" in said
    page.reload()
    assert "Check" in quiz.inner_text() or "Next" in quiz.inner_text()


def test_the_explorer_walks(visit):
    page = visit("explorer/")
    page.get_by_role("button", name="Step", exact=True).click()
    page.get_by_role("button", name="To the end").click()
    page.get_by_text(re.compile(r"recall@10")).first.wait_for()


def test_every_lesson_and_exercise_has_a_page_with_its_command(site):
    paths = [f"chapters/{one.key}" for one in lessons.lessons()] + [
        f"exercises/{key}" for key in manifest.exercises()
    ]
    for path in paths:
        text = (
            BeautifulSoup((site / path / "index.html").read_text(), "lxml")
            .select_one("p.run")
            .get_text()
        )
        assert f"./course lab {path}.ipynb" in text


def test_exercises_hold_no_solution_and_solutions_are_folded(site):
    for key in manifest.exercises():
        assert "BEGIN SOLUTION" not in (site / "exercises" / key / "index.html").read_text()
        solved = BeautifulSoup((site / "solutions" / key / "index.html").read_text(), "lxml")
        folded = solved.select("details.success")
        assert len(folded) >= len(manifest.exercises()[key].tasks)
        assert not any(one.has_attr("open") for one in folded)
        assert "BEGIN SOLUTION" not in "".join(
            t for t in solved.article.find_all(string=True) if not t.find_parent("details")
        )


def test_search_does_not_give_solutions_away(site):
    found = [
        one["location"]
        for one in json.loads((site / "search" / "search_index.json").read_text())["docs"]
    ]
    assert any(one.startswith("exercises/") for one in found)
    assert not any(one.startswith("solutions/") for one in found)


def test_charts_have_a_sentence_and_their_data(site):
    charts = BeautifulSoup(
        (site / "chapters/3_milvus/07_index_types_measured/index.html").read_text(), "lxml"
    ).select("figure.chart")
    assert charts
    for chart in charts:
        assert len(chart.figcaption.get_text().split()) > 8
        assert len(chart.select("details table tbody tr")) > 5


def test_diagrams_are_said_in_words(site):
    page = BeautifulSoup(
        (site / "chapters/3_milvus/02_architecture/index.html").read_text(), "lxml"
    )
    said = [
        [item.get_text() for item in figure.select("details li")]
        for figure in page.select("figure.diagram")
    ]
    assert all(len(one) > 3 for one in said)
    assert "Proxy to Streaming Node: writes and searches" in said[0]
    assert "your program to Proxy: insert rows" in said[1]


def test_tables_have_headers_and_images_alternatives(site):
    for path in site.rglob("*.html"):
        if path.relative_to(site).parts[0] == "lite":
            continue
        soup = BeautifulSoup(path.read_bytes(), "lxml")
        assert all(table.find("th") for table in soup.select("article table")), path
        assert all(image.get("alt") for image in soup.select("article img")), path


def test_each_page_can_be_shared(site):
    tree = ElementTree.parse(site / "sitemap.xml")
    listed = [one.text for one in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(listed) == len(set(listed)) > 50
    head = BeautifulSoup(
        (site / "chapters/3_milvus/07_index_types_measured/index.html").read_text(), "lxml"
    ).head
    card = head.find("meta", property="og:image")["content"].removeprefix("http://127.0.0.1:8000/")
    assert (site / card).read_bytes().startswith(b"\x89PNG")
    assert 40 < len(head.find("meta", attrs={"name": "description"})["content"]) <= 160


def test_the_glossary_can_be_taken_along(site, tmp_path):
    rows = list(csv.DictReader(io.StringIO((site / "assets/glossary.csv").read_text("utf-8-sig"))))
    with zipfile.ZipFile(site / "assets/glossary.apkg") as package:
        package.extract("collection.anki2", tmp_path)
    with sqlite3.connect(tmp_path / "collection.anki2") as deck:
        assert deck.execute("SELECT count(*) FROM notes").fetchone() == (len(rows),)


def test_every_cheat_sheet_is_one_page_to_print(site):
    sheets = sorted(path.stem for path in (settings.root() / "docs/cheat-sheets").glob("*.md"))
    for name in sheets:
        assert (
            len(
                re.findall(
                    rb"/Type\s*/Page\b", (site / "cheat-sheets" / f"{name}.pdf").read_bytes()
                )
            )
            == 1
        )


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of what the pages are made from, to break something in it."""
    root = settings.root()
    for name in ("chapters", "exercises", "solutions", "docs", "docker"):
        shutil.copytree(
            root / name, tmp_path / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints")
        )
    for name in ("CHANGELOG.md", "mkdocs.yml"):
        shutil.copy(root / name, tmp_path / name)
    monkeypatch.setattr(settings, "root", lambda: tmp_path)
    return tmp_path


def change(path, old, new):
    """Replace the first `old` in a file; returns the line it stands in."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_a_cell_that_is_newer_than_its_output_is_named(copy):
    path = copy / "chapters/1_concepts/01_first_search.ipynb"
    change(path, "import psycopg", "import  psycopg")
    with pytest.raises(
        CourseError,
        match=(
            r"chapters/1_concepts/01_first_search\.ipynb:\d+: code cell 1 is newer than its output"
        ),
    ) as error:
        pages.made()
    line = int(re.search(r"ipynb:(\d+):", str(error.value))[1])
    assert '"id"' in path.read_text().splitlines()[line - 1]


def test_a_cell_without_output_is_named(copy):
    change(
        copy / "chapters/1_concepts/01_first_search.ipynb",
        '"execution_count": 1,',
        '"execution_count": null,',
    )
    with pytest.raises(CourseError, match=r"01_first_search\.ipynb:\d+: code cell 1 was not run"):
        pages.made()


def test_a_path_that_takes_too_long_is_named(copy):
    change(copy / "docs/paths.yaml", "minutes: 60", "minutes: 50")
    with pytest.raises(
        CourseError,
        match=r"docs/paths\.yaml, line 3: One hour > minutes: .* has 50 minutes and takes 60",
    ):
        pages.made()


def test_a_path_to_nowhere_is_named(copy):
    change(copy / "docs/paths.yaml", "1_concepts/04_distances", "1_concepts/04_nothing")
    with pytest.raises(
        CourseError,
        match=r"docs/paths\.yaml, line 5: One hour > steps > 2: .* '1_concepts/04_nothing'",
    ):
        pages.made()


def test_a_folder_with_other_things_is_not_replaced(tmp_path):
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(CourseError, match="is not empty and holds no site"):
        build.build(tmp_path)
    assert (tmp_path / "diary.txt").read_text() == "mine"


def test_serve_and_audit_do_not_go_together(cli):
    done = cli("docs", "--serve", "--audit")
    assert done.returncode == 2
    assert (
        done.stderr.strip()
        == "./course: --serve builds in its own folder, so it takes neither --out nor --audit."
    )
