"""Are the outputs in a notebook those of the code beside them?

`./course author store` notes a hash of the code of each cell it ran. A cell whose code changed
afterwards shows outputs that are not its own, and so may every cell below it.
"""

import hashlib

from nbformat import NotebookNode

from vdbcourse.authoring.site.repository_links import Broken, line_of

NOTE = "vdbcourse"  # in the notebook's metadata: {"vdbcourse": {"ran": {cell id: hash}}}


def note(notebook: NotebookNode) -> dict[str, dict[str, str]]:
    """What to note in the metadata of a notebook that was run just now."""
    return {"ran": {cell.id: digest(cell) for cell in notebook.cells if cell.cell_type == "code"}}


def digest(cell: NotebookNode) -> str:
    """Hash of a cell's code."""
    return hashlib.sha256(cell.source.encode()).hexdigest()[:12]


def faults(path: str, text: str, notebook: NotebookNode) -> list[Broken]:
    """The cells of the notebook file `path` (its `text`) that were not run, or changed after they
    were.
    """
    ran = notebook.metadata.get(NOTE, {}).get("ran", {})
    remedy = f"Run: ./course author store {path}"
    if not ran:
        return [
            Broken(
                path,
                1,
                "the notebook has no note of the code that was run, so its outputs may be old."
                f" {remedy}",
            )
        ]
    found = []
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        line = line_of(text, f'"id": "{cell.id}"')
        if cell.execution_count is None or cell.id not in ran:
            found.append(
                Broken(
                    path,
                    line,
                    f"code cell {number} was not run, so the page would lack its output. {remedy}",
                )
            )
        elif ran[cell.id] != digest(cell):
            found.append(
                Broken(path, line, f"code cell {number} is newer than its output. {remedy}")
            )
    return found
