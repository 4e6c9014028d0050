"""The skills checklist: each skill has a flag for good, one for stop, and a place that shows it; no
exercise is left out.
"""

import re

import pytest
from support import ROOT

from vdbcourse.grading import manifest

PAGE = ROOT / "docs" / "skills.md"
GROUPS = ["Model and data", "Search quality", "Engine and index", "Operation", "Decisions"]
PARTS = {
    "Green flag": r"\*\*Green flag\.\*\* \S+",
    "Red flag": r"\*\*Red flag\.\*\* \S+",
    "place": r"\*\*Shown in\*\* \[",
}


def groups():
    """Skills by group: title to text."""
    found = {}
    for section in PAGE.read_text().split("\n## ")[1:]:
        name, _, text = section.partition("\n")
        skills = re.split(r"^- \[ \] ", text, flags=re.MULTILINE)[1:]
        found[name] = {re.match(r"\*\*(.+?)\*\*", one)[1]: one for one in skills}
    return found


SKILLS = {title: text for skills in groups().values() for title, text in skills.items()}


def linked(text):
    """Files that a text links to, as paths from the root."""
    targets = re.findall(r"\]\(([^)#]+)", text)
    return {(PAGE.parent / one).resolve() for one in targets if "://" not in one}


def test_the_groups_are_those_of_the_course_and_none_is_thin():
    found = groups()
    assert list(found) == GROUPS
    assert all(len(skills) >= 3 for skills in found.values())
    assert len(SKILLS) == sum(map(len, found.values())), "a title stands twice"


def test_the_page_says_how_many_skills_there_are():
    assert len(SKILLS) == 30
    assert "Thirty skills" in PAGE.read_text()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("title", SKILLS)
def test_a_skill_has_each_part_once(title, part):
    assert len(re.findall(PARTS[part], SKILLS[title])) == 1


@pytest.mark.parametrize("title", SKILLS)
def test_a_skill_is_shown_by_an_exercise_or_a_lesson_that_exists(title):
    places = linked(SKILLS[title])
    assert places
    assert all(place.is_file() and place.suffix == ".ipynb" for place in places)
    assert {place.relative_to(ROOT).parts[0] for place in places} <= {"exercises", "chapters"}


@pytest.mark.parametrize("exercise", manifest.exercises())
def test_every_exercise_shows_a_skill(exercise):
    assert ROOT / "exercises" / f"{exercise}.ipynb" in linked("".join(SKILLS.values()))


@pytest.mark.parametrize(
    "page",
    [
        "skills.md",
        "resources.md",
        *(f"cheat-sheets/{one.name}" for one in PAGE.parent.glob("cheat-sheets/*.md")),
    ],
)
def test_every_link_into_the_repository_leads_to_a_file(page):
    path = PAGE.parent / page
    targets = [one for one in re.findall(r"\]\(([^)#\s]+)", path.read_text()) if "://" not in one]
    assert targets
    assert all((path.parent / one).is_file() for one in targets)


# ---------------------------------------------------------------------------------------- resources

ENTRIES = re.split(r"^- ", (PAGE.parent / "resources.md").read_text(), flags=re.MULTILINE)[1:]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: re.match(r"\[(.+?)\]", entry)[1])
def test_a_resource_has_an_address_a_reason_and_a_day(entry):
    entry = entry.split("\n## ")[0]
    assert re.fullmatch(
        r"\[[^\]]+\]\(https?://[^)\s]+\)\. \S.+ \(2026-\d\d-\d\d\)", " ".join(entry.split())
    )


def test_no_resource_stands_twice():
    addresses = [re.search(r"\]\((\S+)\)", entry)[1] for entry in ENTRIES]
    assert len(ENTRIES) > 30
    assert len(set(addresses)) == len(addresses)
