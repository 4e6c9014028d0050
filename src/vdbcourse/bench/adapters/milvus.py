"""Milvus, through pymilvus: Milvus Lite, the standalone server of the course, or the server of
MILVUS_URI.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pymilvus import DataType, MilvusClient, MilvusException
from pymilvus.milvus_client import IndexParams

from vdbcourse import engines
from vdbcourse.bench import index_files
from vdbcourse.bench.adapters.base import Adapter, Hit, Row

METRICS = {"cosine": "COSINE", "l2": "L2", "inner_product": "IP"}
BATCH = 5_000  # rows a call: a call may hold 64 MB, https://milvus.io/docs/limitations.md


class Milvus(Adapter):
    """A collection with a FLAT index, and HNSW instead once it is built."""

    errors = (MilvusException,)

    def __init__(
        self, space: str, name: str, key: str, uri: str, title: str, files: Path | None = None
    ) -> None:
        self.key, self.title = key, title
        self.files = files  # the folder of the server's data, where it is on this machine
        self.client = MilvusClient(uri, token=engines.milvus_token())
        self.name = engines.collection(space, name)

    def create(self, dimension: int, metric: str = "cosine") -> None:
        self.metric = METRICS[metric]
        self.client.drop_collection(self.name)
        schema = self.client.create_schema(auto_id=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        schema.add_field("year", DataType.INT64)
        self.client.create_collection(self.name, schema=schema, index_params=self.index("FLAT", {}))

    def insert(self, rows: Sequence[Row]) -> None:
        for batch in _batches(rows):
            self.client.insert(self.name, batch)

    def upsert(self, rows: Sequence[Row]) -> None:
        for batch in _batches(rows):
            self.client.upsert(self.name, batch)

    def delete(self, ids: Sequence[int]) -> None:
        self.client.delete(self.name, ids=list(ids))

    def get(self, ids: Sequence[int]) -> dict[int, np.ndarray]:
        rows = self.client.get(
            self.name, ids=list(ids), output_fields=["vector"], consistency_level="Strong"
        )
        return {row["id"]: np.asarray(row["vector"], dtype=np.float32) for row in rows}

    def search(
        self,
        query: np.ndarray,
        k: int,
        where: tuple[str, int] | None = None,
        ef: int | None = None,
        fresh: bool = True,
    ) -> list[Hit]:
        options: dict[str, Any] = {}
        if where:
            options["filter"] = f"{where[0]} == {int(where[1])}"
        if ef is not None:
            options["search_params"] = {"params": {"ef": ef}}
        if fresh:
            options["consistency_level"] = "Strong"
        query = np.asarray(query, dtype=np.float32)
        hits = self.client.search(self.name, [query], limit=k, output_fields=["id"], **options)[0]
        return [Hit(hit["id"], hit["distance"]) for hit in hits]

    def count(self) -> int:
        rows = self.client.query(
            self.name, filter="", output_fields=["count(*)"], consistency_level="Strong"
        )
        return int(rows[0]["count(*)"])

    def settle(self) -> None:
        # Growing segments are sealed, so that an index can be built on them.
        self.client.flush(self.name)
        self.count()

    def build_index(self) -> None:
        before = self.index_files()
        self.client.release_collection(self.name)
        self.client.drop_index(self.name, "vector")
        parameters = {"M": self.m, "efConstruction": self.ef_construction}
        self.client.create_index(self.name, self.index("HNSW", parameters))
        self.client.load_collection(self.name)
        self.built = self.index_files() - before

    def built_with(self) -> dict[str, int] | None:
        index = self.client.describe_index(self.name, "vector")
        return {"m": int(index.get("M", 0)), "ef_construction": int(index.get("efConstruction", 0))}

    def index_bytes(self) -> int | None:
        return sum(path.stat().st_size for path in self.built) if self.files else None

    def index_files(self) -> set[Path]:
        """The files of HNSW indexes of Milvus Lite, or of this collection's index on the standalone
        server.
        """
        if self.key == "milvus-standalone":
            return set(index_files.of(self.client, self.name))
        return set(self.files.rglob("*.hnsw.idx")) if self.files else set()

    def drop(self) -> None:
        self.client.drop_collection(self.name)
        self.client.close()

    def index(self, index_type: str, parameters: dict[str, int]) -> IndexParams:
        """Index parameters for the field `vector`."""
        described = self.client.prepare_index_params()
        described.add_index(
            "vector", index_type=index_type, metric_type=self.metric, params=parameters
        )
        return described


def _batches(rows: Sequence[Row]) -> list[list[dict[str, Any]]]:
    """`rows` as Milvus takes them: lists of dicts."""
    entities = [{"id": row.id, "vector": row.vector, "year": row.year} for row in rows]
    return [entities[start : start + BATCH] for start in range(0, len(entities), BATCH)]
