"""Qdrant, through qdrant-client: its local mode inside the program, or the server of QDRANT_URL."""

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from vdbcourse import engines, settings
from vdbcourse.bench.adapters.base import Adapter, Hit, Row
from vdbcourse.engines import processes

METRICS = {
    "cosine": models.Distance.COSINE,
    "l2": models.Distance.EUCLID,
    "inner_product": models.Distance.DOT,
}
BATCH = 500
INDEX_SECONDS = 600


class Qdrant(Adapter):
    """A collection of points. A server indexes in the background; the local mode compares with
    every point.
    """

    key = "qdrant"
    errors = (UnexpectedResponse, ValueError)  # the local mode raises ValueError

    def __init__(self, space: str, name: str) -> None:
        self.local = engines.qdrant() == ":memory:"
        self.client = QdrantClient(engines.qdrant(), api_key=engines.qdrant_api_key())
        self.name = f"{settings.learner()}_{space}_{name}"
        self.ann_index = None if self.local else "HNSW"
        self.title = (
            f"Qdrant local mode {version('qdrant-client')}"
            if self.local
            else f"Qdrant {self.client.info().version}"
        )

    def create(self, dimension: int, metric: str = "cosine") -> None:
        self.client.delete_collection(self.name)
        exact = models.HnswConfigDiff(m=0)  # no graph until build_index asks for one
        vectors = models.VectorParams(size=dimension, distance=METRICS[metric], hnsw_config=exact)
        self.client.create_collection(self.name, vectors_config=vectors)

    def insert(self, rows: Sequence[Row]) -> None:
        self.upsert(rows)  # Qdrant has one call for both

    def upsert(self, rows: Sequence[Row]) -> None:
        points = [
            models.PointStruct(
                id=row.id, vector=list(map(float, row.vector)), payload={"year": row.year}
            )
            for row in rows
        ]
        for start in range(0, len(points), BATCH):
            self.client.upsert(self.name, points[start : start + BATCH])

    def delete(self, ids: Sequence[int]) -> None:
        self.client.delete(self.name, points_selector=list(ids))

    def get(self, ids: Sequence[int]) -> dict[int, np.ndarray]:
        points = self.client.retrieve(self.name, list(ids), with_vectors=True)
        return {int(point.id): np.asarray(point.vector, dtype=np.float32) for point in points}

    def search(
        self,
        query: np.ndarray,
        k: int,
        where: tuple[str, int] | None = None,
        ef: int | None = None,
        fresh: bool = True,
    ) -> list[Hit]:
        condition = None
        if where is not None:
            match = models.FieldCondition(
                key=where[0], match=models.MatchValue(value=int(where[1]))
            )
            condition = models.Filter(must=[match])
        reply = self.client.query_points(
            self.name,
            query=np.asarray(query, dtype=np.float32),
            limit=k,
            query_filter=condition,
            search_params=models.SearchParams(hnsw_ef=ef) if ef is not None else None,
            with_payload=False,
        )
        return [Hit(int(point.id), point.score) for point in reply.points]

    def count(self) -> int:
        return self.client.count(self.name, exact=True).count

    def settle(self) -> None:
        self.count()  # an upsert waits for its result, so there is nothing left to wait for

    def build_index(self) -> None:
        graph = models.HnswConfigDiff(m=self.m, ef_construct=self.ef_construction)
        everything = models.OptimizersConfigDiff(indexing_threshold=1)
        self.client.update_collection(self.name, hnsw_config=graph, optimizers_config=everything)
        if not self.local and not processes.wait_until(self.is_indexed, INDEX_SECONDS):
            raise TimeoutError(f"Qdrant did not finish its index within {INDEX_SECONDS} s")

    def built_with(self) -> dict[str, int] | None:
        graph = self.client.get_collection(self.name).config.hnsw_config
        return {"m": graph.m, "ef_construction": graph.ef_construct}

    def is_indexed(self) -> bool:
        """Has the server no work left on this collection?"""
        return self.client.get_collection(self.name).status == models.CollectionStatus.GREEN

    def drop(self) -> None:
        self.client.delete_collection(self.name)
        self.client.close()
