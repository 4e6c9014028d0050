"""Learning paths: for each a time, and the lessons and exercises that fit into it. From
docs/paths.yaml.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vdbcourse import lessons, settings, yamlfile
from vdbcourse.authoring.site import notebook_page
from vdbcourse.grading import manifest
from vdbcourse.yamlfile import Document, Problem, nearest

SOURCE = "docs/paths.yaml"
SCHEMA = Path(__file__).with_name("learning_paths.schema.json")

Step = tuple[str, str, int]  # title, page, minutes


def page() -> tuple[str, str, str, str]:
    """The page: uri, Markdown, source, title. Raises `CourseError` naming file and line of an
    unknown step, or of more minutes than the path has.
    """
    parts = [
        notebook_page.front_matter(
            title="Learning paths",
            description="An hour, half a day, two days, or one engine: what to do when.",
        ),
        (
            "# Learning paths\n\nMinutes are for reading, predicting and running. Pick your time,"
            " or the engine you came for.\n"
        ),
    ]
    steps = _steps()
    document = yamlfile.read(settings.root() / SOURCE, SCHEMA)
    yamlfile.refuse(_problems(document, steps))
    parts += [_section(path, [steps[key] for key in path["steps"]]) for path in document.data]
    return "paths.md", "\n".join(parts), SOURCE, "Learning paths"


def _steps() -> dict[str, Step]:
    """The lessons (`1_concepts/01_first_search`) and exercises (`07_evaluation`) by key."""
    steps = {
        lesson.key: (lesson.title, f"chapters/{lesson.key}.md", lesson.minutes)
        for lesson in lessons.lessons()
    }
    for key, exercise in manifest.exercises().items():
        steps[key] = (f"Exercise: {exercise.title}", f"exercises/{key}.md", exercise.minutes)
    return steps


def _problems(document: Document, steps: dict[str, Step]) -> Iterator[Problem]:
    """Steps that do not exist, and paths that take longer than they say."""
    for index, path in enumerate(document.data):
        for number, key in enumerate(path["steps"]):
            if key not in steps:
                words = f"there is no lesson or exercise {key!r}.{nearest(key, steps)}"
                yield document.problem((index, "steps", number), words)
        total = sum(steps[key][2] for key in path["steps"] if key in steps)
        if total > path["minutes"]:
            words = f"the path has {path['minutes']} minutes and takes {total}. Leave a step out."
            yield document.problem((index, "minutes"), words)


def _section(path: dict[str, Any], steps: list[Step]) -> str:
    """One path with its steps and their minutes."""
    total = sum(minutes for _, _, minutes in steps)
    rows = "\n".join(f"| [{title}]({uri}) | {minutes} |" for title, uri, minutes in steps)
    table = f"| step | minutes |\n|---|---|\n{rows}\n| **together** | **{total}** |\n"
    return f"## {path['title']}\n\n{path['about'].strip()}\n\n{table}"
