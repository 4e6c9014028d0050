"""An interceptor for gRPC methods that take one request and give one answer, as all methods of
Milvus Lite do.
"""

from collections.abc import Callable
from typing import Any

import grpc

Method = Callable[[Any, grpc.ServicerContext], Any]


class UnaryInterceptor(grpc.ServerInterceptor):  # type: ignore[misc] # grpc has no types
    """Calls `wrapped` for each method of the server; others than unary ones stay as they are."""

    def wrapped(self, name: str, method: Method) -> Method:
        """What the server calls in place of `method`, which is called `name`."""
        raise NotImplementedError

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler],
        details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        """The handler of one method, with its method wrapped."""
        handler = continuation(details)
        if handler is None or handler.unary_unary is None:
            return handler
        return grpc.unary_unary_rpc_method_handler(
            self.wrapped(details.method.rpartition("/")[2], handler.unary_unary),
            handler.request_deserializer,
            handler.response_serializer,
        )
