"""Weaviate 1.40: schema over REST, objects and searches over gRPC, with the messages that its
Python client ships.
"""

import operator
import struct
from concurrent import futures

import grpc
from weaviate.proto.v1 import (
    base_pb2,
    batch_delete_pb2,
    batch_pb2,
    health_weaviate_pb2,
    properties_pb2,
    search_get_pb2,
    weaviate_pb2_grpc,
)

from played.wire import RefusedError, Request, Wire, nearest

VERSION = "1.40.4"
OPERATORS = base_pb2.Filters.Operator
COMPARISONS = {
    OPERATORS.OPERATOR_EQUAL: operator.eq,
    OPERATORS.OPERATOR_NOT_EQUAL: operator.ne,
    OPERATORS.OPERATOR_GREATER_THAN: operator.gt,
    OPERATORS.OPERATOR_GREATER_THAN_EQUAL: operator.ge,
    OPERATORS.OPERATOR_LESS_THAN: operator.lt,
    OPERATORS.OPERATOR_LESS_THAN_EQUAL: operator.le,
}


class Weaviate:
    """Both ports of a Weaviate without users."""

    NAME = "weaviate"

    def __init__(self) -> None:
        self.schema: dict[str, dict] = {}
        self.objects: dict[
            str, dict[str, tuple[dict, list[float]]]
        ] = {}  # by collection, then by uuid: properties, vector
        self.wire = Wire(
            {
                "GET /v1/meta": lambda request: {
                    "hostname": "http://[::]:8080",
                    "version": VERSION,
                    "modules": {},
                },
                "GET /v1/.well-known/(?:ready|live)": lambda request: {},
                "GET /v1/.well-known/openid-configuration": self.no_users,
                "GET /v1/schema": lambda request: {"classes": list(self.schema.values())},
                "POST /v1/schema": self.create,
                "GET /v1/schema/([^/]+)": lambda request, name: self.collection(name),
                "PUT /v1/schema/([^/]+)": self.update,
                "DELETE /v1/schema/([^/]+)": self.delete,
                "DELETE /v1/objects/([^/]+)/([^/]+)": self.delete_object,
            },
            lambda status, message: {"error": [{"message": message}]},
        )
        self.server = grpc.server(futures.ThreadPoolExecutor(4))
        weaviate_pb2_grpc.add_WeaviateServicer_to_server(Servicer(self), self.server)
        self.server.add_generic_rpc_handlers((health(),))
        self.grpc_port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def __enter__(self) -> "Weaviate":
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop(0).wait()
        self.wire.close()

    @property
    def environment(self) -> dict[str, str]:
        """Settings that lead to it."""
        return {"WEAVIATE_URL": self.wire.url, "WEAVIATE_GRPC_PORT": str(self.grpc_port)}

    @property
    def unplayed(self) -> list[str]:
        """What was asked for and is not played."""
        return self.wire.unplayed

    def collection(self, name: str) -> dict:
        if name not in self.schema:
            raise RefusedError(404, f"class {name} not found")
        return self.schema[name]

    def no_users(self, request: Request):
        raise RefusedError(404, "no OpenID Connect is configured")

    def create(self, request: Request):
        asked = request.json
        name = asked["class"]
        if name in self.schema:
            raise RefusedError(422, f"class name {name} already exists")
        if not name[:1].isupper():
            raise RefusedError(422, f"'{name}' is not a valid class name")
        for vector in asked["vectorConfig"].values():
            if vector["vectorizer"] != {"none": {}}:
                raise RefusedError(501, f"not played: vectorizer {vector['vectorizer']}")
            if vector.get("vectorIndexConfig", {}).get("distance", "cosine") != "cosine":
                raise RefusedError(501, f"not played: {vector['vectorIndexConfig']}")
        self.schema[name], self.objects[name] = asked, {}
        return asked

    def update(self, request: Request, name: str):
        self.collection(name)
        self.schema[name] = request.json
        return request.json

    def delete(self, request: Request, name: str):
        self.schema.pop(name, None)  # deleting what is not there is no error
        self.objects.pop(name, None)
        return {}

    def delete_object(self, request: Request, name: str, uuid: str):
        self.collection(name)
        if self.objects[name].pop(uuid, None) is None:
            raise RefusedError(404, "no such object")
        return {}


class Servicer(weaviate_pb2_grpc.WeaviateServicer):
    """The gRPC side. What it does not define answers UNIMPLEMENTED, as the generated parent class
    does.
    """

    def __init__(self, played: Weaviate) -> None:
        self.played = played

    def BatchObjects(self, request: batch_pb2.BatchObjectsRequest, context: grpc.ServicerContext):  # noqa: N802
        for item in request.objects:
            if item.collection not in self.played.schema:
                context.abort(grpc.StatusCode.NOT_FOUND, f"class {item.collection} not found")
            properties = dict(item.properties.non_ref_properties.items())
            known = {entry["name"] for entry in self.played.schema[item.collection]["properties"]}
            if not properties.keys() <= known:
                context.abort(
                    grpc.StatusCode.UNIMPLEMENTED,
                    f"not played: auto-schema for {properties.keys() - known}",
                )
            packed = item.vectors[0].vector_bytes if item.vectors else item.vector_bytes
            self.played.objects[item.collection][item.uuid] = properties, floats(packed)
        return batch_pb2.BatchObjectsReply()

    def Search(self, request: search_get_pb2.SearchRequest, context: grpc.ServicerContext):  # noqa: N802
        if not request.HasField("near_vector"):
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED, "not played: a search that is not near_vector"
            )
        near = request.near_vector
        packed = near.vectors[0].vector_bytes if near.vectors else near.vector_bytes
        found = self.matching(request, context)
        properties = {
            entry["name"]: entry["dataType"][0]
            for entry in self.played.schema[request.collection]["properties"]
        }
        results = []
        for row, cosine in nearest(
            [self.vector(request, uuid) for uuid in found], floats(packed), request.limit
        ):
            stored, _ = self.played.objects[request.collection][found[row]]
            wanted = list(request.properties.non_ref_properties)
            if (
                not request.HasField("properties")
                or request.properties.return_all_nonref_properties
            ):
                wanted = list(stored)
            metadata = search_get_pb2.MetadataResult(
                id=found[row],
                distance=1 - cosine if request.metadata.distance else 0,
                distance_present=request.metadata.distance,
            )
            fields = {
                name: value_of(stored[name], properties[name], context)
                for name in wanted
                if name in stored
            }
            result = search_get_pb2.PropertiesResult(
                non_ref_props=properties_pb2.Properties(fields=fields),
                target_collection=request.collection,
            )
            results.append(search_get_pb2.SearchResult(properties=result, metadata=metadata))
        return search_get_pb2.SearchReply(results=results)

    def BatchDelete(  # noqa: N802
        self, request: batch_delete_pb2.BatchDeleteRequest, context: grpc.ServicerContext
    ):
        gone = self.matching(request, context)
        if not request.dry_run:
            for uuid in gone:
                del self.played.objects[request.collection][uuid]
        return batch_delete_pb2.BatchDeleteReply(matches=len(gone), successful=len(gone))

    def vector(self, request, uuid: str) -> list[float]:
        return self.played.objects[request.collection][uuid][1]

    def matching(self, request, context: grpc.ServicerContext) -> list[str]:
        """The uuids of a collection that pass the request's filter."""
        if request.collection not in self.played.schema:
            context.abort(grpc.StatusCode.NOT_FOUND, f"class {request.collection} not found")
        stored = self.played.objects[request.collection]
        if not request.HasField("filters"):
            return list(stored)
        return [
            uuid
            for uuid, (properties, _) in stored.items()
            if self.passes(properties, request.filters, context)
        ]

    def passes(
        self, properties: dict, wanted: base_pb2.Filters, context: grpc.ServicerContext
    ) -> bool:
        if wanted.operator in (OPERATORS.OPERATOR_AND, OPERATORS.OPERATOR_OR):
            joined = [self.passes(properties, part, context) for part in wanted.filters]
            return all(joined) if wanted.operator == OPERATORS.OPERATOR_AND else any(joined)
        kind = wanted.WhichOneof("test_value")
        if wanted.operator not in COMPARISONS or kind not in (
            "value_int",
            "value_number",
            "value_text",
            "value_boolean",
        ):
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED,
                f"not played: filter {OPERATORS.Name(wanted.operator)} {kind}",
            )
        name = wanted.target.property
        return name in properties and COMPARISONS[wanted.operator](
            properties[name], getattr(wanted, kind)
        )


def floats(packed: bytes) -> list[float]:
    """Little-endian float32, as vectors travel."""
    return list(struct.unpack(f"<{len(packed) // 4}f", packed))


def value_of(value: object, kind: str, context: grpc.ServicerContext) -> properties_pb2.Value:
    """A property as it travels back: typed, while it came in as JSON."""
    if kind == "text":
        return properties_pb2.Value(text_value=str(value))
    if kind == "int":
        return properties_pb2.Value(int_value=int(value))
    if kind == "number":
        return properties_pb2.Value(number_value=float(value))
    context.abort(grpc.StatusCode.UNIMPLEMENTED, f"not played: a property of type {kind}")
    raise AssertionError("abort raises")


def health() -> grpc.GenericRpcHandler:
    """The check that clients make when they connect."""
    healthy = health_weaviate_pb2.WeaviateHealthCheckResponse
    method = grpc.unary_unary_rpc_method_handler(
        lambda request, context: healthy(status=healthy.SERVING),
        health_weaviate_pb2.WeaviateHealthCheckRequest.FromString,
        healthy.SerializeToString,
    )
    return grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": method})
