"""`vdbcourse reset`: remove what the course made and nothing else."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from vdbcourse import settings
from vdbcourse.engines import (
    configured,
    docker_stack,
    milvus_in_use,
    old_spaces,
    spaces,
    supervisor,
)
from vdbcourse.engines.local import postgres
from vdbcourse.errors import CourseError

FILES = {
    "postgres": "the embedded PostgreSQL with every table in it",
    "postgres.part": "a database that was half made",
    "postgres.part.password": "its password",
    "milvus-lite": "Milvus Lite with every collection in it",
    "milvus": "Milvus Lite with every collection in it, from when its folder had that name",
    "milvus-standalone": "Milvus standalone with every collection in it",
    "cache": "cached embeddings",
    "logs": "logs",
    "run": "notes on running engines",
    "jupyter": "the arrangement of JupyterLab's tabs",
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
    remove: Callable[[], None]


def run(yes: bool, progress: bool) -> None:
    """List what would go, ask, remove."""
    if supervisor.Lease().others():
        raise CourseError(
            "A lab is running and uses these engines. Stop it first (Ctrl-C in its terminal), then:"
            " ./course reset"
        )
    items = elsewhere() + here(progress)
    if not items:
        leave_home()
        print("There is nothing to remove.")
        return
    print("This removes:")
    for item in items:
        print(f"- {item.what}")
    if not yes and not agreed():
        print("Nothing was removed.")
        return
    for name in supervisor.ENGINES:
        supervisor.down(name)
    for item in items:
        item.remove()
    leave_home()
    print("Removed.")


def agreed() -> bool:
    """Ask. Raises `CourseError` if there is nobody to answer."""
    try:
        return typer.confirm("Remove all of it?")
    except typer.Abort as error:
        raise CourseError(
            "Nobody answered, so nothing was removed. To remove it without a question: ./course"
            " reset --yes"
        ) from error


def here(progress: bool) -> list[Item]:
    """Files and folders on this machine, by the names the course gives them."""
    home = settings.home_path()
    names = FILES | (PROGRESS if progress else {})
    found = [
        Item(
            f"the stack {docker_stack.PROJECT} in Docker: containers, and volumes with every"
            " collection in them",
            docker_stack.remove,
        )
    ]
    found = found if docker_stack.secrets_path().exists() else []
    found += [
        Item(f"{home / name}: {what}", remover(home / name))
        for name, what in names.items()
        if (home / name).exists()
    ]
    for path in home.glob("progress.damaged-*") if progress else ():
        found.append(Item(f"{path}: an older progress file that could not be read", remover(path)))
    if (home / "postgres").exists() and hasattr(postgres.os, "geteuid"):
        sockets = postgres.socket_folder(home / "postgres")
        found.append(Item(f"{sockets}: the folder of PostgreSQL's socket", remover(sockets)))
    return found


def elsewhere() -> list[Item]:
    """Schemas and collections on servers that DATABASE_URL and MILVUS_URI name. Raises
    `CourseError` if one does not answer.
    """
    items = []
    if url := settings.database_url():
        configured.check_postgres(url)
        for schema in sorted({*spaces.schemas(url), *old_spaces.schemas(url)}):
            items.append(
                Item(
                    f"schema {schema} in {configured.without_password(url)}",
                    lambda s=schema: spaces.drop_schema(url, s),
                )
            )
    if (there := milvus_in_use.milvus()) and any(
        (settings.home_path() / note).exists() for note in (spaces.NOTE, old_spaces.NOTE)
    ):
        uri = there.checked().uri
        from pymilvus import MilvusClient

        client = MilvusClient(uri, token=there.token)
        names = client.list_collections()
        mine = (
            spaces.noted_collections(uri)
            .intersection(names)
            .union(old_spaces.collections(uri, names))
        )
        for name in sorted(mine):
            items.append(
                Item(f"collection {name} in {uri}", lambda n=name: client.drop_collection(n))
            )
    return items


def remover(path: Path) -> Callable[[], None]:
    """What removes `path`, file or folder."""

    def remove() -> None:
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise CourseError(
                f"{error.filename or path} cannot be removed: {error.strerror}. Mend its rights and"
                " run it again."
            ) from error

    return remove


def leave_home() -> None:
    """Remove the folder itself if nothing but the course's mark is left in it."""
    home = settings.home_path()
    rest = {path.name for path in home.iterdir()} if home.exists() else set()
    if rest == {settings.MARKER}:
        (home / settings.MARKER).unlink()
        home.rmdir()
