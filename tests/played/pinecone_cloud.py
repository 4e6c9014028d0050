"""Pinecone, API version 2026-07: indexes with a schema, and their documents."""

import json
import operator
from copy import deepcopy

from played.wire import RefusedError, Request, Wire, nearest

API_VERSION = "2026-07"
UPSERT_BYTES = 2_000_000  # https://docs.pinecone.io/reference/api/database-limits/operation-limits
UPSERT_DOCUMENTS = 1_000
COMPARISONS = {
    "$eq": operator.eq,
    "$ne": operator.ne,
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
    "$in": lambda value, wanted: value in wanted,
    "$nin": lambda value, wanted: value not in wanted,
}


class Index:
    """One index. A write is visible to searches only after `LAG` of them: reads are eventually
    consistent.
    """

    LAG = 2

    def __init__(self, model: dict) -> None:
        self.model = model
        self.stored: dict[str, dict[str, dict]] = {}  # by namespace, then by _id
        self.visible: dict[str, dict[str, dict]] = {}
        self.written = self.indexed = self.waited = (
            0  # log sequence numbers, and searches since the last write
        )

    def write(self) -> dict[str, str]:
        """Count one write; the headers that name it."""
        self.written += 1
        self.waited = 0
        return {"x-pinecone-request-lsn": str(self.written)}

    def read(self) -> dict[str, str]:
        """Count one search; the headers that say how far the index has caught up."""
        self.waited += 1
        if self.waited >= self.LAG and self.indexed < self.written:
            self.visible, self.indexed = deepcopy(self.stored), self.written
        return {"x-pinecone-max-indexed-lsn": str(self.indexed)}


class Pinecone:
    """Control plane and data plane on one port; an index's host carries its name in the path."""

    NAME = "pinecone"
    KEY = "played-key"

    def __init__(self) -> None:
        self.indexes: dict[str, Index] = {}
        control = {
            "GET /indexes": lambda request: {
                "indexes": [index.model for index in self.indexes.values()]
            },
            "POST /indexes": self.create,
            "GET /indexes/([^/]+)": lambda request, name: self.index(name).model,
            "DELETE /indexes/([^/]+)": self.delete,
        }
        data = {
            "POST /data/([^/]+)/namespaces/([^/]+)/documents/upsert": self.upsert,
            "POST /data/([^/]+)/namespaces/([^/]+)/documents/search": self.search,
            "POST /data/([^/]+)/namespaces/([^/]+)/documents/delete": self.delete_documents,
            "POST /data/([^/]+)/describe_index_stats": self.stats,
        }
        routes = {route: self.guarded(function) for route, function in (control | data).items()}
        self.wire = Wire(
            routes,
            lambda status, message: {
                "error": {"code": str(status), "message": message},
                "status": status,
            },
        )

    def __enter__(self) -> "Pinecone":
        return self

    def __exit__(self, *_: object) -> None:
        self.wire.close()

    @property
    def environment(self) -> dict[str, str]:
        """Settings that lead to it."""
        return {"PINECONE_API_KEY": self.KEY, "PINECONE_CONTROLLER_HOST": self.wire.url}

    @property
    def unplayed(self) -> list[str]:
        """What was asked for and is not played."""
        return self.wire.unplayed

    def guarded(self, function):
        """`function`, for who has the key and speaks this version."""

        def check(request: Request, *groups: str):
            if request.headers.get("api-key") != self.KEY:
                raise RefusedError(401, "Invalid API Key")
            if request.headers.get("x-pinecone-api-version") != API_VERSION:
                raise RefusedError(400, f"only version {API_VERSION} is played")
            return function(request, *groups)

        return check

    def index(self, name: str) -> Index:
        if name not in self.indexes:
            raise RefusedError(404, f"Resource {name} not found")
        return self.indexes[name]

    def create(self, request: Request):
        asked = request.json
        name, fields = asked["name"], asked["schema"]["fields"]
        if name in self.indexes:
            raise RefusedError(409, f"Resource {name} already exists")
        for field, settings in fields.items():
            if settings["type"] != "dense_vector" or settings.get("metric") != "cosine":
                raise RefusedError(501, f"not played: field {field} of {settings}")
        if len(fields) != 1:
            raise RefusedError(422, "an index has one dense vector field")
        self.indexes[name] = Index(
            {
                "name": name,
                "host": f"{self.wire.url}/data/{name}",
                "status": {"ready": True, "state": "Ready"},
                "schema": asked["schema"],
                "deployment": asked.get(
                    "deployment",
                    {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"},
                ),
                "deletion_protection": asked.get("deletion_protection", "disabled"),
                "tags": asked.get("tags"),
            }
        )
        return self.indexes[name].model

    def delete(self, request: Request, name: str):
        self.index(name)
        del self.indexes[name]
        return {}

    def upsert(self, request: Request, name: str, namespace: str):
        index, documents = self.index(name), request.json["documents"]
        if len(request.body) > UPSERT_BYTES or len(documents) > UPSERT_DOCUMENTS:
            raise RefusedError(
                413,
                f"a request holds at most {UPSERT_DOCUMENTS} documents and {UPSERT_BYTES} bytes",
            )
        ((field, settings),) = index.model["schema"]["fields"].items()
        for document in documents:
            if len(document.get(field) or ()) != settings["dimension"]:
                raise RefusedError(
                    400, f"{document['_id']}: {field} must have {settings['dimension']} numbers"
                )
            for key, value in document.items():
                if value is None or isinstance(value, dict):
                    raise RefusedError(
                        400,
                        f"{document['_id']}: {key} is null or an object, which metadata may not"
                        " hold",
                    )
        index.stored.setdefault(namespace, {}).update(
            {document["_id"]: document for document in documents}
        )
        return {"upserted_count": len(documents)}, index.write()

    def search(self, request: Request, name: str, namespace: str):
        index, asked = self.index(name), request.json
        headers = index.read()
        (clause,) = asked["score_by"]
        if clause["type"] != "dense_vector":
            raise RefusedError(501, f"not played: score_by {clause['type']}")
        found = [
            document
            for document in index.visible.get(namespace, {}).values()
            if passes(document, asked.get("filter"))
        ]
        matches = []
        for row, cosine in nearest(
            [document[clause["field"]] for document in found], clause["values"], asked["top_k"]
        ):
            wanted = asked.get("include_fields") or []
            kept = {
                key: value for key, value in found[row].items() if key in wanted or "*" in wanted
            }
            matches.append({**kept, "_id": found[row]["_id"], "_score": cosine})
        return {"matches": matches, "namespace": namespace, "usage": {"read_units": 1}}, headers

    def delete_documents(self, request: Request, name: str, namespace: str):
        index, asked = self.index(name), request.json
        kept = index.stored.get(namespace, {})
        if not asked.get("delete_all"):
            gone = set(asked.get("ids") or [])
            if asked.get("filter"):
                gone = {key for key, document in kept.items() if passes(document, asked["filter"])}
            kept = {key: document for key, document in kept.items() if key not in gone}
            index.stored[namespace] = kept
        else:
            index.stored.pop(namespace, None)
        return {}, index.write()

    def stats(self, request: Request, name: str):
        index = self.index(name)
        ((_, settings),) = index.model["schema"]["fields"].items()
        counts = {
            namespace: {"vectorCount": len(documents)}
            for namespace, documents in index.visible.items()
        }
        total = sum(count["vectorCount"] for count in counts.values())
        return {
            "namespaces": counts,
            "dimension": settings["dimension"],
            "indexFullness": 0,
            "totalVectorCount": total,
        }


def passes(document: dict, wanted: dict | None) -> bool:
    """Does the document pass a metadata filter?"""
    for key, condition in (wanted or {}).items():
        if key in ("$and", "$or"):
            joined = [passes(document, part) for part in condition]
            if not (all if key == "$and" else any)(joined):
                return False
            continue
        for name, value in (
            condition if isinstance(condition, dict) else {"$eq": condition}
        ).items():
            if name not in COMPARISONS:
                raise RefusedError(501, f"not played: filter {json.dumps({key: {name: value}})}")
            if key not in document or not COMPARISONS[name](document[key], value):
                return False
    return True
