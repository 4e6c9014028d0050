"""All stacks that `./course up` can start in Docker."""

from vdbcourse.engines.docker import milvus, pgvector
from vdbcourse.engines.docker.stack import DockerStack

STACKS: dict[str, DockerStack] = {stack.name: stack for stack in (milvus.STACK, pgvector.STACK)}


def replacing(engine: str) -> DockerStack | None:
    """The stack that notebooks use, once it was started, in place of the local `engine`."""
    return next((stack for stack in STACKS.values() if stack.replaces.name == engine), None)
