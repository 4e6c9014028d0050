"""Vespa, through pyvespa: the server of VESPA_URL or of the comparison's compose stack."""

from collections.abc import Sequence

import httpx
import numpy as np
from vespa.application import Vespa as Application
from vespa.io import VespaQueryResponse, VespaResponse
from vespa.package import HNSW, ApplicationPackage, Document, Field, RankProfile, Schema

from vdbcourse import engines
from vdbcourse.bench.adapters.base import Engine, Hit, Row
from vdbcourse.errors import CourseError

# A server has one application; the lessons deploy the same schema.
PACKAGE, SCHEMA = "vdbcourse", "film"
DEPLOY_SECONDS = 120


class Vespa(Engine):
    """Documents of the schema `film`, whose HNSW graph is built while they are fed, with 200
    candidates (Vespa's default).
    """

    key = "vespa"

    def __init__(self) -> None:
        self.application = Application(engines.vespa())
        version = httpx.get(f"{engines.vespa_config()}/state/v1/version", timeout=DEPLOY_SECONDS)
        self.title = f"Vespa {version.json()['version']}" if version.is_success else "Vespa"

    def create(self, dimension: int, metric: str = "cosine") -> None:
        if metric != "cosine":
            raise CourseError(
                f"The schema {SCHEMA} compares by cosine; Vespa keeps one metric for a graph, so"
                f" it cannot compare by {metric}."
            )
        numbers = f"tensor<float>(x[{dimension}])"
        fields = [
            Field("title", "string", ["summary"]),
            Field("decade", "int", ["attribute", "summary"]),
            Field("number", "long", ["attribute", "summary"]),
            Field("year", "int", ["attribute", "summary"]),
            Field(
                "embedding",
                numbers,
                ["attribute", "index"],
                ann=HNSW("prenormalized-angular", self.m, self.ef_construction),
            ),
        ]
        nearness = RankProfile(
            "nearness", "closeness(field, embedding)", inputs=[("query(q)", numbers)]
        )
        package = ApplicationPackage(
            PACKAGE, schema=[Schema(SCHEMA, Document(fields), rank_profiles=[nearness])]
        )
        answer = httpx.post(
            f"{engines.vespa_config()}/application/v2/tenant/default/prepareandactivate",
            content=package.to_zip().getvalue(),
            headers={"Content-Type": "application/zip"},
            timeout=DEPLOY_SECONDS,
        )
        if not answer.is_success:
            raise CourseError(f"Vespa refused the application package: {answer.text[:300]}")
        self.application.wait_for_application_up()
        self.application.delete_all_docs(f"{PACKAGE}_content", SCHEMA)

    def insert(self, rows: Sequence[Row]) -> None:
        refused: list[VespaResponse] = []
        documents = (
            {
                "id": str(row.id),
                "fields": {
                    "number": row.id,
                    "year": row.year,
                    "embedding": list(map(float, row.vector)),
                },
            }
            for row in rows
        )
        self.application.feed_iterable(
            documents,
            SCHEMA,
            callback=lambda reply, _: None if reply.is_successful() else refused.append(reply),
        )
        if refused:
            raise CourseError(f"Vespa refused {len(refused)} documents: {refused[0].get_json()}")

    def settle(self) -> None:
        """A document is searchable when its write is answered."""

    def build_index(self) -> None:
        """The graph was built while the documents were fed."""

    def search(
        self,
        query: np.ndarray,
        k: int,
        where: tuple[str, int] | None = None,
        ef: int | None = None,
        fresh: bool = True,
    ) -> list[Hit]:
        effort = (
            "approximate: false" if ef is None else f"hnsw.exploreAdditionalHits: {max(0, ef - k)}"
        )
        condition = f" and {where[0]} = {int(where[1])}" if where else ""
        body = {
            "yql": (
                f"select number from {SCHEMA} where {{targetHits: {k},"
                f" {effort}}}nearestNeighbor(embedding, q){condition}"
            ),
            "ranking": "nearness",
            "input.query(q)": list(map(float, query)),
            "hits": k,
        }
        reply = self.application.query(body)
        assert isinstance(reply, VespaQueryResponse), "a query without streaming"
        return [Hit(hit["fields"]["number"], hit["relevance"]) for hit in reply.hits]

    def drop(self) -> None:
        self.application.delete_all_docs(f"{PACKAGE}_content", SCHEMA)
