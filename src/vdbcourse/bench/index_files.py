"""The files that hold the indexes of a collection on the package's own server, and what they hold
before compression.
"""

import re
from pathlib import Path

from pymilvus import MilvusClient

from vdbcourse.engines import supervisor

HEAD = 4096  # bytes at the start of a file, in which the size is noted
ORIGINAL_SIZE = re.compile(rb'"original_size":"(\d+)"')


def of(client: MilvusClient, name: str) -> list[Path]:
    """The files of the newest index of each segment of the collection `name`; empty for another
    server.

    The package's own keeps them as `index_files/BUILD/VERSION/PARTITION/SEGMENT/FILE`; those of a
    dropped index stay for a while.
    """
    folder = supervisor.data_folder("milvus-standalone") / "data" / "index_files"
    newest: dict[str, list[Path]] = {}
    for build in sorted(folder.glob("*"), key=lambda path: int(path.name)):
        for segment in build.glob("*/*/*"):
            newest[segment.name] = [path for path in segment.iterdir() if path.is_file()]
    return [
        path
        for segment in client.list_persistent_segments(name)
        for path in newest.get(str(segment.segment_id), [])
    ]


def original_bytes(files: list[Path]) -> int:
    """Bytes of the indexes in `files` before compression, as the server notes it in the head of
    each file.

    This many are loaded into memory; on disk the content is a compressed Parquet column.
    """
    total = 0
    for path in files:
        with path.open("rb") as file:
            head = file.read(HEAD)
        if match := ORIGINAL_SIZE.search(head):
            total += int(match[1])
    return total
