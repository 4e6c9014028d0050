"""`vdbcourse author architecture`: the rooms and their order in docs/architecture.md."""

import sys

from vdbcourse.authoring import architecture
from vdbcourse.files import write_atomically


def run(check: bool) -> int:
    """Write the page; with `check`, only say whether it is up to date; 1 if it is not."""
    text = architecture.page()
    if not check:
        write_atomically(architecture.path(), text.encode())
        print("docs/architecture.md: written")
        return 0
    if architecture.path().read_text(encoding="utf-8") == text:
        return 0
    print("docs/architecture.md is out of date. Run: ./course author architecture", file=sys.stderr)
    return 1
