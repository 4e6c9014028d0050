"""Collections of the checks in Milvus.

name = engines.collection("check_03", "films")
data.milvus.collection(name, 2, [text("title", 500), integer("year")], rows)
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vdbcourse.grading.calls.codec import Handle

if TYPE_CHECKING:
    from pymilvus import MilvusClient


@dataclass(frozen=True)
class Field:
    """A field of a collection. type: as Milvus calls it, such as "INT64"; options: other arguments
    of `add_field`.
    """

    name: str
    type: str
    options: Mapping[str, Any] = field(default_factory=dict)


def text(name: str, longest: int, nullable: bool = False) -> Field:
    """A text of at most `longest` bytes."""
    return Field(name, "VARCHAR", {"max_length": longest, "nullable": nullable})


def integer(name: str, nullable: bool = False) -> Field:
    """A whole number of 64 bits."""
    return Field(name, "INT64", {"nullable": nullable})


class Milvus:
    """A Milvus with the check's own collections. `client` is for the learner's functions, `own` is
    the check's.
    """

    def __init__(self, uri: str) -> None:
        self.client = Handle("milvus", uri)

    @functools.cached_property
    def own(self) -> "MilvusClient":
        """The check's client."""
        from pymilvus import MilvusClient  # takes two seconds, and most checks need no Milvus  # noqa: PLC0415

        from vdbcourse import engines  # noqa: PLC0415

        return MilvusClient(self.client.address, token=engines.milvus_token())

    def collection(
        self,
        name: str,
        dim: int,
        fields: Sequence[Field] = (),
        rows: Iterable[Mapping[str, Any]] = (),
        index: str = "FLAT",
        metric: str = "COSINE",
        **parameters: Any,
    ) -> None:
        """Create the collection `name`, in place of an older one: `id` (INT64, the primary key),
        `fields`, `vector` (of `dim` numbers).

        It has an index (`parameters`: of the index, such as `M=16`), is loaded, and holds `rows`;
        its consistency level is Strong.
        """
        from pymilvus import DataType  # noqa: PLC0415

        self.drop(name)
        schema = self.own.create_schema()
        schema.add_field("id", DataType.INT64, is_primary=True)
        for extra in fields:
            schema.add_field(extra.name, DataType[extra.type], **extra.options)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        self.own.create_collection(name, schema=schema, consistency_level="Strong")
        indexes = self.own.prepare_index_params()
        options = {"params": parameters} if parameters else {}
        indexes.add_index("vector", index_type=index, metric_type=metric, **options)
        # otherwise pymilvus waits half a second before it checks whether that is done
        self.own.create_index(name, indexes, sync=False)
        self.own.load_collection(name)
        if content := [dict(row) for row in rows]:
            self.own.insert(name, content)

    def drop(self, *collections: str) -> None:
        """Remove these collections where they exist."""
        for name in collections:
            if self.own.has_collection(name):
                self.own.drop_collection(name)

    def close(self) -> None:
        """Close the check's client, if it was opened."""
        if "own" in self.__dict__:
            self.own.close()
