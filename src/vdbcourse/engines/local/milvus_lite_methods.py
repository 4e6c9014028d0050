"""The methods of Milvus Lite, with one fix for its current clients: index parameters take effect.

pymilvus 3 sends each parameter of an index (`M`, `nlist`) as its own key, as servers expect. Milvus
Lite 3.2.2 reads one key `params` that holds them all, so it builds every index with its defaults
and says nothing. See docs/upstream.md.
"""

import json
from typing import Any

from milvus_lite.adapter.grpc.servicer import MilvusServicer
from pymilvus.grpc_gen import common_pb2, milvus_pb2

NOT_PARAMETERS = frozenset(
    {"index_type", "metric_type", "params", "search_params", "index_name", "field_name", "dim"}
)


class Servicer(MilvusServicer):  # type: ignore[misc] # milvus_lite has no types
    """Milvus Lite's methods; an index gets the requested parameters, and reports them."""

    def CreateIndex(  # noqa: N802 (gRPC's name)
        self, request: milvus_pb2.CreateIndexRequest, context: Any
    ) -> common_pb2.Status:
        """Create the index with the parameters that came as separate keys."""
        return super().CreateIndex(together(request), context)

    def DescribeIndex(  # noqa: N802 (gRPC's name)
        self, request: milvus_pb2.DescribeIndexRequest, context: Any
    ) -> milvus_pb2.DescribeIndexResponse:
        """Describe the index with each parameter under its own key, as servers do."""
        response = super().DescribeIndex(request, context)
        for description in response.index_descriptions:
            _apart(description)
        return response


def together(request: milvus_pb2.CreateIndexRequest) -> milvus_pb2.CreateIndexRequest:
    """A copy of `request` with its parameters in the key `params`. Those already there win."""
    values = {pair.key: pair.value for pair in request.extra_params}
    parameters = {
        key: _value_of(text)
        for key, text in values.items()
        if key not in NOT_PARAMETERS and not _is_mmap(key)
    }
    whole = _value_of(values.get("params", "{}"))
    merged = {**parameters, **(whole if isinstance(whole, dict) else {})}
    copy = milvus_pb2.CreateIndexRequest()
    copy.CopyFrom(request)
    del copy.extra_params[:]
    rest = {key: text for key, text in values.items() if key not in parameters and key != "params"}
    for key, text in {**rest, "params": json.dumps(merged)}.items():
        copy.extra_params.add(key=key, value=text)
    return copy


def _apart(description: milvus_pb2.IndexDescription) -> None:
    """Move each parameter in the key `params` of `description` to its own key."""
    values = {pair.key: pair.value for pair in description.params}
    parameters = json.loads(values.pop("params", "{}"))
    del description.params[:]
    for key, value in {**values, **parameters}.items():
        description.params.add(
            key=key, value=value if isinstance(value, str) else json.dumps(value)
        )


def _value_of(text: str) -> Any:
    """The JSON value that `text` spells, or `text` itself: pymilvus sends strings
    without quotes.
    """
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_mmap(key: str) -> bool:
    """Does it say where a server keeps the index? Milvus Lite has no such setting."""
    return key.startswith("mmap")
