"""Collections of the checks' own in Milvus."""

import functools
from typing import Any

from vdbcourse.grading.calls.codec import Handle


class Milvus:
    """A Milvus with the check's own collections. `client` is for the learner's functions, `own` is
    the check's.
    """

    def __init__(self, uri: str) -> None:
        self.client = Handle("milvus", uri)

    @functools.cached_property
    def own(self) -> Any:
        """The check's client."""
        from pymilvus import MilvusClient

        from vdbcourse import engines

        return MilvusClient(self.client.address, token=engines.milvus_token())

    def drop(self, *collections: str) -> None:
        """Remove these collections where they exist."""
        for name in collections:
            if self.own.has_collection(name):
                self.own.drop_collection(name)

    def close(self) -> None:
        """Close the check's client, if it was opened."""
        if "own" in self.__dict__:
            self.own.close()
