"""All pages that are made from something else: lessons, exercises, solutions, tables, glossary,
quiz; and the order of all pages.

A new notebook, exercise, cheat sheet or question is on the site without a change here.
"""

import html
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from vdbcourse import facts, glossary, lessons, quiz, settings
from vdbcourse.authoring.site import learning_paths, notebook_page, stale_outputs
from vdbcourse.authoring.site.repository_links import Broken, page_of
from vdbcourse.errors import CourseError
from vdbcourse.facts import fact_display, milvus_indexes
from vdbcourse.grading import manifest, master_notebook

Nav = list[dict[str, Any]]  # title: address, or title: another Nav
LAB = "./course lab"


@dataclass(frozen=True)
class Page:
    """A page made from a file of the repository: its Markdown, the file, and the file's own text
    (to find lines in).
    """

    uri: str  # its Markdown file as mkdocs counts them
    markdown: str
    source: str
    title: str


def made() -> dict[str, Page]:
    """Every page that is not written by hand, by its uri. Raises `CourseError` naming file and line
    of each notebook at fault.
    """
    faults: list[Broken] = []
    pages = [
        *(lesson_page(lesson, faults) for lesson in lessons.lessons()),
        *chapter_pages(),
        *exercise_pages(faults),
        learning_paths.page(),
        engines_page(),
        index_types_page(),
        glossary_page(),
        quiz_page(),
        *texts(),
    ]
    if faults:
        raise CourseError("The site was not built.\n" + "\n".join(map(str, faults)))
    return {uri: Page(uri, text, source, title) for uri, text, source, title in pages}


Made = tuple[str, str, str, str]  # uri, Markdown, source, title


def lesson_page(lesson: lessons.Lesson, faults: list[Broken]) -> Made:
    """A lesson with its stored outputs."""
    path = f"chapters/{lesson.key}.ipynb"
    notebook = read(path, faults, run=True)
    top = notebook_page.front_matter(
        title=lesson.title, description=notebook_page.summary(notebook), tags=[lesson.chapter]
    )
    return (
        page_of(path),
        top + notebook_page.markdown(notebook, f"{LAB} {path}"),
        path,
        lesson.title,
    )


def read(path: str, faults: list[Broken], run: bool) -> NotebookNode:
    """A notebook; with `run`, cells whose outputs are missing or old are added to `faults`."""
    text = (settings.root() / path).read_text(encoding="utf-8")
    notebook: NotebookNode = nbformat.reads(text, as_version=4)
    if run:
        faults += stale_outputs.faults(path, text, notebook)
    return notebook


def chapter_pages() -> list[Made]:
    """For each chapter a page with its lessons and minutes."""
    chapters: dict[str, list[lessons.Lesson]] = {}
    for lesson in lessons.lessons():
        chapters.setdefault(lesson.chapter, []).append(lesson)
    return [chapter_page(title, held) for title, held in chapters.items()]


def chapter_page(title: str, held: list[lessons.Lesson]) -> Made:
    """One chapter."""
    folder = held[0].key.partition("/")[0]
    minutes = sum(lesson.minutes for lesson in held)
    rows = "\n".join(
        f"| [{lesson.title}]({lesson.key.partition('/')[2]}.md) | {lesson.minutes} |"
        for lesson in held
    )
    number, _, name = title.partition(" ")
    text = notebook_page.front_matter(
        title=name, description=f"Chapter {number}: {name}. {len(held)} lessons."
    )
    text += (
        f"# Chapter {number}: {name}\n\n{len(held)} lessons, {hours(minutes)} of reading,"
        " predicting and running.\n\n"
    )
    text += f"| lesson | minutes |\n|---|---|\n{rows}\n"
    if folder in quiz.chapters():
        text += f"\nTest yourself: [the questions of this chapter](../../quiz.md#{folder}).\n"
    return f"chapters/{folder}/index.md", text, f"chapters/{held[0].key}.ipynb", name


def hours(minutes: int) -> str:
    """`4 h 20 min`."""
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def exercise_pages(faults: list[Broken]) -> list[Made]:
    """The exercises without answers, their solutions behind a click, and the list of both."""
    found = list(manifest.exercises().values())
    rows = "\n".join(
        f"| [{one.title}]({one.id}.md) | {one.level} | {one.minutes} | {len(one.tasks)} |"
        for one in found
    )
    text = notebook_page.front_matter(
        title="Exercises", description="Exercises that tell you what is wrong with an answer."
    )
    text += (
        "# Exercises\n\nYou write functions; the course runs them on real engines and says what is"
        " wrong: the call, what\ncame, what was expected, and why it matters. That needs"
        " JupyterLab. Here you can read the tasks, and the\nsolutions behind a click.\n\n"
    )
    text += f"| exercise | level | minutes | tasks |\n|---|---|---|---|\n{rows}\n"
    pages = [("exercises/index.md", text, "src/vdbcourse/exercises/*/exercise.yaml", "Exercises")]
    for one in found:
        path, master = f"exercises/{one.id}.ipynb", f"solutions/{one.id}.ipynb"
        task = read(path, faults, run=False)
        about = notebook_page.front_matter(
            title=one.title, description=notebook_page.summary(task), tags=["Exercise", one.level]
        )
        below = (
            f"\n\n## Solution\n\n[The solution](../solutions/{one.id}.md) needs one more click a"
            " task. Try first.\n"
        )
        pages.append(
            (
                page_of(path),
                about + notebook_page.markdown(task, f"{LAB} {path}") + below,
                path,
                one.title,
            )
        )
        pages.append(
            (
                page_of(master),
                solution(one, read(master, faults, run=True)),
                master,
                f"Solution: {one.title}",
            )
        )
    return pages


def solution(one: manifest.Exercise, master: NotebookNode) -> str:
    """The solved exercise; what a learner writes, and the reasoning, is folded. Search does not
    find it.
    """
    title = f"Solution: {one.title}"
    top = notebook_page.front_matter(
        title=title, description=f"Solutions to the tasks of: {one.title}", search={"exclude": True}
    )
    body = notebook_page.markdown(master, f"{LAB} exercises/{one.id}.ipynb", folded=is_answer)
    return top + body.replace(f"# {one.title}", f"# {title}", 1)


def is_answer(cell: NotebookNode) -> bool:
    """Does the cell hold a solution or its reasoning?"""
    return master_notebook.TAG in cell.metadata.get("tags", []) or "BEGIN SOLUTION" in cell.source


def engines_page() -> Made:
    """Every fact on the compared engines, with source and day."""
    book = facts.book()
    parts = [
        notebook_page.front_matter(
            title="Engines compared",
            description="Facts on six engines, each with its source and date.",
        ),
        (
            "# Engines compared\n\nEach fact names the document it is from and the day it was"
            " checked. How the engines behave\non the same work is measured in [chapter"
            " 2](chapters/2_tool_comparison/index.md).\n"
        ),
    ]
    for feature in book.features.values():
        rows = "".join(
            f'<tr><th scope="row">{html.escape(engine.name)}</th>'
            f"<td>{html.escape(engine.facts[feature.key].value)}</td>"
            f"<td>{fact_display.origin(engine.facts[feature.key])}</td></tr>"
            for engine in book.engines.values()
        )
        head = (
            '<tr><th scope="col">Engine</th><th scope="col">Fact</th><th scope="col">Source and'
            " day</th></tr>"
        )
        parts.append(
            f"## {feature.label}\n\n{feature.question}\n\n"
            f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>\n"
        )
    return "engines.md", "\n".join(parts), "src/vdbcourse/facts/facts.yaml", "Engines compared"


def index_types_page() -> Made:
    """Index types of Milvus, and which deployment has which."""
    book = milvus_indexes.book()
    text = notebook_page.front_matter(
        title="Index types of Milvus",
        description="Which index type exists where, with source and date.",
    )
    text += (
        "# Index types of Milvus\n\nWhat each type keeps and where it can be built. Six of them are"
        " measured in\n"
    )
    text += "[a lesson of chapter 3](chapters/3_milvus/07_index_types_measured.md).\n\n"
    text += notebook_page.without_blank_lines(milvus_indexes.table(list(book.types))._repr_html_())
    return (
        "index-types.md",
        text + "\n",
        "src/vdbcourse/facts/milvus_indexes.yaml",
        "Index types of Milvus",
    )


def glossary_page() -> Made:
    """All terms, and the downloads."""
    count = len(glossary.terms())
    text = notebook_page.front_matter(
        title="Glossary", description=f"{count} terms of vector search in plain words."
    )
    text += (
        f"# Glossary\n\n{count} terms. On each page of this site the first use of a term leads here"
        " and shows its meaning.\n\n"
    )
    text += (
        "Learn them: [deck of flash cards for Anki](assets/glossary.apkg), [table as"
        " CSV](assets/glossary.csv).\n\n"
    )
    text += glossary.markdown(lambda key: f"chapters/{key}.md", attr_list=True)
    return "glossary.md", text + "\n", "src/vdbcourse/glossary/terms/*.yaml", "Glossary"


def quiz_page() -> Made:
    """The questions of each chapter; without scripts they are a list with folded answers."""
    names = {lesson.key.partition("/")[0]: lesson.chapter for lesson in lessons.lessons()}
    text = notebook_page.front_matter(
        title="Quiz", description=f"{len(quiz.questions())} questions; every option is explained."
    )
    text += (
        "# Quiz\n\nEvery option is explained, the right ones too. Your result stays in this"
        " browser. In JupyterLab:\n"
    )
    text += (
        '`./course lab chapters/quiz.ipynb`\n\n<link rel="stylesheet"'
        ' href="../assets/quiz/quiz.css">\n'
    )
    for chapter in quiz.chapters():
        asked = quiz.questions(chapter)
        number, _, name = names[chapter].partition(" ")
        text += f"\n## Chapter {number}: {name} {{ #{chapter} }}\n\n"
        text += f'<div class="quiz" data-chapter="{chapter}">'
        text += f'<script type="application/json">{quiz.as_json(asked, address)}</script>\n'
        without_script = notebook_page.without_blank_lines(quiz.fallback(asked, address))
        text += f"<noscript>{without_script}</noscript></div>\n"
    return "quiz.md", text, "src/vdbcourse/quiz/questions/*.yaml", "Quiz"


def address(lesson: str) -> str:
    """The address of a lesson as seen from a page such as quiz/."""
    return f"../chapters/{lesson}/"


def texts() -> list[Made]:
    """Texts of the repository that readers need as well: the changelog, and what stands beside the
    Docker stacks.
    """
    root = settings.root()
    found = [root / "CHANGELOG.md", *sorted(root.glob("docker/*/README.md"))]
    made = []
    for path in found:
        source = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        title = text.partition("\n")[0].removeprefix("# ")
        made.append(
            (page_of(source), notebook_page.front_matter(title=title) + text, source, title)
        )
    return made


def downloads() -> dict[str, bytes]:
    """Files that are made with the pages, by their path on the site."""
    from vdbcourse.authoring.site import index_explorer, sizing_page  # noqa: PLC0415

    deck = settings.home() / "cache" / "site" / "glossary.apkg"
    deck.parent.mkdir(parents=True, exist_ok=True)
    glossary.write_deck(deck)
    package = Path(quiz.__file__).parent
    return {
        "assets/glossary.apkg": deck.read_bytes(),
        "assets/glossary.csv": (
            glossary.csv_text().encode("utf-8-sig")
        ),  # a spreadsheet takes it for another encoding otherwise
        "assets/quiz/quiz.js": (package / "quiz.js").read_bytes(),
        "assets/quiz/quiz.css": (package / "quiz.css").read_bytes(),
        "assets/explorer/films.json": index_explorer.data().encode(),
        "assets/sizing/constants.json": sizing_page.constants().encode(),
    }


def nav(pages: dict[str, Page]) -> Nav:
    """All pages in reading order, as mkdocs takes them."""
    chapters: dict[str, Nav] = {}
    for lesson in lessons.lessons():
        chapter = chapters.setdefault(
            lesson.chapter, [{lesson.chapter: f"chapters/{lesson.key.partition('/')[0]}/index.md"}]
        )
        chapter.append({lesson.title: f"chapters/{lesson.key}.md"})
    tasks: Nav = [{page.title: uri} for uri, page in pages.items() if uri.startswith("exercises/")]
    solved: Nav = [{page.title: uri} for uri, page in pages.items() if uri.startswith("solutions/")]
    docker: Nav = [{page.title: uri} for uri, page in pages.items() if uri.startswith("docker/")]
    sheets: Nav = own("cheat-sheets.md") + [
        {written_title(path): f"cheat-sheets/{path.name}"}
        for path in sorted(docs().glob("cheat-sheets/*.md"))
    ]
    practice: Nav = [
        {"Quiz": "quiz.md"},
        *own("skills.md", "explorer.md", "sizing.md", "in-the-page.md"),
    ]
    reference: Nav = [
        {"Engines compared": "engines.md"},
        {"Index types of Milvus": "index-types.md"},
        {"Glossary": "glossary.md"},
    ]
    return [
        {"Home": "index.md"},
        {"Learning paths": "paths.md"},
        {"Lessons": [{title: held} for title, held in chapters.items()]},
        {"Exercises": [*tasks, {"Solutions": solved}]},
        {"Practice": practice},
        {
            "Reference": [
                *reference,
                {"Cheat sheets": sheets},
                {"Docker": docker},
                *own("resources.md", "architecture.md", "upstream.md"),
                {"Changelog": "changelog.md"},
            ]
        },
    ]


def own(*names: str) -> Nav:
    """Pages of docs/ with the titles they begin with."""
    return [{written_title(docs() / name): name} for name in names if (docs() / name).is_file()]


def written_title(path: Path) -> str:
    """The heading of a page of docs/. Raises `CourseError` if it has none."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            return line.removeprefix("# ").partition(" {")[0]
    raise CourseError(
        f"{path.relative_to(settings.root()).as_posix()}:1: the page has no title. Begin it with '#"
        " Title'."
    )


def docs() -> Path:
    """The folder of pages written by hand."""
    return settings.root() / "docs"
