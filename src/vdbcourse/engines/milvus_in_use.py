"""Which Milvus is meant when it is not one that the course starts in this environment."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from vdbcourse import settings
from vdbcourse.engines import addresses, configured, docker_stack

METRICS_PORT = 9091  # of every Milvus server, unless set otherwise


@dataclass(frozen=True)
class Address:
    """A Milvus elsewhere: who named it, and where it is."""

    where: str  # "MILVUS_URI", or "Docker" for the stack of `./course up milvus`
    uri: str
    token: str
    metrics: str

    def version(self) -> str:
        """What answers there. Raises `CourseError` if that cannot be used."""
        return configured.check_milvus(self.uri, self.token, self.where)

    def checked(self) -> "Address":
        """Itself. Raises `CourseError` if it cannot be used."""
        self.version()
        return self


def milvus() -> Address | None:
    """The server of `MILVUS_URI`, or the stack that was started; None if the course's own engines
    are meant.

    User and password in MILVUS_URI become its token, so that the address can be shown. Raises
    `CourseError` if it is no address, or if a stack was started and does not answer any more: its
    data are not in Milvus Lite.
    """
    if given := settings.milvus_uri():
        uri, credentials = configured.milvus_address(given)
        host = addresses.bracketed(urlsplit(uri).hostname or "localhost")
        metrics = settings.milvus_metrics_url() or f"http://{host}:{METRICS_PORT}/metrics"
        return Address("MILVUS_URI", uri, settings.milvus_token() or credentials, metrics)
    if started := docker_stack.in_use():
        metrics = settings.milvus_metrics_url() or started.metrics or ""
        return Address("Docker", started.uri, started.token, metrics)
    return None
