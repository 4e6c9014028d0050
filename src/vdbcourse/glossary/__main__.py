"""`python -m vdbcourse.glossary` writes chapters/glossary.md; with `--check` it only says whether that is up to date."""

import argparse
import sys

from vdbcourse import glossary
from vdbcourse.errors import CourseError
from vdbcourse.files import write_atomically
from vdbcourse.glossary import page


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0, 1 if the page is out of date, 2 if the glossary is not in order."""
    parser = argparse.ArgumentParser(prog="python -m vdbcourse.glossary", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if the page is out of date")
    asked = parser.parse_args(arguments)
    try:
        return check() if asked.check else write()
    except CourseError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def write() -> int:
    """Write the page."""
    write_atomically(page.path(), page.text(glossary.terms()).encode())
    print(f"chapters/{page.path().name}: {len(glossary.terms())} terms")
    return 0


def check() -> int:
    """Say in one line if the page is not what it should be."""
    if page.path().is_file() and page.path().read_text(encoding="utf-8") == page.text(glossary.terms()):
        return 0
    print(f"chapters/{page.path().name} is out of date. Write it: python -m vdbcourse.glossary", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
