"""Run notebooks top to bottom in a fresh kernel and store their outputs: `./course author store
[NOTEBOOK]...`

Without names, all notebooks of chapters/ and solutions/ are run. (Those of exercises/ are generated
by `./course author exercises`.) Only this program stores them, so that execution counts, metadata
and outputs have one form and do not depend on the machine: it uses its own engines and folder.
"""

import importlib.util
import os
import re
import shutil
import tempfile
from pathlib import Path

import nbclient
import nbformat

from vdbcourse import settings
from vdbcourse.authoring.exercise_notebook import METADATA
from vdbcourse.authoring.site import stale_outputs

PROGRESS = re.compile(r" \d+ of \d+ lessons\.")  # in the words of lessons.finish


def run(paths: list[Path]) -> None:
    """Run each notebook twice: the first run fills the embedding cache, the second one's outputs
    are stored.

    The second run finds no progress, as on a learner's first day.
    """
    paths = [path.resolve() for path in paths] or [
        *settings.root().glob("chapters/*.ipynb"),
        *sorted(settings.root().glob("chapters/[0-9]*/*.ipynb")),
        *sorted(settings.root().glob("solutions/*.ipynb")),
    ]
    from vdbcourse import progress  # noqa: PLC0415

    cache = settings.home_path() / "cache"  # the author's own, so that no text is embedded twice
    settings.forget()
    with tempfile.TemporaryDirectory(prefix="vdbcourse-") as home:
        os.environ |= {"VDBCOURSE_HOME": home, "VDBCOURSE_LEARNER": "you", "TQDM_DISABLE": "1"}
        if cache.is_dir():
            shutil.copytree(cache, settings.home() / "cache")
        from vdbcourse.engines import supervisor  # noqa: PLC0415

        try:
            # the lessons that can use the Milvus server show it
            if importlib.util.find_spec("milvus") and any(
                "standalone" in path.read_text() for path in paths
            ):
                supervisor.up("milvus-standalone")
            for path in paths:
                executed(path)
                progress.progress_file().unlink(missing_ok=True)
                store(executed(path), path)
        finally:
            for name in supervisor.ENGINES:
                supervisor.down(name)


def executed(path: Path) -> nbformat.NotebookNode:
    """One run in a fresh kernel; an error in a cell ends it with that cell's traceback."""
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    return client.execute()


def store(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write the notebook with a note on the code that was run.

    Only the course's own metadata and the tags of cells stay. The answer to a Predict box is
    folded. The reader's progress in the course is removed from the outputs.
    """
    own = notebook.metadata.get(stale_outputs.NOTE, {})
    notebook.metadata = nbformat.from_dict(
        {**METADATA, stale_outputs.NOTE: {**own, **stale_outputs.note(notebook)}}
    )
    predicted = answered = False
    for cell in notebook.cells:
        metadata = {"tags": tags} if (tags := cell.metadata.get("tags")) else {}
        if cell.cell_type == "markdown":
            is_question = "**Predict.**" in cell.source
            predicted, answered = (
                is_question or (predicted and not answered),
                answered and not is_question,
            )
        elif predicted:  # up to the prose that explains it
            metadata["jupyter"] = {"outputs_hidden": True}
            answered = True
        cell.metadata = nbformat.from_dict(metadata)
        forget_progress(cell)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)
    print(
        f"{path.relative_to(settings.root())}:"
        f" {sum(cell.cell_type == 'code' for cell in notebook.cells)} code cells"
    )


def forget_progress(cell: nbformat.NotebookNode) -> None:
    """Remove "1 of 31 lessons" from a cell's outputs: it applies to one reader on one day."""
    for output in cell.get("outputs", []):
        if "text" in output:
            output.text = PROGRESS.sub("", output.text)
        for kind, text in output.get("data", {}).items():
            if kind.startswith("text/"):
                output.data[kind] = PROGRESS.sub("", text)
