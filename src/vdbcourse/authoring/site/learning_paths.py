"""Learning paths: for each a time, and the lessons and exercises that fit into it. From
docs/paths.yaml.
"""

from typing import Any

import yaml

from vdbcourse import lessons, settings
from vdbcourse.authoring.site import notebook_page
from vdbcourse.errors import CourseError
from vdbcourse.grading import manifest

SOURCE = "docs/paths.yaml"


def page() -> tuple[str, str, str, str]:
    """The page: uri, Markdown, source, title. Raises `CourseError` for an unknown step, or more
    minutes than the path has.
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
    parts += [section(path) for path in load()]
    return "paths.md", "\n".join(parts), SOURCE, "Learning paths"


def load() -> list[dict[str, Any]]:
    """The paths as the file has them."""
    return yaml.safe_load((settings.root() / SOURCE).read_text(encoding="utf-8"))


def section(path: dict[str, Any]) -> str:
    """One path with its steps and their minutes."""
    steps = [step(path["title"], key) for key in path["steps"]]
    total = sum(minutes for _, _, minutes in steps)
    if total > path["minutes"]:
        raise CourseError(
            f"{SOURCE}: the path {path['title']!r} has {path['minutes']} minutes and takes {total}."
            " Leave something out."
        )
    rows = "\n".join(f"| [{title}]({uri}) | {minutes} |" for title, uri, minutes in steps)
    table = f"| step | minutes |\n|---|---|\n{rows}\n| **together** | **{total}** |\n"
    return f"## {path['title']}\n\n{path['about'].strip()}\n\n{table}"


def step(path: str, key: str) -> tuple[str, str, int]:
    """Title, page and minutes of a lesson (`1_concepts/01_first_search`) or an exercise
    (`07_evaluation`).
    """
    for lesson in lessons.lessons():
        if lesson.key == key:
            return lesson.title, f"chapters/{key}.md", lesson.minutes
    if key in manifest.exercises():
        exercise = manifest.exercises()[key]
        return f"Exercise: {exercise.title}", f"exercises/{key}.md", exercise.minutes
    raise CourseError(
        f"{SOURCE}: the path {path!r} has a step {key!r}, and there is no lesson or exercise of"
        " that name."
    )
