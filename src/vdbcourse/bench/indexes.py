"""The same texts under one index type after another, in one Milvus server: build time, size, recall
and latency by effort.

    work = indexes.text_work(24_000)
    name = engines.collection("07_index_types_measured", "films")
    frame = indexes.measure_indexes(client, name, work)

The client is pymilvus' own. Lesson 3_milvus/07 does these steps by hand; the tests of `sizing` and
`index_chooser` rest on them.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from pymilvus import DataType, MilvusClient

from vdbcourse import datasets, measure
from vdbcourse.bench import index_files
from vdbcourse.bench.workload import K, Work, against_plots
from vdbcourse.errors import CourseError

ROWS = 24_000  # texts to search in, unless told otherwise
BATCH = 4_000  # rows a call: a call may hold 64 MB, https://milvus.io/docs/limitations.md
BUILD_SECONDS = 600
WARM_UP = 10  # searches before the clock runs


@dataclass(frozen=True)
class Kind:
    """An index to build, and the efforts to search it with: `effort` is the search parameter that
    `efforts` are values of.
    """

    index_type: str
    build: Mapping[str, int | bool] = field(default_factory=dict)
    effort: str | None = None
    efforts: tuple[int, ...] = ()
    search: Mapping[str, int] = field(default_factory=dict)  # search parameters that stay the same
    # candidates to fetch and to order anew by whole vectors; 0: take the hits as they come
    rerank: int = 0

    def ways(self) -> list[tuple[int | None, dict[str, int]]]:
        """Each effort with all its search parameters."""
        if self.effort is None:
            return [(None, dict(self.search))]
        return [(value, {**self.search, self.effort: value}) for value in self.efforts]


EF = (16, 32, 64, 128, 256)
NPROBE = (4, 16, 32, 64, 128, 256)
NLIST = 512
KINDS = {
    "FLAT": Kind("FLAT"),
    "HNSW": Kind("HNSW", {"M": 16, "efConstruction": 100}, "ef", EF),
    "IVF_FLAT": Kind("IVF_FLAT", {"nlist": NLIST}, "nprobe", NPROBE),
    "IVF_SQ8": Kind("IVF_SQ8", {"nlist": NLIST}, "nprobe", NPROBE),
    "IVF_PQ": Kind("IVF_PQ", {"nlist": NLIST, "m": 24}, "nprobe", NPROBE),
    "SCANN": Kind("SCANN", {"nlist": NLIST}, "nprobe", NPROBE, {"reorder_k": 100}),
}


def text_work(n_rows: int = ROWS, n_queries: int = 200) -> Work:
    """The first `n_rows` of `datasets.film_texts` as rows, plots spread over the years as
    questions; truth by cosine.

    Raises `CourseError` for fewer rows than are asked for, or for more questions than there are
    plots.
    """
    texts, plots = datasets.film_texts(), len(datasets.film_plots())
    if not K <= n_rows <= len(texts) or not 1 <= n_queries <= plots:
        raise CourseError(
            f"{n_rows:,} rows and {n_queries:,} questions cannot be compared: {K} to {len(texts):,}"
            f" rows, 1 to {plots} questions."
        )
    texts = texts.head(n_rows)
    return against_plots(f"{n_rows:,} film texts", texts, texts.text.tolist(), n_queries)


def measure_indexes(
    client: MilvusClient,
    name: str,
    work: Work,
    kinds: Mapping[str, Kind] = KINDS,
    done: Callable[[pd.DataFrame], object] = lambda frame: None,
) -> pd.DataFrame:
    """Store `work` once in the collection `name` (made anew, dropped at the end), then build and
    search one kind after another.

    One row for each kind and effort: `index`, `effort`, `recall@10`, `p50 ms`, `p95 ms`, `build s`,
    `index MB` (10^6 bytes before the compression of the file; NaN where the server's files are not
    on this machine, or the index has none), `file MB`, `segments`. Searches go out one at a time;
    `done` gets the rows of each kind when it is measured. Raises `CourseError` if an index is not
    built within ten minutes.
    """
    _store(client, name, work)
    frames = []
    for label, kind in kinds.items():
        seconds, files = build(client, name, kind)
        client.load_collection(name)
        frame = pd.DataFrame(
            [_searched(client, name, work, kind, value, way) for value, way in kind.ways()]
        )
        sizes = {
            "index MB": index_files.original_bytes(files),
            "file MB": sum(path.stat().st_size for path in files),
        }
        frame.insert(0, "index", label)
        frame["build s"] = seconds
        for column, size in sizes.items():
            frame[column] = size / 1e6 if files else np.nan
        frame["segments"] = len(client.list_persistent_segments(name))
        frames.append(frame)
        done(frame)
        client.release_collection(name)
        client.drop_index(name, "vector")
    client.drop_collection(name)
    return pd.concat(frames, ignore_index=True)


def _store(client: MilvusClient, name: str, work: Work) -> None:
    """Make the collection anew and flush the rows, so that indexes are built on sealed segments."""
    client.drop_collection(name)
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=work.dimension)
    schema.add_field("year", DataType.INT64)
    client.create_collection(name, schema=schema)
    for start in range(0, len(work.rows), BATCH):
        batch = work.rows[start : start + BATCH]
        client.insert(
            name, [{"id": row.id, "vector": row.vector, "year": row.year} for row in batch]
        )
    client.flush(name)


def build(client: MilvusClient, name: str, kind: Kind) -> tuple[float, list[Path]]:
    """Build the index; seconds until no row is pending, and the files it made."""
    params = client.prepare_index_params()
    params.add_index(
        "vector", index_type=kind.index_type, metric_type="COSINE", params=dict(kind.build)
    )
    started = time.perf_counter()
    client.create_index(name, params, timeout=BUILD_SECONDS)
    wait_until_built(client, name)
    return time.perf_counter() - started, index_files.of(client, name)


def wait_until_built(client: MilvusClient, name: str) -> None:
    """Return when no row of the collection waits for its index. Raises `CourseError` after ten
    minutes.
    """
    deadline = time.monotonic() + BUILD_SECONDS
    while _pending(client, name):
        if time.monotonic() > deadline:
            raise CourseError(
                f"The index of {name} was not built within {BUILD_SECONDS} s. Look at the server:"
                " ./course status"
            )
        time.sleep(0.05)


def _pending(client: MilvusClient, name: str) -> bool:
    """Are there rows without index?"""
    index = client.describe_index(name, "vector")
    return bool(index["state"] != "Finished" or index["pending_index_rows"] > 0)


def _searched(
    client: MilvusClient, name: str, work: Work, kind: Kind, value: int | None, way: dict[str, int]
) -> dict[str, float | int | None]:
    """Recall and latency of all questions, one at a time."""
    ids_found: list[list[int]] = []
    vectors = {row.id: row.vector for row in work.rows}

    def search(query: np.ndarray) -> None:
        hits = ids(client, name, query, kind.rerank or K, way)
        ids_found.append(nearest(query, hits, vectors) if kind.rerank else hits)

    for query in work.query_vectors[:WARM_UP]:
        search(query)
    ids_found.clear()
    latency = measure.latency_percentiles(
        measure.time_calls(search, work.query_vectors, warm_up=0), (50, 95)
    )
    recall = measure.recall_at_k(ids_found, work.truth, K)
    return {
        "effort": value,
        "recall@10": recall,
        "p50 ms": latency["p50_ms"],
        "p95 ms": latency["p95_ms"],
    }


def ids(
    client: MilvusClient, name: str, query: np.ndarray, limit: int, way: dict[str, int]
) -> list[int]:
    """Ids of the hits.

    The vectors are not asked for: when its index holds them as codes (IVF_SQ8, IVF_PQ), the server
    2.3.5 of the wheel deletes its stored file of them as it reads it, and can build no index on the
    segment again.
    """
    return [
        hit["id"]
        for hit in client.search(name, [query], limit=limit, search_params={"params": way})[0]
    ]


def nearest(query: np.ndarray, hits: list[int], vectors: Mapping[int, np.ndarray]) -> list[int]:
    """The nearest K of `hits` by their whole vectors, which have length 1."""
    similarity = np.stack([vectors[hit] for hit in hits]) @ query
    return [hits[i] for i in np.argsort(-similarity, kind="stable")[:K]]
