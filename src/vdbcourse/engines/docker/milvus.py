"""Milvus in Docker: the stack of docker/milvus, with its passwords."""

import base64
import secrets
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlsplit

import grpc

from vdbcourse.engines import processes, server_checks
from vdbcourse.engines.docker.compose import COMMAND_SECONDS
from vdbcourse.engines.docker.stack import DockerStack, ExtraService, StartedStack
from vdbcourse.engines.local import milvus_lite
from vdbcourse.errors import CourseError

# of the user root, if a server takes no other at its first start
DEFAULT_PASSWORD = "Milvus"


class MilvusStack(DockerStack):
    """Milvus with its etcd and MinIO, and nginx in front of its web UI."""

    name = "milvus"
    title = "Milvus in Docker"
    replaces = milvus_lite.ENGINE
    instead = (
        "Without Docker: ./course up milvus-lite, or the server of the package: ./course up"
        " milvus-standalone"
    )
    more_memory = "MILVUS_MEMORY=12g"
    contents = "every collection"
    ports: ClassVar = {"MILVUS_PORT": 19530, "UI_PORT": 9091}
    server_port = "MILVUS_PORT"
    extra = ExtraService("ui", "UI_PORT", "/webui/", "web UI")

    def new_secrets(self) -> dict[str, str]:
        """The passwords of Milvus' root and of MinIO's user."""
        return {
            "MILVUS_PASSWORD": secrets.token_hex(16),
            "MINIO_USER": f"course-{secrets.token_hex(4)}",
            "MINIO_PASSWORD": secrets.token_hex(16),
        }

    def connect(self, environment: Mapping[str, str]) -> StartedStack:
        """The server with its version, once it takes only the generated password."""
        uri = f"http://127.0.0.1:{environment['MILVUS_PORT']}"
        password = environment["MILVUS_PASSWORD"]
        self._take_password(uri, password)
        token = f"root:{password}"
        version = server_checks.check_milvus(uri, token, shown="Docker's port")
        return StartedStack(uri, token, version)

    def check(self, started: StartedStack) -> str:
        """The version of Milvus."""
        return server_checks.check_milvus(started.uri, started.token, shown="Docker")

    def _take_password(self, uri: str, password: str) -> None:
        """Make sure that the generated password opens the server and the well-known one does not.
                Raises `CourseError` otherwise.

        A server that takes no password at its first start (such as 2.3) gets it now.
        """
        from pymilvus import MilvusClient  # takes two seconds to import  # noqa: PLC0415

        well_known = f"root:{DEFAULT_PASSWORD}"
        if lets_in(uri, well_known):
            client = MilvusClient(uri, token=well_known)
            client.update_password("root", DEFAULT_PASSWORD, password)
            client.close()
            processes.wait_until(lambda: not lets_in(uri, well_known), COMMAND_SECONDS)
        if lets_in(uri, well_known) or lets_in(uri, ""):
            raise CourseError(
                f"{self.title} opens without the generated password, so it is not used. Stop it:"
                f" ./course down {self.name}"
            )
        if not lets_in(uri, f"root:{password}"):
            raise CourseError(
                f"{self.title} rejects the password in {self.secrets_path()}; its data were"
                " made with another one. Put that file back, or remove the data:"
                f" {self.removal()}"
            )


def lets_in(uri: str, token: str) -> bool:
    """Does the server accept `token`? Asked over a separate connection: pymilvus keeps those it
    opened.

    Raises `grpc.RpcError` if it cannot be asked.
    """
    from pymilvus.grpc_gen import milvus_pb2, milvus_pb2_grpc  # takes two seconds to import  # noqa: PLC0415

    headers = [("authorization", base64.b64encode(token.encode()).decode())] if token else []
    with grpc.insecure_channel(urlsplit(uri).netloc) as channel:
        try:
            milvus_pb2_grpc.MilvusServiceStub(channel).ShowCollections(
                milvus_pb2.ShowCollectionsRequest(), metadata=headers, timeout=COMMAND_SECONDS
            )
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNAUTHENTICATED:
                return False
            raise
    return True


STACK = MilvusStack()
