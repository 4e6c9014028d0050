"""Pinecone, through its own client: the cloud of PINECONE_API_KEY. Figures include the way there
and back.
"""

import time
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from pinecone import DenseVectorQuery, SchemaBuilder, SearchDocumentsResponse
from pinecone import Pinecone as Client

from vdbcourse import settings
from vdbcourse.bench.adapters.base import Engine, Hit, Row
from vdbcourse.errors import CourseError

METRICS = {"cosine": "cosine", "l2": "euclidean", "inner_product": "dotproduct"}
NAMESPACE = "bench"
SECONDS = 300


class Pinecone(Engine):
    """A document index. Its structure and effort cannot be chosen."""

    key = "pinecone"
    exact = False
    ann_index = "managed"

    def __init__(self, space: str, name: str) -> None:
        self.client = Client()  # reads PINECONE_API_KEY
        self.name = f"{settings.learner()}-{settings.identifier(space)}-{name}".replace("_", "-")[
            :45
        ].strip("-")
        self.title = f"Pinecone, client {version('pinecone')}"

    def create(self, dimension: int, metric: str = "cosine") -> None:
        self.drop_index()
        schema = (
            SchemaBuilder()
            .add_dense_vector_field("embedding", dimension=dimension, metric=METRICS[metric])
            .build()
        )
        self.dimension = dimension
        self.client.indexes.create(name=self.name, schema=schema, timeout=SECONDS)
        self.documents = self.client.index(self.name).documents

    def insert(self, rows: Sequence[Row]) -> None:
        documents = [
            {"_id": str(row.id), "year": row.year, "embedding": list(map(float, row.vector))}
            for row in rows
        ]
        self.loaded = self.documents.batch_upsert(
            namespace=NAMESPACE, documents=documents, show_progress=False
        )
        if self.loaded.has_errors:
            raise CourseError(f"Pinecone refused documents: {self.loaded.errors[0].error_message}")

    def settle(self) -> None:
        info, deadline = self.loaded.response_info, time.monotonic() + SECONDS
        written = info.lsn_committed if info else None
        while written is not None and not self.has_read(written):
            if time.monotonic() > deadline:
                raise CourseError(
                    f"Pinecone has not read our writes after {SECONDS} s. Try again later."
                )
            time.sleep(0.5)

    def build_index(self) -> None:
        """Pinecone indexes by itself."""

    def search(
        self,
        query: np.ndarray,
        k: int,
        where: tuple[str, int] | None = None,
        ef: int | None = None,
        fresh: bool = True,
    ) -> list[Hit]:
        matches = self.ask(query, k, where).matches
        return [Hit(int(match.id), float(match.score or 0)) for match in matches]

    def ask(
        self, query: np.ndarray, k: int, where: tuple[str, int] | None = None
    ) -> SearchDocumentsResponse:
        """The client's answer, which also says up to which write it has read."""
        near = DenseVectorQuery(field="embedding", values=list(map(float, query)))
        condition = {where[0]: {"$eq": where[1]}} if where else None
        return self.documents.search(
            namespace=NAMESPACE, top_k=k, score_by=[near], filter=condition
        )

    def has_read(self, written: int) -> bool:
        """Has the server read our writes up to this one?"""
        info = self.ask(np.eye(1, self.dimension)[0], 1).response_info
        return info is not None and info.is_reconciled(written)

    def drop(self) -> None:
        self.drop_index()
        self.client.close()

    def drop_index(self) -> None:
        """Remove the index, if there is one: it costs money as long as it exists."""
        if self.client.indexes.exists(self.name):
            self.client.indexes.delete(self.name)
