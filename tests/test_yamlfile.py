"""Files that people edit are refused with file, line and what is wrong."""

import json

import pytest

from vdbcourse import yamlfile
from vdbcourse.errors import CourseError

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "day"],
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z]+$", "description": "small letters"},
            "day": {"type": "string", "format": "date", "description": "a day"},
            "kind": {"enum": ["lesson", "exercise"]},
            "points": {"type": "integer", "minimum": 1},
            "words": {"type": "array", "uniqueItems": True, "maxItems": 3},
            "sizes": {
                "type": "object",
                "propertyNames": {"pattern": "^[a-z]+$", "description": "small letters"},
            },
        },
    },
}
GOOD = """\
- id: first
  day: 2026-11-21
- id: second
  day: 2026-11-22
  kind: lesson
  points: 2
  words: [a, b]
  sizes: {small: 1}
"""


@pytest.fixture
def read(tmp_path):
    """Read a text as a file with the schema above."""
    schema = tmp_path / "file.schema.json"
    schema.write_text(json.dumps(SCHEMA))

    def read(text):
        path = tmp_path / "file.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return yamlfile.read(path, schema)

    return read


def test_a_file_in_order_is_read_with_its_lines_and_a_date_stays_a_text(read):
    document = read(GOOD)
    assert document.data[0] == {"id": "first", "day": "2026-11-21"}
    assert document.lines[1, "words", 1] == document.lines[1, "words"] == 7
    assert document.where((1, "kind")) == "file.yaml, line 5"
    problem = document.problem((1, "words", 0), "no such word.")
    assert str(problem) == "file.yaml, line 7: second > words > 1: no such word."


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  day: 2026-11-21\n", "", "line 1: first: the field `day` is missing."),
        ("kind", "kid", "line 5: second > kid: unknown field. Did you mean 'kind'? There are: id,"),
        ("id: second", "id: [s]", "line 3: 2 > id: must be text (in quotes if it looks like"),
        ("id: second", "id: 2nd", "line 3: 2nd > id: must be small letters, not '2nd'."),
        ("2026-11-22", "2026-02-30", "line 4: second > day: must be a day, not '2026-02-30'."),
        (
            "lesson",
            "lessons",
            'line 5: second > kind: must be "lesson", "exercise", not \'lessons\'. Did you mean',
        ),
        ("points: 2", "points: 0", "line 6: second > points: must be at least 1, not 0."),
        ("points: 2", "points: yes", "line 6: second > points: must be a whole number, not True."),
        ("[a, b]", "[a, a]", "line 7: second > words: must be a list without duplicates"),
        ("[a, b]", "[a, b, c, d]", "line 7: second > words: 4 entries; at most 3."),
        ("small:", "S:", "line 8: second > sizes > S: the name must be small letters."),
        ("kind:", "id: third\n  kind:", "line 5: third > id: is given twice, first in line 3."),
        (GOOD, "a: 1\n", "line 1: must be a list, not {'a': 1}."),
        (GOOD, "", "line 1: the file is empty."),
        ("[a, b]", "[a, b", "line 8: this is not YAML: "),
        ("[a, b]", "!!python/name:os.system", "line 7: this is not YAML: could not determine"),
        ("[a, b]", "{[a]: b}", "line 7: this is not YAML: found unhashable key"),
    ],
)
def test_a_file_that_is_not_in_order_is_refused_with_its_line(read, old, new, message):
    assert old in GOOD
    with pytest.raises(CourseError) as error:
        read(GOOD.replace(old, new))
    assert str(error.value).startswith(f"file.yaml, {message}"), error.value


def test_a_file_that_is_not_there_or_no_text_is_named(read, tmp_path):
    with pytest.raises(CourseError, match=r"nowhere\.yaml does not exist\."):
        yamlfile.read(tmp_path / "nowhere.yaml", tmp_path / "file.schema.json")
    with pytest.raises(CourseError, match=r"file\.yaml is not UTF-8 text\."):
        read(b"- id: \xff")


def test_problems_of_several_files_come_in_order_and_at_most_ten_of_them(read, tmp_path):
    read(GOOD)
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text("- id: x\n" * 6)
    paths = [path for path in yamlfile.files(tmp_path) if path.stem != "file"]
    with pytest.raises(CourseError) as error:
        yamlfile.read_all(paths, tmp_path / "file.schema.json")
    lines = str(error.value).splitlines()
    assert [line.partition(": ")[0] for line in lines[:-1]] == [
        *(f"a.yaml, line {number}" for number in range(1, 7)),
        *(f"b.yaml, line {number}" for number in range(1, 5)),
    ]
    assert lines[-1] == "and 2 more."
