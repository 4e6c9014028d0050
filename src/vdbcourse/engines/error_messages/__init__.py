"""What an engine's error means, in one line: what went wrong, why, and what fixes it.

The engine's own words remain the truth; these lines accompany them. Engines word the same error
differently, and change their words between versions, so a message that fits no case is passed on as
it is.
"""

import psycopg


def explain(error: Exception) -> str:
    """The line for an error of psycopg, pymilvus or gRPC. Raises `TypeError` for an error of
    another library.
    """
    if isinstance(error, psycopg.Error):
        from vdbcourse.engines.error_messages import postgres  # noqa: PLC0415

        return postgres.explain(error)

    import grpc  # with pymilvus two seconds  # noqa: PLC0415
    from pymilvus import MilvusException  # noqa: PLC0415

    from vdbcourse.engines.error_messages import milvus  # noqa: PLC0415

    if isinstance(error, (MilvusException, grpc.RpcError)):
        return milvus.explain(error)
    raise TypeError(
        f"{type(error).__name__} is an error of neither Milvus nor PostgreSQL; its own message says"
        f" what is wrong: {error}"
    )
