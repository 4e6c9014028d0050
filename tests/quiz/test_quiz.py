"""The quiz: its questions are in order and say nothing false; its script works by keyboard, keeps
the result, is accessible.
"""

import functools
import http.server
import json
import re
import shutil
import sys
import threading
from dataclasses import replace
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from support import jupyterlab

from vdbcourse import lessons, quiz, settings
from vdbcourse.authoring import claims
from vdbcourse.engines import processes
from vdbcourse.errors import CourseError
from vdbcourse.quiz import Option

ROOT = settings.root()

ALL = quiz.questions()
BY_ID = {one.id: one for one in ALL}
SIX = {  # the six questions of B01
    "difference-to-a-traditional-database": "1_concepts",
    "why-indexes": "1_concepts",
    "correct-but-irrelevant": "1_concepts",
    "healthy-in-production": "3_milvus",
    "speed-accuracy-memory": "3_milvus",
    "hnsw-or-ivf": "3_milvus",
}


# ------------------------------------------------------------------------------------ the questions


@pytest.mark.parametrize("question", ALL, ids=lambda one: one.id)
def test_a_question_has_the_right_answers_it_states_and_explains_every_option(question):
    assert sum(option.right for option in question.options) == question.right
    assert 3 <= len(question.options) <= 5
    for option in question.options:
        assert len(option.why.split()) >= 5, option.text
        assert option.why != option.text


def test_there_are_enough_questions_and_the_six_of_b01_are_among_them():
    assert len(ALL) >= 52
    assert {one.id: one.chapter for one in ALL if one.b01} == SIX


def test_every_lesson_has_a_question():
    assert {one.lesson for one in ALL} == {one.key for one in lessons.lessons()}


def test_the_questions_come_in_the_order_of_the_lessons():
    order = [one.key for one in lessons.lessons()]
    assert [order.index(one.lesson) for one in ALL] == sorted(
        order.index(one.lesson) for one in ALL
    )
    assert quiz.chapters() == ["1_concepts", "2_tool_comparison", "3_milvus", "4_implementation"]


def test_the_right_option_cannot_be_told_by_its_length_or_place():
    """The right one is the longest, or the shortest, in at most 45 of 100 questions, and every
    place has its share.
    """
    single = [one for one in ALL if one.right == 1]
    by_length = [sorted(one.options, key=lambda option: len(option.text)) for one in single]
    assert sum(options[-1].right for options in by_length) <= 0.45 * len(ALL)
    assert sum(options[0].right for options in by_length) <= 0.45 * len(ALL)
    places = [[option.right for option in one.options].index(True) for one in single]
    assert max(places.count(place) for place in range(5)) <= 0.45 * len(single)


@pytest.mark.parametrize("question", ALL, ids=lambda one: one.id)
def test_stars_and_backticks_come_in_pairs(question):
    for text in texts_of(question):
        assert text.count("`") % 2 == 0, text
        shown = re.sub(
            r"<code>.*?</code>", "", quiz.fallback([replace(question, question=text, listing="")])
        )
        assert "*" not in shown.partition("<ul>")[0], text


def texts_of(question):
    return [
        question.question,
        *(text for option in question.options for text in (option.text, option.why)),
    ]


def false_phrases_in(question):
    """Names of the false phrases that a right option states, or gives as its reason."""
    said = [
        text for option in question.options if option.right for text in (option.text, option.why)
    ]
    return [
        phrase.name
        for phrase in claims.read_phrases()
        if any(re.search(phrase.pattern, text) for text in said)
    ]


@pytest.mark.parametrize("question", ALL, ids=lambda one: one.id)
def test_a_false_phrase_is_never_right(question):
    assert false_phrases_in(question) == []


@pytest.mark.parametrize("phrase", claims.read_phrases(), ids=lambda one: one.name)
def test_a_false_phrase_would_be_found_in_a_right_option(phrase):
    wrong, right = Option("another", "why"), Option(phrase.hit[0], "why", right=True)
    assert phrase.name in false_phrases_in(replace(ALL[0], options=(wrong, right)))
    assert (
        false_phrases_in(
            replace(ALL[0], options=(replace(right, right=False), replace(wrong, right=True)))
        )
        == []
    )


def test_an_unknown_chapter_is_refused_with_the_known_ones():
    with pytest.raises(CourseError, match=r"no quiz on '9_more'.*1_concepts, 2_tool_comparison"):
        quiz.ask("9_more")


# ------------------------------------------------------------------------------------- broken files

GOOD = """\
- id: first-one
  lesson: 1_concepts/01_first_search
  question: What is true?
  right: 1
  options:
    - text: One
      right: true
      why: It is.
    - text: Two
      why: It is not.
    - text: Three
      why: It is not, either.
"""

BROKEN = {
    "no right answer": ("      right: true\n", "", 5, "no option is right"),
    "another number of right answers": (
        "right: 1",
        "right: 2",
        4,
        "1 options are marked with `right: true`, not 2",
    ),
    "an option without explanation": (
        "      why: It is not.\n",
        "",
        9,
        "first-one > options > 2: the field `why` is missing",
    ),
    "an empty explanation": ("why: It is not.", "why: ' '", 10, "why: must be a text, not ' '"),
    "an id given twice": (
        GOOD,
        GOOD + GOOD,
        13,
        "id: is given twice, first in mine.yaml, line 1",
    ),
    "an id that is no slug": ("first-one", "First One", 1, "must be small letters"),
    "a lesson that does not exist": (
        "01_first_search",
        "01_first_serach",
        2,
        "there is no lesson '1_concepts/01_first_serach'",
    ),
    "too few options": (
        "    - text: Three\n      why: It is not, either.\n",
        "",
        5,
        "options: 2 entries; at least 3",
    ),
    "the same option twice": (
        "text: Three",
        "text: Two",
        11,
        "the same option as in mine.yaml, line 9",
    ),
    "an unknown field": ("  right: 1", "  right: 1\n  hint: none", 5, "hint: unknown field"),
    "a field given twice": (
        "  right: 1",
        "  right: 1\n  right: 1",
        5,
        "right: is given twice, first in line 4",
    ),
    "a missing field": ("  question: What is true?\n", "", 1, "the field `question` is missing"),
    "a number where a text belongs": ("text: Two", "text: 0.5", 9, "text: must be text"),
    "everything right": (
        "why: It is not",
        "right: true\n      why: It is not",
        4,
        "3 options are marked with `right: true`, not 1",
    ),
    "a list that is none": (GOOD, "first-one: 1", 1, "must be a list, not {"),
    "an option that is a text": (
        "    - text: Two\n      why: It is not.\n",
        "    - Two\n",
        9,
        "options > 2: must be a mapping",
    ),
}


def read(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return quiz.load(path)


def test_a_file_in_order_is_read(tmp_path):
    (question,) = read(tmp_path, GOOD)
    assert (question.id, question.chapter, question.right, question.b01, question.listing) == (
        "first-one",
        "1_concepts",
        1,
        False,
        "",
    )
    assert [option.right for option in question.options] == [True, False, False]


@pytest.mark.parametrize(("old", "new", "line", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_file_and_line(tmp_path, old, new, line, words):
    assert old in GOOD
    with pytest.raises(CourseError) as caught:
        read(tmp_path, GOOD.replace(old, new))
    assert re.search(rf"mine\.yaml, line {line}: .*{re.escape(words)}", str(caught.value)), (
        caught.value
    )


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file(tmp_path):
    broken = GOOD.replace("01_first_search", "99_none").replace("right: 1", "right: 2")
    with pytest.raises(CourseError) as caught:
        read(tmp_path, broken + broken)
    assert re.findall(r"line (\d+):", str(caught.value)) == ["2", "4", "13", "14", "16"]


def test_all_options_right_is_no_choice(tmp_path):
    everything = GOOD.replace("right: 1", "right: 3").replace(
        "why: It is not", "right: true\n      why: It is not"
    )
    with pytest.raises(
        CourseError, match=r"mine\.yaml, line 4: first-one > right: all options are right"
    ):
        read(tmp_path, everything)


def test_what_is_no_yaml_or_no_file_is_refused(tmp_path):
    with pytest.raises(CourseError, match=r"mine\.yaml, line 2: this is not YAML: .* in line 1\."):
        read(tmp_path, "- id: 'one\n  two")
    with pytest.raises(CourseError, match="nowhere.yaml does not exist"):
        quiz.load(tmp_path / "nowhere.yaml")


# ----------------------------------------------------------------------- JSON, HTML, text, notebook

NASTY = replace(
    ALL[0],
    id="nasty",
    question='</script><img src=x onerror="document.title=1"> & `a < b` *so*',
    listing="<b>1</b>\n\n2",
    options=tuple(replace(option, text=f"<i>{option.text}</i>") for option in ALL[0].options),
)


def test_the_json_is_what_went_in_and_cannot_end_its_script_element():
    text = quiz.as_json([NASTY], link=lambda lesson: f"../{lesson}/")
    assert "<" not in text
    (entry,) = json.loads(text)
    assert entry["question"] == NASTY.question
    assert entry["listing"] == NASTY.listing
    assert entry["right"] == 1
    assert [(one["text"], one["right"], one["why"]) for one in entry["options"]] == [
        (option.text, option.right, option.why) for option in NASTY.options
    ]
    assert entry["lesson_url"] == "../1_concepts/01_first_search/"
    assert entry["lesson_title"] == "Your first search by meaning"


class Tags(HTMLParser):
    """The open elements, those seen, and the text of each link."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_fallback_is_sound_html_in_one_line_with_every_explanation():
    page = quiz.fallback(ALL, link=lambda lesson: f"../{lesson}/")
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert "\n" not in page
    assert [name for name, _ in tags.seen].count("details") == len(ALL)
    assert page.count("<strong>Right:</strong>") == sum(one.right for one in ALL)
    assert page.count("<strong>Wrong:</strong>") == sum(len(one.options) - one.right for one in ALL)
    assert {attributes["href"] for tag, attributes in tags.seen if tag == "a"} == {
        f"../{one.lesson}/" for one in ALL
    }


def test_the_fallback_escapes_what_is_no_markup():
    page = quiz.fallback([NASTY])
    assert "<img" not in page
    assert "<i>" not in page
    assert "<b>" not in page
    assert "&lt;/script&gt;" in page
    assert "<code>a &lt; b</code> <em>so</em>" in page
    assert "&lt;b&gt;1&lt;/b&gt;&#10;&#10;2" in page


def test_the_text_lists_the_questions_and_the_letters_of_the_right_answers():
    shown = repr(quiz.ask("4_implementation"))
    asked = quiz.questions("4_implementation")
    assert all(f"{number}. {one.question}" in shown for number, one in enumerate(asked, start=1))
    assert all(f") {option.text}" in shown for one in asked for option in one.options)
    letters = [
        "".join("abcde"[place] for place, option in enumerate(one.options) if option.right)
        for one in asked
    ]
    assert (
        f"Right: {', '.join(f'{number} {right}' for number, right in enumerate(letters, start=1))}."
        in shown
    )


def test_the_widget_runs_the_files_of_the_site():
    widget = quiz.ask("1_concepts")
    assert str(widget._esm) == (quiz.FOLDER / "quiz.js").read_text("utf-8")
    assert str(widget._css) == (quiz.FOLDER / "quiz.css").read_text("utf-8")
    assert widget.questions == quiz.as_json(quiz.questions("1_concepts"))
    assert widget._repr_mimebundle_()[0]["text/plain"] == repr(widget)


def test_the_script_asks_no_other_host_and_makes_no_html_of_texts():
    script = (quiz.FOLDER / "quiz.js").read_text("utf-8")
    assert not re.search(
        r"https?:|innerHTML|outerHTML|insertAdjacentHTML|\beval\b|fetch\(|import\(", script
    )


def test_the_notebook_asks_each_chapter_and_stores_what_is_asked_today():
    notebook = nbformat.read(ROOT / "chapters/quiz.ipynb", as_version=4)
    asking = [
        cell for cell in notebook.cells if cell.cell_type == "code" and "quiz.ask(" in cell.source
    ]
    assert [re.search(r'quiz\.ask\("(.+)"\)', cell.source)[1] for cell in asking] == quiz.chapters()
    for cell, chapter in zip(asking, quiz.chapters(), strict=True):
        again = "run: ./course author store chapters/quiz.ipynb"
        assert cell.outputs[0].data["text/plain"] == repr(quiz.ask(chapter)), again
        assert cell.metadata["tags"] == ["nbval-ignore-output"]


# ----------------------------------------------------------------------------------- in the browser

THREE = [
    BY_ID["threshold-moves-to-pgvector"],
    BY_ID["cleaning-pipeline"],
    BY_ID["alarms-without-fraud"],
]
PAGE = """<!doctype html>
<html lang="en"{attributes}><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Quiz</title>
{styles}<link rel="stylesheet" href="quiz.css"></head>
<body{attributes} style="height: auto;
  background: var(--md-default-bg-color, var(--jp-layout-color0, #fff))">
<main class="md-typeset"><h1>Quiz</h1><h2>Chapter</h2>
{places}</main>
<script type="module">
  import {{ mount }} from "./quiz.js";
  for (const place of document.querySelectorAll("div.quiz")) {{
    const questions = JSON.parse(place.querySelector("script").textContent);
    mount(place, questions, `quiz/${{place.dataset.chapter}}`);
  }}
</script></body></html>
"""
PLACE = (
    '<div class="quiz" data-chapter="{name}"><script'
    ' type="application/json">{questions}</script></div>\n'
)


def stylesheets(theme):
    """The real stylesheets of a theme: (files, attributes of the page)."""
    material = [
        *(Path(find_spec("material").origin).parent / "templates/assets/stylesheets").glob(
            "*.min.css"
        )
    ]
    material += [ROOT / "docs/assets/identity.css", ROOT / "docs/assets/site.css"]
    jupyter = Path(sys.prefix) / "share/jupyter/lab/themes/@jupyterlab"
    files, attributes = {
        "plain": ([], ""),
        "material light": (
            material,
            ' data-md-color-scheme="default" data-md-color-primary="custom"',
        ),
        "material dark": (material, ' data-md-color-scheme="slate" data-md-color-primary="custom"'),
        "jupyterlab light": (
            jupyter.glob("theme-light-extension/index.css"),
            ' data-jp-theme-light="true"',
        ),
        "jupyterlab dark": (
            jupyter.glob("theme-dark-extension/index.css"),
            ' data-jp-theme-light="false"',
        ),
    }[theme]
    return sorted(files), attributes


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A function that makes a page with quizzes, served as the site serves it; it returns the
    address.
    """
    folder = tmp_path_factory.mktemp("site")
    for name in ("quiz.js", "quiz.css"):
        shutil.copy(quiz.FOLDER / name, folder)
    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def make(name, quizzes, theme="plain"):
        files, attributes = stylesheets(theme)
        assert files or theme == "plain"
        for file in files:
            shutil.copy(file, folder)
        styles = "".join(f'<link rel="stylesheet" href="{file.name}">' for file in files)
        link = lambda lesson: f"/lessons/{lesson}/"  # noqa: E731
        places = "".join(
            PLACE.format(name=key, questions=quiz.as_json(asked, link))
            for key, asked in quizzes.items()
        )
        (folder / f"{name}.html").write_text(
            PAGE.format(attributes=attributes, styles=styles, places=places), "utf-8"
        )
        return f"http://127.0.0.1:{server.server_port}/{name}.html"

    yield make
    server.shutdown()
    server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *args):
        pass


@pytest.fixture
def page(browser):
    """A page in a browser without memory; an error in a script fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    new = context.new_page()
    errors = []
    new.on("pageerror", lambda error: errors.append(str(error)))
    yield new
    context.close()
    assert errors == []


@pytest.fixture
def three(page, site):
    """The page, on a quiz of three questions."""
    page.goto(site("three", {"try": THREE}))
    page.locator(".vdb-quiz").wait_for()
    return page


def letters(question, right=True):
    return [place for place, option in enumerate(question.options) if option.right == right]


def focused(page):
    return page.evaluate("document.activeElement.innerText")


def tab_to(page, name):
    """Press Tab until the field or button of that name has the focus."""
    for _ in range(12):
        page.keyboard.press("Tab")
        if (
            page.evaluate(
                "e => (e.labels?.[0] ?? e).innerText",
                page.evaluate_handle("document.activeElement"),
            )
            == name
        ):
            return
    raise AssertionError(f"Tab does not come to {name!r}")


def choose_by_arrows(page, place):
    """From outside the group: Tab to its first radio button, then the arrow keys."""
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(place):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def answer(page, question, places):
    """Choose by mouse and check."""
    for place in places:
        page.locator(".vdb-quiz-option label").nth(place).click()
    page.get_by_role("button", name="Check").click()
    page.locator(".vdb-quiz-why").first.wait_for()


def answer_all(page, right):
    """Answer the three questions, the first right or wrong as asked, the others right; then see the
    result.
    """
    for number, question in enumerate(THREE):
        answer(
            page,
            question,
            letters(question) if right or number else letters(question, right=False)[:1],
        )
        page.locator(".vdb-quiz-next").click()
    page.get_by_role("heading", name="Result").wait_for()


@pytest.mark.browser
def test_the_first_question_is_asked_with_radio_buttons_and_a_legend(three):
    assert three.get_by_role("heading", name="Question 1 of 3").is_visible()
    group = three.get_by_role(
        "group", name=re.compile(r"^A program keeps the hits of Milvus.* Choose one answer\.$")
    )
    assert group.get_by_role("radio").count() == 4
    assert group.get_by_role("checkbox").count() == 0
    assert three.locator("legend code").inner_text() == "WHERE embedding <=> %s > 0.8"
    assert three.get_by_role("button", name="Back").count() == 0


@pytest.mark.browser
def test_a_right_answer_by_keyboard_alone(three):
    choose_by_arrows(three, letters(THREE[0])[0])
    status = three.get_by_role("status")
    assert status.get_attribute("aria-live") == "polite"
    assert status.inner_text().startswith("✓ Right.")
    assert [words.inner_text() for words in three.locator(".vdb-quiz-why strong").all()] == [
        "Right, you chose it." if option.right else "Wrong." for option in THREE[0].options
    ]
    assert focused(three) == "Next"
    three.keyboard.press("Enter")
    assert focused(three) == "Question 2 of 3"
    assert status.inner_text() == ""


@pytest.mark.browser
def test_a_wrong_answer_by_keyboard_alone_explains_every_option(three):
    wrong = letters(THREE[0], right=False)[0]
    choose_by_arrows(three, wrong)
    assert "Not right" in three.get_by_role("status").inner_text()
    assert (
        f"Right is: {THREE[0].options[letters(THREE[0])[0]].text}".replace("`", "")
        in three.get_by_role("status").text_content()
    )
    rows = three.locator(".vdb-quiz-option")
    for place, option in enumerate(THREE[0].options):
        verdict = (
            "This was a right one."
            if option.right
            else "Wrong, you chose it."
            if place == wrong
            else "Wrong."
        )
        shown = rows.nth(place).locator(".vdb-quiz-why").inner_text()
        assert shown == f"{'✓' if option.right else '✗'} {verdict} {re.sub('[`*]', '', option.why)}"
        described = rows.nth(place).locator("input").get_attribute("aria-describedby")
        assert three.locator(f"#{described}").inner_text() == shown
    tab_to(three, "Your first search by meaning")
    assert (
        three.evaluate("document.activeElement.getAttribute('href')")
        == "/lessons/1_concepts/01_first_search/"
    )


@pytest.mark.browser
def test_a_question_with_several_right_answers_by_keyboard_alone(three):
    question = THREE[1]
    tab_to(three, "Next")
    three.keyboard.press("Enter")
    assert three.get_by_role("checkbox").count() == 4
    assert "Choose 2 answers." in three.locator("legend").inner_text()
    first, second = letters(question)
    for place in range(4):
        three.keyboard.press("Tab")
        if place == first:
            three.keyboard.press("Space")
            three.keyboard.press("Enter")
            assert (
                three.get_by_role("status").inner_text() == "Choose 2 answers. You have chosen 1."
            )
        if place == second:
            three.keyboard.press("Space")
    three.keyboard.press("Enter")
    assert three.get_by_role("status").inner_text().startswith("✓ Right.")


@pytest.mark.browser
def test_one_of_two_right_answers_with_a_wrong_one_is_not_right(three):
    three.get_by_role("button", name="Next").click()
    answer(three, THREE[1], [letters(THREE[1])[0], letters(THREE[1], right=False)[0]])
    assert three.get_by_role("status").inner_text().startswith("✗ Not right")


@pytest.mark.browser
def test_nothing_chosen_is_said_and_not_counted(three):
    three.get_by_role("button", name="Check").click()
    assert three.get_by_role("status").inner_text() == "Choose one answer. You have chosen none."
    assert three.locator(".vdb-quiz-why").count() == 0


@pytest.mark.browser
def test_a_listing_is_shown_as_it_is(three):
    for _ in range(2):
        three.get_by_role("button", name="Next").click()
    assert three.get_by_role("group", name="Output to read").inner_text() == THREE[2].listing
    assert three.get_by_role("button", name="See the result").is_visible()


@pytest.mark.browser
def test_the_result_counts_first_tries_and_lists_what_to_look_at_again(three):
    answer_all(three, right=False)
    assert focused(three) == "Result"
    assert three.locator(".vdb-quiz-score").inner_text() == "Right at the first try: 2 of 3."
    assert three.get_by_role("heading", name="Look at these again").is_visible()
    assert three.locator(".vdb-quiz li").count() == 1
    assert (
        three.locator(".vdb-quiz li a").get_attribute("href")
        == "/lessons/1_concepts/01_first_search/"
    )
    three.locator(".vdb-quiz li button").click()
    assert focused(three) == "Question 1 of 3"


@pytest.mark.browser
def test_a_second_try_does_not_change_the_first(three):
    answer_all(three, right=False)
    three.locator(".vdb-quiz li button").click()
    three.get_by_role("button", name="Try again").click()
    assert focused(three) == "Question 1 of 3"
    assert three.locator("input:checked").count() == 0
    answer(three, THREE[0], letters(THREE[0]))
    assert three.get_by_role("status").inner_text().startswith("✓ Right.")
    for _ in range(3):
        three.locator(".vdb-quiz-next").click()
    assert three.locator(".vdb-quiz-score").inner_text() == "Right at the first try: 2 of 3."


@pytest.mark.browser
def test_what_was_skipped_is_listed_as_not_answered(three):
    for _ in range(3):
        three.locator(".vdb-quiz-next").click()
    assert three.locator(".vdb-quiz-score").inner_text() == "Right at the first try: 0 of 3."
    assert three.get_by_role("heading", name="Not answered yet").is_visible()
    assert three.get_by_role("heading", name="Look at these again").count() == 0
    assert three.locator(".vdb-quiz li").count() == 3


@pytest.mark.browser
def test_answers_and_result_survive_a_reload_and_start_again_forgets_them(three):
    answer(three, THREE[0], letters(THREE[0]))
    three.reload()
    assert three.get_by_role("heading", name="Question 1 of 3").is_visible()
    assert three.locator(".vdb-quiz-why").count() == 4
    assert three.locator("input:checked").count() == 1
    three.locator(".vdb-quiz-next").click()
    for question in THREE[1:]:
        answer(three, question, letters(question))
        three.locator(".vdb-quiz-next").click()
    three.reload()
    assert three.locator(".vdb-quiz-score").inner_text() == "Right at the first try: 3 of 3."
    three.get_by_role("button", name="Start again").click()
    three.reload()
    assert three.get_by_role("heading", name="Question 1 of 3").is_visible()
    assert three.locator("input:checked").count() == 0


@pytest.mark.browser
def test_two_quizzes_on_a_page_do_not_disturb_each_other(page, site):
    page.goto(site("two", {"one": THREE[:1], "two": THREE[:1]}))
    first, second = page.locator(".vdb-quiz").all()
    first.locator("label").nth(1).click()
    second.locator("label").nth(2).click()
    assert first.get_by_role("radio").nth(1).is_checked()
    assert second.get_by_role("radio").nth(2).is_checked()
    second.get_by_role("button", name="Check").click()
    page.reload()
    assert [
        page.locator(".vdb-quiz").nth(place).locator(".vdb-quiz-why").count() for place in (0, 1)
    ] == [0, 4]


@pytest.mark.browser
def test_quizzes_of_a_notebook_do_not_tick_each_others_options(page, site):
    """There each widget loads the script for itself."""
    page.goto(site("apart", {"one": THREE[:1], "two": THREE[:1]}))
    page.evaluate(
        """async (asked) => {
            for (const place of document.querySelectorAll(".quiz")) {
                const key = place.dataset.chapter;
                const script = await import(`./quiz.js?${key}`);
                const values = {questions: asked, storage_key: key};
                script.default.render({model: {get: (name) => values[name]}, el: place});
            }
        }""",
        quiz.as_json(THREE[:1]),
    )
    ids = page.eval_on_selector_all("[id]", "all => all.map((one) => one.id)")
    assert len(ids) == len(set(ids)) == 8
    first, second = page.locator(".vdb-quiz").all()
    second.locator("label").nth(2).click()
    assert second.get_by_role("radio").nth(2).is_checked()
    assert first.locator("input:checked").count() == 0


FORBIDDEN = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no',"
    " 'SecurityError') } })"
)
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"


@pytest.mark.browser
@pytest.mark.parametrize("trouble", [FORBIDDEN, FULL], ids=["forbidden", "full"])
def test_without_storage_the_quiz_works_and_says_that_nothing_is_kept(page, site, trouble):
    page.add_init_script(trouble)
    page.goto(site("three", {"try": THREE}))
    answer_all(page, right=True)
    assert page.locator(".vdb-quiz-score").inner_text() == "Right at the first try: 3 of 3."
    assert page.get_by_text("your result is gone when you leave").is_visible()


KEPT = {
    "no JSON": "{",
    "another form": '{"answers": [1], "at": 7}',
    "options that are gone": json.dumps(
        {
            "at": "gone",
            "answers": {THREE[0].id: {"chosen": ["gone"], "firstTry": True, "checked": True}},
        }
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
def test_what_was_kept_of_other_questions_is_forgotten(page, site, kept):
    page.add_init_script(f"localStorage.setItem('quiz/try', {json.dumps(kept)})")
    page.goto(site("three", {"try": THREE}))
    assert page.get_by_role("heading", name="Question 1 of 3").is_visible()
    assert page.locator("input:checked").count() == page.locator(".vdb-quiz-why").count() == 0
    assert page.locator(".vdb-quiz-note").count() == 0


@pytest.mark.browser
def test_texts_never_become_html(page, site):
    page.goto(site("nasty", {"try": [NASTY]}))
    assert (
        page.locator(".vdb-quiz-question").inner_text()
        == '</script><img src=x onerror="document.title=1"> & a < b so'
    )
    assert page.locator(".vdb-quiz-question code").inner_text() == "a < b"
    assert page.locator("pre").inner_text() == NASTY.listing
    answer(page, NASTY, letters(NASTY, right=False)[:1])
    assert page.locator("img, i, b").count() == 0
    assert page.title() == "Quiz"


@pytest.mark.browser
def test_a_narrow_screen_needs_no_scrolling_sideways(page, site):
    wide = replace(
        THREE[2], listing="a line that is wider than the screen of any phone: " + 50 * "x"
    )
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(site("wide", {"try": [*THREE[:2], wide]}))
    for question in [*THREE[:2], wide]:
        answer(page, question, letters(question))
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.locator(".vdb-quiz-next").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=".vdb-quiz").response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.mark.browser
@pytest.mark.parametrize(
    "theme", ["plain", "material light", "material dark", "jupyterlab light", "jupyterlab dark"]
)
def test_every_state_is_accessible_in_light_and_dark(page, site, theme):
    page.goto(site(theme.replace(" ", "-"), {"try": THREE}, theme))
    assert violations(page) == []
    page.get_by_role("button", name="Check").click()
    assert violations(page) == []
    for number, question in enumerate(THREE):
        answer(page, question, letters(question) if number else letters(question, right=False)[:1])
        assert violations(page) == []
        page.locator(".vdb-quiz-next").click()
    page.get_by_role("heading", name="Result").wait_for()
    assert violations(page) == []


@pytest.mark.browser
@pytest.mark.parametrize(
    "theme", ["material light", "material dark", "jupyterlab light", "jupyterlab dark"]
)
def test_the_marks_stand_out_from_the_page(page, site, theme):
    """3:1 for what is no text: the coloured bars beside the options, and the frame of the focus."""
    page.goto(site(theme.replace(" ", "-"), {"try": THREE}, theme))
    choose_by_arrows(page, letters(THREE[0], right=False)[0])
    paper = colour(page.locator(".vdb-quiz").evaluate("e => getComputedStyle(e).backgroundColor"))
    for kind in ("right", "wrong", "chosen"):
        bar = page.locator(f".vdb-quiz-{kind}").first.evaluate(
            "e => getComputedStyle(e).borderLeftColor"
        )
        assert contrast(colour(bar), paper) >= 3
    outline = page.locator(".vdb-quiz-next").evaluate("e => getComputedStyle(e).outlineColor")
    assert contrast(colour(outline), paper) >= 3


def colour(css):
    return [int(number) for number in re.findall(r"\d+", css)[:3]]


def contrast(one, other):
    def luminance(rgb):
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (n / 255 for n in rgb)
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


# ------------------------------------------------------------------------------------ in JupyterLab


@pytest.fixture
def lab(tmp_path):
    """The address of the quiz's notebook in a JupyterLab on a copy of it."""
    (tmp_path / "chapters").mkdir()
    shutil.copy(ROOT / "chapters/quiz.ipynb", tmp_path / "chapters")
    with jupyterlab(tmp_path) as address:
        yield f"{address}/lab/workspaces/quiz/tree/chapters/quiz.ipynb?token=t&reset"


@pytest.mark.browser
def test_in_jupyterlab_the_quiz_has_the_keyboard_and_the_answer_is_kept(lab, page):
    """JupyterLab's own commands on arrow keys, space bar and Enter must not move the reader to
    another cell.
    """
    asked = quiz.questions("1_concepts")[0]
    page.goto(lab)
    shown = page.locator(".vdb-quiz").first
    run_all(page, shown)
    shown.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    for _ in range(letters(asked)[0]):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert shown.get_by_role("status").inner_text().startswith("✓ Right.")
    assert (
        shown.locator("a")
        .evaluate("e => new URL(e.href).pathname")
        .endswith(f"/tree/chapters/{asked.lesson}.ipynb")
    )
    page.keyboard.press("Enter")
    assert focused(page) == place_after(asked)
    page.goto(lab)
    run_all(page, shown)
    assert shown.get_by_role("heading").inner_text() == place_after(asked)


def place_after(question):
    """The heading of the question that comes after this one in its chapter."""
    asked = quiz.questions(question.chapter)
    return f"Question {asked.index(question) + 2} of {len(asked)}"


def run_all(page, shown):
    """The menu's Run All Cells, until the quiz is there; before the kernel is connected the menu's
    entry does nothing.
    """
    entry = page.get_by_role("menuitem", name="Run All Cells", exact=True)
    page.locator(".jp-Notebook .jp-OutputArea-output").first.wait_for(timeout=60_000)

    def ran():
        page.get_by_role("menuitem", name="Run", exact=True).click()
        if not processes.wait_until(entry.is_visible, 2):  # the click closed an open menu
            return False
        entry.click()
        return processes.wait_until(shown.is_visible, 10)

    assert processes.wait_until(ran, 60), "the quiz did not show up"
