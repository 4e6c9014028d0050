"""Vespa 8: a config server that takes application packages, and the container that serves what they
describe.
"""

import io
import operator
import re
import zipfile
from dataclasses import dataclass

from played.wire import RefusedError, Request, Wire, nearest
from vdbcourse.engines import processes

VERSION = "8.738.17"
COMPARISONS = {
    "=": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
YQL = re.compile(r"select (.+?) from (?:sources )?(\w+|\*) where (.+?);?")
NEAREST = re.compile(r"\(?\{(.*?)\}\s*nearestNeighbor\((\w+),\s*(\w+)\)\)?")
CONDITION = re.compile(r"(\w+)\s*(>=|<=|=|>|<)\s*(-?\d+(?:\.\d+)?)")


@dataclass
class Schema:
    """What is read of a schema file: fields with their type and how they are indexed, ranking
    profiles with their expression.
    """

    name: str
    types: dict[str, str]
    indexing: dict[str, set[str]]
    metrics: dict[str, str]
    profiles: dict[str, str]

    @classmethod
    def read(cls, text: str) -> "Schema":
        fields = dict(re.findall(r"field (\w+) type (\S+) \{", text))
        bodies = {name: text.split(f"field {name} type ")[1].split("field ")[0] for name in fields}
        indexing = {
            name: set(re.findall(r"[\w-]+", first(r"indexing: (.*)", body)))
            for name, body in bodies.items()
        }
        metrics = {name: first(r"distance-metric: (\S+)", body) for name, body in bodies.items()}
        profiles = {part.split()[0]: part for part in text.split("rank-profile ")[1:]}
        expressions = {
            name: first(r"expression \{\s*(.*?)\s*\}", part) for name, part in profiles.items()
        }
        return cls(first(r"schema (\w+)", text), fields, indexing, metrics, expressions)


class Vespa:
    """Nothing listens for documents and questions before the first application package, as in the
    real container.
    """

    NAME = "vespa"

    def __init__(self) -> None:
        self.application = ""
        self.schemas: dict[str, Schema] = {}
        self.documents: dict[str, dict[str, dict]] = {}  # by schema, then by document id
        self.deployed = 0
        self.config = Wire(
            {
                "GET /state/v1/health": lambda request: {"status": {"code": "up"}},
                "GET /state/v1/version": lambda request: {"version": VERSION},
                "POST /application/v2/tenant/default/prepareandactivate": self.deploy,
            },
            lambda status, message: {
                "error-code": "INVALID_APPLICATION_PACKAGE",
                "message": message,
            },
        )
        self.container: Wire | None = None
        self.container_port = processes.free_port()

    def __enter__(self) -> "Vespa":
        return self

    def __exit__(self, *_: object) -> None:
        for wire in filter(None, (self.config, self.container)):
            wire.close()

    @property
    def environment(self) -> dict[str, str]:
        """Settings that lead to it."""
        return {
            "VESPA_URL": f"http://127.0.0.1:{self.container_port}",
            "VESPA_CONFIG_URL": self.config.url,
        }

    @property
    def unplayed(self) -> list[str]:
        """What was asked for and is not played."""
        return [*self.config.unplayed, *(self.container.unplayed if self.container else [])]

    def deploy(self, request: Request):
        if request.headers.get("content-type") != "application/zip":
            raise RefusedError(400, "Content-Type must be application/zip")
        package = zipfile.ZipFile(io.BytesIO(request.body))
        files = {
            name: package.read(name).decode()
            for name in package.namelist()
            if not name.endswith("/")
        }
        schemas = [
            Schema.read(text)
            for name, text in files.items()
            if re.fullmatch(r"schemas/\w+\.sd", name)
        ]
        gone = self.schemas.keys() - {schema.name for schema in schemas}
        if gone and "schema-removal" not in files.get("validation-overrides.xml", ""):
            raise RefusedError(
                400, f"schema-removal: {', '.join(sorted(gone))} would lose its documents"
            )
        self.application = first(r'<content id="(\w+)_content"', files["services.xml"])
        if not self.application or not schemas:
            raise RefusedError(400, "services.xml names no content cluster, or there is no schema")
        self.schemas = {schema.name: schema for schema in schemas}
        self.documents = {name: self.documents.get(name, {}) for name in self.schemas}
        self.deployed += 1
        if self.container is None:
            self.container = self.start_container()
        return {"message": "prepared and activated", "session-id": str(self.deployed)}

    def start_container(self) -> Wire:
        document = r"/document/v1/([^/]+)/([^/]+)/docid/"
        return Wire(
            {
                "GET /ApplicationStatus": lambda request: {},
                f"POST {document}([^/]+)": self.put,
                f"GET {document}([^/]+)": self.get,
                f"DELETE {document}([^/]+)": self.remove,
                f"DELETE {document}": self.remove_selected,
                "POST /search/": self.search,
            },
            lambda status, message: {
                "message": message,
                "root": {"errors": [{"code": status, "message": message}]},
            },
            self.container_port,
        )

    def schema(self, name: str) -> Schema:
        if name not in self.schemas:
            raise RefusedError(400, f"Document type {name} does not exist")
        return self.schemas[name]

    def put(self, request: Request, namespace: str, name: str, key: str):
        schema, fields = self.schema(name), request.json["fields"]
        for field, value in fields.items():
            if field not in schema.types:
                raise RefusedError(400, f"No field '{field}' in the structure of type '{name}'")
            size = first(r"\[(\d+)\]", schema.types[field])
            if size and len(numbers(value)) != int(size):
                raise RefusedError(400, f"{field} must have {size} numbers")
        identity = f"id:{namespace}:{name}::{key}"
        self.documents[name][identity] = fields
        return {"id": identity, "pathId": request.path}

    def get(self, request: Request, namespace: str, name: str, key: str):
        self.schema(name)
        identity = f"id:{namespace}:{name}::{key}"
        if identity not in self.documents[name]:
            raise RefusedError(404, "no such document")
        return {"id": identity, "pathId": request.path, "fields": self.documents[name][identity]}

    def remove(self, request: Request, namespace: str, name: str, key: str):
        self.schema(name)
        self.documents[name].pop(f"id:{namespace}:{name}::{key}", None)
        return {"id": f"id:{namespace}:{name}::{key}", "pathId": request.path}

    def remove_selected(self, request: Request, namespace: str, name: str):
        self.schema(name)
        if (
            request.query.get("selection") != "true"
            or request.query.get("cluster") != f"{self.application}_content"
        ):
            raise RefusedError(501, f"not played: removing {request.query}")
        self.documents[name].clear()
        return {"documentCount": 0, "pathId": request.path}

    def search(self, request: Request):
        asked = request.json
        parts = YQL.fullmatch(asked.get("yql", "").strip())
        if not parts:
            raise RefusedError(501, f"not played: YQL {asked.get('yql')!r}")
        columns, source, where = parts.groups()
        schema = self.schema(next(iter(self.schemas)) if source == "*" else source)
        operator_, *rest = NEAREST.findall(where) or [None]
        conditions = [
            part.strip()
            for part in re.split(r"\band\b", NEAREST.sub("", where))
            if part.strip() not in ("", "true")
        ]
        if operator_ is None or rest:
            raise RefusedError(501, f"not played: a question without one nearestNeighbor: {where}")
        annotations, field, name = operator_
        if not re.search(r"targetHits\s*:\s*\d+", annotations):
            raise RefusedError(400, "nearestNeighbor needs targetHits")
        if not {"attribute"} <= schema.indexing.get(field, set()):
            raise RefusedError(400, f"{field} is not an attribute of {schema.name}")
        found = [
            (key, fields)
            for key, fields in self.documents[schema.name].items()
            if all(holds(c, fields) for c in conditions)
        ]
        self.check_ranking(schema, asked, field)
        query = asked.get(f"input.query({name})") or asked.get(f"ranking.features.query({name})")
        if query is None:
            raise RefusedError(400, f"Expected 'query({name})' to be a tensor, but it is missing")
        hits = []
        for row, cosine in nearest(
            [numbers(fields[field]) for _, fields in found],
            numbers(query),
            int(asked.get("hits", 10)),
        ):
            key, fields = found[row]
            shown = {
                one: value for one, value in fields.items() if "summary" in schema.indexing[one]
            }
            if columns != "*":
                shown = {
                    one: value for one, value in shown.items() if one in re.split(r",\s*", columns)
                }
            relevance = 1 / (
                1 + (1 - cosine)
            )  # closeness: 1 / (1 + distance), and the distance is 1 - cosine
            hits.append(
                {
                    "id": key,
                    "relevance": relevance,
                    "source": f"{self.application}_content",
                    "fields": shown,
                }
            )
        root = {
            "id": "toplevel",
            "relevance": 1.0,
            "fields": {"totalCount": len(found)},
            "children": hits,
        }
        return {
            "root": (
                root
                | {
                    "coverage": {
                        "coverage": 100,
                        "documents": len(self.documents[schema.name]),
                        "full": True,
                    }
                }
            )
        }

    def check_ranking(self, schema: Schema, asked: dict, field: str) -> None:
        """Only the profile is played that ranks by closeness of vectors with length 1."""
        profile = asked.get("ranking") or asked.get("ranking.profile") or "default"
        if profile not in schema.profiles:
            raise RefusedError(
                400, f"schema[{schema.name}] does not contain requested rank profile '{profile}'"
            )
        expression = re.sub(r"\s+", "", schema.profiles[profile])
        if expression not in (f"closeness(field,{field})", f"closeness({field})"):
            raise RefusedError(501, f"not played: ranking by {schema.profiles[profile]}")
        if schema.metrics[field] != "prenormalized-angular":
            raise RefusedError(
                501, f"not played: distance-metric {schema.metrics[field] or 'euclidean'}"
            )


def first(pattern: str, text: str) -> str:
    """The first group of the first match, or an empty text."""
    match = re.search(pattern, text, re.DOTALL if "\\s" in pattern else 0)
    return match[1] if match else ""


def numbers(value: object) -> list[float]:
    """A tensor in either of its JSON forms."""
    return value["values"] if isinstance(value, dict) else value


def holds(condition: str, fields: dict) -> bool:
    """Does a document meet `name = 1980` or another comparison with a number?"""
    match = CONDITION.fullmatch(condition)
    if not match:
        raise RefusedError(501, f"not played: condition {condition!r}")
    name, sign, number = match.groups()
    return name in fields and COMPARISONS[sign](fields[name], float(number))
