"""`vdbcourse author glossary`: chapters/glossary.md, generated from the terms."""

import sys

from vdbcourse import glossary
from vdbcourse.files import write_atomically
from vdbcourse.glossary import page


def run(check: bool) -> int:
    """Write the page; with `check`, only say whether it is up to date; 1 if it is not."""
    text = page.text(glossary.terms())
    if not check:
        write_atomically(page.path(), text.encode())
        print(f"chapters/{page.path().name}: {len(glossary.terms())} terms")
        return 0
    if page.path().is_file() and page.path().read_text(encoding="utf-8") == text:
        return 0
    print(
        f"chapters/{page.path().name} is out of date. Write it: ./course author glossary",
        file=sys.stderr,
    )
    return 1
