"""Weaviate, through its v4 client: the server of WEAVIATE_URL or of the comparison's
compose stack.
"""

from collections.abc import Sequence

import numpy as np
import weaviate
from weaviate.classes import config, data, query
from weaviate.util import generate_uuid5

from vdbcourse import engines, settings
from vdbcourse.bench.adapters.base import Engine, Hit, Row
from vdbcourse.errors import CourseError

METRICS = {
    "cosine": config.VectorDistances.COSINE,
    "l2": config.VectorDistances.L2_SQUARED,
    "inner_product": config.VectorDistances.DOT,
}


class Weaviate(Engine):
    """A collection that builds its HNSW graph while it is loaded; `ef` is a setting of the
    collection.
    """

    key = "weaviate"
    exact = False  # a collection has one index, and it is HNSW from the start

    def __init__(self, space: str, name: str) -> None:
        self.client = weaviate.connect_to_custom(
            **engines.weaviate(), auth_credentials=engines.weaviate_api_key(), skip_init_checks=True
        )
        self.name = f"{settings.learner()}_{settings.identifier(space)}_{name}".capitalize()
        self.title = f"Weaviate {self.client.get_meta()['version']}"

    def create(self, dimension: int, metric: str = "cosine") -> None:
        graph = config.Configure.VectorIndex.hnsw(
            distance_metric=METRICS[metric],
            max_connections=self.m,
            ef_construction=self.ef_construction,
        )
        fields = [
            config.Property(name=field, data_type=config.DataType.INT)
            for field in ("number", "year")
        ]
        own = config.Configure.Vectors.self_provided(vector_index_config=graph)
        self.client.collections.delete(self.name)
        self.collection = self.client.collections.create(
            self.name, vector_config=own, properties=fields
        )
        self.ef: int | None = None

    def insert(self, rows: Sequence[Row]) -> None:
        objects = [
            data.DataObject(
                {"number": row.id, "year": row.year},
                uuid=generate_uuid5(row.id),
                vector=list(map(float, row.vector)),
            )
            for row in rows
        ]
        for start in range(0, len(objects), 1_000):
            answer = self.collection.data.insert_many(objects[start : start + 1_000])
            if answer.has_errors:
                raise CourseError(
                    f"Weaviate refused a row: {next(iter(answer.errors.values())).message}"
                )

    def settle(self) -> None:
        """An insert is answered when its row is in the graph, unless the server was told to index
        later (ASYNC_INDEXING).
        """

    def build_index(self) -> None:
        """The graph was built while the rows came in."""

    def search(
        self,
        query_vector: np.ndarray,
        k: int,
        where: tuple[str, int] | None = None,
        ef: int | None = None,
        fresh: bool = True,
    ) -> list[Hit]:
        if ef is not None and ef != self.ef:
            graph = config.Reconfigure.VectorIndex.hnsw(ef=ef)
            self.collection.config.update(
                vector_config=config.Reconfigure.Vectors.update(vector_index_config=graph)
            )
            self.ef = ef
        reply = self.collection.query.near_vector(
            list(map(float, query_vector)),
            limit=k,
            filters=query.Filter.by_property(where[0]).equal(where[1]) if where else None,
            return_properties=["number"],
            return_metadata=query.MetadataQuery(distance=True),
        )
        return [_hit(row.properties["number"], row.metadata.distance) for row in reply.objects]

    def drop(self) -> None:
        self.client.collections.delete(self.name)
        self.client.close()


def _hit(number: object, distance: float | None) -> Hit:
    """One row of a reply, whose properties may be of any type; ours are whole numbers."""
    assert isinstance(number, int | float)
    assert distance is not None
    return Hit(int(number), distance)
