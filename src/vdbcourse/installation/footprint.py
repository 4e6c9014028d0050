"""Everything that the course has made, on this machine and on servers, and how to remove it."""

import functools
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vdbcourse import settings
from vdbcourse.engines import configured, old_spaces, spaces, supervisor
from vdbcourse.engines.docker.stacks import STACKS
from vdbcourse.errors import CourseError
from vdbcourse.installation import copies

# What is in the course's folder besides the data of the engines, which list their own files.
FILES = {
    "cache": "cached embeddings",
    "logs": "logs",
    "run": "notes on running engines",
    "jupyter": "the layout of JupyterLab's tabs",
    "milvus-collections.json": "notes on collections made elsewhere",
    "milvus-collections.lock": "a lock",
    "milvus-prefixes.json": "notes on collections that an earlier version made elsewhere",
    "milvus-prefixes.lock": "a lock",
}
PROGRESS = {"progress.json": "which lessons and exercises are done", "progress.lock": "a lock"}


@dataclass(frozen=True)
class Item:
    """Something the course made, and how to remove it."""

    what: str
    remove: Callable[[], object]


def items(progress: bool) -> list[Item]:
    """What the course made; with `progress`, also the record of what is done.

    Raises `CourseError` if a server that a setting names does not answer.
    """
    return [*_schemas(), *_collections(), *_stacks(), *_files(progress), *_copies()]


def remove(items: list[Item]) -> None:
    """Stop the local engines and remove `items`. Raises `CourseError` if one cannot be removed."""
    for name in supervisor.ENGINES:
        supervisor.down(name)
    for item in items:
        item.remove()
    leave_home()


def leave_home() -> None:
    """Remove the course's folder itself if only the course's mark is left in it."""
    home = settings.home_path()
    rest = {path.name for path in home.iterdir()} if home.exists() else set()
    if rest == {settings.MARKER}:
        (home / settings.MARKER).unlink()
        home.rmdir()


def _schemas() -> list[Item]:
    """This learner's schemas on the server of DATABASE_URL. (A stack's are removed with its
    data.)
    """
    server = configured.postgres()
    if server is None or server.where == configured.DOCKER:
        return []
    server.version()
    return [
        Item(
            f"schema {schema} in {server.shown}",
            functools.partial(spaces.drop_schema, server.uri, schema),
        )
        for schema in sorted({*spaces.schemas(server.uri), *old_spaces.schemas(server.uri)})
    ]


def _collections() -> list[Item]:
    """This learner's collections on a Milvus that was recorded to hold some."""
    recorded = any(
        (settings.home_path() / note).exists() for note in (spaces.NOTE, old_spaces.NOTE)
    )
    server = configured.milvus()
    if server is None or not recorded:
        return []
    uri = server.checked_uri()
    from pymilvus import MilvusClient  # takes two seconds to import  # noqa: PLC0415

    client = MilvusClient(uri, token=server.token)
    names = client.list_collections()
    own = {*spaces.noted_collections(uri).intersection(names), *old_spaces.collections(uri, names)}
    return [
        Item(f"collection {name} in {uri}", functools.partial(client.drop_collection, name))
        for name in sorted(own)
    ]


def _stacks() -> list[Item]:
    return [
        Item(
            f"the stack {stack.project} in Docker: containers, and volumes with {stack.contents}"
            " in them",
            stack.remove,
        )
        for stack in STACKS.values()
        if stack.secrets_path().exists()
    ]


def _files(progress: bool) -> list[Item]:
    """Files and folders on this machine, by the names the course gives them."""
    home = settings.home_path()
    engines = supervisor.ENGINES.values()
    names = {name: what for engine in engines for name, what in engine.files.items()}
    names |= FILES | (PROGRESS if progress else {})
    paths = {home / name: what for name, what in names.items() if (home / name).exists()}
    for path in home.glob("progress.damaged-*") if progress else ():
        paths[path] = "an older progress file that could not be read"
    for engine in engines:
        paths |= engine.files_outside(supervisor.data_folder(engine.name))
    return [
        Item(f"{path}: {what}", functools.partial(_remove_path, path))
        for path, what in paths.items()
    ]


def _copies() -> list[Item]:
    """The learner's copies of notebooks that hold nothing of the learner's."""
    if not (unchanged := copies.unchanged()):
        return []
    what = f"{copies.folder()}: {len(unchanged)} copies of notebooks that you have not changed"
    return [Item(what, copies.remove_unchanged)]


def _remove_path(path: Path) -> None:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise CourseError(
            f"{error.filename or path} cannot be removed: {error.strerror}. Fix its permissions"
            " and try again."
        ) from error
